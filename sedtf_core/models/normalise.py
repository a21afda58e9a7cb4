"""Normalisation of log mel features by the training set's statistics, kept in the checkpoint."""

import torch
from jaxtyping import Float
from torch import Tensor, nn


class MelNormalise(nn.Module):
    """Subtract one mean and divide by one standard deviation a mel band.

    The statistics are buffers: they are measured once on the training set (``set_statistics``) and travel
    with the weights, so that a checkpoint takes raw log mel features.
    """

    mean: Tensor
    std: Tensor

    def __init__(self, n_mels: int) -> None:
        """Start as the identity."""
        super().__init__()
        self.register_buffer("mean", torch.zeros(n_mels))
        self.register_buffer("std", torch.ones(n_mels))

    def set_statistics(
        self, mean: Float[Tensor, " mel_bins"], std: Float[Tensor, " mel_bins"]
    ) -> None:
        """Take the training set's mean and standard deviation, in nepers, a mel band."""
        self.mean.copy_(mean)
        self.std.copy_(std.clamp(min=1e-3))

    def forward(
        self, log_mel: Float[Tensor, "batch frames mel_bins"]
    ) -> Float[Tensor, "batch frames mel_bins"]:
        """Return features with mean 0 and standard deviation 1 over the training set."""
        return (log_mel - self.mean) / self.std
