/** The toy's controls: what is set up, and the buttons that move training on. */

import { element, icon, numberField } from "../../browser/dom.js";
import { TOY_POOLINGS } from "./pooling.js";

const PATCHES = [1, 2, 3, 4, 5];
const NOISE = { min: 0.1, max: 1.5, step: 0.1 };
const DECAY = { min: 0, max: 1, step: 0.01 };
const MOST_SEED = 999;

/** The bar of buttons and choices; calls `toy.play()`, `.stepOnce()`, `.reset()`, `.change(settings)`. */
export function buildControls(toy) {
  const playButton = element("button", { class: "play", onclick: () => toy.toggle() });
  const step = element("button", { class: "step", onclick: () => toy.stepOnce() }, "Step");
  const reset = element("button", { class: "reset", onclick: () => toy.reset() }, "Reset");
  const clock = element("span", { class: "clock" });
  const patch = selectOf(
    "Patch",
    PATCHES.map((size) => [size, `${size} × ${size}`]),
    (value) => toy.change({ patch: Number(value) }),
  );
  const noise = sliderOf("Noise", NOISE, (value) => toy.change({ noise: value }));
  const decay = sliderOf("r of GWRP", DECAY, (value) => toy.change({ r: value }), reachOf);
  const seed = numberField({ min: 0, max: MOST_SEED, step: 1 }, (value) =>
    toy.change({ seed: Math.min(MOST_SEED, Math.max(0, Math.round(value) || 0)) }),
  );
  const node = element(
    "div",
    { class: "bar" },
    element("div", { class: "group" }, playButton, step, reset, clock),
    patch.node,
    noise.node,
    decay.node,
    element("label", { class: "group" }, "Seed", seed.node),
  );
  const show = ({ settings, playing, comparison, lastStep }) => {
    playButton.replaceChildren(icon(playing ? "pause" : "play"), playing ? "Pause" : "Play");
    step.disabled = comparison.done;
    clock.textContent = `step ${comparison.stepsDone} of ${lastStep}`;
    patch.show(settings.patch);
    noise.show(settings.noise);
    decay.show(settings.r);
    seed.show(settings.seed);
  };
  return { node, show };
}

/** How many units GWRP averages over: the sum of its weights, the largest being 1. */
function reachOf(r) {
  const units = r === 1 ? 64 : (1 - r ** 64) / (1 - r);
  return `${r.toFixed(2)}: about ${Math.round(units)} of 64 units`;
}

/** A choice with its name; `choose` gets the value. */
function selectOf(name, options, choose) {
  const select = element(
    "select",
    { onchange: () => choose(select.value) },
    ...options.map(([value, text]) => element("option", { value }, text)),
  );
  const node = element("label", { class: "group" }, name, select);
  return { node, select, show: (value) => (select.value = value) };
}

/** A slider with its name and value; `choose` gets the value when it is let go. */
function sliderOf(name, range, choose, describe = (value) => value.toFixed(1)) {
  const output = element("output");
  const say = () => {
    output.textContent = describe(Number(slider.value));
    slider.setAttribute("aria-valuetext", output.textContent);
  };
  const slider = element("input", {
    type: "range",
    ...range,
    oninput: say,
    onchange: () => choose(Number(slider.value)),
  });
  const show = (value) => {
    slider.value = value;
    say();
  };
  return { node: element("label", { class: "group" }, name, slider, output), show };
}

/** The choice of a learner's pooling. */
export function poolingChoice(number, choose) {
  const options = Object.entries(TOY_POOLINGS).map(([name, { title }]) => [name, title]);
  const choice = selectOf("", options, choose);
  choice.select.setAttribute("aria-label", `Pooling of run ${number}`);
  return choice;
}
