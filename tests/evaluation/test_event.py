"""Event metrics against sed_eval's frozen numbers and against trying every matching."""

import itertools
import json
from pathlib import Path

import numpy as np
import pytest

from sedtf_core.evaluation import event
from sedtf_core.evaluation.event import Collars
from sedtf_core.events import Event

GOLDEN = json.loads((Path(__file__).parents[1] / "data" / "sed_eval_golden.json").read_text())


def golden_clips(case: dict) -> list[tuple[list[Event], list[Event]]]:
    """References and estimates of a frozen case."""
    return [([Event(*e) for e in refs], [Event(*e) for e in ests]) for refs, ests in case["clips"]]


@pytest.mark.parametrize("empty_class", ["skip", "zero"])
@pytest.mark.parametrize("case", GOLDEN["cases"], ids=lambda case: case["name"])
def test_metrics_equal_those_of_sed_eval(case: dict, empty_class: str) -> None:
    metrics = event.EventMetrics(GOLDEN["labels"], empty_class=empty_class)
    for references, estimates in golden_clips(case):
        metrics.update(references, estimates)
    summary = metrics.summary(replicates=0)
    expected = case[empty_class]
    compared = [(summary.mean, expected["mean"])]
    compared += [(summary.per_class[k], values) for k, values in expected["per_class"].items()]
    for ours, theirs in compared:
        # where sed_eval has no number, a class without estimates, F1 is 0
        assert ours == pytest.approx({k: v or 0.0 for k, v in theirs.items()}, abs=1e-9)


def most_pairs(hit: np.ndarray) -> int:
    """Largest matching, by trying every assignment."""
    small = hit if hit.shape[0] <= hit.shape[1] else hit.T
    rows, columns = small.shape
    return max(
        sum(small[row, column] for row, column in enumerate(chosen))
        for chosen in itertools.permutations(range(columns), rows)
    )


def test_as_many_events_as_possible_are_matched() -> None:
    rng = np.random.default_rng(0)
    for _ in range(300):
        hit = rng.random(rng.integers(0, 6, size=2)) < rng.choice([0.2, 0.5, 0.8])
        assert len(event.match(hit)) == most_pairs(hit)


def test_a_long_chain_of_events_is_matched_to_its_end() -> None:
    n_events = 3000  # deeper than Python recurses
    hit = np.eye(n_events, dtype=bool) | np.eye(n_events, k=1, dtype=bool)
    hit = hit[:, np.r_[1:n_events, 0]]
    assert len(event.match(hit)) == n_events


def test_the_order_of_events_does_not_matter() -> None:
    clips = golden_clips(GOLDEN["cases"][-1])
    swapped = [(references[::-1], estimates[::-1]) for references, estimates in clips]
    labels = GOLDEN["labels"]
    assert event.evaluate(swapped, labels) == event.evaluate(clips, labels)


def test_events_of_different_clips_are_never_matched() -> None:
    bark = [Event(1.0, 2.0, "bark")]
    apart = event.evaluate([(bark, []), ([], bark)], ["bark"])
    assert apart == {"f1": 0.0, "er": 2.0, "deletions": 1.0, "insertions": 1.0}


def test_wider_collars_match_more() -> None:
    clips = golden_clips(GOLDEN["cases"][-1])
    f1 = [
        event.evaluate(clips, GOLDEN["labels"], Collars(onset_s=s, offset_s=s))["f1"]
        for s in (0.0, 0.1, 0.2, 1.0)
    ]
    assert f1 == sorted(f1)
    assert f1[0] < f1[-1]


def test_a_class_missed_completely_is_zero_or_skipped_as_asked() -> None:
    clips = [([Event(1.0, 2.0, "bark"), Event(3.0, 4.0, "cello")], [Event(1.0, 2.0, "bark")])]
    labels = ["bark", "cello", "flute"]
    assert event.evaluate(clips, labels, empty_class="zero")["f1"] == 0.5
    assert event.evaluate(clips, labels, empty_class="skip")["f1"] == 1.0
    for empty_class in ("zero", "skip"):
        # the error rate of a missed class is known either way
        assert event.evaluate(clips, labels, empty_class=empty_class)["er"] == 0.5


def test_an_absent_class_has_stated_values_and_is_left_out_of_the_means() -> None:
    metrics = event.EventMetrics(["bark", "cello", "flute"])
    bark = [Event(1.0, 2.0, "bark")]
    metrics.update(bark, [*bark, Event(1.0, 2.0, "cello"), Event(3.0, 4.0, "cello")])
    summary = metrics.summary(replicates=5)
    assert summary.per_class["cello"] == {
        "f1": 0.0,
        "er": 2.0,
        "deletions": 0.0,
        "insertions": 2.0,
    }
    assert not any(summary.per_class["flute"].values())
    assert summary.mean == {"f1": 1.0, "er": 0.0, "deletions": 0.0, "insertions": 0.0}


@pytest.mark.parametrize("empty_class", ["skip", "zero"])
def test_nothing_at_all_gives_zeros(empty_class: str) -> None:
    nothing = {"f1": 0.0, "er": 0.0, "deletions": 0.0, "insertions": 0.0}
    assert event.evaluate([], ["bark"], empty_class=empty_class) == nothing
    assert event.evaluate([([], [])], ["bark"], empty_class=empty_class) == nothing


def test_intervals_contain_the_values() -> None:
    metrics = event.EventMetrics(GOLDEN["labels"], n_groups=25)
    for group, (references, estimates) in enumerate(golden_clips(GOLDEN["cases"][-1])):
        metrics.update(references, estimates, np.full(4, group))
    summary = metrics.summary(replicates=300)
    for name, value in summary.mean.items():
        low, high = summary.interval[name]
        assert low < value < high


def test_misuse_is_refused_by_value() -> None:
    metrics = event.EventMetrics(["bark"])
    with pytest.raises(ValueError, match="'horn' is not one of"):
        metrics.update([], [Event(0.0, 1.0, "horn")])
    with pytest.raises(ValueError, match=r"got 2\.0 s and 1\.0 s"):
        metrics.update([Event(2.0, 1.0, "bark")], [])
    with pytest.raises(ValueError, match="nan"):
        metrics.update([Event(float("nan"), 1.0, "bark")], [])
    with pytest.raises(ValueError, match=r"-0\.1"):
        Collars(onset_s=-0.1)
