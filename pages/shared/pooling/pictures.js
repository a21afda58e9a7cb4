/** The two pictures over time and frequency: the mask over a grey log mel, and what each unit learns. */

import { hexToRgb } from "../browser/colours.js";
import { beginDrawing } from "../browser/dom.js";

const GREY_NEPERS = 7; // 60 dB from the loudest unit to the page's own colour
const FEW_UNITS = 30; // that a picture this small would hide: they get a ring

/** Paints a plane of frames × bands with `colourOf(unit, rgb)`, low bands at the bottom. */
function paintPlane(canvas, { frames, bands }, colourOf) {
  const { context, width, height } = beginDrawing(canvas);
  const image = new ImageData(frames, bands);
  const rgb = [0, 0, 0];
  for (let t = 0; t < frames; t++)
    for (let f = 0; f < bands; f++) {
      colourOf(t * bands + f, rgb);
      image.data.set(rgb, 4 * ((bands - 1 - f) * frames + t));
      image.data[4 * ((bands - 1 - f) * frames + t) + 3] = 255;
    }
  const small = new OffscreenCanvas(frames, bands);
  small.getContext("2d").putImageData(image, 0, 0);
  context.imageSmoothingEnabled = false;
  context.drawImage(small, 0, 0, width, height);
  return { context, width, height };
}

/** Rings around units that would be lost from sight; none where there are many. */
function ringFew({ context, width, height }, { frames, bands }, units, theme) {
  if (units.length > FEW_UNITS) return;
  context.strokeStyle = theme.text;
  context.lineWidth = 1.5;
  for (const unit of units) {
    const [t, f] = [Math.floor(unit / bands) + 0.5, (unit % bands) + 0.5];
    context.beginPath();
    context.arc((t / frames) * width, (1 - f / bands) * height, 6, 0, 2 * Math.PI);
    context.stroke();
  }
}

/** The mask in the colour of its class, over the level in grey; rings where only a few units are lit. */
export function drawMask(canvas, view, { units, order, sorted }, colour, theme) {
  const top = view.level.reduce((most, value) => Math.max(most, value), -Infinity);
  const hue = hexToRgb(colour);
  const drawn = paintPlane(canvas, view, (unit, rgb) => {
    const share = Math.max(0, 1 + (view.level[unit] - top) / GREY_NEPERS);
    const grey = 3 * Math.round(255 * Math.min(1, share));
    for (let c = 0; c < 3; c++)
      rgb[c] = theme.greyMap[grey + c] * (1 - units[unit]) + hue[c] * units[unit];
  });
  ringFew(drawn, view, order.filter((_, j) => sorted[j] > 0.5), theme);
}

/** The gradient in two hues, full at the largest; rings where only a few units learn. */
export function drawGradient(canvas, view, { order }, gradient, theme, hues) {
  let most = 0;
  for (const slope of gradient) most = Math.max(most, Math.abs(slope));
  const byUnit = new Float64Array(view.size);
  for (let j = 0; j < view.size; j++) byUnit[order[j]] = gradient[j];
  const { context, width, height } = paintPlane(canvas, view, (unit, rgb) => {
    const slope = most ? byUnit[unit] / most : 0;
    const [strength, hue] = [Math.abs(slope), slope < 0 ? hues.down : hues.up];
    for (let c = 0; c < 3; c++) rgb[c] = theme.ground[c] * (1 - strength) + hue[c] * strength;
  });
  const felt = order.filter((_, j) => Math.abs(gradient[j]) > most / 100);
  ringFew({ context, width, height }, view, felt, theme);
}
