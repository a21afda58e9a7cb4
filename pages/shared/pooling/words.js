/** What the lab says about what it shows. */

import { grouped, shareText } from "../browser/numbers.js";
import { probabilityText } from "./scales.js";

/** How many units share the larger half of what `amounts` (0 or more) sum to. */
function unitsOfHalf(amounts) {
  const falls = amounts.every((amount, j) => j === 0 || amount <= amounts[j - 1]);
  const descending = falls ? amounts : amounts.slice().sort().reverse();
  let [total, sum, count] = [0, 0, 0];
  for (let j = 0; j < descending.length; j++) total += descending[j];
  while (count < descending.length && 2 * sum < total) sum += descending[count++];
  return count;
}

/** How the gradient is spread, in a few sentences. */
function learningText({ gradient }, size, hasDeadZeros) {
  const pushes = gradient.map(Math.abs);
  const most = pushes.reduce((largest, push) => Math.max(largest, push), 0) * size;
  const down = gradient.reduce((count, slope) => count + (slope < 0), 0);
  const half = unitsOfHalf(pushes);
  const factor = most < 10 ? most.toFixed(1) : grouped(most);
  const sentences = [
    half === 1
      ? `One unit of ${grouped(size)} gets half or more of the push, ${factor} times what GAP would give it.`
      : `Half of the push goes to ${grouped(half)} of ${grouped(size)} units; the most is ${factor} times GAP's.`,
    down ? `${shareText(down / size)} of the units are pushed down.` : "No unit is pushed down.",
  ];
  if (hasDeadZeros) sentences.push("Units at exactly 0 are guarded and get none; a network's are never exactly 0.");
  return sentences.join(" ");
}

/** What the areas under the curve mean on an axis. */
function areasText(axis, weights) {
  if (axis === "weight") return "coloured area = p";
  if (axis === "log") return "areas compare on the other axes";
  if (unitsOfHalf(weights) < weights.length / 100)
    return "few units hold the weight: see By weight";
  return "coloured share of the grey area = p";
}

/** How large a rectangle must be. */
function neededText(needed, title, height, size) {
  const rectangle = `A rectangle of height ${height.toFixed(2)}`;
  if (needed === null) return `${rectangle} never reaches p = 0.5 under ${title}.`;
  const units = `${grouped(needed)} ${needed === 1 ? "unit" : "units"}`;
  return `${rectangle} needs ${units}, ${shareText(needed / size)} of the units, for p = 0.5 under ${title}.`;
}

/** What the mask is, for a person. */
function maskTitle(shown, kind) {
  if (!kind) return "A rectangle as mask";
  const own = { ideal: "ideal ratio mask", painted: "painted mask" };
  return `${shown.name}, ${own[kind.kind] ?? `mask of ${kind.title}`}`;
}

const CAUTION = "Moving this on a trained mask is not training with it: a network trained so would give another mask.";
const OF_A_MASK = "Pooling a mask otherwise than it was trained is not training with that pooling.";
const AS_TRAINED = "The mask was trained with this pooling.";
const CAUTION_OF_R =
  "Moving r on a trained mask is not training with that r: a network trained so would give another mask.";
const OF_NO_NETWORK = "No network made this mask: it shows what a pooling asks for, not what training with it gives.";

/** What pooling again does not tell. */
function cautionText({ pooling, mask }, parameter) {
  if (["rectangle", "ideal", "painted"].includes(mask)) return OF_NO_NETWORK;
  if (pooling === "gwrp") return CAUTION_OF_R;
  if (parameter) return CAUTION;
  return pooling === mask ? AS_TRAINED : OF_A_MASK;
}

/** The texts of the lab, each in its place. */
export class Words {
  constructor(root) {
    const find = (name) => root.querySelector(name);
    this.parts = {
      title: find(".mask-title"), end: find(".end"), learning: find(".learning"), areas: find(".areas"),
      probability: find(".probability"), inWords: find(".in-words"), caution: find(".caution"),
      needed: find(".needed"), mask: find("canvas.mask"), gradient: find("canvas.gradient"),
      curve: find("canvas.curve"),
    };
  }

  show({ choices, view, shown, mask, pooled, needed }) {
    const { parts } = this;
    const { title, parameter } = view.poolings.find(({ name }) => name === choices.pooling);
    const kind = view.masks.find((entry) => entry.kind === choices.mask);
    const what = maskTitle(shown, kind);
    const lit = mask.units.reduce((count, value) => count + (value > 0.5), 0);
    const probability = probabilityText(pooled.value);
    parts.title.textContent = what;
    parts.end.textContent = `${(view.frames * view.frame_hop_s).toFixed(0)} s`;
    parts.learning.textContent = learningText(
      pooled,
      view.size,
      choices.mask === "rectangle" && ["linear_softmax", "power"].includes(choices.pooling),
    );
    parts.areas.textContent = areasText(choices.axis, pooled.weights);
    parts.probability.textContent = `p = ${probability}`;
    parts.inWords.textContent = `${title}; ${shareText(lit / view.size)} of the units are above 0.5`;
    parts.caution.textContent = cautionText(choices, parameter);
    parts.needed.textContent = neededText(needed, title, choices.height, view.size);
    parts.mask.setAttribute("aria-label", `${what}, over the log mel spectrogram`);
    parts.gradient.setAttribute("aria-label", `Gradient of p by each unit under ${title}. ${parts.learning.textContent}`);
    parts.curve.setAttribute("aria-label", `Units of the mask in descending order with the weights of ${title}; p is ${probability}`);
  }
}
