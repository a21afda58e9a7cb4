"""Freeze what sed_eval says about random and hand-made event lists in ``sed_eval_golden.json``.

Run in an environment of its own, since sed_eval needs an old setuptools:

    python -m venv golden && golden/bin/pip install "setuptools<81" sed_eval==0.2.1
    golden/bin/python tests/data/make_sed_eval_golden.py

An event is [onset, offset, label]; a clip is [references, estimates]. NaN is written as null.
"""

import json
import math
import random
from pathlib import Path

import sed_eval

LABELS = ["bark", "cello", "flute", "knock"]
HAND_MADE = {
    "exact": [[[[1.0, 2.0, "bark"]], [[1.0, 2.0, "bark"]]]],
    "onset at the collar": [[[[0.0, 1.0, "bark"]], [[0.2, 1.0, "bark"]]]],
    "onset within the collar by rounding": [[[[0.5, 2.0, "bark"]], [[0.7, 2.0, "bark"]]]],
    "onset beyond the collar by rounding": [[[[0.9, 2.0, "bark"]], [[1.1, 2.0, "bark"]]]],
    "onset beyond the collar": [[[[1.0, 2.0, "bark"]], [[1.25, 2.0, "bark"]]]],
    "offset within half the length": [[[[1.0, 3.0, "bark"]], [[1.0, 3.9, "bark"]]]],
    "offset at half the length": [[[[1.0, 3.0, "bark"]], [[1.0, 2.0, "bark"]]]],
    "offset beyond half the length": [[[[1.0, 3.0, "bark"]], [[1.0, 4.1, "bark"]]]],
    "short event keeps the 200 ms": [[[[1.0, 1.1, "bark"]], [[1.0, 1.25, "bark"]]]],
    "wrong label": [[[[1.0, 2.0, "bark"]], [[1.0, 2.0, "cello"]]]],
    "twice estimated": [[[[1.0, 2.0, "bark"]], [[1.0, 2.0, "bark"], [1.1, 2.1, "bark"]]]],
    "first come takes the wrong one": [
        [
            [[1.0, 2.0, "bark"], [1.3, 2.3, "bark"]],
            [[1.15, 2.15, "bark"], [0.9, 1.9, "bark"]],
        ]
    ],
    "class without estimates": [[[[1.0, 2.0, "bark"], [4.0, 5.0, "cello"]], [[1.0, 2.0, "bark"]]]],
    "class without references": [[[[1.0, 2.0, "bark"]], [[1.0, 2.0, "bark"], [4.0, 5.0, "cello"]]]],
    "clip without references": [
        [[[1.0, 2.0, "bark"]], [[1.0, 2.0, "bark"]]],
        [[], [[3.0, 4.0, "bark"]]],
    ],
    "clip without estimates": [
        [[[1.0, 2.0, "bark"]], [[1.0, 2.0, "bark"]]],
        [[[3.0, 4.0, "bark"]], []],
    ],
}


def random_clips(rng, n_clips):
    """Clips of random references, and estimates that move, drop, relabel and add to them."""
    clips = []
    for _ in range(n_clips):
        references, estimates = [], []
        for _ in range(rng.randint(0, 6)):
            onset, length = rng.uniform(0, 8), rng.choice([0.1, 0.5, 2.0])
            label = rng.choice(LABELS[:3])
            references.append([round(onset, 3), round(onset + length, 3), label])
            for _ in range(rng.choice([0, 1, 1, 1, 2])):
                start = max(0.0, onset + rng.gauss(0, 0.15))
                end = max(start, onset + length + rng.gauss(0, 0.4))
                named = label if rng.random() < 0.8 else rng.choice(LABELS)
                estimates.append([round(start, 3), round(end, 3), named])
        clips.append([references, estimates])
    return clips


def as_dicts(events):
    """Events as sed_eval reads them."""
    return [
        {"event_onset": on, "event_offset": off, "event_label": label, "file": "clip"}
        for on, off, label in events
    ]


def expect(clips, handling):
    """Class-wise and averaged metrics of sed_eval over the classes that occur.

    Of a class that does not occur sed_eval would divide the insertions by an epsilon.
    """
    occurring = sorted({label for references, _ in clips for _, _, label in references})
    metrics = sed_eval.sound_event.EventBasedMetrics(
        occurring,
        t_collar=0.2,
        percentage_of_length=0.5,
        event_matching_type="optimal",
        empty_system_output_handling=handling,
    )
    for references, estimates in clips:
        metrics.evaluate(as_dicts(references), as_dicts(estimates))
    class_wise = metrics.results_class_wise_metrics()
    average = metrics.results_class_wise_average_metrics()
    return {
        "per_class": {label: flatten(class_wise[label]) for label in occurring},
        "mean": flatten(average),
    }


def flatten(result):
    """The four numbers that we compare."""
    numbers = {
        "f1": result["f_measure"]["f_measure"],
        "er": result["error_rate"]["error_rate"],
        "deletions": result["error_rate"]["deletion_rate"],
        "insertions": result["error_rate"]["insertion_rate"],
    }
    return {name: None if math.isnan(value) else value for name, value in numbers.items()}


def main():
    """Write the cases with what sed_eval says."""
    rng = random.Random(0)
    cases = dict(HAND_MADE)
    cases |= {f"random {n}": random_clips(rng, 1 + 4 * n) for n in range(6)}
    golden = [
        {
            "name": name,
            "clips": clips,
            "skip": expect(clips, None),
            "zero": expect(clips, "zero_score"),
        }
        for name, clips in cases.items()
    ]
    document = {"sed_eval": sed_eval.__version__, "labels": LABELS, "cases": golden}
    path = Path(__file__).with_name("sed_eval_golden.json")
    path.write_text(json.dumps(document, separators=(",", ":")).replace('{"name"', '\n{"name"'))


if __name__ == "__main__":
    main()
