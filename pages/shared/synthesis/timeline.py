"""The timeline as one call: a Streamlit component made of the readable files beside this one."""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from pages.shared.browser.component import SHARED, register

FOLDER = Path(__file__).parent
SCRIPTS = (
    SHARED / "dom.js",
    SHARED / "message.js",
    SHARED / "mounted.js",
    *(
        FOLDER / f"{name}.js"
        for name in ("message", "places", "voice", "lane", "timeline", "mount")
    ),
)


def timeline(data: bytes, *, key: str, on_change: Callable[[], None]) -> None:
    """Show the timeline; ``on_change`` is called when a gesture is finished.

    What was done then stands in ``st.session_state[key]["change"]``: ``serial``, one higher with every
    change, and ``events``, each with ``label``, ``number`` and ``onset_ms`` (None: find them a place).
    """
    _component()(key=key, data=data, default={"change": None}, on_change_change=on_change)


@cache
def _component() -> Any:
    """The mounting command; registered once a process."""
    return register("timeline", FOLDER, SCRIPTS)
