"""Training: two runs agree, a resumed run equals an unbroken one, and mistakes cost one line."""

import csv
import errno
import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file

from sedtf_core.checkpoints import load_checkpoint
from sedtf_core.config import DB_PER_NEPER
from sedtf_core.datasets import SoundBank, data_hash, read_sounds
from sedtf_core.features import log_mel
from sedtf_core.mixing import Recipe
from sedtf_core.models import mask_network
from train import ship, throughput, train, trainer
from train.parallel import joined_group
from train.run import Run
from train.run_folder import RunFolder
from train.settings import PRESETS, TrainSettings, preset_settings
from train.sounds import without_heard_recordings
from train.trainer import Trainer

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
    assert f"--sounds {sounds} --system gwrp" in config["command"]
    assert config["settings"]["steps"] == 6
    assert config["version"]
    assert config["data_hash"] == data_hash(sounds, SoundBank.open(sounds).sounds)
    costs = json.loads((run / "throughput.json").read_text())
    shares = [costs[f"{part}_share"] for part in ("synthesis", "features", "network")]
    assert sum(shares) == pytest.approx(1, abs=1e-3)
    assert costs["clips_per_s"] > 0 and costs["network_clips_per_s"] > 0
    assert costs["peak_memory_mib"] > 0
    assert (run / "learning_curve.png").read_bytes().startswith(b"\x89PNG")
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
    whole_step = Trainer.train_step

    def interrupted(trainer: Trainer) -> float:
        if trainer.step == 4:
            raise KeyboardInterrupt
        return whole_step(trainer)

    with monkeypatch.context() as context:
        context.setattr(Trainer, "train_step", interrupted)
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


def test_a_second_run_in_the_same_folder_is_refused_and_changes_nothing(
    sounds: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    run, learnt, refusals = tmp_path / "run", Trainer.train_step, []

    def meanwhile(trainer: Trainer) -> torch.Tensor:
        monkeypatch.setattr(Trainer, "train_step", learnt)
        before = {path.name: path.read_bytes() for path in run.iterdir() if path.is_file()}
        refusals.append(train.main(arguments(sounds, run, "--resume")))
        after = {path.name: path.read_bytes() for path in run.iterdir() if path.is_file()}
        assert before == after
        return learnt(trainer)

    train.main(arguments(sounds, run, "--steps", "2"))
    (run / "config.json").unlink()  # as if it had just begun, but with a state to resume from
    monkeypatch.setattr(Trainer, "train_step", meanwhile)
    assert train.main(arguments(sounds, run, "--steps", "4")) == 0
    assert refusals == [2]
    assert "another run is at work in" in capsys.readouterr().err
    assert train.main(arguments(sounds, run, "--steps", "4", "--resume")) == 0


def test_nothing_to_resume_is_one_line(
    sounds: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert train.main(arguments(sounds, tmp_path / "none", "--resume")) == 2
    assert "no run to resume" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("state.pt", b"not a state", "start a new run with --init"),
        ("state.pt", None, "start a new run with --init"),  # a state without weights
        ("config.json", b"{", "config.json is damaged"),
        ("config.json", b'{"settings": []}', "config.json is damaged"),
    ],
)
def test_a_damaged_run_folder_is_one_line(
    sounds: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    name: str,
    content: bytes | None,
    message: str,
) -> None:
    run = tmp_path / "run"
    train.main(arguments(sounds, run, "--steps", "1"))
    if content is None:
        torch.save({"step": 1}, run / name)
    else:
        (run / name).write_bytes(content)
    capsys.readouterr()
    assert train.main(arguments(sounds, run, "--steps", "1", "--resume")) == 2
    printed = capsys.readouterr().err
    assert printed.startswith("error: ") and printed.count("\n") == 1 and message in printed


@pytest.mark.parametrize(
    ("name", "row"),
    [
        ("log.csv", "x,0.5,0.1"),
        ("log.csv", "1"),
        ("validation.csv", "x"),
        ("validation.csv", "1,0.5,0.5,0.5,x"),
    ],
)
def test_a_damaged_table_is_one_line_before_training_goes_on(
    sounds: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, row: str
) -> None:
    run = tmp_path / "run"
    train.main(arguments(sounds, run, "--steps", "1"))
    with (run / name).open("a") as file:
        file.write(f"{row}\n")
    capsys.readouterr()
    assert train.main(arguments(sounds, run, "--steps", "1", "--resume")) == 2
    printed = capsys.readouterr().err
    assert printed.startswith(f"error: {run / name} is damaged") and printed.count("\n") == 1


def test_blank_lines_and_a_lost_log_do_no_harm(sounds: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    train.main(arguments(sounds, run))
    tables = {name: (run / name).read_text() for name in ("log.csv", "validation.csv")}
    for name, text in tables.items():
        (run / name).write_text(text.replace("\n", "\n\n", 2) + "\n")
    assert train.main(arguments(sounds, run, "--resume")) == 0
    assert tables == {name: (run / name).read_text() for name in tables}
    (run / "log.csv").unlink()
    assert train.main(arguments(sounds, run, "--resume")) == 0
    assert (run / "learning_curve.png").exists()


def test_a_full_disk_costs_no_row_when_a_run_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = RunFolder(tmp_path, SMALL)
    folder.log([{"step": step, "loss": 0.5} for step in range(1, 4)])
    before = (tmp_path / "log.csv").read_text()

    def fail_half_way(path: Path, text: str, _: str) -> None:
        path.write_bytes(text[: len(text) // 2].encode())
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as full, pytest.raises(OSError, match="No space"):
        full.setattr(Path, "write_text", fail_half_way)
        folder.drop_rows_after(2)
    assert (tmp_path / "log.csv").read_text() == before
    folder.drop_rows_after(2)
    assert (tmp_path / "log.csv").read_text().splitlines() == ["step,loss", "1,0.5", "2,0.5"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_is_told_as_such_and_leaves_the_state_of_before(tmp_path: Path) -> None:
    folder, model = RunFolder(tmp_path, SMALL), torch.nn.Linear(1000, 1000)
    optimiser = torch.optim.Adam(model.parameters())
    folder.save_state(1, model, optimiser)
    (tmp_path / "state.pt.partial").symlink_to("/dev/full")
    with pytest.raises(OSError, match="No space left"):
        folder.save_state(2, model, optimiser)
    assert folder.load_state(model, optimiser) == 1


def test_a_run_without_its_state_is_not_said_to_be_none(
    sounds: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = tmp_path / "run"
    train.main(arguments(sounds, run, "--steps", "1"))
    (run / "state.pt").unlink()
    capsys.readouterr()
    assert train.main(arguments(sounds, run, "--steps", "1", "--resume")) == 2
    assert "has no state.pt to go on from; start it anew in another --out" in (
        capsys.readouterr().err
    )


def test_valid_clips_of_recordings_in_the_train_split_are_left_out(
    sounds: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = shutil.copytree(sounds, tmp_path / "sounds")
    heard = {"valid_Bark_0.wav": "train_Bark_1.wav", "test_Bark_0.wav": "train_Bark_1.wav"}
    rows_changed(folder, lambda row: row | {"recording": heard.get(row["path"], row["recording"])})
    assert train.main(arguments(folder, tmp_path / "run", "--steps", "1")) == 0
    assert "1 of the valid split's clips come from recordings that the train split has" in (
        capsys.readouterr().err
    )
    left = {row.clip for row in without_heard_recordings(read_sounds(folder))}
    assert {row.clip for row in read_sounds(folder)} - left == {"valid_Bark_0.wav"}
    rows_changed(folder, lambda row: row | {"recording": ""})  # unknown, so not the same
    assert without_heard_recordings(read_sounds(folder)) == read_sounds(folder)


def test_a_loss_that_is_no_number_ends_the_run_and_keeps_what_was_good(
    sounds: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    hear = Trainer.hear

    def hear_badly(self: Trainer, waveforms: torch.Tensor, step: int) -> torch.Tensor:
        return hear(self, waveforms, step) * (torch.nan if step >= 4 else 1)

    monkeypatch.setattr(Trainer, "hear", hear_badly)
    assert train.main(arguments(sounds, tmp_path / "run", "--steps", "6")) == 2
    assert "the loss is no number at step 5" in capsys.readouterr().err
    state = torch.load(tmp_path / "run" / "state.pt", weights_only=True)
    assert state["step"] == 3  # of the last measurement
    assert all(torch.isfinite(tensor.float()).all() for tensor in state["model"].values())


def test_an_interrupted_run_says_how_to_go_on(
    sounds: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Run, "go", interrupt)
    assert train.main(arguments(sounds, tmp_path / "run")) == 130
    assert "go on with --resume" in capsys.readouterr().err


def test_a_folder_without_sounds_is_one_line_before_any_training(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert train.main(arguments(tmp_path, tmp_path / "run")) == 2
    message = capsys.readouterr().err
    assert message.count("\n") == 1
    assert "sounds.csv" in message


Row = dict[str, str]


def rows_changed(folder: Path, change: Callable[[Row], Row | None]) -> None:
    """Rewrite the table row by row; None removes one."""
    with (folder / "sounds.csv").open(newline="") as file:
        rows = [changed for row in csv.DictReader(file) if (changed := change(row))]
    with (folder / "sounds.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)


def remove_file(folder: Path) -> None:
    (folder / "train_Cello_0.wav").unlink()


def corrupt_event(folder: Path) -> None:
    (folder / "train_Cello_0.wav").write_bytes(b"no sound at all" * 100)


def corrupt_validation_scene(folder: Path) -> None:
    (folder / "valid_noise.wav").write_bytes(b"")


def keep_one_class(folder: Path) -> None:
    rows_changed(folder, lambda row: row if row["label"] in ("Bark", "noise") else None)


def remove_scenes(folder: Path) -> None:
    rows_changed(folder, lambda row: row if row["kind"] == "event" else None)


def remove_a_class_from_training(folder: Path) -> None:
    rows_changed(
        folder, lambda row: None if (row["label"], row["split"]) == ("Oboe", "train") else row
    )


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (remove_file, "are missing, the first is train_Cello_0.wav"),
        (corrupt_event, "train_Cello_0.wav' is not a sound file of a known kind"),
        (corrupt_validation_scene, "valid_noise.wav' is empty"),
        (keep_one_class, "the train split has events of 1 classes and a mixture needs 3"),
        (remove_scenes, "the train split has no scene"),
        (remove_a_class_from_training, "the train split has no clip of Oboe"),
    ],
)
def test_sounds_that_cannot_be_trained_on_are_one_line_before_any_training(
    sounds: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    spoil: Callable[[Path], None],
    message: str,
) -> None:
    spoilt = shutil.copytree(sounds, tmp_path / "sounds")
    spoil(spoilt)
    assert train.main(arguments(spoilt, tmp_path / "run")) == 2
    printed = capsys.readouterr().err
    assert printed.startswith("error: ") and printed.count("\n") == 1 and message in printed
    assert not (tmp_path / "run").exists()  # so that the same command works once it is mended


@pytest.mark.parametrize("more", [("--clip-s", "1.5"), ("--events", "6"), ("--clip-s", "-1")])
def test_events_that_need_not_fit_into_a_mixture_are_one_line(
    sounds: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], more: tuple[str, str]
) -> None:
    assert train.main(arguments(sounds, tmp_path / "run", *more)) == 2
    printed = capsys.readouterr().err
    assert printed.startswith("error: ") and printed.count("\n") == 1
    assert "clip_s" in printed
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (("--clip-s", "inf"), "argument --clip-s: inf is not a finite number"),
        (("--clip-s", "1e9"), "clip_s must lie in 6…3600 for 3 events, got 1e+09"),
        (("--peak-rate", "nan"), "argument --peak-rate: nan is not a finite number"),
        (("--peak-rate", "1e30"), "peak_rate must lie in 0…1, got 1e+30"),
        (("--filter-db", "-3"), "argument --filter-db: must be at least 0, got -3"),
        (("--snr-db", "0", "loud"), "argument --snr-db: loud is not a finite number"),
        (("--snr-db", "25", "-5"), "snr_db must rise between -60 and 60, got 25 to -5"),
        (("--snr-db", "100", "100"), "snr_db must rise between -60 and 60, got 100 to 100"),
        (("--decay", "2"), "decay must lie in 0…1, got 2"),
        (("--speed-octaves", "4"), "speed_octaves must lie in 0…3, got 4"),
        (("--steps", "0"), "argument --steps: 0 is not a whole number from 1"),
        (("--device", "meta"), "there is no device 'meta' here"),
    ],
)
def test_numbers_that_make_no_sense_are_one_line(
    sounds: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    more: tuple[str, ...],
    message: str,
) -> None:
    assert train.main(arguments(sounds, tmp_path / "run", *more)) == 2
    printed = capsys.readouterr().err
    assert printed.startswith("error: ") and printed.count("\n") == 1 and message in printed
    assert not (tmp_path / "run").exists()


def test_shorter_training_mixtures_leave_the_valid_split_as_it_is(
    sounds: Path, tmp_path: Path
) -> None:
    shorter = replace(SMALL, clip_s=3.3, n_events=1, batch_size=3)
    with joined_group("cpu") as group:
        long, short = (Trainer(settings, sounds, group) for settings in (SMALL, shorter))
    assert short.synthesise(0)[0].shape == (3, round(3.3 * 32_000))
    assert short.synthesise(0)[1].sum().item() == 3
    assert long.validation is not None and short.validation is not None
    for (expected, labels), (found, again) in zip(
        long.validation.chunks, short.validation.chunks, strict=True
    ):
        assert torch.equal(expected, found) and torch.equal(labels, again)


def test_a_run_measures_how_loud_the_training_mixtures_are(sounds: Path, tmp_path: Path) -> None:
    loud = replace(SMALL, batch_size=8, curriculum=0.0)
    with joined_group("cpu") as group:
        trainer = Trainer(loud, sounds, group)
    Run(trainer, RunFolder(tmp_path / "run", loud)).start()
    heard = log_mel(trainer.synthesise(0)[0])
    normalised = trainer.learner.model.normalise(heard).flatten(0, 1)
    assert heard.mean().abs() > 1
    assert normalised.mean(dim=0).abs().max() < 0.5
    assert (normalised.std(dim=0) - 1).abs().max() < 0.3


def test_a_step_learns_at_its_own_rate(sounds: Path) -> None:
    with joined_group("cpu") as group:
        trainer = Trainer(SMALL, sounds, group)
    features, weak_labels = log_mel(torch.randn(2, 32_000)), torch.ones(2, 4)
    weight = next(trainer.learner.model.parameters())
    before = weight.detach().clone()
    trainer.learner.learn(features, weak_labels, rate=0.0)
    assert torch.equal(weight, before)
    trainer.learner.learn(features, weak_labels, rate=1e-3)
    assert not torch.equal(weight, before)


def test_every_step_has_the_decay_of_its_run_and_the_rate_and_snr_of_its_schedule(
    sounds: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings, steps = replace(SMALL, decay=0.5), (0, 2, 5)
    with joined_group("cpu") as group:
        trainer = Trainer(settings, sounds, group)
    draw, pool, drawn, seen = trainer.batches.draw, mask_network.global_weighted_rank_pool, {}, {}

    def watched_draw(
        size: int, key: Sequence[int], snr_db: tuple[float, float]
    ) -> Sequence[Recipe]:
        drawn[key[-1]] = snr_db  # by step: the next step's are drawn meanwhile
        return draw(size, key, snr_db)

    def watched_pool(masks: torch.Tensor, decay: float) -> torch.Tensor:
        seen["decay"] = decay
        return pool(masks, decay)

    monkeypatch.setattr(trainer.batches, "draw", watched_draw)
    monkeypatch.setattr(mask_network, "global_weighted_rank_pool", watched_pool)
    for trainer.step in steps:
        trainer.train_step()
        assert drawn[trainer.step] == settings.snr_range(trainer.step)
        assert seen["decay"] == 0.5
        (parameters,) = trainer.learner.optimiser.param_groups
        assert parameters["lr"] == settings.rate(trainer.step)
    for schedule in (settings.snr_range, settings.rate):
        assert len({schedule(step) for step in steps}) == len(steps)


@pytest.mark.parametrize("system", ["gwrp", "dnn"])
def test_measuring_the_valid_split_leaves_the_network_as_it_was(sounds: Path, system: str) -> None:
    with joined_group("cpu") as group:
        trainer = Trainer(replace(SMALL, system=system), sounds, group)
    trainer.train_step()  # leaves dropout and the statistics of batches on
    model, validation = trainer.learner.model, trainer.validation
    assert validation is not None
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    first, again = (validation.measure(model, trainer.learner.autocast()) for _ in range(2))
    assert first == again
    for name, tensor in model.state_dict().items():
        assert torch.equal(tensor, before[name]), name


def test_runs_of_other_seeds_and_snrs_are_validated_on_the_same_mixtures(sounds: Path) -> None:
    changes: list[dict[str, Any]] = [{}, {"seed": 1, "snr_db": (-9.0, 5.0)}, {"valid_snr_db": 0.0}]
    with joined_group("cpu") as group:
        trainers = [Trainer(replace(SMALL, **change), sounds, group) for change in changes]
    one, other, noisier = (trainer.validation.chunks for trainer in trainers if trainer.validation)
    for (features, labels), (again, still) in zip(one, other, strict=True):
        assert torch.equal(features, again) and torch.equal(labels, still)
    assert not torch.equal(trainers[0].synthesise(0)[0], trainers[1].synthesise(0)[0])
    assert not torch.equal(one[0][0], noisier[0][0])


def test_a_run_begins_with_the_weights_it_is_given(sounds: Path, tmp_path: Path) -> None:
    train.main(arguments(sounds, tmp_path / "first"))
    init = ("--init", str(tmp_path / "first" / "last"), "--peak-rate", "0")
    assert train.main(arguments(sounds, tmp_path / "gap", *init, system="gap")) == 0
    before, after = weights(tmp_path / "first"), weights(tmp_path / "gap")
    assert before.keys() == after.keys()
    for name in before:
        if "running" not in name and "num_batches" not in name:
            torch.testing.assert_close(before[name], after[name], rtol=0, atol=0)
    training = load_checkpoint(tmp_path / "gap" / "last").metadata.training
    assert training["settings"]["init"] == str(tmp_path / "first" / "last")
    assert training["settings"]["curriculum"] == 0


def test_a_shipped_network_tells_what_its_run_measured(
    sounds: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    train.main(arguments(sounds, tmp_path / "run"))
    out = ("--out", str(tmp_path / "shipped"), "--dtype", "float16")
    assert ship.main([str(tmp_path / "run"), *out]) == 0
    shipped = load_checkpoint(tmp_path / "shipped" / "gwrp").metadata.training
    assert [row["step"] for row in shipped["validation"]] == [3, 6]
    assert {"map", "auc", "f1", "loss"} <= set(shipped["validation"][0])
    assert shipped["throughput"]["device"] == "cpu"
    halved = weights(tmp_path / "shipped", "gwrp")
    for name, tensor in weights(tmp_path / "run").items():
        torch.testing.assert_close(halved[name].to(tensor.dtype), tensor, rtol=1e-3, atol=1e-6)
    assert ship.main([str(tmp_path / "nowhere"), *out]) == 2
    for damaged in ("throughput.json", "validation.csv"):
        whole = (tmp_path / "run" / damaged).read_text()
        (tmp_path / "run" / damaged).write_text(whole[:-20])
        capsys.readouterr()
        assert ship.main([str(tmp_path / "run"), *out]) == 2
        assert f"{damaged} is damaged" in capsys.readouterr().err
        (tmp_path / "run" / damaged).write_text(whole)


def test_a_folder_that_nothing_can_be_shipped_to_is_one_line(
    sounds: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    train.main(arguments(sounds, tmp_path / "run", "--steps", "1"))
    capsys.readouterr()
    (tmp_path / "file").write_text("no folder")
    assert ship.main([str(tmp_path / "run"), "--out", str(tmp_path / "file")]) == 2
    printed = capsys.readouterr().err
    assert printed.startswith(f"error: cannot write {tmp_path / 'file'}")
    assert printed.endswith("choose another --out\n") and printed.count("\n") == 1


def test_a_checkpoint_knows_all_the_runs_that_made_it(sounds: Path, tmp_path: Path) -> None:
    train.main(arguments(sounds, tmp_path / "first"))
    init = ("--init", str(tmp_path / "first" / "last"))
    second = arguments(sounds, tmp_path / "second", *init, "--steps", "4")
    train.main(second)
    train.main([*second, "--resume"])
    metadata = load_checkpoint(tmp_path / "second" / "last").metadata
    first = load_checkpoint(tmp_path / "first" / "last").metadata.training
    assert metadata.runs == [first, metadata.training]
    assert metadata.trained_steps == 6 + 4


def test_classes_are_taken_by_name_and_new_ones_stay_fresh(sounds: Path, tmp_path: Path) -> None:
    train.main(arguments(sounds, tmp_path / "first"))
    fewer = shutil.copytree(sounds, tmp_path / "sounds")
    renamed = {"Cello": "Ukulele"}
    rows_changed(fewer, lambda row: row | {"label": renamed.get(row["label"], row["label"])})
    init = ("--init", str(tmp_path / "first" / "last.safetensors"), "--peak-rate", "0")
    assert train.main(arguments(fewer, tmp_path / "second", *init)) == 0
    old, new = (load_checkpoint(tmp_path / name / "last") for name in ("first", "second"))
    assert new.metadata.labels == ("Bark", "Chime", "Oboe", "Ukulele")
    ours, theirs = new.model.state_dict(), old.model.state_dict()
    for row, label in enumerate(new.metadata.labels[:3]):
        other = old.metadata.labels.index(label)
        assert torch.equal(ours["to_masks.weight"][row], theirs["to_masks.weight"][other])
    assert not torch.equal(ours["to_masks.weight"][3], theirs["to_masks.weight"][1])


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("dnn", "is a network of another kind or width"),
        ("nowhere/model", "there is no checkpoint 'model'"),
    ],
)
def test_weights_that_do_not_fit_are_one_line_and_start_no_run(
    sounds: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], source: str, message: str
) -> None:
    assert train.main(arguments(sounds, tmp_path / "run", "--init", source)) == 2
    printed = capsys.readouterr().err
    assert printed.startswith("error: ") and printed.count("\n") == 1 and message in printed
    assert not (tmp_path / "run").exists()


def test_a_run_has_the_width_of_the_network_it_starts_from_unless_told(
    sounds: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first = arguments(sounds, tmp_path / "first", "--channels", "4", "8", "8", "8")
    assert train.main(first) == 0
    init = ("--init", str(tmp_path / "first" / "last"), "--peak-rate", "0")
    assert train.main(arguments(sounds, tmp_path / "same", *init)) == 0
    assert load_checkpoint(tmp_path / "same" / "last").metadata.model.channels == (4, 8, 8, 8)
    (tmp_path / "first").rename(tmp_path / "moved")  # a resumed run needs it no more
    assert train.main(arguments(sounds, tmp_path / "same", *init, "--resume")) == 0
    init = ("--init", str(tmp_path / "moved" / "last"), "--peak-rate", "0")
    wider = arguments(sounds, tmp_path / "wide", *init, "--channels", "8", "8", "16", "8")
    assert train.main(wider) == 0
    assert load_checkpoint(tmp_path / "wide" / "last").metadata.model.channels == (8, 8, 16, 8)
    capsys.readouterr()
    uneven = arguments(sounds, tmp_path / "uneven", *init, "--channels", "6", "8", "8", "8")
    assert train.main(uneven) == 2
    assert "is a network of another kind or width" in capsys.readouterr().err


def test_weights_without_a_class_in_common_can_be_widened(tmp_path: Path, sounds: Path) -> None:
    train.main(arguments(sounds, tmp_path / "first", "--channels", "4", "4", "4", "4"))
    other = shutil.copytree(sounds, tmp_path / "sounds")
    rows_changed(other, lambda row: row | {"label": f"New_{row['label']}"})
    init = ("--init", str(tmp_path / "first" / "last"), "--channels", "8", "8", "8", "8")
    assert train.main(arguments(other, tmp_path / "second", *init)) == 0


def test_levels_and_filters_colour_the_log_mel_alike_at_every_frame(sounds: Path) -> None:
    settings = (replace(SMALL, gain_db=0.0), SMALL, replace(SMALL, gain_db=0.0, filter_db=6.0))
    with joined_group("cpu") as group:
        plain, quieter, filtered = (Trainer(given, sounds, group) for given in settings)
    waveforms, _ = plain.synthesise(3)
    heard = plain.hear(waveforms, 3)
    torch.testing.assert_close(heard, log_mel(waveforms), rtol=0, atol=0)
    for other, (low_db, high_db) in ((quieter, (-10, 0)), (filtered, (-6, 6))):
        gains_db = (other.hear(waveforms, 3) - heard) * DB_PER_NEPER
        assert torch.equal((other.hear(waveforms, 3) - heard) * DB_PER_NEPER, gains_db)
        assert gains_db.std(dim=1).max() < 1e-4
        assert low_db - 1e-4 <= gains_db.min() and gains_db.max() <= high_db + 1e-4
        assert (gains_db[0] - gains_db[1]).abs().max() > 0.1
        is_a_level = gains_db.mean(dim=1).std(dim=1).max() < 1e-4
        assert is_a_level == (other is quieter)


def test_a_class_that_only_validation_lacks_is_said_and_trained(
    sounds: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fewer = shutil.copytree(sounds, tmp_path / "sounds")
    rows_changed(
        fewer, lambda row: None if (row["label"], row["split"]) == ("Oboe", "valid") else row
    )
    assert train.main(arguments(fewer, tmp_path / "run", "--steps", "1")) == 0
    assert "the valid split has no clip of Oboe" in capsys.readouterr().err


def test_a_run_is_not_resumed_on_other_sounds(
    sounds: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    train.main(arguments(sounds, tmp_path / "run", "--steps", "1"))
    fewer = shutil.copytree(sounds, tmp_path / "sounds")
    rows_changed(fewer, lambda row: None if row["path"] == "train_Oboe_0.wav" else row)
    resumed = arguments(fewer, tmp_path / "run", "--steps", "1", "--resume")
    assert train.main(resumed) == 2
    assert "was started on other sounds or mixtures" in capsys.readouterr().err


def test_a_run_without_gain_stops_early_and_stays_stopped(
    sounds: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    figures = iter([0.5, 0.6, 0.4, 0.3, 0.9])
    monkeypatch.setattr(
        trainer.Validation,
        "measure",
        lambda *_: dict.fromkeys(("f1", "auc", "loss"), 0.1) | {"map": next(figures)},
    )
    monkeypatch.setitem(PRESETS, "laptop", replace(SMALL, steps=20, valid_every=1, snapshots=3))
    given = arguments(sounds, tmp_path / "run", "--patience", "2")
    assert train.main(given) == 0
    assert "stopped at step 4: no better mAP in 2" in capsys.readouterr().out
    assert load_checkpoint(tmp_path / "run" / "best").metadata.training["step"] == 2
    kept = ("best", "snapshots/step_000002", "last")
    best, then, last = (weights(tmp_path / "run", name) for name in kept)
    assert all(torch.equal(best[name], then[name]) for name in best)
    assert not all(torch.equal(best[name], last[name]) for name in best)
    assert train.main([*given, "--resume"]) == 0
    assert "stopped at step 4" in capsys.readouterr().out


def test_of_equal_measurements_the_first_is_best(
    sounds: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    figures = dict.fromkeys(("f1", "auc", "loss", "map"), 0.5)
    monkeypatch.setattr(trainer.Validation, "measure", lambda *_: figures)
    monkeypatch.setitem(PRESETS, "laptop", replace(SMALL, steps=20, valid_every=1))
    assert train.main(arguments(sounds, tmp_path / "run", "--patience", "2")) == 0
    assert "stopped at step 3: no better mAP in 2" in capsys.readouterr().out
    assert load_checkpoint(tmp_path / "run" / "best").metadata.training["step"] == 1


def test_throughput_compares_whole_steps_with_the_network_alone(
    sounds: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "costs.json"
    options = ["--sounds", str(sounds), "--system", "gwrp", "--device", "cpu", "--steps", "2"]
    assert throughput.main([*options, "--json", str(out)]) == 0
    figures = json.loads(out.read_text())
    assert set(figures["network_alone"]) == {"eager float32", "shipped"}
    assert figures["network_share"] > 0
    assert "× eager float32" in capsys.readouterr().out


def test_a_run_folder_that_cannot_be_made_is_found_before_any_work(
    sounds: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(train, "Trainer", lambda *_, **__: pytest.fail("worked first"))
    (tmp_path / "file").write_text("no folder")
    assert train.main(arguments(sounds, tmp_path / "file" / "run")) == 2
    printed = capsys.readouterr().err
    assert printed.startswith(f"error: cannot write {tmp_path / 'file' / 'run'}")
    assert printed.endswith("choose another --out\n") and printed.count("\n") == 1


def test_costs_that_cannot_be_written_are_found_before_any_work(
    sounds: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(throughput, "Trainer", lambda *_, **__: pytest.fail("worked first"))
    options = ["--sounds", str(sounds), "--system", "gwrp", "--device", "cpu"]
    assert throughput.main([*options, "--json", str(tmp_path)]) == 2
    assert capsys.readouterr().err.startswith(f"error: cannot write {tmp_path} ")


def test_starting_to_train_imports_no_decoder_and_no_picture() -> None:
    heavy = ("av", "librosa", "matplotlib", "soundfile", "soxr", "streamlit")
    script = f"import sys, train.train; print([m for m in {heavy} if m in sys.modules])"
    root = Path(train.__file__).parents[1]
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=root, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_the_paper_preset_is_the_papers() -> None:
    paper = preset_settings("paper", "gwrp")
    assert (paper.steps, paper.batch_size, paper.channels) == (10_000, 24, (32, 64, 128, 128))
    assert paper.snr_range(0) == paper.snr_range(9_999) == (0.0, 0.0)
    assert paper.valid_snr_db == 0.0
    louder = preset_settings("paper", "gwrp", snr_db=(20.0, 20.0))
    assert louder.snr_range(0) == (20.0, 20.0)
    assert louder.valid_snr_db == 20.0
    assert preset_settings("paper", "gwrp", snr_db=(-5.0, 15.0)).valid_snr_db == 5.0


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


def test_the_published_recipe_has_the_published_decay() -> None:
    assert preset_settings("paper", "gwrp").decay == 0.9998
