/**
 * What the user can set: its first values, and what Python is told of it.
 *
 * Preferences (opacity, speed, layout …) outlive clip and page, in this tab; the rest belongs to the
 * clip. The shape that travels between browser, Python and link is payload.PlayerState.
 */

const PREFERENCES = {
  mode: "overlay", // mask over spectrogram; "mask" alone
  opacity: 0.85,
  axis: "mel",
  layout: "stack",
  speed: 1,
  volume: 1,
  match: false, // every track as loud as the mixture
  looping: false,
};

const KEPT_AS = "sedtf player"; // in the tab's storage

/** The preferences as the last player in this tab left them. */
export function readPreferences() {
  return { ...PREFERENCES, ...JSON.parse(tabStorage()?.getItem(KEPT_AS) ?? "{}") };
}

/** Keeps the preferences that are in a state for the next player in this tab, and returns them. */
export function keepPreferences(state) {
  const entries = Object.keys(PREFERENCES).map((name) => [name, state[name]]);
  const preferences = Object.fromEntries(entries);
  tabStorage()?.setItem(KEPT_AS, JSON.stringify(preferences));
  return preferences;
}

/** The storage of this tab, or null in a browser that is told to store nothing. */
function tabStorage() {
  try {
    return sessionStorage;
  } catch {
    return null;
  }
}

const FIRST_SYSTEMS = 3; // shown at first; the others can be switched on
const ALL_CLASSES = "*"; // as in payload.py
const SHOWN_RANGE_DB = 80;
export const LOWEST_DB = -160; // the level of digital silence
export const HIGHEST_DB = 60;
export const LEAST_RANGE_DB = 5;
const SILENT_DB = -120; // below the rounding of 16-bit samples

/** The state of a clip, from a saved one where it fits: an unknown class becomes the first. */
export function clipState(view, saved) {
  const names = ["ideal", ...view.systems.map(({ name }) => name)];
  const chosen = view.classes.findIndex(({ label }) => label === saved?.selected);
  const all = saved?.selected === ALL_CLASSES;
  const region = saved?.loop && saved.loop[1] <= view.durationS ? saved.loop : null;
  return {
    db: saved?.levels ?? levelRange(view),
    selected: all ? -1 : Math.max(0, chosen), // index of the class; -1 is all
    systems: new Set(saved?.systems ?? names.slice(0, 1 + FIRST_SYSTEMS)),
    detection: saved?.detection ?? view.detection,
    region,
    ...(region && { looping: true }),
  };
}

/** The level of the loudest unit in dB. */
const loudestDb = (view) => view.logMel.reduce((most, level) => Math.max(most, level), -32768) * view.dbStep;

/** Whether nothing sounds. */
export const isSilent = (view) => loudestDb(view) < SILENT_DB;

/** Range of the colour bar in dB: down from the loudest unit. */
export function levelRange(view) {
  const high = Math.max(5 * Math.ceil(loudestDb(view) / 5), LOWEST_DB + SHOWN_RANGE_DB);
  return [high - SHOWN_RANGE_DB, high];
}

/** What Python is told, in the shape of payload.PlayerState. */
export function describeState({ view, state, viewport, plane, tracks }) {
  const round = (value) => Math.round(1000 * value) / 1000;
  const hz = [viewport.low, viewport.high].map((fraction) => plane.axis.toHz(fraction));
  return {
    detection: state.detection,
    selected: view.classes[state.selected]?.label ?? ALL_CLASSES,
    systems: [...state.systems],
    zoom: viewport.isWhole ? null : [viewport.start, viewport.end, ...hz].map(round),
    loop: state.region?.map(round) ?? null,
    levels: String(state.db) === String(levelRange(view)) ? null : state.db,
    solo: tracks.soloedIds(),
  };
}
