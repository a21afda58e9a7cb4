/** Reads the message of runs.py: one event's spectrogram, ideal mask and snapshots. */

import { inflateBody } from "../../browser/message.js";

/** Inflates a message; masks and levels are frames × bands bytes. */
export async function unpackEvent(bytes) {
  const { header, buffer, start } = await inflateBody(bytes);
  const size = header.frames * header.bands;
  let offset = start;
  const next = () => new Uint8Array(buffer, (offset += size) - size, size);
  const [level, idealMask] = [next(), next()];
  const runs = header.runs.map((run) => ({ ...run, masks: run.steps.map(next) }));
  return { ...header, level, idealMask, runs };
}
