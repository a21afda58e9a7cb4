/**
 * The entry that Streamlit calls: one lab for each place on the page, kept while it stays there.
 */

import { element } from "../browser/dom.js";
import { keepMounted } from "../browser/mounted.js";
import { PoolingLab } from "./lab.js";
import { splitLabMessage, unpackLab } from "./message.js";

/** Streamlit calls this on mounting and again whenever data or theme have changed. */
export default function mount({ data, parentElement, setStateValue }) {
  const root = parentElement.querySelector(".pooling");
  const { entry, leave } = keepMounted(parentElement, () => new PoolingLab(root));
  entry.shown.setStateValue = setStateValue;
  show(entry, data).catch((error) => {
    root
      .querySelector(".loading")
      .replaceChildren(element("p", {}, `The lab could not show this clip: ${error.message}`));
    throw error;
  });
  return leave;
}

/** Loads the view where it is a new one; otherwise only the theme can have changed. */
async function show(entry, data) {
  const { settings, body, identity } = splitLabMessage(data);
  const lab = entry.shown;
  if (entry.identity === identity) return lab.view && lab.followTheme();
  entry.identity = identity;
  const view = await unpackLab(body);
  if (entry.identity === identity) lab.load(view, settings);
}
