/** One event's lane: its class, its clip, a play button, and the block that is dragged. */

import { element, icon } from "../browser/dom.js";
import {
  classOf,
  clipText,
  eventName,
  freeClasses,
  isSameClip,
  latestOnset,
  lengthOf,
  movedTo,
  onsetByKey,
  spanText,
  withClass,
  withClip,
} from "./places.js";

/** How many pixels an outline of a clip has at most. */
const OUTLINE_STEPS = 60;

export class Lane {
  /**
   * `owner` has `view`, `events`, and takes what is done here: `change(index, event)`, `move(index, event)`
   * while a gesture goes on, `release()` at its end, `pause()` between two keys, `play(index)`,
   * `remove(index)`.
   */
  constructor(owner, index) {
    this.owner = owner;
    this.index = index;
    this.drag = null;
    this.build();
    this.draw();
    this.follow();
  }

  get event() {
    return this.owner.events[this.index];
  }

  build() {
    const { view, events } = this.owner;
    const shown = classOf(view, this.event);
    const name = eventName(view, events, this.index);
    const options = freeClasses(view, events.toSpliced(this.index, 1));
    this.classSelect = element(
      "select",
      {
        "aria-label": `Class of event ${this.index + 1}`,
        class: "class",
        onchange: () => this.swap(withClass(view, this.event, this.classSelect.value)),
      },
      ...options.map(({ label, name }) => element("option", { value: label }, name)),
    );
    this.classSelect.value = shown.label;
    this.clipSelect = element(
      "select",
      {
        "aria-label": `Clip of ${name}`,
        class: "clip",
        onchange: () => this.swap(withClip(view, this.event, Number(this.clipSelect.value))),
      },
      ...shown.used_ms.map((_, at) =>
        element("option", { value: at + 1 }, clipText(shown, at + 1)),
      ),
    );
    this.clipSelect.value = this.event.number;
    this.playButton = element("button", {
      type: "button",
      class: "icon play",
      onclick: () => this.owner.play(this.index),
    });
    const remove = element(
      "button",
      {
        type: "button",
        class: "icon remove",
        "aria-label": `Remove ${name}`,
        title: `Remove ${name}`,
        onclick: () => this.owner.remove(this.index),
      },
      icon("close"),
    );
    this.buildBlock(name);
    this.span = element("output", { class: "span" });
    this.node = element(
      "div",
      { class: "lane", role: "group", "aria-label": name, style: `--class: ${shown.colour}` },
      element("i", { class: "swatch", "aria-hidden": "true" }),
      this.classSelect,
      this.clipSelect,
      this.playButton,
      element("div", { class: "track" }, this.block),
      this.span,
      remove,
    );
    this.track = this.block.parentElement;
  }

  buildBlock(name) {
    this.block = element("div", {
      class: "block",
      role: "slider",
      tabindex: 0,
      "aria-label": `Onset of ${name}`,
      "aria-valuemin": 0,
      onpointerdown: (event) => this.grab(event),
      onpointermove: (event) => this.pull(event),
      onpointerup: () => this.letGo(),
      onpointercancel: () => this.letGo(),
      onkeydown: (event) => this.press(event),
      onblur: () => this.owner.release(),
    });
  }

  /** Shows what Python says of the same events: the clip's samples may have come. */
  follow() {
    this.block.replaceChildren(outline(this.owner.soundOf(this.event)));
    this.drawPlay();
  }

  /** Puts the block where the event stands. */
  draw() {
    const { view } = this.owner;
    const percent = (ms) => `${(100 * ms) / view.clip_ms}%`;
    this.block.style.left = percent(this.event.onset_ms);
    this.block.style.width = percent(lengthOf(view, this.event));
    this.block.setAttribute("aria-valuemax", latestOnset(view, this.event) / 1000);
    this.block.setAttribute("aria-valuenow", this.event.onset_ms / 1000);
    this.block.setAttribute("aria-valuetext", spanText(view, this.event));
    this.span.textContent = spanText(view, this.event);
  }

  /** The play button's icon and name; off while the clip's samples are on their way. */
  drawPlay() {
    const { view, events, voice } = this.owner;
    const sounds = isSameClip(voice.event, this.event);
    const name = `${sounds ? "Stop" : "Play"} the clip of ${eventName(view, events, this.index)}`;
    this.playButton.replaceChildren(icon(sounds ? "pause" : "play"));
    this.playButton.setAttribute("aria-label", name);
    this.playButton.title = name;
    this.playButton.disabled = !this.owner.soundOf(this.event);
  }

  swap(event) {
    this.owner.change(this.index, event);
  }

  grab(pointer) {
    if (pointer.button !== 0) return;
    this.block.setPointerCapture(pointer.pointerId);
    this.block.focus({ preventScroll: true });
    this.drag = { x: pointer.clientX, onset: this.event.onset_ms };
    this.owner.busy = true;
    pointer.preventDefault();
  }

  pull(pointer) {
    if (!this.drag) return;
    const perPixel = this.owner.view.clip_ms / this.track.clientWidth;
    const onset = this.drag.onset + (pointer.clientX - this.drag.x) * perPixel;
    this.owner.move(this.index, movedTo(this.owner.view, this.event, onset));
  }

  letGo() {
    if (!this.drag) return;
    this.drag = null;
    this.owner.busy = false;
    this.owner.release();
  }

  press(pressed) {
    if (pressed.altKey || pressed.ctrlKey || pressed.metaKey) return;
    if (pressed.key === " " || pressed.key === "Enter") this.owner.play(this.index);
    else {
      const onset = onsetByKey(this.owner.view, this.event, pressed.key, pressed.shiftKey);
      if (onset === null) return;
      this.owner.move(this.index, movedTo(this.owner.view, this.event, onset));
      this.owner.pause();
    }
    pressed.preventDefault();
    pressed.stopPropagation();
  }
}

/** The outline of a clip, as wide as its block; empty while the samples are on their way. */
function outline(samples) {
  const steps = Math.min(OUTLINE_STEPS, samples?.length ?? 0);
  const peaks = Array.from({ length: steps }, (_, step) => {
    const at = (share) => Math.floor((share * samples.length) / steps);
    return samples.subarray(at(step), at(step + 1)).reduce((most, v) => Math.max(most, Math.abs(v)), 0);
  });
  const loudest = Math.max(1, ...peaks);
  const bars = peaks.map((peak, step) => {
    const height = Math.max(0.04, peak / loudest);
    return `M${step + 0.5} ${(1 - height) / 2}v${height}`;
  });
  const svg = `<svg viewBox="0 0 ${Math.max(1, steps)} 1" preserveAspectRatio="none" aria-hidden="true"><path
    d="${bars.join("")}"/></svg>`;
  return document.createRange().createContextualFragment(svg);
}
