/**
 * Where events stand, and what gestures make of that; pure functions of `{label, number, onset_ms}`.
 *
 * Times are whole milliseconds; a class has `used_ms`, the length of each of its clips in a mixture.
 */

const STEP_MS = 50;
const BIG_STEP_MS = 500;

/** The class of an event. */
export function classOf(view, event) {
  return view.classes.find(({ label }) => label === event.label);
}

/** How long an event sounds. */
export function lengthOf(view, event) {
  return classOf(view, event).used_ms[event.number - 1];
}

/** The latest onset at which an event ends within the clip. */
export function latestOnset(view, event) {
  return view.clip_ms - lengthOf(view, event);
}

/** The event at another onset, as near to it as the clip allows. */
export function movedTo(view, event, onset) {
  const onset_ms = Math.min(Math.max(0, Math.round(onset)), latestOnset(view, event));
  return { ...event, onset_ms };
}

/** The event with another clip of its class; its onset stays where the new length allows. */
export function withClip(view, event, number) {
  return movedTo(view, { ...event, number }, event.onset_ms);
}

/** The event as one of another class, with the first clip. */
export function withClass(view, event, label) {
  return movedTo(view, { label, number: 1 }, event.onset_ms);
}

/** The onset that a key asks for, or null where the key is none of the timeline's. */
export function onsetByKey(view, event, key, shift) {
  const step = shift ? BIG_STEP_MS : STEP_MS;
  if (key === "ArrowLeft" || key === "ArrowDown") return event.onset_ms - step;
  if (key === "ArrowRight" || key === "ArrowUp") return event.onset_ms + step;
  if (key === "Home") return 0;
  if (key === "End") return latestOnset(view, event);
  return null;
}

/** The classes of which there may be one more event. */
export function freeClasses(view, events) {
  const isFull = new Set(events.map(({ label }) => label)).size >= view.most_classes;
  return view.classes.filter(({ label }) => {
    const count = events.filter((event) => event.label === label).length;
    return count ? count < view.most_of_a_class : !isFull;
  });
}

/** Whether two events, or none, have the same clip. */
export function isSameClip(one, other) {
  return one?.label === other?.label && one?.number === other?.number;
}

/** What an event is called: its class, with a number where that has several. */
export function eventName(view, events, index) {
  const { name } = classOf(view, events[index]);
  const sameClass = ({ label }) => label === events[index].label;
  if (events.filter(sameClass).length === 1) return name;
  return `${name} ${events.slice(0, index + 1).filter(sameClass).length}`;
}

/** "2.15–3.40 s" */
export function spanText(view, event) {
  const seconds = (ms) => (ms / 1000).toFixed(2);
  return `${seconds(event.onset_ms)}–${seconds(event.onset_ms + lengthOf(view, event))} s`;
}

/** "1 of 12 · 1.4 s" */
export function clipText(shown, number) {
  return `${number} of ${shown.used_ms.length} · ${(shown.used_ms[number - 1] / 1000).toFixed(1)} s`;
}
