// Builds elements. Everything that comes from a server is set as text, never as HTML.

/** Creates an element. Children that are strings or numbers become text. */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) {
      element.addEventListener(name.slice(2), value);
    } else if (value === true) {
      element.setAttribute(name, "");
    } else if (value !== false && value !== null && value !== undefined) {
      element.setAttribute(name, value);
    }
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** What is shown until the server answers. */
export const makeLoading = () => make("p", { class: "quiet", id: "loading" }, "Loading …");

/** Creates an element of a drawing. */
export function draw(tag, attributes, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) {
    element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

/** A button that copies a text. */
export function copyButton(text, what) {
  const button = make("button", { type: "button", class: "copy", "aria-label": `Copy ${what}`, onclick: async () => {
    button.textContent = await copy(text) ? "copied" : "not copied";
    setTimeout(() => { button.textContent = "copy"; }, 2000);
  } }, "copy");
  return button;
}

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // Browsers offer the clipboard only over HTTPS, and an older way everywhere.
  }
  const field = make("textarea", { class: "unseen", readonly: true }, text);
  const focused = document.activeElement;
  document.body.append(field);
  field.select();
  const isCopied = document.execCommand("copy");
  field.remove();
  focused?.focus({ preventScroll: true });
  return isCopied;
}

/** The beginning of a long ID, and a button that copies all of it. */
export const shortId = (id, what) => make("span", { class: "id", title: id }, `${id.slice(0, 16)}… `, copyButton(id, what));

/** A list of facts: pairs of a name and a value. Pairs without a value are left out. */
export function facts(pairs) {
  return make("dl", { class: "facts" }, pairs
    .filter(([, value]) => value !== null && value !== undefined && value !== "")
    .flatMap(([name, value]) => [make("dt", {}, name), make("dd", {}, value)]));
}

/** A table whose cells are strings or elements. On a narrow screen each row is a block, and its cells show the names of their columns. */
export function table(columns, rows, empty) {
  if (rows.length === 0) {
    return make("p", { class: "quiet" }, empty);
  }
  const kind = (column) => (column.startsWith("#") ? "number" : null);
  const title = (column) => column.replace("#", "");
  return make("div", { class: "scroll" }, make("table", {},
    make("thead", {}, make("tr", {}, columns.map((column) =>
      make("th", { scope: "col", class: kind(column) }, title(column))))),
    make("tbody", {}, rows.map((cells) => make("tr", {}, cells.map((cell, at) =>
      make("td", { class: kind(columns[at]) ?? (at === 0 ? "name" : null), "data-column": title(columns[at]) }, cell ?? "")))))));
}
