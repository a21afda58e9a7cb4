/**
 * Reads the message that payload.py writes.
 *
 * The message is "SEDP" | u32 length | JSON state | zlib(u32 length | JSON header | aligned
 * arrays). Numbers keep the units of payload.py: seconds, Hz, masks as bytes (255 is 1).
 */

import { bodyIdentity, inflateBody, splitFront } from "../browser/message.js";

const ARRAY_TYPES = { u1: Uint8Array, i2: Int16Array, f4: Float32Array };

/**
 * Splits a message into the state in front and the compressed view.
 *
 * `identity` changes exactly when the view does, so a changed state alone does not make the player
 * load everything again.
 */
export function splitMessage(data) {
  const { front, body } = splitFront(data, "SEDP", "player");
  return { state: front, body, identity: bodyIdentity(body) };
}

/** Inflates the view and lays typed arrays over it. */
export async function unpackView(body) {
  const { header, buffer, start } = await inflateBody(body);
  const array = (name) => {
    const entry = header.arrays[name];
    if (!entry) return null;
    const length = entry.shape.reduce((product, size) => product * size, 1);
    return new ARRAY_TYPES[entry.type](buffer, start + entry.offset, length);
  };
  return describeView(header, array);
}

/**
 * The view as the rest of the player knows it: header fields in JavaScript's spelling, plus
 * arrays.
 */
function describeView(header, array) {
  const [frames, bands] = header.arrays.log_mel.shape;
  const samples = header.arrays.audio.shape[1];
  const audio = array("audio");
  return {
    sampleRate: header.sample_rate,
    durationS: header.duration_s,
    startS: header.start_s,
    frameHopS: header.frame_hop_s,
    frameLengthS: header.frame_length_s,
    frames,
    bands,
    dbStep: header.db_step,
    logMel: array("log_mel"),
    melHz: array("mel_hz"),
    melEdgesHz: array("mel_edges_hz"),
    classes: header.classes,
    ideal: array("ideal"),
    truth: header.truth,
    detection: header.detection,
    systems: header.systems.map((system) => ({
      ...system,
      masks: array(`masks:${system.name}`),
      scores: array(`scores:${system.name}`),
      probs: array(`probs:${system.name}`),
    })),
    audioScale: header.audio_scale,
    tracks: header.tracks
      .map((track, index) => ({
        ...track,
        samples: audio.subarray(index * samples, (index + 1) * samples),
      }))
      .sort((a, b) => placeOf(a, header.classes) - placeOf(b, header.classes)),
  };
}

/** Tracks stand by class, so that truth and estimates of one class meet; what is left comes last. */
function placeOf(track, classes) {
  if (track.kind === "background") return classes.length;
  return classes.findIndex(({ label }) => label === track.label); // −1, first: mixture and scene
}

/** The frames × bands bytes of one class of a classes × frames × bands array. */
export function classMask(view, masks, classIndex) {
  const size = view.frames * view.bands;
  return masks.subarray(classIndex * size, (classIndex + 1) * size);
}

/** The scores (one a frame) of one class of one system. */
export function classScores(view, system, classIndex) {
  return system.scores.subarray(classIndex * view.frames, (classIndex + 1) * view.frames);
}

/**
 * The probabilities that decide whether one class of one system counts as detected: one for the
 * clip, or one a frame where a long recording was tagged in sections.
 */
export function classProbs(view, system, classIndex) {
  const each = system.probs.length / view.classes.length;
  return system.probs.subarray(classIndex * each, (classIndex + 1) * each);
}
