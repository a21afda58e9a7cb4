/** A hand-made mask: a rectangle of any number of units around the middle of the plane. */

/**
 * Units in the order in which the rectangle takes them as it grows; each size holds all smaller ones.
 *
 * It keeps the proportions of `example` (frames, bands), which it meets exactly, until it fills the bands.
 */
export function growthOrder(frames, bands, example) {
  const middle = [frames, bands].map((size) => Math.floor((size - 1) / 2) + 0.5);
  const distance = new Float64Array(frames * bands);
  for (let t = 0; t < frames; t++)
    for (let f = 0; f < bands; f++)
      distance[t * bands + f] = Math.max(
        (2 * Math.abs(t - middle[0]) + 1) / example[0],
        (2 * Math.abs(f - middle[1]) + 1) / example[1],
      );
  return Uint32Array.from(distance, (_, unit) => unit).sort(
    (a, b) => distance[a] - distance[b] || a - b,
  );
}

/** The mask of the first `area` (a share) of the units at `height`, over zeros: sorted as it grows. */
export function rectangleMask(growth, area, height) {
  const count = Math.round(area * growth.length);
  const units = new Float64Array(growth.length);
  for (let j = 0; j < count; j++) units[growth[j]] = height;
  return { units, order: growth, sorted: new Float64Array(growth.length).fill(height, 0, count) };
}
