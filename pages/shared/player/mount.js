/**
 * The entry that Streamlit calls: one player for each place on the page, kept while it stays there.
 */

import { element } from "../browser/dom.js";
import { keepMounted } from "../browser/mounted.js";
import { splitMessage, unpackView } from "./payload.js";
import { Player } from "./player.js";
import { describeState } from "./state.js";

/** Streamlit calls this on mounting and again whenever data or theme have changed. */
export default function mount({ data, parentElement, setStateValue }) {
  const root = parentElement.querySelector(".player");
  const { entry, leave } = keepMounted(parentElement, () => new Player(root));
  entry.shown.setStateValue = setStateValue;
  show(entry, data, root).catch((error) => {
    root
      .querySelector(".loading")
      .replaceChildren(element("p", {}, `The player could not show this clip: ${error.message}`));
    throw error;
  });
  return leave;
}

/** Loads the view where it is a new one; otherwise only the theme can have changed. */
async function show(entry, data, root) {
  const { state, body, identity } = splitMessage(data);
  const player = entry.shown;
  if (entry.identity === identity) return player.view && player.draw();
  entry.identity = identity;
  root.querySelector(".loading").hidden = false;
  const view = await unpackView(body);
  if (entry.identity === identity) player.load(view, player.view ? describeState(player) : state);
}
