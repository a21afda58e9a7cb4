/**
 * The controls above the panels: transport, sound, zoom and how pictures are drawn.
 *
 * Every control shows the player's state and changes it through `player.change`; it keeps none of
 * its own.
 */

import { formatClock } from "./axes.js";
import { Choices } from "./choices.js";
import { toStart, zoomTime } from "./commands.js";
import { element, icon, numberField } from "../browser/dom.js";
import { SPEEDS } from "./engine.js";
import { HIGHEST_DB, LEAST_RANGE_DB, LOWEST_DB, levelRange } from "./state.js";

/** A button with an icon and, as its name and tooltip, what it does and its key. */
function iconButton(name, label, key, act) {
  const button = element("button", {
    type: "button",
    class: "icon",
    "aria-label": label,
    title: `${label} (${key})`,
    onclick: act,
  });
  button.append(icon(name));
  return button;
}

/** A labelled select; `options` are [value, text]. */
function select(label, options, act) {
  const node = element(
    "select",
    { "aria-label": label, title: label, onchange: () => act(node.value) },
    ...options.map(([value, text]) => element("option", { value }, text)),
  );
  return node;
}

export class Toolbar {
  constructor(player, container) {
    this.player = player;
    container.replaceChildren(
      element(
        "div",
        { class: "bar" },
        this.createTransport(),
        this.createSound(),
        this.createZoom(),
        this.createPicture(),
        this.createHelp(),
      ),
      (this.choices = new Choices(player)).node,
    );
  }

  createTransport() {
    const { player } = this;
    this.playButton = iconButton("play", "Play", "Space", () => player.engine.toggle());
    this.loopButton = iconButton("loop", "Loop", "L", () =>
      player.change({ looping: !player.state.looping }),
    );
    this.clock = element("span", { class: "clock" });
    this.speed = select(
      "Speed",
      SPEEDS.map((speed) => [speed, `${speed}×`]),
      (value) => player.change({ speed: Number(value) }),
    );
    const start = iconButton("start", "To the start", "Home", () => toStart(player));
    return element(
      "div",
      { class: "group", role: "group", "aria-label": "Transport" },
      start,
      this.playButton,
      this.clock,
      this.loopButton,
      this.speed,
    );
  }

  createSound() {
    const { player } = this;
    this.volume = element("input", {
      type: "range",
      min: "0",
      max: "1",
      step: "0.01",
      "aria-label": "Volume",
      title: "Volume",
    });
    this.volume.addEventListener("input", () =>
      player.change({ volume: Number(this.volume.value) }),
    );
    this.match = element(
      "button",
      {
        type: "button",
        title: "Play every track as loud as the mixture; off: as loud as it is in the mixture",
        onclick: () => player.change({ match: !player.state.match }),
      },
      "Match loudness",
    );
    const speaker = element("span", { class: "speaker" });
    speaker.append(icon("volume"));
    return element(
      "div",
      { class: "group", role: "group", "aria-label": "Sound" },
      speaker,
      this.volume,
      this.match,
    );
  }

  createZoom() {
    const { player } = this;
    return element(
      "div",
      { class: "group", role: "group", "aria-label": "Zoom" },
      iconButton("zoomOut", "Zoom out", "−", () => zoomTime(player, 2)),
      iconButton("zoomIn", "Zoom in", "+", () => zoomTime(player, 0.5)),
      (this.fit = iconButton("fit", "Show all", "0", () => player.resetZoom())),
    );
  }

  createPicture() {
    const { player } = this;
    this.mode = select(
      "Mask panels",
      [
        ["overlay", "Overlay"],
        ["mask", "Mask alone"],
      ],
      (mode) => player.change({ mode }),
    );
    this.opacity = element("input", {
      type: "range",
      min: "0",
      max: "1",
      step: "0.05",
      "aria-label": "Opacity of the masks",
      title: "Opacity of the masks",
    });
    this.opacity.addEventListener("input", () =>
      player.change({ opacity: Number(this.opacity.value) }),
    );
    this.axis = select(
      "Frequency axis",
      [
        ["mel", "Mel"],
        ["linear", "Linear"],
      ],
      (axis) => player.change({ axis }),
    );
    this.layout = select(
      "Layout",
      [
        ["stack", "Stacked"],
        ["side", "Side by side"],
      ],
      (layout) => player.change({ layout }),
    );
    this.range = [0, 1].map((end) => {
      const name = end ? "Highest level in dB" : "Lowest level in dB";
      const limits = { min: LOWEST_DB, max: HIGHEST_DB, step: 5 };
      return numberField({ ...limits, "aria-label": name, title: name }, (level) =>
        this.setRange(end, level),
      );
    });
    const [lowest, highest] = this.range.map(({ node }) => node);
    const range = element("span", { class: "range" }, lowest, "to", highest, "dB");
    return element(
      "div",
      { class: "group", role: "group", "aria-label": "Picture" },
      this.mode,
      this.opacity,
      this.axis,
      range,
      this.layout,
    );
  }

  /** Sets one end of the range of levels, an emptied one as it was first; the ends stay apart. */
  setRange(end, level) {
    const db = [...this.player.state.db];
    const chosen = Number.isNaN(level) ? levelRange(this.player.view)[end] : level;
    const [least, most] = end
      ? [LOWEST_DB + LEAST_RANGE_DB, HIGHEST_DB]
      : [LOWEST_DB, HIGHEST_DB - LEAST_RANGE_DB];
    db[end] = Math.min(most, Math.max(least, chosen));
    if (end) db[0] = Math.min(db[0], db[1] - LEAST_RANGE_DB);
    else db[1] = Math.max(db[1], db[0] + LEAST_RANGE_DB);
    this.player.change({ db });
  }

  createHelp() {
    const button = element(
      "button",
      { type: "button", title: "Keys and gestures (?)", onclick: () => this.player.help.open() },
      "Keys",
    );
    return element("div", { class: "group end" }, button);
  }

  draw() {
    const { state, viewport } = this.player;
    this.loopButton.setAttribute("aria-pressed", state.looping);
    this.match.setAttribute("aria-pressed", state.match);
    this.fit.disabled = viewport.isWhole;
    for (const name of ["speed", "volume", "mode", "opacity", "axis", "layout"])
      this[name].value = state[name];
    this.opacity.disabled = state.mode !== "overlay";
    this.range.forEach((field, end) => field.show(state.db[end]));
    this.choices.draw();
  }

  /** The part that moves while playing. */
  drawClock(time, playing) {
    const { view } = this.player;
    const [now, end] = [time, view.durationS].map((at) => formatClock(at + view.startS, 1));
    this.clock.textContent = `${now} / ${end}`;
    if (this.showsPlaying === playing) return;
    this.showsPlaying = playing;
    this.playButton.replaceChildren(icon(playing ? "pause" : "play"));
    this.playButton.setAttribute("aria-label", playing ? "Pause" : "Play");
  }
}
