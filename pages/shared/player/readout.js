/**
 * The line of numbers under the toolbar: time, frequency, level and mask values under the pointer,
 * or the time and frame scores at the playhead while the pointer is elsewhere.
 */

import { formatHz } from "./axes.js";
import { element } from "../browser/dom.js";
import { classMask, classScores } from "./payload.js";

export class Readout {
  constructor(player, container) {
    this.player = player;
    this.container = container;
    this.at = null;
  }

  draw(playheadTime) {
    const entries = this.at ? this.describe(this.at) : this.describe({ time: playheadTime });
    this.container.replaceChildren(
      ...entries.map(([name, value]) => element("span", {}, element("b", {}, name), ` ${value}`)),
    );
  }

  /** Name and value of everything known at a time and, over a picture, at a frequency. */
  describe({ time, fraction, panel }) {
    const { view, state, plane } = this.player;
    const frame = this.nearest(time, (view.frameLengthS - view.frameHopS) / 2);
    const entries = [[this.at ? "Pointer" : "Playhead", `${(time + view.startS).toFixed(3)} s`]];
    const shown = this.player.view.classes[state.selected];
    const visible = view.systems.filter(({ name }) => state.systems.has(name));
    if (fraction === undefined || ["scores", "events", "tracks"].includes(panel)) {
      if (!shown) return entries;
      const scoreFrame = this.nearest(time, 0);
      const scoreOf = (system) => classScores(view, system, state.selected)[scoreFrame].toFixed(3);
      return [...entries, ...visible.map((system) => [`${system.title} score`, scoreOf(system)])];
    }
    const row = Math.min(plane.rows - 1, Math.floor(fraction * plane.rows));
    entries.push(
      ["", formatHz(plane.axis.toHz(fraction))],
      ["", `${plane.levelDb(frame, row).toFixed(1)} dB`],
    );
    if (!shown) return entries;
    const unit = frame * view.bands + plane.bandOfRow[row];
    const valueOf = (masks) => (classMask(view, masks, state.selected)[unit] / 255).toFixed(2);
    if (view.ideal && state.systems.has("ideal")) entries.push(["Ideal", valueOf(view.ideal)]);
    for (const system of visible)
      if (system.masks) entries.push([system.title, valueOf(system.masks)]);
    return entries;
  }

  /** The frame drawn at a time, where the first one starts at `start`. */
  nearest(time, start) {
    const { view } = this.player;
    return Math.min(view.frames - 1, Math.max(0, Math.floor((time - start) / view.frameHopS)));
  }
}
