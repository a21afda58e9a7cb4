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


def test_recipes_depend_on_their_key_alone(batches: MixtureBatches) -> None:
    assert batches.draw(3, (0, 1, 7), (0, 10)) == batches.draw(3, (0, 1, 7), (0, 10))
    assert batches.draw(3, (0, 1, 7), (0, 10)) != batches.draw(3, (0, 1, 8), (0, 10))


def test_snrs_fill_the_range_asked_for(batches: MixtureBatches) -> None:
    drawn = [recipe.config.snr_db for recipe in batches.draw(200, (1,), (-5.0, 25.0))]
    assert -5.0 <= min(drawn) < -3.0
    assert 23.0 < max(drawn) <= 25.0
