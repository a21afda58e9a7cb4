"""F1, area under the ROC curve and average precision, from counts of scores at ascending levels.

Owns the formulas that tagging, frame and mask metrics share. Conventions: the last axis holds the
distinct score levels in ascending order; ``positives`` and ``negatives`` say how many units (or
how much weight) have that score; leading axes are kept. Scores that tie share a level: the ROC
curve credits half of a tied pair, average precision takes one step a level, both as in
scikit-learn. Degenerate input: F1 is 0 where nothing is true, estimated or both; the AUC is 0.5
where positives or negatives are missing (no pair to order); average precision is 0 without
positives. Where the levels come from is left to ``histogram`` (a fixed grid) and ``levels`` (the
distinct values themselves).
"""

import numpy as np
from jaxtyping import Bool, Float, Int, Num

from sedtf_core.evaluation.bootstrap import Weights

CHANCE_AUC = 0.5


def _ratio(
    numerator: Float[np.ndarray, "*any"], denominator: Float[np.ndarray, "*any"], empty: float
) -> Float[np.ndarray, "*any"]:
    """Divide, with ``empty`` where the denominator is 0."""
    result = np.full(np.shape(denominator), empty, dtype=np.float64)
    np.divide(numerator, denominator, out=result, where=denominator != 0)
    return result


def f1_score(
    true_positives: Num[np.ndarray, "*any"],
    false_positives: Num[np.ndarray, "*any"],
    false_negatives: Num[np.ndarray, "*any"],
) -> Float[np.ndarray, "*any"]:
    """Harmonic mean of precision and recall.

    Parameters
    ----------
    true_positives, false_positives, false_negatives
        Counts or weights, not negative.

    Returns
    -------
    2 TP / (2 TP + FP + FN) in 0…1, and 0 where all three are 0.
    """
    twice = 2.0 * np.asarray(true_positives, dtype=np.float64)
    return _ratio(twice, twice + false_positives + false_negatives, empty=0.0)


def roc_auc(
    positives: Num[np.ndarray, "*any levels"], negatives: Num[np.ndarray, "*any levels"]
) -> Float[np.ndarray, "*any"]:
    """Chance that a positive scores above a negative, ties counting half.

    Parameters
    ----------
    positives, negatives
        Units a level, levels ascending.

    Returns
    -------
    AUC in 0…1, and 0.5 where there is no pair.
    """
    positives = np.asarray(positives, dtype=np.float64)
    negatives = np.asarray(negatives, dtype=np.float64)
    below = np.cumsum(negatives, axis=-1) - negatives
    ordered_pairs = (positives * (below + 0.5 * negatives)).sum(-1)
    return _ratio(ordered_pairs, positives.sum(-1) * negatives.sum(-1), empty=CHANCE_AUC)


def average_precision(
    positives: Num[np.ndarray, "*any levels"], negatives: Num[np.ndarray, "*any levels"]
) -> Float[np.ndarray, "*any"]:
    """Precision at each level, weighted by the recall gained there, without interpolation.

    Parameters
    ----------
    positives, negatives
        Units a level, levels ascending.

    Returns
    -------
    Average precision in 0…1, and 0 where there is no positive.
    """
    positives = np.asarray(positives, dtype=np.float64)[..., ::-1]
    detected = np.cumsum(positives + np.asarray(negatives)[..., ::-1], axis=-1)
    precision = _ratio(np.cumsum(positives, axis=-1), detected, empty=0.0)
    return _ratio((positives * precision).sum(-1), positives.sum(-1), empty=0.0)


def average_precision_bounds(
    positives: Num[np.ndarray, "*any levels"], negatives: Num[np.ndarray, "*any levels"]
) -> tuple[Float[np.ndarray, "*any"], Float[np.ndarray, "*any"]]:
    """Least and greatest average precision if the order of the units within each level were known.

    Parameters
    ----------
    positives, negatives
        Units a level, whole numbers, levels ascending.

    Returns
    -------
    Lower and upper bound: at any cut within a level at least one positive of it is detected
    beside all negatives of it, or all positives beside none.
    """
    positives = np.asarray(positives, dtype=np.float64)[..., ::-1]
    negatives = np.asarray(negatives, dtype=np.float64)[..., ::-1]
    true_after, false_after = np.cumsum(positives, axis=-1), np.cumsum(negatives, axis=-1)
    true_first = true_after - positives + 1.0
    least = _ratio(true_first, true_first + false_after, empty=0.0)
    greatest = _ratio(true_after, true_after + false_after - negatives, empty=0.0)
    total = positives.sum(-1)
    return (
        _ratio((positives * least).sum(-1), total, empty=0.0),
        _ratio((positives * greatest).sum(-1), total, empty=0.0),
    )


def levels(
    scores: Num[np.ndarray, " units"],
    truth: Bool[np.ndarray, " units"],
    weights: Weights,
) -> tuple[
    Num[np.ndarray, " levels"],
    Float[np.ndarray, "replicates levels"],
    Float[np.ndarray, "replicates levels"],
]:
    """Distinct scores in ascending order, and the weight of positives and negatives at each.

    Parameters
    ----------
    scores, truth
        One a unit, at least one unit.
    weights
        Weight of each unit, not negative; the second axis runs over the units.

    Returns
    -------
    Levels, positives and negatives.
    """
    order: Int[np.ndarray, " units"] = np.argsort(scores, kind="stable")
    values, starts = np.unique(scores[order], return_index=True)
    positives = np.where(truth[order], weights[:, order], 0.0)
    negatives = np.where(truth[order], 0.0, weights[:, order])
    return (
        values,
        np.add.reduceat(positives, starts, axis=1),
        np.add.reduceat(negatives, starts, axis=1),
    )
