"""One figure of a table of results, how it is written, and the order of rows: what all tables share."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from train.paper import SYSTEMS

DECIMALS = {"er": 2}


@dataclass(frozen=True)
class Row:
    """One figure of a table: ours with its interval, the paper's where there is one."""

    snr_db: float
    system: str
    column: str
    ours: float
    low: float | None
    high: float | None
    paper: float | None


def in_order(results: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Results by SNR from high to low, then in the paper's order of systems."""
    order = list(SYSTEMS)
    return sorted(results, key=lambda r: (-r["snr_db"], order.index(r["system"])))


def with_interval(value: float | None, low: float | None, high: float | None, column: str) -> str:
    """A figure, the ends of its interval in brackets where there are any."""
    figure = number(value, column)
    if value is None or low is None or high is None:
        return figure
    return f"{figure} [{number(low, column)}, {number(high, column)}]"


def number(value: float | None, column: str) -> str:
    """A figure as the paper writes it."""
    name = column.rpartition(".")[2].removeprefix("paper_")
    return "–" if value is None else f"{value:.{DECIMALS.get(name, 3)}f}"
