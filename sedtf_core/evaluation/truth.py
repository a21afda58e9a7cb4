"""What is true of a mixture, on the frames and mel bands of a network: the references of an evaluation.

Conventions: a row a label, in the order given; events of one class count as one, as a network has one mask a
class; a frame is active if an event covers its middle. Labels that the mixture has no event of have zeros,
classes of the mixture that are not among the labels are left out. The formulas of the masks are left to
``separation`` of the core.
"""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Bool, Float32

from sedtf_core.config import FeatureConfig
from sedtf_core.events import events_to_frames
from sedtf_core.mixing import Mixture
from sedtf_core.separation import ideal_binary_mask, ideal_ratio_masks


def present_classes(mixture: Mixture, labels: Sequence[str]) -> Bool[np.ndarray, " classes"]:
    """Which classes the mixture has events of."""
    return np.isin(list(labels), mixture.labels)


def frame_activity(
    mixture: Mixture, labels: Sequence[str], n_frames: int, features: FeatureConfig
) -> Bool[np.ndarray, "classes frames"]:
    """In which of the clip's frames each class sounds."""
    events = [event for event in mixture.events if event.label in labels]
    return events_to_frames(events, labels, n_frames, features.frame_hop_s, features.frame_length_s)


def class_ratio_masks(
    mixture: Mixture, labels: Sequence[str], features: FeatureConfig
) -> Float32[np.ndarray, "classes frames mel_bins"]:
    """Ideal ratio masks."""
    own = ideal_ratio_masks(mixture.class_sources, mixture.scene, features).numpy()
    masks = np.zeros((len(labels), *own.shape[1:]), dtype=np.float32)
    for label, mask in zip(mixture.labels, own, strict=True):
        if label in labels:
            masks[labels.index(label)] = mask
    return masks


def class_binary_masks(
    mixture: Mixture,
    labels: Sequence[str],
    activity: Bool[np.ndarray, "classes frames"],
    features: FeatureConfig,
) -> Bool[np.ndarray, "classes frames mel_bins"]:
    """Ideal binary masks where the class is active, as ``frame_activity`` has it."""
    masks = np.zeros((*activity.shape, features.n_mels), dtype=bool)
    for label, source in zip(mixture.labels, mixture.class_sources, strict=True):
        if label in labels:
            row = labels.index(label)
            masks[row] = ideal_binary_mask(source, mixture.scene, activity[row], features)
    return masks
