"""The overview of a recording that is longer than the player shows.

Owns the strip, the analysis of the whole recording with its progress, and the table of all its events. Where
the window starts is kept in the session: an upload is not in a link. Times count from the start of the whole
recording. Leaves decoding and caches to ``cached``.
"""

import time
from collections.abc import Callable
from functools import partial
from pathlib import PurePath

import streamlit as st

from pages.shared import cached
from pages.shared.numbers import probability_text
from pages.shared.overview.picture import WholeAnalysis, clock
from pages.shared.overview.strip import strip, strip_data
from pages.shared.views import title
from sedtf_core.errors import InputError
from sedtf_core.exports import events_to_audacity, events_to_tsv
from sedtf_core.labels import display_name

START, STRIP, SYSTEM, JOB, TABLE = (
    f"overview_{name}" for name in ("start", "strip", "system", "job", "table")
)
OF, SERIAL = "overview_of", "overview_serial"
LEAD_S = 2.0  # what is seen before an event that was chosen in the table


def show_overview(digest: str, name: str, data: bytes, total_s: float, window_s: float) -> float:
    """Draw the overview of a recording; returns where the stretch to show starts, in seconds."""
    if st.session_state.get(OF) != digest:
        st.session_state[OF], st.session_state[START] = digest, 0.0
        st.session_state.pop(JOB, None)
    # Stored again in every run, so that it outlives pages on which nothing shows it.
    start_s = min(max(0.0, float(st.session_state.get(START, 0.0))), total_s - window_s)
    st.session_state[START] = start_s
    place = st.container()
    system = _show_order(digest)
    # Always there, so that what follows keeps its place while the bar is shown.
    below = st.container()
    whole = cached.whole_recordings().get((digest, system))
    with place:
        picture = cached.recording_picture(digest, data)
        serial = int(st.session_state.get(SERIAL, 0))
        strip(
            strip_data(picture, whole, start_s, window_s, serial), key=STRIP, on_change=_take_window
        )
    # The order stands until it is done or stopped: a run that something else cuts short begins it anew.
    if st.session_state.get(JOB) == (digest, system) and whole is None:
        with below:
            _analyse(digest, data, system, total_s)
    if whole is not None:
        with below:
            _show_events(whole, name, total_s - window_s)
    return start_s


def _take_window() -> None:
    """Keep where the window was let go."""
    moved = st.session_state[STRIP]["moved"]
    if moved is not None:
        st.session_state[START] = float(moved["start_s"])
        st.session_state[SERIAL] = int(moved["serial"])


def _show_order(digest: str) -> str:
    """The choice of a system, and the button where there is something to find out."""
    systems = cached.mask_systems()
    choice, side = st.columns([1, 3], vertical_alignment="bottom")
    system = choice.selectbox(
        "System", systems, index=len(systems) - 1, key=SYSTEM,
        format_func=title,
    )  # fmt: skip
    running = st.session_state.get(JOB) == (digest, system)
    if running or cached.whole_recordings().get((digest, system)) is None:
        # One button under one key, so that none of a run before is left standing.
        label = "Stop the analysis" if running else "Analyse the whole recording"
        side.button(
            label, key="overview_run", on_click=_stop if running else partial(_order, digest)
        )
    return system


def _order(digest: str) -> None:
    """Ask the run that follows for an analysis."""
    st.session_state[JOB] = (digest, st.session_state[SYSTEM])


def _stop() -> None:
    """Take the order back."""
    st.session_state.pop(JOB, None)


def _analyse(digest: str, data: bytes, system: str, total_s: float) -> None:
    """Analyse the whole recording while the bar moves, then draw the page anew with what was found."""
    bar = st.progress(0.0, "Waiting for the network")
    try:
        cached.analyse_whole(digest, data, system, _reporter(bar.progress, total_s))
    except InputError as error:
        _stop()
        bar.empty()
        st.error(f"This recording cannot be analysed: {error}")
        return
    _stop()
    st.rerun()


def _reporter(
    show: Callable[[float, str], object],
    total_s: float,
    now: Callable[[], float] = time.monotonic,
) -> Callable[[float], None]:
    """A function that shows how many seconds are analysed, and the time left."""
    began = now()

    def report(done_s: float) -> None:
        share = min(1.0, done_s / total_s)
        left_s = (now() - began) * (1 - share) / share if share else 0.0
        left = f"about {left_s:.0f} s left" if left_s < 90 else f"about {left_s / 60:.0f} min left"
        show(
            share,
            f"{clock(done_s)} of {clock(total_s)} analysed, {left}. Any change starts it over.",
        )

    return report


def _show_events(whole: WholeAnalysis, name: str, last_s: float) -> None:
    """The table of all events, a row a button; and the files."""
    name_of_system = title(whole.system)
    if not whole.events:
        highest = int(whole.clip_probs.argmax())
        st.info(
            f"{name_of_system} finds no event in the whole recording. The likeliest class is "
            f"{display_name(whole.labels[highest]).lower()} (clip probability "
            f"{probability_text(float(whole.clip_probs[highest]))})."
        )
        return
    count = f"{len(whole.events)} event" + ("s" if len(whole.events) > 1 else "")
    with st.expander(f"{count} that {name_of_system} finds in the whole recording", expanded=True):
        rows = [
            {
                "Class": display_name(event.label),
                "Onset (min:s)": clock(event.onset),
                "Offset (min:s)": clock(event.offset),
                "Length (s)": round(event.offset - event.onset, 2),
            }
            for event in whole.events
        ]
        st.caption("Choose a row to show its stretch.")
        key = f"{TABLE}_{whole.system}"
        st.dataframe(
            rows, key=key, hide_index=True, height=min(38 + 35 * len(rows), 248),
            selection_mode="single-row", on_select=partial(_show_event, key, whole, last_s),
        )  # fmt: skip
        _show_downloads(whole, PurePath(name).stem)


def _show_event(key: str, whole: WholeAnalysis, last_s: float) -> None:
    """Move the window to the chosen event."""
    for row in st.session_state[key]["selection"]["rows"]:
        start_s = round(whole.events[row].onset - LEAD_S, 1)
        st.session_state[START] = min(max(0.0, start_s), last_s)


def _show_downloads(whole: WholeAnalysis, stem: str) -> None:
    """The events of the whole recording as files."""
    texts = {
        "Events (TSV)": (f"{stem}_events.tsv", events_to_tsv(whole.events)),
        "Labels for Audacity": (f"{stem}_audacity.txt", events_to_audacity(whole.events)),
    }
    with st.container(horizontal=True):
        for label, (file, text) in texts.items():
            st.download_button(
                label, text, file, "text/plain", key=f"overview_{file}", on_click="ignore"
            )
