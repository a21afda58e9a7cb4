"""Time-frequency segmentation: which units of the spectrogram belong to a class.

Owns F1 at a threshold, AUC and mean average precision of masks against the ideal binary mask, and
the mean absolute error against the ideal ratio mask. Conventions: axes ``classes frames
mel_bins``; a unit is detected where its mask > threshold; an absent class has ideal masks of
zeros. For the ranking metrics all units of all clips are pooled a class, and the mean runs over
the classes with a unit in an ideal binary mask. The error is taken over all units of the clips
that contain the class, where its ideal ratio mask is not all zero, since the zeros of absent
classes would drown it. Memory is constant, see ``histogram`` for how exact the values are. Masks
gated by the clip probability are made by ``tagging.gate``. Degenerate input: as for ``frame``;
the error of a class that never occurs is 0 and left out of the mean. Ideal masks are left to
``separation`` of the core.
"""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from jaxtyping import Bool, Num

from sedtf_core.evaluation.bootstrap import (
    DEFAULT_REPLICATES,
    ClassMetric,
    Groups,
    Summary,
    Weights,
    class_metric,
    groups_or_zeros,
    index_labels,
    summarise,
)
from sedtf_core.evaluation.grid import validate_scores
from sedtf_core.evaluation.histogram import PAPER_THRESHOLD, ScoreHistogram
from sedtf_core.evaluation.histogram import validate as validate_truth
from sedtf_core.evaluation.tagging import PAPER_THRESHOLDS


class SegmentationMetrics:
    """Takes the masks of one clip after another.

    Parameters
    ----------
    labels
        Class names in the order of the class axis.
    thresholds
        Name of an F1 → its threshold, 0 ≤ threshold < 1; the paper's is 0.1.
    n_groups
        Groups of recordings for the bootstrap.

    Raises
    ------
    ValueError
        If labels repeat or a threshold is out of range.
    """

    def __init__(
        self,
        labels: Sequence[str],
        thresholds: Mapping[str, float] = PAPER_THRESHOLDS,
        n_groups: int = 1,
    ) -> None:
        index_labels(labels)
        self.labels, self.thresholds = tuple(labels), dict(thresholds)
        self.histogram = ScoreHistogram(len(labels), tuple(thresholds.values()), n_groups)
        self._error = np.zeros((n_groups, len(labels)))
        self._units = np.zeros((n_groups, len(labels)))

    def update(
        self,
        masks: Num[np.ndarray, "classes frames mel_bins"],
        ideal_binary_masks: Bool[np.ndarray, "classes frames mel_bins"],
        ideal_ratio_masks: Num[np.ndarray, "classes frames mel_bins"],
        groups: Groups | None = None,
    ) -> None:
        """Add one clip.

        Parameters
        ----------
        masks
            Segmentation masks in 0…1.
        ideal_binary_masks, ideal_ratio_masks
            What they should be; zeros for an absent class.
        groups
            Group of each class in this clip, from ``RecordingGroups``.

        Raises
        ------
        ValueError
            If shapes differ, the binary masks are not boolean, or a value or group is out of range.
        """
        validate(masks, ideal_binary_masks, ideal_ratio_masks, len(self.labels))
        groups = groups_or_zeros(groups, len(self.labels), self.histogram.n_groups)
        self.histogram.update(masks, ideal_binary_masks, groups)
        for k in np.flatnonzero(np.any(ideal_ratio_masks, axis=(1, 2))):
            error = np.subtract(masks[k], ideal_ratio_masks[k], dtype=np.float64)
            self._error[groups[k], k] += np.abs(error).sum()
            self._units[groups[k], k] += error.size

    def metrics(self, weights: Weights) -> dict[str, ClassMetric]:
        """F1 at each threshold, ``auc``, ``map`` (a class: average precision) and ``irm_mae``."""
        units = weights @ self._units
        error = np.divide(weights @ self._error, units, out=np.zeros_like(units), where=units > 0)
        result = self.histogram.class_metrics(self.thresholds, weights)
        return result | {"irm_mae": class_metric(error, np.any(self._units, axis=0))}

    def summary(self, replicates: int = DEFAULT_REPLICATES, seed: int = 0) -> Summary:
        """Values and 95 % intervals; with 0 replicates values only."""
        return summarise(self.labels, self.metrics, self.histogram.n_groups, replicates, seed)


def validate(
    masks: Num[np.ndarray, "..."],
    ideal_binary_masks: Bool[np.ndarray, "..."],
    ideal_ratio_masks: Num[np.ndarray, "..."],
    n_classes: int,
) -> None:
    """Check one clip's masks.

    Raises
    ------
    ValueError
        If shapes differ or are not classes × frames × mel bins, the binary masks are not boolean,
        or a value lies outside 0…1.
    """
    if np.ndim(masks) != 3:
        raise ValueError(f"masks must be classes × frames × mel bins, got shape {np.shape(masks)}")
    if np.shape(masks) != np.shape(ideal_ratio_masks):
        raise ValueError(
            f"masks and ideal ratio masks must have one shape, got {np.shape(masks)} "
            f"and {np.shape(ideal_ratio_masks)}"
        )
    validate_truth(masks, ideal_binary_masks, n_classes)
    validate_scores(masks)
    validate_scores(ideal_ratio_masks)


def evaluate(
    clips: Iterable[
        tuple[
            Num[np.ndarray, "classes _frames mel_bins"],
            Bool[np.ndarray, "classes _frames mel_bins"],
            Num[np.ndarray, "classes _frames mel_bins"],
        ]
    ],
    labels: Sequence[str],
    threshold: float = PAPER_THRESHOLD,
) -> dict[str, float]:
    """Mean over the classes that occur of ``f1``, ``auc``, ``map`` and ``irm_mae``.

    Parameters
    ----------
    clips
        Masks, ideal binary masks and ideal ratio masks of each clip; taken one at a time.
    labels
        Class names in the order of the class axis.
    threshold
        Detected means mask > threshold.

    Raises
    ------
    ValueError
        As ``SegmentationMetrics.update``.
    """
    metrics = SegmentationMetrics(labels, {"f1": threshold})
    for masks, binary, ratio in clips:
        metrics.update(masks, binary, ratio)
    return metrics.summary(replicates=0).mean
