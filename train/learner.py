"""A network with its optimiser, at the precision and memory format that are fastest on its device.

Owns one step of the optimiser and the choice of precision. On CUDA and on CPUs with matrix units the
convolutions run in bfloat16 under autocast; weights, losses and scores stay float32. Leaves the data to
``batches``, sharing a batch to ``parallel``.
"""

from contextlib import AbstractContextManager

import torch
from jaxtyping import Float
from torch import Tensor, nn

from sedtf_core.config import ModelConfig
from sedtf_core.models import build_model
from train.parallel import Group


class Learner:
    """A fresh network and Adam.

    Parameters
    ----------
    config
        Which network, and how wide.
    group
        The device, and the processes that share a batch.
    rate
        Learning rate to start from.
    is_compiled
        Let ``torch.compile`` fuse the network: worth its minute of waiting on CUDA.
    is_plain
        Eager float32 in the default memory format, to compare with.

    Attributes
    ----------
    model
        The network itself: what is saved, and measured.
    """

    def __init__(
        self,
        config: ModelConfig,
        group: Group,
        rate: float = 1e-3,
        *,
        is_compiled: bool = False,
        is_plain: bool = False,
    ) -> None:
        """Build the network on its device."""
        model = build_model(config).to(group.device)
        if not is_plain:
            model = model.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.model = group.synchronise_statistics(model)
        self._is_mixed = not is_plain and has_fast_bfloat16(group.device)
        self._device = group.device
        wrapped = group.wrap(self.model)
        self._network = torch.compile(wrapped) if is_compiled else wrapped
        self.optimiser = torch.optim.Adam(
            self.model.parameters(), lr=rate, fused=group.device.type == "cuda"
        )

    def autocast(self) -> AbstractContextManager[object]:
        """Mixed precision where it is the faster choice."""
        return torch.autocast(self._device.type, torch.bfloat16, enabled=self._is_mixed)

    def learn(
        self,
        features: Float[Tensor, "batch frames mel_bins"],
        weak_labels: Float[Tensor, "batch classes"],
        rate: float,
    ) -> Float[Tensor, ""]:
        """Take one step of the optimiser; returns the loss in nats, still on the device."""
        self.model.train()
        for group in self.optimiser.param_groups:
            group["lr"] = rate
        with self.autocast():
            output = self._network(features)
        # Rounding may carry a weighted mean of ones past 1, where the loss is not defined.
        probs = output.clip_probs.float().clamp(0, 1)
        # A probability that is no number must reach the log; the loss itself would stop at it.
        loss: Tensor = (
            nn.functional.binary_cross_entropy(probs.nan_to_num(), weak_labels) + 0 * probs.sum()
        )
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        self.optimiser.step()
        return loss.detach()


def has_fast_bfloat16(device: torch.device) -> bool:
    """Whether units for products of bfloat16 make mixed precision the faster choice here."""
    if device.type == "cuda":
        return bool(torch.cuda.is_bf16_supported())
    # torch has no public names for them; without these units bfloat16 is the slower choice.
    units = (torch.cpu._is_amx_tile_supported, torch.cpu._is_avx512_bf16_supported)  # noqa: SLF001
    return device.type == "cpu" and any(has_unit() for has_unit in units)
