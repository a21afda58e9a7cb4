"""The paper's claim about areas, counted: GMP underestimates, GAP overestimates, GWRP lies between.

Conventions: a unit of a mask is lit above one half, and a mask's area is its number of lit units. The claim
is put as three counts over events, so that where it does not hold the counts say so.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

LIT = 0.5


@dataclass(frozen=True)
class EventAreas:
    """Areas of one event's masks: the ideal one and each system's, with the systems' clip probabilities."""

    ideal: int
    systems: Mapping[str, int]
    clip_probs: Mapping[str, float]


def lit_units(mask: NDArray[np.floating[Any]]) -> int:
    """How many units of a mask are lit."""
    return int(np.count_nonzero(mask > LIT))


def claim_in_words(areas: Sequence[EventAreas]) -> str:
    """On how many events each part of the claim holds."""
    count = len(areas)
    under = sum(area.systems["gmp"] < area.ideal for area in areas)
    over = sum(area.systems["gap"] > area.ideal for area in areas)
    between = sum(
        area.systems["gmp"] < area.systems["gwrp"] < area.systems["gap"] for area in areas
    )
    return (
        f"GMP stays below the ideal mask's area in {under} of {count}, GAP goes beyond it in {over}, and "
        f"GWRP lies between GMP and GAP in {between}."
    )
