"""The scrubber as one call: a Streamlit component made of the readable files beside this one."""

import struct
from functools import cache
from pathlib import Path
from typing import Any

from pages.shared.browser.component import SHARED, ignore_change, pinned, register
from pages.shared.cached import slow_motion_event

FOLDER = Path(__file__).parent
PLAYER = FOLDER.parents[1] / "player"
SCRIPTS = (
    SHARED / "colours.js",
    SHARED / "dom.js",
    SHARED / "message.js",
    SHARED / "mounted.js",
    SHARED / "numbers.js",
    PLAYER / "axes.js",
    FOLDER.parent / "plot.js",
    *(
        FOLDER / f"{name}.js"
        for name in ("message", "course", "pictures", "scrubber", "stage", "mount")
    ),
)


def show_slow_motion(*, key: str, clip: int, event: int, share: float) -> float:
    """Show the masks of all runs for one event, and return the share of training that was scrubbed to.

    Parameters
    ----------
    key
        Names the scrubber within the session.
    clip, event
        Which mixture of the snapshots, and which of its events.
    share
        0…1, where to begin; ignored while the scrubber stays on the page.

    Returns
    -------
    0…1; changes when a gesture is finished.
    """
    begun = pinned(key, min(1.0, max(0.0, share)))
    result = _component()(
        key=key,
        data=struct.pack("<H", round(1000 * begun)) + slow_motion_event(clip, event),
        default={"share": None},
        on_share_change=ignore_change,
    )
    return begun if result.share is None else float(result.share)


@cache
def _component() -> Any:
    """The mounting command; registered once a process."""
    return register("slow_motion", FOLDER, SCRIPTS)
