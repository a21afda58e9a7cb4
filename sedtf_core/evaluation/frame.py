"""Frame-wise detection: in which frames a class sounds.

Owns F1 at a threshold, AUC and mean average precision of frame scores. Conventions: axes
``classes frames``; a frame is active if a reference event covers it (made by
``events.events_to_frames``) and detected where its score > threshold. All frames of all clips are
pooled a class, then the mean runs over the classes that occur. Memory is constant, see
``histogram`` for how exact the values are. Scores gated by the clip probability are made by
``tagging.gate``. Degenerate input: a class that is never active has F1 0, AUC 0.5 and average
precision 0 and is left out of the means (of the AUC also one that is always active); a class that
occurs and is never detected has F1 0; without frames the means are 0, 0.5 and 0.
"""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from jaxtyping import Bool, Num

from sedtf_core.evaluation.bootstrap import (
    DEFAULT_REPLICATES,
    Groups,
    Summary,
    index_labels,
    summarise,
)
from sedtf_core.evaluation.histogram import PAPER_THRESHOLD, ScoreHistogram
from sedtf_core.evaluation.tagging import PAPER_THRESHOLDS


class FrameMetrics:
    """Takes the frame scores of one clip after another.

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

    def update(
        self,
        frame_scores: Num[np.ndarray, "classes frames"],
        activity: Bool[np.ndarray, "classes frames"],
        groups: Groups | None = None,
    ) -> None:
        """Add one clip.

        Parameters
        ----------
        frame_scores
            Scores in 0…1.
        activity
            Whether an event of the class covers the frame.
        groups
            Group of each class in this clip, from ``RecordingGroups``.

        Raises
        ------
        ValueError
            If shapes differ, activity is not boolean, or a score or group is out of range.
        """
        if np.ndim(frame_scores) != 2:
            raise ValueError(f"need classes × frames, got shape {np.shape(frame_scores)}")
        self.histogram.update(frame_scores, activity, groups)

    def summary(self, replicates: int = DEFAULT_REPLICATES, seed: int = 0) -> Summary:
        """Values and 95 % intervals: F1 at each threshold, ``auc`` and ``map``."""
        return summarise(
            self.labels,
            lambda weights: self.histogram.class_metrics(self.thresholds, weights),
            self.histogram.n_groups,
            replicates,
            seed,
        )


def evaluate(
    clips: Iterable[tuple[Num[np.ndarray, "classes _frames"], Bool[np.ndarray, "classes _frames"]]],
    labels: Sequence[str],
    threshold: float = PAPER_THRESHOLD,
) -> dict[str, float]:
    """Mean over the classes that occur of ``f1``, ``auc`` and ``map``.

    Parameters
    ----------
    clips
        Frame scores and activity of each clip; taken one at a time.
    labels
        Class names in the order of the class axis.
    threshold
        Detected means score > threshold.

    Raises
    ------
    ValueError
        As ``FrameMetrics.update``.
    """
    metrics = FrameMetrics(labels, {"f1": threshold})
    for frame_scores, activity in clips:
        metrics.update(frame_scores, activity)
    return metrics.summary(replicates=0).mean
