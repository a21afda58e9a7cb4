"""The pieces of the polyphonic sound detection score: overlaps in time, curves and their area.

Owns the parameters of PSDS 1 and 2 and the functions on plain arrays. Conventions: seconds;
events and detections are rows of (onset, offset). What the terms mean and how clips are
accumulated stands in ``psds``.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from jaxtyping import Bool, Float, Int

# lists of different lengths stand side by side, so the axis is not bound
Times: TypeAlias = Float[np.ndarray, "_events 2"]
Curve: TypeAlias = tuple[Float[np.ndarray, " _points"], Float[np.ndarray, " _points"]]

_TIME_DECIMALS = 6  # overlaps are compared after rounding, as in sed_scores_eval


@dataclass(frozen=True)
class PsdsConfig:
    """What counts as found, and what a false positive costs; see the module for the terms."""

    detection_share: float
    reference_share: float
    cross_share: float = 0.0
    cross_weight: float = 0.0
    spread_weight: float = 1.0
    max_false_per_hour: float = 100.0

    def __post_init__(self) -> None:
        """Check ranges."""
        shares = (self.detection_share, self.reference_share, self.cross_share)
        if not all(0.0 <= share <= 1.0 for share in shares):
            raise ValueError(f"shares must lie in 0…1, got {shares}")
        if not (self.cross_weight >= 0.0 and self.spread_weight >= 0.0):
            raise ValueError(
                f"weights must not be negative, got {self.cross_weight} and {self.spread_weight}"
            )
        if not self.max_false_per_hour > 0.0:
            raise ValueError(f"max_false_per_hour must be positive, got {self.max_false_per_hour}")


PSDS1 = PsdsConfig(detection_share=0.7, reference_share=0.7)
PSDS2 = PsdsConfig(detection_share=0.1, reference_share=0.1, cross_share=0.3, cross_weight=0.5)


def detect(
    bins: Int[np.ndarray, " frames"], frame_hop_s: float
) -> tuple[Int[np.ndarray, " levels"], Int[np.ndarray, " events"], Times]:
    """Detections at every level of the scores at once.

    Parameters
    ----------
    bins
        Bin of each frame's score, at least one frame.
    frame_hop_s
        Seconds from one frame to the next.

    Returns
    -------
    Distinct bins, ascending; for each detection the position of its level in them; and its times.
    At a level the frames are active whose bin is that or higher.
    """
    levels = np.unique(bins)
    active = np.pad(bins >= levels[:, None], ((0, 0), (1, 1)))
    row, first = np.nonzero(active[:, 1:] & ~active[:, :-1])
    _, end = np.nonzero(active[:, :-1] & ~active[:, 1:])
    return levels, row, np.column_stack([first, end]) * frame_hop_s


def overlap(first: Times, second: Times) -> Float[np.ndarray, "_first _second"]:
    """Seconds that each event of the first list shares with each of the second."""
    start = np.maximum(first[:, None, 0], second[:, 0])
    return np.asarray(np.maximum(np.minimum(first[:, None, 1], second[:, 1]) - start, 0.0))


def covers(
    seconds: Float[np.ndarray, "*any events"], share: float, events: Times
) -> Bool[np.ndarray, "*any events"]:
    """Whether so many seconds are at least that share of the event."""
    needed = share * (events[:, 1] - events[:, 0])
    return np.asarray(np.round(seconds, _TIME_DECIMALS) >= np.round(needed, _TIME_DECIMALS))


def changes(counts: Int[np.ndarray, " levels"]) -> Int[np.ndarray, " levels"]:
    """What falls to each level, levels ascending: a count there minus that at the next level."""
    return np.asarray(counts - np.append(counts[1:], 0))


def psd_curve(
    share_found: Float[np.ndarray, " levels"], false_per_hour: Float[np.ndarray, " levels"]
) -> Curve:
    """Greatest share found at up to so many false positives an hour.

    Parameters
    ----------
    share_found, false_per_hour
        One a threshold, in any order.

    Returns
    -------
    False positives an hour, ascending from 0, and the share found from there on.
    """
    order = np.lexsort((share_found, false_per_hour))
    costs = np.append(0.0, false_per_hour[order])
    return costs, np.maximum.accumulate(np.append(0.0, share_found[order]))


def psds_score(curves: Sequence[Curve], config: PsdsConfig) -> float:
    """Normalised area under the mean of the curves, less their spread; 0 without curves.

    Parameters
    ----------
    curves
        One a class.
    config
        Weight of the spread, and how far the area goes.

    Source
    ------
    Bilen et al. 2020, eqs. 8 and 9.
    """
    if not curves:
        return 0.0
    costs = np.unique(np.concatenate([costs for costs, _ in curves]))
    costs = costs[costs <= config.max_false_per_hour]
    shares = np.stack([share[np.searchsorted(at, costs, side="right") - 1] for at, share in curves])
    heights = np.maximum(shares.mean(axis=0) - config.spread_weight * shares.std(axis=0), 0.0)
    widths = np.diff(np.append(costs, config.max_false_per_hour))
    return float(heights @ widths / config.max_false_per_hour)
