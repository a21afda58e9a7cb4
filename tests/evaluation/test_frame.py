"""Frame metrics against scikit-learn."""

import numpy as np
import pytest
from sklearn.metrics import average_precision_score, f1_score, roc_auc_score

from sedtf_core.evaluation import frame

LABELS = ("bark", "cello")


def drawn_clips(seed: int) -> list[tuple[np.ndarray, np.ndarray]]:
    """Clips of different lengths."""
    rng = np.random.default_rng(seed)
    clips = []
    for n_frames in (50, 1, 311):
        activity = rng.random((2, n_frames)) < 0.3
        scores = np.clip(0.2 * activity + rng.random((2, n_frames)) * 0.8, 0, 1)
        clips.append((scores.astype(np.float32), activity))
    return clips


def test_means_are_those_of_scikit_learn_over_all_frames() -> None:
    clips = drawn_clips(0)
    scores, activity = (np.concatenate(arrays, axis=1).T for arrays in zip(*clips, strict=True))
    ours = frame.evaluate(clips, LABELS)
    assert ours["f1"] == pytest.approx(f1_score(activity, scores > 0.1, average="macro"))
    assert ours["auc"] == pytest.approx(roc_auc_score(activity, scores), abs=1e-4)
    assert ours["map"] == pytest.approx(average_precision_score(activity, scores), abs=1e-3)


def test_the_summary_has_intervals_around_the_values() -> None:
    metrics = frame.FrameMetrics(LABELS, n_groups=6)
    for group in range(6):
        for clip in drawn_clips(group):
            metrics.update(*clip, np.full(2, group))
    summary = metrics.summary(replicates=200)
    for name, value in summary.mean.items():
        low, high = summary.interval[name]
        assert low < value < high


def test_ideal_frame_scores_are_perfect() -> None:
    clips = [(activity.astype(np.float32), activity) for _, activity in drawn_clips(1)]
    assert frame.evaluate(clips, LABELS) == {"f1": 1.0, "auc": 1.0, "map": 1.0}


def test_degenerate_clips_have_a_stated_result() -> None:
    silent = np.zeros((2, 10), dtype=bool)
    nothing = {"f1": 0.0, "auc": 0.5, "map": 0.0}
    assert frame.evaluate([], LABELS) == nothing
    assert frame.evaluate([(np.zeros((2, 0)), np.zeros((2, 0), dtype=bool))], LABELS) == nothing
    assert frame.evaluate([(np.zeros((2, 10)), silent)], LABELS) == nothing
    missed = silent.copy()
    missed[0, :5] = True
    # all frames tie: half of the pairs, and the precision of detecting everything
    assert frame.evaluate([(np.zeros((2, 10)), missed)], LABELS) == {
        "f1": 0.0,
        "auc": 0.5,
        "map": 0.5,
    }
