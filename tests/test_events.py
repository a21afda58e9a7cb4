"""Events against a loop over frames, frozen cases shared with the browser, and the way back to frames."""

import json
import subprocess
import sys
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sedtf_core.config import DetectionConfig
from sedtf_core.events import (
    Event,
    detect_frames,
    detection_above,
    events_to_frames,
    frames_to_events,
    median_filter,
)

HOP_S = 0.032
CASES: list[dict[str, Any]] = json.loads(
    (Path(__file__).parent / "data" / "event_cases.json").read_text("utf-8")
)["cases"]
# Every length at least one frame, so that no event is lost on the way.
KEEP_ALL = DetectionConfig(min_event_frames=0, max_gap_frames=0)


def naive_detect_frames(scores: Sequence[float], config: DetectionConfig) -> list[list[int]]:
    """The paper's rule, frame by frame: seed above high, grow while above low, join, drop."""
    high, low = np.float32(config.high_threshold), np.float32(config.low_threshold)
    half, last = config.median_frames // 2, len(scores) - 1
    smooth = [
        median(scores[min(last, max(0, k))] for k in range(t - half, t + half + 1))
        for t in range(len(scores))
    ]
    active = set()
    for seed in (t for t, score in enumerate(smooth) if score > high):
        for step in (-1, 1):
            t = seed
            while 0 <= t <= last and smooth[t] > low:
                active.add(t)
                t += step
    runs: list[list[int]] = []
    for t in sorted(active):
        if runs and runs[-1][1] == t:
            runs[-1][1] = t + 1
        else:
            runs.append([t, t + 1])
    if config.drop_first:
        return naive_join(naive_drop(runs, config), config)
    return naive_drop(naive_join(runs, config), config)


def naive_join(runs: list[list[int]], config: DetectionConfig) -> list[list[int]]:
    joined: list[list[int]] = []
    for start, stop in runs:
        if joined and start - joined[-1][1] < config.max_gap_frames:
            joined[-1][1] = stop
        else:
            joined.append([start, stop])
    return joined


def naive_drop(runs: list[list[int]], config: DetectionConfig) -> list[list[int]]:
    return [run for run in runs if run[1] - run[0] >= config.min_event_frames]


# Few levels, so that scores often lie on a threshold.
LEVELS = [float(np.float32(level)) for level in (0.0, 0.05, 0.1, 0.15, 0.2, 0.3, 0.5, 1.0)]
score_lists = st.lists(st.sampled_from(LEVELS), max_size=60)


@st.composite
def configs(draw: st.DrawFn) -> DetectionConfig:
    low, high = sorted(draw(st.tuples(*[st.sampled_from([0.0, 0.1, 0.2, 0.5, 1.0])] * 2)))
    return DetectionConfig(
        low_threshold=low,
        high_threshold=high,
        min_event_frames=draw(st.integers(0, 12)),
        max_gap_frames=draw(st.integers(0, 12)),
        median_frames=draw(st.sampled_from([1, 3, 9])),
        drop_first=draw(st.booleans()),
    )


# --- One class: scores to runs of frames ---


@given(score_lists, configs())
@settings(max_examples=300, deadline=None)
def test_runs_equal_those_of_a_loop_over_frames(
    scores: list[float], config: DetectionConfig
) -> None:
    found = detect_frames(np.array(scores, np.float32), config)
    assert found.tolist() == naive_detect_frames(scores, config)


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_events_are_those_of_the_file_that_the_browser_is_tested_on(case: dict[str, Any]) -> None:
    config = DetectionConfig(**case["detection"])
    scores = np.array([case["scores"]], np.float32)
    detected = np.array(case["probs"], np.float32) >= np.float32(config.tagging_threshold)
    events = frames_to_events(
        scores, ["a"], config, 1.0, detected=detected[None] if len(detected) > 1 else detected
    )
    assert [[event.onset, event.offset] for event in events] == case["runs"]


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_the_file_agrees_with_the_loop_over_frames(case: dict[str, Any]) -> None:
    config = DetectionConfig(**case["detection"])
    threshold = np.float32(config.tagging_threshold)
    probs = case["probs"] if len(case["probs"]) > 1 else case["probs"] * len(case["scores"])
    gated = [
        score if prob >= threshold else 0.0
        for score, prob in zip(case["scores"], probs, strict=True)
    ]
    assert naive_detect_frames(gated, config) == case["runs"]


def test_the_scores_in_the_file_are_exact_in_32_bits() -> None:
    assert len(CASES) >= 60
    for case in CASES:
        for name in ("scores", "probs"):
            numbers = np.array(case[name], np.float64)
            np.testing.assert_array_equal(numbers.astype(np.float32).astype(np.float64), numbers)


@given(score_lists, configs())
@settings(max_examples=100, deadline=None)
def test_detected_runs_are_apart_long_enough_and_rise_above_the_high_threshold(
    scores: list[float], config: DetectionConfig
) -> None:
    array = np.array(scores, np.float32)
    runs = detect_frames(array, config)
    smooth = median_filter(array, config.median_frames)
    for start, stop in runs:
        assert stop - start >= max(1, config.min_event_frames)
        assert smooth[start:stop].max() > np.float32(config.high_threshold)
    for (_, stop), (start, _) in pairwise(runs):
        assert start - stop >= max(1, config.max_gap_frames)


@given(score_lists, st.sampled_from([1, 3, 9, 99]))
@settings(max_examples=100, deadline=None)
def test_the_median_keeps_length_and_type_and_takes_values_that_are_there(
    scores: list[float], frames: int
) -> None:
    smooth = median_filter(np.array(scores, np.float32), frames)
    assert smooth.shape == (len(scores),)
    assert smooth.dtype == np.float32
    assert set(smooth.tolist()) <= set(scores)


def test_a_score_on_a_threshold_does_not_exceed_it_in_32_or_in_64_bits() -> None:
    for dtype in (np.float32, np.float64):
        assert len(detect_frames(np.full(30, 0.2, dtype), DetectionConfig())) == 0
        just_over = np.nextafter(np.full(30, 0.2, dtype), dtype(1))
        assert detect_frames(just_over, DetectionConfig()).tolist() == [[0, 30]]


def test_the_order_of_dropping_and_joining_matters() -> None:
    scores = np.repeat(np.array([0.5, 0.0, 0.5], np.float32), [6, 4, 6])
    assert detect_frames(scores, DetectionConfig()).tolist() == [[0, 16]]
    assert len(detect_frames(scores, DetectionConfig(drop_first=True))) == 0


# --- Classes: events in seconds ---


def test_an_event_lasts_from_its_first_frame_to_the_end_of_its_last() -> None:
    scores = np.zeros((2, 100), np.float32)
    scores[1, 10:30] = 0.5
    (event,) = frames_to_events(scores, ["a", "b"], DetectionConfig(), HOP_S)
    assert event.label == "b"
    assert event.onset == pytest.approx(0.32)
    assert event.offset == pytest.approx(0.96)


def test_events_of_all_classes_are_in_order_of_onset() -> None:
    scores = np.zeros((2, 200), np.float32)
    scores[0, 20:40] = scores[0, 120:140] = scores[1, 5:90] = scores[1, 120:150] = 0.5
    events = frames_to_events(scores, ["b", "a"], DetectionConfig(), 1.0)
    assert [(e.onset, e.offset, e.label) for e in events] == [
        (5, 90, "a"),
        (20, 40, "b"),
        (120, 140, "b"),
        (120, 150, "a"),
    ]


def test_only_detected_classes_have_events() -> None:
    scores = np.full((3, 50), 0.5, np.float32)
    detected = np.array([True, False, True])
    events = frames_to_events(scores, ["a", "b", "c"], DetectionConfig(), 1.0, detected=detected)
    assert [event.label for event in events] == ["a", "c"]


def test_only_detected_frames_have_events() -> None:
    scores = np.full((2, 50), 0.5, np.float32)
    detected = np.zeros((2, 50), dtype=bool)
    detected[1, 12:40] = True
    events = frames_to_events(scores, ["a", "b"], DetectionConfig(), 1.0, detected=detected)
    assert events == [Event(12.0, 40.0, "b")]


@pytest.mark.parametrize("shape", [(0, 10), (3, 0)])
def test_no_class_or_no_frame_has_no_event(shape: tuple[int, int]) -> None:
    labels = ["a", "b", "c"][: shape[0]]
    assert frames_to_events(np.zeros(shape, np.float32), labels, DetectionConfig(), HOP_S) == []


def test_a_missing_label_is_an_error() -> None:
    with pytest.raises(ValueError, match="1 labels for 2 classes"):
        frames_to_events(np.zeros((2, 5), np.float32), ["a"], DetectionConfig(), HOP_S)


def test_the_scores_are_not_changed() -> None:
    scores = np.random.default_rng(0).random((3, 80), dtype=np.float32)
    before = scores.copy()
    detected = np.array([True, False, True])
    config = DetectionConfig(median_frames=5)
    frames_to_events(scores, ["a", "b", "c"], config, HOP_S, detected=detected)
    np.testing.assert_array_equal(scores, before)


# --- Events to frames ---


@given(
    st.lists(st.lists(st.booleans(), min_size=30, max_size=30), min_size=1, max_size=3),
    st.sampled_from([0.032, 0.01, 1 / 3, 1024 / 44_100]),
    st.integers(0, 100_000),
)
@settings(max_examples=100, deadline=None)
def test_frames_to_events_to_frames_is_stable(
    rows: list[list[bool]], hop_s: float, silent_frames: int
) -> None:
    active = np.pad(np.array(rows), ((0, 0), (silent_frames, 0)))
    labels = [f"class {row}" for row in range(len(rows))]
    events = frames_to_events(active.astype(np.float32), labels, KEEP_ALL, hop_s)
    again = events_to_frames(events, labels, active.shape[1], hop_s)
    np.testing.assert_array_equal(again, active)
    assert frames_to_events(again.astype(np.float32), labels, KEEP_ALL, hop_s) == events


@given(
    st.lists(st.tuples(st.integers(-20, 700), st.integers(0, 300)), max_size=6),
    st.sampled_from([20, 40, 64]),
)
@settings(max_examples=150, deadline=None)
def test_covered_frames_equal_those_of_a_loop(spans: list[tuple[int, int]], length: int) -> None:
    """In milliseconds, so that the reference is exact; the hop is 20 ms."""
    events = [Event(onset / 1000, (onset + size) / 1000, "a") for onset, size in spans]
    expected = [
        any(2 * on <= 2 * 20 * t + length < 2 * (on + size) for on, size in spans)
        for t in range(30)
    ]
    covered = events_to_frames(events, ["a"], 30, 0.020, length / 1000)
    assert covered[0].tolist() == expected


def test_an_event_with_its_edges_on_middles_of_frames_covers_the_first_and_not_the_last() -> None:
    """Whatever the noise of the seconds: (a + 1) · hop is the middle of frame a of two hops."""
    for first in range(0, 4000, 7):
        event = Event((first + 1) * HOP_S, (first + 21) * HOP_S, "a")
        covered = np.flatnonzero(events_to_frames([event], ["a"], 4100, HOP_S, 2 * HOP_S)[0])
        assert (covered[0], covered[-1], len(covered)) == (first, first + 19, 20)


def test_a_two_second_event_covers_the_frames_whose_middle_lies_inside_it() -> None:
    window_s = 2048 / 32_000
    covered = events_to_frames([Event(1.0, 3.0, "a")], ["a"], 311, HOP_S, window_s)
    frames = np.flatnonzero(covered[0])
    middles_s = frames * HOP_S + window_s / 2
    assert middles_s[0] - HOP_S < 1.0 <= middles_s[0]
    assert middles_s[-1] < 3.0 <= middles_s[-1] + HOP_S
    assert len(frames) == 62


def test_overlapping_events_of_a_class_merge_and_other_classes_stay_apart() -> None:
    events = [Event(0.0, 5.0, "a"), Event(3.0, 8.0, "a"), Event(6.0, 20.0, "b")]
    covered = events_to_frames(events, ["b", "a"], 10, 1.0)
    assert np.flatnonzero(covered[1]).tolist() == list(range(8))
    assert np.flatnonzero(covered[0]).tolist() == [6, 7, 8, 9]


def test_no_event_covers_no_frame() -> None:
    assert not events_to_frames([], ["a", "b"], 10, HOP_S).any()
    assert events_to_frames([Event(0.0, 1.0, "a")], ["a"], 0, HOP_S).shape == (1, 0)


def test_an_unknown_label_is_an_error() -> None:
    with pytest.raises(ValueError, match="'cat' is not among the classes"):
        events_to_frames([Event(0.0, 1.0, "cat")], ["dog"], 10, HOP_S)


def test_a_detection_exceeds_the_thresholds_that_metrics_chose() -> None:
    base = DetectionConfig(min_event_frames=1, max_gap_frames=1)
    chosen = detection_above(0.3, 0.4, base)
    at = np.array([0.3], np.float32)
    assert not (at >= np.float32(chosen.tagging_threshold)).any()
    assert (np.nextafter(at, np.float32(1)) >= np.float32(chosen.tagging_threshold)).all()
    scores = np.array([[0.4, 0.41, 0.4]], np.float32)
    assert frames_to_events(scores, ["a"], chosen, 1.0) == [Event(1.0, 2.0, "a")]
    assert (chosen.min_event_frames, chosen.max_gap_frames) == (1, 1)


def test_events_need_nothing_heavy() -> None:
    heavy = "{'torch', 'librosa', 'matplotlib', 'av', 'soxr', 'scipy'}"
    code = f"import sys, sedtf_core.events; print({heavy} & set(sys.modules))"
    printed = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert printed.stdout.strip() == "set()"
