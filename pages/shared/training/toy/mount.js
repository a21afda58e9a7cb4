/** The entry that Streamlit calls: one toy for each place on the page, kept while it stays there. */

import { Toy } from "./view.js";

const toys = new WeakMap(); // Streamlit's parent element → {toy, calls}

/** Streamlit calls this on mounting and again when the theme has changed. */
export default function mount({ data, parentElement, setStateValue }) {
  const root = parentElement.querySelector(".toy");
  const entry = toys.get(parentElement) ?? { calls: 0 };
  toys.set(parentElement, entry);
  const call = ++entry.calls;
  entry.report = (settings) => setStateValue("settings", settings);
  entry.toy ??= new Toy(root, data, (settings) => entry.report(settings));
  entry.toy.draw();
  return () => {
    if (entry.calls !== call) return; // an older call's clean-up, which Streamlit may run late
    toys.delete(parentElement);
    entry.toy.destroy();
  };
}
