/**
 * Tracks: what can be heard, with solo, mute, volume and a waveform on the common time axis.
 *
 * The list follows the chosen class, so that 1–9 reach what is compared. What sounds: the soloed
 * tracks less the muted ones; the mixture when nothing is soloed (never everything at once, which
 * would be the same sound several times over). Muting is for taking one of several soloed tracks
 * out.
 */

import { SYSTEM_DASHES } from "../browser/colours.js";
import { dashSample, element } from "../browser/dom.js";
import { helpButton } from "./help.js";
import { activeLevel, drawWaveform, reduceWaveform } from "./waveform.js";

const MOST_MATCH_GAIN = 10; // +20 dB: a loudness match does not blow up silence

/** What a link calls a track, as payload.PlayerState has it: `gwrp~Bark`, `background~gwrp`, `scene`. */
function trackId({ kind, label, system }) {
  const parts = kind === "estimate" ? [system, label] : [kind, label ?? system];
  return parts.filter(Boolean).join("~");
}

export class TrackList {
  /** `soloed` are the ids of the tracks to solo at first: those of the clip before, or of a link. */
  constructor(player, container, soloed) {
    this.player = player;
    const wanted = (index) => soloed.includes(trackId(player.view.tracks[index]));
    this.solo = new Set(this.shownIndices().filter(wanted));
    this.muted = new Set();
    const { view } = player;
    this.volumes = view.tracks.map(() => 1);
    this.rows = view.tracks.map((track, index) => this.createRow(track, index));
    this.list = element(
      "div",
      { class: "track-rows", role: "group", "aria-label": "Tracks" },
      ...this.rows.map(({ row }) => row),
    );
    const section = element(
      "section",
      { class: "panel tracks", "data-panel": "tracks" },
      element(
        "header",
        { class: "head" },
        element("h2", {}, "Tracks", helpButton("tracks", "Tracks")),
      ),
      this.list,
    );
    container.replaceChildren(section);
    this.apply();
  }

  createRow(track, index) {
    const { view } = this.player;
    const system = view.systems.findIndex(({ name }) => name === track.system);
    const colour = view.classes.find(({ label }) => label === track.label)?.colour;
    const toggle = (letter, what, act) =>
      element(
        "button",
        {
          type: "button",
          class: letter,
          "aria-pressed": "false",
          "aria-label": `${what} ${track.name}`,
          title: `${what} ${track.name}`,
          onclick: act,
        },
        letter,
      );
    const number = element("kbd", { "aria-hidden": "true" });
    const solo = toggle("S", "Solo", (event) =>
      this.toggleSolo(index, event.shiftKey || event.ctrlKey || event.metaKey),
    );
    const mute = toggle("M", "Mute", () => this.toggleMute(index));
    const volume = element("input", {
      type: "range",
      min: "0",
      max: "1",
      step: "0.02",
      value: "1",
      "aria-label": `Volume of ${track.name}`,
      title: "Volume",
    });
    volume.addEventListener("input", () => this.setVolume(index, Number(volume.value)));
    const canvas = element("canvas", { "aria-hidden": "true" });
    const over = element(
      "div",
      { class: "over" },
      element("i", { class: "region" }),
      element("i", { class: "cursor" }),
      element("i", { class: "playhead" }),
    );
    const swatch = element("i", { class: "swatch", style: colour ? `background:${colour}` : "" });
    // Where there is no room for both, the class is cut: it is that of the tracks above and below.
    const [, what, by = ""] = track.name.match(/^(.*?)(, [^,]*)?$/);
    const name = element(
      "span",
      { class: "track-name", title: track.name },
      swatch,
      ...(system >= 0 ? [dashSample(SYSTEM_DASHES[system])] : []),
      element("span", { class: "what" }, what),
      element("span", { class: "by" }, by),
    );
    const controls = element("div", { class: "track-head" }, number, name, solo, mute, volume);
    const row = element(
      "div",
      { class: "track", "data-track": index, role: "group", "aria-label": track.name },
      controls,
      element("div", { class: "plot" }, canvas, over),
    );
    return { row, number, solo, mute, volume, canvas, colour };
  }

  /**
   * Whether the track belongs to what is shown: its class is chosen, its system's panel is open.
   */
  isShown(index) {
    const { view, state } = this.player;
    const track = view.tracks[index];
    const classShown =
      !track.label || state.selected < 0 || view.classes[state.selected].label === track.label;
    return classShown && (!track.system || state.systems.has(track.system));
  }

  shownIndices() {
    return this.player.view.tracks.map((_, index) => index).filter((index) => this.isShown(index));
  }

  soloedIds() {
    return [...this.solo].map((index) => trackId(this.player.view.tracks[index]));
  }

  toggleSolo(index, add = false) {
    const alone = this.solo.has(index) && (add || this.solo.size === 1);
    if (!add) this.solo.clear();
    if (alone) this.solo.delete(index);
    else this.solo.add(index);
    this.muted.delete(index);
    this.apply();
    this.player.changed();
  }

  toggleMute(index) {
    if (!this.muted.delete(index)) this.muted.add(index);
    this.apply();
  }

  setVolume(index, volume) {
    this.volumes[index] = volume;
    this.apply();
  }

  /** After another class was chosen: what was soloed of the old class is soloed of the new one. */
  followClass() {
    const { view, state } = this.player;
    const label = view.classes[state.selected]?.label;
    const moved = [...this.solo].map((index) => {
      if (this.isShown(index)) return index;
      const { kind, system } = view.tracks[index];
      return view.tracks.findIndex(
        (other) => other.kind === kind && other.system === system && other.label === label,
      );
    });
    this.solo = new Set(moved.filter((index) => index >= 0 && this.isShown(index)));
    this.apply();
  }

  /** Solos the track of one class as one lane hears it: the true source or a system's estimate. */
  soloEvent(label, lane) {
    const { view } = this.player;
    const kind = lane === "truth" ? "truth" : "estimate";
    const index = view.tracks.findIndex(
      (track) =>
        track.label === label && track.kind === kind && (kind === "truth" || track.system === lane),
    );
    if (index < 0) return;
    this.solo = new Set([index]);
    this.muted.delete(index);
    this.apply();
    this.player.changed();
  }

  isAudible(index) {
    const soloed = this.solo.size ? this.solo.has(index) : index === 0;
    return soloed && !this.muted.has(index);
  }

  /** Sends the gains to the engine and shows them. */
  apply() {
    const { view, state, engine } = this.player;
    this.activeLevels ??= view.tracks.map(({ samples }) => activeLevel(samples));
    const match = (index) => {
      const level = this.activeLevels[index];
      return state.match && level ? Math.min(MOST_MATCH_GAIN, this.activeLevels[0] / level) : 1;
    };
    engine.setLevels(
      view.tracks.map((_, index) =>
        this.isAudible(index) ? this.volumes[index] * match(index) : 0,
      ),
    );
    this.rows.forEach(({ row, solo, mute }, index) => {
      row.classList.toggle("audible", this.isAudible(index));
      solo.setAttribute("aria-pressed", this.solo.has(index));
      mute.setAttribute("aria-pressed", this.muted.has(index));
    });
  }

  draw() {
    let place = 0;
    this.rows.forEach(({ row, number, canvas, colour }, index) => {
      row.hidden = !this.isShown(index);
      if (row.hidden) return;
      place += 1;
      number.textContent = place <= 9 ? place : "";
      this.reduced ??= this.player.view.tracks.map(({ samples }) => reduceWaveform(samples));
      drawWaveform(canvas, this.player, index, this.reduced[index], colour);
    });
  }
}
