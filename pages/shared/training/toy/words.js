/** What the toy says: its set-up, what to do first, and what the run measured in the end. */

import { SIDE } from "./bags.js";
import { TOY_POOLINGS } from "./pooling.js";

const LEAST_IOU = 0.1; // below it a mask of the right size lies elsewhere

/** The set-up in one line. */
export function setUpInWords({ patch, noise, r, seed, poolings }) {
  const decay = poolings.includes("gwrp") ? `, r ${r.toFixed(2)}` : "";
  return `${patch} × ${patch} patch, noise ${noise.toFixed(1)}${decay}, seed ${seed}`;
}

/** Before and while it trains. */
export function atStart({ stepsDone }) {
  if (stepsDone) return "";
  return (
    "Press Play. Every network starts from the same weights and sees the same bags; it is told " +
    "whether a bag holds a patch, never where."
  );
}

/** What each pooling made of it, against the patch. */
export function inTheEnd({ learners, settings, stepsDone }) {
  const size = settings.patch ** 2;
  const parts = learners.map(({ pooling, latest }) => {
    const { lit, iou } = latest;
    const beside =
      Math.abs(lit - size) < 0.1 * size
        ? "about as many as"
        : lit < size
          ? "fewer than"
          : "more than";
    return `${TOY_POOLINGS[pooling].title} lights ${lit.toFixed(1)} units, ${beside} the patch has${iou < LEAST_IOU ? ", and not where it is" : ""}`;
  });
  return `After ${stepsDone} steps, in ${SIDE} × ${SIDE} bags with a patch of ${size}: ${parts.join("; ")}.`;
}
