/**
 * The bags of the toy: 8 × 8 units of noise, half of them with a square patch of known place.
 *
 * Owns the seeded random numbers, so that the same seed gives every run the same bags in the same
 * order. A bag's label says only whether it holds a patch; where it is, is kept for the score. Units
 * are in row-major order; the patch adds AMPLITUDE to noise of standard deviation `noise`.
 */

export const SIDE = 8;
export const UNITS = SIDE * SIDE;
const AMPLITUDE = 1;

/** Random numbers in 0…1 from a 32-bit seed (mulberry32). */
export function seeded(seed) {
  let state = (seed * 0x9e3779b1) >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** One normally distributed number (Box and Muller). */
export function normal(random) {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** One bag: its units, its label, and where its patch is (null without one). */
export function drawBag(random, positive, { patch, noise }) {
  const units = Float64Array.from({ length: UNITS }, () => noise * normal(random));
  // Drawn for every bag, so that the numbers that follow do not depend on the label.
  const [row, column] = [random(), random()].map((value) => Math.floor(value * (SIDE - patch + 1)));
  if (!positive) return { units, label: 0, patch: null };
  const place = { row, column, size: patch };
  for (let unit = 0; unit < UNITS; unit++) if (inPatch(place, unit)) units[unit] += AMPLITUDE;
  return { units, label: 1, patch: place };
}

/** A batch: half of the bags, the even ones, hold a patch. */
export function drawBags(random, count, settings) {
  return Array.from({ length: count }, (_, index) => drawBag(random, index % 2 === 0, settings));
}

/** Whether a unit lies in a patch. */
export function inPatch({ row, column, size }, unit) {
  const [r, c] = [Math.floor(unit / SIDE) - row, (unit % SIDE) - column];
  return r >= 0 && r < size && c >= 0 && c < size;
}

/** Units of a mask above 0.5, and their intersection over union with the patch. */
export function scoreMask(mask, patch) {
  let lit = 0;
  let both = 0;
  for (let unit = 0; unit < UNITS; unit++) {
    if (mask[unit] <= 0.5) continue;
    lit += 1;
    if (inPatch(patch, unit)) both += 1;
  }
  return { lit, iou: both / (lit + patch.size ** 2 - both) };
}
