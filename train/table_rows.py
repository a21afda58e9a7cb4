"""One figure of a table of results, and how it is written: what ``tables`` and ``extra_tables`` share."""

from dataclasses import dataclass

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


def with_interval(row: Row) -> str:
    """Our figure, its interval in brackets."""
    value = number(row.ours, row.column)
    if row.low is None or row.high is None:
        return value
    return f"{value} [{number(row.low, row.column)}, {number(row.high, row.column)}]"


def number(value: float | None, column: str) -> str:
    """A figure as the paper writes it."""
    name = column.rpartition(".")[2].removeprefix("paper_")
    return "–" if value is None else f"{value:.{DECIMALS.get(name, 3)}f}"
