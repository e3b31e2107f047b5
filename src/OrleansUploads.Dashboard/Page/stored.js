// Vaults and buckets, and what they contain.

import { path, save } from "./api.js";
import { copyButton, facts, make, makeLoading, shortId, table } from "./html.js";
import { makeDropZone } from "./upload.js";
import { makeOrder, makePages, makeTabs, oldestFirst, pageOf } from "./uploads.js";
import { archiveDescription, archiveName, bytes, count, duration, policy, time } from "./words.js";

function showPolicy(title, text, ...before) {
  return [make("h2", {}, title), ...before, make("ul", {}, policy(text).map((sentence) => make("li", {}, sentence))),
    make("details", {}, make("summary", {}, "The policy as it was sent"), make("pre", {}, text))];
}

/** A vault with its policies in words. */
export function showVault(page, { kind, name }) {
  page.watch(path([kind, name]), (vault) => page.put(
    make("h1", {}, vault.name), makeTabs(page, kind, name, ""),
    facts([
      ["archives", vault.archives.toLocaleString("en")],
      ["size", bytes(vault.bytes)],
      ["created", time(vault.created)],
      ["last inventory", vault.lastInventory ? time(vault.lastInventory) : "none yet"],
    ]),
    ...(vault.lock
      ? showPolicy("Vault lock", vault.lock.policy, make("p", {}, vault.lock.expires === undefined
        ? `Locked permanently, since the lock that was initiated at ${time(vault.lock.created)} was completed.`
        : `In progress: in force since ${time(vault.lock.created)}, and gone at ${time(vault.lock.expires)} unless it is completed.`))
      : [make("h2", {}, "Vault lock"), make("p", { class: "quiet" }, "The vault is not locked.")]),
    ...(vault.accessPolicy
      ? showPolicy("Access policy", vault.accessPolicy)
      : [make("h2", {}, "Access policy"), make("p", { class: "quiet" }, "There is none: only the vault's account has access.")])));
}

/** A vault's jobs with their countdowns. */
export function showJobs(page, { kind, name, query }) {
  const stateOf = (job, now) => (job.ready === undefined ? "being measured"
    : now < job.ready ? `ready in ${duration(job.ready - now)}`
    : now < job.expires ? `ready; output expires in ${duration(job.expires - now)}` : "expired");
  page.watch(path([kind, name, "jobs"], pageOf(query)), ({ jobs, after }) => page.put(
    make("h1", {}, name), makeTabs(page, kind, name, "/jobs"),
    table(["Job", "Kind", "Tier", "#Output", "#Initiated", "State"], jobs.map((job) => [
      make("div", {}, job.description ?? "without description", make("div", { class: "id" }, job.archive
        ? ["archive ", make("a", { href: `#/${path([kind, name, "archives"], { archive: job.archive })}` }, `${job.archive.slice(0, 24)}…`)]
        : `${job.id.slice(0, 24)}…`)),
      job.kind, job.tier, job.bytes === undefined ? "" : bytes(job.bytes), time(job.created),
      make("div", {}, page.text(() => stateOf(job, page.now())), page.session.rights.mayRead && job.ready <= page.now() && page.now() < job.expires
        ? [" ", make("a", { href: `api/${outputOf(name, job)}`, download: job.archive?.slice(0, 24) ?? "inventory",
          "aria-label": `Download the output of job ${job.id.slice(0, 10)}` }, "download")]
        : null),
    ]), "There are no jobs."),
    makeOrder("Oldest first.", jobs),
    makePages(path([kind, name, "jobs"]), query, after)));
}

const outputOf = (vault, job) => path(["vaults", vault, "jobs", job.id, "output"]);

/** A list that follows the server: archives or objects. */
function showStored(page, { kind, name, query }, what, only, { columns, rowOf, empty, before = () => [], order }) {
  const place = path([kind, name, what]);
  const list = make("div", {}, makeLoading());
  const fixed = before();
  page.put(make("h1", {}, name), makeTabs(page, kind, name, `/${what}`), ...fixed, list);
  page.watch(path([kind, name, what], { ...pageOf(query), ...only }), ({ items, folders = [], after, all, ...rights }) => page.fill(list,
    all === undefined ? "" : make("p", { class: "quiet" }, `The bucket has ${count(all.count, "object")}, ${bytes(all.bytes)}${all.hasMore ? ", or more" : ""}.`),
    table(columns, [...folders.map((folder) => folderRow(place, folder, only.prefix ?? "")), ...items.map((item) => rowOf(item, rights))],
      after === undefined ? empty : "None of those that were looked at."),
    items.length + folders.length === 0 ? "" : make("p", { class: "quiet" },
      `${[folders.length > 0 && count(folders.length, "folder"), items.length > 0 && count(items.length, "entry", "entries")]
        .filter(Boolean).join(" and ")}. ${items.length > 1 ? order(after) : ""}`),
    makePages(place, query, after, only)));
}

const folderRow = (place, folder, prefix) =>
  [make("a", { href: `#/${place}${path([], { prefix: folder })}` }, folder.slice(prefix.length)), "", "", "", ""];

/** A form that shows what begins with a text. */
function makeSearch(label, address, input, read) {
  return make("form", { class: "line", onsubmit: (event) => {
    event.preventDefault();
    location.hash = `#/${address}${path([], { prefix: input.value === "" ? null : read(input.value) })}`;
  } }, make("label", { for: input.id }, label), input, make("button", {}, "Show"));
}

/** A page of archives: all of them, those whose names begin with a text, or one. */
export function showArchives(page, place) {
  const { name, query } = place;
  const address = path([place.kind, name, "archives"]);
  const only = { archive: query.get("archive"), prefix: query.get("prefix") };
  const search = make("input", { id: "prefix", value: archiveName(only.prefix ?? ""), spellcheck: "false", placeholder: "Pictures/2026" });
  const note = make("p", { role: "status" });
  const tell = (text, isError = false) => {
    note.className = isError ? "error" : "";
    note.textContent = text;
  };
  const nameOf = (archive) => (archive.description === undefined ? archive.id : archiveName(archive.description));
  const act = (action) => async () => {
    try {
      await action();
    } catch (failure) {
      tell(failure.message, true);
    }
  };
  const retrieve = (archive) => act(async () => {
    const job = await page.post(path([place.kind, name, "archives", archive.id, "retrieve"]));
    // Both times are the server's, whose clock alone decides whether the output is ready.
    if (job.ready > job.created) {
      tell(`“${nameOf(archive)}” is ready in ${duration(job.ready - page.now())}. Download it in the list of jobs then.`);
      return;
    }
    save(outputOf(name, job), nameOf(archive).split("/").pop());
    tell(`“${nameOf(archive)}” is being downloaded.`);
  });
  const remove = (archive) => act(async () => {
    if (await page.confirm("Delete this archive?", `“${nameOf(archive)}” (${bytes(archive.bytes)}) will be deleted. This cannot be undone.`,
      "Delete the archive", archive.id)) {
      const { bytes: left, until } = await page.remove(path([place.kind, name, "archives", archive.id]));
      tell(`Deleted “${nameOf(archive)}”. ${left > 0 && until !== undefined
        ? `Its ${bytes(left)} are kept until ${time(until)}: a job for it can still be downloaded, or a backup is in progress.` : ""}`);
    }
  });
  showStored(page, place, "archives", only, {
    columns: ["Archive", "#Size", "#Created", "Tree hash", "Actions"],
    rowOf: (archive, { mayRetrieve, mayDelete }) => [
      make("div", {}, archive.description === undefined ? "without description" : nameOf(archive), make("div", {}, shortId(archive.id, "the archive ID"))),
      bytes(archive.bytes), time(archive.created), make("span", { class: "id", title: archive.hash }, `${archive.hash.slice(0, 16)}…`),
      make("div", { class: "actions" },
        mayRetrieve ? make("button", { type: "button", class: "copy", "aria-label": `Download ${nameOf(archive)}`, onclick: retrieve(archive) }, "download") : null,
        mayDelete ? make("button", { type: "button", class: "copy", "aria-label": `Delete ${nameOf(archive)}`, onclick: remove(archive) }, "delete …") : null),
    ],
    empty: only.prefix === null ? "There are no archives." : "There are no archives whose names begin with this.",
    before: () => [only.archive === null
      ? makeSearch("Names that begin with", address, search, archiveDescription)
      : make("p", {}, "One archive. ", make("a", { href: `#/${address}` }, "All archives")), note],
    order: (after) => oldestFirst(query, after),
  });
}

/** A page of objects: those of one folder, or those whose keys begin with a text. */
export function showObjects(page, place) {
  const prefix = place.query.get("prefix");
  const address = path([place.kind, place.name, "objects"]);
  const search = make("input", { id: "prefix", value: prefix ?? "", spellcheck: "false", placeholder: "2026/" });
  showStored(page, place, "objects", { prefix, delimiter: "/" }, {
    columns: ["Key", "#Size", "#Created", "ETag", "Actions"],
    rowOf: (object) => [
      make("span", {}, object.id.slice(folderOf(prefix ?? "").length) || object.id),
      bytes(object.bytes), time(object.created), make("span", { class: "id" }, object.hash.slice(0, 16)),
      make("div", { class: "actions" }, copyButton(object.id, `the key ${object.id}`), page.session.rights.mayRead
        ? make("a", { href: `api/${path([place.kind, place.name, "content"], { key: object.id })}`, download: true,
          "aria-label": `Download ${object.id}` }, "download")
        : null),
    ],
    empty: prefix === null ? "There are no objects." : "There are no objects whose keys begin with this.",
    before: () => [
      makeSearch("Keys that begin with", address, search, (text) => text),
      make("nav", { "aria-label": "Folder", class: "folders" }, make("a", { href: `#/${address}` }, place.name),
        foldersOf(prefix ?? "").flatMap(([text, whole]) => [" / ", make("a", { href: `#/${address}${path([], { prefix: whole })}` }, text)])),
      page.session.rights.mayAdd ? makeDropZone(page, place.name, folderOf(prefix ?? "")) : "",
    ],
    order: () => "By key.",
  });
}

/** The part of a prefix that ends with a slash. */
const folderOf = (prefix) => prefix.slice(0, prefix.lastIndexOf("/") + 1);

/** The folders on the way to a prefix: the name of each, and its own prefix. */
function foldersOf(prefix) {
  const names = folderOf(prefix).split("/").slice(0, -1);
  return names.map((text, at) => [text === "" ? "(no name)" : text, `${names.slice(0, at + 1).join("/")}/`]);
}
