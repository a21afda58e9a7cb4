"""What is true of a mixture: the frames that an event covers, and the scene's share of the ideal masks."""

import numpy as np
import pytest

from sedtf_core.config import FeatureConfig, MixtureConfig
from sedtf_core.evaluation.truth import (
    class_binary_masks,
    class_ratio_masks,
    frame_activity,
    present_classes,
)
from sedtf_core.mixing import Mixture, Placement, Recipe, mix
from sedtf_core.separation import ideal_ratio_masks

LABELS = ("Bark", "Cello", "Chime", "Oboe")
FRAMES = 311


def tone(hz: float) -> np.ndarray:
    return np.sin(2 * np.pi * hz * np.arange(64_000) / 32_000).astype(np.float32)


@pytest.fixture(scope="module")
def mixture() -> Mixture:
    """Tones in noise; the bark comes twice."""
    noise = np.random.default_rng(0).normal(0, 0.1, 320_000).astype(np.float32)
    clips = {"bark": tone(500), "chime": tone(4000), "oboe": tone(1500), "rain": noise}
    events = (("Oboe", "oboe", 6.8), ("Bark", "bark", 0.4), ("Chime", "chime", 4.0))
    placements = [Placement(*event) for event in (*events, ("Bark", "bark", 3.1))]
    recipe = Recipe(tuple(placements), "rain", MixtureConfig(n_events=4, snr_db=10.0))
    return mix(recipe, clips.__getitem__)


def active_frames(mixture: Mixture) -> np.ndarray:
    return frame_activity(mixture, LABELS, FRAMES, FeatureConfig())


def test_a_frame_is_active_if_the_middle_of_its_window_sounds(mixture: Mixture) -> None:
    middles = 1024 * np.arange(FRAMES) + 2048 // 2  # samples: hop 1024, window 2048
    expected = np.zeros((len(LABELS), FRAMES), dtype=bool)
    for event in mixture.events:
        onset, offset = (round(s * mixture.sample_rate) for s in (event.onset, event.offset))
        expected[LABELS.index(event.label)] |= (onset <= middles) & (middles < offset)
    np.testing.assert_array_equal(active_frames(mixture), expected)
    np.testing.assert_array_equal(expected.any(axis=1), present_classes(mixture, LABELS))


def test_ideal_ratio_masks_leave_the_scene_its_share(mixture: Mixture) -> None:
    tracks = np.stack([*mixture.class_sources, mixture.scene])
    *shares, of_scene = ideal_ratio_masks(tracks, np.zeros_like(mixture.scene)).numpy()
    masks = class_ratio_masks(mixture, LABELS, FeatureConfig())
    np.testing.assert_allclose(masks.sum(axis=0) + of_scene, 1, atol=1e-5)
    for label, share in zip(mixture.labels, shares, strict=True):
        np.testing.assert_allclose(masks[LABELS.index(label)], share, atol=1e-6)


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


def test_labels_that_the_mixture_lacks_have_zeros_and_classes_without_a_label_are_left_out(
    mixture: Mixture,
) -> None:
    features, every = FeatureConfig(), active_frames(mixture)
    some = ("Cello", "Bark")
    rows = [LABELS.index(label) for label in some]
    activity = frame_activity(mixture, some, FRAMES, features)
    np.testing.assert_array_equal(activity, every[rows])
    for masks in (
        class_ratio_masks,
        lambda *args: class_binary_masks(*args[:2], activity, args[2]),
    ):
        assert not masks(mixture, some, features)[0].any()
        assert masks(mixture, some, features)[1].any()
    assert present_classes(mixture, some).tolist() == [False, True]
