/** Pictures of the plane: the spectrogram, and a mask in its class's hue over the grey spectrogram. */

import { MAGMA_MAP, hexToRgb } from "../../browser/colours.js";

/** Colours a canvas of frames × bands pixels; `colour` writes RGB for a unit into an array. */
function paintPlane(canvas, { frames, bands }, colour) {
  if (canvas.width !== frames) canvas.width = frames;
  if (canvas.height !== bands) canvas.height = bands;
  const context = canvas.getContext("2d");
  const image = context.createImageData(frames, bands);
  for (let frame = 0; frame < frames; frame++)
    for (let band = 0; band < bands; band++)
      colour(frame * bands + band, image.data, 4 * ((bands - 1 - band) * frames + frame));
  context.putImageData(image, 0, 0);
}

/** The log mel spectrogram. */
export function paintLevel(canvas, event) {
  paintPlane(canvas, event, (unit, data, at) => {
    for (let c = 0; c < 3; c++) data[at + c] = MAGMA_MAP[3 * event.level[unit] + c];
    data[at + 3] = 255;
  });
}

/** A mask over the spectrogram. */
export function paintMask(canvas, event, mask, theme) {
  const hue = hexToRgb(event.colour);
  paintPlane(canvas, event, (unit, data, at) => {
    const share = mask[unit] / 255;
    for (let c = 0; c < 3; c++) {
      const grey = theme.greyMap[3 * event.level[unit] + c];
      data[at + c] = grey + share * (hue[c] - grey);
    }
    data[at + 3] = 255;
  });
}
