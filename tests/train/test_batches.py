"""Batches on the training device hold the mixtures that ``mixing`` makes of the same recipes."""

from pathlib import Path

import numpy as np
import pytest
import torch

from sedtf_core.config import MixtureConfig
from sedtf_core.datasets import SoundBank
from sedtf_core.mixing import mix
from train.batches import MixtureBatches


@pytest.fixture(scope="module")
def bank(sounds: Path) -> SoundBank:
    return SoundBank.open(sounds, split="train")


@pytest.fixture(scope="module")
def batches(bank: SoundBank) -> MixtureBatches:
    return MixtureBatches(bank, bank.labels(), MixtureConfig(), torch.device("cpu"))


def test_a_batch_equals_its_mixtures_one_by_one(bank: SoundBank, batches: MixtureBatches) -> None:
    recipes = batches.draw(4, (0, 1), (-5.0, 25.0))
    waveforms, weak_labels = batches.realise(recipes)
    for recipe, waveform, present in zip(recipes, waveforms, weak_labels, strict=True):
        expected = mix(recipe, bank.waveform)
        np.testing.assert_allclose(waveform.numpy(), expected.mixture, atol=1e-5)
        labels = {label for label, here in zip(bank.labels(), present, strict=True) if here}
        assert labels == {event.label for event in expected.events}


def test_clips_are_in_memory_once(sounds: Path) -> None:
    bank = SoundBank.open(sounds, split="train")
    MixtureBatches(bank, bank.labels(), MixtureConfig(), torch.device("cpu"))
    assert bank._kept_bytes() == 0


def test_a_scene_longer_than_a_mixture_serves_piece_by_piece(bank: SoundBank) -> None:
    config = MixtureConfig(seconds=3.3, n_events=1)
    short = MixtureBatches(bank, bank.labels(), config, torch.device("cpu"))
    scene = bank.scenes()[0]
    whole = bank.waveform(scene.clip)
    length = round(3.3 * 32_000)
    pieces = len(whole) // length
    assert pieces > 1
    assert short._scenes[:pieces] == [scene.clip, *(f"{scene.clip}#{k}" for k in range(1, pieces))]
    for k in range(pieces):
        expected = whole[k * length : (k + 1) * length]
        expected = expected / np.sqrt(np.mean(expected.astype(np.float64) ** 2))
        np.testing.assert_allclose(short._scene_bank[k].numpy(), expected, rtol=1e-4, atol=1e-6)
    waveforms, weak_labels = short.realise(short.draw(5, (0, 1), (0.0, 0.0)))
    assert waveforms.shape == (5, length)
    assert weak_labels.sum(dim=1).tolist() == [1.0] * 5


def test_recipes_depend_on_their_key_alone(batches: MixtureBatches) -> None:
    assert batches.draw(3, (0, 1, 7), (0, 10)) == batches.draw(3, (0, 1, 7), (0, 10))
    assert batches.draw(3, (0, 1, 7), (0, 10)) != batches.draw(3, (0, 1, 8), (0, 10))


def test_snrs_fill_the_range_asked_for(batches: MixtureBatches) -> None:
    drawn = [recipe.config.snr_db for recipe in batches.draw(200, (1,), (-5.0, 25.0))]
    assert -5.0 <= min(drawn) < -3.0
    assert 23.0 < max(drawn) <= 25.0


def test_an_event_played_faster_is_shorter_and_higher_and_as_loud(batches: MixtureBatches) -> None:
    row = batches._event_bank[0, : batches._event_samples[0]]
    played = batches._played_at(row, 2.0)
    assert len(played) == pytest.approx(len(row) / 2, abs=1)
    assert played.square().mean().sqrt().item() == pytest.approx(1.0, abs=1e-3)

    def peak_hz(waveform: torch.Tensor) -> float:
        return int(torch.fft.rfft(waveform).abs().argmax()) * 32_000 / len(waveform)

    assert peak_hz(played) == pytest.approx(2 * peak_hz(row), rel=0.01)


def test_speeds_change_the_sound_and_not_the_labels(batches: MixtureBatches) -> None:
    recipes = batches.draw(4, (0, 1), (5.0, 5.0))
    as_recorded, labels = batches.realise(recipes)
    same, _ = batches.realise(recipes, torch.ones(4, 3))
    faster, still = batches.realise(recipes, torch.full((4, 3), 1.2))
    torch.testing.assert_close(same, as_recorded, atol=1e-4, rtol=0)
    assert (faster - as_recorded).abs().max() > 0.1
    assert torch.equal(labels, still)


def test_a_slower_event_still_ends_where_a_mixture_cuts_it(batches: MixtureBatches) -> None:
    longest = max(batches._event_samples)
    row = batches._event_bank[int(np.argmax(batches._event_samples)), :longest]
    assert len(batches._played_at(row, 0.25)) == round(MixtureConfig().max_event_s * 32_000)
