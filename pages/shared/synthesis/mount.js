/** The entry that Streamlit calls: one timeline for each place on the page, kept while it stays there. */

import { readTimeline } from "./message.js";
import { Timeline } from "./timeline.js";

const timelines = new WeakMap(); // Streamlit's parent element → {timeline, identity, calls}

/** Streamlit calls this on mounting and again whenever data or theme have changed. */
export default function mount({ data, parentElement, setStateValue }) {
  const root = parentElement.querySelector(".timeline");
  const entry = timelines.get(parentElement) ?? { calls: 0 };
  timelines.set(parentElement, entry);
  const call = ++entry.calls;
  entry.report = (change) => setStateValue("change", change);
  entry.timeline ??= new Timeline(root, (change) => entry.report(change));
  entry.timeline.load(readTimeline(data));
  return () => {
    if (entry.calls !== call) return; // an older call's clean-up, which Streamlit may run late
    timelines.delete(parentElement);
    entry.timeline.destroy();
  };
}
