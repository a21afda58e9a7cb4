"""Results of a system on several draws of mixtures, taken together as one.

``train.evaluate --seed 0``, ``--seed 1`` and so on measure a network on other mixtures of the same sounds.
Figures are averaged over them. So are the ends of their intervals: an interval says how far other
*recordings* would lead, which more mixtures of the same recordings do not narrow. How far the draws lie
apart stands in ``draws``, with the lowest and the highest in the place of an interval.
"""

from collections.abc import Sequence
from typing import Any

from sedtf_core.errors import InputError

MEASURED = ("tagging", "frame", "frame_gated", "event", "segmentation", "separation")
# What results of one system at one SNR must share to be draws of the same.
SHARED = (
    "checkpoint", "trained_steps", "split", "count", "gated", "data_hash", "labels", "version",
    "switches",
)  # fmt: skip


def combined(results: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """One result a system and SNR, in the order they are first met.

    Parameters
    ----------
    results
        What ``train.evaluate`` wrote, each with its ``command``.

    Returns
    -------
    Results with ``commands`` for ``command``; those of several draws with ``seeds`` and ``draws``, too.

    Raises
    ------
    InputError
        If two of one system and SNR have the same seed, or differ in more than it.
    """
    of: dict[tuple[str, float], list[dict[str, Any]]] = {}
    for result in results:
        of.setdefault((result["system"], result["snr_db"]), []).append(result)
    return [_combine(draws) for draws in of.values()]


def _combine(draws: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The draws of one system at one SNR as one result."""
    first = draws[0]
    one = {**first, "commands": [draw["command"] for draw in draws]}
    if len(draws) == 1:
        return one
    _require_comparable(draws)
    one |= {
        key: _mean([draw[key] for draw in draws]) for key in first if isinstance(first[key], dict)
    }
    ends = {
        metric: {name: _ends([draw[metric][name] for draw in draws]) for name in first[metric]}
        for metric in MEASURED
        if metric in first
    }
    one["seeds"] = [draw.get("seed") for draw in draws]
    one["draws"] = {metric: one[metric] for metric in ends}
    one["intervals"] = {**one.get("intervals", {}), "draws": ends}
    return one


def _require_comparable(draws: Sequence[dict[str, Any]]) -> None:
    """InputError unless the results differ in their seed, and in that alone."""
    where = f"{draws[0]['system']} at {draws[0]['snr_db']:g} dB"
    seeds = [draw.get("seed") for draw in draws]
    if len(set(seeds)) < len(seeds):
        twice = next(seed for seed in seeds if seeds.count(seed) > 1)
        raise InputError(f"two results are of {where} with seed {twice}; leave one of them out")
    for key in SHARED:
        if any(draw.get(key) != draws[0].get(key) for draw in draws):
            raise InputError(
                f"results of {where} differ in {key}, so they are no draws of the same; measure them again"
            )


def _mean(values: Sequence[Any]) -> Any:
    """Figures averaged at each place; what is no figure is that of the first."""
    first = values[0]
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
