/** The page's picture: spectrogram, ideal mask and area above; a mask and a loss a system below. */

import { SYSTEM_DASHES, readTheme } from "../../browser/colours.js";
import { dashSample, element } from "../../browser/dom.js";
import { grouped, shareText } from "../../browser/numbers.js";
import { formatHz } from "../../player/axes.js";
import { drawPlot, withAccent } from "../plot.js";
import { lastStepOf, snapshotAt } from "./course.js";
import { paintLevel, paintMask } from "./pictures.js";
import { Scrubber } from "./scrubber.js";


const FEW_UNITS = 40;

/** One stage; `report` is called with the share of training when a gesture is finished. */
export class Stage {
  constructor(root, report) {
    this.root = root;
    this.event = null;
    this.scrubber = new Scrubber(
      () => this.draw(),
      (share) => report(share),
    );
    this.grid = element("div", { class: "grid" });
    root.replaceChildren(this.scrubber.node, this.grid);
    this.resizing = new ResizeObserver(() => this.event && this.draw());
    this.resizing.observe(root);
  }

  /** Another event, at the same share of training. */
  load(event) {
    this.event = event;
    this.scrubber.runs = event.runs;
    this.shown = null;
    this.level = this.picture("Log mel", `the mixture; ${event.name} ${this.span()}`);
    this.ideal = this.picture("Ideal ratio mask", this.areaInWords(event.ideal));
    this.area = plotCell("Area above 0.5");
    this.runs = event.runs.map((run, index) => {
      const cell = this.picture(run.title, "");
      cell.node.dataset.system = run.system;
      const loss = plotCell("Loss");
      loss.note.textContent = "line: training, averaged · dots: validation";
      cell.title.append(dashSample(SYSTEM_DASHES[index]));
      return { ...cell, loss };
    });
    this.grid.replaceChildren(
      ...[this.level, this.ideal, this.area, ...this.runs].map(({ node }) => node),
      ...this.runs.map(({ loss }) => loss.node),
    );
    this.scrubber.set(this.scrubber.share);
  }

  span() {
    return `${this.event.onset.toFixed(1)}–${this.event.offset.toFixed(1)} s`;
  }

  areaInWords({ lit, share, mean }) {
    return `${grouped(lit)} ${lit === 1 ? "unit" : "units"} (${shareText(share)}) above 0.5 · mean ${mean.toFixed(3)}`;
  }

  /** A picture of the plane with its times and frequencies. */
  picture(name, about) {
    const { seconds, mel_edges_hz: edges } = this.event;
    const title = element("h3", {}, name);
    const info = element("p", { class: "info" }, about);
    const canvas = element("canvas", { role: "img", "aria-label": name });
    const marks = [this.event.onset, this.event.offset].map((time) => {
      const mark = element("span", { class: "mark" });
      mark.style.left = `${(100 * time) / seconds}%`;
      return mark;
    });
    const ring = element("span", { class: "ring", hidden: "" });
    const plane = element("div", { class: "plane" }, canvas, ...marks, ring);
    const high = formatHz(edges.at(-1));
    const low = `${formatHz(edges[0])} · 0 s`;
    const axis = element(
      "div",
      { class: "axis" },
      element("span", {}, low),
      element("span", {}, `${seconds} s`),
    );
    const top = element("div", { class: "axis" }, element("span", {}, high));
    const node = element("section", { class: "cell" }, title, info, top, plane, axis);
    return { node, title, info, canvas, ring };
  }

  draw() {
    const theme = withAccent(readTheme(this.root), this.root);
    const { event, scrubber } = this;
    const places = event.runs.map((run) => snapshotAt(run, scrubber.share));
    this.drawPictures(theme, places);
    this.drawArea(theme, places);
    const top =
      1.05 * Math.max(...event.runs.flatMap(({ loss, valid }) => [...loss[1], ...valid[1]]));
    event.runs.forEach((run, index) => {
      const curve = { points: pairs(run.loss), dash: SYSTEM_DASHES[index], width: 1.5 };
      const right = lastStepOf(run);
      const marker = scrubber.share * right;
      const { canvas } = this.runs[index].loss;
      if (run.loss[0].length)
        drawPlot(canvas, theme, { right, top, curves: [curve], marker, dots: pairs(run.valid) });
    });
  }

  /** Paints masks anew only where another snapshot, or another theme, has come. */
  drawPictures(theme, places) {
    const { event } = this;
    const key = JSON.stringify([places, theme.ground]);
    if (key === this.shown) return;
    this.shown = key;
    paintLevel(this.level.canvas, event);
    paintMask(this.ideal.canvas, event, event.idealMask, theme);
    event.runs.forEach((run, index) => {
      const { canvas, info, ring } = this.runs[index];
      const figures = run.figures[places[index]];
      const step = grouped(run.steps[places[index]]);
      paintMask(canvas, event, run.masks[places[index]], theme);
      info.replaceChildren(
        element("b", {}, `step ${step} · p ${figures.prob.toFixed(2)}`),
        element("br"),
        this.areaInWords(figures),
      );
      placeRing(ring, event, run.masks[places[index]], figures.lit);
      const heard = `${run.title}, step ${step}: ${this.areaInWords(figures)}`;
      canvas.setAttribute("aria-label", heard);
    });
  }

  drawArea(theme, places) {
    const { event, scrubber } = this;
    const curves = event.runs.map((run, index) => ({
      points: run.figures.map(({ share }, at) => [
        (run.steps[at] / lastStepOf(run)) * 100,
        100 * share,
      ]),
      dash: SYSTEM_DASHES[index],
    }));
    const ideal = 100 * event.ideal.share;
    const top =
      1.15 * Math.max(1, ideal, ...curves.flatMap(({ points }) => points.map(([, y]) => y)));
    const dots = curves.map(({ points }, index) => points[places[index]]);
    drawPlot(this.area.canvas, theme, {
      right: 100,
      top,
      curves,
      dots,
      levels: [{ y: ideal, name: "ideal mask" }],
      marker: 100 * scrubber.share,
    });
    const names = event.runs.map((run, index) =>
      element("span", { class: "key" }, dashSample(SYSTEM_DASHES[index]), ` ${run.title}`),
    );
    this.area.note.replaceChildren("% of the units over % of training ", ...names);
  }

  destroy() {
    this.scrubber.stop();
    this.resizing.disconnect();
  }
}

/** Few lit units are too small to see: a ring shows where the largest is. */
function placeRing(ring, { frames, bands }, mask, lit) {
  const largest = mask.reduce((best, value, unit) => (value > mask[best] ? unit : best), 0);
  ring.hidden = lit === 0 || lit > FEW_UNITS;
  ring.style.left = `${(100 * (Math.floor(largest / bands) + 0.5)) / frames}%`;
  ring.style.bottom = `${(100 * ((largest % bands) + 0.5)) / bands}%`;
}

/** A heading, a note and a canvas for a plot. */
function plotCell(name) {
  const note = element("p", { class: "info" });
  const canvas = element("canvas", { class: "plot", "aria-hidden": "true" });
  const node = element("section", { class: "cell" }, element("h3", {}, name), note, canvas);
  return { node, note, canvas };
}

/** [[x, …], [y, …]] as [[x, y], …]. */
function pairs([xs, ys]) {
  return xs.map((x, index) => [x, ys[index]]);
}
