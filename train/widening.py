"""Weights of a narrow network for one that is a whole number of times as wide and computes the same.

Each unit is copied, and what a unit gave to the next layer is shared among its copies, in shares drawn at
random: equal ones would leave the copies alike for ever (Chen, Goodfellow & Shlens, "Net2Net: Accelerating
Learning via Knowledge Transfer", ICLR 2016).
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

# They keep gates and what these gate in one tensor, so that copies would meet the wrong partners.
GATED_LAYERS = (nn.GLU, nn.RNNBase)
SPREAD = 0.5  # standard deviation of a share


def has_gates(model: nn.Module) -> bool:
    """Whether a network has layers that cannot be widened."""
    return any(isinstance(layer, GATED_LAYERS) for layer in model.modules())


def can_widen(tensor: Tensor, shape: Sequence[int]) -> bool:
    """Whether the first two dimensions grow by a whole number of times each, and nothing else differs."""
    if tensor.dim() != len(shape) or tuple(tensor.shape[2:]) != tuple(shape[2:]):
        return False
    return all(new % old == 0 for old, new in zip(tensor.shape[:2], shape[:2], strict=True))


def widened(tensor: Tensor, shape: Sequence[int], generator: torch.Generator) -> Tensor:
    """Return a layer's weights, biases or statistics for a wider layer.

    Parameters
    ----------
    tensor
        (units, inputs, …), or (units,) for biases and statistics.
    shape
        The wider layer's: more units, more inputs, or both; ``can_widen`` must hold.
    generator
        Of torch, on the CPU; draws the shares.
    """
    if tuple(tensor.shape) == tuple(shape):
        return tensor
    units = tensor.repeat(shape[0] // tensor.shape[0], *[1] * (tensor.dim() - 1))
    copies = shape[1] // tensor.shape[1] if tensor.dim() > 1 else 1
    if copies == 1:
        return units
    noise = SPREAD * torch.randn(copies, *units.shape[:2], generator=generator)
    shares = (1 / copies + noise - noise.mean(dim=0)).to(tensor.device)
    return torch.cat(
        [units * share.reshape(*share.shape, *[1] * (tensor.dim() - 2)) for share in shares], dim=1
    )
