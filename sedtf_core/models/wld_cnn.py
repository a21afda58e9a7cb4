"""The WLD CNN baseline: a network that scores long overlapping segments, and their maximum.

Time is pooled along with frequency, so a score belongs to a segment of 128 frames (4.1 s) and
segments start 64 frames (2.0 s) apart: made for tagging, and coarse at telling when.
"""

import math

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from sedtf_core.config import ModelConfig
from sedtf_core.models.convolution import convolution
from sedtf_core.models.normalise import MelNormalise
from sedtf_core.models.output import BASE_RATE_LOGIT, SystemOutput

PAIRED_MAPS = (16, 32, 64, 128, 256)
SINGLE_MAPS = 512
SEGMENT_MAPS = 1024
SEGMENT_HOP = 2 ** (len(PAIRED_MAPS) + 1)


class WldCnn(nn.Module):
    """Six poolings by two to columns of 64 frames, a score a class and two columns, global maximum.

    The clip probability is the maximum over segments. A frame takes the score of the segment whose
    middle is nearest; a clip of one column is scored as if it were heard twice. The last window of
    each pooling may be partial, so the end of a clip counts too. Widths scale with
    ``config.channels[0]``, 32 being full width.

    Source
    ------
    A. Kumar, M. Khadkevich, C. Fügen, "Knowledge transfer from weakly labeled audio using
    convolutional neural network for sound events and scenes", ICASSP 2018, and their published
    network; the idea is A. Kumar and B. Raj's, "Deep CNN framework for audio event recognition
    using weakly labeled web data", 2017. The layers are theirs. Ours: 64 mel bands where theirs has
    128, hence the sixth pooling halves time only, and the 2 × 2 convolution still spans the bands
    that are left; no bias before a batch normalisation, which would cancel it; partial windows and
    the frame scores. 4 501 369 parameters for 41 classes.
    """

    frame_multiple = SEGMENT_HOP
    # Convolutions reach 1 + 1 units at each of five resolutions and 1 at the sixth, 94 frames,
    # beyond the 128 frames of the segment; in the worst case, a clip's first or last, the frame is
    # at its far end.
    context_frames = 2 * SEGMENT_HOP - 1 + 2 * (SEGMENT_HOP // 2 - 1) + SEGMENT_HOP // 2

    def __init__(self, config: ModelConfig) -> None:
        """Build with fresh weights: torch's default, the base rate for the last bias."""
        super().__init__()
        width = config.channels[0] / ModelConfig.channels[0]
        self.normalise = MelNormalise(config.n_mels)
        layers: list[nn.Module] = []
        in_maps = 1
        for paper_maps in PAIRED_MAPS:
            maps = math.ceil(paper_maps * width)
            layers += convolution(in_maps, maps) + convolution(maps, maps)
            layers += [nn.MaxPool2d(2, ceil_mode=True)]
            in_maps = maps
        maps, segment_maps = math.ceil(SINGLE_MAPS * width), math.ceil(SEGMENT_MAPS * width)
        layers += [*convolution(in_maps, maps), nn.MaxPool2d((2, 1), ceil_mode=True)]
        self.to_columns = nn.Sequential(*layers)
        bands = math.ceil(config.n_mels / 2 ** len(PAIRED_MAPS))
        self.to_segments = nn.Sequential(
            *convolution(maps, segment_maps, kernel_size=(2, bands), padding=0),
            nn.Conv2d(segment_maps, config.n_classes, kernel_size=1),
        )
        nn.init.constant_(self.to_segments[-1].bias, BASE_RATE_LOGIT)  # type: ignore[arg-type]

    def forward(self, log_mel: Float[Tensor, "batch frames mel_bins"]) -> SystemOutput:
        """Return the largest segment score, and segment scores repeated for each frame."""
        scores = self.segment_scores(log_mel)
        nearest = _nearest_segment(log_mel.shape[1], scores.shape[-1], log_mel.device)
        return SystemOutput(scores.amax(dim=-1), scores[..., nearest], None)

    def segment_scores(
        self, log_mel: Float[Tensor, "batch frames mel_bins"]
    ) -> Float[Tensor, "batch classes segments"]:
        """Score segment s on the frames 64 s … 64 s + 127; log mel in nepers, not normalised."""
        columns = self.to_columns(self.normalise(log_mel).unsqueeze(1))
        if columns.shape[2] == 1:
            columns = columns.expand(-1, -1, 2, -1)
        logits: Tensor = self.to_segments(columns)
        return logits.squeeze(-1).float().sigmoid()


def _nearest_segment(frames: int, segments: int, device: torch.device) -> Int[Tensor, " frames"]:
    """Index of the segment whose middle, at frame 64 (s + 1), is nearest to each frame."""
    nearest: Tensor = (torch.arange(frames, device=device) - SEGMENT_HOP // 2) // SEGMENT_HOP
    return nearest.clamp(min=0, max=segments - 1)
