/**
 * Messages from Python: a JSON part, uncompressed because it changes while the rest does not, and
 * zlib(u32 length | JSON header | arrays). Each component says what its arrays are.
 */

/** Reads u32 length | JSON at a place of a buffer; what follows begins at `start`. */
function readFront(buffer, at) {
  const start = at + 4 + new DataView(buffer).getUint32(at, true);
  const text = new TextDecoder().decode(new Uint8Array(buffer, at + 4, start - at - 4));
  return { front: JSON.parse(text), start };
}

/** Reads magic | u32 length | JSON | body. The bytes arrive as a view at any offset: they are copied. */
export function splitFront(data, magic = "", component = "") {
  const bytes = new Uint8Array(data); // a copy: it starts at offset 0
  if (new TextDecoder().decode(bytes.subarray(0, magic.length)) !== magic)
    throw new Error(`not a message for the ${component}`);
  const { front, start } = readFront(bytes.buffer, magic.length);
  return { front, body: bytes.subarray(start) };
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
  const { front, start } = readFront(buffer, 0);
  return { header: front, buffer, start };
}
