/**
 * The picture: the mixture in grey, the mask over it in the hue of its class, an outline to compare
 * with, axes, and what the hand or the keyboard is about to do.
 *
 * Conventions: x and y in CSS pixels of the canvas; a frame is drawn centred on the samples it
 * covers, every band equally high, low frequencies at the bottom.
 */

import { FrequencyAxis, Viewport, formatKhz, frequencyTicks, ticks } from "../player/axes.js";
import { hexToRgb, readTheme } from "../browser/colours.js";
import { beginDrawing, element } from "../browser/dom.js";

const SHOWN_DB = 55; // from the loudest unit down to the colour of the page
const HUE = 0.82; // opacity of a mask of 1: the sound under it stays visible
const INSET = { left: 44, right: 22, top: 6, bottom: 24 }; // room for the axes

export class Picture {
  constructor(canvas) {
    this.canvas = canvas;
    this.grey = element("canvas");
    this.hue = element("canvas");
  }

  /** Takes another board; the canvas is drawn on the next `draw`. */
  load(board, root) {
    this.board = board;
    this.filled = null; // the mask that is in the hue's layer
    this.viewport = new Viewport(board.durationS);
    this.axis = new FrequencyAxis(Array.from(board.melEdgesHz));
    for (const layer of [this.grey, this.hue])
      Object.assign(layer, { width: board.frames, height: board.bands });
    this.followTheme(root);
  }

  followTheme(root) {
    this.theme = readTheme(root);
    const { levels, dbStep } = this.board;
    const top = levels.reduce((high, level) => Math.max(high, level), -Infinity) * dbStep;
    this.fill(this.grey, (index, rgba) => {
      const share = (levels[index] * dbStep - top + SHOWN_DB) / SHOWN_DB;
      const entry = 3 * Math.round(255 * Math.min(1, Math.max(0, share)));
      for (let c = 0; c < 3; c++) rgba[c] = this.theme.greyMap[entry + c];
      rgba[3] = 255;
    });
  }

  /** Writes every cell's colour into a layer of one pixel a cell. */
  fill(layer, colour) {
    const { frames, bands } = this.board;
    const context = layer.getContext("2d");
    const image = context.createImageData(frames, bands);
    const rgba = [0, 0, 0, 0];
    for (let frame = 0; frame < frames; frame++)
      for (let band = 0; band < bands; band++) {
        colour(frame * bands + band, rgba);
        image.data.set(rgba, 4 * ((bands - 1 - band) * frames + frame));
      }
    context.putImageData(image, 0, 0);
  }

  /** The plot area, without the axes. */
  area() {
    const { clientWidth: width, clientHeight: height } = this.canvas;
    return {
      x: INSET.left,
      y: INSET.top,
      width: Math.max(1, width - INSET.left - INSET.right),
      height: Math.max(1, height - INSET.top - INSET.bottom),
    };
  }

  /** Where the cells lie: they begin half a window, less half a hop, after the clip. */
  grid() {
    const area = this.area();
    const { durationS, frameHopS, frameLengthS, frames, bands } = this.board;
    const pixels = area.width / durationS;
    return {
      x: area.x + ((frameLengthS - frameHopS) / 2) * pixels,
      y: area.y,
      cellWidth: frameHopS * pixels,
      cellHeight: area.height / bands,
      width: frames * frameHopS * pixels,
      height: area.height,
    };
  }

  /** The cell under a point, the nearest one where there is none. */
  cellAt(x, y) {
    const grid = this.grid();
    const { frames, bands } = this.board;
    const frame = Math.floor((x - grid.x) / grid.cellWidth);
    const band = bands - 1 - Math.floor((y - grid.y) / grid.cellHeight);
    return [Math.min(frames - 1, Math.max(0, frame)), Math.min(bands - 1, Math.max(0, band))];
  }

  /** Seconds of the clip at an x. */
  timeAt(x) {
    const area = this.area();
    return (Math.min(1, Math.max(0, (x - area.x) / area.width))) * this.board.durationS;
  }

  /**
   * @param mask frames × bands, 0 to 1
   * @param outline `Uint8Array` whose cells of at least 128 are outlined, or null
   * @param pending `{cells, radius}` of the brush's place or an unfinished box, or null
   */
  draw(mask, outline, pending) {
    const { context } = beginDrawing(this.canvas);
    const [grid, area] = [this.grid(), this.area()];
    const rgb = hexToRgb(this.board.colour);
    if (mask !== this.filled)
      this.fill(this.hue, (index, rgba) => {
        [rgba[0], rgba[1], rgba[2]] = rgb;
        rgba[3] = 255 * HUE * mask[index];
      });
    this.filled = mask;
    context.imageSmoothingEnabled = false;
    for (const layer of [this.grey, this.hue])
      context.drawImage(layer, grid.x, grid.y, grid.width, grid.height);
    if (outline) this.drawOutline(context, grid, outline);
    if (pending) this.drawPending(context, grid, pending);
    this.drawAxes(context, area);
  }

  /** A line around the cells of a mask that are at least one half. */
  drawOutline(context, grid, outline) {
    const { frames, bands } = this.board;
    const inside = (frame, band) =>
      frame >= 0 && frame < frames && band >= 0 && band < bands &&
      outline[frame * bands + band] >= 128;
    context.beginPath();
    for (let frame = 0; frame <= frames; frame++)
      for (let band = 0; band <= bands; band++) {
        const [x, y] = [grid.x + frame * grid.cellWidth, grid.y + (bands - band) * grid.cellHeight];
        if (inside(frame - 1, band) !== inside(frame, band)) {
          context.moveTo(x, y);
          context.lineTo(x, y - grid.cellHeight);
        }
        if (inside(frame, band - 1) !== inside(frame, band)) {
          context.moveTo(x, y);
          context.lineTo(x + grid.cellWidth, y);
        }
      }
    this.strokeTwice(context, 1.25);
  }

  /** The disc under the brush, or the box that is being drawn. */
  drawPending(context, grid, { cells, radius }) {
    const { bands } = this.board;
    const x = (frame) => grid.x + frame * grid.cellWidth;
    const y = (band) => grid.y + (bands - band) * grid.cellHeight;
    context.beginPath();
    if (cells.length === 1) {
      const [[frame, band]] = cells;
      const reach = radius + 0.5;
      context.ellipse(
        x(frame + 0.5), y(band + 0.5), reach * grid.cellWidth, reach * grid.cellHeight, 0, 0, 7,
      );
    } else {
      const [[a, b], [c, d]] = cells;
      const [left, low] = [Math.min(a, c), Math.min(b, d)];
      const [right, high] = [Math.max(a, c) + 1, Math.max(b, d) + 1];
      context.rect(x(left), y(high), x(right) - x(left), y(low) - y(high));
    }
    this.strokeTwice(context, 1.5);
  }

  /** Dark under light (or light under dark), so that a line is seen on any picture. */
  strokeTwice(context, width) {
    context.strokeStyle = this.theme.dark ? "#000c" : "#fffc";
    context.lineWidth = width + 2;
    context.stroke();
    context.strokeStyle = this.theme.text;
    context.lineWidth = width;
    context.stroke();
  }

  drawAxes(context, area) {
    const { theme, viewport } = this;
    Object.assign(context, { font: `11px ${theme.font}`, fillStyle: theme.muted, lineWidth: 1 });
    context.strokeStyle = theme.line;
    context.strokeRect(area.x - 0.5, area.y - 0.5, area.width + 1, area.height + 1);
    context.textAlign = "right";
    context.textBaseline = "middle";
    for (const { hz, y } of frequencyTicks(this.axis, viewport, area.height)) {
      const inside = Math.min(area.height - 5, Math.max(6, y));
      context.fillText(formatKhz(hz), area.x - 7, area.y + inside);
      context.fillRect(area.x - 4, area.y + y, 4, 1);
    }
    context.textAlign = "center";
    context.textBaseline = "top";
    const { step, values } = ticks(0, this.board.durationS, area.width / 80);
    const places = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
    for (const time of values) {
      const x = area.x + viewport.toFraction(time) * area.width;
      context.fillRect(x, area.y + area.height, 1, 4);
      context.fillText(time.toFixed(places), x, area.y + area.height + 6);
    }
    context.textAlign = "left";
    context.fillText("kHz", 2, area.y + area.height + 6);
    context.textAlign = "right";
    context.fillText("s", area.x + area.width + 20, area.y + area.height + 6);
  }
}
