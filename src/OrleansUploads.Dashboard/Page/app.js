// The dashboard: chooses the view by the fragment of the address, and keeps one live view open at a time.

import { Failure, get, path, post, remove, watch } from "./api.js";
import { make } from "./html.js";
import { prove } from "./proof.js";
import { showServer } from "./server.js";
import { showArchives, showContainers, showJobs, showObjects, showVault } from "./stored.js";
import { showUpload, showUploads } from "./uploads.js";

const main = document.getElementById("main");
const crumbs = document.getElementById("crumbs");
const who = document.getElementById("who");
const live = document.getElementById("live");
const server = document.getElementById("server");
const signOut = document.getElementById("sign-out");

let endings = [];
let session = null;

/** What a view gets to work with. It belongs to one view and becomes useless when another one is shown. */
function createPage() {
  let isOpen = true;
  let changing = [];
  const tick = () => {
    changing = changing.filter(([element, compute]) => {
      const text = compute();
      if (element.textContent !== text) {
        element.textContent = text;
      }
      return element.isConnected;
    });
  };
  const timer = setInterval(tick, 1000);
  endings.push(() => {
    isOpen = false;
    clearInterval(timer);
  });
  return {
    session,
    now: () => Date.now() + session.skew,
    onEnd: (end) => endings.push(end),
    put: (...content) => isOpen && replace(content),
    title: (text) => {
      if (isOpen) {
        document.title = `${text} – OrleansUploads`;
      }
    },
    /** A text that changes with time. It is computed again each second for as long as it is shown. */
    text: (compute) => {
      const element = make("span", {}, compute());
      // The caller has not put it into the page yet.
      setTimeout(() => changing.push([element, compute]));
      return element;
    },
    later: (milliseconds, action) => setTimeout(() => isOpen && action(), milliseconds),
    fail: (failure) => isOpen && fail(failure),
    get: async (target) => {
      try {
        const document = await get(target);
        return isOpen ? document : null;
      } catch (failure) {
        if (isOpen) {
          fail(failure);
        }
        return null;
      }
    },
    watch: (target, show, gone) => endings.push(watch(target, {
      show: (document) => isOpen && show(document),
      gone: (failure) => isOpen && (failure.code === "NotSignedIn" || gone === undefined ? fail(failure) : gone(failure)),
      status: (text) => { live.textContent = isOpen && text !== "" ? `● ${text}` : ""; },
    })),
    confirm,
    abort: (target) => post(target),
  };
}

/** Replaces what is shown. The link that has the focus keeps it. */
function replace(content) {
  const focused = main.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
  main.replaceChildren(...content);
  if (focused !== null) {
    [...main.querySelectorAll("a")].find((link) => link.getAttribute("href") === focused)?.focus({ preventScroll: true });
  }
}

function close() {
  const ended = endings;
  endings = [];
  ended.forEach((end) => end());
}

function fail(failure) {
  if (failure.code === "NotSignedIn") {
    close();
    showSignIn();
    return;
  }
  main.replaceChildren(make("h1", {}, "This cannot be shown"), make("p", { class: "error", role: "alert" }, failure.message));
}

function confirm(title, text, action, label) {
  const dialog = document.getElementById("confirm");
  return new Promise((decided) => {
    const end = (answer) => {
      dialog.close();
      decided(answer);
    };
    dialog.oncancel = () => decided(false);
    dialog.replaceChildren(
      make("h2", { id: "confirm-title" }, title),
      make("p", {}, text),
      make("p", { class: "id" }, label),
      make("div", { class: "choice" },
        make("button", { type: "button", autofocus: true, onclick: () => end(false) }, "Keep it"),
        make("button", { type: "button", class: "danger", onclick: () => end(true) }, action)));
    dialog.showModal();
  });
}

function showSignIn() {
  session = null;
  signOut.hidden = true;
  server.hidden = true;
  who.textContent = "";
  live.textContent = "";
  crumbs.replaceChildren();
  document.title = "Sign in – OrleansUploads";
  const key = make("input", { id: "key", name: "username", autocomplete: "username", required: true, spellcheck: "false" });
  const secret = make("input", { id: "secret", type: "password", autocomplete: "current-password", required: true });
  const problem = make("p", { role: "alert" });
  const button = make("button", { class: "main" }, "Sign in");
  const signIn = async (event) => {
    event.preventDefault();
    button.disabled = true;
    problem.className = "";
    problem.textContent = "";
    try {
      const { challenge } = await get("challenge");
      await post("session", { accessKeyId: key.value.trim(), challenge, proof: prove(secret.value.trim(), challenge) });
      secret.value = "";
      await start();
    } catch (failure) {
      problem.className = "error";
      problem.textContent = failure.message;
      button.disabled = false;
    }
  };
  main.replaceChildren(
    make("h1", {}, "Sign in"),
    make("form", { onsubmit: signIn },
      make("p", { class: "quiet" }, "Use an access key of this server. The secret stays in this page: it only signs a challenge."),
      make("label", { for: "key" }, "Access key ID"), key,
      make("label", { for: "secret" }, "Secret access key"), secret,
      button, problem));
  key.focus();
}

const views = [
  [/^\/$/, showContainers, "Vaults and buckets"],
  [/^\/server$/, showServer, "Server"],
  [/^\/(vaults)\/([^/]+)$/, showVault],
  [/^\/(vaults|buckets)\/([^/]+)\/uploads$/, showUploads],
  [/^\/(vaults|buckets)\/([^/]+)\/uploads\/([^/]+)$/, showUpload],
  [/^\/(vaults)\/([^/]+)\/jobs$/, showJobs],
  [/^\/(vaults)\/([^/]+)\/archives$/, showArchives],
  [/^\/(buckets)\/([^/]+)\/objects$/, showObjects],
];

function showCrumbs(kind, name, id) {
  const steps = [make("a", { href: "#/" }, "Vaults and buckets")];
  if (name !== undefined) {
    steps.push(" / ", make("a", { href: `#/${path([kind, name])}${kind === "buckets" ? "/objects" : ""}` }, name));
  }
  if (id !== undefined) {
    steps.push(" / ", make("a", { href: `#/${path([kind, name])}/uploads` }, "uploads"));
  }
  crumbs.replaceChildren(...steps);
}

function route() {
  if (session === null) {
    return;
  }
  close();
  live.textContent = "";
  const [place, query = ""] = (location.hash.slice(1) || "/").split("?");
  for (const [pattern, show, title] of views) {
    const match = pattern.exec(place);
    if (match) {
      const [kind, name, id] = match.slice(1).map(decodeURIComponent);
      showCrumbs(kind, name, id);
      document.title = `${title ?? name} – OrleansUploads`;
      main.replaceChildren(make("p", { class: "quiet" }, "Loading …"));
      show(createPage(), { kind, name, id, query: new URLSearchParams(query.replaceAll("+", "%2B")) });
      return;
    }
  }
  showCrumbs();
  document.title = "No such page – OrleansUploads";
  main.replaceChildren(make("h1", {}, "There is no such page"), make("p", {}, make("a", { href: "#/" }, "Vaults and buckets")));
}

async function start() {
  try {
    session = await get("session");
  } catch (failure) {
    fail(failure);
    return;
  }
  session.skew = session.now - Date.now();
  session.mayAbort = session.scope.startsWith("admin");
  who.textContent = session.accessKeyId ? `${session.accessKeyId} (${session.scope})` : `account ${session.account}`;
  signOut.hidden = !session.accessKeyId;
  server.hidden = !session.isOperator;
  route();
}

signOut.addEventListener("click", async () => {
  try {
    await remove("session");
  } catch (failure) {
    fail(failure instanceof Failure ? failure : new Failure(0, "", String(failure)));
  }
  close();
  showSignIn();
});
document.getElementById("skip").addEventListener("click", (event) => {
  // The fragment of the address chooses the view.
  event.preventDefault();
  main.focus();
});
window.addEventListener("hashchange", () => {
  route();
  main.focus();
});
start();
