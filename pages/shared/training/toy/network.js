/**
 * The toy's network, in plain loops: two convolutions of 3 × 3 with ReLU, one of 1 × 1, a sigmoid.
 *
 * Owns the forward pass, every gradient and one step of Adam; tests compare them with torch. The
 * parameters are one Float64Array, in torch's order (weights out × in × 3 × 3, then biases, layer by
 * layer). Planes are padded with zeros by one unit, so that the inner loops have no edges to mind.
 */

import { SIDE, UNITS, normal, seeded } from "./bags.js";

const LAYERS = [
  { inputs: 1, outputs: 8, kernel: 3 },
  { inputs: 8, outputs: 4, kernel: 3 },
  { inputs: 4, outputs: 1, kernel: 1 },
];
const PADDED = SIDE + 2;
const PLANE = PADDED * PADDED;
// Position in a padded plane of each unit.
const PLACES = Int32Array.from(
  { length: UNITS },
  (_, unit) => (Math.floor(unit / SIDE) + 1) * PADDED + (unit % SIDE) + 1,
);
const FIRST_PLACE = PADDED + 1;
const LAST_PLACE = PLANE - PADDED - 2;
const LEAST_SLOPE = 1e-12; // as torch's binary cross-entropy
const LEAST_LOG = -100;
const ADAM = { rate: 0.01, first: 0.9, second: 0.999, epsilon: 1e-8 };

/** Offsets that a kernel reaches from a unit in a padded plane. */
function reach(kernel) {
  if (kernel === 1) return [0];
  return [-1, 0, 1].flatMap((row) => [-1, 0, 1].map((column) => row * PADDED + column));
}

/** Where each layer's weights and biases begin, and how many parameters there are. */
function layout() {
  let next = 0;
  const layers = LAYERS.map((layer) => {
    const weights = next;
    const biases = weights + layer.outputs * layer.inputs * layer.kernel ** 2;
    next = biases + layer.outputs;
    return { ...layer, weights, biases, offsets: reach(layer.kernel) };
  });
  return { layers, size: next };
}

export const { layers: TOY_LAYERS, size: PARAMETERS } = layout();

/** First weights: normal with the variance 2 / inputs (He et al. 2015), biases of zero. */
export function firstParameters(seed) {
  const random = seeded(seed);
  const parameters = new Float64Array(PARAMETERS);
  for (const { inputs, kernel, weights, biases } of TOY_LAYERS) {
    const scale = Math.sqrt(2 / (inputs * kernel ** 2));
    for (let i = weights; i < biases; i++) parameters[i] = scale * normal(random);
  }
  return parameters;
}

/**
 * Writes the convolution of `source` (padded planes), biases included, into `target`. One loop runs over
 * all units of a plane and the padding between its rows, which is set to zero again.
 */
function convolve(layer, parameters, source, target) {
  const { inputs, outputs, biases, offsets } = layer;
  let weight = layer.weights;
  for (let output = 0; output < outputs; output++) {
    const [start, stop] = [output * PLANE + FIRST_PLACE, output * PLANE + LAST_PLACE + 1];
    target.fill(parameters[biases + output], start, stop);
    for (let input = 0; input < inputs; input++)
      for (let k = 0; k < offsets.length; k++) {
        const factor = parameters[weight++];
        const shift = (input - output) * PLANE + offsets[k];
        for (let at = start; at < stop; at++) target[at] += factor * source[at + shift];
      }
    for (let at = start + SIDE; at < stop; at += PADDED) target[at] = target[at + 1] = 0;
  }
}

/**
 * Adds the gradients of a layer's parameters to `gradients`, and of its input to `below`. `slopes` are zero
 * in the padding; what `below` collects there is of no use.
 */
function convolveBack(layer, parameters, source, slopes, gradients, below) {
  const { inputs, outputs, biases, offsets } = layer;
  let weight = layer.weights;
  for (let output = 0; output < outputs; output++) {
    const [start, stop] = [output * PLANE + FIRST_PLACE, output * PLANE + LAST_PLACE + 1];
    let total = 0;
    for (let at = start; at < stop; at++) total += slopes[at];
    gradients[biases + output] += total;
    for (let input = 0; input < inputs; input++)
      for (let k = 0; k < offsets.length; k++, weight++) {
        const factor = parameters[weight];
        const shift = (input - output) * PLANE + offsets[k];
        let sum = 0;
        for (let at = start; at < stop; at++) sum += slopes[at] * source[at + shift];
        gradients[weight] += sum;
        if (below) for (let at = start; at < stop; at++) below[at + shift] += slopes[at] * factor;
      }
  }
}

/** All planes of one bag: input, what each layer gives, and the mask. */
export function forward(parameters, units) {
  const planes = [new Float64Array(PLANE)];
  for (let unit = 0; unit < UNITS; unit++) planes[0][PLACES[unit]] = units[unit];
  TOY_LAYERS.forEach((layer, index) => {
    const plane = new Float64Array(layer.outputs * PLANE);
    convolve(layer, parameters, planes[index], plane);
    if (index < TOY_LAYERS.length - 1)
      for (let i = 0; i < plane.length; i++) if (plane[i] < 0) plane[i] = 0;
    planes.push(plane);
  });
  const mask = Float64Array.from(PLACES, (place) => 1 / (1 + Math.exp(-planes.at(-1)[place])));
  return { planes, mask };
}

/** Binary cross-entropy of one clip probability. */
export function crossEntropy(p, label) {
  return -Math.max(LEAST_LOG, Math.log(label ? p : 1 - p));
}

/** Mean loss of a batch and its gradient for every parameter. */
export function lossAndGradient(parameters, bags, pool) {
  const gradients = new Float64Array(PARAMETERS);
  let loss = 0;
  for (const { units, label } of bags) {
    const { planes, mask } = forward(parameters, units);
    const { value, gradient } = pool(mask);
    loss += crossEntropy(value, label) / bags.length;
    const slope = (value - label) / Math.max(LEAST_SLOPE, value * (1 - value)) / bags.length;
    let above = new Float64Array(PLANE);
    for (let unit = 0; unit < UNITS; unit++)
      above[PLACES[unit]] = slope * gradient[unit] * mask[unit] * (1 - mask[unit]);
    for (let index = TOY_LAYERS.length - 1; index >= 0; index--) {
      const below = index ? new Float64Array(planes[index].length) : null;
      convolveBack(TOY_LAYERS[index], parameters, planes[index], above, gradients, below);
      // ReLU passes a gradient on only where the plane is above zero.
      below?.forEach((_, i) => planes[index][i] > 0 || (below[i] = 0));
      above = below;
    }
  }
  return { loss, gradients };
}

/** What Adam remembers. */
export function firstMoments() {
  return { steps: 0, first: new Float64Array(PARAMETERS), second: new Float64Array(PARAMETERS) };
}

/** One step of Adam, in place. */
export function adamStep(parameters, gradients, moments) {
  moments.steps += 1;
  const [bias1, bias2] = [1 - ADAM.first ** moments.steps, 1 - ADAM.second ** moments.steps];
  for (let i = 0; i < parameters.length; i++) {
    moments.first[i] += (1 - ADAM.first) * (gradients[i] - moments.first[i]);
    moments.second[i] += (1 - ADAM.second) * (gradients[i] ** 2 - moments.second[i]);
    const scale = Math.sqrt(moments.second[i] / bias2) + ADAM.epsilon;
    parameters[i] -= (ADAM.rate * moments.first[i]) / bias1 / scale;
  }
}
