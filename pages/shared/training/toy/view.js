/**
 * The toy on the page: bags on top, a row of masks for each pooling, curves beside them.
 *
 * Owns time on screen: training goes on in slices between frames, so that the controls stay live.
 * With reduced motion the picture changes only every COARSE_STEPS steps. The run before the last
 * change stays in the plots as thin lines.
 */

import { SYSTEM_DASHES, readTheme } from "../../browser/colours.js";
import { dashSample, element } from "../../browser/dom.js";
import { drawPlot, withAccent } from "../plot.js";
import { UNITS } from "./bags.js";
import { buildControls, poolingChoice } from "./controls.js";
import { TOY_POOLINGS } from "./pooling.js";
import { Comparison, LAST_STEP } from "./run.js";
import { Tiles, bagColour, maskColour } from "./tiles.js";
import { atStart, inTheEnd, setUpInWords } from "./words.js";

const SLICE_MS = 24; // training takes most of the time; 30 pictures a second are enough
const COARSE_STEPS = 50;
const HIGHEST_LOSS = 1;

/** One toy. `report` is called with the settings when the user has changed them. */
export class Toy {
  constructor(root, settings, report) {
    this.root = root;
    this.settings = settings;
    this.report = report;
    this.playing = false;
    this.before = null;
    this.calm = matchMedia("(prefers-reduced-motion: reduce)");
    this.build();
    this.begin();
    this.resizing = new ResizeObserver(() => this.draw());
    this.resizing.observe(root);
  }

  build() {
    this.controls = buildControls(this);
    this.bags = new Tiles(8);
    this.bagInfo = element("p", { class: "info" });
    this.rows = this.settings.poolings.map((_, index) => this.buildRow(index));
    const bagHead = element("div", { class: "head" }, element("h3", {}, "Bags"), this.bagInfo);
    const matrix = element(
      "div",
      { class: "matrix" },
      element("div", { class: "row" }, bagHead, this.bags.node),
      ...this.rows.map(({ node }) => node),
    );
    this.plots = ["Loss", "Units above 0.5 in a bag with a patch"].map((title) => {
      const canvas = element("canvas", { "aria-hidden": "true" });
      const node = element("div", { class: "plot" }, element("h3", {}, title), canvas);
      return { canvas, node };
    });
    this.beforeNote = element("p", { class: "info" });
    this.words = element("p", { class: "words", role: "status" });
    const plots = this.plots.map(({ node }) => node);
    const curves = element("div", { class: "curves" }, ...plots, this.beforeNote);
    const stage = element("div", { class: "stage" }, matrix, curves);
    this.root.replaceChildren(this.controls.node, stage, this.words);
  }

  buildRow(index) {
    const choice = poolingChoice(index + 1, (value) => {
      const poolings = this.settings.poolings.slice();
      poolings[index] = value;
      this.change({ poolings });
    });
    const tiles = new Tiles(8);
    const about = element("p", { class: "info" });
    const figures = element("p", { class: "info figures" });
    const name = element("h3", {}, choice.select, dashSample(SYSTEM_DASHES[index]));
    const head = element("div", { class: "head" }, name, about, figures);
    return {
      node: element("div", { class: "row" }, head, tiles.node),
      choice,
      tiles,
      about,
      figures,
    };
  }

  /** Draws new bags and first weights. */
  begin() {
    this.comparison = new Comparison(this.settings);
    this.lastStep = LAST_STEP;
    for (const { tiles } of [{ tiles: this.bags }, ...this.rows])
      tiles.outline(this.comparison.shown);
    this.draw();
  }

  /** Another set-up: the run so far becomes the one before, and training starts afresh. */
  change(changed) {
    const { comparison } = this;
    if (comparison.stepsDone) this.before = comparison;
    this.settings = { ...this.settings, ...changed };
    this.begin();
    this.report(this.settings);
  }

  reset() {
    this.playing = false;
    this.begin();
  }

  stepOnce() {
    this.playing = false;
    this.comparison.step();
    this.draw();
  }

  toggle() {
    if (this.comparison.done) this.begin();
    this.playing = !this.playing;
    this.draw();
    if (this.playing) requestAnimationFrame(() => this.slice());
  }

  /** Trains for a part of a frame. */
  slice() {
    if (!this.playing || !this.root.isConnected) return;
    const drawn = Math.floor(this.comparison.stepsDone / COARSE_STEPS);
    const until = performance.now() + SLICE_MS;
    while (!this.comparison.done && performance.now() < until) this.comparison.step();
    if (this.comparison.done) this.playing = false;
    const passed = Math.floor(this.comparison.stepsDone / COARSE_STEPS) > drawn;
    if (!this.calm.matches || passed || !this.playing) this.draw();
    if (this.playing) requestAnimationFrame(() => this.slice());
  }

  draw() {
    const theme = withAccent(readTheme(this.root), this.root);
    const { comparison } = this;
    this.controls.show(this);
    this.bagInfo.textContent = setUpInWords(this.settings);
    comparison.shown.forEach(({ units, label }, index) =>
      this.bags.paint(index, units, bagColour, label ? "patch" : "none"),
    );
    comparison.learners.forEach((learner, index) => this.drawRow(learner, this.rows[index], theme));
    this.drawCurves(theme);
    this.words.textContent = comparison.done ? inTheEnd(comparison) : atStart(comparison);
  }

  drawRow(learner, row, theme) {
    const colour = maskColour(theme);
    this.comparison.shown.forEach((bag, index) => {
      const { mask, p } = learner.look(bag);
      row.tiles.paint(index, mask, colour, `p ${p.toFixed(2)}`);
    });
    const { lit, iou, p } = learner.latest;
    row.choice.show(learner.pooling);
    row.about.textContent = TOY_POOLINGS[learner.pooling].about;
    row.figures.textContent = `p ${p.toFixed(2)} · ${lit.toFixed(1)} units · IoU ${iou.toFixed(2)}`;
  }

  drawCurves(theme) {
    const { before, comparison } = this;
    const curves = (key, run, faint) =>
      run.learners.map(({ curve }, index) => ({
        points: curve.map((point) => [point.step, point[key]]),
        dash: SYSTEM_DASHES[index],
        width: faint ? 1 : 2,
        faint,
      }));
    const both = (key) => [
      ...(before ? curves(key, before, true) : []),
      ...curves(key, comparison, false),
    ];
    const [loss, lit] = this.plots;
    const right = LAST_STEP;
    drawPlot(loss.canvas, theme, { right, top: HIGHEST_LOSS, curves: both("loss") });
    const size = this.settings.patch ** 2;
    const levels = [{ y: size, name: `the patch: ${size}` }];
    drawPlot(lit.canvas, theme, { right, top: UNITS, curves: both("lit"), levels });
    this.beforeNote.textContent = before
      ? `Thin lines: the run before (${setUpInWords(before.settings)}).`
      : "Measured on 64 bags that are never trained on.";
  }

  destroy() {
    this.playing = false;
    this.resizing.disconnect();
  }
}
