"""Speed of the paths that someone waits for, as ratios measured side by side in one run.

    make bench

Each figure is the median over rounds in which the candidates take turns, so that a noisy machine slows all
of them alike. Nothing here is asserted: the tests say what is right, this says what is fast.
"""

import statistics
import time
from collections.abc import Callable

import numpy as np
import torch

from sedtf_core.config import ModelConfig
from sedtf_core.features import log_mel
from sedtf_core.models import build_model
from sedtf_core.models.mask_network import MaskNetwork
from sedtf_core.pooling import global_weighted_rank_pool, rank_weights

ROUNDS = 7


def side_by_side(candidates: dict[str, Callable[[], object]]) -> dict[str, float]:
    """Median seconds of each candidate, taking turns after one warm-up each."""
    seconds: dict[str, list[float]] = {name: [] for name in candidates}
    for run in candidates.values():
        run()
    for _ in range(ROUNDS):
        for name, run in candidates.items():
            started = time.perf_counter()
            run()
            seconds[name].append(time.perf_counter() - started)
    return {name: statistics.median(values) for name, values in seconds.items()}


def report(title: str, medians: dict[str, float]) -> None:
    """Print the medians, and how many times faster than the first each is."""
    first = next(iter(medians.values()))
    print(title)
    for name, median in medians.items():
        print(f"  {name:34s} {1000 * median:9.1f} ms   {first / median:5.2f} ×")


def sorted_by_torch(masks: torch.Tensor) -> torch.Tensor:
    """GWRP as one would write it: torch's sort, times the weights."""
    units = masks.flatten(-2)
    return units.sort(dim=-1, descending=True).values @ rank_weights(units.shape[-1], 0.9998)


def bench_pooling() -> None:
    """GWRP of 41 masks of ten seconds on one thread, forward and with its gradient."""
    torch.set_num_threads(1)
    masks = torch.rand(41, 311, 64)
    with torch.no_grad():
        medians = side_by_side(
            {
                "torch.sort": lambda: sorted_by_torch(masks),
                "global_weighted_rank_pool": lambda: global_weighted_rank_pool(masks),
            }
        )
    report("GWRP in inference, 41 × 19 904 units, one thread", medians)
    batch = torch.rand(8 * 26, 311, 64, requires_grad=True)
    medians = side_by_side(
        {
            "torch.sort": lambda: sorted_by_torch(batch).sum().backward(),
            "global_weighted_rank_pool": lambda: global_weighted_rank_pool(batch).sum().backward(),
        }
    )
    report("GWRP in training, 208 × 19 904 units, forward and backward, one thread", medians)


def bench_network() -> None:
    """The paper's network on ten seconds, as trained and as used."""
    torch.set_num_threads(2)
    plain = build_model(ModelConfig("gwrp")).eval()
    fused = build_model(ModelConfig("gwrp")).eval()
    assert isinstance(plain, MaskNetwork)
    assert isinstance(fused, MaskNetwork)
    fused = fused.fuse().to(memory_format=torch.channels_last)
    features = log_mel(torch.from_numpy(np.random.default_rng(0).normal(0, 0.1, 320_000)).float())[
        None
    ]
    with torch.inference_mode():
        medians = side_by_side(
            {
                "plain": lambda: plain.segment(features),
                "folded, channels_last": lambda: fused.segment(features),
            }
        )
    report("Mask network, full width, 10 s, two threads", medians)


if __name__ == "__main__":
    bench_pooling()
    bench_network()
