"""The view of the player in the page's link: thresholds, class, systems, zoom and loop.

One short parameter each, left out where it is what the player begins with. What comes from a link is never
trusted: a parameter that is not of its form, or out of range, counts as left out. The clip itself is in the
link by its own widgets; an upload is not in it.
"""

import math
from collections.abc import Callable, Mapping

import streamlit as st

from pages.shared.class_choice import followed_class
from pages.shared.player.payload import ALL_CLASSES, PlayerState
from sedtf_core.config import DetectionConfig
from sedtf_core.labels import LABELS
from sedtf_core.models import SYSTEMS

KEPT = "view_link"
THRESHOLDS = {"high": "high_threshold", "low": "low_threshold", "tag": "tagging_threshold"}
FRAMES = {"least": "min_event_frames", "gap": "max_gap_frames", "median": "median_frames"}
PANELS = ("ideal", *SYSTEMS)
PARAMETERS = (*THRESHOLDS, *FRAMES, "class", "panels", "zoom", "loop")
MOST_FRAMES, LONGEST_S, HIGHEST_HZ = 1000, 3600.0, 16_000.0


def parse_view(link: Mapping[str, str]) -> PlayerState:
    """The state that a link asks for, with the player's own where it asks for nothing."""
    label = link.get("class")
    panels = tuple(dict.fromkeys(link["panels"].split("."))) if "panels" in link else None
    zoom, loop = _numbers(link.get("zoom"), 4), _numbers(link.get("loop"), 2)
    return PlayerState(
        detection=_detection(link),
        selected=label if label == ALL_CLASSES or label in LABELS else None,
        systems=panels if panels and set(panels) <= set(PANELS) else None,
        zoom=_zoom(zoom) if zoom else None,
        loop=(loop[0], loop[1]) if loop and 0 <= loop[0] < loop[1] <= LONGEST_S else None,
    )


def format_view(state: PlayerState, beginning: PlayerState) -> dict[str, str]:
    """The parameters of a state, without those of what the player begins with."""
    link = {
        name: f"{getattr(state.detection, field):g}"
        for name, field in {**THRESHOLDS, **FRAMES}.items()
        if getattr(state.detection, field) != getattr(beginning.detection, field)
    }
    if state.selected not in (None, beginning.selected):
        link["class"] = state.selected
    if state.systems is not None and set(state.systems) != set(beginning.systems or ()):
        link["panels"] = ".".join(state.systems)
    if state.zoom is not None:
        link["zoom"] = "_".join(f"{value:g}" for value in state.zoom)
    if state.loop is not None:
        link["loop"] = "_".join(f"{value:g}" for value in state.loop)
    return link


def linked_view(key: str) -> PlayerState | None:
    """What the player named ``key`` begins with: the link's view, or the one left for another page."""
    given = {name: st.query_params[name] for name in PARAMETERS if name in st.query_params}
    if not given and key not in st.session_state:
        given = dict(st.session_state.get(KEPT, {}))
    followed = followed_class()
    if followed and key not in st.session_state:
        given["class"] = followed
    return parse_view(given) if given else None


def put_in_link(state: PlayerState, beginning: PlayerState) -> None:
    """Let the page's link hold the view, and the session for when another page has cleared the link."""
    link = format_view(state, beginning)
    st.session_state[KEPT] = link
    for name in PARAMETERS:
        if name in link and st.query_params.get(name) != link[name]:
            st.query_params[name] = link[name]
        elif name not in link:
            st.query_params.pop(name, None)


def _detection(link: Mapping[str, str]) -> DetectionConfig:
    """The operating point; the default one if thresholds contradict each other."""
    given: dict[str, float] = {}
    for name, field in THRESHOLDS.items():
        value = _number(link.get(name), float)
        if value is not None and 0 <= value <= 1:
            given[field] = value
    for name, field in FRAMES.items():
        value = _number(link.get(name), int)
        if value is not None and 0 <= value <= MOST_FRAMES:
            given[field] = value
    try:
        return DetectionConfig(**given)  # type: ignore[arg-type]
    except ValueError:  # a low threshold above the high one, or an even median
        return DetectionConfig()


def _zoom(zoom: tuple[float, ...]) -> tuple[float, float, float, float] | None:
    """The part that is shown, if it is one."""
    start_s, end_s, low_hz, high_hz = zoom
    is_part = 0 <= start_s < end_s <= LONGEST_S and 0 <= low_hz < high_hz <= HIGHEST_HZ
    return (start_s, end_s, low_hz, high_hz) if is_part else None


def _numbers(text: str | None, count: int) -> tuple[float, ...] | None:
    """Numbers between underscores, if they are so many."""
    parts = [_number(part, float) for part in (text or "").split("_")]
    numbers = tuple(part for part in parts if part is not None)
    return numbers if len(numbers) == len(parts) == count else None


def _number(text: str | None, kind: Callable[[str], float]) -> float | None:
    """A finite number, or None."""
    try:
        number = kind(text or "")
        return number if math.isfinite(number) else None
    except (ValueError, OverflowError):  # no number, or one with hundreds of digits
        return None
