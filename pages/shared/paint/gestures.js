/**
 * The hand on the picture: pointer, touch, and a cursor cell moved by keys.
 *
 * Reports whole strokes to `tools.finish`; what is not finished yet stands in `pending`. A press
 * under the picture, on the time axis, seeks.
 */

const MOVES = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
const LARGE_STEP = 10;

export class Hand {
  constructor(canvas, picture, tools) {
    Object.assign(this, { canvas, picture, tools });
    this.cells = null; // of the stroke that is being drawn
    this.hover = null; // the cell under the pointer or the keyboard's cursor
    this.corner = null; // of a box begun by keyboard
    this.pointer = null; // the one that draws
    canvas.addEventListener("pointerdown", (event) => this.onDown(event));
    canvas.addEventListener("pointermove", (event) => this.onMove(event));
    canvas.addEventListener("pointerup", (event) => this.onUp(event));
    canvas.addEventListener("pointercancel", () => this.cancel());
    canvas.addEventListener("pointerleave", () => this.point(null));
    canvas.addEventListener("blur", () => this.cancel());
    canvas.addEventListener("keydown", (event) => this.onKey(event));
  }

  locate(event) {
    const box = this.canvas.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  }

  onDown(event) {
    if (event.button > 0 || this.pointer !== null) return;
    const [x, y] = this.locate(event);
    const area = this.picture.area();
    if (y > area.y + area.height) return this.tools.seek(this.picture.timeAt(x));
    this.pointer = event.pointerId;
    this.canvas.setPointerCapture(event.pointerId);
    this.corner = null;
    this.hover = this.picture.cellAt(x, y);
    this.cells = [this.hover];
    this.tools.preview();
  }

  onMove(event) {
    if (this.pointer !== null && event.pointerId !== this.pointer) return;
    // All the places between two events: a fast hand draws a curve, not a polygon.
    const moves = event.getCoalescedEvents?.() ?? [];
    for (const move of moves.length ? moves : [event]) {
      const cell = this.picture.cellAt(...this.locate(move));
      if (this.cells) this.extend(cell);
      this.hover = cell;
    }
    this.tools.preview();
  }

  extend(cell) {
    if (this.tools.isBox) this.cells = [this.cells[0], cell];
    else if (String(cell) !== String(this.cells.at(-1))) this.cells.push(cell);
  }

  onUp(event) {
    if (event.pointerId !== this.pointer) return;
    const { cells } = this;
    this.cells = this.pointer = null;
    if (cells) this.tools.finish(cells);
  }

  cancel() {
    this.cells = this.corner = this.pointer = null;
    this.point(null);
  }

  point(cell) {
    if (this.cells) return;
    this.hover = cell;
    this.tools.preview();
  }

  onKey(event) {
    const move = MOVES[event.key];
    const combined = event.ctrlKey || event.metaKey || event.altKey;
    if (combined) return;
    if (move) this.step(move.map((by) => by * (event.shiftKey ? LARGE_STEP : 1)));
    else if (event.key === " ") this.stamp();
    else if (event.key === "Escape") this.cancel();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** Moves the cursor cell; the first key shows it in the middle. */
  step([byFrame, byBand]) {
    const { frames, bands } = this.picture.board;
    const [frame, band] = this.last ?? [Math.floor(frames / 2), Math.floor(bands / 2)];
    this.last = [
      Math.min(frames - 1, Math.max(0, frame + byFrame)),
      Math.min(bands - 1, Math.max(0, band + byBand)),
    ];
    this.hover = this.last;
    this.tools.preview();
    this.tools.announce(this.last);
  }

  /** Stamps the brush, or sets one corner of a box and then the other. */
  stamp() {
    if (!this.last) return this.step([0, 0]);
    if (!this.tools.isBox) return this.tools.finish([this.last]);
    if (!this.corner) {
      this.corner = this.last;
      this.tools.announce(this.last, "First corner");
    } else {
      const corner = this.corner;
      this.corner = null;
      this.tools.finish([corner, this.last]);
    }
    this.tools.preview();
  }

  /** The cells of what is being done: a box's corners, a path, or none. */
  get unfinished() {
    if (this.cells) return this.cells;
    return this.corner && this.last ? [this.corner, this.last] : null;
  }
}
