"""A fixed grid of score levels, so that millions of scores are counted instead of kept.

Conventions: scores lie in 0…1 and are compared as single floats, as networks give them; detected
means score > threshold. The edges are those of floating-point numbers, mirrored at 1/2:
``steps_per_octave`` edges between p and 2p from 2^-40 to 1/2, and the same for 1 - p down to
2^-24. So the small values of a mask under max pooling are told apart as well as those near 1.
Neighbouring edges differ by at most 1 / steps_per_octave of the distance to 0 or 1, whichever is
nearer. Thresholds that are asked for become edges too. Counting is left to ``histogram`` and
``psds``.
"""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float32, Int, Num

_MANTISSA_BITS = 23
# single floats as integers: of positive numbers these have the same order
_LOWEST_BITS = int(np.float32(2.0**-40).view(np.int32))
_LEAST_FROM_ONE_BITS = int(np.float32(2.0**-24).view(np.int32))
_HALF_BITS = int(np.float32(0.5).view(np.int32))


class ScoreGrid:
    """Edges between 0 and 1, and the bin of a score: the number of edges that it exceeds.

    Parameters
    ----------
    steps_per_octave
        Edges between p and 2p, a power of two from 1 to 4096.
    thresholds
        Further edges, 0 ≤ threshold < 1.

    Raises
    ------
    ValueError
        If a parameter is out of range.
    """

    def __init__(self, steps_per_octave: int, thresholds: Sequence[float] = ()) -> None:
        if steps_per_octave not in [2**power for power in range(13)]:
            raise ValueError(
                f"steps_per_octave must be a power of two from 1 to 4096, got {steps_per_octave}"
            )
        if not all(0.0 <= threshold < 1.0 for threshold in thresholds):
            raise ValueError(f"thresholds must lie in 0…1, 1 excluded, got {list(thresholds)}")
        self._shift = _MANTISSA_BITS - steps_per_octave.bit_length() + 1
        self._thresholds = np.unique(np.asarray(thresholds, dtype=np.float32))
        step = 1 << self._shift
        low = np.arange(_LOWEST_BITS, _HALF_BITS + 1, step, dtype=np.int32)
        high = np.arange(_LEAST_FROM_ONE_BITS, _HALF_BITS, step, dtype=np.int32)
        self._base_edges = len(low) + len(high)
        edges = [low.view(np.float32), _one_minus(high.view(np.float32)), self._thresholds]
        self.edges: Float32[np.ndarray, " edges"] = np.sort(np.concatenate(edges))

    @property
    def n_bins(self) -> int:
        """Number of bins: one more than edges."""
        return len(self.edges) + 1

    def bins(self, scores: Num[np.ndarray, "*any"]) -> Int[np.ndarray, "*any"]:
        """Bin of each score.

        Parameters
        ----------
        scores
            Values in 0…1.

        Returns
        -------
        Number of edges below the score: what ``np.searchsorted(edges, scores)`` gives, but read
        off the bits of the score, which is many times as fast.

        Raises
        ------
        ValueError
            If a score is not a number or lies outside 0…1.
        """
        scores = np.abs(validate_scores(scores))  # -0.0 has the bits of a negative number
        from_zero, from_one = scores.view(np.int32), (1 - scores).view(np.int32)
        below = ((from_zero - 1 - _LOWEST_BITS) >> self._shift) + 1
        not_below = ((from_one - _LEAST_FROM_ONE_BITS) >> self._shift) + 1
        bins: Int[np.ndarray, "*any"] = np.where(
            scores <= 0.5, np.maximum(below, 0), self._base_edges - np.maximum(not_below, 0)
        )
        for threshold in self._thresholds:
            bins += scores > threshold
        return bins

    def first_bin_above(self, threshold: float) -> int:
        """First bin whose scores all exceed the threshold.

        Raises
        ------
        ValueError
            If the threshold is not an edge, so that the bins cannot tell what exceeds it.
        """
        single = np.float32(threshold)
        if single not in self.edges:
            raise ValueError(f"{threshold} is not an edge of the grid: name it in thresholds")
        return int(np.searchsorted(self.edges, single, side="right"))


def validate_scores(scores: Num[np.ndarray, "*any"]) -> Float32[np.ndarray, "*any"]:
    """Scores as single floats.

    Raises
    ------
    ValueError
        If a score is not a number or lies outside 0…1.
    """
    single = np.asarray(scores, dtype=np.float32)
    # min and max pass NaN on, and a comparison with NaN is false
    if single.size and not (single.min() >= 0.0 and single.max() <= 1.0):
        raise ValueError(f"scores must be numbers in 0…1, got {single.min()}…{single.max()}")
    return single


def _one_minus(values: Float32[np.ndarray, " edges"]) -> Float32[np.ndarray, " edges"]:
    """1 - value rounded down to a single float, so that no single float lies between the two."""
    exact = 1.0 - values.astype(np.float64)
    single = exact.astype(np.float32)
    return np.where(single > exact, np.nextafter(single, np.float32(0)), single)
