/**
 * A comparison: several poolings trained side by side on the same bags from the same first weights.
 *
 * Owns the course of training and what is measured on the way; knows nothing of the page. Measured is
 * on bags that are never trained on, every MEASURE_EVERY steps.
 */

import { drawBag, drawBags, scoreMask, seeded } from "./bags.js";
import {
  adamStep,
  crossEntropy,
  firstMoments,
  firstParameters,
  forward,
  lossAndGradient,
} from "./network.js";
import { TOY_POOLINGS } from "./pooling.js";

export const LAST_STEP = 300;
const MEASURE_EVERY = 10;
const BATCH = 16;
const MEASURED = 64;
const SHOWN = 8;
const SHOWN_NEGATIVE = [3, 7]; // places among the shown bags

/** One pooling's network while it trains. */
class Learner {
  constructor(pooling, seed, r) {
    this.pooling = pooling;
    this.pool = (mask) => TOY_POOLINGS[pooling].pool(mask, r);
    this.parameters = firstParameters(seed);
    this.moments = firstMoments();
    this.curve = [];
  }

  step(bags) {
    const { gradients } = lossAndGradient(this.parameters, bags, this.pool);
    adamStep(this.parameters, gradients, this.moments);
  }

  /** The mask and the clip probability of a bag. */
  look(bag) {
    const { mask } = forward(this.parameters, bag.units);
    return { mask, p: this.pool(mask).value };
  }

  /** Adds a point to the curve: the loss over all bags, the rest over those with a patch. */
  measure(step, bags) {
    const sums = { loss: 0, lit: 0, iou: 0, p: 0 };
    const positives = bags.filter(({ label }) => label).length;
    for (const bag of bags) {
      const { mask, p } = this.look(bag);
      sums.loss += crossEntropy(p, bag.label) / bags.length;
      if (!bag.label) continue;
      const { lit, iou } = scoreMask(mask, bag.patch);
      sums.lit += lit / positives;
      sums.iou += iou / positives;
      sums.p += p / positives;
    }
    this.curve.push({ step, ...sums });
  }

  get latest() {
    return this.curve.at(-1);
  }
}

/** All learners of a comparison, moved on together. */
export class Comparison {
  /** `settings`: poolings (names), patch, noise, r, seed. */
  constructor(settings) {
    this.settings = settings;
    this.stepsDone = 0;
    const { seed } = settings;
    this.random = seeded(4 * seed + 1);
    const shown = seeded(4 * seed + 2);
    this.shown = Array.from({ length: SHOWN }, (_, index) =>
      drawBag(shown, !SHOWN_NEGATIVE.includes(index), settings),
    );
    this.held = drawBags(seeded(4 * seed + 3), MEASURED, settings);
    this.learners = settings.poolings.map(
      (pooling) => new Learner(pooling, 4 * seed + 4, settings.r),
    );
    this.measure();
  }

  get done() {
    return this.stepsDone >= LAST_STEP;
  }

  /** One step of every learner on the same batch. */
  step() {
    if (this.done) return;
    const bags = drawBags(this.random, BATCH, this.settings);
    for (const learner of this.learners) learner.step(bags);
    this.stepsDone += 1;
    if (this.stepsDone % MEASURE_EVERY === 0 || this.done) this.measure();
  }

  measure() {
    for (const learner of this.learners) learner.measure(this.stepsDone, this.held);
  }
}
