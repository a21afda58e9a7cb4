/**
 * Slower without a lower pitch: waveform-similarity overlap-add (Verhelst and Roelands, 1993).
 *
 * The places where grains are taken from are chosen once, on the mixture, and used for every track.
 * So all tracks stay synchronous to the sample, and stems that sum to the mixture still do when
 * slowed down.
 */

const GRAIN = 2048; // samples; half of it is the hop of the output
const HOP = GRAIN / 2;
const SEARCH = 512; // samples to either side of where a grain would be taken without a search
const COARSE = 8; // samples averaged into one for the first search

/** Similarity of two stretches of the guide of up to `length` samples. */
function similarity(guide, a, b, length) {
  let sum = 0;
  for (let i = 0; i < length; i++) sum += guide[a + i] * guide[b + i];
  return sum;
}

/** The start in [low, high] from which the guide goes on most like it does from `natural`. */
function bestStart(guide, natural, low, high, length) {
  let best = low;
  let bestScore = -Infinity;
  for (let start = low; start <= high; start++) {
    const score = similarity(guide, natural, start, length);
    if (score > bestScore) [best, bestScore] = [start, score];
  }
  return best;
}

/** The guide at an eighth of its rate: means of `COARSE` samples. */
function decimate(guide) {
  return Float32Array.from({ length: Math.floor(guide.length / COARSE) }, (_, k) => {
    let sum = 0;
    for (let i = 0; i < COARSE; i++) sum += guide[COARSE * k + i];
    return sum;
  });
}

/**
 * Where in the input each output grain starts.
 *
 * @param guide samples of the mixture
 * @param speed below 1 is slower
 */
export function grainStarts(guide, speed) {
  const count = Math.ceil(guide.length / speed / HOP) + 1;
  const lastStart = Math.max(0, guide.length - GRAIN);
  const starts = new Int32Array(count);
  const coarse = decimate(guide);
  for (let k = 1; k < count; k++) {
    // The middle of grain k sounds at (k + 1) × hop and should come from that time × speed.
    const ideal = Math.min(lastStart, Math.max(0, Math.round((k + 1) * HOP * speed - HOP)));
    const natural = starts[k - 1] + HOP;
    if (natural > lastStart) {
      starts[k] = ideal;
      continue;
    }
    const low = Math.max(0, ideal - SEARCH);
    const high = Math.min(lastStart, ideal + SEARCH);
    const [from, first, last] = [natural, low, high].map((start) => Math.floor(start / COARSE));
    const rough = COARSE * bestStart(coarse, from, first, last, GRAIN / COARSE);
    starts[k] = bestStart(
      guide,
      natural,
      Math.max(low, rough - COARSE),
      Math.min(high, rough + COARSE),
      GRAIN / 2,
    );
  }
  return starts;
}

/**
 * Overlap-adds the grains of one track with a Hann window, whose halves sum to one.
 *
 * @param samples any numbers; `gain` scales them
 * @param starts from `grainStarts`
 * @param output array of the stretched length, filled here
 */
export function overlapAdd(samples, starts, gain, output) {
  const window = Float32Array.from(
    { length: GRAIN },
    (_, i) => gain * (0.5 - 0.5 * Math.cos((2 * Math.PI * i) / GRAIN)),
  );
  const first = window.map((weight, i) => (i < HOP ? gain : weight)); // nothing comes before it
  output.fill(0);
  for (let k = 0; k < starts.length; k++) {
    addGrain(samples, starts[k], k === 0 ? first : window, output, k * HOP);
  }
}

function addGrain(samples, from, window, output, to) {
  const length = Math.min(GRAIN, samples.length - from, output.length - to);
  for (let i = 0; i < length; i++) output[to + i] += window[i] * samples[from + i];
}
