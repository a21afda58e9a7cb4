"""What every system returns, so that training, evaluation and the application treat all seven alike."""

from typing import NamedTuple

from jaxtyping import Float
from torch import Tensor

# Logit that the last layer's bias starts from: about the share of classes present in a clip (3 of 26 to
# 41). From 0, the first hundreds of steps only learn this base rate.
BASE_RATE_LOGIT = -2.0


class SystemOutput(NamedTuple):
    """Output of a system for a batch of clips.

    Attributes
    ----------
    clip_probs
        Probability that a class occurs in the clip, float32 in 0…1.
    frame_scores
        Score a class and frame, float32 in 0…1.
    segmentation_masks
        Time-frequency mask a class in 0…1, or None where a system has none.
    """

    clip_probs: Float[Tensor, "batch classes"]
    frame_scores: Float[Tensor, "batch classes frames"]
    segmentation_masks: Float[Tensor, "batch classes frames mel_bins"] | None
