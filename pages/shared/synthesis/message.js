/** Reads the message that payload.py writes. */

/** The header's fields and `sounds`, one Int16Array an event. */
export function readTimeline(data) {
  const bytes = new Uint8Array(data); // a copy: it starts at offset 0
  if (new TextDecoder().decode(bytes.subarray(0, 4)) !== "SEDT")
    throw new Error("not a message for the timeline");
  const start = 8 + new DataView(bytes.buffer).getUint32(4, true);
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, start)));
  let offset = start;
  const sounds = header.samples.map((length) => {
    const sound = new Int16Array(bytes.buffer, offset, length);
    offset += 2 * length;
    return sound;
  });
  return { ...header, sounds };
}
