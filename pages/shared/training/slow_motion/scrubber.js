/** The buttons and the slider that move through training, and the clock that plays it. */

import { element, icon } from "../../browser/dom.js";
import { neighbour } from "./course.js";

const WHOLE_RUN_MS = 9000;
const CALM_STEP_MS = 1200;

/** `move(share)` is called on every change, `release(share)` when a gesture or playing has ended. */
export class Scrubber {
  constructor(move, release) {
    Object.assign(this, { move, release, share: 1, runs: [], timer: null });
    this.calm = matchMedia("(prefers-reduced-motion: reduce)");
    this.playButton = element("button", { class: "play", onclick: () => this.toggle() });
    this.slider = element("input", {
      type: "range",
      min: 0,
      max: 1,
      step: 0.01,
      "aria-label": "Share of training",
      oninput: () => this.byHand(Number(this.slider.value)),
      onchange: () => this.release(this.share),
    });
    this.clock = element("output", { class: "clock" });
    const jump = (direction, text, name) =>
      element("button", { onclick: () => this.jump(direction), "aria-label": name }, text);
    this.node = element(
      "div",
      { class: "bar" },
      this.playButton,
      jump(-1, "‹ Snapshot", "Previous snapshot"),
      jump(1, "Snapshot ›", "Next snapshot"),
      this.slider,
      this.clock,
    );
    this.showButton();
  }

  get playing() {
    return this.timer !== null;
  }

  set(share) {
    this.share = share;
    this.slider.value = share;
    this.clock.textContent = `${Math.round(100 * share)} % of training`;
    this.slider.setAttribute("aria-valuetext", this.clock.textContent);
    this.move(share);
  }

  byHand(share) {
    this.stop();
    this.set(share);
  }

  jump(direction) {
    this.byHand(neighbour(this.runs, this.share, direction));
    this.release(this.share);
  }

  toggle() {
    if (this.playing) {
      this.stop();
      this.release(this.share);
      return;
    }
    if (this.share >= 1) this.set(0);
    this.calm.matches ? this.playCalmly() : this.playOn(performance.now(), this.share);
    this.showButton();
  }

  /** Smoothly, from a moment and a share. */
  playOn(since, from) {
    const frame = (now) => {
      const share = Math.min(1, from + Math.max(0, now - since) / WHOLE_RUN_MS);
      this.set(share);
      if (share < 1) this.timer = requestAnimationFrame(frame);
      else this.finish();
    };
    this.timer = requestAnimationFrame(frame);
  }

  /** With reduced motion: from snapshot to snapshot. */
  playCalmly() {
    this.timer = setTimeout(() => {
      const share = neighbour(this.runs, this.share, 1);
      const ended = share === this.share;
      this.set(share);
      if (ended) this.finish();
      else this.playCalmly();
    }, CALM_STEP_MS);
  }

  finish() {
    this.stop();
    this.release(this.share);
  }

  stop() {
    cancelAnimationFrame(this.timer);
    clearTimeout(this.timer);
    this.timer = null;
    this.showButton();
  }

  showButton() {
    const name = this.playing ? "pause" : "play";
    this.playButton.replaceChildren(icon(name), this.playing ? "Pause" : "Play");
  }
}
