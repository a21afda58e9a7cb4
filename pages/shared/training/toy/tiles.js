/** Rows of small pictures: the bags themselves, and each network's masks of them. */

import { MAGMA_MAP, hexToRgb } from "../../browser/colours.js";
import { element } from "../../browser/dom.js";
import { SIDE, UNITS } from "./bags.js";

const SHOWN_RANGE = [-1, 2]; // values of a bag from the darkest to the brightest colour

/** The pictures of one row; `paint` and `say` change them. */
export class Tiles {
  constructor(count) {
    this.tiles = Array.from({ length: count }, () => {
      const canvas = element("canvas", { width: SIDE, height: SIDE, "aria-hidden": "true" });
      const outline = element("span", { class: "outline" });
      const caption = element("figcaption");
      const picture = element("div", { class: "picture" }, canvas, outline);
      return { canvas, outline, caption, node: element("figure", {}, picture, caption) };
    });
    this.node = element("div", { class: "tiles" }, ...this.tiles.map(({ node }) => node));
  }

  /** Puts outlines where the patches are. */
  outline(bags) {
    bags.forEach(({ patch }, index) => {
      const { outline } = this.tiles[index];
      outline.hidden = !patch;
      if (!patch) return;
      const share = 100 / SIDE;
      outline.style.left = `${patch.column * share}%`;
      outline.style.top = `${patch.row * share}%`;
      outline.style.width = outline.style.height = `${patch.size * share}%`;
    });
  }

  /** Colours one picture; `colour` gives RGB for a value. */
  paint(index, values, colour, caption) {
    const tile = this.tiles[index];
    const context = tile.canvas.getContext("2d");
    const image = context.createImageData(SIDE, SIDE);
    for (let unit = 0; unit < UNITS; unit++)
      image.data.set([...colour(values[unit]), 255], 4 * unit);
    context.putImageData(image, 0, 0);
    tile.caption.textContent = caption;
  }
}

/** The colour of a bag's unit. */
export function bagColour(value) {
  const [low, high] = SHOWN_RANGE;
  const level = Math.round(255 * Math.min(1, Math.max(0, (value - low) / (high - low))));
  return MAGMA_MAP.slice(3 * level, 3 * level + 3);
}

/** The colour of a mask's unit: the page's ground at 0, the accent at 1. */
export function maskColour(theme) {
  const full = hexToRgb(theme.accent);
  return (value) => full.map((end, c) => theme.ground[c] + value * (end - theme.ground[c]));
}
