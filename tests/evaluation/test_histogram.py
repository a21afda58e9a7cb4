"""The grid of scores and the counts on it, against searchsorted and scikit-learn."""

import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jaxtyping import TypeCheckError
from sklearn.metrics import average_precision_score, f1_score, roc_auc_score

from sedtf_core.evaluation.bootstrap import draw_weights
from sedtf_core.evaluation.grid import ScoreGrid
from sedtf_core.evaluation.histogram import ScoreHistogram

# Shapes and dtypes are refused by jaxtyping where tests install it, by ValueError otherwise.
REFUSED = (ValueError, TypeCheckError)


def sigmoid(logits: np.ndarray) -> np.ndarray:
    """Scores as networks give them."""
    return (1 / (1 + np.exp(-logits))).astype(np.float32)


def drawn(seed: int, shape: tuple[int, ...], spread: float = 3.0) -> tuple[np.ndarray, np.ndarray]:
    """Scores and truth that have something to do with each other."""
    rng = np.random.default_rng(seed)
    truth = rng.random(shape) < 0.2
    return sigmoid(spread * (rng.normal(size=shape) + truth - 1)), truth


@pytest.mark.parametrize("steps", [1, 8, 1024])
def test_bins_are_the_number_of_edges_below_the_score(steps: int) -> None:
    grid = ScoreGrid(steps, thresholds=(0.0, 0.1, 0.25, 0.987))
    rng = np.random.default_rng(0)
    edges = grid.edges
    scores = np.concatenate(
        [
            edges,
            np.nextafter(edges, np.float32(1)),
            np.nextafter(edges[edges > 0], np.float32(0)),
            rng.random(1000),
            10.0 ** -rng.uniform(0, 45, 1000),
            1 - 10.0 ** -rng.uniform(0, 9, 1000),
            [0.0, -0.0, 1.0],
        ]
    ).astype(np.float32)
    assert np.array_equal(grid.bins(scores), np.searchsorted(edges, scores))


@given(st.lists(st.floats(0, 1, width=32), min_size=2))
def test_bins_keep_the_order_of_the_scores(values: list[float]) -> None:
    bins = ScoreGrid(4, (0.1,)).bins(np.sort(np.asarray(values, dtype=np.float32)))
    assert (np.diff(bins) >= 0).all()


def test_a_threshold_is_exceeded_not_reached() -> None:
    scores = np.array([[0.1, np.nextafter(np.float32(0.1), np.float32(1))]], dtype=np.float32)
    histogram = ScoreHistogram(1, thresholds=(0.1,))
    histogram.update(scores, np.array([[False, True]]))
    assert histogram.f1(0.1) == 1.0


def test_metrics_equal_scikit_learn_exactly_on_scores_on_the_grid() -> None:
    histogram = ScoreHistogram(3, thresholds=(0.1,), steps_per_octave=8)
    rng = np.random.default_rng(0)
    scores = rng.choice(histogram.grid.edges[60:], (3, 4, 500))
    truth = rng.random(scores.shape) < scores * 0.5
    for clip in range(4):
        histogram.update(scores[:, clip], truth[:, clip])
    for k in range(3):
        flat, positive = scores[k].ravel(), truth[k].ravel()
        assert histogram.auc()[k] == pytest.approx(roc_auc_score(positive, flat), abs=1e-12)
        assert histogram.average_precision()[k] == pytest.approx(
            average_precision_score(positive, flat), abs=1e-12
        )
        assert histogram.f1(0.1)[k] == pytest.approx(f1_score(positive, flat > 0.1), abs=1e-12)


@pytest.mark.parametrize("spread", [0.3, 3.0, 12.0])
def test_metrics_of_any_scores_are_within_the_stated_bounds_of_scikit_learn(spread: float) -> None:
    scores, truth = drawn(1, (2, 40_000), spread)
    histogram = ScoreHistogram(2)
    histogram.update(scores, truth)
    auc_bound, precision_bound = histogram.error_bounds()
    for k in range(2):
        auc_error = abs(histogram.auc()[k] - roc_auc_score(truth[k], scores[k]))
        exact = average_precision_score(truth[k], scores[k])
        precision_error = abs(histogram.average_precision()[k] - exact)
        assert auc_error <= auc_bound[k] + 1e-12
        assert precision_error <= precision_bound[k] + 1e-12
        assert max(auc_error, precision_error) < 2e-4
        assert histogram.f1(0.1)[k] == pytest.approx(f1_score(truth[k], scores[k] > 0.1))


def test_small_masks_of_max_pooling_are_told_apart() -> None:
    scores, truth = drawn(2, (1, 20_000))
    whole, tiny = ScoreHistogram(1), ScoreHistogram(1)
    whole.update(scores, truth)
    tiny.update(scores * np.float32(2.0**-10), truth)
    assert tiny.auc() == pytest.approx(whole.auc(), abs=1e-5)


def test_clips_one_by_one_count_as_much_as_all_at_once() -> None:
    scores, truth = drawn(3, (2, 6, 50))
    together, streamed = ScoreHistogram(2), ScoreHistogram(2, n_groups=3)
    together.update(scores, truth)
    for clip in range(6):
        streamed.update(scores[:, clip], truth[:, clip], np.array([clip % 3, 0]))
    assert np.array_equal(streamed.auc(), together.auc())
    assert np.array_equal(streamed.average_precision(), together.average_precision())


def test_equal_weights_give_the_values_themselves() -> None:
    scores, truth = drawn(4, (2, 400))
    histogram = ScoreHistogram(2, n_groups=2)
    histogram.update(scores, truth, np.array([0, 1]))
    metrics = histogram.class_metrics({"f1": 0.1}, np.ones((1, 2)))
    assert metrics["auc"].per_class[0] == pytest.approx(histogram.auc(), abs=1e-12)
    assert metrics["map"].mean == pytest.approx(histogram.average_precision().mean(), abs=1e-12)
    assert metrics["f1"].per_class[0] == pytest.approx(histogram.f1(0.1), abs=1e-12)


def test_weighting_groups_is_weighting_their_units() -> None:
    scores, truth = drawn(5, (1, 5, 3000))
    weights = draw_weights(5, 1, seed=1)
    histogram = ScoreHistogram(1, n_groups=5)
    for group in range(5):
        histogram.update(scores[:, group], truth[:, group], np.array([group]))
    metrics = histogram.class_metrics({"f1": 0.1}, weights)
    unit_weights = np.repeat(weights[0], 3000)
    flat, positive = scores.ravel(), truth.ravel()
    auc = roc_auc_score(positive, flat, sample_weight=unit_weights)
    precision = average_precision_score(positive, flat, sample_weight=unit_weights)
    assert metrics["auc"].mean == pytest.approx(auc, abs=1e-3)
    assert metrics["map"].mean == pytest.approx(precision, abs=5e-3)
    assert metrics["f1"].mean == pytest.approx(
        f1_score(positive, flat > 0.1, sample_weight=unit_weights), abs=1e-9
    )


def test_the_best_threshold_has_the_greatest_mean_f1_and_can_be_asked_for_again() -> None:
    scores, truth = drawn(6, (3, 2000))
    tuned = ScoreHistogram(3)
    tuned.update(scores, truth)
    best = tuned.best_threshold()
    again = ScoreHistogram(3, thresholds=(best,))
    again.update(scores, truth)
    greatest = max(
        np.mean([f1_score(t, s > edge) for s, t in zip(scores, truth, strict=True)])
        for edge in tuned.grid.edges[::4000]
    )
    assert again.f1(best).mean() >= greatest - 1e-12


def test_memory_does_not_grow_with_the_number_of_clips() -> None:
    histogram = ScoreHistogram(2, n_groups=2)
    scores, truth = drawn(7, (2, 5000))
    histogram.update(scores, truth)
    tracemalloc.start()
    histogram.update(scores, truth)
    after_one = tracemalloc.get_traced_memory()[0]
    for _ in range(30):
        histogram.update(scores, truth)
    after_all = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert after_all - after_one < scores.nbytes // 2


def test_degenerate_classes_have_a_stated_result() -> None:
    histogram = ScoreHistogram(3)
    assert (histogram.auc() == 0.5).all()  # nothing counted yet
    assert not histogram.f1().any()
    assert histogram.best_threshold() == histogram.grid.edges[0]
    scores = np.full((3, 10), 0.05, dtype=np.float32)
    truth = np.zeros((3, 10), dtype=bool)
    truth[1], truth[2, :5] = True, True
    histogram.update(scores, truth)
    assert histogram.auc().tolist() == [0.5, 0.5, 0.5]  # absent, always there, all tied
    assert histogram.average_precision().tolist() == [0.0, 1.0, 0.5]
    assert histogram.f1().tolist() == [0.0, 0.0, 0.0]
    metrics = histogram.class_metrics({"f1": 0.1}, np.ones((1, 1)))
    assert metrics["map"].mean == 0.75  # without the absent class
    histogram.update(np.zeros((3, 0)), np.zeros((3, 0), dtype=bool))  # no frames, no change
    assert histogram.average_precision().tolist() == [0.0, 1.0, 0.5]


def test_the_mean_auc_leaves_out_classes_without_a_pair_to_order() -> None:
    scores = np.tile(np.linspace(0.2, 0.8, 10, dtype=np.float32), (3, 1))
    truth = np.zeros((3, 10), dtype=bool)
    truth[1], truth[2, 5:] = True, True  # never, always, and in perfect order
    histogram = ScoreHistogram(3)
    histogram.update(scores, truth)
    metrics = histogram.class_metrics({"f1": 0.1}, np.ones((1, 1)))
    assert metrics["auc"].per_class.tolist() == [[0.5, 0.5, 1.0]]
    assert metrics["auc"].mean == 1.0
    assert metrics["map"].mean == metrics["map"].per_class[0, 1:].mean()


@pytest.mark.parametrize("bad", [np.nan, np.inf, -0.25, 1.25])
def test_a_score_outside_0_to_1_is_refused_by_value(bad: float) -> None:
    with pytest.raises(ValueError, match=str(bad)):
        ScoreHistogram(1).update(np.array([[0.5, bad]]), np.array([[True, False]]))


def test_other_misuse_is_refused() -> None:
    scores, truth = np.full((2, 3), 0.5), np.zeros((2, 3), dtype=bool)
    with pytest.raises(ValueError, match="got 3"):
        ScoreGrid(3)
    with pytest.raises(ValueError, match=r"1\.0"):
        ScoreGrid(8, (1.0,))
    with pytest.raises(ValueError, match="got 0 and 1"):
        ScoreHistogram(0)
    with pytest.raises(ValueError, match=r"0\.123 is not an edge"):
        ScoreHistogram(2).f1(0.123)
    with pytest.raises(ValueError, match=r"got 0…5"):
        ScoreHistogram(2, n_groups=5).update(scores, truth, np.array([0, 5]))
    for wrong in [(scores[:1], truth[:1]), (scores, truth[:, :2]), (scores, truth.astype(int))]:
        with pytest.raises(REFUSED):
            ScoreHistogram(2).update(*wrong)
