// Which parts an upload has, and how they are drawn.

/** No upload has more parts. */
export const maxParts = 10000;

/** Reads "1-3,7" into pairs of a first and a last number. */
export function parseRuns(text) {
  return text === "" ? [] : text.split(",").map((run) => {
    const [first, last] = run.split("-").map(Number);
    return [first, last ?? first];
  });
}

/** The highest part number, or 0. */
export const highest = (runs) => (runs.length === 0 ? 0 : runs[runs.length - 1][1]);

/** The runs of parts that are missing below the highest one. */
export function gaps(runs) {
  const missing = [];
  let next = 1;
  for (const [first, last] of runs) {
    if (first > next) {
      missing.push([next, first - 1]);
    }
    next = last + 1;
  }
  return missing;
}

export const writeRun = ([first, last]) => (first === last ? `${first}` : `${first}–${last}`);

const color = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

function prepare(canvas, width, height) {
  const scale = window.devicePixelRatio || 1;
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  const drawing = canvas.getContext("2d");
  drawing.scale(scale, scale);
  return drawing;
}

/** The first runs in words, and how many more there are. */
export function writeRuns(runs, limit, more) {
  return runs.slice(0, limit).map(writeRun).join(", ") + (runs.length > limit ? ` and ${runs.length - limit} more ${more}` : "");
}

/**
 * Draws runs of an upload in progress in one line, for a table. If the total is not known, the line is never full: what is behind the last
 * run is hatched, and the scale doubles when the runs need more than four fifths of the line.
 */
export function drawStrip(canvas, runs, known) {
  const [width, height] = [158, 12];
  const drawing = prepare(canvas, width, height);
  const total = known ?? 2 ** Math.ceil(Math.log2(Math.max(highest(runs), 1) / 0.8));
  if (known === undefined) {
    const end = (highest(runs) / total) * width;
    drawing.strokeStyle = color("line");
    drawing.beginPath();
    for (let x = end + 3; x < width + height; x += 6) {
      drawing.moveTo(x, 0);
      drawing.lineTo(x - height, height);
    }
    drawing.stroke();
    drawing.clearRect(0, 0, end, height);
  }
  drawing.fillStyle = color("stored");
  for (const [first, last] of runs) {
    drawing.fillRect(((first - 1) / total) * width, 0, Math.max(((last - first + 1) / total) * width, 0.5), height);
  }
}

/** A map with one cell for each part. Arrow keys move over the parts; Enter or a click chooses one. */
export class PartMap {
  constructor(canvas, choose) {
    this.canvas = canvas;
    this.choose = choose;
    this.runs = [];
    this.fresh = [];
    this.cursor = 0;
    canvas.addEventListener("click", (event) => this.select(this.numberAt(event)));
    canvas.addEventListener("mousemove", (event) => {
      const number = this.numberAt(event);
      canvas.title = number > 0 ? `part ${number}${this.present[number] ? "" : ", missing"}` : "";
    });
    canvas.addEventListener("keydown", (event) => this.move(event));
    // Drawing changes the height, so only another width counts.
    this.resized = new ResizeObserver(() => requestAnimationFrame(() => {
      if (this.width !== canvas.parentElement?.clientWidth) {
        this.draw();
      }
    }));
    this.resized.observe(canvas.parentElement);
    this.scheme = window.matchMedia("(prefers-color-scheme: dark)");
    this.redraw = () => this.draw();
    this.scheme.addEventListener("change", this.redraw);
  }

  close() {
    this.resized.disconnect();
    this.scheme.removeEventListener("change", this.redraw);
  }

  /** Shows these runs, and the parts that follow if their number is known. Parts that were not there before are marked until the next change. */
  show(runs, expected) {
    this.expected = expected;
    const before = this.present;
    this.present = new Uint8Array(highest(runs) + 1);
    this.fresh = [];
    for (const [first, last] of runs) {
      this.present.fill(1, first, last + 1);
      for (let number = first; before !== undefined && number <= last; number++) {
        if (!before[number]) {
          this.fresh.push(number);
        }
      }
    }
    this.runs = runs;
    this.draw();
  }

  draw() {
    const total = highest(this.runs);
    this.width = this.canvas.parentElement.clientWidth;
    const width = Math.max(this.width - 2, 100);
    // Cells are as large as possible without making the map taller than it is wide, or larger than a fingertip.
    const cells = Math.max(total, this.expected ?? 1);
    this.cell = Math.max(6, Math.min(26, Math.floor(Math.sqrt((width * Math.min(width, 640)) / cells))));
    this.columns = Math.max(1, Math.floor(width / this.cell));
    const shown = this.expected ?? Math.min(Math.ceil((total + 1) / this.columns) * this.columns, maxParts);
    const rows = Math.max(1, Math.ceil(shown / this.columns));
    const drawn = Math.max(1, Math.min(shown, this.columns)) * this.cell;
    this.canvas.style.width = `${drawn + 2}px`;
    this.canvas.style.height = `${rows * this.cell + 2}px`;
    const drawing = prepare(this.canvas, drawn, rows * this.cell);
    const inner = this.cell - (this.cell > 8 ? 2 : 1);
    const place = (number) => [((number - 1) % this.columns) * this.cell, Math.floor((number - 1) / this.columns) * this.cell];
    drawing.fillStyle = color("stored");
    for (const [first, last] of this.runs) {
      for (let number = first; number <= last; number++) {
        drawing.fillRect(...place(number), inner, inner);
      }
    }
    drawing.fillStyle = color("fresh");
    for (const number of this.fresh) {
      drawing.fillRect(...place(number), inner, inner);
    }
    drawing.strokeStyle = color("missing");
    drawing.lineWidth = 1;
    for (const [first, last] of gaps(this.runs)) {
      for (let number = first; number <= last; number++) {
        const [x, y] = place(number);
        drawing.strokeRect(x + 0.5, y + 0.5, inner - 1, inner - 1);
      }
    }
    drawing.fillStyle = color("line");
    for (let number = total + 1; number <= shown; number++) {
      const [x, y] = place(number);
      drawing.fillRect(x + inner / 2 - 1, y + inner / 2 - 1, 2, 2);
    }
    if (this.cursor > 0 && this.cursor <= total) {
      const [x, y] = place(this.cursor);
      drawing.strokeStyle = color("text");
      drawing.lineWidth = 2;
      drawing.strokeRect(x, y, inner, inner);
    }
  }

  select(number) {
    if (number > 0 && number <= highest(this.runs)) {
      this.cursor = number;
      this.draw();
      this.choose(number);
    }
  }

  numberAt(event) {
    const box = this.canvas.getBoundingClientRect();
    const column = Math.floor((event.clientX - box.left - 1) / this.cell);
    const row = Math.floor((event.clientY - box.top - 1) / this.cell);
    const number = row * this.columns + column + 1;
    return column >= 0 && column < this.columns && number <= highest(this.runs) ? number : 0;
  }

  move(event) {
    const steps = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: this.columns, ArrowUp: -this.columns };
    const total = highest(this.runs);
    let next = null;
    if (event.key in steps) {
      next = Math.min(Math.max(this.cursor + steps[event.key], 1), total);
    } else if (event.key === "Home") {
      next = 1;
    } else if (event.key === "End") {
      next = total;
    } else if (event.key === "Enter" || event.key === " ") {
      next = Math.max(this.cursor, 1);
    }
    if (next !== null && total > 0) {
      event.preventDefault();
      this.select(next);
    }
  }
}
