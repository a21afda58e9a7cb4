/**
 * The strip: picture, lanes, axis, and the window that is moved over them.
 *
 * `start` is what the user sees; Python hears of it when a drag ends, or when keys have rested.
 */

import { beginDrawing, element } from "../browser/dom.js";
import { MAGMA_MAP } from "../browser/colours.js";
import { afterKey, clock, fitted, marks } from "./scale.js";

const REST_MS = 350;
const LANE = 18;

/** Bytes from base64. */
function bytesOf(text) {
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
}

export class Strip {
  constructor(root, report) {
    this.root = root;
    this.report = report;
    this.serial = 0; // of the last move that Python was told of
    const find = (name) => root.querySelector(`.${name}`);
    [this.plot, this.picture, this.lanes] = ["plot", "picture", "lanes"].map(find);
    [this.window, this.axis, this.names, this.shown] = ["window", "axis", "names", "shown"].map(find);
    this.plot.addEventListener("pointerdown", (event) => this.grab(event));
    this.plot.addEventListener("pointermove", (event) => this.drag(event));
    this.plot.addEventListener("pointerup", () => this.letGo());
    this.plot.addEventListener("pointercancel", () => this.letGo());
    this.window.addEventListener("keydown", (event) => this.press(event));
    this.observer = new ResizeObserver(() => this.view && this.draw());
    this.observer.observe(this.plot);
  }

  /** Shows what Python sent; a window in the user's hand, or moved since, stays there. */
  load(view) {
    this.view = view;
    this.levels = bytesOf(view.levels);
    this.scores = view.lanes.map(({ scores }) => bytesOf(scores));
    const isLatest = view.serial >= this.serial;
    if (this.start === undefined || (isLatest && this.held === undefined && !this.resting))
      this.start = this.reported = view.start_s;
    const lanes = view.lanes.map(({ name, colour }) =>
      element("div", { title: name }, name, element("i", { style: `background: ${colour}` })),
    );
    const whole = element("div", { class: "whole" }, `Whole, ${clock(view.duration_s)}`);
    this.names.replaceChildren(whole, ...lanes);
    this.lanes.style.height = `${LANE * lanes.length}px`;
    this.draw();
  }

  draw() {
    this.drawPicture();
    this.drawLanes();
    const { duration_s } = this.view;
    const spans = marks(duration_s, this.plot.clientWidth).map((time) =>
      element("span", { style: `left: ${(100 * time) / duration_s}%` }, clock(time)),
    );
    this.axis.replaceChildren(...spans);
    this.place();
  }

  /** The log mel picture, the lowest band at the bottom. */
  drawPicture() {
    const { bands, columns } = this.view;
    const image = new ImageData(columns, bands);
    this.levels.forEach((level, index) => {
      const row = bands - 1 - Math.floor(index / columns);
      const at = 4 * (row * columns + (index % columns));
      image.data.set(MAGMA_MAP.subarray(3 * level, 3 * level + 3), at);
      image.data[at + 3] = 255;
    });
    const source = element("canvas", { width: columns, height: bands });
    source.getContext("2d").putImageData(image, 0, 0);
    const { context, width, height } = beginDrawing(this.picture);
    context.drawImage(source, 0, 0, width, height);
  }

  /** A lane a class: its scores faint, its events full. */
  drawLanes() {
    const { lanes, duration_s } = this.view;
    if (!lanes.length) return;
    const { context, width } = beginDrawing(this.lanes);
    lanes.forEach(({ colour, events }, row) => {
      context.fillStyle = colour;
      const scores = this.scores[row];
      scores.forEach((score, column) => {
        context.globalAlpha = (0.3 * score) / 255;
        const x = (column / scores.length) * width;
        context.fillRect(x, row * LANE + 1, width / scores.length, LANE - 2);
      });
      context.globalAlpha = 1;
      for (const [onset, offset] of events) {
        const size = Math.max(2, ((offset - onset) / duration_s) * width);
        context.fillRect((onset / duration_s) * width, row * LANE + 4, size, LANE - 8);
      }
    });
  }

  /** Puts the window where `start` is. */
  place() {
    const { duration_s, window_s } = this.view;
    const length = Math.min(window_s, duration_s);
    this.window.style.left = `${(100 * this.start) / duration_s}%`;
    this.window.style.width = `${(100 * length) / duration_s}%`;
    const text = `${clock(this.start, true)} to ${clock(this.start + length, true)}`;
    this.shown.textContent = `Shown: ${text} of ${clock(duration_s)}.`;
    const slider = { valuemin: 0, valuemax: duration_s - length, valuenow: this.start };
    for (const [name, value] of Object.entries(slider))
      this.window.setAttribute(`aria-${name}`, value.toFixed(1));
    this.window.setAttribute("aria-valuetext", text);
  }

  secondsAt(event) {
    const { left, width } = this.plot.getBoundingClientRect();
    return ((event.clientX - left) / width) * this.view.duration_s;
  }

  /** Takes the window where it is; a press beside it brings its middle there. */
  grab(event) {
    if (event.button !== 0) return;
    event.preventDefault();
    this.window.focus({ preventScroll: true });
    this.plot.setPointerCapture(event.pointerId);
    const inside = event.target === this.window;
    this.held = inside ? this.secondsAt(event) - this.start : this.view.window_s / 2;
    if (!inside) this.drag(event);
  }

  drag(event) {
    if (this.held === undefined) return;
    this.move(this.secondsAt(event) - this.held);
  }

  letGo() {
    if (this.held === undefined) return;
    this.held = undefined;
    this.tell();
  }

  press(event) {
    const { duration_s, window_s } = this.view;
    const target = afterKey(event, this.start, duration_s, window_s);
    if (target === null || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    this.move(target);
    clearTimeout(this.resting);
    this.resting = setTimeout(() => this.tell(), REST_MS);
  }

  move(start) {
    this.start = fitted(start, this.view.duration_s, this.view.window_s);
    this.place();
  }

  /** Tells Python, where the window has moved. */
  tell() {
    clearTimeout(this.resting);
    this.resting = null;
    if (this.start === this.reported) return;
    this.reported = this.start;
    this.serial = Date.now();
    this.report({ start_s: this.start, serial: this.serial });
  }

  destroy() {
    clearTimeout(this.resting);
    this.observer.disconnect();
  }
}
