// Uploads in progress: a page of them, and one with its live map.

import { get, path } from "./api.js";
import { facts, make, table } from "./html.js";
import { drawStrip, gaps, highest, parseRuns, PartMap, writeRun } from "./parts.js";
import { runsOf, showEnd, showTrail } from "./timeline.js";
import { bytes, count, duration, time } from "./words.js";

const tabs = {
  vaults: [["", "Vault"], ["/uploads", "Uploads in progress"], ["/jobs", "Jobs"], ["/archives", "Archives"]],
  buckets: [["/uploads", "Uploads in progress"], ["/objects", "Objects"]],
};

/** The links to the views of a vault or bucket. */
export function makeTabs(kind, name, current) {
  return make("nav", { class: "tabs", "aria-label": name }, tabs[kind].map(([end, text]) =>
    make("a", { href: `#/${path([kind, name])}${end}`, "aria-current": end === current ? "page" : null }, text)));
}

/** A link to the next page, and one to the first. */
export function makePages(place, query, after) {
  const next = after === undefined || after === null ? null : path([], { after: after.after, marker: after.marker });
  return make("p", { class: "pages" },
    query.has("after") ? make("a", { href: `#/${place}` }, "First page") : null,
    next === null ? null : make("a", { href: `#/${place}${next}` }, "Next page"));
}

/** Says in which order a list is, if it has more than one entry. */
export const makeOrder = (text, items) => (items.length > 1 ? make("p", { class: "quiet" }, text) : "");

/** The order of a list whose pages follow random IDs, so that the server need not read all of it. */
export const oldestFirst = (query, after) => (query.has("after") || (after !== undefined && after !== null)
  ? "Oldest first on each page. The random ID of an entry decides on which page it is."
  : "Oldest first.");

/** The parameters of a page's request, from the address. */
export const pageOf = (query) => ({ after: query.get("after"), marker: query.get("marker") });

/** Bytes per second since the last state of an upload. */
class Rates {
  constructor() {
    this.seen = new Map();
  }

  /** The rate in words, or an empty text while it is not known. */
  of(upload, now) {
    const id = upload.id;
    const known = this.seen.get(id) ?? [];
    known.push([now, upload.parts.bytes]);
    while (known.length > 2 && now - known[0][0] > 15000) {
      known.shift();
    }
    this.seen.set(id, known);
    const [since, from] = known[0];
    return now > since && upload.parts.bytes > from ? `${bytes(((upload.parts.bytes - from) * 1000) / (now - since))}/s` : "";
  }
}

const nameOf = (upload) => upload.key ?? upload.description ?? "without description";

function uploadPath(kind, name, upload) {
  return path([kind, name, "uploads", upload.id], { key: upload.key });
}

/** A page of uploads in progress. */
export function showUploads(page, { kind, name, query }) {
  const place = `${path([kind, name])}/uploads`;
  const rates = new Rates();
  page.watch(path([kind, name, "uploads"], pageOf(query)), ({ uploads, after }) => {
    const now = page.now();
    const strips = [];
    const rows = uploads.map((upload) => {
      const title = make("div", {}, make("a", { href: `#/${uploadPath(kind, name, upload)}` }, nameOf(upload)),
        make("div", { class: "id" }, `${upload.id.slice(0, 16)}…`));
      if (!upload.parts) {
        return [title, "", "being completed", "", "", duration(now - upload.created)];
      }
      const runs = parseRuns(upload.parts.runs);
      const missing = gaps(runs).length;
      const strip = make("canvas", { class: "strip", role: "img",
        "aria-label": `${count(upload.parts.count, "part")}, ${count(missing, "gap")}` });
      strips.push([strip, runs]);
      return [title, strip, `${count(upload.parts.count, "part")}${missing > 0 ? `, ${count(missing, "gap")}` : ""}`,
        bytes(upload.parts.bytes), rates.of(upload, now), duration(now - upload.created)];
    });
    page.put(make("h1", {}, name), makeTabs(kind, name, "/uploads"),
      table(["Upload", "Parts received", "", "#Size so far", "#Rate", "#Age"], rows, "No uploads are in progress."),
      makeOrder(kind === "buckets" ? "By key." : oldestFirst(query, after), uploads),
      makePages(place, query, after));
    strips.forEach(([strip, runs]) => drawStrip(strip, runs));
  });
}

/** One upload with the live map of its parts. */
export function showUpload(page, { kind, name, id, query }) {
  const target = [kind, name, "uploads", id];
  const key = { key: query.get("key") };
  const heading = make("h1", {}, "");
  const summary = make("div");
  const note = make("p", { class: "quiet", role: "status" });
  const canvas = make("canvas", { class: "map", tabindex: "0", role: "application",
    "aria-label": "Map of the parts. Arrow keys choose a part; its properties follow the map.", "aria-describedby": "gaps" });
  const frame = make("div", {}, canvas);
  const missing = make("p", { id: "gaps", class: "quiet" });
  const refused = make("div");
  const detail = make("section", { class: "panel", "aria-live": "polite", "aria-label": "Part" },
    make("h2", {}, "Part"), make("p", { class: "quiet" }, "Choose a part in the map."));
  const rates = new Rates();
  let shown = null;
  let ended = null;

  const choose = async (number) => {
    if (ended !== null) {
      detail.replaceChildren(make("h2", {}, `Part ${number}`), ...showTrail(ended, number));
      return;
    }
    const [part, timeline] = await Promise.all([
      page.get(path([...target, "parts", number], key)), page.get(path([...target, "timeline"], { ...key, part: number }))]);
    // A held arrow key sends requests faster than the server answers them.
    if (part === null || timeline === null || map.cursor !== number) {
      return;
    }
    detail.replaceChildren(make("h2", {}, `Part ${number}`), part.isStored
      ? facts([
        ["range", part.firstByte === undefined ? null : `${part.firstByte}–${part.firstByte + part.bytes - 1}`],
        ["size", `${bytes(part.bytes)} (${part.bytes} bytes)`],
        ["accepted", time(part.stored)],
        ["attempt", part.attempt && make("span", { class: "id" }, part.attempt)],
        ["attempt begun", part.begun && time(part.begun)],
        ["took", part.begun && duration(part.stored - part.begun)],
        ["tree hash", make("span", { class: "id" }, part.treeHash)],
        ["ETag", part.eTag && make("span", { class: "id" }, part.eTag)],
        ["location", part.location],
      ])
      : make("p", {}, "This part has not arrived."), ...showTrail(timeline, number));
  };
  const map = new PartMap(canvas, choose);
  page.onEnd(() => map.close());

  const abort = async () => {
    const confirmed = await page.confirm("Abort this upload?",
      `“${nameOf(shown)}”: the ${count(shown.parts.count, "part")} received so far (${bytes(shown.parts.bytes)}) will be deleted. `
      + "This cannot be undone.", "Abort the upload", id);
    if (!confirmed) {
      return;
    }
    try {
      await page.abort(path([...target, "abort"], key));
      location.hash = `#/${path([kind, name])}/uploads`;
    } catch (failure) {
      note.className = "error";
      note.textContent = failure.message;
    }
  };

  page.put(heading, make("div", { class: "columns" },
    make("div", {}, summary,
      make("div", { class: "legend" },
        make("span", {}, make("i", { class: "stored" }), "received"),
        make("span", {}, make("i", { class: "fresh" }), "just arrived"),
        make("span", {}, make("i", { class: "missing" }), "missing before a later part")),
      frame, missing, note, refused),
    make("div", {}, detail, page.session.mayAbort
      ? make("p", {}, make("button", { type: "button", class: "danger", id: "abort", onclick: abort }, "Abort upload …"))
      : null)));

  page.watch(path(target, key), (upload) => {
    shown = upload;
    const runs = parseRuns(upload.parts.runs);
    const open = gaps(runs);
    heading.textContent = nameOf(upload);
    summary.replaceChildren(facts([
      ["upload ID", make("span", { class: "id" }, upload.id)],
      ["parts", `${upload.parts.count.toLocaleString("en")} received`
        + (open.length > 0 ? `, ${(highest(runs) - upload.parts.count).toLocaleString("en")} missing below part ${highest(runs)}` : "")],
      ["size so far", bytes(upload.parts.bytes)],
      ["rate", rates.of(upload, page.now())],
      ["part size", upload.partBytes && bytes(upload.partBytes)],
      ["initiated", `${time(upload.created)} (${duration(page.now() - upload.created)} ago)`],
      ["last activity", `${time(upload.parts.active)} (${duration(page.now() - upload.parts.active)} ago)`],
      ["properties", upload.details],
      ["silo", upload.silo],
    ]));
    missing.textContent = open.length === 0
      ? "No part is missing so far. How many parts follow is only known when the upload is completed."
      : `Missing: ${open.slice(0, 40).map(writeRun).join(", ")}${open.length > 40 ? ` and ${open.length - 40} more gaps` : ""}.`;
    refused.replaceChildren(...(upload.refusals === undefined ? [] : [
      make("h2", {}, "The last requests that this server refused"),
      table(["Time", "Request and error", "Key and address"], upload.refusals.map((request) => [
        time(request.at),
        make("div", {}, request.operation, make("div", {}, `${request.status} ${request.code}`)),
        make("div", { class: "id" }, request.accessKeyId, make("div", {}, request.client)),
      ])),
    ]));
    map.show(runs);
    performance.mark("map-drawn");
  }, async () => {
    note.className = "";
    note.textContent = "This upload has ended: it was completed or aborted, or it has expired.";
    document.getElementById("abort")?.remove();
    try {
      ended = await get(path([...target, "timeline"], key));
    } catch {
      // Its record is deleted, or its timeline was never kept.
      return;
    }
    heading.textContent ||= query.get("key") ?? "upload";
    summary.replaceChildren(showEnd(ended));
    missing.textContent = "";
    map.show(runsOf(ended));
  });
}
