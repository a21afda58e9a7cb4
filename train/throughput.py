"""Measure what a training step costs, and how much faster the shipped path is than eager float32.

    python -m train.throughput --sounds DIR --system gwrp --preset laptop --steps 20

First steps taken apart into synthesis, features and network, one after the other; then whole steps, which
make a batch while the network learns from another, in turn with the network alone, its input already on the
device, in each way that this device offers. As they take turns, a busy machine slows all of them alike; the
median turn counts.
"""

import argparse
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import torch
from tqdm import trange

from sedtf_core.command_line import (
    Parser,
    at_least,
    command,
    given_path,
    require_writable,
    write_json,
)
from sedtf_core.models import SYSTEMS
from train.learner import Learner
from train.meter import WARM_UP, Meter, summary_line, synchronise
from train.parallel import joined_group
from train.settings import PRESETS, preset_settings
from train.trainer import Trainer

WHOLE, EAGER, EAGER_TF32, SHIPPED = "whole steps", "eager float32", "eager TF32", "shipped"
ROUNDS = 5


def measure_parts(trainer: Trainer, steps: int) -> dict[str, float | str | int]:
    """Take training steps in parts, one after the other, and return the meter's figures."""
    device, batch_size = trainer.group.device, trainer.settings.batch_size
    trainer.meter = Meter(device, batch_size, every=1)
    for _ in trange(steps + WARM_UP, desc="in parts", leave=False):
        with trainer.meter.step():
            trainer.train_step()
        trainer.step += 1
    figures = trainer.meter.summary()
    trainer.meter = Meter(device, batch_size)  # from now on steps look ahead
    return figures


def measure_ways(trainer: Trainer, steps: int) -> dict[str, float]:
    """Return clips a second of whole steps, and of the network alone for each way to run it."""
    features, weak_labels = trainer.batch(0)

    def whole() -> None:
        trainer.train_step()
        trainer.step += 1

    def alone(learner: Learner, *, allows_tf32: bool = True) -> Callable[[], None]:
        def step() -> None:
            with _tf32(allows_tf32):
                learner.learn(features, weak_labels, 1e-4)

        return step

    plain = Learner(trainer.model_config, trainer.group, is_plain=True)
    ways = {
        WHOLE: whole,
        EAGER: alone(plain, allows_tf32=False),
        SHIPPED: alone(trainer.learner),
    }
    if trainer.group.device.type == "cuda":
        ways[EAGER_TF32] = alone(plain)
    taken: dict[str, list[float]] = {name: [] for name in ways}
    for _ in trange(ROUNDS, desc="in turn", leave=False):
        for name, step in ways.items():
            taken[name].append(_seconds_a_step(step, -(-steps // ROUNDS), features.device))
    batch = len(features)
    return {name: round(batch / statistics.median(s), 2) for name, s in taken.items()}


def _seconds_a_step(step: Callable[[], None], count: int, device: torch.device) -> float:
    """Time some steps after ``WARM_UP`` others, which choose algorithms and end what was begun before."""
    for _ in range(WARM_UP):
        step()
    synchronise(device)
    started = time.perf_counter()
    for _ in range(count):
        step()
    synchronise(device)
    return (time.perf_counter() - started) / count


@contextmanager
def _tf32(is_allowed: bool) -> Iterator[None]:
    """Allow CUDA to round what is multiplied to 10 bits, as torch does for convolutions by default."""
    before = torch.backends.cudnn.allow_tf32
    torch.backends.cudnn.allow_tf32 = is_allowed
    try:
        yield
    finally:
        torch.backends.cudnn.allow_tf32 = before


@command
def main(arguments: list[str] | None = None) -> None:
    """Measure what the command line names."""
    parser = Parser(
        prog="python -m train.throughput",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--sounds", type=given_path, required=True, help="folder with sounds.csv")
    parser.add_argument("--system", choices=SYSTEMS, required=True)
    parser.add_argument("--preset", choices=sorted(PRESETS), default="laptop")
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda, …")
    parser.add_argument("--batch-size", type=at_least(1))
    parser.add_argument("--steps", type=at_least(1), default=20, help="steps of each measurement")
    parser.add_argument("--compile", action="store_true", help="let torch.compile fuse the network")
    parser.add_argument("--json", type=given_path, help="write the figures here, too")
    options = parser.parse_args(arguments)
    if options.json:
        require_writable(options.json, "--json")
    settings = preset_settings(options.preset, options.system, batch_size=options.batch_size)
    with joined_group(options.device) as group:
        trainer = Trainer(settings, options.sounds, group, is_compiled=options.compile)
        figures = measure_parts(trainer, options.steps)
        ways = measure_ways(trainer, options.steps)
    figures["clips_per_s"] = ways.pop(WHOLE)
    figures["network_clips_per_s"] = ways[SHIPPED]
    print(summary_line(figures))
    for name, clips_per_s in ways.items():
        ratio = clips_per_s / ways[EAGER]
        print(f"network alone, {name}: {clips_per_s:.1f} clips/s, {ratio:.2f} × {EAGER}")
    if options.json:
        write_json(options.json, {**figures, "network_alone": ways}, "--json")


if __name__ == "__main__":
    sys.exit(main())
