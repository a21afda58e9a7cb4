"""Synthesise: the widgets and the timeline that make up a mixture.

Owns where the events' places live. The link holds them as ``placed`` beside the bound widgets' values; while
the timeline is on the page the session's own copy leads, so that one class more or less moves no other event.
Leaves what a place is to ``state`` and what happens on screen to the timeline's JavaScript.
"""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from pages.shared.cached import library
from pages.shared.link import put_in_link
from pages.shared.state import (
    MOST_EVENTS,
    SNR_RANGE_DB,
    Placed,
    Synthesis,
    is_possible,
    place_new,
    placed_to_text,
    rolled,
    text_to_placed,
    used_ms,
)
from pages.shared.synthesis.payload import encode_timeline
from pages.shared.synthesis.timeline import timeline
from sedtf_core.labels import display_name

LINK = "placed"
KEY = "timeline"
_KEPT = f"{KEY}:kept"  # label → Placed; empty where the seed draws


def show_synthesis() -> Synthesis | None:
    """Draw the choices and return them; None while no event is chosen."""
    classes, scene, snr_db, seed = _show_choices()
    if not classes:
        _forget()
        put_in_link(LINK, "")
        st.info("Choose at least one event to mix into the scene.")
        return None
    placed = _places(classes)
    st.session_state[_KEPT] = dict(zip(classes, placed, strict=False))
    put_in_link(LINK, placed_to_text(placed))
    synthesis = Synthesis(classes, scene, snr_db, seed, placed=placed)
    timeline(encode_timeline(synthesis, _serial()), key=KEY, on_change=_take_over)
    return synthesis


def _show_choices() -> tuple[tuple[str, ...], str, int, int]:
    """Classes, scene, SNR and seed."""
    bank = library()
    columns = st.columns([6, 4, 5, 4, 5], vertical_alignment="bottom")
    classes_column, scene_column, snr_column, seed_column, dice_column = columns
    classes = classes_column.multiselect(
        "Events", bank.labels(), default=["Bark", "Flute"], format_func=display_name,
        max_selections=MOST_EVENTS, key="events", bind="query-params", persist_state="session",
        help="Each class once: a network has one mask a class, which two events would share.",
    )  # fmt: skip
    scene = scene_column.selectbox(
        "Scene", sorted({s.label for s in bank.scenes()}), key="scene", bind="query-params",
        persist_state="session", format_func=lambda label: label.replace("_", " "),
    )  # fmt: skip
    snr_db = snr_column.slider(
        "SNR (dB)", *SNR_RANGE_DB, value=10, key="snr", bind="query-params", persist_state="session",
        help="Level of each event over the level of the scene.",
    )  # fmt: skip
    seed = seed_column.number_input(
        "Seed", 0, 9999, 0, key="seed", bind="query-params", persist_state="session", on_change=_forget,
        help="Draws a clip of each class and when it starts, in place of what was placed by hand.",
    )  # fmt: skip
    dice_column.button("New draw", on_click=_roll_seed, width="stretch", icon=":material/casino:")
    return tuple(classes), scene, snr_db, int(seed)


def _places(classes: Sequence[str]) -> tuple[Placed, ...]:
    """Where the events stand; empty where the seed draws them."""
    kept: dict[str, Placed] = st.session_state.get(_KEPT, {})
    if KEY in st.session_state:
        return _beside(classes, kept) if kept else ()
    text = st.query_params.get(LINK)  # the timeline is about to appear
    if text is None:
        return tuple(kept.values()) if tuple(kept) == tuple(classes) else ()
    placed = text_to_placed(text, classes)
    if placed is None:
        st.warning("The link's places do not fit its events; the seed's draw is shown instead.")
    return placed or ()


def _beside(classes: Sequence[str], kept: dict[str, Placed]) -> tuple[Placed, ...]:
    """What is kept of these classes, and a place in a silence for each new one."""
    placed = {label: kept[label] for label in classes if label in kept}
    for label in classes:
        if label not in placed:
            placed[label] = place_new(label, [_span(each, placed[each]) for each in placed])
    return tuple(placed[label] for label in classes)


def _span(label: str, placed: Placed) -> tuple[int, int]:
    """Onset and offset of an event in milliseconds."""
    return placed.onset_ms, placed.onset_ms + used_ms(label)[placed.number - 1]


def _take_over() -> None:
    """Make what was done on the timeline the session's choice; what is not possible is left out."""
    change = st.session_state[KEY]["change"] or {}
    read = [_to_place(event) for event in change.get("events", [])[:MOST_EVENTS]]
    events = dict(filter(None, read))
    known = {label: placed for label, placed in events.items() if placed is not None}
    st.session_state[_KEPT] = dict(zip(events, _beside(tuple(events), known), strict=True))
    st.session_state["events"] = list(events)


def _to_place(event: dict[str, Any]) -> tuple[str, Placed | None] | None:
    """One event of the browser's report; None if the library does not have it."""
    label, number, onset_ms = event["label"], event["number"], event["onset_ms"]
    if label not in library().labels():
        return None
    if number is None or onset_ms is None:
        return label, None
    placed = Placed(int(number), int(onset_ms))
    return (label, placed) if is_possible(label, placed) else (label, None)


def _serial() -> int:
    """The last change that the page knows of."""
    if KEY not in st.session_state:
        return 0
    change = st.session_state[KEY]["change"]
    return int(change["serial"]) if change else 0


def _roll_seed() -> None:
    """Draw another seed for the same choices."""
    st.session_state["seed"] = rolled(Synthesis((), "", 0, 0)).seed
    _forget()


def _forget() -> None:
    """Let the seed draw clips and onsets again."""
    st.session_state[_KEPT] = {}
