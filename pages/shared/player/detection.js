/**
 * From frame scores to events, and from events to hits: what sedtf_core does, in the browser.
 *
 * `framesToEvents` gives exactly the events of sedtf_core.events (both are tested on
 * tests/data/event_cases.json), so that a threshold can be dragged without asking the server.
 * `matchEvents` follows sed_eval's event-based defaults: onset within 200 ms, offset within 200 ms
 * or half the true event's length, and the largest possible number of pairs. Times in seconds;
 * frame t starts at t × hop.
 */

const COLLAR_S = 0.2;
const OFFSET_SHARE = 0.5;

/** Running median over `width` frames (odd); beyond the ends the first and last score repeat. */
function medianFilter(scores, width) {
  if (width === 1) return scores;
  const half = (width - 1) / 2;
  const last = scores.length - 1;
  return scores.map((_, frame) => {
    const window = [];
    for (let k = frame - half; k <= frame + half; k++)
      window.push(scores[Math.min(last, Math.max(0, k))]);
    return window.sort((a, b) => a - b)[half];
  });
}

/**
 * A threshold as NumPy compares it with such scores: rounded to 32 bits where they are 32-bit
 * numbers.
 */
function comparable(threshold, scores) {
  return scores instanceof Float32Array ? Math.fround(threshold) : threshold;
}

/**
 * Spans [first, last] of frames that exceed the low threshold and hold a frame above the high one.
 */
function hysteresisSpans(scores, highThreshold, lowThreshold) {
  const [high, low] = [comparable(highThreshold, scores), comparable(lowThreshold, scores)];
  const spans = [];
  let first = -1;
  let counts = false;
  for (let frame = 0; frame <= scores.length; frame++) {
    if (frame < scores.length && scores[frame] > low) {
      if (first < 0) first = frame;
      counts ||= scores[frame] > high;
    } else {
      if (counts) spans.push([first, frame - 1]);
      first = -1;
      counts = false;
    }
  }
  return spans;
}

/** Joins spans with fewer than `maxGap` frames between them. */
function joinGaps(spans, maxGap) {
  const joined = [];
  for (const [first, last] of spans) {
    const previous = joined.at(-1);
    if (previous && first - previous[1] - 1 < maxGap) previous[1] = last;
    else joined.push([first, last]);
  }
  return joined;
}

/** Drops spans of fewer than `minLength` frames. */
function dropShort(spans, minLength) {
  return spans.filter(([first, last]) => last - first + 1 >= minLength);
}

/**
 * Events of one class.
 *
 * @param scores frame scores of the class
 * @param probs the probabilities that decide detection: one for the clip, or one a frame
 * @param detection a DetectionConfig as payload.py writes it
 * @param frameHopS seconds from frame to frame
 * @returns spans in seconds, `{onset, offset}`, in order
 */
export function framesToEvents(scores, probs, detection, frameHopS) {
  const threshold = comparable(detection.tagging_threshold, probs);
  if (!probs.some((prob) => prob >= threshold)) return [];
  const gated =
    probs.length > 1
      ? scores.map((score, frame) => (probs[frame] >= threshold ? score : 0))
      : scores;
  const smooth = medianFilter(gated, detection.median_frames);
  let spans = hysteresisSpans(smooth, detection.high_threshold, detection.low_threshold);
  const join = () => (spans = joinGaps(spans, detection.max_gap_frames));
  const drop = () => (spans = dropShort(spans, detection.min_event_frames));
  for (const step of detection.drop_first ? [drop, join] : [join, drop]) step();
  return spans.map(([first, last]) => ({
    onset: first * frameHopS,
    offset: (last + 1) * frameHopS,
  }));
}

/** How far an offset may lie from that of a true event. */
const offsetCollar = ({ onset, offset }) => Math.max(COLLAR_S, OFFSET_SHARE * (offset - onset));

/** Whether an estimated event is close enough to a true one. */
function isMatch(truth, found) {
  return (
    truth.label === found.label &&
    Math.abs(truth.onset - found.onset) <= COLLAR_S &&
    Math.abs(truth.offset - found.offset) <= offsetCollar(truth)
  );
}

/**
 * Pairs true and found events, each at most once, as many as possible (augmenting paths).
 *
 * @returns `{hitTruth, hitFound}`: for each true and each found event whether it has a partner
 */
export function matchEvents(truth, found) {
  const partner = new Array(found.length).fill(-1);
  const assign = (t, visited) =>
    found.some((event, f) => {
      if (visited.has(f) || !isMatch(truth[t], event)) return false;
      visited.add(f);
      if (partner[f] >= 0 && !assign(partner[f], visited)) return false;
      partner[f] = t;
      return true;
    });
  const hitTruth = truth.map((_, t) => assign(t, new Set()));
  return { hitTruth, hitFound: partner.map((t) => t >= 0) };
}

/** A distance in time as "240 ms early". */
const lateOrEarly = (seconds) =>
  `${Math.abs(1000 * seconds).toFixed(0)} ms ${seconds < 0 ? "early" : "late"}`;

/**
 * What keeps a false alarm from being a hit, held against the nearest true event of its class; as on
 * the Events page.
 *
 * @returns the reason in words, or "" if no true event has its class
 */
export function whatIsWrong(truth, found) {
  const distance = ({ onset, offset }) =>
    Math.abs(onset - found.onset) + Math.abs(offset - found.offset);
  const [near] = truth
    .filter(({ label }) => label === found.label)
    .sort((a, b) => distance(a) - distance(b));
  if (!near) return "";
  const [onset, offset] = [found.onset - near.onset, found.offset - near.offset];
  if (Math.abs(onset) > COLLAR_S) return `onset ${lateOrEarly(onset)}`;
  if (Math.abs(offset) > offsetCollar(near)) return `offset ${lateOrEarly(offset)}`;
  return "its event is hit already";
}
