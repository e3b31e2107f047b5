// The dashboard: chooses the view by the fragment of the address, and keeps one live view open at a time.

import { Failure, get, path, post, remove, watch } from "./api.js";
import { make, makeLoading } from "./html.js";
import { prove } from "./proof.js";
import { showServer } from "./server.js";
import { showStart } from "./start.js";
import { showArchives, showJobs, showObjects, showVault } from "./stored.js";
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
    put: (...content) => isOpen && keepFocus(() => main.replaceChildren(...content)),
    /** Puts content into an element of the page. */
    fill: (element, ...content) => isOpen && keepFocus(() => element.replaceChildren(...content)),
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
    watch: (target, show, gone) => {
      const end = watch(target, {
        show: (document) => isOpen && show(document),
        gone: (failure) => isOpen && (failure.code === "NotSignedIn" || gone === undefined ? fail(failure) : gone(failure)),
        status: (text) => isOpen && showStatus(text),
      });
      endings.push(end);
      return end;
    },
    confirm,
    post,
    remove,
  };
}

/** Replaces what is shown. The link that has the focus keeps it. */
function keepFocus(replace) {
  const before = document.activeElement;
  const focused = main.contains(before) ? before.getAttribute("href") : null;
  replace();
  if (focused !== null && document.activeElement !== before) {
    [...main.querySelectorAll("a")].find((link) => link.getAttribute("href") === focused)?.focus({ preventScroll: true });
  }
}

/** Says whether the page follows the server. */
function showStatus(text) {
  const isLost = text === "lost";
  live.className = isLost ? "lost" : "";
  live.textContent = isLost ? "● The server does not answer. Trying again …" : text !== "" ? `● ${text}` : "";
  if (isLost) {
    document.getElementById("loading")?.replaceChildren("The server does not answer. This page appears as soon as it does.");
  }
}

function close() {
  const ended = endings;
  endings = [];
  ended.forEach((end) => end());
}

function fail(failure) {
  if (failure.code === "NotSignedIn") {
    const reason = session === null ? "" : "Your session has ended: it was not used for a while, its key was changed or removed, or the "
      + "server was restarted. Sign in again to go on where you were.";
    close();
    showSignIn(reason);
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
      label === undefined ? "" : make("p", { class: "id" }, label),
      make("div", { class: "choice" },
        make("button", { type: "button", autofocus: true, onclick: () => end(false) }, "Keep it"),
        make("button", { type: "button", class: "danger", onclick: () => end(true) }, action)));
    dialog.showModal();
  });
}

function showSignIn(reason = "") {
  session = null;
  signOut.hidden = true;
  server.hidden = true;
  who.textContent = "";
  showStatus("");
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
    reason === "" ? "" : make("p", { class: "error", role: "alert" }, reason),
    make("form", { onsubmit: signIn },
      make("p", { class: "quiet" }, "Use an access key of this server. The secret stays in this page: it only signs a challenge."),
      make("label", { for: "key" }, "Access key ID"), key,
      make("label", { for: "secret" }, "Secret access key"), secret,
      button, problem));
  key.focus();
}

const views = [
  [/^\/$/, showStart, "Overview"],
  [/^\/server$/, showServer, "Server"],
  [/^\/(vaults)\/([^/]+)$/, showVault],
  [/^\/(vaults|buckets)\/([^/]+)\/uploads$/, showUploads],
  [/^\/(vaults|buckets)\/([^/]+)\/uploads\/([^/]+)$/, showUpload],
  [/^\/(vaults)\/([^/]+)\/jobs$/, showJobs],
  [/^\/(vaults)\/([^/]+)\/archives$/, showArchives],
  [/^\/(buckets)\/([^/]+)\/objects$/, showObjects],
];

function showCrumbs(kind, name, id) {
  const steps = [make("a", { href: "#/" }, "Overview")];
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
  showStatus("");
  const [place, query = ""] = (location.hash.slice(1) || "/").split("?");
  for (const [pattern, show, title] of views) {
    const match = pattern.exec(place);
    if (match) {
      const [kind, name, id] = match.slice(1).map(decodeURIComponent);
      showCrumbs(kind, name, id);
      document.title = `${title ?? name} – OrleansUploads`;
      main.replaceChildren(makeLoading());
      show(createPage(), { kind, name, id, query: new URLSearchParams(query.replaceAll("+", "%2B")) });
      return;
    }
  }
  showCrumbs();
  document.title = "No such page – OrleansUploads";
  main.replaceChildren(make("h1", {}, "There is no such page"), make("p", {}, make("a", { href: "#/" }, "Overview")));
}

async function start() {
  try {
    session = await get("session");
  } catch (failure) {
    fail(failure);
    return;
  }
  session.skew = session.now - Date.now();
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
  // On a phone the header is as high as a third of the screen, so scrolling to the content would cut it in half.
  main.focus({ preventScroll: true });
  window.scrollTo(0, 0);
});
start();
