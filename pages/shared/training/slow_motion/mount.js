/** The entry that Streamlit calls: one stage for each place on the page, kept while it stays there. */

import { element } from "../../browser/dom.js";
import { bodyIdentity } from "../../browser/message.js";
import { keepMounted } from "../../browser/mounted.js";
import { unpackEvent } from "./message.js";
import { Stage } from "./stage.js";

/** Streamlit calls this on mounting and again whenever data or theme have changed. */
export default function mount({ data, parentElement, setStateValue }) {
  const root = parentElement.querySelector(".slow_motion");
  const { entry, leave } = keepMounted(
    parentElement,
    (kept) => new Stage(root, (share) => kept.report(share)),
  );
  entry.report = (share) => setStateValue("share", share);
  show(entry, new Uint8Array(data)).catch((error) => {
    root.append(element("p", {}, `The snapshots could not be shown: ${error.message}`));
    throw error;
  });
  return leave;
}

/** Loads the event where it is a new one; otherwise only the theme can have changed. */
async function show(entry, bytes) {
  // The share to begin with stands in front, as thousandths.
  const body = bytes.subarray(2);
  const identity = bodyIdentity(body);
  const stage = entry.shown;
  if (entry.identity === identity) return stage.event && stage.draw();
  if (!entry.identity) stage.scrubber.share = new DataView(bytes.buffer).getUint16(0, true) / 1000;
  entry.identity = identity;
  const event = await unpackEvent(body);
  if (entry.identity === identity) stage.load(event);
}
