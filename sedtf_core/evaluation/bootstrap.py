"""95 % intervals by resampling event recordings, and the summary that every metric returns.

Mixtures share sounds: the same recording is heard in many clips, so clips are not independent and
the recordings are resampled instead. The unit is a cell, one class in one clip: a class that is
present belongs to the recording heard there; one that is absent can only be confused with what is
heard, so these cells are dealt in turn to the recordings of the clip. Every metric keeps its sums
a group and weights them, so a replicate costs no second pass over the audio.

The bootstrap is the Bayesian one (Rubin 1981): each replicate gives each group a weight from an
exponential distribution, so that no replicate loses a class altogether and none is undefined.
With one group nothing can be resampled, and the interval is the value itself.

To keep memory constant, recordings beyond ``n_groups`` share groups in turn, which keeps the
intervals valid and makes them less exact. Metrics themselves are left to the other modules.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

import numpy as np
from jaxtyping import Bool, Float, Int

Weights: TypeAlias = Float[np.ndarray, "replicates groups"]
Groups: TypeAlias = Int[np.ndarray, " classes"]

DEFAULT_GROUPS = 128
DEFAULT_REPLICATES = 1000


class ClassMetric(NamedTuple):
    """One metric under each weighting: a value a class, and the mean of the classes that count."""

    per_class: Float[np.ndarray, "replicates classes"]
    mean: Float[np.ndarray, " replicates"]


@dataclass(frozen=True)
class Summary:
    """Metrics by name: mean over classes and value a class, each with its 95 % interval.

    ``interval`` and ``per_class_interval`` are empty when no replicates were asked for.
    """

    mean: dict[str, float]
    per_class: dict[str, dict[str, float]]
    interval: dict[str, tuple[float, float]] = field(default_factory=dict)
    per_class_interval: dict[str, dict[str, tuple[float, float]]] = field(default_factory=dict)


class RecordingGroups:
    """Deals the recordings of a stream of clips, in the order they are first heard, to groups.

    Parameters
    ----------
    labels
        Class names in the order of the class axis.
    n_groups
        Number of groups at most; with more recordings, several share one.

    Raises
    ------
    ValueError
        If ``n_groups`` is not positive, or labels repeat.
    """

    def __init__(self, labels: Sequence[str], n_groups: int = DEFAULT_GROUPS) -> None:
        if n_groups < 1:
            raise ValueError(f"n_groups must be positive, got {n_groups}")
        self._class_of = index_labels(labels)
        self.n_groups = n_groups
        self._group_of: dict[str, int] = {}
        self._dealt = 0

    def of_clip(self, recordings: Mapping[str, str]) -> Groups:
        """Group of each class in one clip.

        Parameters
        ----------
        recordings
            Label → name of the recording heard in the clip. A clip without events is a recording of
            its own.

        Returns
        -------
        Group index a class.

        Raises
        ------
        ValueError
            If a label is not one of the labels given at the start.
        """
        classes = [class_index(self._class_of, label) for label in recordings]
        heard = [self._group(name) for name in recordings.values()] or [self._next_group()]
        groups = np.resize(np.asarray(heard, dtype=np.int64), len(self._class_of))
        groups[classes] = heard[: len(classes)]
        return groups

    def _group(self, recording: str) -> int:
        """Group of a recording, dealt when first heard."""
        if recording not in self._group_of:
            self._group_of[recording] = self._next_group()
        return self._group_of[recording]

    def _next_group(self) -> int:
        """Next group in turn."""
        self._dealt += 1
        return (self._dealt - 1) % self.n_groups


def index_labels(labels: Sequence[str]) -> dict[str, int]:
    """Label → position on the class axis.

    Raises
    ------
    ValueError
        If there is no label, or one appears twice.
    """
    index = {label: position for position, label in enumerate(labels)}
    if not labels or len(index) != len(labels):
        raise ValueError(f"labels must be distinct and not empty, got {list(labels)}")
    return index


def class_index(index: Mapping[str, int], label: str) -> int:
    """Position of one label.

    Raises
    ------
    ValueError
        If the label is unknown.
    """
    if label not in index:
        raise ValueError(f"label {label!r} is not one of {sorted(index)}")
    return index[label]


def groups_or_zeros(groups: Groups | None, n_classes: int, n_groups: int) -> Groups:
    """Groups of a clip, or group 0 for every class if none were given.

    Raises
    ------
    ValueError
        If the array has another length than there are classes, or a group is out of range.
    """
    if groups is None:
        return np.zeros(n_classes, dtype=np.int64)
    groups = np.asarray(groups)
    if groups.shape != (n_classes,):
        raise ValueError(f"need one group a class, {n_classes}, got shape {groups.shape}")
    if groups.min() < 0 or groups.max() >= n_groups:
        raise ValueError(f"groups must lie in 0…{n_groups - 1}, got {groups.min()}…{groups.max()}")
    return groups


def draw_weights(n_groups: int, replicates: int, seed: int = 0) -> Weights:
    """Weights of the Bayesian bootstrap.

    Parameters
    ----------
    n_groups, replicates
        Number of groups and of replicates.
    seed
        The same seed gives the same weights, so that metrics and systems are compared on the same
        replicates.

    Returns
    -------
    Positive weights with mean 1.

    Source
    ------
    D. B. Rubin, "The Bayesian bootstrap", Annals of Statistics, 1981.
    """
    return np.random.default_rng(seed).exponential(size=(replicates, n_groups))


def class_metric(
    per_class: Float[np.ndarray, "replicates classes"],
    counted: Bool[np.ndarray, " classes"],
    empty: float = 0.0,
) -> ClassMetric:
    """Values a class with their mean over the classes that count, or ``empty`` if none does."""
    if not counted.any():
        return ClassMetric(per_class, np.full(len(per_class), empty))
    return ClassMetric(per_class, per_class[:, counted].mean(axis=1))


def summarise(
    labels: Sequence[str],
    metrics: Callable[[Weights], Mapping[str, ClassMetric]],
    n_groups: int,
    replicates: int = DEFAULT_REPLICATES,
    seed: int = 0,
    level: float = 0.95,
) -> Summary:
    """Values and percentile intervals of metrics that are functions of the weights of groups.

    Parameters
    ----------
    labels
        Class names in the order of the class axis.
    metrics
        Weights (replicates × groups) → metrics by name.
    n_groups
        Number of groups that ``metrics`` expects.
    replicates
        Number of bootstrap replicates; 0 leaves the intervals out.
    seed
        Seed of the weights.
    level
        Share of the replicates inside the interval, between 0 and 1.

    Returns
    -------
    Summary. The values are those of the data as they are, all weights 1.

    Raises
    ------
    ValueError
        If ``replicates`` is negative or ``level`` is not between 0 and 1.
    """
    if replicates < 0:
        raise ValueError(f"replicates must not be negative, got {replicates}")
    if not 0.0 < level < 1.0:
        raise ValueError(f"level must lie between 0 and 1, got {level}")
    point = metrics(np.ones((1, n_groups)))
    mean = {name: float(metric.mean[0]) for name, metric in point.items()}
    per_class = {
        label: {name: float(metric.per_class[0, k]) for name, metric in point.items()}
        for k, label in enumerate(labels)
    }
    if replicates == 0:
        return Summary(mean, per_class)
    replicated = metrics(draw_weights(n_groups, replicates, seed))
    tails = (0.5 - level / 2, 0.5 + level / 2)
    bounds = {  # row 0 is the mean over classes, row k + 1 class k
        name: _corrected_interval(
            np.column_stack([metric.mean, metric.per_class]),
            np.append(point[name].mean, point[name].per_class[0]),
            tails,
        )
        for name, metric in replicated.items()
    }

    def intervals(row: int) -> dict[str, tuple[float, float]]:
        return {name: (float(b[row, 0]), float(b[row, 1])) for name, b in bounds.items()}

    per_class_interval = {label: intervals(row) for row, label in enumerate(labels, start=1)}
    return Summary(mean, per_class, intervals(0), per_class_interval)


def _corrected_interval(
    replicates: Float[np.ndarray, "replicates values"],
    point: Float[np.ndarray, " values"],
    tails: tuple[float, float],
) -> Float[np.ndarray, "values 2"]:
    """Percentile interval of each value, moved by the median bias of its replicates.

    F1 of few events is lower under uneven weights than under equal ones, so that the plain percentiles can
    lie beside the value itself. The median, because the replicates that weigh a few recordings most reach far
    to one side and would draw a mean along. The interval stays inside the range of the replicates and the
    value.
    """
    moved = replicates + (point - np.median(replicates, axis=0))
    low, high = np.quantile(moved, tails, axis=0)
    low = np.minimum(point, np.maximum(low, replicates.min(axis=0)))
    high = np.maximum(point, np.minimum(high, replicates.max(axis=0)))
    return np.stack([low, high], axis=1)
