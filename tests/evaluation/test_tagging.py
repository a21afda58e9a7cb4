"""Tagging metrics against scikit-learn."""

import numpy as np
import pytest
from jaxtyping import TypeCheckError
from sklearn.metrics import average_precision_score, f1_score, roc_auc_score

from sedtf_core.evaluation import tagging

LABELS = ("bark", "cello", "flute")


def drawn(seed: int, n_clips: int = 80) -> tuple[np.ndarray, np.ndarray]:
    """Clip probabilities with ties, and labels."""
    rng = np.random.default_rng(seed)
    truth = rng.random((n_clips, 3)) < 0.3
    truth[:2] = [[True] * 3, [False] * 3]
    probs = np.round(np.clip(0.4 * truth + 0.6 * rng.random((n_clips, 3)), 0, 1), 2)
    return probs.astype(np.float32), truth


@pytest.mark.parametrize("seed", range(5))
def test_means_equal_scikit_learn(seed: int) -> None:
    probs, truth = drawn(seed)
    ours = tagging.evaluate(probs, truth)
    assert ours["auc"] == pytest.approx(roc_auc_score(truth, probs, average="macro"), abs=1e-12)
    assert ours["map"] == pytest.approx(average_precision_score(truth, probs), abs=1e-12)
    assert ours["f1"] == pytest.approx(f1_score(truth, probs > 0.1, average="macro"), abs=1e-12)


def test_the_summary_has_values_and_intervals_of_every_class() -> None:
    probs, truth = drawn(0)
    metrics = tagging.TaggingMetrics(LABELS, {"f1": 0.1, "f1_tuned": 0.5}, n_groups=20)
    for clip, (row, present) in enumerate(zip(probs, truth, strict=True)):
        metrics.update(row, present, np.full(3, clip % 20))
    summary = metrics.summary(replicates=200)
    assert set(summary.mean) == {"f1", "f1_tuned", "auc", "map"}
    for k, label in enumerate(LABELS):
        auc = roc_auc_score(truth[:, k], probs[:, k])
        assert summary.per_class[label]["auc"] == pytest.approx(auc)
        low, high = summary.per_class_interval[label]["auc"]
        assert low < auc < high
    assert summary.interval["map"][0] < summary.mean["map"] < summary.interval["map"][1]


def test_the_best_threshold_has_the_greatest_mean_f1() -> None:
    probs, truth = drawn(1)
    metrics = tagging.TaggingMetrics(LABELS)
    for row, present in zip(probs, truth, strict=True):
        metrics.update(row, present)
    best = metrics.best_threshold()
    naive = [f1_score(truth, probs > t, average="macro") for t in np.arange(0, 1, 0.005)]
    assert f1_score(truth, probs > best, average="macro") >= max(naive) - 1e-12


def test_an_absent_class_has_stated_values_and_is_left_out_of_the_means() -> None:
    probs, truth = drawn(2)
    truth[:, 1] = False
    metrics = tagging.TaggingMetrics(LABELS)
    for row, present in zip(probs, truth, strict=True):
        metrics.update(row, present)
    summary = metrics.summary(replicates=10)
    assert summary.per_class["cello"] == {"f1": 0.0, "auc": 0.5, "map": 0.0}
    assert summary.mean == pytest.approx(tagging.evaluate(probs[:, [0, 2]], truth[:, [0, 2]]))


def test_a_class_that_is_missed_completely_counts_as_zero() -> None:
    probs, truth = drawn(3)
    both = tagging.evaluate(probs[:, :2], truth[:, :2])
    probs[:, 2] = 0.0
    assert tagging.evaluate(probs, truth)["f1"] == pytest.approx(both["f1"] * 2 / 3)


def test_a_class_in_every_clip_has_auc_one_half_and_is_left_out_of_that_mean() -> None:
    probs, truth = drawn(4)
    truth[:, 0] = True
    mean = tagging.evaluate(probs, truth)["auc"]
    assert mean == pytest.approx(tagging.evaluate(probs[:, 1:], truth[:, 1:])["auc"])


def test_no_clips_and_no_positives_have_stated_means() -> None:
    nothing = {"f1": 0.0, "auc": 0.5, "map": 0.0}
    assert tagging.TaggingMetrics(LABELS).summary(replicates=3).mean == nothing
    assert tagging.TaggingMetrics(LABELS).best_threshold() == 0.0
    assert tagging.evaluate(np.zeros((4, 2)), np.zeros((4, 2), dtype=bool)) == nothing


def test_gating_silences_classes_below_the_threshold_only() -> None:
    masks = np.full((3, 4, 5), 0.7, dtype=np.float32)
    gated = tagging.gate(masks, np.array([0.05, 0.1, 0.9]), 0.1)
    assert not gated[0].any()
    assert np.array_equal(gated[1:], masks[1:])
    assert gated.dtype == masks.dtype


def test_misuse_is_refused() -> None:
    metrics = tagging.TaggingMetrics(LABELS)
    with pytest.raises(ValueError, match=r"1\.5"):
        metrics.update(np.array([0.1, 0.2, 1.5]), np.zeros(3, dtype=bool))
    with pytest.raises(ValueError, match=r"3 classes.*\(2,\)"):
        metrics.update(np.zeros(2), np.zeros(2, dtype=bool))
    with pytest.raises((ValueError, TypeCheckError)):
        tagging.gate(np.zeros((3, 4)), np.zeros(2))
    for wrong in [(np.zeros((4, 2)), np.zeros((4, 3), dtype=bool)), (np.zeros(3), np.zeros(3))]:
        with pytest.raises((ValueError, TypeCheckError)):
            tagging.evaluate(*wrong)
