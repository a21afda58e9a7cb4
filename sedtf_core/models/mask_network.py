"""The paper's own network: convolutions, segmentation masks, and one global pooling on top of them.

Nothing downsamples, so the last layer keeps a value for every frame, mel band and class: the segmentation
masks. They are never trained directly; the pooled value is compared with the weak label.
"""

from jaxtyping import Float
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from sedtf_core.config import ModelConfig
from sedtf_core.models.convolution import convolution
from sedtf_core.models.normalise import MelNormalise
from sedtf_core.models.output import BASE_RATE_LOGIT, SystemOutput
from sedtf_core.pooling import POOLINGS, global_weighted_rank_pool


class MaskNetwork(nn.Module):
    """Four blocks of two 3 × 3 convolutions, a 1 × 1 convolution to masks, global pooling (Table I).

    ``config.system`` chooses the pooling: ``gmp``, ``gap`` or ``gwrp`` with ``config.decay``.
    ``context_frames`` is the reach of the convolutions: frames either side that a mask value depends on.

    Source
    ------
    Kong et al. 2019, §III and Table I: 587 593 parameters for 41 classes, normalisation not counted.
    """

    frame_multiple = 1

    def __init__(self, config: ModelConfig) -> None:
        """Build with fresh weights: Kaiming for the convolutions, the base rate for the last bias."""
        super().__init__()
        self.normalise = MelNormalise(config.n_mels)
        layers: list[nn.Module] = []
        in_channels = 1
        for out_channels in config.channels:
            layers += convolution(in_channels, out_channels) + convolution(
                out_channels, out_channels
            )
            in_channels = out_channels
        self.convolutions = nn.Sequential(*layers)
        self.to_masks = nn.Conv2d(in_channels, config.n_classes, kernel_size=1)
        nn.init.constant_(self.to_masks.bias, BASE_RATE_LOGIT)  # type: ignore[arg-type]
        self.context_frames = 2 * len(config.channels)
        self.system, self.decay = config.system, config.decay

    def forward(self, log_mel: Float[Tensor, "batch frames mel_bins"]) -> SystemOutput:
        """Return clip probabilities, frame scores (paper eq. 2: the mask's mean over mel) and masks."""
        masks = self.segment(log_mel)
        return SystemOutput(self.pool(masks), masks.mean(dim=-1), masks)

    def pool(
        self, masks: Float[Tensor, "*batch classes frames mel_bins"]
    ) -> Float[Tensor, "*batch classes"]:
        """Return the clip probabilities of masks, by the pooling of this system."""
        if self.system == "gwrp":
            return global_weighted_rank_pool(masks, self.decay)
        return POOLINGS[self.system](masks)

    def segment(
        self, log_mel: Float[Tensor, "batch frames mel_bins"]
    ) -> Float[Tensor, "batch classes frames mel_bins"]:
        """Return the segmentation masks alone; log mel in nepers, not normalised."""
        maps = self.convolutions(self.normalise(log_mel).unsqueeze(1))
        # The sigmoid in float32: under mixed precision small mask values would be rounded to steps.
        logits: Tensor = self.to_masks(maps).float()
        return logits.sigmoid().contiguous()

    def fuse(self) -> "MaskNetwork":
        """Fold each batch normalisation into its convolution, in place, for inference; return self."""
        folded: list[nn.Module] = []
        for layer in self.convolutions:
            if isinstance(layer, nn.BatchNorm2d):
                convolution = folded.pop()
                assert isinstance(convolution, nn.Conv2d)
                folded.append(fuse_conv_bn_eval(convolution, layer))
            else:
                folded.append(layer)
        self.convolutions = nn.Sequential(*folded)
        return self
