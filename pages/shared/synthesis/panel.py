"""Synthesise: the widgets and the timeline that make up a mixture.

Owns where the events' places live. The link holds them as ``placed`` beside the bound widgets' values; while
the timeline is on the page the session's own copy leads, so that one class more or less moves no other event.
The widget holds each class once; a second event of a class is the timeline's to add.
Leaves what a place is to ``state`` and what happens on screen to the timeline's JavaScript.
"""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from pages.shared.cached import library
from pages.shared.link import put_in_link
from pages.shared.state import (
    MOST_CLASSES,
    MOST_OF_A_CLASS,
    SEED_RANGE,
    SNR_RANGE_DB,
    Placed,
    Places,
    Synthesis,
    is_possible,
    place_new,
    placed_to_text,
    rolled,
    text_to_placed,
)
from pages.shared.synthesis.payload import encode_timeline
from pages.shared.synthesis.timeline import timeline
from sedtf_core.labels import display_name

LINK = "placed"
KEY = "timeline"
_KEPT = f"{KEY}:kept"  # Places; empty where the seed draws


def show_synthesis() -> Synthesis | None:
    """Draw the choices and return them; None while no event is chosen."""
    classes, scene, snr_db, seed = _show_choices()
    if not classes:
        _forget()
        put_in_link(LINK, "")
        st.info("Choose at least one event to mix into the scene.")
        return None
    places = _places(classes)
    st.session_state[_KEPT] = places
    put_in_link(LINK, placed_to_text(places))
    synthesis = _synthesis(classes, scene, snr_db, seed, places)
    timeline(encode_timeline(synthesis, _serial()), key=KEY, on_change=_take_over)
    return synthesis


def _show_choices() -> tuple[tuple[str, ...], str, int, int]:
    """Classes, scene, SNR and seed."""
    bank = library()
    columns = st.columns([6, 4, 5, 4, 5], vertical_alignment="bottom")
    classes_column, scene_column, snr_column, seed_column, dice_column = columns
    classes = classes_column.multiselect(
        "Events", bank.labels(), default=["Bark", "Flute"], format_func=display_name,
        max_selections=MOST_CLASSES, key="events", bind="query-params", persist_state="session",
        help="Each class once; a second event of a class is added on the timeline below.",
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
        "Seed", *SEED_RANGE, 0, key="seed", bind="query-params", persist_state="session", on_change=_forget,
        help="Draws a clip of each class and when it starts, in place of what was placed by hand.",
    )  # fmt: skip
    dice_column.button("New draw", on_click=_roll_seed, width="stretch", icon=":material/casino:")
    return tuple(classes), scene, snr_db, int(seed)


def _synthesis(
    classes: tuple[str, ...], scene: str, snr_db: int, seed: int, places: Places
) -> Synthesis:
    """The choices as one value: an entry an event where they are placed, otherwise one a class."""
    if not places:
        return Synthesis(classes, scene, snr_db, seed)
    pairs = [(label, placed) for label, own in places.items() for placed in own]
    labels, placed = zip(*pairs, strict=True)
    return Synthesis(labels, scene, snr_db, seed, placed=placed)


def _places(classes: Sequence[str]) -> Places:
    """Where the events stand; empty where the seed draws them."""
    kept: Places = st.session_state.get(_KEPT, {})
    if KEY in st.session_state:
        return _beside(classes, kept) if kept else {}
    text = st.query_params.get(LINK)  # the timeline is about to appear
    if text is None:
        return kept if tuple(kept) == tuple(classes) else {}
    places = text_to_placed(text, classes)
    if places is None:
        st.warning("The link's places do not fit its events; the seed's draw is shown instead.")
    return places or {}


def _beside(classes: Sequence[str], kept: Places) -> Places:
    """What is kept of these classes, and a place in a silence for each new one."""
    places = {label: kept[label] for label in classes if label in kept}
    for label in classes:
        if label not in places:
            places[label] = (place_new(label, places),)
    return {label: places[label] for label in classes}


def _take_over() -> None:
    """Make what was done on the timeline the session's choice; what is not possible is left out."""
    change = st.session_state[KEY]["change"] or {}
    places: dict[str, tuple[Placed, ...]] = {}
    new: list[str] = []
    for event in change.get("events", []):
        label = event["label"]
        if label not in library().labels() or (label not in places and len(places) == MOST_CLASSES):
            continue
        own = places.setdefault(label, ())
        if len(own) + new.count(label) == MOST_OF_A_CLASS:
            continue
        if placed := _to_place(event):
            places[label] = (*own, placed)
        else:
            new.append(label)
    for label in new:  # beside what stands already
        places[label] = (*places[label], place_new(label, places))
    st.session_state[_KEPT] = places
    st.session_state["events"] = list(places)


def _to_place(event: dict[str, Any]) -> Placed | None:
    """Where the browser's report says that an event stands; None if it is to be placed."""
    number, onset_ms = event["number"], event["onset_ms"]
    if number is None or onset_ms is None:
        return None
    placed = Placed(int(number), int(onset_ms))
    return placed if is_possible(event["label"], placed) else None


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
