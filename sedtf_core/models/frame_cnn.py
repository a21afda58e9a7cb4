"""The FrameCNN baseline: convolutions that pool frequency and keep time, frame scores, their mean.

It differs from the mask network with average pooling in one thing: frequency is pooled on the way
up, so it tells when a class occurs and not where on the frequency axis.
"""

from jaxtyping import Float
from torch import Tensor, nn

from sedtf_core.config import ModelConfig
from sedtf_core.models.convolution import convolution
from sedtf_core.models.normalise import MelNormalise
from sedtf_core.models.output import BASE_RATE_LOGIT, SystemOutput


class FrameCnn(nn.Module):
    """Four blocks of two 3 × 3 convolutions that halve frequency, then a sigmoid a class and frame.

    The clip probability is the mean of the frame scores over the clip. The maps of the blocks are
    ``config.channels``, as in the mask network. ``context_frames`` is the convolutions' reach.

    Source
    ------
    S.-Y. Chou, J.-S. Jang, Y.-H. Yang, "FrameCNN: a weakly-supervised learning framework for
    frame-wise acoustic event detection and classification", DCASE 2017, fixes the idea: a
    convolutional network with one output a frame, pooled over time to learn from clip labels. There
    is no published code that we know of (the first author's later music taggers of that name pool
    time), so this is a reconstruction: maximum over frequency, mean over time, and the blocks and
    widths of Kong et al. 2019, Table I, so that its size (587 593 parameters for 41 classes) and
    its reach equal the mask network's.
    """

    frame_multiple = 1

    def __init__(self, config: ModelConfig) -> None:
        """Build with fresh weights: Kaiming for convolutions, the base rate for the last bias."""
        super().__init__()
        self.normalise = MelNormalise(config.n_mels)
        layers: list[nn.Module] = []
        in_maps = 1
        for maps in config.channels:
            layers += convolution(in_maps, maps) + convolution(maps, maps)
            # A last band without a partner stays, so that any number of bands can be halved.
            layers += [nn.MaxPool2d((1, 2), ceil_mode=True)]
            in_maps = maps
        self.convolutions = nn.Sequential(*layers)
        self.to_scores = nn.Conv1d(in_maps, config.n_classes, kernel_size=1)
        nn.init.constant_(self.to_scores.bias, BASE_RATE_LOGIT)  # type: ignore[arg-type]
        self.context_frames = 2 * len(config.channels)

    def forward(self, log_mel: Float[Tensor, "batch frames mel_bins"]) -> SystemOutput:
        """Return the scores of all frames and their mean; log mel in nepers, not normalised."""
        maps = self.convolutions(self.normalise(log_mel).unsqueeze(1))
        frame_scores = self.to_scores(maps.amax(dim=-1)).float().sigmoid()
        return SystemOutput(frame_scores.mean(dim=-1), frame_scores, None)
