"""What a user has set in the player: goes into a link, and comes back when the link is opened."""

from dataclasses import dataclass, field

from sedtf_core.config import DetectionConfig

ALL_CLASSES = "*"  # what PlayerState.selected says when all classes are shown at once


@dataclass(frozen=True)
class PlayerState:
    """The player's settings, where they differ from those it begins with.

    Parameters
    ----------
    detection
        The operating point.
    selected
        Label of the chosen class, or ``ALL_CLASSES`` for all at once; None leaves it to the player, which
        takes the first.
    systems
        Names of the systems whose panels are shown (and ``ideal``); None shows the first three and
        ``ideal``.
    zoom
        (start in s, end in s, low in Hz, high in Hz); None shows everything.
    loop
        (start, end) in s of the loop region, or None.
    levels
        (lowest, highest) level in dB of the colour bar; None ends it at the clip's loudest unit.
    solo
        The tracks that alone are heard: ``scene``, ``truth~LABEL``, ``SYSTEM~LABEL``,
        ``background~SYSTEM``; those that the clip does not have are left out.
    """

    detection: DetectionConfig = field(default_factory=DetectionConfig)
    selected: str | None = None
    systems: tuple[str, ...] | None = None
    zoom: tuple[float, float, float, float] | None = None
    loop: tuple[float, float] | None = None
    levels: tuple[float, float] | None = None
    solo: tuple[str, ...] = ()
