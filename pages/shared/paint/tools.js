/**
 * The tools: which one is in the hand, how large and how strong, what was done and can be undone.
 *
 * Owns the strokes. `onchange` is called when a gesture is finished, `onpreview` while one goes on.
 */

import { formatHz } from "../player/axes.js";
import { element } from "../browser/dom.js";
import {
  HIGHEST_LEVEL,
  LARGEST_RADIUS,
  boxOfNumbers,
  formatStrokes,
  parseStrokes,
  simplifyPath,
} from "./strokes.js";

const TOOLS = {
  brush: "Brush",
  eraser: "Eraser",
  box: "Box",
  erasebox: "Erase box",
};

export class Tools {
  constructor(bar, form, status, listeners) {
    Object.assign(this, { status, ...listeners });
    this.strokes = [];
    this.past = []; // lists of strokes, the last is what Undo brings back
    this.undone = [];
    this.buttons = Object.entries(TOOLS).map(([name, title]) => {
      const button = element("button", { "data-tool": name }, title);
      button.addEventListener("click", () => this.take(name));
      return button;
    });
    this.size = this.slider("Size", { min: 0, max: LARGEST_RADIUS, value: 3 });
    this.strength = this.slider("Strength", { min: 1, max: HIGHEST_LEVEL, value: HIGHEST_LEVEL });
    this.outline = element("select", { "aria-label": "Outline to compare with" });
    this.outline.addEventListener("change", () => this.onpreview());
    this.undoButton = this.action("Undo", () => this.undo());
    this.redoButton = this.action("Redo", () => this.redo());
    this.clearButton = this.action("Clear", () => this.clear());
    const tools = { class: "group", role: "group", "aria-label": "Tool" };
    bar.append(
      element("div", tools, ...this.buttons),
      element("div", { class: "group" }, this.size.label, this.strength.label),
      element("div", { class: "group" }, this.undoButton, this.redoButton, this.clearButton),
      element("div", { class: "group end" }, this.outline),
    );
    this.form = form;
    form.addEventListener("submit", (event) => this.onNumbers(event));
    this.take("brush");
  }

  slider(name, attributes) {
    const input = element("input", { type: "range", step: 1, "aria-label": name, ...attributes });
    const value = element("output", {});
    const show = () => {
      const number = Number(input.value);
      value.textContent = name === "Size" ? String(2 * number + 1) : (number / HIGHEST_LEVEL).toFixed(1);
      input.setAttribute("aria-valuetext", value.textContent);
    };
    input.addEventListener("input", () => {
      show();
      this.onpreview();
    });
    show();
    return { input, label: element("label", { class: "range" }, name, input, value) };
  }

  action(name, act) {
    const button = element("button", {}, name);
    button.addEventListener("click", act);
    return button;
  }

  /** Takes another board with the strokes on it. */
  load(board, text) {
    this.board = board;
    this.strokes = parseStrokes(text);
    this.past = this.strokes.map((_, count) => this.strokes.slice(0, count));
    this.undone = [];
    const names = ["none", ...board.masks.map(({ name }) => name)];
    this.outline.replaceChildren(
      ...names.map((name, index) =>
        element("option", { value: index - 1 }, index ? `Outline: ${name}` : "No outline"),
      ),
    );
    this.form.elements.onset.max = this.form.elements.offset.max = board.durationS;
    this.enable();
  }

  take(name) {
    this.tool = name;
    for (const button of this.buttons) button.ariaPressed = String(button.dataset.tool === name);
    this.size.input.disabled = this.isBox;
    this.strength.input.disabled = this.erases;
    this.onpreview();
  }

  get isBox() {
    return this.tool.endsWith("box");
  }

  get erases() {
    return this.tool.startsWith("erase");
  }

  get radius() {
    return this.isBox ? 0 : Number(this.size.input.value);
  }

  get text() {
    return formatStrokes(this.strokes);
  }

  /** The mask whose outline is wanted, or null. */
  get compared() {
    return this.board.masks[Number(this.outline.value)] ?? null;
  }

  /** The stroke that some cells make with the tool in the hand. */
  strokeOf(cells) {
    const level = this.erases ? 0 : Number(this.strength.input.value);
    if (this.isBox) return { kind: "box", level, radius: 0, cells: [cells[0], cells.at(-1)] };
    return { kind: "path", level, radius: this.radius, cells };
  }

  preview() {
    this.onpreview();
  }

  seek(time) {
    this.onseek(time);
  }

  finish(cells) {
    const stroke = this.strokeOf(cells);
    if (stroke.kind === "path") stroke.cells = simplifyPath(stroke.cells);
    this.add(stroke);
  }

  add(stroke) {
    const longer = [...this.strokes, stroke];
    if (formatStrokes(longer).length > this.board.limit) {
      this.say("This mask is as long as a link can hold. Undo or clear some strokes to go on.");
      return this.onpreview();
    }
    this.begin(longer);
  }

  clear() {
    if (this.strokes.length) this.begin([]);
  }

  /** Changes the strokes in a way that Undo takes back. */
  begin(strokes) {
    this.past.push(this.strokes);
    this.undone = [];
    this.change(strokes);
  }

  undo() {
    if (!this.past.length) return;
    this.undone.push(this.strokes);
    this.change(this.past.pop());
  }

  redo() {
    if (!this.undone.length) return;
    this.past.push(this.strokes);
    this.change(this.undone.pop());
  }

  change(strokes) {
    this.strokes = strokes;
    this.say("");
    this.enable();
    this.onchange();
  }

  /** A button that has had its effect is out of use; the focus then goes to the picture. */
  enable() {
    const focused = this.form.getRootNode().activeElement;
    this.undoButton.disabled = !this.past.length;
    this.clearButton.disabled = !this.strokes.length;
    this.redoButton.disabled = !this.undone.length;
    if (focused?.disabled) this.canvas.focus({ preventScroll: true });
  }

  onNumbers(event) {
    event.preventDefault();
    const { onset, offset, low, high, does } = this.form.elements;
    const numbers = [onset, offset, low, high].map(({ value }) => Number(value));
    const cells = boxOfNumbers(this.board, ...numbers);
    if (!cells) return this.say("No unit lies in this box: offset must follow onset, high must exceed low.");
    const level = does.value === "erase" ? 0 : Number(this.strength.input.value);
    this.add({ kind: "box", level, radius: 0, cells });
  }

  /** Where the keyboard's cursor is, for those who hear the page. */
  announce([frame, band], before = "") {
    const { frameHopS, frameLengthS, melHz } = this.board;
    const time = frame * frameHopS + frameLengthS / 2;
    const place = `${time.toFixed(2)} s, ${formatHz(melHz[band])}`;
    this.say(before ? `${before}: ${place}` : place);
  }

  say(text) {
    this.status.textContent = text;
  }
}
