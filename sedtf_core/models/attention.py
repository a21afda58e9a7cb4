"""The attention baseline: gated convolutions, a gated GRU, and a learned weighting over time.

The network decides for each class which frames the clip's probability is read from. Frames that it
does not attend to are not taught, which makes it strong at tagging and its frame scores hard to
threshold.
"""

import math

from jaxtyping import Float
from torch import Tensor, nn

from sedtf_core.config import ModelConfig
from sedtf_core.models.normalise import MelNormalise
from sedtf_core.models.output import BASE_RATE_LOGIT, SystemOutput

GATED_PAIRS = 4
GATED_MAPS = 64
FEATURE_MAPS = 256
RECURRENT_UNITS = 128


class Attention(nn.Module):
    """Eight gated convolutions that pool frequency only, a gated bidirectional GRU, two heads.

    The clip probability is the mean of the frame scores weighted by attention, which sums to one
    over time for each class. Every frame depends on the whole clip, so ``context_frames`` is None.
    Widths scale with ``config.channels[0]``, 32 being full width.

    Source
    ------
    Y. Xu, Q. Kong, W. Wang, M. Plumbley, "Large-scale weakly supervised audio classification using
    gated convolutional neural network", ICASSP 2018, and the detection network of its published
    code, which keeps time at full resolution: layers and widths are theirs. Ours: the softmax runs
    over time, on the recurrent features (the code takes it over classes, of the frame scores, and
    then divides by its sum over time); the eighth convolution is used (a slip in the code skips
    it); both GRUs squash by tanh (the code leaves one linear). 1 280 978 parameters for 41 classes.
    """

    context_frames: int | None = None
    frame_multiple = 1

    def __init__(self, config: ModelConfig) -> None:
        """Build with fresh weights: torch's default, the base rate for the bias of the scores."""
        super().__init__()
        width = config.channels[0] / ModelConfig.channels[0]
        gated, features = math.ceil(GATED_MAPS * width), math.ceil(FEATURE_MAPS * width)
        units = math.ceil(RECURRENT_UNITS * width)
        self.normalise = MelNormalise(config.n_mels)
        layers: list[nn.Module] = []
        in_maps = 1
        for _ in range(GATED_PAIRS):
            layers += _gated_convolution(in_maps, gated) + _gated_convolution(gated, gated)
            # A last band without a partner stays, so that any number of bands can be halved.
            layers += [nn.MaxPool2d((1, 2), ceil_mode=True)]
            in_maps = gated
        layers += [nn.Conv2d(gated, features, kernel_size=3, padding=1), nn.ReLU(inplace=True)]
        self.convolutions = nn.Sequential(*layers)
        self.recurrent = nn.GRU(features, units, batch_first=True, bidirectional=True)
        self.recurrent_gate = nn.GRU(features, units, batch_first=True, bidirectional=True)
        self.to_scores = nn.Linear(2 * units, config.n_classes)
        self.to_attention = nn.Linear(2 * units, config.n_classes)
        nn.init.constant_(self.to_scores.bias, BASE_RATE_LOGIT)

    def forward(self, log_mel: Float[Tensor, "batch frames mel_bins"]) -> SystemOutput:
        """Return the attended mean of the frame scores, and the frame scores without attention."""
        frame_scores, attention = self.attend(log_mel)
        # Rounding can carry the sum of the weights, and with it the mean, just above one.
        return SystemOutput((frame_scores * attention).sum(dim=-1).clamp(max=1), frame_scores, None)

    def attend(
        self, log_mel: Float[Tensor, "batch frames mel_bins"]
    ) -> tuple[Float[Tensor, "batch classes frames"], Float[Tensor, "batch classes frames"]]:
        """Return frame scores in 0…1, and attention, which sums to one over time."""
        maps = self.convolutions(self.normalise(log_mel).unsqueeze(1))
        features = maps.amax(dim=-1).transpose(1, 2)
        # (1 + tanh a) / 2 is sigmoid 2a: on 0…1, this is a GRU with a sigmoid for its tanh.
        gate = (1 + self.recurrent_gate(features)[0]) / 2
        gated = self.recurrent(features)[0] * gate
        frame_scores = self.to_scores(gated).float().sigmoid().transpose(1, 2)
        attention = self.to_attention(gated).float().softmax(dim=1).transpose(1, 2)
        return frame_scores, attention


def _gated_convolution(in_maps: int, out_maps: int) -> list[nn.Module]:
    """Convolution, batch normalisation, half of the maps times the sigmoid of the other half."""
    convolution = nn.Conv2d(in_maps, 2 * out_maps, kernel_size=3, padding=1, bias=False)
    return [convolution, nn.BatchNorm2d(2 * out_maps), nn.GLU(dim=1)]
