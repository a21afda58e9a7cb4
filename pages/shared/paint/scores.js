/**
 * The scores as bars: what the painted mask, the networks and the ideal masks gain over the mixture.
 *
 * Conventions: dB of SI-SDR improvement; all bars share one scale, which holds 0 dB, the mixture.
 */

import { element } from "../browser/dom.js";

const LEAST_RANGE_DB = 5;
const LOWEST_DB = -12; // a bar that goes further down is cut: a mask beside the event has no bottom
const FAR_DB = -40; // and its number says nothing more

/** The ends of the scale: 0 dB and every value are on it, but for those that are cut. */
export function scoreRange(values) {
  const low = Math.max(LOWEST_DB, Math.min(0, ...values));
  const high = Math.max(0, ...values, low + LEAST_RANGE_DB);
  const room = 0.04 * (high - low);
  return { low: low < 0 ? low - room : 0, high: high + room };
}

/** A gain with a sign and one digit, as Python writes it in the sentence. */
export function formatGain(value) {
  if (value < FAR_DB) return `< \u2212${-FAR_DB} dB`;
  const text = Math.abs(value).toFixed(1);
  return `${value < 0 && text !== "0.0" ? "\u2212" : "+"}${text} dB`;
}

/** The rows of the chart, the painted mask first: `{key, name, value}`. */
export function scoreRows(board, part, yoursDb) {
  const others = board.masks.map(({ key, name, scoresDb }) => ({
    key,
    name,
    value: scoresDb[part],
  }));
  return [{ key: "yours", name: "Yours", value: yoursDb }, ...others];
}

/** Draws the bars into a list; a value of null, of an empty board, has none. */
export function showScores(list, rows) {
  const { low, high } = scoreRange(rows.map(({ value }) => value ?? 0));
  const place = (value) => (100 * (value - low)) / (high - low);
  list.replaceChildren(
    ...rows.map(({ key, name, value }) => {
      const gain = value ?? 0;
      const [left, right] = [place(Math.max(low, Math.min(0, gain))), place(Math.max(0, gain))];
      return element(
        "li",
        { "data-mask": key, class: gain < low ? "cut" : null },
        element("span", { class: "who" }, name),
        element(
          "span",
          { class: "scale", "aria-hidden": "true" },
          element("i", { class: "fill", style: `left:${left}%;width:${right - left}%` }),
          element("i", { class: "zero", style: `left:${place(0)}%` }),
        ),
        element("span", { class: "gain" }, value === null ? "\u2013" : formatGain(value)),
      );
    }),
  );
}
