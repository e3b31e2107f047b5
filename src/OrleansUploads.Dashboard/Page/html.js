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
