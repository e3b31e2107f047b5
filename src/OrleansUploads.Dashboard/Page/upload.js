// Uploads files from the browser into a bucket, in parts that are sent again until the server has them.

import { get, path, post } from "./api.js";
import { make } from "./html.js";
import { bytes, duration } from "./words.js";

const minPartBytes = 16 * 1024 * 1024;

/** The list of parts has to fit into a small request. */
const maxParts = 1500;

const workers = 3;

/** All uploads of this page, the newest last. They go on while another view is shown. */
const uploads = [];

const wait = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

/** The SHA-256 of bytes in hex, or null where the browser computes none, which is without HTTPS. */
async function hashOf(blob) {
  if (crypto.subtle === undefined) {
    return null;
  }
  const hash = await crypto.subtle.digest("SHA-256", await blob.arrayBuffer());
  return Array.from(new Uint8Array(hash), (value) => value.toString(16).padStart(2, "0")).join("");
}

class Upload {
  constructor(bucket, key, file) {
    Object.assign(this, { bucket, key, file, state: "waiting", problem: "", sent: new Map(), began: Date.now() });
    this.partBytes = Math.max(minPartBytes, Math.ceil(file.size / maxParts));
    this.parts = Math.max(1, Math.ceil(file.size / this.partBytes));
    this.requests = new Set();
  }

  get isOver() {
    return this.state === "done" || this.state === "failed" || this.state === "stopped";
  }

  get sentBytes() {
    return [...this.sent.values()].reduce((sum, part) => sum + part, 0);
  }

  place(...more) {
    return path(["buckets", this.bucket, "uploads", ...more], { key: this.key });
  }

  async run() {
    this.state = "running";
    this.began = Date.now();
    try {
      const { items } = await this.repeat(() => get(path(["buckets", this.bucket, "objects"], { prefix: this.key })));
      if (items.some((object) => object.id === this.key)) {
        throw new Error("The bucket has an object with this key already, and the dashboard replaces none.");
      }
      this.id = (await this.repeat(() => post(path(["buckets", this.bucket, "uploads"], { key: this.key, bytes: this.file.size })))).id;
      const tags = [];
      let next = 0;
      const work = async () => {
        while (next < this.parts && !this.isOver) {
          const at = next++;
          tags[at] = await this.store(at);
        }
      };
      await Promise.all(Array.from({ length: workers }, work));
      if (!this.isOver) {
        await this.repeat(() => post(this.place(this.id, "complete"), { parts: tags, bytes: this.file.size }));
        this.state = "done";
      }
    } catch (failure) {
      if (!this.isOver) {
        this.state = "failed";
        this.problem = failure.name === "NotReadableError" ? "The file was changed or removed." : failure.message;
        this.requests.forEach((request) => request.abort());
      }
    }
  }

  async store(at) {
    const part = this.file.slice(at * this.partBytes, (at + 1) * this.partBytes);
    const hash = await hashOf(part);
    const { eTag } = await this.repeat(() => this.send(at, part, hash));
    this.sent.set(at, part.size);
    return eTag;
  }

  /** Repeats a request while the server is away or busy, or until the user has signed in again. */
  async repeat(request) {
    for (let pause = 1000; ; pause = Math.min(pause * 2, 30000)) {
      try {
        const answer = await request();
        this.problem = "";
        return answer;
      } catch (failure) {
        if (this.isOver || !([0, 401, 408, 429].includes(failure.status) || failure.status >= 500)) {
          throw failure;
        }
        this.problem = `${failure.message} Trying again …`;
        await wait(pause);
      }
    }
  }

  /** Sends a part. Only this kind of request tells how much has been sent. */
  send(at, part, hash) {
    return new Promise((done, fail) => {
      const request = new XMLHttpRequest();
      const end = (failure) => {
        this.requests.delete(request);
        this.sent.delete(at);
        fail(failure);
      };
      request.open("PUT", `api/${this.place(this.id, "parts", at + 1)}`);
      if (hash !== null) {
        request.setRequestHeader("x-amz-content-sha256", hash);
      }
      request.upload.onprogress = (event) => this.sent.set(at, event.loaded);
      request.onload = () => {
        if (request.status === 200) {
          this.requests.delete(request);
          done(JSON.parse(request.responseText));
          return;
        }
        let problem = { message: `The server answered with status ${request.status}.` };
        try {
          problem = JSON.parse(request.responseText);
        } catch {
          // A proxy answered.
        }
        end(Object.assign(new Error(problem.message), { status: request.status }));
      };
      request.onerror = () => end(Object.assign(new Error("The server does not answer."), { status: 0 }));
      request.onabort = () => end(new Error("Stopped."));
      this.requests.add(request);
      request.send(part);
    });
  }

  async stop(mayAbort) {
    this.state = "stopped";
    this.requests.forEach((request) => request.abort());
    if (mayAbort && this.id !== undefined) {
      await post(this.place(this.id, "abort")).catch(() => { this.problem = "Its parts are still on the server."; });
    }
  }

  describe() {
    const share = this.file.size === 0 ? 1 : this.sentBytes / this.file.size;
    const seconds = (Date.now() - this.began) / 1000;
    const rate = seconds > 1 ? this.sentBytes / seconds : 0;
    return {
      waiting: "waiting",
      done: "done",
      failed: this.problem,
      stopped: `stopped. ${this.problem}`,
      running: `${Math.floor(share * 100)} % of ${bytes(this.file.size)}`
        + (rate > 0 ? `, ${bytes(rate)}/s, ${duration(((this.file.size - this.sentBytes) / rate) * 1000)} left` : "")
        + (this.problem === "" ? "" : `. ${this.problem}`),
    }[this.state];
  }
}

let isRunning = false;

/** Uploads one file after the other. */
async function runAll() {
  if (isRunning) {
    return;
  }
  isRunning = true;
  for (let next; (next = uploads.find((upload) => upload.state === "waiting")) !== undefined;) {
    await next.run();
  }
  isRunning = false;
}

window.addEventListener("beforeunload", (event) => {
  if (uploads.some((upload) => !upload.isOver)) {
    event.preventDefault();
  }
});

/** A place for files to be dropped or chosen, and the uploads of a bucket that this page has begun. */
export function makeDropZone(page, bucket, prefix) {
  const list = make("ul", { class: "sending", "aria-label": "Uploads of this page" });
  const add = (files) => {
    uploads.push(...[...files].map((file) => new Upload(bucket, prefix + file.name, file)));
    runAll();
    show();
  };
  const input = make("input", { type: "file", id: "files", multiple: true, onchange: () => {
    add(input.files);
    input.value = "";
  } });
  const zone = make("div", { class: "drop",
    ondragover: (event) => {
      event.preventDefault();
      zone.classList.add("over");
    },
    ondragleave: () => zone.classList.remove("over"),
    ondrop: (event) => {
      event.preventDefault();
      zone.classList.remove("over");
      add(event.dataTransfer.files);
    } },
  make("label", { for: "files" }, `Upload files to ${prefix === "" ? bucket : prefix}: drop them here, or choose them. `), input, list);
  const rows = new Map();
  const show = () => {
    for (const upload of uploads.filter((one) => one.bucket === bucket && !rows.has(one))) {
      const text = make("span");
      const progress = make("progress", { max: 1, value: 0, "aria-label": upload.key });
      const button = make("button", { type: "button", "aria-label": `Stop ${upload.key}`,
        onclick: () => upload.stop(page.session.rights.mayChange).then(show) }, "stop");
      rows.set(upload, { text, progress, button });
      list.append(make("li", {}, make("span", { class: "id" }, upload.key), " ", progress, " ", text, " ", button));
    }
    for (const [upload, { text, progress, button }] of rows) {
      text.textContent = upload.describe();
      progress.value = upload.state === "done" ? 1 : upload.sentBytes / Math.max(upload.file.size, 1);
      progress.hidden = upload.isOver;
      button.hidden = upload.isOver;
    }
  };
  show();
  const timer = setInterval(show, 500);
  page.onEnd(() => clearInterval(timer));
  return zone;
}
