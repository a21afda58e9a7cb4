"""The view of the player in the page's link: thresholds, class, systems, zoom, loop, levels and solo.

One short parameter each, left out where it is what the player begins with. What comes from a link is never
trusted: a parameter that is not of its form, or out of range, counts as left out. The clip itself is in the
link by its own widgets; an upload is not in it. Thresholds and panels outlast a clip, its class, zoom, loop,
levels and solo go with it. The Events page reads and writes the same parameters for its operating point.
"""

import math
from collections.abc import Callable, Collection, Mapping
from dataclasses import asdict
from urllib.parse import urlencode

import streamlit as st

from pages.shared.cached import LONGEST_S
from pages.shared.class_choice import followed_class
from pages.shared.clips import Clip, Recording
from pages.shared.link import put_in_link as put_one_in_link
from pages.shared.link import say_unread
from pages.shared.player.state import ALL_CLASSES, PlayerState
from sedtf_core.config import DetectionConfig, FeatureConfig
from sedtf_core.labels import LABELS
from sedtf_core.models import SYSTEMS

KEPT, KEPT_OF = "view_link", "view_link_of"  # the parameters, and the clip that they are of
THRESHOLDS = {"high": "high_threshold", "low": "low_threshold", "tag": "tagging_threshold"}
FRAMES = {"least": "min_event_frames", "gap": "max_gap_frames", "median": "median_frames"}
PANELS = ("ideal", *SYSTEMS)
OF_CLIP = ("class", "zoom", "loop", "levels", "solo")
POINT = (*THRESHOLDS, *FRAMES)
PARAMETERS = (*POINT, "panels", *OF_CLIP)
NO_PANEL = "none"
EXPLORE_LINK = (
    "Brings back the clip, thresholds, class, panels, zoom, loop, levels and what is soloed."
)
FILE_IS_NOT_IN_LINK = "The file itself is not in the link: bring it again where you open it."
HIGHEST_HZ = FeatureConfig.sample_rate / 2
# As state.js and operating.js let them be set.
LOWEST_DB, HIGHEST_DB, LEAST_RANGE_DB = -160, 60, 5
MOST_FRAMES = {"min_event_frames": 200, "max_gap_frames": 200, "median_frames": 99}


def parse_view(link: Mapping[str, str]) -> PlayerState:
    """The state that a link asks for, with the player's own where it asks for nothing."""
    label = link.get("class")
    zoom, loop = _numbers(link.get("zoom"), 4), _numbers(link.get("loop"), 2)
    levels = _numbers(link.get("levels"), 2)
    return PlayerState(
        detection=_detection(link),
        selected=label if label == ALL_CLASSES or label in LABELS else None,
        systems=_panels(link.get("panels")),
        zoom=_zoom(zoom) if zoom else None,
        solo=_tracks(link.get("solo")),
        loop=(loop[0], loop[1]) if loop and 0 <= loop[0] < loop[1] <= LONGEST_S else None,
        levels=_levels(levels) if levels else None,
    )


def format_view(state: PlayerState, beginning: PlayerState) -> dict[str, str]:
    """The parameters of a state, without those of what the player begins with."""
    link = _format_point(state.detection, beginning.detection)
    if state.selected not in (None, beginning.selected):
        link["class"] = state.selected
    if state.systems is not None and set(state.systems) != set(beginning.systems or ()):
        link["panels"] = ".".join(state.systems) or NO_PANEL
    for name in ("zoom", "loop", "levels"):
        ends = getattr(state, name)
        if ends is not None:
            link[name] = "_".join(f"{value:g}" for value in ends)
    if state.solo:
        link["solo"] = ".".join(state.solo)
    return link


def linked_view(key: str, clip: str) -> PlayerState | None:
    """What the player named ``key`` begins with: the link's view, or the one left for another page.

    ``clip`` names what is shown; of a view that was left with another clip, thresholds and panels remain.
    """
    given = _in_link(PARAMETERS)
    if key not in st.session_state:
        say_unread(unread(given))
    if not given and key not in st.session_state:
        lost = () if st.session_state.get(KEPT_OF) == clip else OF_CLIP
        given = {name: text for name, text in _kept().items() if name not in lost}
    followed = followed_class()
    if followed and key not in st.session_state:
        given["class"] = followed
    return parse_view(given) if given else None


def put_in_link(state: PlayerState, beginning: PlayerState, clip: str) -> None:
    """Let the page's link hold the view, and the session for when another page has cleared the link."""
    link = format_view(state, beginning)
    st.session_state[KEPT], st.session_state[KEPT_OF] = link, clip
    _put(link, PARAMETERS)


def linked_point() -> DetectionConfig:
    """The operating point that a page without the player begins with."""
    given = _in_link(POINT)
    say_unread(unread(given))
    return parse_view(given or _kept()).detection


def put_point_in_link(detection: DetectionConfig) -> None:
    """Let the link hold an operating point; what the session keeps of the player's view stays."""
    link = _format_point(detection, DetectionConfig())
    rest = {name: text for name, text in _kept().items() if name not in POINT}
    st.session_state[KEPT] = {**rest, **link}
    _put(link, POINT)


def unread(link: Mapping[str, str]) -> list[str]:
    """Name the parameters of a link that say nothing: not of their form, or out of range."""
    usual = PlayerState(detection=DetectionConfig())
    taken = format_view(parse_view(link), usual)
    defaults = {
        name: getattr(usual.detection, field) for name, field in {**THRESHOLDS, **FRAMES}.items()
    }
    return [
        name
        for name, text in link.items()
        if name not in taken and (name not in defaults or _number(text, float) != defaults[name])
    ]


def link_note(clip: Clip | None, note: str) -> str:
    """What a link brings back; of a recording that the file is not in it."""
    return FILE_IS_NOT_IN_LINK if isinstance(clip, Recording) else note


def show_link(note: str) -> None:
    """A button that opens the page's address, and a line on what it brings back."""
    with st.popover("Copy link", icon=":material/link:", width="content"):
        pairs = [(name, text) for name in st.query_params for text in st.query_params.get_all(name)]
        address = (st.context.url or "").partition("?")[0]
        st.code(
            f"{address}?{urlencode(pairs)}" if pairs else address, language=None, wrap_lines=True
        )
        st.caption(note)


def _in_link(names: Collection[str]) -> dict[str, str]:
    """The parameters of these names that the link has."""
    return {name: st.query_params[name] for name in names if name in st.query_params}


def _kept() -> dict[str, str]:
    """The parameters that the session keeps."""
    kept: dict[str, str] = st.session_state.get(KEPT, {})
    return kept


def _put(link: Mapping[str, str], names: Collection[str]) -> None:
    """Make the link's parameters of these names those of ``link``."""
    for name in names:
        put_one_in_link(name, link.get(name, ""))


def _format_point(detection: DetectionConfig, beginning: DetectionConfig) -> dict[str, str]:
    """The parameters of an operating point, without those of what the page begins with."""
    return {
        name: f"{getattr(detection, field):g}"
        for name, field in {**THRESHOLDS, **FRAMES}.items()
        if getattr(detection, field) != getattr(beginning, field)
    }


def _panels(text: str | None) -> tuple[str, ...] | None:
    """The panels that are named, if all are known."""
    if text == NO_PANEL:
        return ()
    panels = tuple(dict.fromkeys((text or "").split(".")))
    return panels if set(panels) <= set(PANELS) else None


def _tracks(text: str | None) -> tuple[str, ...]:
    """The tracks that are named, if all can be."""
    tracks = tuple(dict.fromkeys(text.split("."))) if text else ()
    return tracks if all(_can_be_track(track) for track in tracks) else ()


def _can_be_track(track: str) -> bool:
    """Whether some clip has a track of this name, as ``PlayerState`` has them."""
    kind, _, of = track.partition("~")
    if kind == "background":
        return of in SYSTEMS
    return of in LABELS if kind in ("truth", *SYSTEMS) else track in ("mixture", "scene")


def _detection(link: Mapping[str, str]) -> DetectionConfig:
    """The operating point; a bad part counts as left out, the two thresholds of the score together."""
    given: dict[str, float] = {}
    for name, field in THRESHOLDS.items():
        value = _number(link.get(name), float)
        if value is not None and 0 <= value <= 1:
            given[field] = value
    for name, field in FRAMES.items():
        value = _number(link.get(name), int)
        if value is not None and 0 <= value <= MOST_FRAMES[field]:
            given[field] = value
    point = {**asdict(DetectionConfig()), **given}
    if point["low_threshold"] > point["high_threshold"]:
        given.pop("low_threshold", None)
        given.pop("high_threshold", None)
    if point["median_frames"] % 2 == 0:
        del given["median_frames"]
    return DetectionConfig(**given)  # type: ignore[arg-type]


def _zoom(zoom: tuple[float, ...]) -> tuple[float, float, float, float] | None:
    """The part that is shown, if it is one."""
    start_s, end_s, low_hz, high_hz = zoom
    is_part = 0 <= start_s < end_s <= LONGEST_S and 0 <= low_hz < high_hz <= HIGHEST_HZ
    return (start_s, end_s, low_hz, high_hz) if is_part else None


def _levels(levels: tuple[float, ...]) -> tuple[float, float] | None:
    """The ends of the colour bar, if the player lets them be set so."""
    low, high = levels
    is_range = low >= LOWEST_DB and low + LEAST_RANGE_DB <= high <= HIGHEST_DB
    return (low, high) if is_range else None


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
