/** The poolings of the toy: those of the pooling lab, with the default parameters of the core but for r. */

import { poolMask, sortMask } from "../../pooling/poolings.js";

/** A pooling that takes the units in their order, and gives `{ value, gradient }` in the same. */
function toyPooling(name, title, about, parameter) {
  const pool = (mask, r) => {
    const sorted = sortMask(mask);
    const pooled = poolMask(name, sorted, parameter ?? r);
    const gradient = new Float64Array(mask.length);
    sorted.order.forEach((unit, rank) => (gradient[unit] = pooled.gradient[rank]));
    return { value: pooled.value, gradient };
  };
  return { title, about, pool };
}

export const TOY_POOLINGS = {
  gmp: toyPooling("gmp", "GMP", "largest unit"),
  gap: toyPooling("gap", "GAP", "mean of all units"),
  gwrp: toyPooling("gwrp", "GWRP", "mean weighted by rank"),
  top_k: toyPooling("top_k", "Top-k", "mean of the largest 5 %", 0.05),
  linear_softmax: toyPooling("linear_softmax", "Linear softmax", "mean weighted by the units themselves"),
  power: toyPooling("power", "Power", "mean weighted by the units squared", 2),
  auto: toyPooling("auto", "Auto-pool", "mean weighted by a softmax of the units", 1),
};
