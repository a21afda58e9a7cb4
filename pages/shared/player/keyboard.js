/**
 * Keys. They work while the focus is in the player or on no control at all, never while typing.
 *
 * The list below is both what is bound and what the sheet shows, so the two cannot differ. Digits
 * are taken by their place on the keyboard: Shift + 1 is the same key everywhere.
 */

import {
  markRegion,
  muteSoloed,
  panFrequency,
  soloNumber,
  step,
  stepClass,
  stepSpeed,
  toggleSystemNumber,
  toStart,
  zoomFrequency,
  zoomTime,
} from "./commands.js";

const SMALL_STEP_S = 0.1;
const LARGE_STEP_S = 1;
const MOVES = /^(Arrow|Page|Home|End)/; // sliders and lists take these
const CONTROLS =
  "a, button, input, select, textarea, summary, dialog, [contenteditable], [role], [tabindex='0']";
const SCROLLS = /^(ArrowUp|ArrowDown|Page|Home|End)/; // and the page, while nothing is focused

/**
 * Keys, what they do in words, and what they do. `keys` are KeyboardEvent.key, or .code for
 * digits.
 */
export const BINDINGS = [
  { keys: [" "], shown: "Space", text: "Play or pause", act: (player) => player.engine.toggle() },
  {
    keys: ["ArrowLeft"],
    shown: "← →",
    text: "Back or on by 0.1 s; with Shift by 1 s",
    act: (player, event) => step(player, event.shiftKey ? -LARGE_STEP_S : -SMALL_STEP_S),
  },
  {
    keys: ["ArrowRight"],
    act: (player, event) => step(player, event.shiftKey ? LARGE_STEP_S : SMALL_STEP_S),
  },
  {
    keys: ["Home"],
    shown: "Home, End",
    text: "To the start or the end",
    act: (player) => toStart(player),
  },
  { keys: ["End"], act: (player) => player.seek(player.view.durationS) },
  {
    keys: ["ArrowUp"],
    shown: "↑ ↓",
    text: "Previous or next class",
    act: (player) => stepClass(player, -1),
  },
  { keys: ["ArrowDown"], act: (player) => stepClass(player, 1) },
  {
    keys: ["Digit"],
    shown: "1 … 9",
    text: "Solo a track; again for the mixture",
    act: (player, event) => soloNumber(player, Number(event.code.at(-1))),
  },
  {
    keys: ["Shift Digit"],
    shown: "Shift 1 … 9",
    text: "Show or hide a panel: ideal, then the systems",
    act: (player, event) => toggleSystemNumber(player, Number(event.code.at(-1))),
  },
  { keys: ["m"], shown: "M", text: "Mute what is soloed", act: (player) => muteSoloed(player) },
  {
    keys: ["l"],
    shown: "L",
    text: "Loop on or off",
    act: (player) => player.change({ looping: !player.state.looping }),
  },
  {
    keys: ["i"],
    shown: "I, O",
    text: "Loop from here, loop to here",
    act: (player) => markRegion(player, 0),
  },
  { keys: ["o"], act: (player) => markRegion(player, 1) },
  {
    keys: ["Escape"],
    shown: "Esc",
    text: "Forget the loop region",
    act: (player) => player.setRegion(null),
  },
  {
    keys: ["+", "="],
    shown: "+ −",
    text: "Zoom in time, around the playhead",
    act: (player) => zoomTime(player, 0.5),
  },
  { keys: ["-"], act: (player) => zoomTime(player, 2) },
  { keys: ["0"], shown: "0", text: "Show everything", act: (player) => player.resetZoom() },
  {
    keys: ["f"],
    shown: "F, Shift F",
    text: "Zoom in or out in frequency",
    act: (player) => zoomFrequency(player, 0.5),
  },
  { keys: ["F"], act: (player) => zoomFrequency(player, 2) },
  {
    keys: ["PageUp"],
    shown: "Page up, Page down",
    text: "Scroll in frequency",
    act: (player) => panFrequency(player, 1),
  },
  { keys: ["PageDown"], act: (player) => panFrequency(player, -1) },
  {
    keys: ["<", ","],
    shown: "< >",
    text: "Slower, faster",
    act: (player) => stepSpeed(player, -1),
  },
  { keys: [">", "."], act: (player) => stepSpeed(player, 1) },
  {
    keys: ["v"],
    shown: "V",
    text: "Mask over spectrogram, or alone",
    act: (player) => player.change({ mode: player.state.mode === "mask" ? "overlay" : "mask" }),
  },
  { keys: ["?"], shown: "?", text: "This sheet", act: (player) => player.help.open() },
];

/** The name of a key event as the bindings spell it. */
function nameOf(event) {
  if (/^(Digit|Numpad)[1-9]$/.test(event.code)) return event.shiftKey ? "Shift Digit" : "Digit";
  return event.key;
}

/** Whether a control that was focused uses this key itself. */
function isTaken(target, event) {
  if (!target?.closest) return false;
  if (target.closest("[data-own-keys]") && MOVES.test(event.key)) return true;
  if (target.closest("input, select, textarea, [contenteditable]")) {
    const typing = !target.matches("input[type=range]");
    return typing || MOVES.test(event.key);
  }
  return target.closest("button, a, summary") !== null && [" ", "Enter"].includes(event.key);
}

/**
 * Listens to keys for one player.
 *
 * @param root the player's root element
 * @returns a function that stops listening
 */
export function listenToKeys(player, root) {
  const onKey = (event) => {
    const target = event.composedPath()[0];
    const inside = event.composedPath().includes(root);
    const nowhere = !target.closest?.(CONTROLS);
    if (
      (!inside && !nowhere) ||
      event.defaultPrevented ||
      event.ctrlKey ||
      event.metaKey ||
      event.altKey
    )
      return;
    if (nowhere && SCROLLS.test(event.key)) return;
    if (!player.view || player.help.isOpen || isTaken(target, event)) return;
    const binding = BINDINGS.find(({ keys }) => keys.includes(nameOf(event)));
    if (!binding) return;
    event.preventDefault();
    event.stopPropagation(); // Streamlit has keys of its own
    binding.act(player, event);
  };
  document.addEventListener("keydown", onKey, { capture: true });
  return () => document.removeEventListener("keydown", onKey, { capture: true });
}
