"""The drawing board as one call: a Streamlit component made of the readable files beside this one.

The player's sound engine and axes serve here too.
"""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from pages.shared.browser.component import SHARED, register

FOLDER = Path(__file__).parent
PLAYER = FOLDER.parent / "player"
SCRIPTS = (
    PLAYER / "axes.js",
    PLAYER / "stretch.js",
    PLAYER / "engine.js",
    SHARED / "colours.js",
    SHARED / "dom.js",
    SHARED / "message.js",
    SHARED / "mounted.js",
    SHARED / "numbers.js",
    *(
        FOLDER / f"{name}.js"
        for name in ("strokes", "board", "picture", "scores", "sound", "gestures", "tools", "paint")
    ),
)


def drawing_board(data: bytes, *, key: str, on_work: Callable[[], None]) -> None:
    """Show the board; ``on_work`` is called when a gesture is finished.

    What was done then stands in ``st.session_state[key]["work"]``: ``board``, the identity of the board that
    the browser holds (None asks for it), and ``text``, its strokes.
    """
    _component()(key=key, data=data, default={"work": None}, on_work_change=on_work)


@cache
def _component() -> Any:
    """The mounting command; registered once a process."""
    return register("paint", FOLDER, SCRIPTS)
