"""What is true of a mixture, on the frames and mel bands of a network: the references of an evaluation.

Conventions: rows are the checkpoint's classes; a frame is active if an event covers its middle; ideal masks
of absent classes are zeros. The formulas of the masks are left to ``sedtf_core.separation``.
"""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Bool, Float32

from sedtf_core.config import FeatureConfig
from sedtf_core.events import events_to_frames
from sedtf_core.inference import Analysis
from sedtf_core.mixing import Mixture
from sedtf_core.separation import ideal_binary_mask, ideal_ratio_masks


def present_classes(mixture: Mixture, labels: Sequence[str]) -> Bool[np.ndarray, " classes"]:
    """Which classes the mixture has events of."""
    return np.isin(list(labels), [event.label for event in mixture.events])


def frame_activity(mixture: Mixture, analysis: Analysis) -> Bool[np.ndarray, "classes frames"]:
    """In which frames of an analysis each class sounds."""
    features = analysis.features
    return events_to_frames(
        mixture.events,
        analysis.labels,
        analysis.frame_scores.shape[1],
        features.frame_hop_s,
        features.frame_length_s,
    )


def class_ratio_masks(
    mixture: Mixture, labels: Sequence[str], features: FeatureConfig
) -> Float32[np.ndarray, "classes frames mel_bins"]:
    """Ideal ratio masks."""
    ratios = ideal_ratio_masks(mixture.sources, mixture.scene, features)
    of_events = np.asarray(ratios, dtype=np.float32)
    masks = np.zeros((len(labels), *of_events.shape[1:]), dtype=np.float32)
    masks[[labels.index(event.label) for event in mixture.events]] = of_events
    return masks


def class_binary_masks(
    mixture: Mixture,
    labels: Sequence[str],
    activity: Bool[np.ndarray, "classes frames"],
    features: FeatureConfig,
) -> Bool[np.ndarray, "classes frames mel_bins"]:
    """Ideal binary masks where the class is active."""
    masks = np.zeros((*activity.shape, features.n_mels), dtype=bool)
    for event, source in zip(mixture.events, mixture.sources, strict=True):
        row = labels.index(event.label)
        masks[row] = ideal_binary_mask(source, mixture.scene, activity[row], features)
    return masks
