/**
 * The pictures: log mel, ideal ratio mask and one mask panel a system, drawn over the spectrogram.
 *
 * Each picture is painted once at its own resolution (frames × rows) and kept; zooming, scrolling
 * and opacity only draw it again, scaled without smoothing, so that a unit of a mask stays a
 * visible unit.
 */

import { formatProbability } from "./axes.js";
import { hexToRgb, MAGMA_MAP, SYSTEM_DASHES } from "../browser/colours.js";
import { beginDrawing, dashSample } from "../browser/dom.js";
import { grouped } from "../browser/numbers.js";
import { classMask, classProbs } from "./payload.js";
import {
  createPanel,
  drawColourBar,
  drawFrequencyAxis,
  drawMessage,
  drawTimeAxis,
  plotArea,
} from "./plot.js";

const LABELLED_IDEAL =
  "Labels say when a class sounds, not in which units: this mask needs the sources. For a mixture " +
  "made here it shows how much of each unit belongs to the class.";
const UNKNOWN_IDEAL =
  "Not known for a recording: it needs the sources. For a mixture made here it shows how much " +
  "of each unit belongs to the class.";

/**
 * Paints a frames × rows picture; `paint` writes RGBA for one unit. Row 0 is the lowest frequency.
 */
function unitImage(frames, rows, paint) {
  const canvas = new OffscreenCanvas(frames, rows);
  const context = canvas.getContext("2d");
  const image = context.createImageData(frames, rows);
  for (let row = 0; row < rows; row++) {
    for (let frame = 0; frame < frames; frame++) {
      paint(frame, row, image.data, 4 * ((rows - 1 - row) * frames + frame));
    }
  }
  context.putImageData(image, 0, 0);
  return canvas;
}

export class MaskPanels {
  constructor(player, container) {
    this.player = player;
    this.images = new Map();
    const { view } = player;
    this.panels = [
      createPanel("spectrogram", "Log mel", { timeAxis: true }),
      createPanel("ideal", "Ideal ratio mask"),
      ...view.systems.map((system) => createPanel(system.name, system.title)),
    ];
    this.panels
      .slice(2)
      .forEach((panel, index) => panel.heading.prepend(dashSample(SYSTEM_DASHES[index])));
    const { over } = this.panels[0]; // the one panel that is also a slider; keyboard.js moves it
    over.setAttribute("role", "slider");
    over.setAttribute("tabindex", "0");
    over.setAttribute("aria-label", "Playback position");
    over.setAttribute("aria-valuemin", "0");
    over.setAttribute("aria-valuemax", view.durationS.toFixed(1));
    this.position = over;
    container.replaceChildren(...this.panels.map((panel) => panel.section));
  }

  draw() {
    const { view, state } = this.player;
    this.drawSpectrogram(this.panels[0]);
    this.drawMask(this.panels[1], view.ideal, view.truth ? LABELLED_IDEAL : UNKNOWN_IDEAL);
    view.systems.forEach((system, index) =>
      this.drawMask(
        this.panels[index + 2],
        system.masks,
        `${system.title} gives frame scores, but no mask.`,
        system,
      ),
    );
    for (const panel of this.panels.slice(1)) panel.section.hidden = !state.systems.has(panel.name);
  }

  /** Tells screen readers where the playhead is, to a tenth of a second. */
  announce(time) {
    const rounded = time.toFixed(1);
    if (this.position.getAttribute("aria-valuenow") === rounded) return;
    this.position.setAttribute("aria-valuenow", rounded);
    this.position.setAttribute("aria-valuetext", `${rounded} seconds`);
  }

  drawSpectrogram(panel) {
    const { state, viewport, view, plane, theme } = this.player;
    const linear = state.axis === "linear";
    panel.heading.firstChild.textContent = linear ? "Spectrogram" : "Log mel";
    panel.info.textContent = `${linear ? "linear axis" : `${view.bands} bands`}, kHz`;
    const { context, area } = this.begin(panel);
    this.drawUnits(context, area, this.levelImage("magma", MAGMA_MAP));
    drawFrequencyAxis(context, area, viewport, plane.axis, theme);
    const [low, high] = state.db.map((level) => `${level}`.replace("-", "\u2212"));
    const colourAt = (share) => {
      const index = 3 * Math.round(255 * share);
      return `rgb(${MAGMA_MAP.slice(index, index + 3).join()})`;
    };
    drawColourBar(context, area, colourAt, `${low} dB`, `${high} dB`, theme);
  }

  drawMask(panel, masks, emptyMessage, system) {
    if (!this.player.state.systems.has(panel.name)) return;
    const { state, viewport, plane, theme } = this.player;
    panel.section.classList.toggle("empty", !masks);
    panel.info.replaceChildren(
      ...this.describe(masks, system).map((line) =>
        Object.assign(document.createElement("span"), { textContent: line }),
      ),
    );
    const { context, area } = this.begin(panel);
    if (!masks) return drawMessage(context, area, emptyMessage, theme);
    if (state.mode === "overlay")
      this.drawUnits(context, area, this.levelImage("grey", theme.greyMap));
    context.globalAlpha = state.mode === "overlay" ? state.opacity : 1;
    this.drawUnits(context, area, this.maskImage(panel.name, masks));
    context.globalAlpha = 1;
    drawFrequencyAxis(context, area, viewport, plane.axis, theme);
    const shown = this.player.shownClasses();
    if (shown.length === 1) {
      const colour = hexToRgb(shown[0].colour).join();
      drawColourBar(context, area, (share) => `rgba(${colour},${share})`, "0", "1", theme);
    }
    panel.over.setAttribute(
      "aria-label",
      `${panel.heading.textContent}: ${this.describe(masks, system).join(", ")}`,
    );
  }

  /** Clears a panel's canvas, fills its plot area and draws the time axis where it has one. */
  begin(panel) {
    const { viewport, theme, view } = this.player;
    const { context, width, height } = beginDrawing(panel.canvas);
    const timed = panel.section.classList.contains("timed") || this.player.sideBySide;
    const area = plotArea(width, height, timed);
    context.fillStyle = `rgb(${theme.ground.join()})`;
    context.fillRect(area.x, area.y, area.width, area.height);
    if (timed) drawTimeAxis(context, area, viewport, view.startS, theme);
    return { context, area };
  }

  /** Draws the shown part of a picture of units into the plot area. */
  drawUnits(context, area, image) {
    const { viewport, view } = this.player;
    const frameAt = (time) => (time - (view.frameLengthS - view.frameHopS) / 2) / view.frameHopS;
    const [left, right] = [frameAt(viewport.start), frameAt(viewport.end)];
    const [top, bottom] = [(1 - viewport.high) * image.height, (1 - viewport.low) * image.height];
    context.imageSmoothingEnabled = false;
    context.drawImage(
      image,
      left,
      top,
      right - left,
      bottom - top,
      area.x,
      area.y,
      area.width,
      area.height,
    );
  }

  /** Clip probability and lit units of the chosen class, as lines of text. */
  describe(masks, system) {
    const { view, state } = this.player;
    if (state.selected < 0) return [`${view.classes.length} classes`];
    const probs = system && Math.max(...classProbs(view, system, state.selected));
    const lines = system ? [`clip p ${formatProbability(probs).replace(/^(?=\d)/, "= ")}`] : [];
    if (masks) {
      const lit = classMask(view, masks, state.selected).reduce(
        (count, value) => count + (value > 127),
        0,
      );
      lines.push(`${grouped(lit)} of ${grouped(view.frames * view.bands)} units > 0.5`);
    }
    return lines;
  }

  /** The spectrogram in a colour map, at the range of levels that is set. */
  levelImage(name, map) {
    const { view, plane, state, theme } = this.player;
    const [low, high] = state.db;
    const key = [name, theme.dark, state.axis, low, high].join();
    return this.remember(`level ${name}`, key, () =>
      unitImage(view.frames, plane.rows, (frame, row, pixels, at) => {
        const share = (plane.levelDb(frame, row) - low) / (high - low);
        const index = 3 * Math.round(255 * Math.min(1, Math.max(0, share)));
        pixels[at] = map[index];
        pixels[at + 1] = map[index + 1];
        pixels[at + 2] = map[index + 2];
        pixels[at + 3] = 255;
      }),
    );
  }

  /**
   * Masks of the shown classes: the strongest class of each unit in its colour, as opaque as the
   * mask is.
   */
  maskImage(name, masks) {
    const { view, plane, state } = this.player;
    return this.remember(`mask ${name}`, [state.axis, state.selected].join(), () => {
      const shown = this.player.shownClasses().map((shownClass) => ({
        mask: classMask(view, masks, view.classes.indexOf(shownClass)),
        rgb: hexToRgb(shownClass.colour),
      }));
      return unitImage(view.frames, plane.rows, (frame, row, pixels, at) => {
        const unit = frame * view.bands + plane.bandOfRow[row];
        let best = shown[0];
        for (const entry of shown) if (entry.mask[unit] > best.mask[unit]) best = entry;
        [pixels[at], pixels[at + 1], pixels[at + 2]] = best.rgb;
        pixels[at + 3] = best.mask[unit];
      });
    });
  }

  /** Keeps one picture a name and paints it again only when its key changes. */
  remember(name, key, paint) {
    const kept = this.images.get(name);
    if (kept?.key === key) return kept.image;
    const image = paint();
    this.images.set(name, { key, image });
    return image;
  }
}
