/** Reads the message that payload.py writes. */

import { bodyIdentity, inflateBody, splitFront } from "../browser/message.js";

/** Splits it into settings and the compressed view; `identity` changes exactly when the view does. */
export function splitLabMessage(data) {
  const { front, body } = splitFront(data, "SEDL", "pooling lab");
  return { settings: front, body, identity: bodyIdentity(body) };
}

/** Inflates the view: the header's fields, `level`, and `planes[kind][class]`. */
export async function unpackLab(body) {
  const { header, buffer, start } = await inflateBody(body);
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
