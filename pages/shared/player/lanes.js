/**
 * Event lanes: truth above what each system detects, as buttons that play just that event.
 *
 * Against the truth an event is a hit, a miss or a false alarm: told apart by its edge (solid,
 * dashed, hatched), by a word, and by colour. Its own colour is its class. Overlapping events take
 * rows of their own.
 */

import { SYSTEM_DASHES } from "../browser/colours.js";
import { framesToEvents, matchEvents, whatIsWrong } from "./detection.js";
import { dashSample, element } from "../browser/dom.js";
import { helpButton } from "./help.js";
import { classProbs, classScores } from "./payload.js";
import { isSilent } from "./state.js";

const ROW_HEIGHT = 24; // px
const LIST = new Intl.ListFormat("en-GB"); // "GMP, GAP and GWRP"
const LEAST_THRESHOLD = 0.005; // below it a threshold reads 0.00, which everything passes
const STATUS_WORDS = { hit: "hit", miss: "miss", false: "false alarm" };

/** A probability with two digits after the point; what would read 0.00 is not nothing. */
const probabilityText = (prob) => (prob < LEAST_THRESHOLD ? "below 0.01" : prob.toFixed(2));

/** Gives each event the first row in which it overlaps no other; returns the number of rows. */
function assignRows(events) {
  const ends = [];
  for (const event of events) {
    const free = ends.findIndex((end) => end <= event.onset);
    event.row = free < 0 ? ends.length : free;
    ends[event.row] = event.offset;
  }
  return Math.max(1, ends.length);
}

export class EventLanes {
  constructor(player, container) {
    this.player = player;
    this.lanes = new Map();
    this.note = element("p", { class: "note", role: "status" });
    const { view } = player;
    const section = element(
      "section",
      { class: "panel lanes", "data-panel": "events" },
      element(
        "header",
        { class: "head" },
        element("h2", {}, "Events", helpButton("events", "Events")),
      ),
      element("div", { class: "legend" }, ...this.legend()),
      this.createLane("truth", "Truth"),
      ...view.systems.map((system, index) =>
        this.createLane(system.name, system.title, SYSTEM_DASHES[index]),
      ),
      this.note,
    );
    container.replaceChildren(section);
  }

  legend() {
    if (!this.player.view.truth)
      return ["No truth to compare with: these are what the systems find."];
    return Object.entries(STATUS_WORDS).map(([status, word]) =>
      element("span", { class: `key ${status}` }, word),
    );
  }

  createLane(name, title, dash) {
    const rows = element("div", { class: "rows" });
    const over = element(
      "div",
      { class: "over" },
      element("i", { class: "region" }),
      element("i", { class: "cursor" }),
      rows,
      element("i", { class: "playhead" }),
    );
    const count = element("span", { class: "count" });
    const label = element(
      "span",
      { class: "lane-name" },
      ...(dash ? [dashSample(dash)] : []),
      title,
      count,
    );
    const lane = element(
      "div",
      { class: "lane", "data-lane": name, role: "group", "aria-label": `Events, ${title}` },
      label,
      element("div", { class: "plot" }, over),
    );
    this.lanes.set(name, { name, title, lane, rows, count });
    return lane;
  }

  /**
   * All events of all lanes at the current thresholds, with their status where the truth is known.
   */
  compute() {
    const { view, state } = this.player;
    const classIndices = this.player.shownClasses().map((shown) => view.classes.indexOf(shown));
    const labels = classIndices.map((index) => view.classes[index].label);
    const truth = view.truth?.filter((event) => labels.includes(event.label)) ?? null;
    const result = { truth: truth?.map((event) => ({ ...event })) ?? [] };
    for (const system of view.systems) {
      const found = classIndices.flatMap((index) =>
        framesToEvents(
          classScores(view, system, index),
          classProbs(view, system, index),
          state.detection,
          view.frameHopS,
        ).map((span) => ({ ...span, label: view.classes[index].label })),
      );
      found.sort((a, b) => a.onset - b.onset);
      if (truth) {
        const { hitTruth, hitFound } = matchEvents(truth, found);
        found.forEach((event, index) => {
          event.status = hitFound[index] ? "hit" : "false";
          event.wrong = hitFound[index] ? "" : whatIsWrong(truth, event);
        });
        found.misses = truth.filter((_, index) => !hitTruth[index]);
      }
      result[system.name] = found;
    }
    return result;
  }

  draw() {
    const { state, view } = this.player;
    const events = this.compute();
    for (const { name, title, lane, rows, count } of this.lanes.values()) {
      lane.hidden = name !== "truth" && !state.systems.has(name);
      if (lane.hidden) continue;
      const misses = (events[name].misses ?? []).map((event) => ({ ...event, status: "miss" }));
      const bars = [...events[name], ...misses].sort((a, b) => a.onset - b.onset);
      rows.style.height = `${assignRows(bars) * ROW_HEIGHT}px`;
      this.updateBars(rows, bars, name, title);
      const hits = events[name].filter((event) => event.status === "hit").length;
      count.textContent =
        name === "truth"
          ? view.truth
            ? ` ${bars.length}`
            : " not known"
          : view.truth
            ? ` ${hits} of ${events.truth.length} hit`
            : ` ${bars.length}`;
    }
    this.drawNote(events);
  }

  /** Reuses the buttons of a lane, so that a focused one keeps the focus while thresholds move. */
  updateBars(rows, bars, laneName, laneTitle) {
    while (rows.children.length > bars.length) rows.lastChild.remove();
    while (rows.children.length < bars.length)
      rows.append(element("button", { type: "button" }, element("span")));
    bars.forEach((event, index) =>
      this.updateBar(rows.children[index], event, laneName, laneTitle),
    );
  }

  updateBar(button, event, laneName, laneTitle) {
    const { viewport, view } = this.player;
    const shown = view.classes.find(({ label }) => label === event.label);
    const word = event.status ? STATUS_WORDS[event.status] : "";
    const [left, right] = [viewport.toFraction(event.onset), viewport.toFraction(event.offset)];
    const [from, to] = [Math.max(0, left), Math.min(1, right)];
    button.hidden = to <= from;
    button.className = `event ${event.status ?? "plain"}`;
    button.style.left = `${100 * from}%`;
    button.style.width = `${100 * (to - from)}%`;
    button.style.top = `${event.row * ROW_HEIGHT}px`;
    button.style.setProperty("--class", shown?.colour ?? "grey");
    const several = this.player.state.selected < 0; // one class alone need not be named on every bar
    const name = shown?.name ?? event.label;
    const short = event.wrong || word; // the hatching says that it is a false alarm
    button.firstChild.textContent = several && short ? `${name}, ${short}` : short || name;
    const [onset, offset] = [event.onset, event.offset].map((time) =>
      (time + view.startS).toFixed(2),
    );
    const times = `${onset}–${offset} s`;
    button.title = [name, times, laneTitle, word, event.wrong].filter(Boolean).join(", ");
    button.setAttribute("aria-label", `Play ${button.title}`);
    button.onclick = () =>
      this.player.playEvent(event, event.status === "miss" ? "truth" : laneName);
  }

  /**
   * Where nothing is detected: says of each system whether its clip probability or its frame scores
   * stay below the thresholds, and offers to lower that of tagging.
   */
  drawNote(events) {
    const { view, state } = this.player;
    const shown = view.systems.filter(({ name }) => state.systems.has(name));
    const empty = shown.length > 0 && shown.every(({ name }) => events[name].length === 0);
    this.note.hidden = !empty;
    this.note.replaceChildren(...(empty ? this.reasons(shown) : []));
  }

  /** Why systems that detect nothing detect nothing, and a button where tagging is the reason. */
  reasons(shown) {
    if (isSilent(this.player.view)) return ["Nothing sounds here: the clip is silent."];
    const { detection } = this.player.state;
    const threshold = detection.tagging_threshold;
    const highest = shown.map((system) => this.highestProb(system));
    const tagged = highest.filter(({ prob }) => prob >= Math.fround(threshold));
    const untagged = highest.filter((best) => !tagged.includes(best));
    const names = (bests) => LIST.format(bests.map(({ title }) => title));
    const of = (bests) => (tagged.length && untagged.length ? ` of ${names(bests)}` : "");
    const reasons = [];
    if (tagged.length)
      reasons.push(
        `No frame score${of(tagged)} holds long enough above the thresholds. `,
        "Drag them down in the panel above. ",
      );
    if (!untagged.length) return reasons;
    const best = untagged.reduce((a, b) => (b.prob > a.prob ? b : a));
    let lower = Math.round(best.prob * 100) / 100;
    if (best.prob < Math.fround(lower)) lower -= 0.01;
    const text =
      `No clip probability${of(untagged)} passes the tagging threshold ${threshold.toFixed(2)}; ` +
      `the highest is ${probabilityText(best.prob)} (${best.className}, ${best.title}). `;
    if (lower < LEAST_THRESHOLD) return [...reasons, text];
    return [
      ...reasons,
      text,
      element(
        "button",
        {
          type: "button",
          onclick: () =>
            this.player.change({ detection: { ...detection, tagging_threshold: lower } }),
        },
        `Lower it to ${lower.toFixed(2)}`,
      ),
    ];
  }

  /** The highest clip probability of a system among the classes shown, and whose it is. */
  highestProb(system) {
    let best = { prob: -1, title: system.title };
    for (const shownClass of this.player.shownClasses()) {
      const index = this.player.view.classes.indexOf(shownClass);
      const prob = Math.max(...classProbs(this.player.view, system, index));
      if (prob > best.prob) best = { ...best, prob, className: shownClass.name };
    }
    return best;
  }
}
