"""Training on a fixed set of mixtures: what fresh ones would teach, exact resumption, and what is refused."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from sedtf_core.config import MixtureConfig
from sedtf_core.datasets import SoundBank, read_sounds
from sedtf_core.errors import InputError
from sedtf_core.mixing import Recipe
from train import make_mixtures, train
from train.batches import MixtureBatches
from train.fixed_mixtures import FixedMixtures
from train.parallel import Group
from train.settings import PRESETS, TrainSettings
from train.trainer import Trainer

RATE, COUNT = 32_000, 5
CPU = torch.device("cpu")
SMALL = TrainSettings(
    "gwrp", "laptop", steps=6, batch_size=2, peak_rate=2e-3, schedule="one_cycle", channels=(4, 4),
    snr_db=(0.0, 0.0), gain_db=10.0, valid_every=3, valid_count=2, snapshots=1,
)  # fmt: skip


@pytest.fixture(autouse=True)
def small_preset(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(PRESETS, "laptop", SMALL)


def make(sounds: Path, out: Path, *more: str) -> Path:
    usual = ["--sounds", str(sounds), "--split", "train", "--count", str(COUNT), "--out", str(out)]
    assert make_mixtures.main([*usual, *more]) == 0
    return out


@pytest.fixture(scope="module")
def folder(sounds: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make(sounds, tmp_path_factory.mktemp("fixed") / "mixtures")


def open_fixed(
    sounds: Path, folder: Path, seconds: float = 10.0, rate: int = RATE
) -> FixedMixtures:
    labels = SoundBank.open(sounds).labels()
    return FixedMixtures(folder, read_sounds(sounds), labels, seconds, rate, CPU)


def arguments(sounds: Path, mixtures: Path, out: Path, *more: str) -> list[str]:
    usual = ["--sounds", str(sounds), "--system", "gwrp", "--device", "cpu", "--out", str(out)]
    return [*usual, "--mixtures", str(mixtures), *more]


def test_a_batch_equals_the_same_recipes_mixed_afresh(sounds: Path, folder: Path) -> None:
    fixed = open_fixed(sounds, folder)
    bank = SoundBank.open(sounds, split="train")
    fresh = MixtureBatches(bank, bank.labels(), MixtureConfig(), CPU)
    recipes = fixed.draw(COUNT, (0, 1, 0))
    waveforms, weak_labels = fixed.realise(recipes)
    expected, expected_labels = fresh.realise(recipes)
    # The file holds the float32 rounding of a sum in double precision, a fresh batch sums in float32.
    torch.testing.assert_close(waveforms, expected, rtol=0, atol=1e-5)
    assert torch.equal(weak_labels, expected_labels)


def test_training_on_files_is_training_on_their_recipes(sounds: Path, folder: Path) -> None:
    group = Group(CPU)
    fixed = Trainer(SMALL, sounds, group, mixtures=folder)
    fresh = Trainer(SMALL, sounds, group)
    fresh.batches.draw = fixed.batches.draw  # type: ignore[method-assign]
    losses = []
    for trainer in (fixed, fresh):
        trainer.set_statistics()
        of_trainer = []
        for _ in range(3):
            of_trainer.append(float(trainer.train_step()))
            trainer.step += 1
        losses.append(of_trainer)
    assert losses[0] == pytest.approx(losses[1], rel=1e-3)
    assert losses[0][0] != losses[0][1]


def test_an_epoch_has_each_mixture_once_in_its_own_order(sounds: Path, folder: Path) -> None:
    fixed = open_fixed(sounds, folder)
    drawn = [recipe for step in range(2 * COUNT) for recipe in fixed.draw(2, (0, 1, step))]
    epochs = [drawn[start : start + COUNT] for start in range(0, len(drawn), COUNT)]
    assert len(epochs) == 4
    for epoch in epochs:
        assert len(set(epoch)) == COUNT
    assert any(epoch != epochs[0] for epoch in epochs[1:])
    assert fixed.draw(12, (0, 1, 0)) == drawn[:12]  # a batch longer than an epoch
    assert fixed.draw(2, (0, 1, 7)) == drawn[14:16]  # of the step alone
    assert (
        fixed.draw(COUNT, (1, 1, 0)) != drawn[:COUNT]
        or fixed.draw(COUNT, (2, 1, 0)) != drawn[:COUNT]
    )


def test_processes_share_a_batch_without_loss(sounds: Path, folder: Path) -> None:
    trainer = Trainer(SMALL, sounds, Group(CPU), mixtures=folder)
    whole, _ = trainer.synthesise(1)
    for rank in range(2):
        trainer.group = Group(CPU, rank, 2)
        assert torch.equal(trainer.synthesise(1)[0], whole[rank::2])


def test_a_resumed_run_equals_one_that_never_stopped(
    sounds: Path, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert train.main(arguments(sounds, folder, tmp_path / "whole")) == 0
    whole_step = Trainer.train_step

    def interrupted(trainer: Trainer) -> torch.Tensor:
        if trainer.step == 4:
            raise KeyboardInterrupt
        return whole_step(trainer)

    with monkeypatch.context() as context:
        context.setattr(Trainer, "train_step", interrupted)
        assert train.main(arguments(sounds, folder, tmp_path / "broken")) == 130
    assert train.main(arguments(sounds, folder, tmp_path / "broken", "--resume")) == 0
    whole = load_file(tmp_path / "whole" / "last.safetensors")
    for name, tensor in load_file(tmp_path / "broken" / "last.safetensors").items():
        assert torch.equal(tensor, whole[name])


def test_a_run_is_not_resumed_on_other_mixtures(
    sounds: Path, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert train.main(arguments(sounds, folder, tmp_path / "run", "--steps", "1")) == 0
    other = make(sounds, tmp_path / "other", "--seed", "1")
    capsys.readouterr()
    assert train.main(arguments(sounds, other, tmp_path / "run", "--steps", "1", "--resume")) == 2
    assert "was started on other sounds or mixtures" in capsys.readouterr().err


def test_the_training_sounds_are_not_decoded(sounds: Path, folder: Path, tmp_path: Path) -> None:
    silent = shutil.copytree(sounds, tmp_path / "sounds")
    for path in silent.glob("train_*.wav"):
        path.write_bytes(b"no sound at all")
    assert train.main(arguments(silent, folder, tmp_path / "run", "--steps", "1")) == 0


def change_recipe(folder: Path, change: Callable[[dict[str, object]], object]) -> None:
    path = folder / "00001" / "recipe.json"
    recipe = json.loads(path.read_text())
    change(recipe)
    path.write_text(json.dumps(recipe))


def cut_mixture(folder: Path) -> None:
    path = folder / "00002" / "mixture.wav"
    path.write_bytes(path.read_bytes()[:-400])


def only_one(folder: Path) -> None:
    for path in sorted(folder.iterdir())[1:]:
        shutil.rmtree(path)


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (shutil.rmtree, "has no mixtures"),
        (lambda f: (f / "00001" / "recipe.json").unlink(), "00001 has no recipe.json"),
        (lambda f: (f / "00001" / "mixture.wav").unlink(), "mixture.wav is missing"),
        (cut_mixture, "00002/mixture.wav is not 320000 samples"),
        (lambda f: change_recipe(f, lambda r: r.update(sample_rate=16_000)), "rate of 16000 Hz"),
        (lambda f: change_recipe(f, lambda r: r["config"].update(seconds=5.0)), "lasts 5 s"),  # type: ignore[attr-defined]
        (
            lambda f: change_recipe(f, lambda r: r["events"][0].update(label="Gong")),  # type: ignore[index]
            "00001 has an event of Gong, a class that --sounds does not have",
        ),
        (
            lambda f: change_recipe(f, lambda r: r.update(scene="other.wav")),
            "00001 was made of other.wav, which is not a scene",
        ),
        (
            lambda f: change_recipe(f, lambda r: r.update(scene="test_noise.wav")),
            "00001 was made of the test split",
        ),
        (only_one, "none of the 1 mixtures in"),
    ],
)
def test_a_folder_that_cannot_be_trained_on_is_one_line(
    sounds: Path,
    folder: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    spoil: Callable[[Path], object],
    message: str,
) -> None:
    spoilt = shutil.copytree(folder, tmp_path / "mixtures")
    spoil(spoilt)
    capsys.readouterr()
    assert train.main(arguments(sounds, spoilt, tmp_path / "run")) == 2
    printed = capsys.readouterr().err
    assert printed.startswith("error: ") and printed.count("\n") == 1 and message in printed
    assert not (tmp_path / "run").exists()


def test_mixtures_of_another_split_are_refused(sounds: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"was made of the test split .* --split train"):
        open_fixed(sounds, make(sounds, tmp_path / "test", "--split", "test"))


def test_unfinished_mixtures_are_left_out(sounds: Path, folder: Path, tmp_path: Path) -> None:
    copied = shutil.copytree(folder, tmp_path / "mixtures")
    (copied / ".partial-x").mkdir()
    assert len(open_fixed(sounds, copied)) == COUNT


def test_a_file_that_shrinks_while_training_is_named(
    sounds: Path, folder: Path, tmp_path: Path
) -> None:
    copied = shutil.copytree(folder, tmp_path / "mixtures")
    fixed = open_fixed(sounds, copied)
    cut_mixture(copied)
    with pytest.raises(InputError, match=r"00002/mixture\.wav changed while training"):
        fixed.realise(fixed.draw(COUNT, (0, 1, 0)))


def test_the_digest_tells_sets_apart(sounds: Path, folder: Path, tmp_path: Path) -> None:
    again = open_fixed(sounds, make(sounds, tmp_path / "again"))
    louder = open_fixed(sounds, make(sounds, tmp_path / "louder", "--snr", "20"))
    assert open_fixed(sounds, folder).digest() == again.digest() != louder.digest()
    recipe = again.draw(1, (0, 1, 0))[0]
    assert isinstance(recipe, Recipe)
    assert np.isclose(recipe.config.snr_db, 0.0)
