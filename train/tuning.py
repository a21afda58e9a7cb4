"""Thresholds chosen on the valid split, to stand beside the paper's.

Owns which thresholds there are and how each is chosen: the one with the greatest F1, mean over the classes
that occur, on mixtures of the valid split. One threshold serves all classes; the probability, score or mask
must exceed it. Events get the frame threshold as the high and the low one, on classes that pass the tagging
threshold; lengths and gaps stay the paper's. Memory does not grow with the number of mixtures but for their
clip probabilities. What the thresholds give on the test split is left to ``train.evaluate``.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from sedtf_core.config import DetectionConfig
from sedtf_core.evaluation.frame import FrameMetrics
from sedtf_core.evaluation.histogram import ScoreHistogram
from sedtf_core.evaluation.tagging import TaggingMetrics, gate
from sedtf_core.evaluation.truth import class_binary_masks, frame_activity, present_classes
from sedtf_core.events import detection_above
from sedtf_core.inference import Analyser
from sedtf_core.mixing import Mixture


@dataclass(frozen=True)
class Thresholds:
    """What a clip probability, a frame score and a unit of a mask must exceed, each in 0…1.

    ``segmentation`` is None for systems without masks.
    """

    tagging: float
    frame: float
    segmentation: float | None

    def detection(self, base: DetectionConfig) -> DetectionConfig:
        """Return how events are made with these thresholds, lengths and gaps as in ``base``."""
        return detection_above(self.tagging, self.frame, base)


def tune(analyser: Analyser, mixtures: Iterable[Mixture], *, gated: bool) -> Thresholds:
    """Choose the thresholds of one system.

    Parameters
    ----------
    analyser
        The system.
    mixtures
        Of the valid split, taken one at a time.
    gated
        Whether the frame scores and masks are 0 for classes below the analyser's tagging threshold, as in
        the figures that they are tuned for.

    Returns
    -------
    The thresholds.
    """
    labels = analyser.checkpoint.metadata.labels
    tagging, frame = TaggingMetrics(labels), FrameMetrics(labels)
    units = ScoreHistogram(len(labels)) if analyser.has_masks else None
    for mixture in mixtures:
        analysis = analyser(mixture.mixture)
        scores, masks = analysis.frame_scores, analysis.masks
        if gated:
            threshold = analyser.detection.tagging_threshold
            scores = gate(scores, analysis.clip_probs, threshold)
            masks = None if masks is None else gate(masks, analysis.clip_probs, threshold)
        activity = frame_activity(mixture, labels, scores.shape[1], analysis.features)
        tagging.update(analysis.clip_probs, present_classes(mixture, labels))
        frame.update(scores, activity)
        if units is not None and masks is not None:
            binary = class_binary_masks(mixture, labels, activity, analysis.features)
            units.update(masks, binary)
    return Thresholds(
        tagging.best_threshold(),
        frame.histogram.best_threshold(),
        None if units is None else units.best_threshold(),
    )
