/**
 * Frame scores of the chosen class, one curve a system, and the two thresholds as lines to drag.
 *
 * A threshold follows the pointer or the arrow keys at once, and events with it; it is sent to
 * Python only when it is let go. The high threshold never goes below the low one: it takes the
 * other along.
 */

import { SYSTEM_DASHES } from "../browser/colours.js";
import { beginDrawing, element } from "../browser/dom.js";
import { classScores } from "./payload.js";
import { OperatingPoint } from "./operating.js";
import { AXIS_WIDTH, createPanel, drawTimeAxis, plotArea } from "./plot.js";

const STEP = 0.01;
const THRESHOLDS = { high_threshold: "High", low_threshold: "Low" };

export class ScorePanel {
  constructor(player, container) {
    this.player = player;
    this.panel = createPanel("scores", "Frame score", { timeAxis: true });
    this.lines = Object.entries(THRESHOLDS).map(([field, name]) => this.createLine(field, name));
    this.panel.over.append(...this.lines.map((line) => line.node));
    this.panel.over.setAttribute("role", "group"); // it holds the two sliders
    this.operating = new OperatingPoint(player, this.panel.section.querySelector(".head"));
    this.extendTop();
    container.replaceChildren(this.panel.section);
  }

  createLine(field, name) {
    const label = element("span", { "aria-hidden": "true" });
    const node = element(
      "div",
      {
        class: `threshold ${field}`,
        role: "slider",
        tabindex: "0",
        "aria-label": `${name} threshold`,
        "aria-orientation": "vertical",
        "aria-valuemin": "0",
        "aria-valuemax": "1",
        "data-own-keys": "",
      },
      label,
    );
    const at = (event) => {
      const box = this.panel.over.getBoundingClientRect();
      return this.top * (1 - (event.clientY - box.top) / box.height);
    };
    node.addEventListener("pointerdown", (event) => {
      event.stopPropagation();
      node.setPointerCapture(event.pointerId);
      const grip = at(event) - this.player.state.detection[field]; // so that it does not jump
      node.onpointermove = (move) => this.set(field, at(move) - grip);
      node.onpointerup = node.onpointercancel = () => {
        node.onpointermove = node.onpointerup = node.onpointercancel = null;
        this.extendTop();
        this.player.changed();
      };
    });
    node.addEventListener("keydown", (event) => this.onKey(event, field));
    return { field, name, node, label };
  }

  onKey(event, field) {
    const value = this.player.state.detection[field];
    const large = event.shiftKey ? 10 : 1;
    const next = {
      ArrowUp: value + large * STEP,
      ArrowRight: value + large * STEP,
      ArrowDown: value - large * STEP,
      ArrowLeft: value - large * STEP,
      PageUp: value + 10 * STEP,
      PageDown: value - 10 * STEP,
      Home: 0,
      End: 1,
    }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    this.set(field, next);
    this.extendTop();
    this.player.changed();
  }

  /** Sets one threshold, to two decimals, and moves the other where they would cross. */
  set(field, value) {
    const detection = { ...this.player.state.detection };
    detection[field] = Math.round(Math.min(1, Math.max(0, value)) / STEP) / Math.round(1 / STEP);
    const { high_threshold: high, low_threshold: low } = detection;
    if (low > high)
      detection[field === "low_threshold" ? "high_threshold" : "low_threshold"] = detection[field];
    this.player.preview({ detection });
  }

  /**
   * Chooses the top of the score axis: room above the highest curve and threshold, in steps of
   * 0.1.
   */
  extendTop() {
    const { view, state } = this.player;
    let highest = state.detection.high_threshold * 1.25;
    for (const { index } of this.curves()) {
      for (const shown of this.player.shownClasses()) {
        const scores = classScores(view, view.systems[index], view.classes.indexOf(shown));
        highest = scores.reduce((most, score) => Math.max(most, score), highest);
      }
    }
    this.top = Math.min(1, Math.max(0.2, Math.ceil(highest * 10.5) / 10));
  }

  /** The systems whose curves are shown, with their place among all systems. */
  curves() {
    const { view, state } = this.player;
    return view.systems
      .map(({ name }, index) => ({ name, index }))
      .filter(({ name }) => state.systems.has(name));
  }

  draw() {
    this.operating.draw();
    const { view, viewport, theme } = this.player;
    const { context, width, height } = beginDrawing(this.panel.canvas);
    const area = plotArea(width, height, true);
    this.drawScoreAxis(context, area, theme);
    drawTimeAxis(context, area, viewport, view.startS, theme);
    context.save();
    context.beginPath();
    context.rect(area.x, area.y, area.width, area.height);
    context.clip();
    for (const { index } of this.curves()) this.drawCurves(context, area, index);
    context.restore();
    this.placeLines();
  }

  drawScoreAxis(context, area, theme) {
    context.strokeStyle = theme.line;
    context.strokeRect(area.x + 0.5, area.y + 0.5, area.width - 1, area.height - 1);
    context.font = `11px ${theme.font}`;
    context.fillStyle = theme.muted;
    context.textAlign = "right";
    for (const [score, baseline] of [
      [0, "bottom"],
      [this.top / 2, "middle"],
      [this.top, "top"],
    ]) {
      context.textBaseline = baseline;
      const y = area.y + (1 - score / this.top) * area.height;
      context.fillText(score.toFixed(2), AXIS_WIDTH - 7, y);
    }
  }

  drawCurves(context, area, systemIndex) {
    const { view, viewport } = this.player;
    context.setLineDash(SYSTEM_DASHES[systemIndex]);
    context.lineWidth = 1.75;
    context.lineJoin = "round";
    for (const shown of this.player.shownClasses()) {
      const scores = classScores(view, view.systems[systemIndex], view.classes.indexOf(shown));
      const first = Math.max(0, Math.floor(viewport.start / view.frameHopS) - 1);
      const last = Math.min(scores.length - 1, Math.ceil(viewport.end / view.frameHopS));
      context.strokeStyle = shown.colour;
      context.beginPath();
      for (let frame = first; frame <= last; frame++) {
        const x = area.x + viewport.toFraction((frame + 0.5) * view.frameHopS) * area.width;
        context.lineTo(x, area.y + (1 - scores[frame] / this.top) * area.height);
      }
      context.stroke();
    }
    context.setLineDash([]);
  }

  placeLines() {
    const { detection } = this.player.state;
    const near = (detection.high_threshold - detection.low_threshold) / this.top < 0.16;
    for (const { field, name, node, label } of this.lines) {
      const value = detection[field];
      node.style.top = `${100 * (1 - Math.min(1, value / this.top))}%`;
      node.setAttribute("aria-valuenow", value.toFixed(2));
      node.classList.toggle("near", near); // labels of close lines move apart
      label.textContent = `${name} ${value.toFixed(2)}`;
    }
  }
}
