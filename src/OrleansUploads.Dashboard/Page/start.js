// The start page: what needs attention, what goes on, and all vaults and buckets.

import { path } from "./api.js";
import { copyButton, make, makeLoading, table } from "./html.js";
import { makeProblems, makeSilos, makeTiles, unfreedOf } from "./server.js";
import { makeOrder, makePace, nameOf, receivedOf, uploadPath } from "./uploads.js";
import { bytes, count, duration, time } from "./words.js";

/** What needs attention: what the health report says, and uploads that seem to be forgotten. */
function makeAttention(page, server, stale) {
  const isHealthy = server === undefined || server.health === "Healthy";
  const problems = server === undefined ? [] : [...makeProblems(server.checks), ...(server.silos ?? []).filter((silo) => silo.status === "Dead")
    .map((silo) => `Silo ${silo.address} has stopped answering, and the others do its work. Start it again, or look at its machine.`)];
  if (isHealthy && problems.length === 0 && stale.length === 0) {
    return "";
  }
  return make("section", { class: "attention", "aria-label": "Needs attention" },
    make("h2", {}, "Needs attention"),
    make("ul", {},
      isHealthy ? "" : make("li", { class: "error" }, `The server is ${server.health.toLowerCase()}. `,
        make("a", { href: "#/server" }, "See what is wrong")),
      problems.map((problem) => make("li", {}, problem)),
      server?.deleted?.until !== undefined && server.checks.some((check) => check.name === "space" && check.needsAttention)
        ? make("li", {}, `${unfreedOf(server.deleted)} `, make("a", { href: "#/server" }, "Free them now")) : "",
      stale.map(({ kind, container, upload }) => make("li", {},
        make("a", { href: `#/${uploadPath(kind, container, upload)}` }, nameOf(upload)), ` in ${container} has received nothing for `,
        page.text(() => duration(page.now() - upload.parts.active)),
        `. It holds ${bytes(upload.parts.bytes)}. Continue or abort it.`))));
}

/** The newest uploads in progress, of all vaults and buckets. */
function makeUploads(page, newest, counts) {
  const sum = counts.reduce((all, uploads) => all + (uploads?.count ?? 0), 0);
  if (sum === 0) {
    return [];
  }
  const hasMore = counts.some((uploads) => uploads?.hasMore);
  return [
    make("h2", {}, `${sum.toLocaleString("en")}${hasMore ? " or more" : ""} ${sum === 1 ? "upload" : "uploads"} in progress`),
    table(["Upload", "In", "Parts", "#Received", "#Rate", "#Age"], newest.map(({ kind, container, upload }) => [
      make("a", { href: `#/${uploadPath(kind, container, upload)}` }, nameOf(upload)),
      make("a", { href: `#/${path([kind, container, "uploads"])}` }, container),
      count(upload.parts.count, "part"),
      receivedOf(upload),
      makePace(page, upload),
      page.text(() => duration(page.now() - upload.created)),
    ]), "They are just ending."),
    sum > newest.length && newest.length > 0 ? make("p", { class: "quiet" }, `The ${newest.length} newest. The tables below lead to all of them.`) : "",
  ];
}

/** A form that makes a vault or bucket. Its text survives that the page is drawn again. */
function makeForm(page, kind, what, rule) {
  const name = make("input", { id: `new-${what}`, required: true, spellcheck: "false", autocomplete: "off" });
  const problem = make("p", { role: "alert" });
  const button = make("button", { class: "main" }, `Create ${what}`);
  return make("form", { class: "line", onsubmit: async (event) => {
    event.preventDefault();
    button.disabled = true;
    problem.className = "";
    problem.textContent = "";
    try {
      await page.post(path([kind, name.value.trim()]));
      location.hash = `#/${path([kind, name.value.trim()])}${kind === "buckets" ? "/objects" : ""}`;
    } catch (failure) {
      problem.className = "error";
      problem.textContent = failure.message;
    }
    button.disabled = false;
  } }, make("label", { for: `new-${what}` }, `Name of the new ${what} (${rule})`), name, button, problem);
}

const makeForms = (page) => make("details", { class: "forms" }, make("summary", {}, "New vault or bucket"),
  makeForm(page, "vaults", "vault", "letters, digits, - _ ."), makeForm(page, "buckets", "bucket", "3 to 63 lower-case letters, digits, -"));

function makeCommands(title, lines) {
  const text = lines.join("\n");
  return make("div", {}, make("h3", {}, title, " ", copyButton(text, "the commands")), make("pre", {}, text));
}

const firstSteps = "Files go into a vault or into a bucket. A vault keeps archives that never change, under IDs, and speaks the API of Amazon "
  + "Glacier. A bucket keeps objects under names of your choice and speaks S3, which restic, rclone and many other programs know. The two "
  + "are separate, even if they have the same name. Create one here, or with the commands below.";

/** Commands to paste on a server without vaults and buckets. */
function makeFirstCommands({ accessKeyId, isAtApi }) {
  const address = isAtApi ? new URL("..", location).href.replace(/\/$/, "") : "http://ADDRESS-OF-THE-API:9400";
  const keys = accessKeyId ? [`export AWS_ACCESS_KEY_ID=${accessKeyId}`, "export AWS_SECRET_ACCESS_KEY=THE-SECRET-OF-THIS-KEY"] : [];
  return [
    makeCommands("A vault, with orleans-uploads", [...keys, `export AWS_ENDPOINT_URL=${address}`,
      "orleans-uploads vault create photos", "orleans-uploads upload holiday.tar --vault photos"]),
    makeCommands("A bucket, with the AWS CLI", [...keys, "export AWS_DEFAULT_REGION=us-east-1",
      `aws s3 mb s3://backups --endpoint-url ${address}`, `aws s3 cp holiday.tar s3://backups/ --endpoint-url ${address}`]),
  ];
}

/** How much the vaults hold. */
const makeStored = (vaults) => make("div", { class: "tile" }, make("div", { class: "quiet" }, "Stored in vaults"),
  make("strong", {}, bytes(vaults.reduce((sum, vault) => sum + vault.bytes, 0))),
  make("div", {}, `${count(vaults.reduce((sum, vault) => sum + vault.archives, 0), "archive")} in ${count(vaults.length, "vault")}`));

const makeUploadsLink = (kind, { name, uploads }) => (uploads === undefined ? ""
  : make("a", { href: `#/${path([kind, name, "uploads"])}` }, uploads.count === 0 ? "none"
    : `${uploads.count.toLocaleString("en")}${uploads.hasMore ? " or more" : ""} in progress`));

/** The start page. */
export function showStart(page, { query }) {
  const parameters = { "vaults-after": query.get("vaults-after"), "buckets-after": query.get("buckets-after") };
  const isFirstPage = Object.values(parameters).every((after) => after === null);
  const next = (changed) => make("p", { class: "pages" }, make("a", { href: `#/${path([], { ...parameters, ...changed })}` }, "Next page"));
  const none = (what) => (page.session.scope === "admin" ? `There are no ${what}.` : `There are no ${what} that this key may see.`);
  // It is not drawn again with the rest, so that what is typed stays.
  const forms = page.session.rights.mayCreate ? makeForms(page) : "";
  const top = make("div", {}, makeLoading());
  const lists = make("div");
  const commands = make("div");
  let isFirst = true;
  page.put(make("h1", {}, "Overview"), top, lists, forms, commands);
  page.watch(path(["containers"], parameters), ({ vaults, buckets, vaultsAfter, bucketsAfter, newest, stale, server }) => {
    const isNew = isFirstPage && vaults.length + buckets.length === 0 && forms !== "";
    const stored = isFirstPage && !vaultsAfter && vaults.length > 0 ? [makeStored(vaults)] : [];
    if (isFirst && isNew) {
      forms.open = true;
    }
    isFirst = false;
    page.fill(top, makeAttention(page, server, stale),
      server !== undefined ? makeTiles(page, server, ...stored) : make("div", { class: "tiles" }, ...stored),
      ...makeSilos(server?.silos),
      ...makeUploads(page, newest, [...vaults, ...buckets].map(({ uploads }) => uploads)),
      ...(isNew ? [make("h2", {}, "Nothing is stored here yet"), make("p", {}, firstSteps)] : []));
    if (isNew !== (commands.firstChild !== null)) {
      commands.replaceChildren(...(isNew ? makeFirstCommands(page.session) : []));
    }
    page.fill(lists, ...(isNew ? [] : [
      make("h2", {}, "Vaults"),
      table(["Vault", "Uploads", "#Archives", "#Size", "#Created"], vaults.map((vault) => [
        make("a", { href: `#/${path(["vaults", vault.name])}` }, vault.name),
        makeUploadsLink("vaults", vault),
        vault.archives.toLocaleString("en"), bytes(vault.bytes), time(vault.created),
      ]), none("vaults")),
      vaultsAfter ? next({ "vaults-after": vaultsAfter }) : "",
      make("h2", {}, "Buckets"),
      table(["Bucket", "Uploads", "#Objects", "#Size", "#Created"], buckets.map((bucket) => [
        make("a", { href: `#/${path(["buckets", bucket.name, "objects"])}` }, bucket.name),
        makeUploadsLink("buckets", bucket),
        `${bucket.objects.count.toLocaleString("en")}${bucket.objects.hasMore ? " or more" : ""}`,
        `${bytes(bucket.objects.bytes)}${bucket.objects.hasMore ? " or more" : ""}`,
        time(bucket.created),
      ]), none("buckets")),
      bucketsAfter ? next({ "buckets-after": bucketsAfter }) : "",
      makeOrder("Vaults and buckets are listed by name.", [...vaults, ...buckets]),
    ]));
  });
}
