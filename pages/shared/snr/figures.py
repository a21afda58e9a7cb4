"""What systems reach on one mixture, and the same mixture at eleven SNRs.

Owns which figures are taken of a mixture and how a recipe is moved to another SNR. Conventions: classes in
the order of their first onsets, the events of one as one; F1 at the paper's threshold and not gated by the
clip probability, as in the shipped results; SI-SDR improvement on the whole clip, as on the Listen page. The
metrics themselves are those of ``sedtf_core.evaluation``. Leaves caching to ``cached``, files to ``stored``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pages.shared.areas import EventAreas, lit_units
from sedtf_core.config import DetectionConfig, FeatureConfig
from sedtf_core.evaluation.frame import FrameMetrics
from sedtf_core.evaluation.segmentation import SegmentationMetrics
from sedtf_core.evaluation.separation import improvements
from sedtf_core.evaluation.truth import class_binary_masks, class_ratio_masks, frame_activity
from sedtf_core.inference import Analysis
from sedtf_core.mixing import Mixture, Recipe
from sedtf_core.separation import separate

STEP_DB = 5
SNRS_DB = tuple(range(-20, 31, STEP_DB))
THRESHOLD = DetectionConfig().tagging_threshold


@dataclass(frozen=True)
class EventFigures:
    """One true class as one system sees it; None where there is nothing to be right or wrong about.

    Attributes
    ----------
    tf_f1
        None where the ideal binary mask is empty: the class stands nowhere out of the scene.
    area
        Lit units of the class's mask, as ``areas`` has it.
    """

    clip_prob: float
    frame_f1: float
    tf_f1: float | None
    si_sdr_improvement_db: float
    area: int

    @property
    def passes(self) -> bool:
        """Whether the class is tagged."""
        return self.clip_prob >= THRESHOLD


@dataclass(frozen=True)
class SystemFigures:
    """One system at one SNR: each true class, and how many classes it tags that are not there."""

    events: tuple[EventFigures, ...]
    false_classes: int

    def passing(self) -> int:
        """How many of the true classes are tagged."""
        return sum(event.passes for event in self.events)


@dataclass(frozen=True)
class SnrFigures:
    """All systems at one SNR; what the ideal ratio mask adds to each class, in dB, and its area."""

    snr_db: int
    labels: tuple[str, ...]
    systems: Mapping[str, SystemFigures]
    ideal_improvements_db: tuple[float, ...]
    ideal_areas: tuple[int, ...]

    def areas(self) -> tuple[EventAreas, ...]:
        """The areas of each class's masks."""
        return tuple(
            EventAreas(
                ideal,
                {name: system.events[row].area for name, system in self.systems.items()},
                {name: system.events[row].clip_prob for name, system in self.systems.items()},
            )
            for row, ideal in enumerate(self.ideal_areas)
        )


Sweep = tuple[SnrFigures, ...]


def at_snr(recipe: Recipe, snr_db: int) -> Recipe:
    """The same clips, onsets and scene at another SNR."""
    return replace(recipe, config=replace(recipe.config, snr_db=float(snr_db)))


def measure(mixture: Mixture, analyses: Sequence[Analysis]) -> SnrFigures:
    """Take the figures of one mixture.

    Parameters
    ----------
    mixture
        With its sources.
    analyses
        What each system finds in it; all with masks.

    Raises
    ------
    ValueError
        If a system has no masks.
    """
    truth = _truth(mixture, analyses[0].features)
    return SnrFigures(
        round(mixture.recipe.config.snr_db),
        truth.labels,
        {analysis.system: _system(mixture, analysis, truth) for analysis in analyses},
        _gains(mixture, truth.sources, truth.ratio),
        tuple(map(lit_units, truth.ratio)),
    )


@dataclass(frozen=True, eq=False)
class _Truth:
    """What is true of a mixture, a row a class in the order of the first onsets."""

    labels: tuple[str, ...]
    sources: NDArray[np.float32]
    activity: NDArray[np.bool_]
    binary: NDArray[np.bool_]
    ratio: NDArray[np.float32]


def _truth(mixture: Mixture, features: FeatureConfig) -> _Truth:
    """The same for all systems, so it is made once."""
    labels = tuple(sorted(mixture.labels, key=lambda label: mixture.events_of(label)[0].onset))
    sources = mixture.class_sources[[mixture.labels.index(label) for label in labels]]
    ratio = class_ratio_masks(mixture, labels, features)
    activity = frame_activity(mixture, labels, ratio.shape[1], features)
    binary = class_binary_masks(mixture, labels, activity, features)
    return _Truth(labels, sources, activity, binary, ratio)


def _system(mixture: Mixture, analysis: Analysis, truth: _Truth) -> SystemFigures:
    """One system's figures; only the rows of true classes, since F1 is a class's own affair."""
    if analysis.masks is None:
        raise ValueError(f"{analysis.system} has no masks")
    labels = truth.labels
    rows = [analysis.labels.index(label) for label in labels]
    frame, segmentation = FrameMetrics(labels), SegmentationMetrics(labels)
    frame.update(analysis.frame_scores[rows], truth.activity)
    segmentation.update(analysis.masks[rows], truth.binary, truth.ratio)
    of_frames = frame.summary(replicates=0).per_class
    of_units = segmentation.summary(replicates=0).per_class
    gains = _gains(mixture, truth.sources, analysis.masks[rows])
    stands_out = [bool(mask.any()) for mask in truth.binary]
    events = tuple(
        EventFigures(
            float(analysis.clip_probs[row]),
            of_frames[label]["f1"],
            of_units[label]["f1"] if seen else None,
            gain,
            lit_units(analysis.masks[row]),
        )
        for row, label, seen, gain in zip(rows, labels, stands_out, gains, strict=True)
    )
    tagged = int(np.count_nonzero(analysis.clip_probs >= THRESHOLD))
    return SystemFigures(events, tagged - sum(event.passes for event in events))


def _gains(
    mixture: Mixture, sources: NDArray[np.float32], masks: NDArray[np.float32]
) -> tuple[float, ...]:
    """SI-SDR improvement of each class's estimate over the mixture, in dB."""
    estimates = separate(mixture.mixture, masks).numpy()
    return tuple(
        improvements(estimate, source, mixture.mixture)["si_sdr_improvement_db"]
        for estimate, source in zip(estimates, sources, strict=True)
    )


def to_dict(figures: SnrFigures) -> dict[str, Any]:
    """Plain values for JSON, each event a row of its figures."""
    return {
        "snr_db": figures.snr_db,
        "labels": list(figures.labels),
        "systems": {
            name: {
                "false_classes": system.false_classes,
                "events": [_rounded(vars(event).values()) for event in system.events],
            }
            for name, system in figures.systems.items()
        },
        "ideal_improvements_db": _rounded(figures.ideal_improvements_db),
        "ideal_areas": list(figures.ideal_areas),
    }


def from_dict(values: Mapping[str, Any]) -> SnrFigures:
    """Rebuild the figures; KeyError or TypeError if these are none."""
    systems = {
        name: SystemFigures(
            tuple(EventFigures(*row) for row in system["events"]), system["false_classes"]
        )
        for name, system in values["systems"].items()
    }
    ideal = tuple(values["ideal_improvements_db"])
    areas = tuple(values["ideal_areas"])
    return SnrFigures(values["snr_db"], tuple(values["labels"]), systems, ideal, areas)


def _rounded(values: Any) -> list[float | None]:
    """Figures to a millionth, so that the files stay small."""
    return [None if value is None else round(value, 6) for value in values]
