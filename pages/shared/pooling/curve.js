/**
 * The sorted units as a curve, the weights over it, and their product, whose area is the probability.
 *
 * A unit can be as wide as every other (linear), as its logarithm, or as its weight; in the last the
 * coloured area itself is the pooled probability.
 */

import { grouped } from "../browser/numbers.js";
import { beginDrawing } from "../browser/dom.js";

const MARGIN = { left: 28, right: 30, top: 8, bottom: 32 };

/** Where units begin and end on an axis from 0 to 1: one edge more than there are units. */
function unitEdges(axis, weights) {
  const size = weights.length;
  if (axis === "weight") {
    const edges = new Float64Array(size + 1);
    for (let j = 0; j < size; j++) edges[j + 1] = edges[j] + weights[j];
    return edges;
  }
  const place = axis === "log" ? (j) => Math.log(j + 1) / Math.log(size + 1) : (j) => j / size;
  return Float64Array.from({ length: size + 1 }, (_, j) => place(j));
}

/** Means of `heights` over equally wide columns, where unit j spans edges[j] to edges[j + 1]. */
function toColumns(heights, edges, columns) {
  const [sums, widths] = [new Float64Array(columns), new Float64Array(columns)];
  for (let j = 0; j < heights.length; j++) {
    const [start, end] = [edges[j] * columns, Math.min(columns, edges[j + 1] * columns)];
    for (let c = Math.floor(start); c < end; c++) {
      const width = Math.min(c + 1, end) - Math.max(c, start);
      sums[c] += width * heights[j];
      widths[c] += width;
    }
  }
  return sums.map((sum, c) => (widths[c] ? sum / widths[c] : 0));
}

/** Marks of the horizontal axis: `[place from 0 to 1, text]`. */
function axisMarks(axis, size) {
  if (axis === "weight") return [0, 0.25, 0.5, 0.75, 1].map((share) => [share, `${100 * share} %`]);
  if (axis === "log") {
    const decades = Math.floor(Math.log10(size)) + 1;
    return Array.from({ length: decades }, (_, d) => [
      Math.log(10 ** d) / Math.log(size + 1),
      grouped(10 ** d),
    ]);
  }
  const step = size > 25_000 ? 10_000 : size > 2_000 ? 5_000 : 500;
  return Array.from({ length: Math.floor(size / step) + 1 }, (_, i) => [(i * step) / size, grouped(i * step)]);
}

/** What is plotted, a value a column: units, weights (1 at the largest), and their product. */
export function curveColumns(axis, sorted, weights, columns) {
  const edges = unitEdges(axis, weights);
  let top = 0;
  for (const weight of weights) top = Math.max(top, weight);
  const shown = axis === "weight" ? new Float64Array(weights.length).fill(1) : weights.map((w) => w / top);
  return {
    values: toColumns(sorted, edges, columns),
    weights: toColumns(shown, edges, columns),
    products: toColumns(sorted.map((y, j) => y * shown[j]), edges, columns),
  };
}

/** Draws everything into a canvas; `look` is { axis, colour, theme }. */
export function drawCurve(canvas, { sorted }, pooled, { axis, colour, theme }) {
  const { context, width, height } = beginDrawing(canvas);
  const [w, h] = [width - MARGIN.left - MARGIN.right, height - MARGIN.top - MARGIN.bottom];
  if (w < 20) return;
  const columns = curveColumns(axis, sorted, pooled.weights, Math.floor(w));
  const x = (place) => MARGIN.left + place * w;
  const y = (value) => MARGIN.top + (1 - value) * h;
  const step = (c) => x(c / columns.values.length);
  const trace = (heights) => {
    context.moveTo(step(0), y(heights[0]));
    heights.forEach((value, c) => {
      context.lineTo(step(c), y(value));
      context.lineTo(step(c + 1), y(value));
    });
  };
  const fill = (heights, style, alpha) => {
    context.beginPath();
    trace(heights);
    context.lineTo(x(1), y(0));
    context.lineTo(x(0), y(0));
    context.globalAlpha = alpha;
    context.fillStyle = style;
    context.fill();
    context.globalAlpha = 1;
  };
  const line = (heights, style, thick, dash) => {
    context.beginPath();
    trace(heights);
    Object.assign(context, { strokeStyle: style, lineWidth: thick });
    context.setLineDash(dash);
    context.stroke();
    context.setLineDash([]);
  };
  drawFrame(context, { x, y, axis, theme, size: sorted.length });
  fill(columns.weights, theme.text, 0.1);
  fill(columns.products, colour, 0.55);
  line(columns.weights, theme.muted, 1.5, [5, 4]);
  line(columns.values, colour, 2, []);
  drawLevels(context, { x, y, theme, pooled });
}

/** Axes, their marks and names. */
function drawFrame(context, { x, y, axis, theme, size }) {
  Object.assign(context, { font: `11px ${theme.font}`, fillStyle: theme.muted, strokeStyle: theme.line });
  context.lineWidth = 1;
  context.textBaseline = "middle";
  context.textAlign = "right";
  for (const value of [0, 0.5, 1]) {
    context.fillText(String(value), x(0) - 5, y(value));
    context.beginPath();
    context.moveTo(x(0), y(value));
    context.lineTo(x(1), y(value));
    context.stroke();
  }
  context.textBaseline = "top";
  context.textAlign = "center";
  for (const [place, text] of axisMarks(axis, size)) context.fillText(text, x(place), y(0) + 4);
  const name = axis === "weight" ? "share of the weight" : axis === "log" ? "rank, logarithmic" : "rank";
  context.fillText(name, x(0.5), y(0) + 18);
}

/** The probability, and the value below which units are pushed down. */
function drawLevels(context, { x, y, theme, pooled }) {
  context.strokeStyle = context.fillStyle = theme.text;
  context.textAlign = "left";
  context.textBaseline = "middle";
  const mark = (value, dash, from) => {
    context.beginPath();
    context.setLineDash(dash);
    context.moveTo(x(from), y(value));
    context.lineTo(x(1), y(value));
    context.stroke();
    context.setLineDash([]);
  };
  context.lineWidth = 2;
  mark(pooled.value, [], 0.97);
  context.fillText("p", x(1) + 5, y(pooled.value));
  if (pooled.signChange === null) return;
  context.lineWidth = 1;
  mark(pooled.signChange, [2, 3], 0);
  context.textAlign = "right";
  context.textBaseline = "bottom";
  context.fillText("the gradient is negative below", x(1), y(pooled.signChange) - 2);
}
