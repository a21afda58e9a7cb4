"""The DNN baseline: a fully connected network slid over the frames, its scores averaged.

Frames are judged one at a time with their neighbours; nothing else links them.
"""

import math

from jaxtyping import Float
from torch import Tensor, nn

from sedtf_core.config import ModelConfig
from sedtf_core.models.normalise import MelNormalise
from sedtf_core.models.output import BASE_RATE_LOGIT, SystemOutput

HIDDEN_LAYERS = 3
HIDDEN_UNITS = 500
DROPOUT = 0.2


class Dnn(nn.Module):
    """Three fully connected layers on a frame and the five either side, then a sigmoid a class.

    The clip probability is the mean of the frame scores over the clip, not their maximum. Widths
    scale with ``config.channels[0]``: 500 units at the paper's 32, half as many in the ``laptop``
    preset.

    Source
    ------
    Q. Kong, I. Sobieraj, W. Wang, M. Plumbley, "Deep neural network baseline for DCASE Challenge
    2016", DCASE 2016, fixes three layers of 500 rectified units on 11 concatenated frames of log
    mel. Trained there on one window at a time with the clip's labels; the mean over frames inside
    the network, and 0.2 for the dropout (0.1 in the published code, which also drops inputs), are
    our reconstruction of what Kong et al. 2019 compare with. 874 041 parameters for 41 classes.
    """

    context_frames = 5
    frame_multiple = 1

    def __init__(self, config: ModelConfig) -> None:
        """Build with fresh weights: torch's default, the base rate for the last bias."""
        super().__init__()
        width = config.channels[0] / ModelConfig.channels[0]
        units = math.ceil(HIDDEN_UNITS * width)
        self.normalise = MelNormalise(config.n_mels)
        layers: list[nn.Module] = []
        in_units, reach = config.n_mels, self.context_frames
        for _ in range(HIDDEN_LAYERS):
            # A convolution over time is the same fully connected layer at every frame; only the
            # first sees neighbours. Beyond the clip they are zero, the training set's mean.
            layer = nn.Conv1d(in_units, units, kernel_size=2 * reach + 1, padding=reach)
            layers += [layer, nn.ReLU(inplace=True), nn.Dropout(DROPOUT)]
            in_units, reach = units, 0
        self.hidden = nn.Sequential(*layers)
        self.to_scores = nn.Conv1d(units, config.n_classes, kernel_size=1)
        nn.init.constant_(self.to_scores.bias, BASE_RATE_LOGIT)  # type: ignore[arg-type]

    def forward(self, log_mel: Float[Tensor, "batch frames mel_bins"]) -> SystemOutput:
        """Return the scores of all frames and their mean; log mel in nepers, not normalised."""
        hidden = self.hidden(self.normalise(log_mel).transpose(1, 2))
        frame_scores = self.to_scores(hidden).float().sigmoid()
        return SystemOutput(frame_scores.mean(dim=-1), frame_scores, None)
