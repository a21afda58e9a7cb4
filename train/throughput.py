"""Measure what a training step costs, and how much faster the shipped path is than eager float32.

    python -m train.throughput --sounds DIR --system gwrp --preset laptop --steps 20

First whole steps, taken apart into synthesis, features and network; then the network alone, its input
already on the device, in each way that this device offers. The ways take turns, so that a busy machine
slows all of them alike, and the median step counts.
"""

import argparse
import statistics
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import torch
from jaxtyping import Float
from torch import Tensor
from tqdm import trange

from sedtf_core.command_line import (
    Parser,
    at_least,
    command,
    given_path,
    require_writable,
    write_json,
)
from sedtf_core.features import log_mel
from sedtf_core.models import SYSTEMS
from train.learner import Learner
from train.meter import WARM_UP, Meter, summary_line, synchronise
from train.parallel import joined_group
from train.settings import PRESETS, preset_settings
from train.trainer import Trainer

EAGER, EAGER_TF32, SHIPPED = "eager float32", "eager TF32", "shipped"


def measure_steps(trainer: Trainer, steps: int) -> dict[str, float | str | int]:
    """Take whole training steps and return the meter's figures; every step is measured in parts."""
    trainer.meter = Meter(trainer.group.device, trainer.settings.batch_size, every=1)
    for _ in trange(steps + WARM_UP, desc="whole steps", leave=False):
        with trainer.meter.step():
            trainer.train_step()
        trainer.step += 1
    return trainer.meter.summary()


def measure_network(trainer: Trainer, steps: int) -> dict[str, float]:
    """Return clips a second of the network alone, for each way to run it."""
    waveforms, weak_labels = trainer.synthesise(0)
    features = log_mel(waveforms, trainer.features)
    learners = {
        EAGER: Learner(trainer.model_config, trainer.group, is_plain=True),
        SHIPPED: trainer.learner,
    }
    if trainer.group.device.type == "cuda":
        learners[EAGER_TF32] = learners[EAGER]
    seconds: dict[str, list[float]] = {name: [] for name in learners}
    for turn in trange(steps + WARM_UP, desc="network alone", leave=False):
        for name, learner in learners.items():
            taken = _step_seconds(learner, features, weak_labels, allows_tf32=name != EAGER)
            if turn >= WARM_UP:
                seconds[name].append(taken)
    batch = len(features)
    return {name: round(batch / statistics.median(s), 2) for name, s in seconds.items()}


def _step_seconds(
    learner: Learner,
    features: Float[Tensor, "batch frames mel_bins"],
    weak_labels: Float[Tensor, "batch classes"],
    *,
    allows_tf32: bool,
) -> float:
    """Time one step of the optimiser on a batch that is on the device already."""
    with _tf32(allows_tf32):
        synchronise(features.device)
        started = time.perf_counter()
        learner.learn(features, weak_labels, 1e-4)
        synchronise(features.device)
        return time.perf_counter() - started


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
        figures = measure_steps(trainer, options.steps)
        ways = measure_network(trainer, options.steps)
    print(summary_line(figures))
    for name, clips_per_s in ways.items():
        ratio = clips_per_s / ways[EAGER]
        print(f"network alone, {name}: {clips_per_s:.1f} clips/s, {ratio:.2f} × {EAGER}")
    if options.json:
        write_json(options.json, {**figures, "network_alone": ways}, "--json")


if __name__ == "__main__":
    sys.exit(main())
