"""What is true of a mixture: the frames that an event covers, and the scene's share of the ideal masks."""

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from sedtf_core.config import FeatureConfig, MixtureConfig
from sedtf_core.datasets import SoundBank
from sedtf_core.mixing import Mixture, mix
from sedtf_core.separation import ideal_ratio_masks
from train.mixtures import draw_recipes
from train.truth import class_binary_masks, class_ratio_masks, frame_activity, present_classes

LABELS = ("Bark", "Cello", "Chime", "Oboe")
FRAMES = 311


@pytest.fixture(scope="module")
def mixture(sounds: Path) -> Mixture:
    bank = SoundBank.open(sounds, split="test")
    (recipe,) = draw_recipes(bank, MixtureConfig(snr_db=10.0), 1, 0)
    return mix(recipe, bank.waveform)


def active_frames(mixture: Mixture) -> np.ndarray:
    analysis = SimpleNamespace(
        features=FeatureConfig(), labels=LABELS, frame_scores=np.zeros((len(LABELS), FRAMES))
    )
    return frame_activity(mixture, analysis)


def test_a_frame_is_active_if_the_middle_of_its_window_sounds(mixture: Mixture) -> None:
    middles = 1024 * np.arange(FRAMES) + 2048 // 2  # samples: hop 1024, window 2048
    expected = np.zeros((len(LABELS), FRAMES), dtype=bool)
    for event in mixture.events:
        onset, offset = (round(s * mixture.sample_rate) for s in (event.onset, event.offset))
        expected[LABELS.index(event.label)] = (onset <= middles) & (middles < offset)
    np.testing.assert_array_equal(active_frames(mixture), expected)
    np.testing.assert_array_equal(expected.any(axis=1), present_classes(mixture, LABELS))


def test_ideal_ratio_masks_leave_the_scene_its_share(mixture: Mixture) -> None:
    tracks = np.stack([*mixture.sources, mixture.scene])
    *shares, of_scene = ideal_ratio_masks(tracks, np.zeros_like(mixture.scene)).numpy()
    masks = class_ratio_masks(mixture, LABELS, FeatureConfig())
    np.testing.assert_allclose(masks.sum(axis=0) + of_scene, 1, atol=1e-5)
    for event, share in zip(mixture.events, shares, strict=True):
        np.testing.assert_allclose(masks[LABELS.index(event.label)], share, atol=1e-6)


def test_ideal_binary_masks_lie_within_their_events_and_below_a_loud_scene(
    mixture: Mixture,
) -> None:
    activity = active_frames(mixture)
    masks = class_binary_masks(mixture, LABELS, activity, FeatureConfig())
    np.testing.assert_array_equal(masks.any(axis=2), activity)  # each tone stands out of the noise
    assert masks.mean(where=activity[:, :, None]) < 0.5  # in its own bands alone


def test_ideal_masks_are_on_the_features_of_the_network(mixture: Mixture) -> None:
    other = FeatureConfig(n_mels=40)
    activity = active_frames(mixture)
    assert class_ratio_masks(mixture, LABELS, other).shape == (len(LABELS), FRAMES, 40)
    assert class_binary_masks(mixture, LABELS, activity, other).shape == (len(LABELS), FRAMES, 40)


def test_a_recipe_depends_on_the_seed_and_its_own_number_alone(sounds: Path) -> None:
    bank, config = SoundBank.open(sounds, split="test"), MixtureConfig()
    recipes = list(draw_recipes(bank, config, 5, 0))
    assert len(set(map(repr, recipes))) == 5
    assert list(draw_recipes(bank, config, 3, 0)) == recipes[:3]
    assert not set(map(repr, draw_recipes(bank, config, 5, 1))) & set(map(repr, recipes))
