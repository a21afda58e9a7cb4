"""The overview strip as one call: a Streamlit component made of the readable files beside this one."""

import base64
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from pages.shared.browser.component import SHARED, register
from pages.shared.overview.picture import Picture, WholeAnalysis
from sedtf_core.labels import display_name, label_colour

FOLDER = Path(__file__).parent
SCRIPTS = (
    SHARED / "dom.js",
    SHARED / "colours.js",
    SHARED / "mounted.js",
    *(FOLDER / f"{name}.js" for name in ("scale", "strip", "mount")),
)


def strip_data(
    picture: Picture,
    whole: WholeAnalysis | None,
    start_s: float,
    window_s: float,
    serial: int = 0,
) -> dict[str, Any]:
    """What the strip draws; bytes stand in base64, rows one after the other.

    ``serial`` is that of the last move that ``start_s`` takes into account: a browser that has moved on since
    does not let a late answer move its window back.
    """
    lanes = []
    for label in dict.fromkeys(event.label for event in whole.events) if whole else ():
        assert whole is not None
        scores = whole.scores[whole.labels.index(label)]
        lanes.append(
            {
                "name": display_name(label),
                "colour": label_colour(label),
                "scores": _text(np.round(255 * np.clip(scores, 0, 1)).astype(np.uint8)),
                "events": [[e.onset, e.offset] for e in whole.events if e.label == label],
            }
        )
    bands, columns = picture.levels.shape
    return {
        "duration_s": picture.duration_s,
        "window_s": window_s,
        "start_s": start_s,
        "serial": serial,
        "bands": bands,
        "columns": columns,
        "levels": _text(picture.levels),
        "lanes": lanes,
    }


def strip(data: dict[str, Any], *, key: str, on_change: Callable[[], None]) -> None:
    """Show the strip; ``on_change`` is called when the window was let go.

    ``st.session_state[key]["moved"]`` then has ``start_s``, and a ``serial`` by which the same place twice
    counts as a change.
    """
    _component()(key=key, data=data, default={"moved": None}, on_moved_change=on_change)


def _text(values: np.ndarray[Any, np.dtype[np.uint8]]) -> str:
    """Bytes as text."""
    return base64.b64encode(values.tobytes()).decode()


@cache
def _component() -> Any:
    """The mounting command; registered once a process."""
    return register("strip", FOLDER, SCRIPTS)
