/** The entry that Streamlit calls: one stage for each place on the page, kept while it stays there. */

import { element } from "../../browser/dom.js";
import { messageIdentity, unpackEvent } from "./message.js";
import { Stage } from "./stage.js";

const stages = new WeakMap(); // Streamlit's parent element → {stage, identity, calls}

/** Streamlit calls this on mounting and again whenever data or theme have changed. */
export default function mount({ data, parentElement, setStateValue }) {
  const root = parentElement.querySelector(".slow_motion");
  const entry = stages.get(parentElement) ?? { calls: 0 };
  stages.set(parentElement, entry);
  const call = ++entry.calls;
  entry.report = (share) => setStateValue("share", share);
  entry.stage ??= new Stage(root, (share) => entry.report(share));
  show(entry, new Uint8Array(data)).catch((error) => {
    root.append(element("p", {}, `The snapshots could not be shown: ${error.message}`));
    throw error;
  });
  return () => {
    if (entry.calls !== call) return; // an older call's clean-up, which Streamlit may run late
    stages.delete(parentElement);
    entry.stage.destroy();
  };
}

/** Loads the event where it is a new one; otherwise only the theme can have changed. */
async function show(entry, bytes) {
  // The share to begin with stands in front, as thousandths.
  const body = bytes.subarray(2);
  const identity = messageIdentity(body);
  if (entry.identity === identity) return entry.stage.event && entry.stage.draw();
  if (!entry.identity)
    entry.stage.scrubber.share = new DataView(bytes.buffer).getUint16(0, true) / 1000;
  entry.identity = identity;
  const event = await unpackEvent(body);
  if (entry.identity === identity) entry.stage.load(event);
}
