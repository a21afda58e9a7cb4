"""Batch normalisation over the batch of all processes, on devices for which torch has none.

``torch.nn.SyncBatchNorm`` runs on CUDA alone. With the layer here several processes learn on processors, too,
what one learns from the whole batch; parameters and statistics have the names of ``nn.BatchNorm2d``, so that
checkpoints do not tell the two apart.
"""

from typing import Any

import torch
from torch import Tensor, distributed, nn


class _Sum(torch.autograd.Function):
    """Sum over the processes; each one's gradient is the sum of the gradients of all."""

    @staticmethod
    def forward(_: Any, tensor: Tensor) -> Tensor:
        total = tensor.contiguous().clone()
        distributed.all_reduce(total)
        return total

    @staticmethod
    def backward(_: Any, gradient: Tensor) -> Tensor:
        return _sum(gradient)


def _sum(tensor: Tensor) -> Tensor:
    """Sum over the processes, with its gradient."""
    total: Tensor = _Sum.apply(tensor)  # type: ignore[no-untyped-call]
    return total


class SharedBatchNorm2d(nn.BatchNorm2d):
    """Normalises a process's share of a batch by mean and variance of the whole batch.

    Every process must hold as many values a channel as any other: ``Group.share`` sees to that.

    Source
    ------
    S. Ioffe and C. Szegedy, "Batch Normalization", ICML 2015, algorithm 1.
    """

    @classmethod
    def convert(cls, module: nn.Module) -> nn.Module:
        """Exchange every ``nn.BatchNorm2d`` inside a module for one of this class; returns the module."""
        for child in module.modules():
            if type(child) is nn.BatchNorm2d:
                child.__class__ = cls
        return module

    def forward(self, input: Tensor) -> Tensor:  # noqa: A002 - torch's name for it
        """Normalise batch × channels × height × width; in evaluation as ``nn.BatchNorm2d`` does."""
        if not self.training:
            return super().forward(input)
        self._check_input_dim(input)
        values = input.to(self.weight.dtype)
        size = distributed.get_world_size()
        # Two passes: a mean of squares less the square of the mean would lose digits.
        mean = _sum(values.mean(dim=(0, 2, 3), keepdim=True)) / size
        centred = values - mean
        variance = _sum(centred.square().mean(dim=(0, 2, 3), keepdim=True)) / size
        self._track(
            mean.detach().flatten(), variance.detach().flatten(), size * values[:, 0].numel()
        )
        scale = self.weight[:, None, None] * torch.rsqrt(variance + self.eps)
        normalised: Tensor = centred * scale + self.bias[:, None, None]
        return normalised.to(input.dtype)

    def _track(self, mean: Tensor, variance: Tensor, count: int) -> None:
        """Move the running statistics towards those of a batch of ``count`` values a channel."""
        assert self.running_mean is not None
        assert self.running_var is not None
        assert self.num_batches_tracked is not None
        assert self.momentum is not None
        self.running_mean.lerp_(mean, self.momentum)
        self.running_var.lerp_(variance * (count / max(1, count - 1)), self.momentum)
        self.num_batches_tracked.add_(1)
