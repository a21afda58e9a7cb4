"""What is set up in the pooling lab: which mask, which pooling, which parameter; and how a link holds it.

Owns the ranges of the parameters, which Python checks and the browser's sliders follow. Conventions: area
is a share of the plane, height a unit's value, both 0…1. Leaves formulas to ``words``.
"""

from dataclasses import dataclass

from sedtf_core.config import PAPER_DECAY

MASKS = ("gmp", "gap", "gwrp", "ideal", "painted", "rectangle")
EXAMPLE_FRAMES, EXAMPLE_BANDS = 62, 20  # 2 s at the networks' hop, a third of the mel bands
PLANE_UNITS = 311 * 64  # a clip of 10 s


@dataclass(frozen=True)
class Parameter:
    """The one number of a pooling: its range, where it stands first, and how its slider runs.

    Parameters
    ----------
    symbol, words
        What it is called in the formula and beside the slider.
    low, high, usual
        The range and the value shown first.
    scale
        ``reach`` (logarithmic in 1/(1 − r)), ``share`` (logarithmic) or ``linear``.
    marks
        Values marked under the slider, with their names.
    """

    symbol: str
    words: str
    low: float
    high: float
    usual: float
    scale: str
    marks: tuple[tuple[float, str], ...]


PARAMETERS = {
    "gwrp": Parameter(
        "r", "decay", 0.0, 1.0, PAPER_DECAY, "reach",
        ((0.0, "GMP"), (PAPER_DECAY, f"{PAPER_DECAY}, the paper's"), (1.0, "GAP")),
    ),
    "power": Parameter(
        "n", "exponent", 0.0, 5.0, 2.0, "linear", ((0.0, "GAP"), (1.0, "linear softmax"))
    ),
    "auto": Parameter("α", "sharpness", 0.0, 50.0, 1.0, "linear", ((0.0, "GAP"),)),
    "top_k": Parameter("share", "of the units", 1e-5, 1.0, 0.05, "share",
        ((1e-5, "GMP"), (1.0, "GAP")),
    ),
    "attention": Parameter(
        "s", "sharpness of the stand-in, the level", 0.0, 4.0, 1.0, "linear", ((0.0, "GAP"),)
    ),
}  # fmt: skip
POOLING_TITLES = {
    "gmp": "GMP",
    "gap": "GAP",
    "gwrp": "GWRP",
    "linear_softmax": "Linear softmax",
    "power": "Power",
    "auto": "Auto-pool",
    "top_k": "Top-k",
    "attention": "Attention",
}


@dataclass(frozen=True)
class LabSettings:
    """What the lab shows.

    Parameters
    ----------
    label
        The class; empty takes the clip's first. A class that the clip does not show gives way to it too.
    mask
        One of ``MASKS``: a system's, the ideal ratio mask, one painted by hand, or a rectangle.
    pooling
        One of ``POOLING_TITLES``.
    parameter
        Of the pooling, within its range; None takes the usual value, and stands where there is none.
    area, height
        Of the rectangle, 0…1.
    """

    label: str = ""
    mask: str = "gwrp"
    pooling: str = "gwrp"
    parameter: float | None = None
    area: float = EXAMPLE_FRAMES * EXAMPLE_BANDS / PLANE_UNITS
    height: float = 1.0

    def __post_init__(self) -> None:
        """Check the ranges."""
        known = self.mask in MASKS and self.pooling in POOLING_TITLES
        inside = 0.0 <= self.area <= 1.0 and 0.0 <= self.height <= 1.0
        if known and self.parameter is not None:
            its = PARAMETERS.get(self.pooling)
            inside = inside and its is not None and its.low <= self.parameter <= its.high
        if not (known and inside):
            raise ValueError(f"not a set-up of the pooling lab: {self}")

    def to_text(self) -> str:
        """The set-up as a link holds it: ``Bark,gwrp,gwrp,0.9998,0.0623,1``."""
        parameter = "" if self.parameter is None else f"{self.parameter:.10g}"
        return (
            f"{self.label},{self.mask},{self.pooling},{parameter},{self.area:.6g},{self.height:g}"
        )

    @classmethod
    def from_text(cls, text: str) -> "LabSettings":
        """The inverse of ``to_text``; raises ValueError where the text is no set-up."""
        label, mask, pooling, parameter, area, height = text.rsplit(",", 5)
        number = float(parameter) if parameter else None
        return cls(label[:100], mask, pooling, number, float(area), float(height))
