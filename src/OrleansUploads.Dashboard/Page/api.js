// Requests to the server.

export class Failure extends Error {
  constructor(status, code, message) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

async function send(path, options) {
  let answer;
  try {
    answer = await fetch(`api/${path}`, { credentials: "same-origin", cache: "no-store", ...options });
  } catch {
    throw new Failure(0, "Unreachable", "The server does not answer. Check that it is running.");
  }
  const text = await answer.text();
  if (answer.ok) {
    return text === "" ? null : JSON.parse(text);
  }
  let problem = { code: String(answer.status), message: `The server answered with status ${answer.status}.` };
  try {
    problem = JSON.parse(text);
  } catch {
    // A proxy answered.
  }
  throw new Failure(answer.status, problem.code, problem.message);
}

export const get = (path) => send(path, {});
export const post = (path, body) => send(path, {
  method: "POST", body: JSON.stringify(body ?? {}), headers: { "Content-Type": "application/json" } });
/** Lets the browser save what is at a path as a file. */
export function save(path, name) {
  const link = document.createElement("a");
  link.href = `api/${path}`;
  link.download = name;
  link.click();
}

export const remove = (path) => send(path, { method: "DELETE" });

/** Builds a path with parameters. Parameters without a value are left out. */
export function path(segments, parameters = {}) {
  const query = new URLSearchParams(Object.entries(parameters).filter(([, value]) => value !== null && value !== undefined));
  // Unlike a plus sign, it is a blank in every part of an address.
  const text = query.toString().replaceAll("+", "%20");
  return segments.map(encodeURIComponent).join("/") + (text === "" ? "" : `?${text}`);
}

/** Shows a view now and whenever it changes. The status is "live", "lost" while the server does not answer, or empty. Returns a function
 * that ends this. */
export function watch(target, { show, gone, status }) {
  const source = new EventSource(`api/${target}${target.includes("?") ? "&" : "?"}live`);
  source.addEventListener("open", () => status("live"));
  source.addEventListener("state", (event) => {
    status("live");
    show(JSON.parse(event.data));
  });
  source.addEventListener("gone", (event) => {
    source.close();
    status("");
    gone(JSON.parse(event.data));
  });
  source.addEventListener("error", async () => {
    if (source.readyState !== EventSource.CLOSED) {
      status("lost");
      return;
    }
    // The browser does not tell why it gave up, so ask once more.
    status("");
    try {
      show(await get(target));
      status("");
    } catch (failure) {
      gone(failure);
    }
  });
  return () => {
    source.close();
    status("");
  };
}
