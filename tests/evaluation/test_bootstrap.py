"""Groups of recordings, weights and intervals."""

import numpy as np
import pytest

from sedtf_core.evaluation.bootstrap import (
    ClassMetric,
    RecordingGroups,
    class_metric,
    draw_weights,
    summarise,
)
from sedtf_core.evaluation.tagging import TaggingMetrics

LABELS = ("bark", "cello", "flute", "knock")


def test_a_present_class_belongs_to_its_recording_wherever_that_is_heard() -> None:
    groups = RecordingGroups(LABELS)
    first = groups.of_clip({"cello": "c.wav", "bark": "b.wav"})
    second = groups.of_clip({"knock": "k.wav", "cello": "c.wav"})
    assert first[1] == second[1]
    assert len({first[0], first[1], second[3]}) == 3


def test_an_absent_class_belongs_to_a_recording_that_is_heard_in_the_clip() -> None:
    groups = RecordingGroups(LABELS)
    groups.of_clip({"cello": "other.wav"})
    clip = groups.of_clip({"cello": "c.wav", "bark": "b.wav"})
    assert set(clip[2:]) == {clip[0], clip[1]}


def test_a_clip_without_events_is_a_recording_of_its_own() -> None:
    groups = RecordingGroups(LABELS)
    empty, other = groups.of_clip({}), groups.of_clip({})
    assert len(set(empty)) == len(set(other)) == 1
    assert empty[0] != other[0]


def test_recordings_beyond_the_last_group_share_groups() -> None:
    groups = RecordingGroups(LABELS, n_groups=2)
    dealt = [groups.of_clip({"bark": f"{n}.wav"})[0] for n in range(5)]
    assert dealt == [0, 1, 0, 1, 0]


def test_weights_are_positive_with_mean_one_and_repeat_with_the_seed() -> None:
    weights = draw_weights(50, 400, seed=3)
    assert weights.min() > 0
    assert weights.mean() == pytest.approx(1.0, abs=0.03)
    assert np.array_equal(weights, draw_weights(50, 400, seed=3))
    assert not np.array_equal(weights, draw_weights(50, 400, seed=4))


def mean_metric(values: np.ndarray):
    """Weighted mean of one value a group, as a metric of one class."""

    def metrics(weights):
        means = (weights @ values) / weights.sum(axis=1)
        return {"mean": class_metric(means[:, None], np.array([True]))}

    return metrics


def test_the_interval_of_a_mean_is_that_of_the_textbook() -> None:
    values = np.random.default_rng(0).normal(size=400)
    summary = summarise(["only"], mean_metric(values), 400, replicates=2000)
    half = 1.96 * values.std() / np.sqrt(400)
    assert summary.mean["mean"] == pytest.approx(values.mean())
    assert summary.interval["mean"] == pytest.approx(
        (values.mean() - half, values.mean() + half), abs=0.1 * half
    )
    assert summary.per_class_interval["only"] == summary.interval


def test_intervals_cover_the_truth_about_as_often_as_they_say() -> None:
    rng = np.random.default_rng(1)
    covered = 0
    for seed in range(200):
        values = rng.normal(size=40)
        low, high = summarise(["k"], mean_metric(values), 40, 300, seed).interval["mean"]
        covered += low <= 0.0 <= high
    assert 0.88 <= covered / 200 <= 0.99


def test_clips_that_share_a_recording_widen_the_interval() -> None:
    rng = np.random.default_rng(2)
    shared, own = (TaggingMetrics(["bark"], n_groups=100) for _ in range(2))
    for clip in range(100):
        recording = clip // 10
        hard = recording % 2  # a hard recording is missed in every clip it is heard in
        present = np.array([clip % 2 == 0])
        prob = np.array([rng.uniform(0.0, 0.3) if hard or not present[0] else 0.9])
        shared.update(prob, present, np.array([recording]))
        own.update(prob, present, np.array([clip]))
    widths = [np.diff(m.summary(400).interval["auc"])[0] for m in (shared, own)]
    assert shared.summary(0).mean == own.summary(0).mean
    assert widths[0] > 1.5 * widths[1]


def test_without_replicates_there_are_no_intervals() -> None:
    summary = summarise(["k"], mean_metric(np.ones(3)), 3, replicates=0)
    assert summary.interval == summary.per_class_interval == {}


def test_one_group_has_an_interval_without_width() -> None:
    low, high = summarise(["k"], mean_metric(np.ones(1)), 1, replicates=20).interval["mean"]
    assert low == high == 1.0


def test_a_mean_over_no_class_is_the_stated_value() -> None:
    metric = class_metric(np.ones((2, 3)), np.zeros(3, dtype=bool), empty=0.5)
    assert metric.mean.tolist() == [0.5, 0.5]


def test_misuse_is_refused_by_value() -> None:
    with pytest.raises(ValueError, match="got 0"):
        RecordingGroups(LABELS, n_groups=0)
    with pytest.raises(ValueError, match="'bark', 'bark'"):
        RecordingGroups(["bark", "bark"])
    with pytest.raises(ValueError, match="'horn' is not one of"):
        RecordingGroups(LABELS).of_clip({"horn": "h.wav"})
    with pytest.raises(ValueError, match="got -1"):
        summarise(["k"], mean_metric(np.ones(3)), 3, replicates=-1)
    with pytest.raises(ValueError, match=r"got 1\.5"):
        summarise(["k"], mean_metric(np.ones(3)), 3, replicates=9, level=1.5)


def test_an_interval_holds_its_value_even_where_replicates_are_biased() -> None:
    """The largest of a group's weights is never below 1, so its plain percentiles lie beside the value."""

    def metrics(weights: np.ndarray) -> dict[str, ClassMetric]:
        per_class = np.repeat(weights.max(axis=1, keepdims=True), 2, axis=1)
        return {"biased": class_metric(per_class, np.array([True, True]))}

    summary = summarise(("a", "b"), metrics, n_groups=20, replicates=200)
    low, high = summary.interval["biased"]
    assert low <= summary.mean["biased"] == 1.0 <= high
    assert low < high
