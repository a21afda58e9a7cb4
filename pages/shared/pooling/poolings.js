/**
 * The eight poolings of sedtf_core.pooling in double precision: value, weights, gradient, area needed.
 *
 * A mask is `{ units, order, sorted }`: the values, their positions from the largest down, and the
 * values in that order; it is sorted once, not once a slider move. Every pooling is a weighted mean.
 * Weights and gradients come back by rank. Where units are equal their order is arbitrary, so in the
 * gradient equal units share what their ranks get; weights keep the order, to be drawn as a curve.
 */

const ROUNDING = 1e-7; // the core keeps the weights of ranks in single precision
const TINY = 2.2250738585072014e-308; // the smallest normal double, as torch.finfo(float64).tiny

/** Sorts a mask: the largest first, equal ones in their order. */
export function sortMask(units) {
  const order = Uint32Array.from(units, (_, index) => index);
  order.sort((a, b) => units[b] - units[a] || a - b);
  return { units, order, sorted: Float64Array.from(order, (unit) => units[unit]) };
}

/** r^(rank − 1), divided by their sum. */
function decayWeights(size, r) {
  const weights = new Float64Array(size);
  let total = 0;
  for (let j = 0; j < size; j++) total += weights[j] = j === 0 ? 1 : r ** j;
  for (let j = 0; j < size; j++) weights[j] /= total;
  return weights;
}

/** One k-th for each of the k largest. */
function topWeights(size, share) {
  const count = Math.min(size, Math.max(1, Math.ceil(share * size)));
  return new Float64Array(size).fill(1 / count, 0, count);
}

/** exp(logits), divided by their sum. */
export function softmax(logits) {
  const weights = new Float64Array(logits.length);
  let [top, total] = [-Infinity, 0];
  for (let j = 0; j < weights.length; j++) top = Math.max(top, logits[j]);
  for (let j = 0; j < weights.length; j++) total += weights[j] = Math.exp(logits[j] - top);
  for (let j = 0; j < weights.length; j++) weights[j] /= total;
  return weights;
}

function weightedMean(values, weights) {
  let sum = 0;
  for (let j = 0; j < values.length; j++) sum += values[j] * weights[j];
  return sum;
}

/** Weights that belong to ranks: they are the gradient, shared among equal units. */
function byRank({ sorted }, weights) {
  const gradient = new Float64Array(weights.length);
  for (let start = 0, end = 0; start < sorted.length; start = end) {
    let total = 0;
    while (end < sorted.length && sorted[end] === sorted[start]) total += weights[end++];
    gradient.fill(total / (end - start), start, end);
  }
  return { value: weightedMean(sorted, weights), weights, gradient, signChange: null };
}

/** Weights y^n; as in the core, a unit of exactly 0 gets no slope through its weight. */
function powerPool({ sorted }, exponent) {
  const weights = sorted.map((y) => Math.max(y, TINY) ** exponent);
  let sum = 0;
  for (const weight of weights) sum += weight;
  const total = Math.max(sum, TINY);
  for (let j = 0; j < weights.length; j++) weights[j] /= total;
  const value = weightedMean(sorted, weights);
  const gradient = sorted.map((y, j) =>
    y < TINY ? weights[j] : weights[j] * (1 + (exponent * (y - (sum < TINY ? 0 : value))) / y),
  );
  const signChange = exponent > 0 ? (value * exponent) / (exponent + 1) : null;
  return { value, weights, gradient, signChange };
}

/** Weights softmax(α y). */
function autoPool({ sorted }, sharpness) {
  const weights = softmax(sorted.map((y) => sharpness * y));
  const value = weightedMean(sorted, weights);
  const gradient = sorted.map((y, j) => weights[j] * (1 + sharpness * (y - value)));
  const change = value - 1 / sharpness;
  return { value, weights, gradient, signChange: change > 0 ? change : null };
}

/** Weights of other values, here the level times a sharpness; they belong to units, not to ranks. */
function attentionPool({ sorted, order }, sharpness, level) {
  const logits = new Float64Array(order.length);
  for (let j = 0; j < logits.length; j++) logits[j] = sharpness * level[order[j]];
  const weights = softmax(logits);
  return { value: weightedMean(sorted, weights), weights, gradient: weights, signChange: null };
}

/**
 * Pools a mask: `{ value, weights, gradient, signChange }`.
 *
 * `signChange` is the unit value at which the gradient turns negative, or null where it never does.
 * `level` is needed for attention alone.
 */
export function poolMask(name, mask, parameter, level) {
  const size = mask.sorted.length;
  if (name === "gmp") return byRank(mask, topWeights(size, 0));
  if (name === "gap") return byRank(mask, topWeights(size, 1));
  if (name === "gwrp") return byRank(mask, decayWeights(size, parameter));
  if (name === "top_k") return byRank(mask, topWeights(size, parameter));
  if (name === "linear_softmax") return powerPool(mask, 1);
  if (name === "power") return powerPool(mask, parameter);
  if (name === "auto") return autoPool(mask, parameter);
  if (name === "attention") return attentionPool(mask, parameter, level);
  throw new Error(`no pooling is called ${name}`);
}

/** A power pooling's value of `count` units at `height` over zeros. */
function powerOfRectangle(count, size, height, exponent) {
  const lit = count * Math.max(height, TINY) ** exponent;
  return (height * lit) / Math.max(lit + (size - count) * TINY ** exponent, TINY);
}

/** An auto-pool's value of the same. */
function autoOfRectangle(count, size, height, sharpness) {
  const lit = count * Math.exp(sharpness * height);
  return (height * lit) / (lit + size - count);
}

/** The attention that the first units of a growing rectangle get together: entry j of j + 1 units. */
export function growingAttention(growth, level, sharpness) {
  const sums = new Float64Array(growth.length);
  for (let j = 0; j < sums.length; j++) sums[j] = sharpness * level[growth[j]];
  const weights = softmax(sums);
  for (let j = 0, sum = 0; j < sums.length; j++) sums[j] = sum += weights[j];
  return sums;
}

/**
 * The value of `count` of `size` units at `height` over zeros, without touching the units.
 *
 * `attended` is of `growingAttention` and matters to attention alone.
 */
export function rectangleValue(name, count, size, height, parameter, attended) {
  if (count === 0) return 0;
  if (name === "gmp") return height;
  if (name === "gap") return (height * count) / size;
  if (name === "gwrp") {
    if (parameter === 1) return (height * count) / size;
    return (height * (1 - parameter ** count)) / (1 - parameter ** size);
  }
  if (name === "top_k") {
    const largest = Math.min(size, Math.max(1, Math.ceil(parameter * size)));
    return (height * Math.min(count, largest)) / largest;
  }
  if (name === "linear_softmax") return powerOfRectangle(count, size, height, 1);
  if (name === "power") return powerOfRectangle(count, size, height, parameter);
  if (name === "auto") return autoOfRectangle(count, size, height, parameter);
  return height * attended[count - 1];
}

/** The fewest of `size` units at `height` that pool to `wanted`, or null where all of them do not. */
export function areaNeeded(name, height, parameter, size, attended, wanted = 0.5) {
  const enough = (count) =>
    rectangleValue(name, count, size, height, parameter, attended) >= wanted - ROUNDING;
  if (!enough(size)) return null;
  let [low, high] = [1, size];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (enough(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
