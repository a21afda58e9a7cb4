/**
 * The entry that Streamlit calls: one player for each place on the page, kept while it stays there.
 */

import { element } from "../browser/dom.js";
import { splitMessage, unpackView } from "./payload.js";
import { Player } from "./player.js";
import { describeState } from "./state.js";

const players = new WeakMap(); // Streamlit's parent element → {player, identity, calls}

/** Streamlit calls this on mounting and again whenever data or theme have changed. */
export default function mount({ data, parentElement, setStateValue }) {
  const root = parentElement.querySelector(".player");
  const entry = players.get(parentElement) ?? { player: new Player(root), calls: 0 };
  players.set(parentElement, entry);
  const call = ++entry.calls;
  entry.player.setStateValue = setStateValue;
  show(entry, data, root).catch((error) => {
    root
      .querySelector(".loading")
      .replaceChildren(element("p", {}, `The player could not show this clip: ${error.message}`));
    throw error;
  });
  return () => {
    if (entry.calls !== call) return; // an older call's clean-up, which Streamlit may run late
    players.delete(parentElement);
    entry.player.destroy();
  };
}

/** Loads the view where it is a new one; otherwise only the theme can have changed. */
async function show(entry, data, root) {
  const { state, body, identity } = splitMessage(data);
  if (entry.identity === identity) return entry.player.view && entry.player.draw();
  entry.identity = identity;
  root.querySelector(".loading").hidden = false;
  const view = await unpackView(body);
  if (entry.identity === identity)
    entry.player.load(view, entry.player.view ? describeState(entry.player) : state);
}
