// The server itself, for its operators.

import { facts, make, table } from "./html.js";
import { time } from "./words.js";

/** The health of the server, the silos, and what the collector deleted. */
export function showServer(page) {
  page.watch("server", ({ health, checks, silos, collected }) => page.put(
    make("h1", {}, "Server"),
    make("h2", {}, "Health"),
    make("p", health === "Healthy" ? {} : { class: "error" }, health),
    table(["Check", "Status", "Details"], checks.map((check) => [check.name, check.status, check.text]), "There are no checks."),
    ...(silos === undefined ? [] : [
      make("h2", {}, "Silos"),
      table(["Silo", "Status"], silos.map((silo) => [silo.address, silo.status]), "The cluster does not answer."),
    ]),
    make("h2", {}, "What the collector deleted"),
    facts([
      ["since", `${time(collected.since)}, when this process started`],
      ["attempts that nothing used", collected.attempts.toLocaleString("en")],
      ["uploads whose bytes were all deleted", collected.uploads.toLocaleString("en")],
      ["uploads skipped", collected.skipped.toLocaleString("en")],
    ])));
}
