"""Ranking metrics of millions of units, from counts of their scores on a fixed grid.

Owns the counts by class and truth, from which F1, AUC and average precision of a whole test set
come at a memory that does not grow with it. Conventions: those of ``grid``; the class axis comes
first.

On scores that are edges of the grid the metrics equal scikit-learn's. Of any scores, F1 is exact
at each edge (name other thresholds at the start), and ``error_bounds`` says from the counts how
far AUC and average precision can be from those of the scores themselves. Degenerate input as in
``ranking``.

For the bootstrap the same scores are counted once more by group of recordings, on a coarser grid,
since groups × classes × fine bins would not fit. Replicates are taken from it and shifted by the
difference between fine and coarse values of the data as they are.
"""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from jaxtyping import Bool, Float, Num, UInt

from sedtf_core.evaluation import ranking
from sedtf_core.evaluation.bootstrap import (
    ClassMetric,
    Groups,
    Weights,
    class_metric,
    groups_or_zeros,
)
from sedtf_core.evaluation.grid import ScoreGrid

PAPER_THRESHOLD = 0.1
FINE_STEPS = 2048
COARSE_STEPS = 8


class ScoreHistogram:
    """Counts of scores by class, truth and bin, and the metrics that follow from them.

    Parameters
    ----------
    n_classes
        Length of the class axis.
    thresholds
        Detection thresholds at which F1 will be asked for.
    n_groups
        Groups of recordings for the bootstrap; 1 if no intervals are wanted.
    steps_per_octave
        Fineness of the grid, see ``grid``.

    Raises
    ------
    ValueError
        If a parameter is out of range.
    """

    def __init__(
        self,
        n_classes: int,
        thresholds: Sequence[float] = (PAPER_THRESHOLD,),
        n_groups: int = 1,
        steps_per_octave: int = FINE_STEPS,
    ) -> None:
        if n_classes < 1 or n_groups < 1:
            raise ValueError(
                f"n_classes and n_groups must be positive, got {n_classes} and {n_groups}"
            )
        self.n_classes, self.n_groups = n_classes, n_groups
        self.grid = ScoreGrid(steps_per_octave, thresholds)
        self._coarse = ScoreGrid(min(COARSE_STEPS, steps_per_octave), thresholds)
        # every coarse edge is a fine edge too, so a bin goes where its upper edge goes
        self._coarse_of = self._coarse.bins(np.append(self.grid.edges, np.float32(1)))
        # a cell holds 4e9 units, the whole plane of 200 000 clips
        self._counts = np.zeros((n_classes, 2, self.grid.n_bins), dtype=np.uint32)
        self._grouped = np.zeros((n_groups, n_classes, 2, self._coarse.n_bins), dtype=np.uint32)

    def update(
        self,
        scores: Num[np.ndarray, "classes ..."],
        truth: Bool[np.ndarray, "classes ..."],
        groups: Groups | None = None,
    ) -> None:
        """Count the units of one clip.

        Parameters
        ----------
        scores
            Values in 0…1.
        truth
            Whether the class is active in the unit.
        groups
            Group of each class in this clip; group 0 if left out.

        Raises
        ------
        ValueError
            If shapes differ, truth is not boolean, or a score or group is out of range.
        """
        validate(scores, truth, self.n_classes)
        groups = groups_or_zeros(groups, self.n_classes, self.n_groups)
        bins = self.grid.bins(scores).reshape(self.n_classes, -1)
        classes, side = (
            np.arange(self.n_classes)[:, None],
            truth.reshape(bins.shape).astype(np.intp),
        )
        one = np.uint32(1)
        np.add.at(self._counts, (classes, side, bins), one)
        np.add.at(self._grouped, (groups[:, None], classes, side, self._coarse_of[bins]), one)

    def f1(self, threshold: float = PAPER_THRESHOLD) -> Float[np.ndarray, " classes"]:
        """F1 of score > threshold, exact.

        Raises
        ------
        ValueError
            If the threshold is not an edge of the grid.
        """
        first = self.grid.first_bin_above(threshold)
        return np.concatenate([_f1_from_bin(*pair, first) for pair in self._pairs()])

    def auc(self) -> Float[np.ndarray, " classes"]:
        """Area under the ROC curve."""
        return np.concatenate([ranking.roc_auc(*pair) for pair in self._pairs()])

    def average_precision(self) -> Float[np.ndarray, " classes"]:
        """Average precision."""
        return np.concatenate([ranking.average_precision(*pair) for pair in self._pairs()])

    def error_bounds(self) -> tuple[Float[np.ndarray, " classes"], Float[np.ndarray, " classes"]]:
        """How far AUC and average precision can be, at most, from those of the scores themselves.

        Returns
        -------
        Bound of the AUC, half the share of pairs that fall in one bin, and bound of the average
        precision, from the best and worst order of the units within the bins.
        """
        auc_bounds, precision_bounds = np.zeros(self.n_classes), np.zeros(self.n_classes)
        for k, (positives, negatives) in enumerate(self._pairs()):
            in_one_bin = np.sum(positives.astype(np.float64) * negatives)
            pairs = max(positives.sum(dtype=np.float64) * negatives.sum(), 1.0)
            auc_bounds[k] = 0.5 * in_one_bin / pairs
            least, greatest = ranking.average_precision_bounds(positives, negatives)
            binned = ranking.average_precision(positives, negatives)
            precision_bounds[k] = np.maximum(greatest - binned, binned - least)[0]
        return auc_bounds, precision_bounds

    def best_threshold(self) -> float:
        """Edge with the greatest F1, averaged over the classes that occur.

        Tune it on the valid split, then name it among the ``thresholds`` of the test split. Without
        positives in any class it is the lowest edge; of equal edges it is the lowest.
        """
        total = np.zeros(len(self.grid.edges))
        for pair in self._pairs():
            detected, false = (np.cumsum(counts[0, :0:-1])[::-1] for counts in pair)
            total += ranking.f1_score(detected, false, pair[0].sum() - detected)
        return float(self.grid.edges[np.argmax(total)])

    def class_metrics(
        self, thresholds: Mapping[str, float], weights: Weights
    ) -> dict[str, ClassMetric]:
        """F1 at each named threshold, ``auc`` and ``map``, under each weighting of the groups.

        Parameters
        ----------
        thresholds
            Name of the metric → threshold, one of those named at the start.
        weights
            Weight of each group.

        Returns
        -------
        Metrics by name. F1 and average precision count the classes that occur, the AUC those with
        positives and negatives; without any, the means are 0, 0 and 0.5.
        """
        plain = np.ones((1, self.n_groups))
        fine = {name: self.f1(threshold) for name, threshold in thresholds.items()}
        fine |= {"auc": self.auc(), "map": self.average_precision()}
        values = {name: np.zeros((len(weights), self.n_classes)) for name in fine}
        for k in range(self.n_classes):
            replicated = self._coarse_metrics(k, thresholds, np.vstack([plain, weights]))
            for name, coarse in replicated.items():
                values[name][:, k] = np.clip(fine[name][k] + coarse[1:] - coarse[0], 0.0, 1.0)
        has_negatives, occurs = np.any(self._counts, axis=-1).T
        result = {name: class_metric(values[name], occurs) for name in values}
        result["auc"] = class_metric(values["auc"], occurs & has_negatives, ranking.CHANCE_AUC)
        return result

    def _pairs(self) -> Iterator[tuple[UInt[np.ndarray, "1 bins"], UInt[np.ndarray, "1 bins"]]]:
        """Positives and negatives in each bin, class by class, which bounds the memory in use."""
        for of_class in self._counts:
            yield of_class[1:], of_class[:1]

    def _coarse_metrics(
        self, class_index: int, thresholds: Mapping[str, float], weights: Weights
    ) -> dict[str, Float[np.ndarray, " replicates"]]:
        """Metrics of one class under each weighting, from the coarse counts."""
        counts = self._grouped[:, class_index].reshape(self.n_groups, -1).astype(np.float64)
        weighted = (weights @ counts).reshape(len(weights), 2, -1)
        negatives, positives = weighted[:, 0], weighted[:, 1]
        metrics = {
            name: _f1_from_bin(positives, negatives, self._coarse.first_bin_above(threshold))
            for name, threshold in thresholds.items()
        }
        metrics["auc"] = ranking.roc_auc(positives, negatives)
        metrics["map"] = ranking.average_precision(positives, negatives)
        return metrics


def validate(
    scores: Num[np.ndarray, "..."], truth: Bool[np.ndarray, "..."], n_classes: int
) -> None:
    """Check one clip's scores and truth.

    Raises
    ------
    ValueError
        If their shapes differ or do not start with ``n_classes``, or truth is not boolean.
    """
    if scores.shape != truth.shape or scores.shape[:1] != (n_classes,):
        raise ValueError(
            f"scores and truth must have one shape that starts with {n_classes} classes, "
            f"got {scores.shape} and {truth.shape}"
        )
    if truth.dtype != np.bool_:
        raise ValueError(f"truth must be boolean, got {truth.dtype}")


def _f1_from_bin(
    positives: Num[np.ndarray, "*any bins"], negatives: Num[np.ndarray, "*any bins"], first: int
) -> Float[np.ndarray, "*any"]:
    """F1 if the bins from ``first`` on are detected."""
    detected, missed = positives[..., first:].sum(-1), positives[..., :first].sum(-1)
    return ranking.f1_score(detected, negatives[..., first:].sum(-1), missed)
