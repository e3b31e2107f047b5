// Uploads in progress: a page of them, and one with its live map.

import { get, path } from "./api.js";
import { copyButton, facts, make, makeLoading, shortId, table } from "./html.js";
import { drawStrip, gaps, highest, maxParts, parseRuns, PartMap, writeRuns } from "./parts.js";
import { archiveName, bytes, count, duration, exactly, time, took as tookOf } from "./words.js";

const tabs = {
  vaults: [["", "Vault"], ["/uploads", "Uploads in progress"], ["/jobs", "Jobs"], ["/archives", "Archives"]],
  buckets: [["/objects", "Objects"], ["/uploads", "Uploads in progress"]],
};

/** The links to the views of a vault or bucket that the key may see. */
export function makeTabs(page, kind, name, current) {
  const shown = tabs[kind].filter(([end]) => end !== "/archives" || page.session.rights.mayRead);
  return make("nav", { class: "tabs", "aria-label": name }, shown.map(([end, text]) =>
    make("a", { href: `#/${path([kind, name])}${end}`, "aria-current": end === current ? "page" : null }, text)));
}

/** A link to the next page, and one to the first. The other parameters are those of all pages. */
export function makePages(place, query, after, others = {}) {
  const next = after === undefined || after === null ? null : path([], { ...others, after: after.after, marker: after.marker });
  return make("p", { class: "pages" },
    query.has("after") ? make("a", { href: `#/${place}${path([], others)}` }, "First page") : null,
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

/** Whether the rate at which the last parts arrived is known, and parts still arrive: a client that sends some at the same time is silent for
 * as long as all of them take. */
const hasRate = ({ parts }, now) => parts.rate > 0
  && now - parts.active <= 5000 + Math.min(parts.rateOver, (8000 * parts.bytes) / parts.count / parts.rate);

/** How fast the last parts arrived, or an empty text if that is not known or long ago. */
export const rateOf = (upload, now) => (hasRate(upload, now) ? `${bytes(upload.parts.rate)}/s` : "");

/** The announced size, or undefined if the client announced none or has sent more. */
const totalOf = ({ totalBytes, parts }) => (totalBytes > 0 && parts.bytes <= totalBytes ? totalBytes : undefined);

/** How long the rest takes at the present rate, or an empty text if that is not known. */
export const leftOf = (upload, now) => (totalOf(upload) > upload.parts.bytes && hasRate(upload, now)
  ? `${duration(((totalOf(upload) - upload.parts.bytes) * 1000) / upload.parts.rate)} left` : "");

/** The share that has arrived, or an empty text if the size is not known. */
const shareOf = (upload) => (totalOf(upload) === undefined ? "" : `${Math.floor((upload.parts.bytes * 100) / totalOf(upload))} %`);

/** How much has arrived, and the share of the announced size. */
export const receivedOf = (upload) => (totalOf(upload) === undefined ? bytes(upload.parts.bytes)
  : make("div", {}, `${bytes(upload.parts.bytes)} of ${bytes(totalOf(upload))}`, make("div", { class: "quiet" }, shareOf(upload))));

/** How fast it arrives, and how long the rest takes. */
export const makePace = (page, upload) => make("div", {}, page.text(() => rateOf(upload, page.now())),
  make("div", { class: "quiet" }, page.text(() => leftOf(upload, page.now()))));

/** The number of parts that an archive of the announced size has, or undefined if that is not known. */
function expectedParts(upload, runs) {
  const expected = upload.partBytes && totalOf(upload) && Math.ceil(totalOf(upload) / upload.partBytes);
  return expected >= highest(runs) && expected <= maxParts ? expected : undefined;
}

/** What the bar of an upload shows, and of how much: its parts, or its bytes where parts have any size. */
function barOf(upload, runs) {
  const expected = expectedParts(upload, runs);
  return expected === undefined && upload.partBytes === undefined && totalOf(upload) !== undefined
    ? [upload.parts.bytes === 0 ? [] : [[1, upload.parts.bytes]], totalOf(upload)]
    : [runs, expected];
}

const unknownSize = "A hatched end is unknown: the client has not announced how large its upload will be.";

export const nameOf = (upload) => upload.key ?? (upload.description === undefined ? "without description" : archiveName(upload.description));

/** The place of an upload. */
export function uploadPath(kind, name, upload) {
  return path([kind, name, "uploads", upload.id], { key: upload.key });
}

/** A page of uploads in progress. */
export function showUploads(page, { kind, name, query }) {
  const place = `${path([kind, name])}/uploads`;
  page.watch(path([kind, name, "uploads"], pageOf(query)), ({ uploads, after }) => {
    const strips = [];
    const rows = uploads.map((upload) => {
      const title = make("div", {}, make("a", { href: `#/${uploadPath(kind, name, upload)}` }, nameOf(upload)),
        make("div", {}, shortId(upload.id, "the upload ID")));
      const age = page.text(() => duration(page.now() - upload.created));
      if (!upload.parts) {
        return [title, "", "being completed", "", "", age];
      }
      const runs = parseRuns(upload.parts.runs);
      const missing = gaps(runs).length;
      const strip = make("canvas", { class: "strip", role: "img",
        "aria-label": `${count(upload.parts.count, "part")}, ${count(missing, "gap")}, ${shareOf(upload) || "and an unknown number of parts to follow"}` });
      strips.push([strip, ...barOf(upload, runs)]);
      return [title, strip, make("div", {}, `${count(upload.parts.count, "part")}${missing > 0 ? `, ${count(missing, "gap")}` : ""}`,
        runs.length === 0 ? null : make("div", { class: "quiet" }, `${upload.parts.count === 1 ? "number" : "numbers"} ${writeRuns(runs, 3, "runs")}`)),
      receivedOf(upload), makePace(page, upload), age];
    });
    page.put(make("h1", {}, name), makeTabs(page, kind, name, "/uploads"),
      table(["Upload", "Received", "Parts", "#Size so far", "#Rate", "#Age"], rows, "No uploads are in progress."),
      strips.some(([, , total]) => total === undefined) ? make("p", { class: "quiet" }, unknownSize) : "",
      makeOrder(kind === "buckets" ? "By key." : oldestFirst(query, after), uploads),
      makePages(place, query, after));
    strips.forEach((strip) => drawStrip(...strip));
  });
}

/** How an upload ended: what became of it, how long it took, and how fast its bytes arrived. */
function showEnding(page, { kind, name }, { key, created, ending, id, details, ...upload }) {
  const took = ending.how === "completed" && ending.at !== undefined ? ending.at - created : null;
  const container = kind === "vaults" ? "vault" : "bucket";
  const became = ending.archive ? "an archive" : "an object";
  const title = { completed: "Completed", aborted: "Aborted", expired: "Expired" }[ending.how];
  const archives = ending.archive && `#/${path([kind, name, "archives"], { archive: ending.archive })}`;
  page.put(make("h1", {}, nameOf({ key, ...upload })),
    make("p", { class: `outcome ${ending.how}`, role: "status" }, make("strong", {}, title), " ", {
      completed: ending.deleted === undefined
        ? `The upload became ${became}.`
        : `The upload became ${became}, which was deleted${ending.archive ? "" : " or replaced"} at ${time(ending.deleted)}.`,
      aborted: `A client aborted the upload, or its ${container} was deleted. Its parts are deleted.`,
      expired: "Nothing was sent for too long, so the upload was given up. Its parts are deleted.",
    }[ending.how]),
    facts([
      ["archive", ending.archive && make("span", {}, ending.deleted === undefined && page.session.rights.mayRead
        ? make("a", { href: archives, class: "id" }, ending.archive)
        : make("span", { class: "id" }, ending.archive), " ", copyButton(ending.archive, "the archive ID"))],
      ["object", key && ending.how === "completed" && ending.deleted === undefined
        ? make("a", { href: `#/${path([kind, name, "objects"], { prefix: key })}` }, key) : null],
      ["size", ending.bytes === undefined ? null : exactly(ending.bytes)],
      [ending.how, ending.at && time(ending.at)],
      ["duration", took === null ? null : tookOf(took)],
      ["rate", took > 0 ? `${bytes((ending.bytes * 1000) / took)}/s on average` : null],
      [ending.archive ? "tree hash" : "ETag", ending.hash && make("span", { class: "id" }, ending.hash)],
      ["initiated", time(created)],
      ["upload ID", make("span", { class: "id" }, id)],
      ["properties", details],
    ]),
    make("p", {}, make("a", { href: `#/${path([kind, name])}/uploads` }, "Uploads in progress")));
}

/** One upload with the live map of its parts. */
export function showUpload(page, { kind, name, id, query }) {
  const target = [kind, name, "uploads", id];
  const key = { key: query.get("key") };
  const heading = make("h1", {}, "");
  const summary = make("div", {}, makeLoading());
  const note = make("p", { class: "quiet", role: "status" });
  const canvas = make("canvas", { class: "map", tabindex: "0", role: "application",
    "aria-label": "Map of the parts. Arrow keys choose a part; its properties follow the map.", "aria-describedby": "gaps" });
  const frame = make("div", {}, canvas);
  const missing = make("p", { id: "gaps", class: "quiet" });
  const refused = make("div");
  const detail = make("section", { class: "panel", "aria-live": "polite", "aria-label": "Part" },
    make("h2", {}, "Part"), make("p", { class: "quiet" }, "Choose a part in the map."));
  const following = make("span", {}, "may follow");
  const legend = make("div", { class: "legend" },
    make("span", {}, make("i", { class: "stored" }), "received"),
    make("span", {}, make("i", { class: "fresh" }), "just arrived"),
    make("span", {}, make("i", { class: "missing" }), "missing before a later part"),
    make("span", {}, make("i", { class: "following" }), following));
  let shown = null;

  const choose = async (number) => {
    const part = await page.get(path([...target, "parts", number], key));
    // A held arrow key sends requests faster than the server answers them.
    if (part === null || map.cursor !== number) {
      return;
    }
    detail.replaceChildren(make("h2", {}, `Part ${number}`), part.isStored
      ? facts([
        ["range", part.firstByte === undefined ? null : `${part.firstByte}–${part.firstByte + part.bytes - 1}`],
        ["size", exactly(part.bytes)],
        ["accepted", time(part.stored)],
        ["attempt", part.attempt && make("span", { class: "id" }, part.attempt)],
        ["attempt begun", part.begun && time(part.begun)],
        ["took", part.begun && tookOf(part.stored - part.begun)],
        ["tree hash", make("span", { class: "id" }, part.treeHash)],
        ["ETag", part.eTag && make("span", { class: "id" }, part.eTag)],
        ["location", part.location],
        ["access key", part.sender?.accessKeyId],
        ["address", part.sender?.address],
        ["node", part.sender?.node],
      ])
      : make("p", {}, "This part has not arrived."));
  };
  const map = new PartMap(canvas, choose);
  page.onEnd(() => map.close());

  // The server does not know this upload, or no longer.
  const showGone = (failure) => {
    const text = failure.status === 0 || failure.status >= 500 ? failure.message
      : shown === null ? "The server has no upload with this ID. It was aborted, has expired, or ended so long ago that its record is gone."
      : "The server no longer knows this upload: its record is gone, or its vault or bucket was deleted.";
    page.put(make("h1", {}, shown === null ? query.get("key") ?? "Upload" : nameOf(shown)),
      make("p", { class: "outcome aborted", role: "status" }, make("strong", {}, shown === null ? "Not found" : "Ended"), ` ${text}`),
      facts([["upload ID", make("span", { class: "id" }, id)]]),
      make("p", {}, make("a", { href: `#/${path([kind, name])}/uploads` }, "Uploads in progress")));
  };

  const abort = async () => {
    const confirmed = await page.confirm("Abort this upload?",
      `“${nameOf(shown)}”: the ${count(shown.parts.count, "part")} received so far (${bytes(shown.parts.bytes)}) will be deleted. `
      + "This cannot be undone.", "Abort the upload", id);
    if (!confirmed) {
      return;
    }
    try {
      // The page follows the upload, so it says that it is aborted.
      await page.post(path([...target, "abort"], key));
    } catch (failure) {
      note.className = "error";
      note.textContent = failure.message;
    }
  };

  page.put(heading, make("div", { class: "columns" },
    make("div", {}, note, summary, legend, frame, missing, refused),
    make("div", {}, detail, page.session.rights.mayChange
      ? make("p", {}, make("button", { type: "button", class: "danger", id: "abort", onclick: abort }, "Abort upload …"))
      : null)));

  const end = page.watch(path(target, key), (upload) => {
    shown = upload;
    page.title(nameOf(upload));
    if (upload.ending !== undefined) {
      showEnding(page, { kind, name }, upload);
      // An ended upload does not change. The first state may arrive before the view is known here.
      setTimeout(() => end());
      return;
    }
    if (upload.parts === undefined) {
      heading.textContent = nameOf(upload);
      note.textContent = "The upload is being completed …";
      return;
    }
    note.textContent = "";
    const runs = parseRuns(upload.parts.runs);
    const open = gaps(runs);
    const expected = expectedParts(upload, runs);
    const total = totalOf(upload);
    heading.textContent = nameOf(upload);
    summary.replaceChildren(facts([
      ["upload ID", make("span", { class: "id" }, upload.id, " ", copyButton(upload.id, "the upload ID"))],
      ["parts", `${upload.parts.count.toLocaleString("en")} received`
        + (open.length > 0 ? `, ${(highest(runs) - upload.parts.count).toLocaleString("en")} missing below part ${highest(runs)}` : "")],
      ["numbers", writeRuns(runs, 8, "runs")],
      ["size so far", exactly(upload.parts.bytes)],
      ["received", total && make("span", {}, make("progress", { max: total, value: upload.parts.bytes, "aria-label": "received" }), ` ${shareOf(upload)}`)],
      ["size in the end", total === undefined ? "not announced by the client" : `${exactly(total)}, as the client announced`],
      ["rate", page.text(() => rateOf(upload, page.now()) || "not known")],
      ["time left", total && page.text(() => leftOf(upload, page.now()) || "not known")],
      ["part size", upload.partBytes && bytes(upload.partBytes)],
      ["initiated", page.text(() => `${time(upload.created)} (${duration(page.now() - upload.created)} ago)`)],
      ["last activity", page.text(() => `${time(upload.parts.active)} (${duration(page.now() - upload.parts.active)} ago)`)],
      ["properties", upload.details],
      ["silo", upload.silo],
    ]));
    following.textContent = expected === undefined ? "may follow" : "to follow";
    missing.textContent = open.length === 0
      ? `No part is missing so far. ${expected === undefined ? "How many parts follow is only known when the upload is completed."
        : expected === highest(runs) ? "No part follows." : `${count(expected - highest(runs), "part")} to follow.`}`
      : `Missing: ${writeRuns(open, 40, "gaps")}.`;
    refused.replaceChildren(...(upload.refusals === undefined ? [] : [
      make("h2", {}, "The last requests that this server refused"),
      table(["Time", "Request and error", "Key and address"], upload.refusals.map((request) => [
        time(request.at),
        make("div", {}, request.operation, make("div", {}, `${request.status} ${request.code}`)),
        make("div", { class: "id" }, request.accessKeyId, make("div", {}, request.client)),
      ])),
    ]));
    map.show(runs, expected);
    performance.mark("map-drawn");
  }, showGone);
}
