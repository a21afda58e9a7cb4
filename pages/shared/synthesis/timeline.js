/**
 * The timeline: the lanes, and what becomes of their gestures.
 *
 * `events` is what the user sees; it leads while a change is on its way to Python, which answers with the
 * change's serial. Python hears of a gesture when it is finished; of keys, when they have rested.
 */

import { element } from "../browser/dom.js";
import { Lane } from "./lane.js";
import { freeClasses, isSameClip } from "./places.js";
import { Voice } from "./voice.js";

const REST_MS = 350;
const SEARCH_HINT = "Enter adds it.";
const SEARCH_KEYS = /^(\S|Arrow\w+|Home|End|Page\w+)$/u; // which change a closed list

export class Timeline {
  constructor(root, report) {
    this.root = root;
    this.report = report;
    this.busy = false; // a block is being dragged
    this.serial = 0;
    this.reported = null; // the events that Python knows of, as text
    this.waiting = null; // a view that came during a gesture
    this.voice = new Voice(() => this.lanes.forEach((lane) => lane.drawPlay()));
    this.lanes = [];
    this.add = root.querySelector(".add");
    this.searching = false; // through the classes by letters or arrows, each of which is a change
    this.add.addEventListener("keydown", (event) => this.search(event));
    this.add.addEventListener("change", () => this.searching || this.addEvent(this.add.value));
    this.add.addEventListener("pointerdown", () => this.setSearching(false));
    this.add.addEventListener("blur", () => this.clearChoice());
    this.said = root.querySelector(".said");
    this.hint = root.querySelector(".hint");
    this.usualHint = this.hint.textContent;
  }

  /** Shows what Python sent, unless the user has gone on since. */
  load(view) {
    if (view.serial < this.serial) {
      this.view = { ...view, serial: this.serial };
      this.lanes.forEach((lane) => lane.drawPlay());
      return;
    }
    if (this.busy || this.resting) {
      this.waiting = view;
      return;
    }
    this.waiting = null;
    const before = JSON.stringify(this.events);
    this.serial = view.serial;
    this.view = view;
    this.reported = JSON.stringify(view.events);
    if (this.reported === before) this.lanes.forEach((lane) => lane.follow());
    else this.show(view.events);
    this.said.textContent = "";
  }

  /** The samples of an event's clip, or undefined while they are on their way. */
  soundOf(event) {
    return this.view.sounds[this.view.events.findIndex((known) => isSameClip(known, event))];
  }

  /** Builds lanes for these events; what had the focus gets it back, wherever its event went. */
  show(events) {
    const focus = this.focused();
    this.events = events;
    this.lanes = this.events.map((_, index) => new Lane(this, index));
    this.root
      .querySelector(".lanes")
      .replaceChildren(...this.lanes.map(({ node }) => node), this.ruler());
    const free = freeClasses(this.view, this.events);
    const first = free.length ? "Choose a class" : "No more";
    this.add.replaceChildren(
      element("option", { value: "" }, first),
      ...free.map(({ label, name }) => element("option", { value: label }, name)),
    );
    this.add.value = "";
    this.add.disabled = !free.length;
    if (!focus) return;
    const at = events.findIndex((event) => JSON.stringify(event) === focus.event);
    this.lanes[at < 0 ? focus.index : at]?.node.querySelector(focus.selector)?.focus();
  }

  /** Which control of which event's lane has the focus, or null. */
  focused() {
    const active = this.root.getRootNode().activeElement;
    const index = this.lanes.findIndex(({ node }) => node.contains(active));
    if (index < 0) return null;
    const selector = `.${[...active.classList].join(".")}`;
    return { index, event: JSON.stringify(this.events[index]), selector };
  }

  /** The seconds under the lanes. */
  ruler() {
    const seconds = this.view.clip_ms / 1000;
    const marks = Array.from({ length: seconds + 1 }, (_, second) =>
      element(
        "span",
        { style: `left: ${(100 * second) / seconds}%` },
        second === seconds ? `${second} s` : `${second}`,
      ),
    );
    return element("div", { class: "ruler", "aria-hidden": "true" }, element("div", {}, ...marks));
  }

  /** Moves an event on the screen only. */
  move(index, event) {
    this.events = this.events.with(index, event);
    this.lanes[index].draw();
  }

  /** Puts another event in the place of one, and tells Python. */
  change(index, event) {
    this.show(this.events.with(index, event));
    this.release();
  }

  remove(index) {
    this.voice.stop();
    this.show(this.events.toSpliced(index, 1));
    const next = this.lanes[Math.min(index, this.lanes.length - 1)];
    (next?.node.querySelector(".remove") ?? this.add).focus();
    this.release();
  }

  /** A key on the choice of a class to add: Enter adds what letters and arrows have found. */
  search(event) {
    if (event.key === "Enter" && this.searching) {
      event.preventDefault(); // would open the list
      this.setSearching(false);
      this.addEvent(this.add.value);
    } else if (!event.altKey && SEARCH_KEYS.test(event.key)) this.setSearching(true);
  }

  /** Begins or ends a search, and says how it leads to an event. */
  setSearching(searching) {
    this.searching = searching;
    this.said.textContent = searching ? SEARCH_HINT : "";
    this.hint.textContent = searching ? SEARCH_HINT : this.usualHint;
  }

  /** Forgets a class that was looked up and not added. */
  clearChoice() {
    if (!this.searching) return;
    this.setSearching(false);
    this.add.value = "";
  }

  /** Asks Python to find a place for a new event. */
  addEvent(label) {
    if (!label) return;
    this.said.textContent = "Adding it where it is longest silent.";
    this.release([...this.events, { label, number: null, onset_ms: null }]);
  }

  /** Tells Python when the keys have rested. */
  pause() {
    clearTimeout(this.resting);
    this.resting = setTimeout(() => this.release(), REST_MS);
  }

  /** Tells Python, where something has changed. */
  release(events = this.events) {
    clearTimeout(this.resting);
    this.resting = null;
    const text = JSON.stringify(events);
    if (text !== this.reported) {
      this.reported = text;
      this.report({ serial: ++this.serial, events });
    } else if (this.waiting) this.load(this.waiting);
    this.waiting = null;
  }

  play(index) {
    const event = this.events[index];
    const sound = this.soundOf(event);
    if (isSameClip(this.voice.event, event)) this.voice.stop();
    else if (sound) this.voice.play(event, sound, this.view.sample_rate);
    this.lanes.forEach((lane) => lane.drawPlay());
  }

  destroy() {
    clearTimeout(this.resting);
    this.voice.close();
  }
}
