"""Global pooling: from a segmentation mask to one clip probability a class.

Conventions: masks lie in 0…1 with axes ``*batch frames mel_bins``; pooling takes the last two axes, N units,
and keeps the rest. No pooling depends on the order of the units. What a network is taught about time and
frequency is decided here: the gradient of these functions is all that a weak label says about a unit.
``POOLINGS`` is the one dictionary name → function. The networks are left to ``models``.
"""

import math
from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from sedtf_core.config import PAPER_DECAY

Masks: TypeAlias = Float[Tensor, "*batch frames mel_bins"]
ClipProbs: TypeAlias = Float[Tensor, "*batch"]


def global_max_pool(masks: Masks) -> ClipProbs:
    """Largest unit (GMP). Only that unit is taught, so masks shrink towards a point.

    Source
    ------
    Kong et al. 2019, §III-A.
    """
    return masks.flatten(-2).amax(-1)


def global_average_pool(masks: Masks) -> ClipProbs:
    """Mean of all units (GAP). All units are taught alike, so masks flood the plane.

    Source
    ------
    Kong et al. 2019, §III-B.
    """
    return masks.flatten(-2).mean(-1)


def global_weighted_rank_pool(masks: Masks, decay: float = PAPER_DECAY) -> ClipProbs:
    """Mean of the units in descending order, weighted by decay^(rank - 1) (GWRP).

    Parameters
    ----------
    masks
        Values in 0…1.
    decay
        r in the paper, 0…1: 0 is the maximum, 1 the mean.

    Returns
    -------
    Clip probabilities in 0…1.

    Raises
    ------
    ValueError
        If ``decay`` lies outside 0…1.

    Source
    ------
    Kong et al. 2019, §III-C; A. Kolesnikov and C. Lampert, "Seed, expand and constrain", ECCV 2016.
    """
    if not 0.0 <= decay <= 1.0:
        raise ValueError(f"decay must lie in 0…1, got {decay}")
    units = masks.flatten(-2)
    weights = rank_weights(units.shape[-1], decay)
    if units.device.type != "cpu" or units.dtype != torch.float32:
        ordered = units.sort(dim=-1, descending=True).values
        # Not a matrix product, which mixed precision would round.
        return (ordered * weights.to(units.device, units.dtype)).sum(dim=-1)
    if torch.is_grad_enabled() and units.requires_grad:
        return _RankPoolOnCpu.apply(units, weights)  # type: ignore[no-any-return, no-untyped-call]
    # NumPy sorts single floats with SIMD instructions, several times as fast as torch.
    ascending = np.sort(units.detach().numpy(), axis=-1)
    return torch.from_numpy(np.asarray(ascending @ weights.flip(0).numpy()))


def rank_weights(units: int, decay: float) -> Float[Tensor, " units"]:
    """Weights of the units in descending order: decay^(rank - 1), divided by their sum."""
    weights = torch.full((units,), decay, dtype=torch.float64).pow(torch.arange(units))
    return (weights / weights.sum()).float()


class _RankPoolOnCpu(torch.autograd.Function):
    """GWRP with its gradient: each unit receives the weight of its rank, equal units in their order."""

    @staticmethod
    def forward(ctx: Any, units: Tensor, weights: Tensor) -> Tensor:
        """Sort value and position as one integer, which is faster than a sort that returns indices."""
        values = units.detach().contiguous().numpy()
        keys = np.empty(values.shape, dtype="<u8")
        halves = keys.view("<u4").reshape(*values.shape, 2)
        halves[..., 0] = np.arange(values.shape[-1])
        # Floats from 0 to 1 order like their bit patterns; inverted, the largest comes first.
        np.invert(values.view(np.uint32), out=halves[..., 1])
        keys.sort(axis=-1)
        ctx.save_for_backward(torch.from_numpy(halves[..., 0].astype(np.int64)), weights)
        ordered = np.invert(halves[..., 1]).view(np.float32)
        return torch.from_numpy(np.asarray(ordered @ weights.numpy()))

    @staticmethod
    def backward(ctx: Any, grad_probs: Tensor) -> tuple[Tensor, None]:
        """Scatter the weights back to the units they were applied to."""
        order, weights = ctx.saved_tensors
        grads = torch.empty_like(order, dtype=grad_probs.dtype)
        grads.scatter_(-1, order, weights.expand(order.shape))
        return grads.mul_(grad_probs.unsqueeze(-1)), None


def global_linear_softmax_pool(masks: Masks) -> ClipProbs:
    """Mean of the units weighted by themselves: sum y² / sum y.

    For a present class the gradient pushes a unit down where y is below half the pooled probability, and
    up above it. A mask of zeros pools to 0.

    Source
    ------
    Y. Wang, J. Li and F. Metze, "A comparison of five multiple instance learning pooling functions for
    sound event detection with weak labeling", ICASSP 2019.
    """
    return global_power_pool(masks, exponent=1.0)


def global_power_pool(masks: Masks, exponent: float = 2.0) -> ClipProbs:
    """Mean of the units weighted by their power: sum y^(n+1) / sum y^n; n = 0 is the mean.

    Source
    ------
    Y. Liu et al., "Power pooling: an adaptive pooling function for weakly labelled sound event detection",
    IJCNN 2021.
    """
    units = masks.flatten(-2)
    # A unit of zero has no finite slope for exponents below 1.
    weights = units.clamp(min=torch.finfo(units.dtype).tiny).pow(exponent)
    total = weights.sum(-1).clamp(min=torch.finfo(units.dtype).tiny)
    return (units * weights).sum(-1) / total


def global_auto_pool(masks: Masks, sharpness: float = 1.0) -> ClipProbs:
    """Mean of the units weighted by softmax(sharpness · y): 0 is the mean, infinity the maximum.

    Source
    ------
    B. McFee, J. Salamon and J. Bello, "Adaptive pooling operators for weakly labeled sound event
    detection", IEEE/ACM TASLP 2018 (there the sharpness α is learned a class).
    """
    units = masks.flatten(-2)
    return (units * torch.softmax(sharpness * units, dim=-1)).sum(-1)


def global_top_k_pool(masks: Masks, share: float = 0.05) -> ClipProbs:
    """Mean of the largest ``share`` of the units, one at least.

    Raises
    ------
    ValueError
        If ``share`` does not lie above 0 and at most at 1.

    Source
    ------
    P. Pinheiro and R. Collobert, "From image-level to pixel-level labeling", CVPR 2015, discuss the family
    between max and mean of which this is the plainest member.
    """
    if not 0.0 < share <= 1.0:
        raise ValueError(f"share must lie above 0 and at most at 1, got {share}")
    units = masks.flatten(-2)
    return units.topk(max(1, math.ceil(share * units.shape[-1])), dim=-1).values.mean(-1)


def global_attention_pool(
    masks: Masks, attention_logits: Float[Tensor, "*batch frames mel_bins"]
) -> ClipProbs:
    """Mean of the units weighted by a softmax of other values, learned beside the mask.

    Source
    ------
    Q. Kong et al., "Audio Set classification with attention model: a probabilistic perspective", ICASSP 2018.
    """
    weights = torch.softmax(attention_logits.flatten(-2), dim=-1)
    return (masks.flatten(-2) * weights).sum(-1)


POOLINGS: dict[str, Callable[..., Tensor]] = {
    "gmp": global_max_pool,
    "gap": global_average_pool,
    "gwrp": global_weighted_rank_pool,
    "linear_softmax": global_linear_softmax_pool,
    "power": global_power_pool,
    "auto": global_auto_pool,
    "top_k": global_top_k_pool,
    "attention": global_attention_pool,
}
