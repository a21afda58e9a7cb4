"""Several processes that train one network together, started by torchrun; one process without it.

    torchrun --nproc-per-node 4 -m train.train --sounds DIR --system gwrp --preset paper --out runs/gwrp

Conventions: torchrun says who we are in RANK, LOCAL_RANK, WORLD_SIZE and, of machines, GROUP_WORLD_SIZE;
every process draws the same recipes and takes its share of them, so that the batch of a step is the same
however many share it; rank 0 alone writes. Machines must see the same sounds and, to resume, the same run
folder.
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

import torch
from torch import distributed, nn

from sedtf_core.errors import InputError
from train.shared_norm import SharedBatchNorm2d

Item = TypeVar("Item")


@dataclass(frozen=True)
class Group:
    """Which of how many processes, on how many machines, this one is, and the device that it trains on."""

    device: torch.device
    rank: int = 0
    size: int = 1
    machines: int = 1

    @property
    def is_first(self) -> bool:
        """Whether this process writes files and speaks."""
        return self.rank == 0

    @property
    def own(self) -> slice:
        """Which of a step's items are this process's part."""
        return slice(self.rank, None, self.size)

    def share(self, items: Sequence[Item]) -> Sequence[Item]:
        """Return this process's part of a step's items; the parts of all are of one size."""
        if len(items) % self.size:
            raise InputError(
                f"a batch of {len(items)} cannot be shared evenly by {self.size} processes; "
                f"choose a --batch-size that {self.size} divides"
            )
        return items[self.own]

    def agree(self, decision: bool) -> bool:
        """Return, in every process, whether any of them decided so."""
        if self.size == 1:
            return decision
        flag = torch.tensor(int(decision), device=self.device)
        distributed.all_reduce(flag, distributed.ReduceOp.MAX)
        return bool(flag.item())

    def mean(self, values: torch.Tensor) -> torch.Tensor:
        """Return the mean over all processes, element by element."""
        if self.size > 1:
            distributed.all_reduce(values)
        return values / self.size

    def wrap(self, model: nn.Module) -> nn.Module:
        """Return the module to call in training, which averages gradients over the processes."""
        if self.size == 1:
            return model
        devices = [self.device] if self.device.type == "cuda" else None
        return nn.parallel.DistributedDataParallel(model, device_ids=devices)

    def synchronise_statistics(self, model: nn.Module) -> nn.Module:
        """Exchange batch normalisations for those that take their statistics from the whole batch."""
        if self.size == 1:
            return model
        if self.device.type == "cuda":
            return nn.SyncBatchNorm.convert_sync_batchnorm(model)  # type: ignore[no-any-return]
        return SharedBatchNorm2d.convert(model)


def choose_device(name: str) -> torch.device:
    """Return the device that ``--device`` means; ``auto`` is CUDA where it is there.

    Raises
    ------
    InputError
        If this machine has no such device.
    """
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    try:
        device = torch.device(name)
        torch.zeros(1, device=device).item()  # "meta" makes tensors that hold nothing
    except (RuntimeError, AssertionError):
        raise InputError(
            f"there is no device {name!r} here; leave --device out or say cpu"
        ) from None
    return device


@contextmanager
def joined_group(device_name: str) -> Iterator[Group]:
    """Join the processes that torchrun started, or be alone; leaves them at the end."""
    device = choose_device(device_name)
    size = int(os.environ.get("WORLD_SIZE", "1"))
    if size == 1:
        yield Group(device)
        return
    if device.type == "cuda":
        device = torch.device("cuda", int(os.environ["LOCAL_RANK"]))
        torch.cuda.set_device(device)
    distributed.init_process_group("nccl" if device.type == "cuda" else "gloo")
    try:
        machines = int(os.environ.get("GROUP_WORLD_SIZE", "1"))
        yield Group(device, distributed.get_rank(), size, machines)
    finally:
        distributed.destroy_process_group()
