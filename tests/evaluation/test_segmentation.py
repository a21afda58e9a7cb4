"""Mask metrics against scikit-learn and plain means."""

import numpy as np
import pytest
from sklearn.metrics import average_precision_score, f1_score, roc_auc_score

from sedtf_core.evaluation import segmentation

LABELS = ("bark", "cello", "flute")
SHAPE = (3, 20, 16)


def drawn_clip(seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Masks and ideal masks of a clip that lacks one class."""
    rng = np.random.default_rng(seed)
    ratio = rng.random(SHAPE).astype(np.float32)
    ratio[seed % 3] = 0.0
    masks = np.clip(ratio + rng.normal(0, 0.3, SHAPE), 0, 1).astype(np.float32)
    return masks, ratio > 0.6, ratio


def test_means_are_those_of_scikit_learn_over_all_units() -> None:
    clips = [drawn_clip(seed) for seed in range(4)]
    masks, binary, _ = (
        np.concatenate([a.reshape(3, -1) for a in arrays], axis=1).T
        for arrays in zip(*clips, strict=True)
    )
    ours = segmentation.evaluate(clips, LABELS)
    assert ours["f1"] == pytest.approx(f1_score(binary, masks > 0.1, average="macro"))
    assert ours["auc"] == pytest.approx(roc_auc_score(binary, masks), abs=1e-4)
    assert ours["map"] == pytest.approx(average_precision_score(binary, masks), abs=1e-3)


def test_the_error_is_taken_where_the_class_is_present() -> None:
    masks, binary, ratio = drawn_clip(0)
    expected = np.abs(masks - ratio)[1:].mean()
    assert segmentation.evaluate([(masks, binary, ratio)], LABELS)["irm_mae"] == pytest.approx(
        expected, abs=1e-6
    )


def test_ideal_masks_score_highest() -> None:
    _, binary, ratio = drawn_clip(1)
    best = segmentation.evaluate([(ratio, binary, ratio)], LABELS)
    assert best["irm_mae"] == 0.0
    assert best["auc"] == best["map"] == 1.0
    assert segmentation.evaluate([(binary.astype(np.float32), binary, ratio)], LABELS)["f1"] == 1.0
    others = segmentation.evaluate([drawn_clip(1)], LABELS)
    assert others["auc"] < 1.0
    assert others["irm_mae"] > 0.0


def test_intervals_contain_the_values() -> None:
    metrics = segmentation.SegmentationMetrics(LABELS, n_groups=6)
    for seed in range(6):
        metrics.update(*drawn_clip(seed), np.full(3, seed))
    summary = metrics.summary(replicates=200)
    for name, value in summary.mean.items():
        low, high = summary.interval[name]
        assert low < value < high


def test_degenerate_masks_have_a_stated_result() -> None:
    nothing = {"f1": 0.0, "auc": 0.5, "map": 0.0, "irm_mae": 0.0}
    assert segmentation.evaluate([], LABELS) == nothing
    absent = (np.ones(SHAPE), np.zeros(SHAPE, dtype=bool), np.zeros(SHAPE))
    assert segmentation.evaluate([absent], LABELS) == nothing


def test_misuse_is_refused() -> None:
    masks, binary, ratio = drawn_clip(0)
    metrics = segmentation.SegmentationMetrics(LABELS)
    with pytest.raises(ValueError, match=r"2\.5"):
        metrics.update(masks, binary, np.full_like(ratio, 2.5))
    with pytest.raises(ValueError, match=r"\(2, 20, 16\)"):
        metrics.update(masks[:2], binary[:2], ratio[:2])
