"""The figures of a clip at every SNR: those stored, those measured before, or measured now on request.

A clip of one's own is measured with progress; whatever is clicked meanwhile stops it at the next SNR, and
what was measured until then stays in the cache. The session keeps the figures of the last clips, and how long
a point took, so that no time is promised that was not measured.
"""

import time

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.shared.cached import snr_figures, stored_sweeps
from pages.shared.snr.figures import SNRS_DB, Sweep, at_snr
from pages.shared.snr.stored import recipe_key
from pages.shared.state import Synthesis, recipe
from sedtf_core.errors import InputError
from sedtf_core.mixing import Recipe

CACHED_S = 0.1  # a point that took less was in the cache, and says nothing about the next
MOST_CLIPS = 8
_MEASURED, _SECONDS, _WANTED = "snr_measured", "snr_seconds", "snr_wanted"


def clip_sweep(clip: Synthesis, systems: tuple[str, ...]) -> Sweep | None:
    """The figures of a clip at every SNR: stored, measured before, or measured now if that was asked for."""
    drawn = recipe(clip)
    key = recipe_key(drawn)
    sweep = stored_sweeps().get(key) or st.session_state.get(_MEASURED, {}).get(key)
    place = st.empty()  # the button, in its place the progress, and then nothing
    if sweep is not None:
        return tuple(sweep)
    if st.session_state.get(_WANTED) != key:
        place.button(
            f"Measure this clip at {len(SNRS_DB)} SNRs{_duration(len(SNRS_DB))}",
            on_click=_want, args=(key,), key="snr_measure",
        )  # fmt: skip
        return None
    try:
        return _measured(place, drawn, systems, key)
    except InputError as error:
        st.error(f"This clip cannot be measured: {error}")
        return None


def _want(key: str | None) -> None:
    """Ask for a clip to be measured, or, with None, no longer."""
    st.session_state[_WANTED] = key


def _duration(points: int, ending: str = "") -> str:
    """How long points will take, where this session has measured one."""
    seconds = st.session_state.get(_SECONDS)
    return f" (about {points * seconds:.0f} s{ending})" if seconds else ""


def _measured(place: DeltaGenerator, drawn: Recipe, systems: tuple[str, ...], key: str) -> Sweep:
    """Measure one SNR after the other; Streamlit stops a run that is not wanted at ``st.progress``."""
    with place.container(horizontal=True, vertical_alignment="center"):
        bar = st.progress(0.0, "Measuring")
        st.button("Cancel", on_click=_want, args=(None,), key="snr_cancel")
    points, spent_s = [], []
    for done, snr_db in enumerate(SNRS_DB):
        left = _duration(len(SNRS_DB) - done, " left")
        bar.progress(done / len(SNRS_DB), f"Measured {done} of {len(SNRS_DB)} SNRs{left}")
        started = time.monotonic()
        points.append(snr_figures(at_snr(drawn, snr_db), systems))
        spent_s.append(time.monotonic() - started)
        if spent_s[-1] > CACHED_S:
            measured_s = [seconds for seconds in spent_s if seconds > CACHED_S]
            st.session_state[_SECONDS] = sum(measured_s) / len(measured_s)
    place.empty()
    sweep = tuple(points)
    kept: dict[str, Sweep] = st.session_state.setdefault(_MEASURED, {})
    kept[key] = sweep
    while len(kept) > MOST_CLIPS:
        del kept[next(iter(kept))]
    return sweep
