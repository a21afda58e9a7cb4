"""Results of a system on several draws of mixtures, taken together as one.

    python -m train.draws gwrp_0dB_seed0.json gwrp_0dB_seed1.json gwrp_0dB_seed2.json --json gwrp_0dB.json

``train.evaluate --seed 0``, ``--seed 1`` and so on measure a network on other mixtures of the same sounds.
Figures are averaged over them. So are the ends of their intervals: an interval says how far other
*recordings* would lead, which more mixtures of the same recordings do not narrow. How far the draws lie
apart stands in ``draws``, with the lowest and the highest in the place of an interval. ``train.tables`` takes
the draws, or what this command makes of them.
"""

import json
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sedtf_core.command_line import Parser, command, given_path, write_json
from sedtf_core.errors import InputError
from train.paper import COLUMNS, SYSTEMS
from train.scorecard import rounded

SEED = "$seed"  # in a loop of the shell
MEASURED = ("tagging", "frame", "frame_gated", "event", "segmentation", "separation")
# What results of one system at one SNR must share to be draws of the same.
SHARED = (
    "checkpoint", "trained_steps", "split", "count", "gated", "data_hash", "labels", "version",
    "switches",
)  # fmt: skip


def read_result(path: Path) -> dict[str, Any]:
    """Read one result; InputError if it is not one of ``train.evaluate``."""
    try:
        result: dict[str, Any] = json.loads(path.read_text("utf-8"))
        has_figures = all(isinstance(result[key], dict) for key in ("intervals", "per_class"))
        figures = [result["tagging"][column] for column in COLUMNS["tagging"]]
        numbers = [result["snr_db"], *figures]
        if (
            result["system"] not in SYSTEMS
            or not has_figures
            or not isinstance(result["command"], str)
        ):
            raise KeyError(result["system"])
        if not all(isinstance(number, int | float) for number in numbers):
            raise TypeError(numbers)
    except (OSError, ValueError, KeyError, TypeError):
        raise InputError(
            f"{path} is not a result of python -m train.evaluate --json; give such files"
        ) from None
    return result


def read_results(paths: Sequence[Path]) -> list[dict[str, Any]]:
    """Read results; InputError if a file is none, or is given twice under whatever name."""
    files = [path.resolve() for path in paths]
    twice = [path for path, file in zip(paths, files, strict=True) if files.count(file) > 1]
    if twice:
        raise InputError(f"{twice[-1]} is given twice; give it once")
    return [read_result(path) for path in paths]


def combined(results: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """One result a system and SNR, in the order they are first met.

    Parameters
    ----------
    results
        What ``train.evaluate`` wrote, each with its ``command``.

    Returns
    -------
    Results with ``commands`` beside ``command``, which is that of the first; those of several draws with
    ``seeds`` for ``seed``, with ``draws``, and with one loop for their commands where these differ in nothing
    but seed and file.

    Raises
    ------
    InputError
        If two of one system and SNR have the same seed, differ in more than it, or are means already.
    """
    of: dict[tuple[str, float], list[dict[str, Any]]] = {}
    for result in results:
        of.setdefault((result["system"], result["snr_db"]), []).append(result)
    return [_combine(draws) for draws in of.values()]


def _combine(draws: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The draws of one system at one SNR as one result."""
    first = draws[0]
    if len(draws) == 1:
        return {"commands": [first["command"]], **first}
    _require_comparable(draws)
    stem = f"{first['system']}_{first['snr_db']:g}dB"
    one = {**first, "commands": _as_loop([draw["command"] for draw in draws], stem)}
    one |= {
        key: _mean([draw[key] for draw in draws]) for key in first if isinstance(first[key], dict)
    }
    ends = {
        metric: {name: _ends([draw[metric][name] for draw in draws]) for name in first[metric]}
        for metric in MEASURED
        if metric in first
    }
    one["seeds"] = [one.pop("seed"), *(draw["seed"] for draw in draws[1:])]
    one["draws"] = {metric: one[metric] for metric in ends}
    one["intervals"] = {**one.get("intervals", {}), "draws": ends}
    return one


def _as_loop(commands: Sequence[str], stem: str) -> list[str]:
    """Commands that differ in seed and file alone as one line of shell, which writes a file a seed.

    Others are returned as they are.
    """
    seeds, bodies = [], set()
    for text in commands:
        words = shlex.split(text)
        if "--json" in words:
            at = words.index("--json")
            del words[at : at + 2]
        if "--seed" not in words[:-1]:
            return list(commands)
        at = words.index("--seed") + 1
        seeds.append(words[at])
        words[at] = SEED
        bodies.add(" ".join(word if word == SEED else shlex.quote(word) for word in words))
    if len(bodies) > 1:
        return list(commands)
    return [f"for seed in {' '.join(seeds)}; do {bodies.pop()} --json {stem}_seed{SEED}.json; done"]


def _require_comparable(draws: Sequence[dict[str, Any]]) -> None:
    """InputError unless the results differ in their seed, and in that alone."""
    where = f"{draws[0]['system']} at {draws[0]['snr_db']:g} dB"
    if any("draws" in draw for draw in draws):
        raise InputError(f"a result of {where} is a mean of draws already; give it alone")
    seeds = [draw.get("seed") for draw in draws]
    if len(set(seeds)) < len(seeds):
        twice = next(seed for seed in seeds if seeds.count(seed) > 1)
        raise InputError(f"two results are of {where} with seed {twice}; leave one of them out")
    in_some_only = {key for draw in draws for key in draw.keys() ^ draws[0].keys()}
    for key in (*SHARED, *sorted(in_some_only)):
        if any(draw.get(key) != draws[0].get(key) for draw in draws):
            raise InputError(
                f"results of {where} differ in {key}, so they are no draws of the same; measure them again"
            )


def _mean(values: Sequence[Any]) -> Any:
    """Figures averaged at each place; what is no figure, or the same in all, is that of the first."""
    first = values[0]
    if all(value == first for value in values):
        return first  # whole numbers and switches stay what they are
    if isinstance(first, dict):
        return {key: _mean([value[key] for value in values]) for key in first}
    if isinstance(first, list):
        return [_mean(items) for items in zip(*values, strict=True)]
    if isinstance(first, float | int) and None not in values:
        return sum(values) / len(values)
    return first


def _ends(values: Sequence[float]) -> list[float]:
    """The lowest and the highest of the draws."""
    return [min(values), max(values)]


@command
def main(arguments: list[str] | None = None) -> None:
    """Write the mean of the draws that the command line names."""
    parser = Parser(prog="python -m train.draws", description=__doc__)
    parser.add_argument("results", nargs="+", type=given_path, help="JSON files of train.evaluate")
    parser.add_argument("--json", type=given_path, required=True, help="where the mean goes")
    options = parser.parse_args(arguments)
    means = combined(read_results(options.results))
    if len(means) > 1:
        raise InputError("these are of several systems or SNRs; give the draws of one")
    write_json(options.json, rounded(means[0]), "--json")


if __name__ == "__main__":
    sys.exit(main())
