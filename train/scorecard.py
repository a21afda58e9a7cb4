"""All metrics of one system, fed clip by clip, and how they stand in the JSON of ``train.evaluate``.

Owns which metric takes what of an analysis, and the names of the figures, which other programs read: keys are
added, never renamed. Mixtures are made by the caller; the metrics themselves are left to
``sedtf_core.evaluation``, thresholds to ``train.tuning``.
"""

from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

import numpy as np

from sedtf_core.datasets import SoundBank
from sedtf_core.evaluation.bootstrap import DEFAULT_GROUPS, RecordingGroups, Summary
from sedtf_core.evaluation.event import EventMetrics
from sedtf_core.evaluation.frame import FrameMetrics
from sedtf_core.evaluation.psd_roc import PSDS1, PSDS2
from sedtf_core.evaluation.psds import REPLICATES as PSDS_REPLICATES
from sedtf_core.evaluation.psds import PsdsMetrics
from sedtf_core.evaluation.segmentation import SegmentationMetrics
from sedtf_core.evaluation.separation import SeparationMetrics, Source
from sedtf_core.evaluation.tagging import PAPER_THRESHOLDS, TaggingMetrics, gate
from sedtf_core.evaluation.truth import (
    class_binary_masks,
    class_ratio_masks,
    frame_activity,
    present_classes,
)
from sedtf_core.inference import Analyser, Analysis
from sedtf_core.mixing import Mixture
from sedtf_core.separation import linear_ideal_ratio_masks, separate, separate_by_linear_masks
from train.tuning import Thresholds

# The F1 at thresholds tuned on the valid split, counted beside the paper's.
TUNED = "f1_tuned"
# Of the many figures a class those that stand in a table get their intervals.
CLASS_INTERVALS = {"tagging": ("f1", "map"), "event": ("f1",), "segmentation": ("f1",)}
SIGNIFICANT_DIGITS = 6  # intervals are wider by far, and results are kept


class Evaluation:
    """All metrics of one system, fed clip by clip.

    Parameters
    ----------
    analyser
        The system, with the thresholds of the events.
    empty_class
        How a class without any estimate enters the mean event F1: ``zero`` or ``skip``.
    gated
        Set frame scores and masks of classes below the tagging threshold to 0 before measuring.
    tuned
        Thresholds to measure F1 at, beside the paper's.
    """

    def __init__(
        self,
        analyser: Analyser,
        empty_class: str = "zero",
        gated: bool = False,
        tuned: Thresholds | None = None,
    ) -> None:
        """Start with no clip."""
        self.analyser, self.detection = analyser, analyser.detection
        self.labels, self.gated, self.tuned = analyser.checkpoint.metadata.labels, gated, tuned
        self.recordings = RecordingGroups(self.labels)
        labels, groups, hop_s = self.labels, DEFAULT_GROUPS, analyser.features.frame_hop_s

        def thresholds(threshold: float | None) -> dict[str, float]:
            """The paper's, and the tuned one where there is one."""
            return {**PAPER_THRESHOLDS, **({} if threshold is None else {TUNED: threshold})}

        of_tagging = thresholds(tuned.tagging if tuned else None)
        of_frames = thresholds(tuned.frame if tuned else None)
        of_units = thresholds(tuned.segmentation if tuned else None)
        self.tagging = TaggingMetrics(labels, of_tagging, n_groups=groups)
        self.frame = FrameMetrics(labels, of_frames, n_groups=groups)
        self.other_frame = FrameMetrics(labels, n_groups=groups)
        self.psds = {
            name: PsdsMetrics(labels, config, hop_s, n_groups=groups)
            for name, config in {"psds1": PSDS1, "psds2": PSDS2}.items()
        }
        self.event, self.tuned_event = (
            EventMetrics(labels, empty_class=empty_class, n_groups=groups)  # type: ignore[arg-type]
            for _ in range(2)
        )
        self.segmentation = SegmentationMetrics(labels, of_units, n_groups=groups)
        self.separation = SeparationMetrics(labels, n_groups=groups)
        self.detected_separation = SeparationMetrics(labels, n_groups=groups)
        self.oracle = SeparationMetrics(labels, n_groups=groups)

    def update(self, mixture: Mixture, bank: SoundBank) -> None:
        """Analyse one mixture and add it to every metric."""
        analysis = self.analyser(mixture.mixture)
        placements = mixture.recipe.events
        groups = self.recordings.of_clip({p.label: bank[p.clip].recording for p in placements})
        frames = analysis.frame_scores.shape[1]
        activity = frame_activity(mixture, self.labels, frames, analysis.features)
        gated = gate(analysis.frame_scores, analysis.clip_probs, self.detection.tagging_threshold)
        scores, other = (gated, analysis.frame_scores)[:: 1 if self.gated else -1]
        self.tagging.update(analysis.clip_probs, present_classes(mixture, self.labels), groups)
        self.frame.update(scores, activity, groups)
        self.other_frame.update(other, activity, groups)
        for metric in self.psds.values():
            metric.update(scores, mixture.events, analysis.duration_s, groups)
        self.event.update(mixture.events, analysis.events, groups)
        if self.tuned is not None:
            found = analysis.at(self.tuned.detection(self.detection)).events
            self.tuned_event.update(mixture.events, found, groups)
        if analysis.masks is not None:
            self._update_masks(mixture, analysis, activity, groups)

    def _update_masks(
        self, mixture: Mixture, analysis: Analysis, activity: Any, groups: Any
    ) -> None:
        """Segmentation and separation."""
        masks, features = analysis.masks, analysis.features
        assert masks is not None
        rows = [self.labels.index(event.label) for event in mixture.events]
        ratio = class_ratio_masks(mixture, self.labels, features)
        binary = class_binary_masks(mixture, self.labels, activity, features)
        measured = masks
        if self.gated:
            measured = gate(masks, analysis.clip_probs, self.detection.tagging_threshold)
        self.segmentation.update(measured, binary, ratio, groups)

        detected = analysis.detected_labels()
        wanted = sorted({*rows, *(self.labels.index(label) for label in detected)})
        stems = np.asarray(separate(mixture.mixture, masks[wanted], features))
        estimates = {self.labels[row]: stem for row, stem in zip(wanted, stems, strict=True)}
        sources = {
            event.label: Source(
                source,
                round(event.onset * mixture.sample_rate),
                round(event.offset * mixture.sample_rate),
            )
            for event, source in zip(mixture.events, mixture.sources, strict=True)
        }
        of_present = {label: estimates[label] for label in sources}
        ideal = separate_by_linear_masks(
            mixture.mixture,
            linear_ideal_ratio_masks(mixture.sources, mixture.scene, features),
            features,
        )
        of_oracle = dict(zip(sources, np.asarray(ideal), strict=True))
        self.separation.update(estimates, sources, mixture.mixture, groups, detected)
        found = {label: source for label, source in sources.items() if label in detected}
        self.detected_separation.update(of_present, found, mixture.mixture, groups, found)
        self.oracle.update(of_oracle, sources, mixture.mixture, groups, sources)

    def summaries(self, replicates: int) -> dict[str, Summary]:
        """Each metric's values and intervals."""
        metrics: dict[str, Any] = {
            "tagging": self.tagging,
            "frame": self.frame,
            "frame_ungated" if self.gated else "frame_gated": self.other_frame,
            "event": self.event,
        }
        if self.tuned is not None:
            metrics["tuned_event"] = self.tuned_event
        if self.analyser.has_masks:
            metrics |= {
                "segmentation": self.segmentation,
                "separation": self.separation,
                "detected_separation": self.detected_separation,
                "oracle_separation": self.oracle,
            }
        summaries = {name: metric.summary(replicates) for name, metric in metrics.items()}
        return {**summaries, "psds": self._psds_summary(min(replicates, PSDS_REPLICATES))}

    def _psds_summary(self, replicates: int) -> Summary:
        """PSDS 1 and 2 as two values of one metric."""
        of = {name: metric.summary(replicates) for name, metric in self.psds.items()}
        return Summary(
            {name: summary.mean["psds"] for name, summary in of.items()},
            {k: {name: s.per_class[k]["psds"] for name, s in of.items()} for k in self.labels},
            {name: s.interval["psds"] for name, s in of.items() if s.interval},
        )


def take_tuned(
    summaries: dict[str, Summary], thresholds: Thresholds
) -> tuple[dict[str, Summary], dict[str, Any]]:
    """Part what was measured at tuned thresholds from the rest.

    Returns
    -------
    The summaries without it; and the thresholds with, a metric, the figures at them, those at the paper's
    thresholds named ``paper_…``, and intervals.
    """
    event = summaries["tuned_event"]
    tuned: dict[str, Any] = {
        "thresholds": asdict(thresholds),
        "event": {name: event.mean[name] for name in ("f1", "er")},
    }
    tuned["event"] |= {f"paper_{name}": summaries["event"].mean[name] for name in ("f1", "er")}
    intervals = {"event": {name: event.interval[name] for name in ("f1", "er") if event.interval}}
    rest = {name: summary for name, summary in summaries.items() if name != "tuned_event"}
    for metric in ("tagging", "frame", "segmentation"):
        if metric not in rest:
            continue
        mean, interval = rest[metric].mean, rest[metric].interval
        tuned[metric] = {"f1": mean[TUNED], "paper_f1": mean["f1"]}
        intervals[metric] = {"f1": interval[TUNED]} if interval else {}
        rest[metric] = _without_tuned(rest[metric])
    return rest, {**tuned, "intervals": intervals}


def _without_tuned(summary: Summary) -> Summary:
    """A summary as it would be had nothing been tuned."""
    return replace(
        summary,
        mean={name: value for name, value in summary.mean.items() if name != TUNED},
        interval={name: value for name, value in summary.interval.items() if name != TUNED},
        per_class={
            label: {name: value for name, value in values.items() if name != TUNED}
            for label, values in summary.per_class.items()
        },
    )


def rounded(figures: Any) -> Any:
    """Figures with as many digits as anyone can use, in dictionaries and lists as they came."""
    if isinstance(figures, Mapping):
        return {name: rounded(value) for name, value in figures.items()}
    if isinstance(figures, list | tuple):
        return [rounded(value) for value in figures]
    return float(f"{figures:.{SIGNIFICANT_DIGITS}g}") if isinstance(figures, float) else figures


def to_json(summaries: dict[str, Summary]) -> dict[str, Any]:
    """Arrange the summaries: a dictionary a metric, intervals beside; values a class, some with intervals."""
    result: dict[str, Any] = {name: dict(summary.mean) for name, summary in summaries.items()}
    intervals = {name: dict(summary.interval) for name, summary in summaries.items()}
    if "separation" in result:
        oracle = result["oracle_separation"]["si_sdr_improvement_db"]
        result["separation"]["oracle_si_sdr_improvement_db"] = oracle
        detected = result["detected_separation"]["si_sdr_improvement_db"]
        result["separation"]["detected_si_sdr_improvement_db"] = detected
    labels = summaries["tagging"].per_class
    result["per_class"] = {
        label: {name: summary.per_class[label] for name, summary in summaries.items()}
        for label in labels
    }
    result["per_class_intervals"] = {
        label: {
            name: {column: summaries[name].per_class_interval[label][column] for column in columns}
            for name, columns in CLASS_INTERVALS.items()
            if name in summaries and summaries[name].per_class_interval
        }
        for label in labels
    }
    return result | {"intervals": intervals}
