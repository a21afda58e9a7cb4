/**
 * What keys and buttons do where it takes more than one call of the player. Each takes the player
 * first.
 */

import { SPEEDS } from "./engine.js";

/** Moves the playhead. */
export function step(player, seconds) {
  player.seek(player.engine.now() + seconds);
}

/** Moves the playhead to the start of the loop, or of the clip. */
export function toStart(player) {
  const { looping, region } = player.state;
  player.seek(looping && region ? region[0] : 0);
}

export function stepSpeed(player, direction) {
  const speed = SPEEDS[SPEEDS.indexOf(player.state.speed) + direction];
  if (speed) player.change({ speed });
}

/** Moves the start (0) or the end (1) of the loop region to the playhead. */
export function markRegion(player, end) {
  const { durationS } = player.view;
  const region = [...(player.state.region ?? [0, durationS])];
  region[end] = player.engine.now();
  if (region[0] >= region[1]) region[1 - end] = end ? 0 : durationS;
  player.setRegion(region);
}

/** Solos the track that stands at this place in the list, counted from 1. */
export function soloNumber(player, number) {
  const index = player.tracks.shownIndices()[number - 1];
  if (index !== undefined) player.tracks.toggleSolo(index);
}

export function muteSoloed(player) {
  const soloed = [...player.tracks.solo];
  for (const index of soloed.length ? soloed : [0]) player.tracks.toggleMute(index);
}

/** Chooses the next or previous class; all classes at once come between the last and the first. */
export function stepClass(player, direction) {
  const count = player.view.classes.length + 1;
  player.change({ selected: ((player.state.selected + 1 + direction + count) % count) - 1 });
}

/** Shows or hides a panel by its place among the ideal mask (1) and the systems. */
export function toggleSystemNumber(player, number) {
  const name = ["ideal", ...player.view.systems.map((system) => system.name)][number - 1];
  if (name) player.toggleSystem(name);
}

/** Zooms in time around the playhead, or around the middle where it is out of sight. */
export function zoomTime(player, factor) {
  const { viewport } = player;
  const now = player.engine.now();
  const visible = now >= viewport.start && now <= viewport.end;
  viewport.zoomTime(factor, visible ? now : viewport.toTime(0.5));
  player.changed();
}

export function zoomFrequency(player, factor) {
  const { viewport } = player;
  viewport.zoomFrequency(factor, (viewport.low + viewport.high) / 2);
  player.changed();
}

/** Scrolls by a quarter of what is shown, up (1) or down (−1). */
export function panFrequency(player, direction) {
  const { viewport } = player;
  viewport.panFrequency((direction * (viewport.high - viewport.low)) / 4);
  player.changed();
}
