/**
 * Explanations: two sentences for each panel, and the sheet of keys and gestures.
 */

import { element, icon } from "../browser/dom.js";
import { BINDINGS } from "./keyboard.js";

const CLAIM = "What this system takes to be the class: opaque where it claims a unit. ";
const PANEL_TEXTS = {
  spectrogram:
    "How strong the mixture is at each moment and frequency. The log mel is what the networks " +
    "see: 64 bands, narrow where hearing is fine.",
  ideal:
    "How much of each unit really belongs to the class: its magnitude over the sum of all " +
    "sources. No mask can do better with this mixture's phase, so it is the goal for the " +
    "panels below.",
  gap:
    `${CLAIM}Its clip probability is the mean of the whole mask, so in a clip longer than those it ` +
    "learnt from it may miss an event that its mask shows; lower the tagging threshold then.",
  scores:
    "The mean of the mask over all bands, moment by moment. An event starts above the high " +
    "threshold and lasts while the score stays above the low one; drag the lines.",
  events:
    "What is detected at these thresholds, under the truth. A hit starts within 200 ms of a " +
    "true event and ends within 200 ms or half its length; click an event to hear just it.",
  tracks:
    "Everything that can be heard, at the level it has in the mixture. Soloing and muting " +
    "never stops the sound, so you can compare while it plays.",
};
// The lesson's step about each panel; what stands in no step is about masks.
const LESSON_STEPS = { spectrogram: 1, ideal: 2, gmp: 3, gap: 4, gwrp: 5, scores: 6, events: 6, tracks: 7 };
const STEP_OF_MASKS = 2;
const SYSTEM_TEXT =
  `${CLAIM}It was trained on clip labels only; the way it pools this mask into one probability ` +
  "decides how far the mask spreads.";

const GESTURES = [
  ["Click", "Seek"],
  ["Drag", "Loop a region"],
  ["Double click", "Show everything"],
  ["Ctrl + wheel, pinch", "Zoom in time; with Alt in frequency"],
  ["Wheel over an axis", "Zoom that axis"],
  ["Shift + wheel", "Scroll in time"],
  ["Shift + click on S", "Solo one more track"],
];

/** The "?" beside a panel's title: opens its explanation. */
export function helpButton(panel, title) {
  const button = element(
    "button",
    { type: "button", class: "help", "aria-label": `About ${title}`, "aria-expanded": "false" },
    "?",
  );
  button.addEventListener("click", (event) => {
    event.stopPropagation();
    const shown = button.parentElement.parentElement.querySelector(".explanation");
    shown?.remove();
    button.setAttribute("aria-expanded", !shown);
    if (shown) return;
    const step = LESSON_STEPS[panel] ?? STEP_OF_MASKS;
    const link = element("a", { href: `weak-labels?step=${step}`, target: "_blank" }, `Lesson, step ${step}`);
    button.parentElement.after(
      element("p", { class: "explanation" }, `${PANEL_TEXTS[panel] ?? SYSTEM_TEXT} `, link),
    );
  });
  return button;
}

/** The sheet that lists all keys and gestures. */
export class HelpSheet {
  constructor(container) {
    const row = ([keys, text]) => [element("dt", {}, keys), element("dd", {}, text)];
    const close = element("button", {
      type: "button",
      class: "icon",
      "aria-label": "Close",
      onclick: () => this.dialog.close(),
    });
    close.append(icon("close"));
    this.dialog = element(
      "dialog",
      { class: "sheet", "aria-label": "Keys and gestures" },
      element("header", {}, element("h2", {}, "Keys and gestures"), close),
      element(
        "dl",
        {},
        ...BINDINGS.filter(({ text }) => text).flatMap(({ shown, text }) => row([shown, text])),
      ),
      element("dl", {}, ...GESTURES.flatMap(row)),
    );
    this.dialog.addEventListener(
      "click",
      (event) => event.target === this.dialog && this.dialog.close(),
    );
    container.replaceChildren(this.dialog);
  }

  get isOpen() {
    return this.dialog.open;
  }

  open() {
    this.dialog.showModal();
  }
}
