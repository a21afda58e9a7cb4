/**
 * The frame that every panel has: a head with its title, a canvas, and a layer over the plot area.
 *
 * All panels leave the same room for axes left and right, so their time axes stand under each
 * other. The layer covers exactly the plot area; playhead, cursor and loop region are moved in it
 * in percent, without drawing anything again.
 */

import { formatClock, formatKhz, frequencyTicks, ticks } from "./axes.js";
import { element } from "../browser/dom.js";
import { helpButton } from "./help.js";

export const AXIS_WIDTH = 40; // px left of every plot, for kHz and score labels
export const MARGIN_WIDTH = 60; // px right of every plot, for colour bars and threshold names
export const TIME_HEIGHT = 20; // px under a plot that shows the time axis
const TICK = 4;

/**
 * Creates a panel.
 *
 * @param name identifies it in the page and in tests
 * @param title what its head says
 * @param role `img` for a picture, or another role for the layer
 */
export function createPanel(name, title, { timeAxis = false } = {}) {
  const canvas = element("canvas", { "aria-hidden": "true" });
  const over = element(
    "div",
    { class: "over", role: "img", "aria-label": title },
    element("i", { class: "region" }),
    element("i", { class: "cursor" }),
    element("i", { class: "playhead" }),
  );
  const info = element("p", { class: "info" });
  const heading = element("h2", {}, title, helpButton(name, title));
  const section = element(
    "section",
    { class: `panel ${timeAxis ? "timed" : ""}`, "data-panel": name },
    element("header", { class: "head" }, heading, info),
    element("div", { class: "plot" }, canvas, over),
  );
  return { name, section, canvas, over, info, heading };
}

/** The plot area of a canvas: what is left of it without the room for axes. */
export function plotArea(width, height, timed) {
  return {
    x: AXIS_WIDTH,
    y: 0,
    width: Math.max(1, width - AXIS_WIDTH - MARGIN_WIDTH),
    height: height - (timed ? TIME_HEIGHT : 0),
  };
}

function axisStyle(context, theme) {
  context.font = `11px ${theme.font}`;
  context.fillStyle = theme.muted;
  context.strokeStyle = theme.line;
  context.lineWidth = 1;
}

/** Draws seconds under the plot area, with digits to match the zoom. */
export function drawTimeAxis(context, area, viewport, startS, theme) {
  axisStyle(context, theme);
  const { step, values } = ticks(viewport.start + startS, viewport.end + startS, area.width / 80);
  const digits = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  const long = viewport.end + startS >= 60;
  context.textAlign = "center";
  context.textBaseline = "top";
  for (const time of values) {
    const x = area.x + viewport.toFraction(time - startS) * area.width;
    context.beginPath();
    context.moveTo(x, area.y + area.height);
    context.lineTo(x, area.y + area.height + TICK);
    context.stroke();
    context.fillText(
      long ? formatClock(time, digits) : time.toFixed(digits),
      x,
      area.y + area.height + TICK + 2,
    );
  }
  context.textAlign = "left";
  context.fillText(long ? "min:s" : "s", area.x + area.width + 12, area.y + area.height + TICK + 2);
}

/** Draws kHz left of the plot area. */
export function drawFrequencyAxis(context, area, viewport, axis, theme) {
  axisStyle(context, theme);
  context.textAlign = "right";
  context.textBaseline = "middle";
  for (const { hz, y } of frequencyTicks(axis, viewport, area.height)) {
    const inside = Math.min(area.height - 5, Math.max(6, y));
    context.beginPath();
    context.moveTo(area.x - TICK, area.y + y);
    context.lineTo(area.x, area.y + y);
    context.stroke();
    context.fillText(formatKhz(hz), area.x - TICK - 3, area.y + inside);
  }
}

/** Draws a vertical colour bar right of the plot area, with a value at each end. */
export function drawColourBar(context, area, colourAt, low, high, theme) {
  const x = area.x + area.width + 10;
  for (let y = 0; y < area.height; y++) {
    context.fillStyle = colourAt(1 - y / Math.max(1, area.height - 1));
    context.fillRect(x, area.y + y, 8, 1);
  }
  axisStyle(context, theme);
  context.strokeRect(x + 0.5, area.y + 0.5, 7, area.height - 1);
  context.textAlign = "left";
  context.textBaseline = "top";
  context.fillText(high, x + 12, area.y + 1);
  context.textBaseline = "bottom";
  context.fillText(low, x + 12, area.y + area.height);
}

/** Writes a message into the middle of an empty plot area, on as many lines as it needs. */
export function drawMessage(context, area, text, theme) {
  axisStyle(context, theme);
  context.font = `13px ${theme.font}`;
  context.textAlign = "left";
  context.textBaseline = "middle";
  const lines = [""];
  for (const word of text.split(" ")) {
    const longer = `${lines.at(-1)} ${word}`.trim();
    if (context.measureText(longer).width > area.width - 24 && lines.at(-1)) lines.push(word);
    else lines[lines.length - 1] = longer;
  }
  lines.forEach((line, index) => {
    context.fillText(
      line,
      area.x + 12,
      area.y + area.height / 2 + 17 * (index - (lines.length - 1) / 2),
    );
  });
}
