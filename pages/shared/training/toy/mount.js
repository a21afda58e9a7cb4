/** The entry that Streamlit calls: one toy for each place on the page, kept while it stays there. */

import { keepMounted } from "../../browser/mounted.js";
import { Toy } from "./view.js";

/** Streamlit calls this on mounting and again when the theme has changed. */
export default function mount({ data, parentElement, setStateValue }) {
  const root = parentElement.querySelector(".toy");
  const { entry, leave } = keepMounted(
    parentElement,
    (kept) => new Toy(root, data, (settings) => kept.report(settings)),
  );
  entry.report = (settings) => setStateValue("settings", settings);
  entry.shown.draw();
  return leave;
}
