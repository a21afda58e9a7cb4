"""Event-wise detection: whether each event is found, with its onset and its offset.

Owns F1, error rate, deletions and insertions of event lists, equal to sed_eval's class-wise ones.
Conventions: seconds; an estimate matches a reference of the same clip and label if the onsets lie
within the onset collar and the offsets within the offset collar or half the length of the
reference, whichever is more, limits included. Each event is matched at most once, and as many as
possible are. Deletions and insertions are counts divided by the number of references; their sum
is the error rate. All events of all clips are counted together a class, then the mean runs over
the classes that occur.

Degenerate input: a class that occurs without any estimate has F1 0 and error rate 1. It counts as
0 in the mean (``empty_class="zero"``, as in the published numbers) or is left out of the mean F1
(``"skip"``, as sed_eval does when not told otherwise). A class that never occurs has F1 0 and as
many insertions as estimates (as if there were one reference) and is left out of the means.
Without any class left they are 0. Frame scores are turned into events by ``events`` of the core.

Source: A. Mesaros, T. Heittola and T. Virtanen, "Metrics for polyphonic sound event detection",
2016.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from jaxtyping import Bool

from sedtf_core.evaluation import ranking
from sedtf_core.evaluation.bootstrap import (
    DEFAULT_REPLICATES,
    ClassMetric,
    Groups,
    Summary,
    Weights,
    class_index,
    class_metric,
    groups_or_zeros,
    index_labels,
    summarise,
)
from sedtf_core.events import Event

EmptyClass: TypeAlias = Literal["skip", "zero"]
Events: TypeAlias = Sequence[Event]


@dataclass(frozen=True)
class Collars:
    """How far an estimate may be from its reference: sed_eval's defaults.

    ``offset_fraction`` is the share of the reference's length that the offset may be away if that
    is more than ``offset_s``.
    """

    onset_s: float = 0.2
    offset_s: float = 0.2
    offset_fraction: float = 0.5

    def __post_init__(self) -> None:
        """Check that no collar is negative."""
        collars = (self.onset_s, self.offset_s, self.offset_fraction)
        if not min(collars) >= 0.0:
            raise ValueError(f"collars must not be negative, got {collars}")

    def offset_limit_s(self, reference: Event) -> float:
        """How far an offset may be from that of a reference, in seconds."""
        length_s = reference.offset - reference.onset
        return max(self.offset_s, self.offset_fraction * length_s)


def validate(events: Events, labels: Iterable[str]) -> None:
    """Check one clip's events.

    Raises
    ------
    ValueError
        If an event does not have 0 ≤ onset ≤ offset < infinity or its label is unknown.
    """
    known = dict.fromkeys(labels, 0)
    for event in events:
        if not 0.0 <= event.onset <= event.offset < np.inf:
            raise ValueError(
                f"an event needs 0 ≤ onset ≤ offset, got {event.onset} s and {event.offset} s"
            )
        class_index(known, event.label)


def hits(references: Events, estimates: Events, collars: Collars) -> Bool[np.ndarray, "ref est"]:
    """Which estimate could stand for which reference, their labels aside.

    Parameters
    ----------
    references, estimates
        Events of one clip.
    collars
        Limits, included.
    """
    onset, offset = (np.asarray([[e.onset, e.offset] for e in references]).reshape(-1, 2)).T
    times = np.asarray([[e.onset, e.offset] for e in estimates]).reshape(-1, 2)
    allowed = np.asarray([collars.offset_limit_s(e) for e in references])
    onset_hit = np.abs(onset[:, None] - times[:, 0]) <= collars.onset_s
    offset_hit = np.abs(offset[:, None] - times[:, 1]) <= allowed[:, None]
    return np.asarray(onset_hit & offset_hit)


def match(hit: Bool[np.ndarray, "ref est"]) -> dict[int, int]:
    """Match as many references with estimates as can be.

    Parameters
    ----------
    hit
        Whether a reference and an estimate may be matched.

    Returns
    -------
    Index of each matched reference → index of its estimate. References are matched one after another, each
    along the shortest chain of references that can make way (augmenting path).
    """
    candidates = [np.flatnonzero(row).tolist() for row in hit]
    estimate_of: dict[int, int] = {}
    reference_of: dict[int, int] = {}
    for start in range(len(candidates)):
        estimate, reached_from = _free_estimate(start, candidates, reference_of)
        while estimate is not None:  # the references on the chain each hand theirs on
            reference = reached_from[estimate]
            handed_on = estimate_of.get(reference)
            estimate_of[reference], reference_of[estimate] = estimate, reference
            estimate = handed_on
    return estimate_of


def _free_estimate(
    start: int, candidates: Sequence[Sequence[int]], reference_of: dict[int, int]
) -> tuple[int | None, dict[int, int]]:
    """Nearest unmatched estimate that a reference can reach, and which reference reached each."""
    reached_from: dict[int, int] = {}
    queue = [start]
    for reference in queue:  # grows while it is read
        for estimate in candidates[reference]:
            if estimate not in reached_from:
                reached_from[estimate] = reference
                if estimate not in reference_of:
                    return estimate, reached_from
                queue.append(reference_of[estimate])
    return None, reached_from


class EventMetrics:
    """Takes the events of one clip after another.

    Parameters
    ----------
    labels
        Class names in the order of the class axis.
    collars
        How far an estimate may be from its reference.
    empty_class
        What a class that occurs without any estimate is in the mean F1: ``"zero"`` or left out,
        ``"skip"``.
    n_groups
        Groups of recordings for the bootstrap.

    Raises
    ------
    ValueError
        If labels repeat or ``empty_class`` is another word.
    """

    def __init__(
        self,
        labels: Sequence[str],
        collars: Collars = Collars(),
        empty_class: EmptyClass = "zero",
        n_groups: int = 1,
    ) -> None:
        if empty_class not in ("skip", "zero"):
            raise ValueError(f"empty_class must be 'skip' or 'zero', got {empty_class!r}")
        self._class_of = index_labels(labels)
        self.labels, self.n_groups = tuple(labels), n_groups
        self._collars, self._empty_class = collars, empty_class
        # references, estimates and matches
        self._counts = np.zeros((3, n_groups, len(labels)))

    def update(self, references: Events, estimates: Events, groups: Groups | None = None) -> None:
        """Add one clip.

        Parameters
        ----------
        references, estimates
            Events in any order; either may be empty.
        groups
            Group of each class in this clip, from ``RecordingGroups``.

        Raises
        ------
        ValueError
            If an event has an unknown label or its times are out of order, or a group is out of
            range.
        """
        validate(references, self.labels)
        validate(estimates, self.labels)
        groups = groups_or_zeros(groups, len(self.labels), self.n_groups)
        for label in {event.label for event in [*references, *estimates]}:
            k = self._class_of[label]
            own_references = [event for event in references if event.label == label]
            own_estimates = [event for event in estimates if event.label == label]
            matches = len(match(hits(own_references, own_estimates, self._collars)))
            self._counts[:, groups[k], k] += len(own_references), len(own_estimates), matches

    def metrics(self, weights: Weights) -> dict[str, ClassMetric]:
        """``f1``, ``er``, ``deletions`` and ``insertions``, a weighting a row."""
        references, estimates, matches = weights @ self._counts
        missed, false = references - matches, estimates - matches
        # The number of references is taken as given: weighted, it comes so close to 0 for a rare class
        # that its error rate has no bound.
        per_reference = np.maximum(self._counts[0].sum(axis=0), 1.0)
        deletions, insertions = missed / per_reference, false / per_reference
        occurs, estimated, _ = np.any(self._counts, axis=1)
        in_mean_f1 = occurs & estimated if self._empty_class == "skip" else occurs
        return {
            "f1": class_metric(ranking.f1_score(matches, false, missed), in_mean_f1),
            "er": class_metric(deletions + insertions, occurs),
            "deletions": class_metric(deletions, occurs),
            "insertions": class_metric(insertions, occurs),
        }

    def summary(self, replicates: int = DEFAULT_REPLICATES, seed: int = 0) -> Summary:
        """Values and 95 % intervals; with 0 replicates values only."""
        return summarise(self.labels, self.metrics, self.n_groups, replicates, seed)


def evaluate(
    clips: Iterable[tuple[Events, Events]],
    labels: Sequence[str],
    collars: Collars = Collars(),
    empty_class: EmptyClass = "zero",
) -> dict[str, float]:
    """Mean over the classes that occur of ``f1``, ``er``, ``deletions`` and ``insertions``.

    Parameters
    ----------
    clips
        Reference and estimated events of each clip; taken one at a time.
    labels
        Class names in the order of the class axis.
    collars, empty_class
        As for ``EventMetrics``.

    Raises
    ------
    ValueError
        As ``EventMetrics.update``.
    """
    metrics = EventMetrics(labels, collars, empty_class)
    for references, estimates in clips:
        metrics.update(references, estimates)
    return metrics.summary(replicates=0).mean
