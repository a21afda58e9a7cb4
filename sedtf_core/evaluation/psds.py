"""Polyphonic sound detection score: how well events are found over all thresholds at once.

Owns PSDS 1 (exact times) and PSDS 2 (right class) with the parameters of DCASE. Conventions:
frame scores ``classes frames``, detected means score > threshold, runs of detected frames are
detections from the start of their first frame to the start of the frame after the last. For each
threshold, of detections and references of one clip:

- a detection is relevant if references of its class cover at least ``detection_share`` (DTC) of
  it, and a false positive otherwise;
- a reference is found if relevant detections cover at least ``reference_share`` (GTC) of it;
- a false positive is a cross trigger of another class whose references cover at least
  ``cross_share`` (CTTC) of it; their rate an hour of that class, averaged over the other classes,
  is added to the false positives an hour with weight ``cross_weight``.

Share found over false positives an hour, a step function of the threshold, gives a curve a class.
The score is the area under (mean over classes - ``spread_weight`` × standard deviation, at least
0) up to ``max_false_per_hour``, divided by that.

The thresholds are the edges of a grid (see ``grid``), so memory is constant; on scores that are
edges the score equals sed_scores_eval's. Degenerate input: a class without references has 0 and
is left out of mean, deviation and cross triggers, as if it were no class; one that is never found
has 0; without any class the score is 0. Overlapping references of one class are counted each, as
they are.

Source: C. Bilen et al., "A framework for the robust evaluation of sound event detection", ICASSP
2020; J. Ebbers, R. Serizel and R. Haeb-Umbach, "Threshold independent evaluation of sound event
detection scores", ICASSP 2022.
"""

from collections.abc import Iterable, Sequence

import numpy as np
from jaxtyping import Float, Int, Num

from sedtf_core.evaluation.bootstrap import (
    ClassMetric,
    Groups,
    Summary,
    Weights,
    groups_or_zeros,
    index_labels,
    summarise,
)
from sedtf_core.evaluation.event import Events
from sedtf_core.evaluation.event import validate as validate_events
from sedtf_core.evaluation.grid import ScoreGrid
from sedtf_core.evaluation.psd_roc import (
    PSDS1,
    PSDS2,
    PsdsConfig,
    changes,
    covers,
    detect,
    overlap,
    psd_curve,
    psds_score,
)

STEPS_PER_OCTAVE = 8
MAX_GROUPS = 32
REPLICATES = 200  # a tenth of a second each, unlike those of other metrics
SECONDS_AN_HOUR = 3600.0
_TINY = 1e-12


class PsdsMetrics:
    """Takes the frame scores of one clip after another.

    Parameters
    ----------
    labels
        Class names in the order of the class axis.
    config
        ``PSDS1``, ``PSDS2`` or others.
    frame_hop_s
        Seconds from one frame to the next, positive.
    n_groups
        Groups of recordings for the bootstrap; beyond 32 they are merged, to bound memory.
    steps_per_octave
        Fineness of the grid of thresholds.

    Raises
    ------
    ValueError
        If labels repeat or a parameter is out of range.
    """

    def __init__(
        self,
        labels: Sequence[str],
        config: PsdsConfig,
        frame_hop_s: float,
        n_groups: int = 1,
        steps_per_octave: int = STEPS_PER_OCTAVE,
    ) -> None:
        if not frame_hop_s > 0.0:
            raise ValueError(f"frame_hop_s must be positive, got {frame_hop_s}")
        self._class_of = index_labels(labels)
        self.labels, self.config, self.frame_hop_s = tuple(labels), config, frame_hop_s
        self.n_groups, self._merged = n_groups, min(n_groups, MAX_GROUPS)
        self._grid = ScoreGrid(steps_per_octave)
        cells, bins = (self._merged, len(labels)), self._grid.n_bins
        # how each count changes as the threshold falls below a bin
        self._found = np.zeros((*cells, bins), dtype=np.int32)
        self._false = np.zeros((*cells, bins), dtype=np.int32)
        crossed = len(labels) if config.cross_weight else 0
        self._crossed = np.zeros((*cells, crossed, bins), dtype=np.int32)
        self._references = np.zeros(cells)
        self._reference_s = np.zeros(cells)
        self._clip_s = np.zeros(cells)

    def update(
        self,
        frame_scores: Num[np.ndarray, "classes frames"],
        references: Events,
        clip_s: float,
        groups: Groups | None = None,
    ) -> None:
        """Add one clip.

        Parameters
        ----------
        frame_scores
            Scores in 0…1.
        references
            Events in any order; may be empty.
        clip_s
            Seconds of the clip, positive.
        groups
            Group of each class in this clip, from ``RecordingGroups``.

        Raises
        ------
        ValueError
            If the scores are not classes × frames in 0…1, an event has an unknown label or its
            times are out of order, the clip has no length, or a group is out of range.
        """
        n_classes = len(self.labels)
        if np.ndim(frame_scores) != 2 or len(frame_scores) != n_classes:
            raise ValueError(
                f"need {n_classes} classes × frames, got shape {np.shape(frame_scores)}"
            )
        if not clip_s > 0.0:
            raise ValueError(f"clip_s must be positive, got {clip_s}")
        validate_events(references, self.labels)
        groups = groups_or_zeros(groups, n_classes, self.n_groups) % self._merged
        times = self._times(references)
        bins = self._grid.bins(frame_scores)
        for k, group in enumerate(groups):
            cell = (int(group), k)
            self._references[cell] += len(times[k])
            self._reference_s[cell] += np.subtract(times[k][:, 1], times[k][:, 0]).sum()
            self._clip_s[cell] += clip_s
            if bins.shape[1]:
                self._add_detections(cell, bins[k], times)

    def _times(self, references: Events) -> list[Float[np.ndarray, "_events 2"]]:
        """Onsets and offsets of each class."""
        times: list[list[tuple[float, float]]] = [[] for _ in self.labels]
        for event in references:
            times[self._class_of[event.label]].append((event.onset, event.offset))
        return [np.asarray(of_class, dtype=np.float64).reshape(-1, 2) for of_class in times]

    def _add_detections(
        self,
        cell: tuple[int, int],
        bins: Int[np.ndarray, " frames"],
        times: Sequence[Float[np.ndarray, "_events 2"]],
    ) -> None:
        """Count what one class's detections in one clip change at each threshold."""
        k = cell[1]
        levels, row, detections = detect(bins, self.frame_hop_s)
        overlaps = overlap(detections, times[k])
        relevant = covers(overlaps.sum(axis=1), self.config.detection_share, detections)
        false = np.bincount(row[~relevant], minlength=len(levels))
        covered = np.zeros((len(levels), len(times[k])))
        np.add.at(covered, row[relevant], overlaps[relevant])
        found = covers(covered, self.config.reference_share, times[k]).sum(axis=1)
        self._found[cell][levels] += changes(found)
        self._false[cell][levels] += changes(false)
        if not self.config.cross_weight:
            return
        wrong = detections[~relevant]
        for other, of_other in enumerate(times):
            if other != k and len(of_other):
                shares = overlap(wrong, of_other).sum(axis=1)
                crossing = row[~relevant][covers(shares, self.config.cross_share, wrong)]
                crossed = np.bincount(crossing, minlength=len(levels))
                self._crossed[cell][other, levels] += changes(crossed)

    def metrics(self, weights: Weights) -> dict[str, ClassMetric]:
        """``psds``: the score, and that of each class alone; weights are of the merged groups."""
        occurs = np.flatnonzero(np.any(self._references, axis=0))
        per_class, mean = np.zeros((len(weights), len(self.labels))), np.zeros(len(weights))
        changes_of = [c.astype(np.float32) for c in (self._found, self._false, self._crossed)]
        for replicate, row in enumerate(weights.astype(np.float32)):
            found, false, crossed = (
                np.cumsum(np.tensordot(row, change, axes=1)[..., ::-1], axis=-1, dtype=np.float64)
                for change in changes_of
            )
            references, reference_s, clip_s = (
                row @ total for total in (self._references, self._reference_s, self._clip_s)
            )
            false *= SECONDS_AN_HOUR / np.maximum(clip_s, _TINY)[:, None]
            curves = {}
            for k in occurs:
                cost = false[k]
                others = occurs[occurs != k]
                if self.config.cross_weight and len(others):
                    rates = crossed[k, others] / np.maximum(reference_s[others], _TINY)[:, None]
                    cost = cost + self.config.cross_weight * SECONDS_AN_HOUR * rates.mean(axis=0)
                curves[k] = psd_curve(found[k] / references[k], cost)
                per_class[replicate, k] = psds_score([curves[k]], self.config)
            mean[replicate] = psds_score(list(curves.values()), self.config)
        return {"psds": ClassMetric(per_class, mean)}

    def summary(self, replicates: int = REPLICATES, seed: int = 0) -> Summary:
        """Values and 95 % intervals; with 0 replicates values only."""
        return summarise(self.labels, self.metrics, self._merged, replicates, seed)


def evaluate(
    clips: Iterable[tuple[Num[np.ndarray, "classes _frames"], Events, float]],
    labels: Sequence[str],
    frame_hop_s: float,
) -> dict[str, float]:
    """``psds1`` and ``psds2`` over all classes.

    Parameters
    ----------
    clips
        Frame scores, reference events and seconds of each clip; taken one at a time.
    labels
        Class names in the order of the class axis.
    frame_hop_s
        Seconds from one frame to the next.

    Raises
    ------
    ValueError
        As ``PsdsMetrics.update``.
    """
    metrics = {
        name: PsdsMetrics(labels, config, frame_hop_s)
        for name, config in {"psds1": PSDS1, "psds2": PSDS2}.items()
    }
    for frame_scores, references, clip_s in clips:
        for metric in metrics.values():
            metric.update(frame_scores, references, clip_s)
    return {name: metric.summary(replicates=0).mean["psds"] for name, metric in metrics.items()}
