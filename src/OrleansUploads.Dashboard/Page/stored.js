// Vaults and buckets, and what they contain.

import { path } from "./api.js";
import { facts, make, table } from "./html.js";
import { makeOrder, makePages, makeTabs, oldestFirst, pageOf } from "./uploads.js";
import { bytes, count, duration, policy, time } from "./words.js";

/** All vaults and buckets. */
export function showContainers(page, { query }) {
  const parameters = { "vaults-after": query.get("vaults-after"), "buckets-after": query.get("buckets-after") };
  const next = (changed) => make("p", { class: "pages" }, make("a", { href: `#/${path([], { ...parameters, ...changed })}` }, "Next page"));
  page.watch(path(["containers"], parameters), ({ vaults, buckets, vaultsAfter, bucketsAfter, health }) => page.put(
    make("h1", {}, "Vaults and buckets"),
    health === undefined || health === "Healthy" ? "" : make("p", { class: "error", role: "status" },
      `The server is ${health.toLowerCase()}. `, make("a", { href: "#/server" }, "See what is wrong")),
    make("h2", {}, "Vaults"),
    table(["Vault", "Uploads", "#Archives", "#Size", "#Created"], vaults.map((vault) => [
      make("a", { href: `#/${path(["vaults", vault.name])}` }, vault.name),
      make("a", { href: `#/${path(["vaults", vault.name, "uploads"])}` }, "uploads in progress"),
      vault.archives.toLocaleString("en"), bytes(vault.bytes), time(vault.created),
    ]), "There are no vaults that this key may see."),
    vaultsAfter ? next({ "vaults-after": vaultsAfter }) : "",
    make("h2", {}, "Buckets"),
    table(["Bucket", "Uploads", "#Created"], buckets.map((bucket) => [
      make("a", { href: `#/${path(["buckets", bucket.name, "objects"])}` }, bucket.name),
      make("a", { href: `#/${path(["buckets", bucket.name, "uploads"])}` }, "uploads in progress"),
      time(bucket.created),
    ]), "There are no buckets that this key may see."),
    bucketsAfter ? next({ "buckets-after": bucketsAfter }) : "",
    makeOrder("Vaults and buckets are listed by name.", [...vaults, ...buckets])));
}

function showPolicy(title, text, ...before) {
  return [make("h2", {}, title), ...before, make("ul", {}, policy(text).map((sentence) => make("li", {}, sentence))),
    make("details", {}, make("summary", {}, "The policy as it was sent"), make("pre", {}, text))];
}

/** A vault with its policies in words. */
export function showVault(page, { kind, name }) {
  page.watch(path([kind, name]), (vault) => page.put(
    make("h1", {}, vault.name), makeTabs(kind, name, ""),
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
    make("h1", {}, name), makeTabs(kind, name, "/jobs"),
    table(["Job", "Kind", "Tier", "#Output", "#Initiated", "State"], jobs.map((job) => [
      make("div", {}, job.description ?? "without description", make("div", { class: "id" }, job.archive
        ? ["archive ", make("a", { href: `#/${path([kind, name, "archives"], { archive: job.archive })}` }, `${job.archive.slice(0, 24)}…`)]
        : `${job.id.slice(0, 24)}…`)),
      job.kind, job.tier, job.bytes === undefined ? "" : bytes(job.bytes), time(job.created), page.text(() => stateOf(job, page.now())),
    ]), "There are no jobs."),
    makeOrder("Oldest first.", jobs),
    makePages(path([kind, name, "jobs"]), query, after)));
}

async function showStored(page, { kind, name, query }, what, empty) {
  const only = { archive: query.get("archive"), prefix: query.get("prefix") };
  const listed = await page.get(path([kind, name, what], { ...pageOf(query), ...only }));
  if (listed !== null) {
    page.put(make("h1", {}, name), makeTabs(kind, name, `/${what}`),
      only.prefix === null && only.archive === null ? "" : make("p", {},
        only.archive === null ? `Keys that begin with “${only.prefix}”. ` : "One archive. ",
        make("a", { href: `#/${path([kind, name, what])}` }, `All ${what}`)),
      table([what === "archives" ? "Archive" : "Key", "#Size", "#Created", "Hash"], listed.items.map((item) => [
        what === "archives"
          ? make("div", {}, item.description ?? "without description", make("div", { class: "id" }, item.id))
          : item.id,
        bytes(item.bytes), time(item.created), make("span", { class: "id" }, `${item.hash.slice(0, 16)}…`),
      ]), empty),
      ...(listed.items.length > 0 ? [make("p", { class: "quiet" }, `${count(listed.items.length, "entry", "entries")}. `
        + (listed.items.length === 1 ? "" : what === "archives" ? oldestFirst(query, listed.after) : "By key."))] : []),
      makePages(path([kind, name, what]), query, listed.after, only));
  }
}

/** A page of archives. */
export const showArchives = (page, place) => showStored(page, place, "archives", "There are no archives.");

/** A page of objects. */
export const showObjects = (page, place) => showStored(page, place, "objects", "There are no objects.");
