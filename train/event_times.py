"""How early or late a system's events begin and end, and what event F1 makes of it.

    python -m train.event_times gwrp dnn --sounds DIR --snr 10 --count 200

A true event is held against the event found of its class that overlaps it most, if there is one. Errors are
the found time minus the true one: what is early lies below 0. How much of event F1 the onset's collar
decides is seen from F1 at other collars than the 200 ms of the tables.
"""

import sys
from collections.abc import Iterable, Sequence
from functools import partial

import numpy as np

from sedtf_core.checkpoints import load_checkpoint
from sedtf_core.command_line import Parser, command
from sedtf_core.evaluation.event import Collars, EventMetrics
from sedtf_core.events import Event
from sedtf_core.inference import Analyser
from sedtf_core.mixing import Mixture
from train.mixtures import add_mixture_arguments, draw_mixtures, open_mixtures, require_known

ONSET_COLLARS_S = (0.1, 0.2, 0.25, 0.3, 0.5)


def time_errors(truth: Sequence[Event], found: Sequence[Event]) -> list[tuple[float, float]]:
    """Onset and offset error, in seconds, of each true event that a found one of its class overlaps."""
    errors = []
    for true in truth:
        own = [
            event for event in found if event.label == true.label and _overlap_s(true, event) > 0
        ]
        if own:
            nearest = max(own, key=partial(_overlap_s, true))
            errors.append((nearest.onset - true.onset, nearest.offset - true.offset))
    return errors


def _overlap_s(one: Event, other: Event) -> float:
    """How long both sound, in seconds; not above 0 if they never do."""
    return min(one.offset, other.offset) - max(one.onset, other.onset)


def report(name: str, analyser: Analyser, mixtures: Iterable[Mixture]) -> str:
    """What one system's events are like; of their times only where there are any."""
    metrics = [
        EventMetrics(analyser.checkpoint.metadata.labels, Collars(collar))
        for collar in ONSET_COLLARS_S
    ]
    errors, true_events = [], 0
    for mixture in mixtures:
        found = analyser(mixture.mixture).events
        errors += time_errors(mixture.events, found)
        true_events += len(mixture.events)
        for metric in metrics:
            metric.update(mixture.events, found)
    f1 = [metric.summary(replicates=0).mean["f1"] for metric in metrics]
    at_collars = (f"{a:.3f} at {1000 * s:.0f} ms" for a, s in zip(f1, ONSET_COLLARS_S, strict=True))
    lines = [
        f"{name}: {len(errors)} of {true_events} true events are overlapped by one of their class",
        *([f"  {_quartiles(errors)}"] if errors else []),
        f"  event F1 by collar of the onset: {', '.join(at_collars)}",
    ]
    return "\n".join(lines)


def _quartiles(errors: Sequence[tuple[float, float]]) -> str:
    """The quartiles of both errors, in milliseconds."""
    low, middle, high = 1000 * np.percentile(errors, (25, 50, 75), axis=0)
    return ", ".join(
        f"{what} off by {middle[k]:+.0f} ms at the median ({low[k]:+.0f} to {high[k]:+.0f} for half of them)"
        for k, what in enumerate(("onset", "offset"))
    )


@command
def main(arguments: list[str] | None = None) -> None:
    """Print what each system's events are like."""
    parser = Parser(prog="python -m train.event_times", description=__doc__)
    parser.add_argument("checkpoints", nargs="+", help="shipped names or paths")
    add_mixture_arguments(parser)
    options = parser.parse_args(arguments)
    bank, config = open_mixtures(options)
    for name in options.checkpoints:
        checkpoint = load_checkpoint(name)
        require_known(bank, checkpoint)
        mixtures = draw_mixtures(bank, config, options.count, options.seed)
        print(report(name, Analyser(checkpoint), mixtures), flush=True)


if __name__ == "__main__":
    sys.exit(main())
