/** The entry that Streamlit calls: one strip for each place on the page, kept while it stays there. */

import { keepMounted } from "../browser/mounted.js";
import { Strip } from "./strip.js";

/** Streamlit calls this on mounting and again whenever data or theme have changed. */
export default function mount({ data, parentElement, setStateValue }) {
  const root = parentElement.querySelector(".strip");
  const { entry, leave } = keepMounted(
    parentElement,
    (kept) => new Strip(root, (moved) => kept.report(moved)),
  );
  entry.report = (moved) => setStateValue("moved", moved);
  entry.shown.load(data);
  return leave;
}
