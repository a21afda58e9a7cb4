"""Batches made ahead are those of their steps, and what goes wrong with one is raised where it is taken."""

import threading
from pathlib import Path

import numpy as np
import pytest
import torch

from sedtf_core.errors import InputError
from train.look_ahead import LookAhead
from train.meter import Meter
from train.parallel import joined_group
from train.settings import preset_settings
from train.trainer import Trainer


def test_a_batch_that_was_begun_is_made_once_and_by_another_thread() -> None:
    made: list[tuple[int, str]] = []

    def make(step: int) -> int:
        made.append((step, threading.current_thread().name))
        return 10 * step

    ahead = LookAhead(make)
    assert ahead.take(3) == 30
    ahead.begin(4)
    assert ahead.take(4) == 40
    ahead.begin(5)
    assert ahead.take(7) == 70  # another step than was begun
    assert [step for step, _ in made] == [3, 4, 5, 7]
    assert threading.current_thread().name not in {name for _, name in made}


def test_what_goes_wrong_is_raised_where_the_batch_is_taken() -> None:
    def make(step: int) -> int:
        raise InputError(f"no batch {step}")

    ahead = LookAhead(make)
    ahead.begin(1)
    with pytest.raises(InputError, match="no batch 1"):
        ahead.take(1)


@pytest.mark.parametrize("system", ["gwrp", "dnn"])
def test_a_run_that_looks_ahead_learns_what_one_step_by_step_learns(
    sounds: Path, monkeypatch: pytest.MonkeyPatch, system: str
) -> None:
    settings = preset_settings(
        "laptop", system, steps=5, channels=(4, 4, 4, 4), batch_size=4, speed_octaves=0.5
    )
    learnt, threads = [], []
    for every in (1, 1000):
        with joined_group("cpu") as group:
            trainer = Trainer(settings, sounds, group)
        trainer.meter = Meter(group.device, settings.batch_size, every=every)
        hear = trainer.hear

        def watched(*given: object, hear: object = hear) -> torch.Tensor:
            threads.append(threading.current_thread() is threading.main_thread())
            return hear(*given)  # type: ignore[operator, no-any-return]

        monkeypatch.setattr(trainer, "hear", watched)
        for trainer.step in range(settings.steps):
            with trainer.meter.step():
                trainer.train_step()
        learnt.append(trainer.learner.model.state_dict())
    assert threads == [False] * 3 + [True] * 2 + [False] * 3 + [True] + [False]
    for name, tensor in learnt[0].items():
        assert torch.equal(tensor, learnt[1][name]), name


def test_speeds_and_levels_are_drawn_apart(sounds: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = preset_settings(
        "laptop", "gap", channels=(4, 4, 4, 4), batch_size=64, speed_octaves=0.5
    )
    with joined_group("cpu") as group:
        trainer = Trainer(settings, sounds, group)
    realise, seen = trainer.batches.realise, []
    monkeypatch.setattr(
        trainer.batches, "realise", lambda *given: seen.append(given[1]) or realise(*given)
    )
    waveforms, _ = trainer.synthesise(1)
    silent = torch.zeros_like(waveforms)
    levels = trainer.hear(silent, 1)[:, 0].mean(dim=-1)
    assert np.ptp(levels.numpy()) > 1 and np.ptp(seen[0].numpy()) > 0.5
    assert abs(np.corrcoef(levels.numpy(), seen[0][:, 0].numpy())[0, 1]) < 0.5
