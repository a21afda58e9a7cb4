"""How often a system's first guesses hold all classes of a mixture of library sounds.

    python -m train.library_tags gwrp gap --library assets/library --snr 10 --count 100

The library's sounds were in no training, validation or test split: this is what a visitor of the application
meets. A class counts as found if its clip probability is among the ``--first`` highest.
"""

import sys
from collections import Counter
from pathlib import Path

import numpy as np

from sedtf_core.checkpoints import load_checkpoint
from sedtf_core.command_line import Parser, at_least, command, finite, given_path
from sedtf_core.config import DetectionConfig
from sedtf_core.datasets import SoundBank
from sedtf_core.errors import InputError
from sedtf_core.inference import Analyser
from sedtf_core.mixing import Mixture
from train.mixtures import config_at, draw_mixtures


def found_among_first(analyser: Analyser, mixture: Mixture, first: int) -> set[str]:
    """Return which of a mixture's classes are among the likeliest ``first``."""
    analysis = analyser(mixture.mixture)
    likeliest = np.argsort(-analysis.clip_probs, kind="stable")[:first]
    guesses = {analysis.labels[index] for index in likeliest}
    return guesses & set(mixture.labels)


def class_lines(present: Counter[str], found: Counter[str]) -> list[str]:
    """Return a line a class, the one found in the smallest share of its mixtures first."""
    worst_first = sorted(present, key=lambda label: (found[label] / present[label], label))
    return [f"  {label}: {found[label]} of {present[label]}" for label in worst_first]


@command
def main(arguments: list[str] | None = None) -> None:
    """Print a line a system, and a line a class if asked to."""
    parser = Parser(prog="python -m train.library_tags", description=__doc__)
    parser.add_argument("checkpoints", nargs="+", help="shipped names or paths")
    parser.add_argument("--library", type=given_path, default=Path("assets/library"))
    parser.add_argument("--snr", type=finite, default=10.0, help="in dB")
    parser.add_argument("--count", type=at_least(1), default=100, help="number of mixtures")
    parser.add_argument("--first", type=at_least(1), default=5, help="number of guesses")
    parser.add_argument("--seed", type=at_least(0), default=0)
    parser.add_argument(
        "--section-s", type=finite, default=DetectionConfig.section_s, metavar="S",
        help="tag in half-overlapping sections of this length, each class by the highest",
    )  # fmt: skip
    parser.add_argument(
        "--per-class",
        action="store_true",
        help="also in how many of its mixtures each class is found",
    )
    options = parser.parse_args(arguments)
    try:
        detection = DetectionConfig(section_s=options.section_s)
    except ValueError as error:
        raise InputError(f"{error}; choose another --section-s") from None
    bank = SoundBank.open(options.library)
    config = config_at(options.snr)
    for name in options.checkpoints:
        analyser = Analyser(load_checkpoint(name), detection)
        counts: list[int] = []
        present, found = Counter[str](), Counter[str]()
        for mixture in draw_mixtures(bank, config, options.count, options.seed):
            named = found_among_first(analyser, mixture, options.first)
            counts.append(len(named))
            present.update(mixture.labels)
            found.update(named)
        complete = sum(number == config.n_events for number in counts)
        print(
            f"{name}: all {config.n_events} classes among the first {options.first} in {complete} "
            f"of {len(counts)} mixtures at {options.snr:g} dB; {np.mean(counts):.2f} found on average"
        )
        if options.per_class:
            print("\n".join(class_lines(present, found)))


if __name__ == "__main__":
    sys.exit(main())
