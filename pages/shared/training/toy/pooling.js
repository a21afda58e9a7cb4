/**
 * Pooling of one mask to a clip probability, and its gradient: what a weak label says to each unit.
 *
 * The formulas are those of sedtf_core.pooling, with its default parameters; only r of the weighted
 * rank is set here. Each function takes the units and returns `{ value, gradient }`.
 */

const POWER = 2;
const SHARPNESS = 1;
const TOP_SHARE = 0.05;

const uniform = (size, value) => new Float64Array(size).fill(value);
const total = (values) => values.reduce((sum, value) => sum + value, 0);

/** Positions of the units, the largest first, equal ones in their order. */
function ranking(mask) {
  return Array.from(mask.keys()).sort((a, b) => mask[b] - mask[a] || a - b);
}

/** A weighted mean with one weight a rank. */
function rankPool(mask, weights) {
  const gradient = new Float64Array(mask.length);
  ranking(mask)
    .slice(0, weights.length)
    .forEach((unit, rank) => (gradient[unit] = weights[rank]));
  return { value: mask.reduce((sum, y, unit) => sum + y * gradient[unit], 0), gradient };
}

/** Weights of the ranks: r^(rank − 1), divided by their sum. */
export function rankWeights(size, r) {
  const weights = Float64Array.from({ length: size }, (_, rank) => r ** rank);
  const sum = total(weights);
  return weights.map((weight) => weight / sum);
}

/** Mean of the units weighted by their power: sum y^(n + 1) / sum y^n. */
function powerPool(mask, n) {
  const below = total(mask.map((y) => y ** n));
  const value = total(mask.map((y) => y ** (n + 1))) / below;
  const gradient = mask.map((y) => ((n + 1) * y ** n - value * n * y ** (n - 1)) / below);
  return { value, gradient };
}

/** Mean of the units weighted by softmax(sharpness · y). */
function autoPool(mask, sharpness) {
  const powers = mask.map((y) => Math.exp(sharpness * y));
  const sum = total(powers);
  const value = total(mask.map((y, unit) => y * powers[unit])) / sum;
  const gradient = mask.map((y, unit) => (powers[unit] / sum) * (1 + sharpness * (y - value)));
  return { value, gradient };
}

export const TOY_POOLINGS = {
  gmp: { title: "GMP", about: "largest unit", pool: (mask) => rankPool(mask, [1]) },
  gap: {
    title: "GAP",
    about: "mean of all units",
    pool: (mask) => rankPool(mask, uniform(mask.length, 1 / mask.length)),
  },
  gwrp: {
    title: "GWRP",
    about: "mean weighted by rank",
    pool: (mask, r) => rankPool(mask, rankWeights(mask.length, r)),
  },
  top_k: {
    title: "Top-k",
    about: "mean of the largest 5 %",
    pool: (mask) => {
      const count = Math.max(1, Math.ceil(TOP_SHARE * mask.length));
      return rankPool(mask, uniform(count, 1 / count));
    },
  },
  linear_softmax: {
    title: "Linear softmax",
    about: "mean weighted by the units themselves",
    pool: (mask) => powerPool(mask, 1),
  },
  power: {
    title: "Power",
    about: "mean weighted by the units squared",
    pool: (mask) => powerPool(mask, POWER),
  },
  auto: {
    title: "Auto-pool",
    about: "mean weighted by a softmax of the units",
    pool: (mask) => autoPool(mask, SHARPNESS),
  },
};
