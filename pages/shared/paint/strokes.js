/**
 * Strokes: their text form and the mask they draw, cell by cell what strokes.py draws.
 *
 * A stroke is `{kind: "path" | "box", level, radius, cells}`, level in tenths and cells
 * `[frame, band]`. Only whole numbers are calculated with, so that both sides agree exactly.
 */

export const HIGHEST_LEVEL = 10;
export const LARGEST_RADIUS = 15; // one digit of base 16 in the text form

const twoDigits = (number) => number.toString(36).padStart(2, "0");

/** The text form of strokes, as it stands in the link. */
export function formatStrokes(strokes) {
  return strokes
    .map(({ kind, level, radius, cells }) => {
      const size = kind === "path" ? radius.toString(36) : "";
      const corners = cells.map(([frame, band]) => twoDigits(frame) + twoDigits(band)).join("");
      return kind[0] + level.toString(36) + size + corners;
    })
    .join("-");
}

/** Strokes from a text that Python has checked. */
export function parseStrokes(text) {
  if (!text) return [];
  return text.split("-").map((part) => {
    const path = part[0] === "p";
    const cells = part.slice(path ? 3 : 2).match(/.{4}/g);
    return {
      kind: path ? "path" : "box",
      level: parseInt(part[1], 36),
      radius: path ? parseInt(part[2], 36) : 0,
      cells: cells.map((cell) => [parseInt(cell.slice(0, 2), 36), parseInt(cell.slice(2), 36)]),
    };
  });
}

/** The mask of strokes: frames × bands, 0 to 1. */
export function strokesToMask(strokes, frames, bands) {
  const mask = new Float32Array(frames * bands);
  for (const stroke of strokes) drawStroke(mask, stroke, frames, bands);
  return mask;
}

/** Draws one stroke over a mask. */
export function drawStroke(mask, stroke, frames, bands) {
  const value = stroke.level / HIGHEST_LEVEL;
  if (stroke.kind === "box") {
    const [[a, b], [c, d]] = stroke.cells;
    for (let frame = Math.min(a, c); frame <= Math.max(a, c); frame++)
      mask.fill(value, frame * bands + Math.min(b, d), frame * bands + Math.max(b, d) + 1);
    return;
  }
  for (const [frame, band] of pathCells(stroke.cells))
    stamp(mask, frame, band, stroke.radius, value, frames, bands);
}

/** The cells under a path: straight lines between its corners. */
function pathCells(corners) {
  const cells = [corners[0]];
  for (let i = 1; i < corners.length; i++) {
    const [[a, b], [c, d]] = [corners[i - 1], corners[i]];
    const steps = Math.max(Math.abs(c - a), Math.abs(d - b), 1);
    const at = (from, to, k) => from + Math.floor((2 * k * (to - from) + steps) / (2 * steps));
    for (let k = 1; k <= steps; k++) cells.push([at(a, c, k), at(b, d, k)]);
  }
  return cells;
}

/** A disc of half a cell more than its radius, which leaves no spikes. */
function stamp(mask, frame, band, radius, value, frames, bands) {
  const reach = radius * radius + radius;
  for (let x = -radius; x <= radius; x++) {
    if (frame + x < 0 || frame + x >= frames) continue;
    for (let y = -radius; y <= radius; y++) {
      const inside = x * x + y * y <= reach && band + y >= 0 && band + y < bands;
      if (inside) mask[(frame + x) * bands + band + y] = value;
    }
  }
}

/**
 * A drawn path with fewer corners: none of those left out lies further than half a cell from it
 * (Douglas and Peucker, 1973). It keeps the link short.
 */
export function simplifyPath(cells, tolerance = 0.5) {
  if (cells.length < 3) return cells;
  const [start, end] = [cells[0], cells.at(-1)];
  const [dx, dy] = [end[0] - start[0], end[1] - start[1]];
  const length = Math.hypot(dx, dy);
  let [worst, furthest] = [tolerance, 0];
  for (let i = 1; i < cells.length - 1; i++) {
    const [x, y] = [cells[i][0] - start[0], cells[i][1] - start[1]];
    const along = length ? Math.min(1, Math.max(0, (x * dx + y * dy) / length ** 2)) : 0;
    const distance = Math.hypot(x - along * dx, y - along * dy);
    if (distance > worst) [worst, furthest] = [distance, i];
  }
  if (!furthest) return [start, end];
  const before = simplifyPath(cells.slice(0, furthest + 1), tolerance);
  return [...before.slice(0, -1), ...simplifyPath(cells.slice(furthest), tolerance)];
}

/**
 * The box of frames and bands that lie between two times and two frequencies, or null where there
 * is none: frames whose middle lies in the span, as for events, and bands whose centre does.
 */
export function boxOfNumbers(board, onset, offset, low, high) {
  const middle = board.frameLengthS / 2;
  const frameAt = (time) => Math.ceil(+((time - middle) / board.frameHopS).toFixed(6));
  const [first, last] = [Math.max(0, frameAt(onset)), Math.min(board.frames, frameAt(offset)) - 1];
  const inside = [...board.melHz.keys()].filter(
    (band) => board.melHz[band] >= low && board.melHz[band] <= high,
  );
  if (first > last || !inside.length) return null;
  return [
    [first, inside[0]],
    [last, inside.at(-1)],
  ];
}
