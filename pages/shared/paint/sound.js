/**
 * What can be heard: the mixture, the painted mask's sound and what it removes, the other masks'
 * and the true source, all at one gain. Which of them is heard can change while it plays.
 */

import { Engine } from "../player/engine.js";
import { formatClock } from "../player/axes.js";
import { ARROW_STEPS, element, icon } from "../browser/dom.js";

const YOURS = "yours";
const REMOVED = "removed";
const FIXED_NAMES = {
  mixture: "Mixture",
  [YOURS]: "Your mask",
  [REMOVED]: "What it removes",
  source: "True source",
};

/** The sounds of a board in the order of their buttons: `{key, name, samples}`. */
export function heardTracks(board) {
  const names = Object.fromEntries(board.masks.map(({ key, name }) => [key, name]));
  const [mixture, ...others] = board.sounds.map(({ key, samples }) => ({
    key,
    name: FIXED_NAMES[key] ?? names[key],
    samples,
  }));
  if (!board.events) mixture.name = "Recording";
  const empty = new Int16Array(mixture.samples.length);
  return [
    mixture,
    { key: YOURS, name: FIXED_NAMES[YOURS], samples: empty },
    { key: REMOVED, name: FIXED_NAMES[REMOVED], samples: mixture.samples },
    ...others,
  ];
}

/** What a mask takes out of a mixture. */
export function removed(mixture, kept) {
  return mixture.map((sample, index) => sample - kept[index]);
}

export class Sound {
  constructor(root) {
    this.play = element("button", { class: "icon", "aria-label": "Play" }, icon("play"));
    this.play.addEventListener("click", () => this.engine?.toggle());
    this.loop = element(
      "button",
      { class: "icon", "aria-label": "Loop", "aria-pressed": "true", title: "Loop" },
      icon("loop"),
    );
    this.loop.addEventListener("click", () => this.setLoop(this.loop.ariaPressed !== "true"));
    this.auto = element(
      "button",
      { "aria-pressed": "true", title: "Play your mask after each stroke" },
      "Play strokes",
    );
    this.auto.addEventListener(
      "click",
      () => (this.auto.ariaPressed = String(this.auto.ariaPressed !== "true")),
    );
    this.clock = element("span", { class: "clock" });
    this.place = element("input", {
      type: "range", min: 0, step: 0.01, value: 0, class: "place", "aria-label": "Position",
    });
    this.place.addEventListener("input", () => this.seek(Number(this.place.value)));
    this.volume = element("input", {
      type: "range", min: 0, max: 1, step: 0.05, value: 1, "aria-label": "Volume",
    });
    this.volume.addEventListener("input", () => this.setVolume());
    this.choices = element("div", { class: "choices", role: "radiogroup", "aria-label": "Heard" });
    const speaker = element("span", { class: "speaker" }, icon("volume"), this.volume);
    root.append(
      element("div", { class: "bar" }, this.play, this.loop, this.auto, this.place, this.clock, speaker),
      this.choices,
    );
    this.onmove = () => {};
  }

  load(board) {
    this.engine?.close();
    this.board = board;
    this.tracks = heardTracks(board);
    this.engine = new Engine(this.tracks, board.scale, board.sampleRate, () => this.follow());
    this.engine.setLoop(null, this.loop.ariaPressed === "true");
    this.setVolume();
    this.place.max = board.durationS;
    this.choices.replaceChildren(...this.tracks.map((track, index) => this.choice(track, index)));
    this.choose(0);
    this.follow();
  }

  choice({ name, key }, index) {
    const button = element(
      "button",
      { role: "radio", "data-track": key, title: `Key ${index + 1}` },
      element("kbd", {}, String(index + 1)),
      name,
    );
    button.addEventListener("click", () => this.hear(index));
    button.addEventListener("keydown", (event) => {
      const step = ARROW_STEPS[event.key];
      if (!step) return;
      event.preventDefault();
      this.choose((index + step + this.tracks.length) % this.tracks.length);
      this.choices.children[this.heard].focus();
    });
    return button;
  }

  /** Chooses a sound and plays it if nothing plays. */
  hear(index) {
    if (index >= this.tracks.length) return;
    this.choose(index);
    if (!this.engine.playing) this.engine.play();
  }

  choose(index) {
    this.heard = index;
    if (this.stale && this.isYours(index)) this.refresh();
    this.engine.setLevels(this.tracks.map((_, other) => (other === index ? 1 : 0)));
    [...this.choices.children].forEach((button, other) => {
      button.ariaChecked = String(other === index);
      button.tabIndex = other === index ? 0 : -1;
    });
  }

  /** In answer to a gesture, as browsers want it: opens the device before the sound is there. */
  wake() {
    if (this.auto.ariaPressed !== "true") return;
    this.engine.open();
    this.engine.context.resume().catch(() => {});
  }

  /** A stroke was separated: it is heard where the sound is now, or from `from` if nothing plays. */
  playYours(from) {
    if (this.auto.ariaPressed !== "true") return;
    if (!this.isYours(this.heard)) this.choose(this.tracks.findIndex(({ key }) => key === YOURS));
    if (!this.engine.playing) this.engine.play(from);
  }

  isYours(index) {
    return [YOURS, REMOVED].includes(this.tracks[index].key);
  }

  /** Takes a new painted sound; what plays goes on at the same place. */
  replace(samples) {
    const mixture = this.tracks[0].samples;
    this.tracks.find(({ key }) => key === YOURS).samples = samples;
    this.tracks.find(({ key }) => key === REMOVED).samples = removed(mixture, samples);
    this.stale = true;
    if (!this.engine.playing || this.isYours(this.heard)) this.refresh();
  }

  /** Gives the engine the new samples; those that sound already belong to a voice that is replaced. */
  refresh() {
    this.stale = false;
    const { engine } = this;
    if (!engine.context) return; // it reads the tracks when it opens
    this.tracks.forEach(({ samples }, index) => {
      if (!this.isYours(index)) return;
      engine.buffers[index] = engine.createBuffer(samples.length, (channel) => {
        for (let i = 0; i < samples.length; i++) channel[i] = samples[i] / this.board.scale;
      });
    });
    if (engine.playing) engine.play(engine.now());
  }

  seek(time) {
    this.engine.seek(time);
    this.show();
  }

  setLoop(on) {
    this.loop.ariaPressed = String(on);
    this.engine?.setLoop(null, on);
  }

  setVolume() {
    this.engine?.setVolume(Number(this.volume.value) * this.board.gain);
  }

  /** Shows whether it plays, and moves the playhead while it does. */
  follow() {
    const { playing } = this.engine;
    this.play.replaceChildren(icon(playing ? "pause" : "play"));
    this.play.ariaLabel = playing ? "Pause" : "Play";
    cancelAnimationFrame(this.frame);
    const step = () => {
      this.show();
      if (this.engine.playing) this.frame = requestAnimationFrame(step);
    };
    step();
  }

  show() {
    const now = this.engine.now();
    this.clock.textContent = `${formatClock(now, 1)} / ${formatClock(this.board.durationS, 1)}`;
    this.place.value = now;
    this.onmove(now);
  }

  close() {
    cancelAnimationFrame(this.frame);
    this.engine?.close();
  }
}
