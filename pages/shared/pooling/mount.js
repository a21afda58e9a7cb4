/**
 * The entry that Streamlit calls: one lab for each place on the page, kept while it stays there.
 */

import { element } from "../browser/dom.js";
import { PoolingLab } from "./lab.js";
import { splitLabMessage, unpackLab } from "./message.js";

const labs = new WeakMap(); // Streamlit's parent element → {lab, identity, calls}

/** Streamlit calls this on mounting and again whenever data or theme have changed. */
export default function mount({ data, parentElement, setStateValue }) {
  const root = parentElement.querySelector(".pooling");
  const entry = labs.get(parentElement) ?? { lab: new PoolingLab(root), calls: 0 };
  labs.set(parentElement, entry);
  const call = ++entry.calls;
  entry.lab.setStateValue = setStateValue;
  show(entry, data).catch((error) => {
    root
      .querySelector(".loading")
      .replaceChildren(element("p", {}, `The lab could not show this clip: ${error.message}`));
    throw error;
  });
  return () => {
    if (entry.calls !== call) return; // an older call's clean-up, which Streamlit may run late
    labs.delete(parentElement);
    entry.lab.destroy();
  };
}

/** Loads the view where it is a new one; otherwise only the theme can have changed. */
async function show(entry, data) {
  const { settings, body, identity } = splitLabMessage(data);
  if (entry.identity === identity) return entry.lab.view && entry.lab.followTheme();
  entry.identity = identity;
  const view = await unpackLab(body);
  if (entry.identity === identity) entry.lab.load(view, settings);
}
