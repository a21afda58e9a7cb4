/**
 * Axes: which part of time and frequency is shown, where ticks stand, how numbers are written.
 *
 * Conventions: time in seconds from the start of the clip; frequency as a fraction of the axis, 0
 * at the bottom and 1 at the top, so that mel and linear axes zoom alike. A frame's picture is
 * centred on the samples it covers; its score, and events, lie on the hop grid as sedtf_core.events
 * puts them.
 */

const SHORTEST_S = 0.1; // the closest zoom in time
const SMALLEST_BAND = 1 / 16; // and in frequency, as a fraction of the axis

const clamp = (value, low, high) => Math.min(high, Math.max(low, value));

/** The shown part of the time–frequency plane. */
export class Viewport {
  constructor(durationS) {
    this.durationS = durationS;
    this.reset();
  }

  reset() {
    [this.start, this.end, this.low, this.high] = [0, this.durationS, 0, 1];
  }

  get isWhole() {
    return this.start === 0 && this.end === this.durationS && this.isWholeBand;
  }

  get isWholeBand() {
    return this.low === 0 && this.high === 1;
  }

  /** Time to a fraction of the shown span, and back. */
  toFraction(time) {
    return (time - this.start) / (this.end - this.start);
  }

  toTime(fraction) {
    return this.start + fraction * (this.end - this.start);
  }

  /** Shows `factor` times as much time, with the moment `at` staying where it is. */
  zoomTime(factor, at) {
    const span = clamp(
      (this.end - this.start) * factor,
      Math.min(SHORTEST_S, this.durationS),
      this.durationS,
    );
    this.showTime(at - this.toFraction(at) * span, span);
  }

  /** Shows `factor` times as much of the frequency axis around the axis fraction `at`. */
  zoomFrequency(factor, at) {
    const span = clamp((this.high - this.low) * factor, SMALLEST_BAND, 1);
    const share = (at - this.low) / (this.high - this.low);
    this.low = clamp(at - share * span, 0, 1 - span);
    this.high = this.low + span;
  }

  panTime(seconds) {
    this.showTime(this.start + seconds, this.end - this.start);
  }

  panFrequency(fraction) {
    const span = this.high - this.low;
    this.low = clamp(this.low + fraction, 0, 1 - span);
    this.high = this.low + span;
  }

  /** Moves on by pages until `time` is visible; returns whether it had to. */
  reveal(time) {
    if (time >= this.start && time <= this.end) return false;
    this.showTime(time - 0.05 * (this.end - this.start), this.end - this.start);
    return true;
  }

  showTime(start, span) {
    this.start = clamp(start, 0, this.durationS - span);
    this.end = this.start + span;
  }
}

/**
 * Maps Hz to a fraction of the axis and back. `edges` are the ascending Hz at equal steps of the
 * axis, so the band edges give the mel axis (every band equally high), and two edges give a linear
 * one.
 */
export class FrequencyAxis {
  constructor(edges) {
    this.edges = edges;
  }

  toHz(fraction) {
    const position = clamp(fraction, 0, 1) * (this.edges.length - 1);
    const index = Math.min(Math.floor(position), this.edges.length - 2);
    return this.edges[index] + (position - index) * (this.edges[index + 1] - this.edges[index]);
  }

  toFraction(hz) {
    const last = this.edges.length - 1;
    if (hz <= this.edges[0]) return 0;
    if (hz >= this.edges[last]) return 1;
    const above = this.edges.findIndex((edge) => edge > hz);
    const share = (hz - this.edges[above - 1]) / (this.edges[above] - this.edges[above - 1]);
    return (above - 1 + share) / last;
  }
}

/** Round numbers (1, 2, 5 × 10ⁿ) between two values, about `count` of them. */
export function ticks(low, high, count) {
  const rough = (high - low) / Math.max(1, count);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5].find((factor) => factor * power >= rough) ?? 10);
  const values = [];
  for (let k = Math.ceil(low / step - 1e-9); k * step <= high + 1e-9 * step; k++)
    values.push(k * step);
  return { step, values };
}

const MEL_TICKS_HZ = [50, 100, 200, 500, 1000, 2000, 4000, 8000, 16000];

/** Frequencies to label on an axis between two of its fractions, at least `gap` pixels apart. */
export function frequencyTicks(axis, viewport, height, gap = 17) {
  const linear = axis.edges.length === 2;
  const [low, high] = [axis.toHz(viewport.low), axis.toHz(viewport.high)];
  const zoomed = linear || high - low < 2000;
  const candidates = zoomed ? ticks(low, high, height / gap / 1.5).values : MEL_TICKS_HZ;
  const kept = [];
  let lastY = Infinity;
  for (const hz of candidates) {
    const share = (axis.toFraction(hz) - viewport.low) / (viewport.high - viewport.low);
    const y = (1 - share) * height;
    if (share < -1e-6 || share > 1 + 1e-6 || lastY - y < gap) continue;
    kept.push({ hz, y });
    lastY = y;
  }
  return kept;
}

/** Seconds as a clock with tenths, hundredths or thousandths: 3.2 → "0:03.20". */
export function formatClock(seconds, digits = 2) {
  const scale = 10 ** digits;
  const rounded = Math.max(0, Math.round(seconds * scale)) / scale;
  const minutes = Math.floor(rounded / 60);
  const rest = (rounded - 60 * minutes).toFixed(digits).padStart(digits ? digits + 3 : 2, "0");
  return `${minutes}:${rest}`;
}

/** Hz for a read-out: 240 Hz, 1.84 kHz. */
export function formatHz(hz) {
  return hz < 1000 ? `${Math.round(hz)} Hz` : `${(hz / 1000).toPrecision(3)} kHz`;
}

/** Hz for an axis in kHz: 0.05, 0.5, 16. */
export function formatKhz(hz) {
  return String(Math.round(hz) / 1000);
}

/** A probability with two digits; never 0 or 1, which no network is sure of. */
export function formatProbability(probability) {
  if (probability < 0.005) return "< 0.01";
  return probability >= 0.995 ? "> 0.99" : probability.toFixed(2);
}
