/** Reads the message of runs.py: one event's spectrogram, ideal mask and snapshots. */

/** Changes exactly when the message does: a zlib stream ends in the checksum of its content. */
export function messageIdentity(bytes) {
  return `${bytes.length}:${Array.from(bytes.slice(-4)).join(".")}`;
}

/** Inflates a message; masks and levels are frames × bands bytes. */
export async function unpackEvent(bytes) {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  const buffer = await new Response(stream).arrayBuffer();
  const length = new DataView(buffer).getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, length)));
  const size = header.frames * header.bands;
  let offset = 4 + length;
  const next = () => new Uint8Array(buffer, (offset += size) - size, size);
  const [level, idealMask] = [next(), next()];
  const runs = header.runs.map((run) => ({ ...run, masks: run.steps.map(next) }));
  return { ...header, level, idealMask, runs };
}
