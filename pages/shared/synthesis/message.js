/** Reads the message that payload.py writes. */

import { splitFront } from "../browser/message.js";

/** The header's fields and `sounds`, one Int16Array an event. */
export function readTimeline(data) {
  const { front: header, body } = splitFront(data, "SEDT", "timeline");
  let offset = body.byteOffset;
  const sounds = header.samples.map((length) => {
    const sound = new Int16Array(body.buffer, offset, length);
    offset += 2 * length;
    return sound;
  });
  return { ...header, sounds };
}
