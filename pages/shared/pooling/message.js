/** Reads the message that payload.py writes. */

/** Splits it into settings and the compressed view; `identity` changes exactly when the view does. */
export function splitLabMessage(data) {
  const bytes = new Uint8Array(data); // a copy: it starts at offset 0
  if (new TextDecoder().decode(bytes.subarray(0, 4)) !== "SEDL")
    throw new Error("not a message for the pooling lab");
  const start = 8 + new DataView(bytes.buffer).getUint32(4, true);
  const body = bytes.subarray(start);
  return {
    settings: JSON.parse(new TextDecoder().decode(bytes.subarray(8, start))),
    body,
    identity: `${body.length}:${body.slice(-4).join(".")}`,
  };
}

/** Inflates the view: the header's fields, `level`, and `planes[kind][class]`. */
export async function unpackLab(body) {
  const stream = new Blob([body]).stream().pipeThrough(new DecompressionStream("deflate"));
  const buffer = await new Response(stream).arrayBuffer();
  const start = 4 + new DataView(buffer).getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, start - 4)));
  const size = header.frames * header.bands;
  const plane = (index) => new Float32Array(buffer, start + 4 * size * index, size);
  const planes = Object.fromEntries(
    header.masks.map(({ kind }, row) => [
      kind,
      header.classes.map((_, column) => plane(1 + row * header.classes.length + column)),
    ]),
  );
  return { ...header, size, level: plane(0), planes };
}
