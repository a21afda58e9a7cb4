/**
 * The rest of the operating point, beside the frame scores: tagging threshold, shortest event, gap,
 * median.
 *
 * The two thresholds of the frame score are the lines in the panel (scores.js). Lengths are whole
 * frames, as sedtf_core counts them; the same in seconds stands beside them.
 */

import { element, numberField } from "../browser/dom.js";

const FIELDS = [
  {
    field: "tagging_threshold",
    name: "Tagging",
    hint: "A class counts as detected from this clip probability on",
    step: 0.01,
    min: 0,
    max: 1,
  },
  {
    field: "min_event_frames",
    name: "Shortest",
    hint: "Shorter events are dropped; in frames",
    step: 1,
    min: 0,
    max: 200,
  },
  {
    field: "max_gap_frames",
    name: "Join gaps",
    hint: "Shorter gaps are closed; in frames",
    step: 1,
    min: 0,
    max: 200,
  },
  {
    field: "median_frames",
    name: "Median",
    hint: "Scores are smoothed over this odd number of frames; 1 is not at all",
    step: 2,
    min: 1,
    max: 99,
  },
];

export class OperatingPoint {
  constructor(player, container) {
    this.player = player;
    this.rows = FIELDS.map((entry) => {
      const { min, max, step, hint } = entry;
      const input = numberField({ min, max, step, title: hint }, (value) => this.set(entry, value));
      const seconds = element("span", { class: "seconds" });
      return {
        ...entry,
        input,
        seconds,
        label: element("label", { title: hint }, entry.name, input.node, seconds),
      };
    });
    const reset = element(
      "button",
      { type: "button", onclick: () => player.change({ detection: { ...player.view.detection } }) },
      "Reset",
    );
    container.append(
      element(
        "details",
        { class: "operating" },
        element("summary", {}, "Operating point"),
        ...this.rows.map(({ label }) => label),
        reset,
      ),
    );
  }

  /** Takes a typed value to the nearest allowed one, an emptied one to what the clip began with. */
  set({ field, step, min, max }, typed) {
    const chosen = Number.isNaN(typed) ? this.player.view.detection[field] : typed;
    const steps = Math.round((Math.min(max, Math.max(min, chosen)) - min) / step);
    const value = Number((min + steps * step).toFixed(2));
    this.player.change({ detection: { ...this.player.state.detection, [field]: value } });
  }

  draw() {
    const { detection } = this.player.state;
    for (const { field, step, input, seconds } of this.rows) {
      input.show(detection[field]);
      seconds.textContent =
        step < 1 ? "" : `${(detection[field] * this.player.view.frameHopS).toFixed(2)} s`;
    }
  }
}
