/**
 * Reads the message that board.py writes.
 *
 * Units are those of board.py: seconds, Hz, dB, samples as 16-bit numbers times `scale`, masks as
 * bytes (255 is 1).
 */

import { inflate, inflateBody, splitFront } from "../browser/message.js";

/** Splits a message: the JSON in front, and two compressed parts, the second of which may be empty. */
export function splitPaintMessage(data) {
  const { front, body } = splitFront(data);
  const end = front.sound_bytes;
  return { front, sound: body.subarray(0, end), body: body.subarray(end) };
}

/** What the painted mask lets through, as 16-bit samples. */
export async function unpackSound(sound) {
  return new Int16Array(await inflate(sound));
}

/** The board: header fields in JavaScript's spelling, plus arrays. */
export async function unpackBoard(body) {
  const { header, buffer, start } = await inflateBody(body);
  let offset = start;
  const { frames, bands, samples } = header;
  const take = (Type, count) => {
    const array = new Type(buffer, offset, count);
    offset += array.byteLength;
    return array;
  };
  const melHz = take(Float32Array, bands);
  const melEdgesHz = take(Float32Array, bands + 1);
  const sounds = header.tracks.map((key) => ({ key, samples: take(Int16Array, samples) }));
  const levels = take(Int16Array, frames * bands);
  const masks = header.masks.map(({ key, name, scores_db }) => ({
    key,
    name,
    scoresDb: scores_db,
    cells: take(Uint8Array, frames * bands),
  }));
  return {
    name: header.name,
    colour: header.colour,
    sampleRate: header.sample_rate,
    durationS: samples / header.sample_rate,
    frames,
    bands,
    frameHopS: header.frame_hop_s,
    frameLengthS: header.frame_length_s,
    dbStep: header.db_step,
    scale: header.scale,
    gain: header.gain,
    limit: header.limit,
    events: header.events,
    melHz,
    melEdgesHz,
    sounds,
    levels,
    masks,
  };
}
