"""F1, AUC and average precision against scikit-learn and pair counting."""

import numpy as np
import pytest
from sklearn.metrics import average_precision_score, f1_score, roc_auc_score

from sedtf_core.evaluation import ranking


def counts(scores: np.ndarray, truth: np.ndarray, weights: np.ndarray) -> tuple:
    """Positives and negatives a level, one weighting."""
    return ranking.levels(scores, truth, weights[None])[1:]


@pytest.mark.parametrize("n_levels", [2, 5, 1000])
def test_auc_and_average_precision_equal_scikit_learn_with_ties_and_weights(n_levels: int) -> None:
    rng = np.random.default_rng(n_levels)
    for _ in range(20):
        scores = rng.integers(0, n_levels, 60) / n_levels
        truth = rng.random(60) < 0.3
        truth[:2] = True, False
        weights = rng.exponential(size=60)
        pair = counts(scores, truth, weights)
        auc = roc_auc_score(truth, scores, sample_weight=weights)
        precision = average_precision_score(truth, scores, sample_weight=weights)
        assert ranking.roc_auc(*pair).item() == pytest.approx(auc, abs=1e-12)
        assert ranking.average_precision(*pair).item() == pytest.approx(precision, abs=1e-12)


def test_auc_is_the_share_of_pairs_in_the_right_order_with_half_a_tie() -> None:
    rng = np.random.default_rng(0)
    scores, truth = rng.integers(0, 6, 40), rng.random(40) < 0.5
    above = scores[truth][:, None] - scores[~truth]
    naive = ((above > 0) + 0.5 * (above == 0)).mean()
    assert ranking.roc_auc(*counts(scores, truth, np.ones(40))).item() == pytest.approx(naive)


def test_f1_equals_scikit_learn() -> None:
    rng = np.random.default_rng(1)
    truth, detected = rng.random(50) < 0.4, rng.random(50) < 0.4
    outcomes = truth & detected, detected & ~truth, truth & ~detected
    ours = ranking.f1_score(*(np.sum(outcome, keepdims=True) for outcome in outcomes))
    assert ours.item() == pytest.approx(f1_score(truth, detected))


def test_degenerate_counts_have_a_stated_result() -> None:
    none, some = np.zeros((1, 3)), np.array([[1.0, 0.0, 2.0]])
    assert ranking.f1_score(np.zeros(1), np.zeros(1), np.zeros(1)) == 0.0
    assert ranking.f1_score(np.zeros(1), np.zeros(1), np.ones(1)) == 0.0
    assert ranking.roc_auc(some, none) == ranking.roc_auc(none, some) == 0.5
    assert ranking.roc_auc(none, none) == 0.5
    assert ranking.average_precision(none, some) == ranking.average_precision(none, none) == 0.0
    assert ranking.average_precision(some, none) == 1.0


def test_the_bounds_of_average_precision_hold_for_every_order_within_the_levels() -> None:
    rng = np.random.default_rng(2)
    for _ in range(200):
        scores, truth = rng.random(30), rng.random(30) < 0.4
        truth[0] = True
        coarse = np.ceil(scores * 4)
        pair = counts(coarse, truth, np.ones(30))
        least, greatest = ranking.average_precision_bounds(*pair)
        raw = average_precision_score(truth, scores)
        assert least - 1e-12 <= raw <= greatest + 1e-12
        assert least - 1e-12 <= ranking.average_precision(*pair) <= greatest + 1e-12


def test_one_unit_a_level_leaves_the_bounds_no_room() -> None:
    truth = np.array([False, True, True, False, True])
    pair = counts(np.arange(5), truth, np.ones(5))
    exact = ranking.average_precision(*pair)
    for bound in ranking.average_precision_bounds(*pair):
        assert bound == pytest.approx(exact)
