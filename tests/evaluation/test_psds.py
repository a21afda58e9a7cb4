"""PSDS against sed_scores_eval's frozen numbers and a plain loop over thresholds."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from sedtf_core.evaluation import psds
from sedtf_core.evaluation.psd_roc import PSDS1, PSDS2, PsdsConfig, psd_curve, psds_score
from sedtf_core.events import Event

GOLDEN = json.loads((Path(__file__).parents[1] / "data" / "psds_golden.json").read_text())
LABELS, HOP_S, CLIP_S = GOLDEN["labels"], GOLDEN["frame_hop_s"], GOLDEN["clip_s"]
CONFIGS = {"psds1": PSDS1, "psds2": PSDS2}


def golden_clips(case: dict) -> list[tuple[np.ndarray, list[Event]]]:
    """Scores and references of a frozen case."""
    return [(np.array(c["scores"]), [Event(*e) for e in c["events"]]) for c in case["clips"]]


def measured(case: dict, config: PsdsConfig, n_groups: int = 1) -> psds.PsdsMetrics:
    """Metric that has seen all clips of a case."""
    metrics = psds.PsdsMetrics(LABELS, config, HOP_S, n_groups)
    for number, (scores, events) in enumerate(golden_clips(case)):
        metrics.update(scores, events, CLIP_S, np.full(len(LABELS), number % n_groups))
    return metrics


@pytest.mark.parametrize("name", CONFIGS)
@pytest.mark.parametrize("case", GOLDEN["cases"])
def test_scores_equal_those_of_sed_scores_eval(case: dict, name: str) -> None:
    summary = measured(case, CONFIGS[name]).summary(replicates=0)
    assert summary.mean["psds"] == pytest.approx(case[name]["score"], abs=1e-9)
    for label, expected in case[name]["per_class"].items():
        assert summary.per_class[label]["psds"] == pytest.approx(expected, abs=1e-9)


def span(event: Event) -> tuple[float, float]:
    """Onset and offset."""
    return event.onset, event.offset


def shared(first: tuple[float, float], second: tuple[float, float]) -> float:
    """Seconds that two spans have in common."""
    return max(min(first[1], second[1]) - max(first[0], second[0]), 0.0)


def naive_counts(case: dict, config: PsdsConfig, label: str, threshold: float) -> tuple:
    """Found, false, crossed a class, of one class at one threshold, one detection at a time."""
    found, false, crossed = 0, 0, dict.fromkeys(LABELS, 0)
    for scores, events in golden_clips(case):
        active = [*(scores[LABELS.index(label)] >= threshold), False]
        detections, start = [], None
        for t, on in enumerate(active):
            if on and start is None:
                start = t
            elif not on and start is not None:
                detections.append((start * HOP_S, t * HOP_S))
                start = None

        own = [e for e in events if e.label == label]
        relevant = []
        for detection in detections:
            length = detection[1] - detection[0]
            if (
                sum(shared(detection, span(e)) for e in own)
                >= config.detection_share * length - 1e-6
            ):
                relevant.append(detection)
                continue
            false += 1
            for other in set(LABELS) - {label}:
                covered = sum(shared(detection, span(e)) for e in events if e.label == other)
                has_any = any(e.label == other for e in events)
                crossed[other] += has_any and covered >= config.cross_share * length - 1e-6
        for e in own:
            covered = sum(shared(span(e), detection) for detection in relevant)
            found += covered >= config.reference_share * (e.offset - e.onset) - 1e-6
    return found, false, crossed


@pytest.mark.parametrize("config", [PSDS1, PSDS2, PsdsConfig(0.5, 0.5, 0.1, 1.0, 0.0, 300.0)])
def test_scores_equal_a_plain_loop_over_thresholds(config: PsdsConfig) -> None:
    case = {"clips": GOLDEN["cases"][2]["clips"][:4]}
    clips = golden_clips(case)
    hours = len(clips) * CLIP_S / 3600
    events = [e for _, of_clip in clips for e in of_clip]
    curves = []
    for label in LABELS:
        thresholds = np.unique([scores[LABELS.index(label)] for scores, _ in clips])
        points = []
        for threshold in thresholds:
            found, false, crossed = naive_counts(case, config, label, threshold)
            rates = [
                3600 * crossed[other] / sum(e.offset - e.onset for e in events if e.label == other)
                for other in LABELS
                if other != label
            ]
            cost = false / hours + config.cross_weight * np.mean(rates)
            points.append((found / sum(e.label == label for e in events), cost))
        curves.append(psd_curve(*np.array(points).T))
    summary = measured(case, config).summary(replicates=0)
    assert summary.mean["psds"] == pytest.approx(psds_score(curves, config), abs=1e-9)


def test_the_area_of_a_step_is_its_height_times_its_width() -> None:
    config = replace(PSDS1, max_false_per_hour=10.0)
    curve = psd_curve(np.array([0.5, 0.4, 0.8, 1.0]), np.array([2.0, 3.0, 4.0, 20.0]))
    assert psds_score([curve], config) == pytest.approx((2 * 0.5 + 6 * 0.8) / 10)
    # the spread of two classes, one never found, eats their mean
    nothing = psd_curve(np.zeros(1), np.zeros(1))
    assert psds_score([curve, nothing], config) == pytest.approx(0.0)
    assert psds_score([curve, nothing], replace(config, spread_weight=0.0)) == pytest.approx(
        psds_score([curve], config) / 2
    )


def test_frame_scores_that_are_the_truth_score_one() -> None:
    scores = np.zeros((2, 50))
    scores[0, 10:20] = scores[1, 30:45] = 0.9
    events = [Event(1.0, 2.0, "bark"), Event(3.0, 4.5, "cello")]
    result = psds.evaluate([(scores, events, 5.0)], ["bark", "cello"], HOP_S)
    assert result == pytest.approx({"psds1": 1.0, "psds2": 1.0})


def test_an_absent_class_is_no_class() -> None:
    scores = np.zeros((2, 50))
    scores[0, 10:20], scores[1, 30:45] = 0.9, 0.7
    bark = [Event(1.0, 2.0, "bark")]
    metrics = psds.PsdsMetrics(["bark", "cello"], PSDS2, HOP_S)
    metrics.update(scores, bark, 5.0)
    summary = metrics.summary(replicates=3)
    assert summary.per_class == {"bark": {"psds": 1.0}, "cello": {"psds": 0.0}}
    assert summary.mean["psds"] == 1.0


def test_degenerate_input_scores_zero() -> None:
    nothing = {"psds1": 0.0, "psds2": 0.0}
    bark = [Event(1.0, 2.0, "bark")]
    assert psds.evaluate([], ["bark"], HOP_S) == nothing
    assert psds.evaluate([(np.ones((1, 50)), [], 5.0)], ["bark"], HOP_S) == nothing
    assert psds.evaluate([(np.zeros((1, 0)), bark, 5.0)], ["bark"], HOP_S) == nothing
    # constant scores detect the whole clip or nothing: one false positive, but of PSDS 2 a hit
    assert psds.evaluate([(np.full((1, 50), 0.3), bark, 5.0)], ["bark"], HOP_S) == {
        "psds1": 0.0,
        "psds2": 1.0,
    }


def test_intervals_surround_the_score_and_groups_beyond_the_limit_are_merged() -> None:
    case = GOLDEN["cases"][1]
    for n_groups in (24, 100):
        summary = measured(case, PSDS2, n_groups).summary(replicates=60)
        assert summary.mean["psds"] == pytest.approx(case["psds2"]["score"], abs=1e-6)
        low, high = summary.interval["psds"]
        assert 0.0 < low < summary.mean["psds"] + 0.05
        assert low < high < 1.0


def test_misuse_is_refused_by_value() -> None:
    metrics = psds.PsdsMetrics(["bark"], PSDS1, HOP_S)
    with pytest.raises(ValueError, match=r"got 0\.0"):
        metrics.update(np.zeros((1, 4)), [], 0.0)
    with pytest.raises(ValueError, match=r"got shape \(2, 4\)"):
        metrics.update(np.zeros((2, 4)), [], 1.0)
    with pytest.raises(ValueError, match=r"1\.5"):
        metrics.update(np.full((1, 4), 1.5), [], 1.0)
    with pytest.raises(ValueError, match=r"got -1\.0"):
        psds.PsdsMetrics(["bark"], PSDS1, -1.0)
    with pytest.raises(ValueError, match=r"1\.2"):
        PsdsConfig(1.2, 0.5)
    with pytest.raises(ValueError, match=r"got -1\.0"):
        PsdsConfig(0.5, 0.5, cross_weight=-1.0)
    with pytest.raises(ValueError, match=r"got 0\.0"):
        PsdsConfig(0.5, 0.5, max_false_per_hour=0.0)
