/**
 * Waveforms of the tracks: their level, and their picture at any zoom.
 */

import { beginDrawing } from "../browser/dom.js";

const COLUMNS = 2400; // stretches whose peaks are kept; closer zooms read the samples

/** Root mean square of the samples that are not silent, as a number of the 16-bit scale. */
export function activeLevel(samples) {
  let [sum, count] = [0, 0];
  for (const sample of samples) {
    if (sample > 16 || sample < -16) {
      sum += sample * sample;
      count += 1;
    }
  }
  return count ? Math.sqrt(sum / count) : 0;
}

/** Lowest and highest sample from `start` to `end` (shares of the whole), never nothing. */
function peaksBetween(samples, start, end) {
  let [low, high] = [0, 0];
  const last = Math.min(samples.length - 1, Math.floor(end * samples.length));
  for (let i = Math.floor(start * samples.length); i <= last; i++) {
    low = Math.min(low, samples[i]);
    high = Math.max(high, samples[i]);
  }
  return [low, high];
}

/** The waveform reduced to the lowest and highest sample of each of `COLUMNS` stretches. */
export function reduceWaveform(samples) {
  const peaks = Array.from({ length: COLUMNS }, (_, c) =>
    peaksBetween(samples, c / COLUMNS, (c + 1) / COLUMNS),
  );
  return {
    low: Int16Array.from(peaks, ([low]) => low),
    high: Int16Array.from(peaks, ([, high]) => high),
  };
}

/** Draws the shown part of a track as wide as its canvas, all tracks at one scale. */
export function drawWaveform(canvas, { view, viewport, theme }, index, reduced, colour) {
  const { context, width, height } = beginDrawing(canvas);
  const { samples } = view.tracks[index];
  const close = (viewport.end - viewport.start) / width < view.durationS / COLUMNS;
  const { low, high } = close ? { low: samples, high: samples } : reduced;
  context.fillStyle = colour ?? theme.muted;
  const share = (x) => viewport.toTime(x / width) / viewport.durationS;
  for (let x = 0; x < width; x++) {
    const top = (0.5 - peaksBetween(high, share(x), share(x + 1))[1] / 65536) * height;
    const bottom = (0.5 - peaksBetween(low, share(x), share(x + 1))[0] / 65536) * height;
    context.fillRect(x, top, 1, Math.max(1, bottom - top));
  }
}
