/**
 * Colours: the map of the spectrogram, the hue of a class over grey, and what the theme gives.
 *
 * A colour map is 256 × RGB bytes. The colour of a class comes from Python (sedtf_core.labels) and
 * means that class everywhere; systems are told apart by line style, so they have none.
 */

// Matplotlib's magma (perceptually uniform, lightness rises throughout), every 1/12 of its range.
const MAGMA = [
  [0, 0, 4],
  [16, 11, 45],
  [44, 17, 95],
  [81, 18, 124],
  [114, 31, 129],
  [147, 43, 128],
  [183, 55, 121],
  [216, 69, 108],
  [241, 96, 93],
  [252, 137, 97],
  [254, 176, 120],
  [254, 215, 153],
  [252, 253, 191],
];

/**
 * Line dashes that tell systems apart, in the order of the systems; every one has its own rhythm.
 */
export const SYSTEM_DASHES = [[], [7, 4], [2, 3], [9, 3, 2, 3], [14, 4], [4, 2, 4, 6], [1, 5]];

/** 256 RGB entries through evenly spaced stops. */
function colourMap(stops) {
  const map = new Uint8ClampedArray(3 * 256);
  for (let i = 0; i < 256; i++) {
    const position = (i / 255) * (stops.length - 1);
    const index = Math.min(Math.floor(position), stops.length - 2);
    for (let c = 0; c < 3; c++) {
      const share = position - index;
      map[3 * i + c] = stops[index][c] * (1 - share) + stops[index + 1][c] * share;
    }
  }
  return map;
}

export const MAGMA_MAP = colourMap(MAGMA);

/** "#rrggbb" to three numbers. */
export function hexToRgb(hex) {
  return [1, 3, 5].map((start) => parseInt(hex.slice(start, start + 2), 16));
}

/** Relative luminance (WCAG) of a colour. */
function luminance(rgb) {
  const [r, g, b] = rgb.map((value) => {
    const share = value / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** What canvases need of the theme, read from the computed style of the player's root. */
export function readTheme(root) {
  const style = getComputedStyle(root);
  const ground = style.backgroundColor
    .match(/[\d.]+/g)
    .slice(0, 3)
    .map(Number);
  const dark = luminance(ground) < 0.4;
  return {
    dark,
    text: style.color,
    muted: style.getPropertyValue("--muted").trim(),
    line: style.getPropertyValue("--line").trim(),
    font: style.fontFamily,
    // Grey under a mask: quiet is the page's own colour, so that a mask stands out in both themes.
    greyMap: colourMap([ground, dark ? [176, 180, 186] : [84, 88, 94]]),
    ground,
  };
}
