/** The entry that Streamlit calls: one strip for each place on the page, kept while it stays there. */

import { Strip } from "./strip.js";

const strips = new WeakMap(); // Streamlit's parent element → {strip, calls, report}

/** Streamlit calls this on mounting and again whenever data or theme have changed. */
export default function mount({ data, parentElement, setStateValue }) {
  const root = parentElement.querySelector(".strip");
  const entry = strips.get(parentElement) ?? { calls: 0 };
  strips.set(parentElement, entry);
  const call = ++entry.calls;
  entry.report = (moved) => setStateValue("moved", moved);
  entry.strip ??= new Strip(root, (moved) => entry.report(moved));
  entry.strip.load(data);
  return () => {
    if (entry.calls !== call) return; // an older call's clean-up, which Streamlit may run late
    strips.delete(parentElement);
    entry.strip.destroy();
  };
}
