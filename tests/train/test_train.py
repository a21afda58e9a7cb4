"""Training: two runs agree, a resumed run equals an unbroken one, and mistakes cost one line."""

import csv
import json
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from sedtf_core.checkpoints import load_checkpoint
from train import train
from train.settings import PRESETS, TrainSettings, preset_settings

SMALL = TrainSettings(
    "gwrp", "laptop", steps=6, batch_size=2, peak_rate=2e-3, schedule="one_cycle", channels=(4, 4),
    snr_db=(0.0, 20.0), curriculum=0.5, gain_db=10.0, valid_every=3, valid_count=2, snapshots=2,
)  # fmt: skip


@pytest.fixture(autouse=True)
def small_preset(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(PRESETS, "laptop", SMALL)


def arguments(sounds: Path, out: Path, *more: str, system: str = "gwrp") -> list[str]:
    return [
        "--sounds",
        str(sounds),
        "--system",
        system,
        "--out",
        str(out),
        "--device",
        "cpu",
        *more,
    ]


def weights(folder: Path, name: str = "last") -> dict[str, torch.Tensor]:
    return load_file(folder / f"{name}.safetensors")


def assert_equal_weights(first: Path, second: Path) -> None:
    for name, tensor in weights(first).items():
        torch.testing.assert_close(tensor, weights(second)[name], rtol=0, atol=0)


def test_a_run_folder_holds_what_it_needs(sounds: Path, tmp_path: Path) -> None:
    assert train.main(arguments(sounds, tmp_path / "run")) == 0
    run = tmp_path / "run"
    config = json.loads((run / "config.json").read_text())
    assert config["command"].startswith("python -m train.train")
    assert config["settings"]["steps"] == 6
    with (run / "log.csv").open() as file:
        assert [row["step"] for row in csv.DictReader(file)] == ["1", "2", "3", "4", "5", "6"]
    checkpoint = load_checkpoint(run / "best")
    assert checkpoint.metadata.labels == ("Bark", "Cello", "Chime", "Oboe")
    assert checkpoint.metadata.training["data_hash"]
    assert sorted(path.name for path in (run / "snapshots").glob("*.json")) == [
        "step_000002.json",
        "step_000006.json",
    ]


def test_two_runs_with_one_seed_give_equal_weights(sounds: Path, tmp_path: Path) -> None:
    for name in ("a", "b"):
        train.main(arguments(sounds, tmp_path / name, "--seed", "3"))
    assert_equal_weights(tmp_path / "a", tmp_path / "b")


@pytest.mark.parametrize("system", ["gwrp", "dnn"])
def test_a_resumed_run_equals_one_that_never_stopped(
    sounds: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, system: str
) -> None:
    train.main(arguments(sounds, tmp_path / "whole", system=system))
    whole_step = train.Trainer.train_step

    def interrupted(trainer: train.Trainer) -> float:
        if trainer.step == 4:
            raise KeyboardInterrupt
        return whole_step(trainer)

    with monkeypatch.context() as context:
        context.setattr(train.Trainer, "train_step", interrupted)
        assert train.main(arguments(sounds, tmp_path / "broken", system=system)) == 130
    assert train.main(arguments(sounds, tmp_path / "broken", "--resume", system=system)) == 0
    assert_equal_weights(tmp_path / "whole", tmp_path / "broken")
    logs = [(tmp_path / name / "log.csv").read_text().splitlines() for name in ("whole", "broken")]
    assert [line.split(",")[:2] for line in logs[0]] == [line.split(",")[:2] for line in logs[1]]


def test_a_started_run_is_not_overwritten(
    sounds: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    train.main(arguments(sounds, tmp_path / "run"))
    capsys.readouterr()
    assert train.main(arguments(sounds, tmp_path / "run")) == 2
    assert "already holds a run; add --resume" in capsys.readouterr().err


def test_resuming_with_other_settings_is_refused(
    sounds: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    train.main(arguments(sounds, tmp_path / "run"))
    assert train.main(arguments(sounds, tmp_path / "run", "--resume", "--seed", "9")) == 2
    assert "seed = 0" in capsys.readouterr().err


def test_nothing_to_resume_is_one_line(
    sounds: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert train.main(arguments(sounds, tmp_path / "none", "--resume")) == 2
    assert "no run to resume" in capsys.readouterr().err


def test_a_folder_without_sounds_is_one_line_before_any_training(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert train.main(arguments(tmp_path, tmp_path / "run")) == 2
    message = capsys.readouterr().err
    assert message.count("\n") == 1
    assert "sounds.csv" in message


def test_learning_rates_follow_the_paper_and_the_cycle() -> None:
    paper = preset_settings("paper", "gwrp")
    assert [paper.rate(step) for step in (0, 199, 200, 400)] == pytest.approx(
        [1e-3, 1e-3, 0.9e-3, 0.81e-3]
    )
    cycle = TrainSettings("gwrp", "laptop", 1000, 8, 2e-3, "one_cycle")
    assert max(range(1000), key=cycle.rate) == 99
    assert cycle.rate(999) < 1e-5


def test_the_curriculum_lowers_the_snr_and_then_keeps_the_range() -> None:
    settings = TrainSettings(
        "gwrp", "laptop", 100, 8, 1e-3, "step", snr_db=(-5.0, 25.0), curriculum=0.5
    )
    assert settings.snr_range(0) == (25.0, 25.0)
    assert settings.snr_range(25) == (10.0, 25.0)
    assert settings.snr_range(50) == settings.snr_range(99) == (-5.0, 25.0)
