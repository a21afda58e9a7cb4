/**
 * Messages from Python: a JSON part, uncompressed because it changes while the rest does not, and
 * zlib(u32 length | JSON header | arrays). Each component says what its arrays are.
 */

/** Reads "MAGI" | u32 length | JSON | body. The bytes arrive as a view at any offset: they are copied. */
export function splitFront(data, magic, component) {
  const bytes = new Uint8Array(data); // a copy: it starts at offset 0
  if (new TextDecoder().decode(bytes.subarray(0, 4)) !== magic)
    throw new Error(`not a message for the ${component}`);
  const start = 8 + new DataView(bytes.buffer).getUint32(4, true);
  return {
    front: JSON.parse(new TextDecoder().decode(bytes.subarray(8, start))),
    body: bytes.subarray(start),
  };
}

/** Changes exactly when a compressed body does: a zlib stream ends in the checksum of its content. */
export function bodyIdentity(body) {
  return `${body.length}:${body.slice(-4).join(".")}`;
}

/** The bytes of a zlib stream. */
export async function inflate(body) {
  const stream = new Blob([body]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Response(stream).arrayBuffer();
}

/** Inflates a body: its header, and the buffer whose arrays begin at `start`. */
export async function inflateBody(body) {
  const buffer = await inflate(body);
  const start = 4 + new DataView(buffer).getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, start - 4)));
  return { header, buffer, start };
}
