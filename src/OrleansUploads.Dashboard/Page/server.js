// The server itself, for its operators.

import { draw, facts, make, table } from "./html.js";
import { bytes, count, duration, time } from "./words.js";

/** What the checks of the health report are about. */
const subjects = {
  "accepts-requests": "Requests",
  certificates: "Certificates",
  "clock-is-trusted": "Clock",
  cluster: "Cluster",
  database: "Database",
  "journal-disk": "Disk with the journal",
  parts: "Store of the bytes",
  "part-store-disk": "Disk with the bytes",
  "silo-active": "Silo",
  "silo-not-dead": "Membership of the silo",
  space: "Free space",
  storage: "Storage of the cluster",
};

/** What is wrong, or soon will be, in words. */
export const makeProblems = (checks) => checks.filter((check) => check.needsAttention)
  .map((check) => `${subjects[check.name] ?? check.name}: ${check.text ?? check.status.toLowerCase()}`);

/** A line of the bytes in each minute of the last hour. */
function makeLine(title, minutes) {
  const [width, height] = [240, 48];
  const top = Math.max(...minutes, 1);
  const points = minutes.map((value, at) =>
    `${((at / (minutes.length - 1)) * width).toFixed(1)},${(height - 2 - (value / top) * (height - 4)).toFixed(1)}`);
  const sum = minutes.reduce((all, value) => all + value, 0);
  const last = minutes.slice(-2)[0];
  return make("div", { class: "tile" }, make("div", { class: "quiet" }, title),
    make("strong", {}, `${bytes(last / 60)}/s`), make("span", { class: "quiet" }, " in the last full minute"),
    draw("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", preserveAspectRatio: "none",
      "aria-label": `${title}: ${bytes(sum)} in the last hour, at most ${bytes(top === 1 ? 0 : top)} in a minute` },
    draw("line", { class: "axis", x1: 0, y1: height - 1, x2: width, y2: height - 1 }),
    draw("polyline", { points: points.join(" ") })),
    make("div", { class: "quiet" }, `${bytes(sum)} in the last hour`));
}

/** How many bytes of what was deleted are not freed yet, or an empty text. */
export const unfreedOf = (deleted) => (deleted === undefined || deleted.bytes === 0 ? ""
  : `${deleted.hasMore ? "At least " : ""}${bytes(deleted.bytes)} of ${count(deleted.count, "deleted archive or object", "deleted archives and objects")} `
    + (deleted.until === undefined ? "are being freed." : `are kept for those who read them, the last until ${time(deleted.until)}.`));

function makeDisk({ total, free, kept }, deleted) {
  const used = (total - free) / total;
  return make("div", { class: "tile" }, make("div", { class: "quiet" }, "Disk"),
    make("strong", {}, `${bytes(free)} free`), make("span", { class: "quiet" }, ` of ${bytes(total)}`),
    draw("svg", { viewBox: "0 0 240 14", role: "img", preserveAspectRatio: "none", class: "disk",
      "aria-label": `${Math.round(used * 100)} % of the disk is used, also by other programs` },
    draw("rect", { class: "all", x: 0, y: 0, width: 240, height: 14 }),
    draw("rect", { class: "used", x: 0, y: 0, width: (used * 240).toFixed(1), height: 14 })),
    make("div", { class: "quiet" }, `Uploads are refused below ${bytes(kept)}. ${unfreedOf(deleted)}`));
}

/** The figures of a server at a glance. */
export function makeTiles(page, { traffic, disk, version, collected, silos, deleted }, ...more) {
  return make("div", { class: "tiles" }, ...more,
    disk ? makeDisk(disk, deleted) : "",
    makeLine("Received", traffic.received),
    makeLine("Sent", traffic.sent),
    make("div", { class: "tile" }, make("div", { class: "quiet" }, silos === undefined ? "Server" : "This silo"),
      make("strong", {}, page.text(() => `up for ${duration(page.now() - collected.since)}`)),
      version ? make("div", {}, `version ${version}`) : "",
      silos === undefined ? "" : make("div", {}, `${count(silos.length, "silo")}, `
        + `${silos.filter((silo) => silo.status === "Active").length} active`)));
}

/** The silos with their state, memory, processors and rates. */
export const makeSilos = (silos) => (silos === undefined ? [] : [
  make("h2", {}, "Silos"),
  table(["Silo", "State", "#Memory", "#Processors", "#Received", "#Sent"], silos.map((silo) => [silo.address,
    make("span", silo.status === "Active" ? {} : { class: "error" }, silo.status),
    silo.memoryBytes === undefined ? "" : `about ${bytes(silo.memoryBytes)}`,
    silo.processorPercent === undefined ? "" : `about ${silo.processorPercent} %`,
    silo.receivedPerSecond === undefined ? "" : `${bytes(silo.receivedPerSecond)}/s`,
    silo.sentPerSecond === undefined ? "" : `${bytes(silo.sentPerSecond)}/s`]), "The cluster does not answer."),
]);

/** A button that frees what was deleted, after a confirmation that says what it ends. */
function makeFree(page, deleted, note) {
  return make("button", { type: "button", class: "danger", onclick: async () => {
    if (!await page.confirm("Free these bytes now?", `${unfreedOf(deleted)} Downloads and copies that still read them end, and jobs for the deleted `
      + "archives lose their output.", "Free them now")) {
      return;
    }
    try {
      const freed = await page.post("server/free");
      note.className = "";
      note.textContent = freed.until === undefined ? `${bytes(freed.bytes)} are being freed.` : "Nothing is freed while a backup is in progress.";
    } catch (failure) {
      note.className = "error";
      note.textContent = failure.message;
    }
  } }, "Free them now …");
}

/** The health of the server, its figures, the silos, what was deleted and what the collector deleted. */
export function showServer(page) {
  const note = make("p", { role: "status" });
  page.watch("server", (server) => page.put(
    make("h1", {}, "Server"),
    makeTiles(page, server),
    make("h2", {}, "Health"),
    make("p", server.health === "Healthy" ? {} : { class: "error" }, server.health),
    table(["Check", "Status", "Details"], server.checks.map((check) => [
      make("div", {}, subjects[check.name] ?? check.name, make("div", { class: "id" }, check.name)), check.status, check.text,
    ]), "There are no checks."),
    ...makeSilos(server.silos),
    ...(server.deleted === undefined ? [] : [make("h2", {}, "Deleted, and not freed yet"),
      make("p", {}, unfreedOf(server.deleted) || "All bytes of deleted archives and objects are freed."),
      server.deleted.until === undefined ? "" : makeFree(page, server.deleted, note), note]),
    make("h2", {}, "What the collector deleted"),
    facts([
      ["since", `${time(server.collected.since)}, when this process started`],
      ["attempts that nothing used", server.collected.attempts.toLocaleString("en")],
      ["uploads whose bytes were all deleted", server.collected.uploads.toLocaleString("en")],
      ["uploads skipped", server.collected.skipped.toLocaleString("en")],
      ["data folder", server.dataFolder],
    ])));
}
