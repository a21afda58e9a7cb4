/** A small line plot on a canvas: two axes, curves told apart by dash, marks at some x and y. */

import { beginDrawing } from "../browser/dom.js";
import { grouped } from "../browser/numbers.js";
import { ticks } from "../player/axes.js";

const MARGIN = { left: 34, right: 6, top: 6, bottom: 18 };

/** A tick's number, without the noise of binary fractions. */
function tickText(value) {
  return value >= 1000 ? grouped(value) : String(Number(value.toPrecision(3)));
}

/**
 * Draws a plot.
 *
 * `plot`: right and top (the largest x and y), curves (points of [x, y], dash, width, faint), levels
 * (horizontal lines with a name), marker (an x) and dots (points of [x, y]).
 */
export function drawPlot(canvas, theme, plot) {
  const { context, width, height } = beginDrawing(canvas);
  const toX = (x) => MARGIN.left + (x / plot.right) * (width - MARGIN.left - MARGIN.right);
  const toY = (y) =>
    height - MARGIN.bottom - (y / plot.top) * (height - MARGIN.top - MARGIN.bottom);
  context.font = `11px ${theme.font}`;
  drawAxes(context, theme, plot, { toX, toY, width, height });
  context.save();
  context.beginPath();
  context.rect(MARGIN.left - 2, 0, width, height - MARGIN.bottom + 2);
  context.clip();
  for (const curve of plot.curves) {
    context.globalAlpha = curve.faint ? 0.45 : 1;
    context.lineWidth = curve.width ?? 2;
    context.setLineDash(curve.dash);
    context.strokeStyle = curve.faint ? theme.muted : theme.text;
    context.beginPath();
    curve.points.forEach(([x, y]) => context.lineTo(toX(x), toY(Math.min(y, plot.top))));
    context.stroke();
  }
  context.restore();
  drawMarks(context, theme, plot, { toX, toY, width, height });
}

function drawAxes(context, theme, plot, { toX, toY, width, height }) {
  context.strokeStyle = theme.line;
  context.fillStyle = theme.muted;
  context.textAlign = "right";
  context.textBaseline = "middle";
  for (const y of ticks(0, plot.top, 5).values) {
    context.fillText(tickText(y), MARGIN.left - 5, toY(y));
    context.beginPath();
    context.moveTo(MARGIN.left, toY(y));
    context.lineTo(width - MARGIN.right, toY(y));
    context.stroke();
  }
  context.textBaseline = "bottom";
  for (const x of ticks(0, plot.right, width < 260 ? 3 : 5).values) {
    const half = context.measureText(tickText(x)).width / 2;
    context.textAlign = "center";
    context.fillText(tickText(x), Math.min(toX(x), width - half - 1), height - 1);
  }
}

function drawMarks(context, theme, plot, { toX, toY, width, height }) {
  context.setLineDash([]);
  context.textAlign = "right";
  context.textBaseline = "bottom";
  for (const { y, name } of plot.levels ?? []) {
    context.strokeStyle = theme.accent;
    context.lineWidth = 1.5;
    context.beginPath();
    context.moveTo(MARGIN.left, toY(y));
    context.lineTo(width - MARGIN.right, toY(y));
    context.stroke();
    // Its name stands above the line; below it where a curve ends there.
    const ends = plot.curves.map(({ points }) => toY(points.at(-1)?.[1] ?? 0));
    const isTaken = ends.some((end) => Math.abs(end - toY(y) + 8) < 14);
    const bottom = isTaken && toY(y) + 16 < height - MARGIN.bottom ? toY(y) + 15 : toY(y) - 2;
    const long = context.measureText(name).width;
    context.fillStyle = `rgb(${theme.ground.join(" ")} / 0.8)`;
    context.fillRect(width - MARGIN.right - long - 4, bottom - 13, long + 4, 13);
    context.fillStyle = theme.text;
    context.fillText(name, width - MARGIN.right - 2, bottom);
  }
  if (plot.marker !== undefined) {
    context.strokeStyle = theme.accent;
    context.lineWidth = 2;
    context.beginPath();
    context.moveTo(toX(plot.marker), MARGIN.top);
    context.lineTo(toX(plot.marker), height - MARGIN.bottom);
    context.stroke();
  }
  context.fillStyle = theme.text;
  for (const [x, y] of plot.dots ?? []) {
    context.beginPath();
    context.arc(toX(x), toY(Math.min(y, plot.top)), 3, 0, 2 * Math.PI);
    context.fill();
  }
}

/** The theme as plots want it: with the accent. */
export function withAccent(theme, root) {
  return { ...theme, accent: getComputedStyle(root).getPropertyValue("--accent").trim() };
}
