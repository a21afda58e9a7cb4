"""The figures of a clip at every SNR: those stored, those measured before, or measured now on request.

A clip of one's own is measured with progress; whatever is clicked meanwhile stops it at the next SNR, and
what was measured until then stays in the cache. The session keeps the figures of the last clip.
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

SECONDS_A_POINT = 2.0  # to begin with; measured as it goes


def clip_sweep(clip: Synthesis, systems: tuple[str, ...]) -> Sweep | None:
    """The figures of a clip at every SNR: stored, measured before, or measured now if that was asked for."""
    drawn = recipe(clip)
    key = recipe_key(drawn)
    sweep = stored_sweeps().get(key) or st.session_state.get("snr_measured", {}).get(key)
    if sweep is not None:
        return tuple(sweep)
    place = st.empty()  # the button, then in its place the progress
    if st.session_state.get("snr_wanted") != key:
        seconds = SECONDS_A_POINT * len(SNRS_DB)
        place.button(
            f"Measure this clip at {len(SNRS_DB)} SNRs (about {seconds:.0f} s)",
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
    st.session_state["snr_wanted"] = key


def _measured(place: DeltaGenerator, drawn: Recipe, systems: tuple[str, ...], key: str) -> Sweep:
    """Measure one SNR after the other; Streamlit stops a run that is not wanted at ``st.progress``."""
    with place.container(horizontal=True, vertical_alignment="center"):
        bar = st.progress(0.0, "Measuring")
        st.button("Cancel", on_click=_want, args=(None,), key="snr_cancel")
    points, started = [], time.monotonic()
    for done, snr_db in enumerate(SNRS_DB):
        spent = time.monotonic() - started
        left = (spent / done if done else SECONDS_A_POINT) * (len(SNRS_DB) - done)
        text = f"Measured {done} of {len(SNRS_DB)} SNRs, about {left:.0f} s left"
        bar.progress(done / len(SNRS_DB), text)
        points.append(snr_figures(at_snr(drawn, snr_db), systems))
    place.empty()
    sweep = tuple(points)
    st.session_state["snr_measured"] = {key: sweep}  # one clip a session: the last
    return sweep
