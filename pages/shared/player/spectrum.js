/**
 * The two frequency axes of the player: mel, as the network sees it, and linear.
 *
 * The linear spectrogram is computed here from the mixture, on the same frames as the log mel
 * (Hamming window, magnitude over sqrt(sum of the squared window)), so it costs nothing to send.
 */

import { FrequencyAxis } from "./axes.js";

const LOG_OFFSET = 1e-8;

/** In-place radix-2 FFT of `real` and `imaginary`, whose length is a power of two. */
export function fft(real, imaginary) {
  const n = real.length;
  for (let i = 1, j = 0; i < n; i++) {
    let bit = n >> 1;
    for (; j & bit; bit >>= 1) j ^= bit;
    j ^= bit;
    if (i < j) {
      [real[i], real[j]] = [real[j], real[i]];
      [imaginary[i], imaginary[j]] = [imaginary[j], imaginary[i]];
    }
  }
  for (let size = 2; size <= n; size *= 2) {
    for (let k = 0; k < size / 2; k++) {
      const [cos, sin] = [Math.cos((2 * Math.PI * k) / size), -Math.sin((2 * Math.PI * k) / size)];
      for (let a = k; a < n; a += size) {
        const b = a + size / 2;
        const [re, im] = [real[b] * cos - imaginary[b] * sin, real[b] * sin + imaginary[b] * cos];
        [real[b], imaginary[b]] = [real[a] - re, imaginary[a] - im];
        real[a] += re;
        imaginary[a] += im;
      }
    }
  }
}

/** The mel axis: one row a band, the levels as they were sent. */
export function melPlane(view) {
  return {
    axis: new FrequencyAxis(Array.from(view.melEdgesHz)),
    rows: view.bands,
    bandOfRow: Int16Array.from({ length: view.bands }, (_, row) => row),
    levelDb: (frame, row) => view.logMel[frame * view.bands + row] * view.dbStep,
  };
}

/** The linear axis from 0 Hz to half the sample rate: one row for four bins of the spectrum. */
export function linearPlane(view) {
  const length = 2 ** Math.round(Math.log2(view.frameLengthS * view.sampleRate));
  const rows = length / 8;
  const axis = new FrequencyAxis([0, view.sampleRate / 2]);
  const levels = linearLevels(view, length, rows);
  const mel = new FrequencyAxis(Array.from(view.melEdgesHz));
  const bandOfRow = Int16Array.from({ length: rows }, (_, row) => {
    const fraction = mel.toFraction(axis.toHz((row + 0.5) / rows));
    return Math.min(view.bands - 1, Math.floor(fraction * view.bands));
  });
  return { axis, rows, bandOfRow, levelDb: (frame, row) => levels[frame * rows + row] };
}

function linearLevels(view, length, rows) {
  const window = Float32Array.from(
    { length },
    (_, i) => 0.54 - 0.46 * Math.cos((2 * Math.PI * i) / (length - 1)),
  );
  const norm =
    Math.sqrt(window.reduce((sum, weight) => sum + weight * weight, 0)) * view.audioScale;
  const samples = view.tracks[0].samples;
  const hop = Math.round(view.frameHopS * view.sampleRate);
  const levels = new Float32Array(view.frames * rows);
  const [real, imaginary] = [new Float32Array(length), new Float32Array(length)];
  for (let frame = 0; frame < view.frames; frame++) {
    for (let i = 0; i < length; i++) real[i] = window[i] * (samples[frame * hop + i] ?? 0);
    imaginary.fill(0);
    fft(real, imaginary);
    for (let row = 0; row < rows; row++) {
      let power = 0;
      for (let bin = 4 * row; bin < 4 * row + 4; bin++)
        power = Math.max(power, real[bin] ** 2 + imaginary[bin] ** 2);
      levels[frame * rows + row] = 20 * Math.log10(Math.sqrt(power) / norm + LOG_OFFSET);
    }
  }
  return levels;
}
