// Sizes, times and policies in words.

const units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];

export function bytes(count) {
  let unit = 0;
  while (count >= 1024 && unit < units.length - 1) {
    count /= 1024;
    unit++;
  }
  return `${unit === 0 || count >= 100 ? Math.round(count) : count.toFixed(1)} ${units[unit]}`;
}

/** A size with all its digits. */
export const exactly = (count) => (count < 1024 ? `${count} bytes` : `${bytes(count)} (${count.toLocaleString("en")} bytes)`);

export function count(number, one, many = one + "s") {
  return `${number.toLocaleString("en")} ${number === 1 ? one : many}`;
}

export function duration(milliseconds) {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  const parts = [[Math.floor(seconds / 86400), "d"], [Math.floor(seconds / 3600) % 24, "h"], [Math.floor(seconds / 60) % 60, "min"],
    [seconds % 60, "s"]];
  const first = parts.findIndex(([value]) => value > 0);
  return first < 0 ? "0 s" : parts.slice(first, first + 2).filter(([value]) => value > 0).map((part) => part.join(" ")).join(" ");
}

/** A duration that may be shorter than a second. */
export const took = (milliseconds) => (milliseconds < 1000 ? `${Math.max(0, milliseconds)} ms` : duration(milliseconds));

export function time(milliseconds) {
  return new Date(milliseconds).toISOString().replace("T", " ").replace(/\.\d+Z$/, " UTC");
}

/** Whether a byte of a name is written as %XX in the description of an archive. */
const isWritten = (value) => value <= 0x20 || value > 0x7e || value === 0x25;

const byteAt = (text, at) => (/^%[0-9A-F]{2}/.test(text.slice(at, at + 3)) ? parseInt(text.slice(at + 1, at + 3), 16) : NaN);

/** The name that the description of an archive stands for: orleans-uploads writes each byte that a description cannot hold as %XX. */
export function archiveName(description) {
  const bytes = [];
  for (let at = 0; at < description.length; at++) {
    const value = byteAt(description, at);
    bytes.push(isWritten(value) ? value : description.charCodeAt(at));
    at += isWritten(value) ? 2 : 0;
  }
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(new Uint8Array(bytes));
  } catch {
    return description;
  }
}

/** How the beginning of a name is written in the description of an archive. */
export function archiveDescription(name) {
  const bytes = Array.from(new TextEncoder().encode(name), (value) => String.fromCharCode(value)).join("");
  return Array.from(bytes, (character, at) => {
    const value = character.charCodeAt(0);
    const isPlain = value === 0x20 ? at > 0 : value === 0x25 ? !isWritten(byteAt(bytes, at)) : !isWritten(value);
    return isPlain ? character : `%${value.toString(16).toUpperCase().padStart(2, "0")}`;
  }).join("");
}

const list = (value) => (Array.isArray(value) ? value : [value]).map(String).join(", ");

function who(statement) {
  const value = statement.Principal ?? statement.NotPrincipal;
  const named = value === "*" || value?.AWS === "*" ? "everyone" : list(value?.AWS ?? value ?? "nobody");
  return statement.NotPrincipal === undefined ? named : `everyone except ${named}`;
}

function what(statement) {
  const named = list(statement.Action ?? statement.NotAction ?? "");
  return statement.NotAction === undefined ? named : `everything except ${named}`;
}

function when(statement) {
  const conditions = Object.entries(statement.Condition ?? {}).flatMap(([operator, keys]) =>
    Object.entries(keys).map(([key, value]) => `${key} ${operator} ${list(value)}`));
  return conditions.length === 0 ? "" : `, if ${conditions.join(" and ")}`;
}

/** One sentence for each statement of a policy, or the text itself if it cannot be read. */
export function policy(text) {
  try {
    const { Statement: statements } = JSON.parse(text);
    return (Array.isArray(statements) ? statements : [statements]).map((statement) =>
      `${statement.Effect === "Deny" ? "Denies" : "Allows"} ${who(statement)}: ${what(statement)}${when(statement)}.`
      + (statement.Sid ? ` (${statement.Sid})` : ""));
  } catch {
    return [text];
  }
}
