"""The toy as one call: networks of a few hundred parameters that train in the browser, side by side.

Owns the set-up's values and how they travel to the browser and back; training, drawing and words are
JavaScript. Leaves links to the page.
"""

from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

from pages.shared.browser.component import SHARED, ignore_change, pinned, register
from pages.shared.pooling.settings import PLANE_UNITS
from sedtf_core.config import PAPER_DECAY

FOLDER = Path(__file__).parent
PLAYER = FOLDER.parents[1] / "player"
TOY_POOLINGS = ("gmp", "gap", "gwrp", "top_k", "linear_softmax", "power", "auto")
UNITS = 64
# Weights that fall over the ranks of 64 units as the paper's do over those of its masks.
PAPER_LIKE_DECAY = round(PAPER_DECAY ** (PLANE_UNITS / UNITS), 2)
CORE = (
    FOLDER / "bags.js",
    FOLDER.parents[1] / "pooling" / "poolings.js",
    *(FOLDER / f"{name}.js" for name in ("pooling", "network", "run")),
)
SCRIPTS = (
    SHARED / "colours.js",
    SHARED / "dom.js",
    SHARED / "mounted.js",
    SHARED / "numbers.js",
    PLAYER / "axes.js",
    FOLDER.parent / "plot.js",
    *CORE,
    *(FOLDER / f"{name}.js" for name in ("tiles", "controls", "words", "view", "mount")),
)


@dataclass(frozen=True)
class ToySettings:
    """What a comparison is set up with.

    Parameters
    ----------
    poolings
        Three names of ``TOY_POOLINGS``, one a row; equal ones are allowed.
    patch
        Side of the planted patch in units, 1…5.
    noise
        Standard deviation of the background, 0.1…1.5; the patch adds 1.
    r
        Decay of weighted rank pooling, 0…1.
    seed
        Of bags and first weights, 0…999.
    """

    poolings: tuple[str, ...] = ("gmp", "gap", "gwrp")
    patch: int = 3
    noise: float = 0.5
    r: float = PAPER_LIKE_DECAY
    seed: int = 0

    def __post_init__(self) -> None:
        """Check the ranges."""
        known = len(self.poolings) == 3 and set(self.poolings) <= set(TOY_POOLINGS)
        ranges = 1 <= self.patch <= 5 and 0.1 <= self.noise <= 1.5 and 0.0 <= self.r <= 1.0
        if not (known and ranges and 0 <= self.seed <= 999):
            raise ValueError(f"not a set-up of the toy: {self}")

    def to_text(self) -> str:
        """The set-up as a link holds it: ``gmp,gap,gwrp,3,0.5,0.94,0``."""
        return ",".join([*self.poolings, f"{self.patch},{self.noise:g},{self.r:g},{self.seed}"])

    @classmethod
    def from_text(cls, text: str) -> "ToySettings":
        """The inverse of ``to_text``; raises ValueError where the text is no set-up."""
        *poolings, patch, noise, r, seed = text.split(",")
        return cls(tuple(poolings), int(patch), float(noise), float(r), int(seed))


def show_toy(*, key: str, preset: ToySettings) -> ToySettings:
    """Show the toy and return what is set up in it; changes arrive when a control is let go.

    Parameters
    ----------
    key
        Names the toy within the session.
    preset
        What to begin with; ignored while the toy stays on the page.
    """
    begun = pinned(key, preset)
    result = _component()(
        key=key,
        data=asdict(begun),
        default={"settings": None},
        on_settings_change=ignore_change,
    )
    if result.settings is None:
        return begun
    return ToySettings(**{**result.settings, "poolings": tuple(result.settings["poolings"])})


@cache
def _component() -> Any:
    """The mounting command; registered once a process."""
    return register("toy", FOLDER, SCRIPTS)
