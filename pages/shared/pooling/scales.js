/**
 * How a slider's position, a whole number from 0 to its steps, stands for a parameter.
 *
 * Positions nearest to a marked value mean that value exactly, so ends and marks can be met.
 */

import { grouped, shareText } from "../browser/numbers.js";

const STEPS_A_DECADE = 40;
const LONGEST_REACH = 6; // 10^6 units: at any clip's size the mean but for a few per cent
const LINEAR_STEPS = 100;

const KINDS = {
  // The reach 1/(1 − r) is about the number of units that count; r = 0 is one unit, r = 1 all.
  reach: (_) => ({
    steps: LONGEST_REACH * STEPS_A_DECADE,
    toValue: (step) => 1 - 10 ** (-step / STEPS_A_DECADE),
    toStep: (r) => -Math.log10(1 - r) * STEPS_A_DECADE,
  }),
  share: ({ low }) => ({
    steps: Math.round(-Math.log10(low) * STEPS_A_DECADE),
    toValue: (step) => low * 10 ** (step / STEPS_A_DECADE),
    toStep: (share) => Math.log10(share / low) * STEPS_A_DECADE,
  }),
  linear: ({ low, high }) => ({
    steps: LINEAR_STEPS,
    toValue: (step) => low + ((high - low) * step) / LINEAR_STEPS,
    toStep: (value) => ((value - low) / (high - low)) * LINEAR_STEPS,
  }),
};

/** The scale of a parameter as settings.py describes it: `{ steps, toValue, toStep }`. */
export function parameterScale(parameter) {
  const { steps, toValue, toStep } = KINDS[parameter.scale](parameter);
  const stepOf = (value) => Math.min(steps, Math.max(0, Math.round(toStep(value))));
  const exact = new Map(
    [parameter.low, parameter.high, parameter.usual, ...parameter.marks.map(([value]) => value)].map(
      (value) => [stepOf(value), value],
    ),
  );
  return { steps, toStep: stepOf, toValue: (step) => exact.get(step) ?? toValue(step) };
}

/** A parameter as it is written beside its slider. */
export function parameterText(name, parameter, size) {
  if (name === "gwrp") {
    const digits = parameter < 1 ? Math.max(2, Math.ceil(1.5 - Math.log10(1 - parameter))) : 0;
    const r = Number(parameter.toFixed(digits));
    const reach = Math.min(size, 1 / (1 - parameter));
    return `r = ${r}, averages over about ${grouped(reach)} ${reach < 1.5 ? "unit" : "units"}`;
  }
  if (name === "top_k") {
    const count = Math.max(1, Math.ceil(parameter * size));
    return `${shareText(parameter)} of the units, k = ${grouped(count)}`;
  }
  const symbol = { power: "n", auto: "α", attention: "s" }[name];
  return `${symbol} = ${Number(parameter.toPrecision(3))}`;
}

/** A probability with the digits that tell small ones apart. */
export const probabilityText = (value) => value.toFixed(value >= 0.01 || value === 0 ? 3 : 4);
