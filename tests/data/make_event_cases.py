"""Write ``event_cases.json``: frame scores of one class and the runs of frames that are its events.

Run it from the repository root: ``python -m tests.data.make_event_cases``. Python and JavaScript are tested
on the same file. A case is

- ``scores``: float32 numbers, one a frame; to be compared with thresholds rounded to float32,
- ``probs``: what decides detection, one number for the clip or one a frame, also float32,
- ``detection``: the fields of DetectionConfig,
- ``runs``: [start, stop) in frames for each event, so that with a hop of 1 s they are onset and offset.

The runs of the cases drawn by hand are written down by hand, and the script stops where
``sedtf_core.events`` says otherwise; those of the random ones are what it says.
"""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from sedtf_core.config import DetectionConfig
from sedtf_core.events import frames_to_events

Spans = list[tuple[float, int]]
Runs = list[list[int]]

ABOVE_LOW = float(np.nextafter(np.float32(0.1), np.float32(1)))
BELOW_LOW = float(np.nextafter(np.float32(0.1), np.float32(0)))
ABOVE_HIGH = float(np.nextafter(np.float32(0.2), np.float32(1)))
BELOW_HIGH = float(np.nextafter(np.float32(0.2), np.float32(0)))
TWO_SHORT: Spans = [(0.5, 6), (0.0, 4), (0.5, 6)]
SPIKES: Spans = [(0.0, 3), (0.9, 1), (0.0, 3), (0.9, 2), (0.0, 3)]

# Name: (score, frames) …, settings that are not the default, expected runs.
BY_HAND: dict[str, tuple[Spans, dict[str, Any], Runs]] = {
    "empty": ([], {}, []),
    "empty with a median": ([], {"median_frames": 5}, []),
    "silence": ([(0.0, 40)], {}, []),
    "all on": ([(1.0, 40)], {}, [[0, 40]]),
    "one silent frame": ([(0.0, 1)], {}, []),
    "one frame is too short": ([(1.0, 1)], {}, []),
    "one frame is enough": ([(1.0, 1)], {"min_event_frames": 1}, [[0, 1]]),
    "one frame with a median": ([(1.0, 1)], {"min_event_frames": 1, "median_frames": 9}, [[0, 1]]),
    "one event": ([(0.0, 5), (0.5, 20), (0.0, 5)], {}, [[5, 25]]),
    "event at the beginning": ([(0.5, 12), (0.0, 30)], {}, [[0, 12]]),
    "event at the end": ([(0.0, 30), (0.5, 12)], {}, [[30, 42]]),
    "two events": ([(0.5, 12), (0.0, 15), (0.5, 13)], {}, [[0, 12], [27, 40]]),
    "extends both ways": ([(0.0, 3), (0.15, 8), (0.3, 1), (0.15, 8)], {}, [[3, 20]]),
    "never over the high threshold": ([(0.0, 3), (0.15, 30), (0.0, 3)], {}, []),
    "two peaks over one low stretch": ([(0.3, 3), (0.15, 20), (0.3, 3)], {}, [[0, 26]]),
    "no peak in the second stretch": ([(0.3, 12), (0.0, 20), (0.15, 12)], {}, [[0, 12]]),
    "at the high threshold": ([(0.0, 3), (0.2, 20)], {}, []),
    "just over the high threshold": ([(0.0, 3), (ABOVE_HIGH, 20)], {}, [[3, 23]]),
    "just under the high threshold": ([(0.0, 3), (BELOW_HIGH, 20)], {}, []),
    "at the low threshold": ([(0.1, 12), (0.5, 12), (0.1, 12)], {}, [[12, 24]]),
    "just over the low threshold": ([(ABOVE_LOW, 12), (0.5, 12), (0.1, 3)], {}, [[0, 24]]),
    "just under the low threshold": ([(BELOW_LOW, 12), (0.5, 12)], {}, [[12, 24]]),
    "at a threshold that float32 holds exactly": (
        [(0.25, 4), (0.5, 12), (0.75, 12), (0.25, 4)],
        {"low_threshold": 0.25, "high_threshold": 0.5},
        [[4, 28]],
    ),
    "at both thresholds in one": (
        [(0.5, 12), (0.75, 12)],
        {"low_threshold": 0.5, "high_threshold": 0.5},
        [[12, 24]],
    ),
    "thresholds of zero": (
        [(0.0, 4), (2**-20, 12), (0.0, 4)],
        {"low_threshold": 0.0, "high_threshold": 0.0},
        [[4, 16]],
    ),
    "thresholds of one": ([(1.0, 30)], {"low_threshold": 1.0, "high_threshold": 1.0}, []),
    "gap of nine is joined": ([(0.5, 12), (0.0, 9), (0.5, 12)], {}, [[0, 33]]),
    "gap of ten is kept": ([(0.5, 12), (0.0, 10), (0.5, 12)], {}, [[0, 12], [22, 34]]),
    "no joining": (
        [(0.5, 12), (0.0, 1), (0.5, 12)],
        {"max_gap_frames": 0},
        [[0, 12], [13, 25]],
    ),
    "a gap of one is not shorter than one": (
        [(0.5, 12), (0.0, 1), (0.5, 12)],
        {"max_gap_frames": 1},
        [[0, 12], [13, 25]],
    ),
    "a gap of one is shorter than two": (
        [(0.5, 12), (0.0, 1), (0.5, 12)],
        {"max_gap_frames": 2},
        [[0, 25]],
    ),
    "a stretch without a peak does not bridge a gap": (
        [(0.5, 12), (0.0, 8), (0.15, 4), (0.0, 8), (0.5, 12)],
        {},
        [[0, 12], [32, 44]],
    ),
    "a chain of joins": (
        [(0.5, 4), (0.0, 5), (0.5, 4), (0.0, 5), (0.5, 4), (0.0, 5), (0.5, 4)],
        {},
        [[0, 31]],
    ),
    "nine frames are dropped": ([(0.0, 5), (0.5, 9), (0.0, 5)], {}, []),
    "ten frames are kept": ([(0.0, 5), (0.5, 10), (0.0, 5)], {}, [[5, 15]]),
    "nothing is too short": (
        SPIKES,
        {"min_event_frames": 0, "max_gap_frames": 0},
        [[3, 4], [7, 9]],
    ),
    "joined, then long enough": (TWO_SHORT, {}, [[0, 16]]),
    "dropped before they could be joined": (TWO_SHORT, {"drop_first": True}, []),
    "dropped first, the long ones joined": (
        [(0.5, 12), (0.0, 6), (0.5, 3), (0.0, 6), (0.5, 12)],
        {"drop_first": True, "max_gap_frames": 16},
        [[0, 39]],
    ),
    "dropped first, the gap grows too long": (
        [(0.5, 12), (0.0, 6), (0.5, 3), (0.0, 6), (0.5, 12)],
        {"drop_first": True},
        [[0, 12], [27, 39]],
    ),
    "a median removes spikes": (
        SPIKES,
        {"median_frames": 5, "min_event_frames": 1, "max_gap_frames": 0},
        [],
    ),
    "a median fills a notch": (
        [(0.0, 4), (0.5, 8), (0.0, 1), (0.5, 8), (0.0, 4)],
        {"median_frames": 3, "max_gap_frames": 0},
        [[4, 21]],
    ),
    "a median repeats the edges": (
        [(0.5, 2), (0.0, 8), (0.5, 3)],
        {"median_frames": 5, "min_event_frames": 1, "max_gap_frames": 0},
        [[0, 2], [10, 13]],
    ),
    "a median wider than the clip": (
        [(0.0, 2), (0.5, 3)],
        {"median_frames": 11, "min_event_frames": 1},
        [[2, 5]],
    ),
}
# Name: probability of the clip or of each stretch, scores, settings, expected runs.
GATED: dict[str, tuple[Spans, Spans, dict[str, Any], Runs]] = {
    "at the tagging threshold": ([(0.1, 1)], [(0.5, 20)], {}, [[0, 20]]),
    "just under the tagging threshold": ([(BELOW_LOW, 1)], [(0.5, 20)], {}, []),
    "half the clip is detected": ([(0.05, 15), (0.9, 15)], [(0.5, 30)], {}, [[15, 30]]),
    "joined over frames that are not detected": (
        [(0.9, 12), (0.0, 6), (0.9, 12)],
        [(0.5, 30)],
        {},
        [[0, 30]],
    ),
    "no frame is detected": ([(0.05, 30)], [(0.5, 30)], {}, []),
    "a median after gating": (
        [(0.0, 10), (0.9, 1), (0.0, 10)],
        [(0.5, 21)],
        {"median_frames": 3, "min_event_frames": 1},
        [],
    ),
}
N_RANDOM = 24


def spread(spans: Spans) -> list[float]:
    """A number a frame, as float32 has it."""
    return [float(np.float32(value)) for value, frames in spans for _ in range(frames)]


def expected_runs(scores: list[float], probs: list[float], config: DetectionConfig) -> Runs:
    """What ``sedtf_core.events`` says, in frames."""
    detected = np.array(probs, np.float32) >= np.float32(config.tagging_threshold)
    events = frames_to_events(
        np.array([scores], np.float32),
        ["event"],
        config,
        1.0,
        detected=detected[None] if len(probs) > 1 else detected,
    )
    return [[round(event.onset), round(event.offset)] for event in events]


def case(
    name: str, scores: list[float], probs: list[float], config: DetectionConfig
) -> dict[str, Any]:
    """One entry of the file."""
    runs = expected_runs(scores, probs, config)
    return {
        "name": name,
        "scores": scores,
        "probs": probs,
        "detection": asdict(config),
        "runs": runs,
    }


def random_case(number: int) -> dict[str, Any]:
    """Scores that wander about the thresholds, often on them, with settings at random."""
    rng = np.random.default_rng(number)
    low = float(rng.choice([0.05, 0.1, 0.3]))
    high = low + float(rng.choice([0.0, 0.1, 0.25]))
    config = DetectionConfig(
        high_threshold=high,
        low_threshold=low,
        min_event_frames=int(rng.integers(0, 8)),
        max_gap_frames=int(rng.integers(0, 8)),
        median_frames=int(rng.choice([1, 1, 3, 7])),
        drop_first=bool(number % 2),
    )
    walk = np.abs(np.cumsum(rng.normal(0, 0.08, int(rng.integers(40, 100)))) + 0.15) % 1
    scores = np.round(walk * 256) / 256
    for threshold in (low, high):
        scores[rng.random(len(scores)) < 0.08] = threshold
    probs = [(1.0, 1)] if number % 3 else [(float(p), 10) for p in rng.choice([0.0, 0.1, 0.8], 10)]
    frames = spread([(float(score), 1) for score in scores])
    per_frame = spread(probs)
    if len(per_frame) > 1:
        per_frame = per_frame[: len(frames)]
    return case(f"random {number}", frames, per_frame, config)


def main() -> None:
    """Check the cases by hand, add the random ones and write the file."""
    gated = {name: ([(1.0, 1)], *rest) for name, rest in BY_HAND.items()} | GATED
    cases = []
    for name, (probs, scores, settings, runs) in gated.items():
        made = case(name, spread(scores), spread(probs), DetectionConfig(**settings))
        if made["runs"] != runs:
            raise SystemExit(f"{name}: expected {runs}, got {made['runs']}")
        cases.append(made)
    cases += [random_case(number) for number in range(N_RANDOM)]
    lines = ",\n".join(json.dumps(entry, separators=(",", ":")) for entry in cases)
    path = Path(__file__).with_name("event_cases.json")
    path.write_text(f'{{"cases":[\n{lines}\n]}}\n', "utf-8")


if __name__ == "__main__":
    main()
