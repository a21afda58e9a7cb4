"""The player as one call: a Streamlit component made of the readable files beside this one.

Leaves what is shown to payload.py and everything on screen to JavaScript.
"""

from functools import cache
from pathlib import Path
from typing import Any

from pages.shared.browser.component import SHARED, ignore_change, pinned, register
from pages.shared.player.payload import PlayerView, encode_message
from pages.shared.player.state import PlayerState
from sedtf_core.config import DetectionConfig

FOLDER = Path(__file__).parent
SCRIPTS = (
    SHARED / "message.js",
    SHARED / "mounted.js",
    SHARED / "numbers.js",
    FOLDER / "payload.js",
    FOLDER / "axes.js",
    SHARED / "colours.js",
    SHARED / "dom.js",
    *(
        FOLDER / f"{name}.js"
        for name in (
            "detection",
            "state",
            "spectrum",
            "stretch",
            "engine",
            "commands",
            "keyboard",
            "help",
            "plot",
            "panels",
            "operating",
            "scores",
            "lanes",
            "waveform",
            "tracks",
            "readout",
            "choices",
            "toolbar",
            "gestures",
            "player",
            "mount",
        )
    ),
)


def player(view: PlayerView, *, key: str, initial: PlayerState | None = None) -> PlayerState:
    """Show the player and return what the user has set in it.

    The state changes only when a gesture is finished. It is safe to put it into the page's link: the
    player takes ``initial`` when it appears on the page and ignores it while it stays there.

    Parameters
    ----------
    view
        What to show. Pass the same object again for the same clip; its encoded form is kept with it.
    key
        Names the player within the session.
    initial
        What to begin with, from a link.

    Returns
    -------
    The state as set in the browser; before the first change ``initial``, or the view's own.
    """
    begun = pinned(key, initial)
    result = _component()(
        key=key,
        data=encode_message(view, begun),
        default={"state": None},
        on_state_change=ignore_change,
    )
    raw = result.state
    return (begun or PlayerState(detection=view.detection)) if raw is None else _to_state(raw)


@cache
def _component() -> Any:
    """The mounting command; registered once a process."""
    return register("player", FOLDER, SCRIPTS)


def _to_state(raw: dict[str, Any]) -> PlayerState:
    """The browser's report as a PlayerState."""
    return PlayerState(
        detection=DetectionConfig(**raw["detection"]),
        selected=raw["selected"],
        systems=tuple(raw["systems"]),
        solo=tuple(raw["solo"]),
        **{name: raw[name] and tuple(raw[name]) for name in ("zoom", "loop", "levels")},
    )
