"""Audio tagging: which classes a clip contains, whenever they sound.

Owns F1 at a threshold, AUC and mean average precision of clip probabilities. Conventions: a class
is tagged where its probability > threshold; classes on the last axis of many clips, the only axis
of one. The scores are few, so they are kept, some 10 bytes a class and clip, and the metrics
equal scikit-learn's. The mean runs over the classes that occur. Degenerate input: a class that
never occurs has F1 0, AUC 0.5 and average precision 0 and is left out of the means (of the AUC
also a class that is in every clip); without any clip or class left the means are 0, 0.5 and 0.
Frame scores are left to ``frame``.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from jaxtyping import Bool, Num

from sedtf_core.evaluation import ranking
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
from sedtf_core.evaluation.histogram import PAPER_THRESHOLD, validate

PAPER_THRESHOLDS: Mapping[str, float] = {"f1": PAPER_THRESHOLD}


class TaggingMetrics:
    """Takes the clip probabilities of one clip after another.

    Parameters
    ----------
    labels
        Class names in the order of the class axis.
    thresholds
        Name of an F1 → its threshold, 0…1; the paper's is 0.1.
    n_groups
        Groups of recordings for the bootstrap.

    Raises
    ------
    ValueError
        If labels repeat.
    """

    def __init__(
        self,
        labels: Sequence[str],
        thresholds: Mapping[str, float] = PAPER_THRESHOLDS,
        n_groups: int = 1,
    ) -> None:
        index_labels(labels)
        self.labels, self.thresholds, self.n_groups = tuple(labels), dict(thresholds), n_groups
        self._probs: list[Num[np.ndarray, " classes"]] = []
        self._truth: list[Bool[np.ndarray, " classes"]] = []
        self._groups: list[Groups] = []

    def update(
        self,
        clip_probs: Num[np.ndarray, " classes"],
        weak_labels: Bool[np.ndarray, " classes"],
        groups: Groups | None = None,
    ) -> None:
        """Add one clip.

        Parameters
        ----------
        clip_probs
            Probabilities in 0…1.
        weak_labels
            Which classes the clip contains.
        groups
            Group of each class in this clip, from ``RecordingGroups``.

        Raises
        ------
        ValueError
            If shapes differ, labels are not boolean, or a probability or group is out of range.
        """
        clip_probs, weak_labels = np.asarray(clip_probs), np.asarray(weak_labels)
        validate(clip_probs, weak_labels, len(self.labels))
        validate_scores(clip_probs)
        groups = groups_or_zeros(groups, len(self.labels), self.n_groups)
        self._probs.append(clip_probs.copy())
        self._truth.append(weak_labels.copy())
        self._groups.append(groups.astype(np.int16))

    def metrics(self, weights: Weights) -> dict[str, ClassMetric]:
        """F1 at each threshold, ``auc`` and ``map``, for a class its average precision."""
        probs, truth, groups = (
            np.reshape(rows, (-1, len(self.labels)))
            for rows in (self._probs, np.asarray(self._truth, dtype=bool), self._groups)
        )
        names = [*self.thresholds, "auc", "map"]
        values = {name: np.zeros((len(weights), len(self.labels))) for name in names}
        values["auc"] += ranking.CHANCE_AUC
        for k in range(len(self.labels) if len(probs) else 0):
            cell_weights = weights[:, groups[:, k].astype(np.int64)]
            level, positives, negatives = ranking.levels(probs[:, k], truth[:, k], cell_weights)
            values["auc"][:, k] = ranking.roc_auc(positives, negatives)
            values["map"][:, k] = ranking.average_precision(positives, negatives)
            for name, threshold in self.thresholds.items():
                tagged = level > np.asarray(threshold, dtype=level.dtype)
                values[name][:, k] = ranking.f1_score(
                    positives[:, tagged].sum(-1),
                    negatives[:, tagged].sum(-1),
                    positives[:, ~tagged].sum(-1),
                )
        occurs, always = np.any(truth, axis=0), np.all(truth, axis=0)
        result = {name: class_metric(values[name], occurs) for name in names}
        result["auc"] = class_metric(values["auc"], occurs & ~always, ranking.CHANCE_AUC)
        return result

    def summary(self, replicates: int = DEFAULT_REPLICATES, seed: int = 0) -> Summary:
        """Values and 95 % intervals; with 0 replicates values only."""
        return summarise(self.labels, self.metrics, self.n_groups, replicates, seed)

    def best_threshold(self) -> float:
        """Probability with the greatest F1, averaged over the classes that occur.

        Tune it on the valid split. The candidates are 0 and all probabilities but the greatest;
        of equal ones it is the lowest, and 0 without clips.
        """
        candidates = np.unique(np.concatenate([[0.0], *self._probs]))
        candidates = candidates[candidates < 1.0]
        probs = np.reshape(self._probs, (-1, len(self.labels)))
        truth = np.reshape(np.asarray(self._truth, dtype=bool), probs.shape)
        total = np.zeros(len(candidates))
        for k in range(len(self.labels)):
            positives, negatives = np.sort(probs[truth[:, k], k]), np.sort(probs[~truth[:, k], k])
            missed = np.searchsorted(positives, candidates, side="right")
            false = len(negatives) - np.searchsorted(negatives, candidates, side="right")
            total += ranking.f1_score(len(positives) - missed, false, missed)
        return float(candidates[np.argmax(total)])


def gate(
    scores: Num[np.ndarray, "classes ..."],
    clip_probs: Num[np.ndarray, " classes"],
    tagging_threshold: float = PAPER_THRESHOLD,
) -> Num[np.ndarray, "classes ..."]:
    """Frame scores or masks with those of untagged classes set to 0.

    Parameters
    ----------
    scores
        Frame scores or masks.
    clip_probs
        Clip probabilities; a class is tagged where its own reaches the threshold, as in detection.
    tagging_threshold
        In 0…1.

    Returns
    -------
    Scores of the same shape.

    Raises
    ------
    ValueError
        If the class axes differ in length.
    """
    if np.shape(clip_probs) != np.shape(scores)[:1]:
        raise ValueError(
            f"need one clip probability a class, got shapes {np.shape(clip_probs)} "
            f"and {np.shape(scores)}"
        )
    tagged = (clip_probs >= tagging_threshold).reshape(-1, *[1] * (scores.ndim - 1))
    return np.where(tagged, scores, np.zeros((), dtype=scores.dtype))


def evaluate(
    clip_probs: Num[np.ndarray, "clips classes"],
    weak_labels: Bool[np.ndarray, "clips classes"],
    threshold: float = PAPER_THRESHOLD,
) -> dict[str, float]:
    """Mean over the classes that occur of ``f1``, ``auc`` and ``map``.

    Parameters
    ----------
    clip_probs
        Probabilities in 0…1.
    weak_labels
        Which classes each clip contains.
    threshold
        Detected means probability > threshold.

    Raises
    ------
    ValueError
        If shapes differ, labels are not boolean, or a probability is out of range.
    """
    probs, truth = np.asarray(clip_probs), np.asarray(weak_labels)
    if probs.shape != truth.shape or probs.ndim != 2:
        raise ValueError(f"need two arrays clips × classes, got {probs.shape} and {truth.shape}")
    metrics = TaggingMetrics([str(k) for k in range(probs.shape[1])], {"f1": threshold})
    for row, present in zip(probs, truth, strict=True):
        metrics.update(row, present)
    return metrics.summary(replicates=0).mean
