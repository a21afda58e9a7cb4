"""What training costs: clips a second, the share of each part of a step, and the peak of memory.

Conventions: seconds of the clock. Steps overlap: a batch is made while the network learns from another, and
an accelerator works while Python goes on. So one step in ``every`` is measured in parts, one after the other,
with nothing beside it; a part's share is of these steps' time, 0 to 1. The others run unhindered, and give
the clips a second.
"""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import torch

PARTS = ("synthesis", "features", "network")
EVERY = 50
WARM_UP = 3


class Meter:
    """Adds up the time of steps and of their parts.

    Parameters
    ----------
    device
        Waited for around a measured part.
    clips
        Clips in the batch of a step, over all processes.
    every
        A step in so many is measured in parts.

    Attributes
    ----------
    is_measuring
        Whether the current step is.
    """

    def __init__(self, device: torch.device, clips: int, every: int = EVERY) -> None:
        """Start at zero."""
        self.device, self.clips = device, clips
        self._every = every
        self._steps, self._whole, self._seconds = 0, 0, 0.0
        self._parts = dict.fromkeys(PARTS, 0.0)
        self._measured = 0
        self.is_measuring = False

    @property
    def measures_next(self) -> bool:
        """Whether the next step is measured in parts; the first few, which choose algorithms, are not."""
        return self._steps >= WARM_UP and (self._steps - WARM_UP) % self._every == 0

    @contextmanager
    def step(self) -> Iterator[None]:
        """Time a whole step; the first few do not count."""
        self.is_measuring = self.measures_next
        self._steps += 1
        started = time.perf_counter()
        yield
        if self.is_measuring:
            self._measured += 1
        elif self._steps > WARM_UP:
            self._whole += 1
            self._seconds += time.perf_counter() - started
        self.is_measuring = False

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        """Time a part of the current step, if this step is one of those measured."""
        if not self.is_measuring:
            yield
            return
        synchronise(self.device)
        started = time.perf_counter()
        yield
        synchronise(self.device)
        self._parts[name] += time.perf_counter() - started

    def summary(self) -> dict[str, float | str | int]:
        """Return the figures so far; without steps that count, those of memory and device alone."""
        figures: dict[str, float | str | int] = {
            "device": device_name(self.device),
            "threads": torch.get_num_threads(),
            "peak_memory_mib": round(peak_memory_mib(self.device), 1),
        }
        if self._whole:
            figures["clips_per_s"] = round(self.clips * self._whole / self._seconds, 2)
        total = sum(self._parts.values())
        if total:
            for name in PARTS:
                figures[f"{name}_share"] = round(self._parts[name] / total, 4)
            figures["network_clips_per_s"] = round(
                self.clips * self._measured / self._parts["network"], 2
            )
        return figures


def summary_line(figures: dict[str, float | str | int]) -> str:
    """Return a meter's figures as one line to print."""
    memory = f"peak memory {figures['peak_memory_mib']:.0f} MiB on {figures['device']}"
    if "network_share" not in figures or "clips_per_s" not in figures:
        return memory
    alone = float(figures["network_clips_per_s"])
    return (
        f"{figures['clips_per_s']:.1f} clips/s, {100 * float(figures['clips_per_s']) / alone:.0f} % of the "
        f"{alone:.1f} that the network alone would do; one after the other, synthesis takes "
        f"{100 * float(figures['synthesis_share']):.1f} % of a step and features "
        f"{100 * float(figures['features_share']):.1f} %; {memory}"
    )


def synchronise(device: torch.device) -> None:
    """Wait until an accelerator has done what was asked of it."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)


def device_name(device: torch.device) -> str:
    """Name of the device for people."""
    return torch.cuda.get_device_name(device) if device.type == "cuda" else device.type


def peak_memory_mib(device: torch.device) -> float:
    """Most memory held so far: tensors on CUDA, the process elsewhere; 0 where nobody counts."""
    if device.type == "cuda":
        return torch.cuda.max_memory_allocated(device) / 2**20
    try:
        import resource  # not on Windows
    except ImportError:
        return 0.0
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 2**20 if sys.platform == "darwin" else peak / 2**10
