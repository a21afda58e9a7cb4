/**
 * The one object that the parts of the player share.
 *
 * Parts (toolbar, pictures, scores, lanes, tracks) draw from `view`, `state` and `viewport` and
 * change them only through the methods here. A change redraws everything in the next animation
 * frame, which takes a few milliseconds; the playhead moves on its own. Python hears of a change
 * only when it is finished.
 */

import { Viewport } from "./axes.js";
import { readTheme } from "../browser/colours.js";
import { Engine } from "./engine.js";
import { Gestures } from "./gestures.js";
import { HelpSheet } from "./help.js";
import { listenToKeys } from "./keyboard.js";
import { EventLanes } from "./lanes.js";
import { MaskPanels } from "./panels.js";
import { AXIS_WIDTH, MARGIN_WIDTH, TIME_HEIGHT } from "./plot.js";
import { Readout } from "./readout.js";
import { ScorePanel } from "./scores.js";
import { linearPlane, melPlane } from "./spectrum.js";
import { clipState, describeState, keepPreferences, readPreferences } from "./state.js";
import { Toolbar } from "./toolbar.js";
import { TrackList } from "./tracks.js";

const REPORT_DELAY_MS = 300; // a burst of changes is reported once

export class Player {
  constructor(root) {
    this.root = root;
    root.player = this; // for tests and the console
    const margins = { "--axis": AXIS_WIDTH, "--margin": MARGIN_WIDTH, "--time": TIME_HEIGHT };
    for (const [name, width] of Object.entries(margins)) root.style.setProperty(name, `${width}px`);
    this.help = new HelpSheet(this.part("help-sheet"));
    this.gestures = new Gestures(this, this.part("surface"));
    this.stopKeys = listenToKeys(this, root);
    this.resizing = new ResizeObserver(() => this.view && this.draw());
    this.resizing.observe(root);
    this.preferences = readPreferences();
  }

  part(name) {
    return this.root.querySelector(`.${name}`);
  }

  /** Shows another clip, beginning with what was saved in a link or set for the clip before. */
  load(view, saved) {
    const before = this.engine && { position: this.engine.now(), playing: this.engine.playing };
    const soloed = this.tracks?.soloedIds() ?? saved?.solo ?? [];
    this.engine?.close();
    this.view = view;
    this.planes = { mel: melPlane(view) };
    this.viewport = new Viewport(view.durationS);
    this.state = { ...this.preferences, ...clipState(view, saved) };
    if (saved?.zoom && saved.zoom[1] <= view.durationS) {
      [this.viewport.start, this.viewport.end] = saved.zoom;
      this.showHz(saved.zoom.slice(2));
    }
    const { tracks, audioScale, sampleRate } = view;
    this.engine = new Engine(tracks, audioScale, sampleRate, () => this.movePlayhead());
    for (const name of ["speed", "volume", "looping", "region"])
      this.engine[name] = this.state[name];
    this.engine.position = Math.min(before?.position ?? 0, view.durationS);
    this.createParts(soloed);
    // Python knows what it began with, except how much of a link's state fits this clip.
    this.reported ??= saved ? {} : describeState(this);
    this.root.dataset.ready = String(Number(this.root.dataset.ready ?? 0) + 1);
    this.draw();
    this.changed();
    if (before?.playing) this.engine.play();
  }

  createParts(soloed) {
    this.readout = new Readout(this, this.part("readout"));
    this.pictures = new MaskPanels(this, this.part("pictures"));
    this.scores = new ScorePanel(this, this.part("scores"));
    this.lanes = new EventLanes(this, this.part("events"));
    this.tracks = new TrackList(this, this.part("track-list"), soloed);
    this.toolbar = new Toolbar(this, this.part("toolbar"));
    this.part("loading").hidden = true;
  }

  get plane() {
    if (this.state.axis === "linear") this.planes.linear ??= linearPlane(this.view);
    return this.planes[this.state.axis];
  }

  get sideBySide() {
    return this.state.layout === "side";
  }

  shownClasses() {
    const { view, state } = this;
    return state.selected < 0 ? view.classes : [view.classes[state.selected]];
  }

  // Changes ---------------------------------------------------------------------------------------

  /** Changes the state while a gesture goes on: no report until `changed` ends it. */
  preview(patch) {
    clearTimeout(this.reportTimer); // of an earlier change; it would tell of a value on its way
    Object.assign(this.state, patch);
    this.invalidate();
  }

  /** Changes the state for good: the sound follows, and Python is told. */
  change(patch) {
    const { selected, axis } = this.state;
    const shownHz = this.shownHz();
    Object.assign(this.state, patch);
    // Another axis shows the same frequencies.
    if (this.state.axis !== axis && !this.viewport.isWholeBand) this.showHz(shownHz);
    this.preferences = keepPreferences(this.state);
    if ("volume" in patch) this.engine.setVolume(patch.volume);
    if ("speed" in patch) this.engine.setSpeed(patch.speed);
    if ("looping" in patch || "region" in patch)
      this.engine.setLoop(this.state.region, this.state.looping);
    if ("match" in patch) this.tracks.apply();
    if (this.state.selected !== selected || "systems" in patch) {
      this.tracks.followClass();
      this.scores.extendTop();
    }
    this.changed();
  }

  /** A change is finished: redraw, and report it after a moment. */
  changed() {
    this.invalidate();
    clearTimeout(this.reportTimer);
    this.reportTimer = setTimeout(() => this.report(), REPORT_DELAY_MS);
  }

  report() {
    const now = describeState(this);
    if (JSON.stringify(now) === JSON.stringify(this.reported)) return;
    this.reported = now;
    this.setStateValue?.("state", now);
  }

  // Playing ---------------------------------------------------------------------------------------

  seek(time) {
    this.engine.seek(time);
    this.viewport.reveal(this.engine.now());
    this.invalidate();
  }

  /** Sets the region to loop (and loops it), or forgets it. */
  setRegion(region) {
    const long = region && region[1] - region[0] >= 0.02 ? region : null;
    this.change({ region: long, looping: long !== null });
    if (long && !this.engine.playing) this.seek(long[0]);
  }

  /** Plays just one event, as the truth or a system hears it. */
  playEvent(event, lane) {
    this.tracks.soloEvent(event.label, lane);
    this.engine.playSpan(event.onset, Math.min(event.offset, this.view.durationS));
    this.invalidate();
  }

  // What is shown ---------------------------------------------------------------------------------

  toggleSystem(name) {
    const systems = new Set(this.state.systems);
    if (!systems.delete(name)) systems.add(name);
    this.change({ systems });
  }

  resetZoom() {
    this.viewport.reset();
    this.changed();
  }

  shownHz() {
    return [this.viewport.low, this.viewport.high].map((fraction) =>
      this.plane.axis.toHz(fraction),
    );
  }

  showHz([low, high]) {
    const { axis } = this.plane;
    Object.assign(this.viewport, { low: axis.toFraction(low), high: axis.toFraction(high) });
  }

  // Drawing ---------------------------------------------------------------------------------------

  invalidate() {
    this.frame ??= requestAnimationFrame(() => this.draw());
  }

  draw() {
    cancelAnimationFrame(this.frame);
    this.frame = null;
    this.theme = readTheme(this.root);
    this.root.classList.toggle("dark", this.theme.dark);
    this.root.classList.toggle("side-by-side", this.sideBySide);
    for (const part of [this.toolbar, this.pictures, this.scores, this.lanes, this.tracks])
      part.draw();
    this.placeRegion();
    this.movePlayhead();
  }

  placeRegion() {
    const { region, looping } = this.state;
    const [left, right] = (region ?? [0, 0]).map((time) =>
      Math.min(1, Math.max(0, this.viewport.toFraction(time))),
    );
    for (const node of this.root.querySelectorAll(".region")) {
      node.hidden = right <= left;
      node.classList.toggle("looping", looping);
      node.style.cssText = `left:${100 * left}%;width:${100 * (right - left)}%`;
    }
  }

  /** Puts playhead and clock where the sound is, and goes on doing so while it plays. */
  movePlayhead() {
    const { engine, viewport } = this;
    const time = engine.now();
    if (engine.playing && viewport.reveal(time)) this.invalidate();
    const share = viewport.toFraction(time);
    for (const node of this.root.querySelectorAll(".playhead")) {
      node.hidden = share < 0 || share > 1;
      node.style.left = `${100 * share}%`;
    }
    this.toolbar.drawClock(time, engine.playing);
    this.readout.draw(time);
    this.pictures.announce(time);
    cancelAnimationFrame(this.ticking);
    if (engine.playing) this.ticking = requestAnimationFrame(() => this.movePlayhead());
  }

  /** The pointer is at a time and frequency over a panel, or nowhere (null). */
  hover(at) {
    if (!this.view) return;
    this.readout.at = at;
    for (const node of this.root.querySelectorAll(".cursor")) {
      node.hidden = !at;
      if (at) node.style.left = `${100 * this.viewport.toFraction(at.time)}%`;
    }
    this.readout.draw(this.engine.now());
  }

  destroy() {
    for (const frame of [this.frame, this.ticking]) cancelAnimationFrame(frame);
    clearTimeout(this.reportTimer);
    this.stopKeys();
    this.resizing.disconnect();
    this.engine?.close();
  }
}
