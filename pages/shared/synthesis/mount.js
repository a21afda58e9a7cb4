/** The entry that Streamlit calls: one timeline for each place on the page, kept while it stays there. */

import { keepMounted } from "../browser/mounted.js";
import { readTimeline } from "./message.js";
import { Timeline } from "./timeline.js";

/** Streamlit calls this on mounting and again whenever data or theme have changed. */
export default function mount({ data, parentElement, setStateValue }) {
  const root = parentElement.querySelector(".timeline");
  const { entry, leave } = keepMounted(
    parentElement,
    (kept) => new Timeline(root, (change) => kept.report(change)),
  );
  entry.report = (change) => setStateValue("change", change);
  entry.shown.load(readTimeline(data));
  return leave;
}
