"""Panels of the Results page: tables of ``train.tables``, filtered, as bars and as rows.

Conventions: a table is a JSON file ``table_*.json`` of title, note, commands and rows. Rows are means over
classes with a 95 % interval and the paper's figure, or one row a class with a column a system and SNR.
Colour tells ours from the paper's, or is the class's; systems are told apart by name and pattern.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import plotly.graph_objects as go
import streamlit as st
from plotly.subplots import make_subplots

from pages.shared.views import title
from sedtf_core.labels import display_name, label_colour

RESULTS = Path(__file__).resolve().parents[2] / "assets" / "results"
OURS, PAPERS = "#4a8fb0", "#8d95a1"
OURS_FILL = (
    "rgba(74, 143, 176, 0.45)"  # lighter, so that the interval is seen on the bar in both themes
)
METRICS = {
    "f1": "F1",
    "auc": "AUC",
    "map": "mAP",
    "er": "Error rate (lower is better)",
}
SYSTEMS_AT_FIRST = 3  # the last in the paper's order: GMP, GAP and GWRP
PATTERNS = ("", "/", ".", "x", "-", "\\", "+")
HOW_TO_MEASURE = """\
python -m train.evaluate --system gwrp --sounds sounds --split test --snr 0 --count 200 --seed 0 \\
    --json gwrp_0dB.json
python -m train.tables gwrp_0dB.json --out assets/results"""

Row = dict[str, Any]


@dataclass(frozen=True)
class Table:
    """One table of ours beside the paper's."""

    title: str
    note: str
    commands: tuple[str, ...]
    rows: tuple[Row, ...]

    @property
    def per_class(self) -> bool:
        """Whether a row is a class; otherwise it is a mean over classes."""
        return "Class" in self.rows[0]

    def snrs_db(self) -> list[float]:
        """The SNRs that there are figures for, the highest first."""
        if self.per_class:
            found = {_system_and_snr(column)[1] for column in self.rows[0] if column != "Class"}
        else:
            found = {float(row["snr_db"]) for row in self.rows}
        return sorted(found, reverse=True)


@dataclass(frozen=True)
class Choice:
    """What the filters leave."""

    table: Table
    snr_db: float
    systems: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()


def read_tables(folder: Path) -> list[Table]:
    """Read the tables of a folder by name; one that cannot be read is left out, with a warning."""
    tables = [_read(path) for path in sorted(folder.glob("table_*.json"))]
    return [table for table in tables if table is not None]


def _read(path: Path) -> Table | None:
    """One table, or None and a warning."""
    try:
        return _table(json.loads(path.read_text("utf-8")))
    except (OSError, ValueError, KeyError, TypeError, AttributeError, IndexError):
        st.warning(
            f"{path.name} is not a table of results; write it again with `python -m train.tables`."
        )
        return None


def _table(report: dict[str, Any]) -> Table:
    """A table from its JSON; KeyError, TypeError or ValueError if it is none."""
    table = Table(
        str(report["title"]),
        str(report["note"]),
        tuple(map(str, report["commands"])),
        tuple(dict(row) for row in report["rows"]),
    )
    if not table.snrs_db():
        raise ValueError("no figures")
    for row in table.rows:
        _ = row["Class"] if table.per_class else (row["system"], row["column"], row["ours"] + 0.0)
    return table


def mean_rows(table: Table, snr_db: float) -> list[Row]:
    """The means over classes at one SNR."""
    return [row for row in table.rows if float(row["snr_db"]) == snr_db]


def class_values(
    table: Table, snr_db: float, labels: Sequence[str] = ()
) -> dict[str, dict[str, float | None]]:
    """System → class → figure at one SNR, of the classes asked for or of all."""
    values: dict[str, dict[str, float | None]] = {}
    for row in table.rows:
        if labels and row["Class"] not in labels:
            continue
        for column, text in row.items():
            if column != "Class" and _system_and_snr(column)[1] == snr_db:
                number = None if text in ("–", None) else float(text)
                values.setdefault(_system_and_snr(column)[0], {})[row["Class"]] = number
    return values


def _system_and_snr(column: str) -> tuple[str, float]:
    """``GWRP, 10 dB`` as its two parts."""
    system, _, snr = column.rpartition(", ")
    return system, float(snr.removesuffix(" dB"))


def commands_for(table: Table, snr_db: float) -> list[str]:
    """The commands that measured the figures of one SNR; all of them where none names it."""
    named = [c for c in table.commands if re.search(rf"--snr[ =]{snr_db:g}(?:\.0)?(?:\s|$)", c)]
    return named or list(table.commands)


# --- Figures ---


def mean_figure(rows: Sequence[Row]) -> go.Figure:
    """A panel a metric: ours with its interval, the paper's hatched, a group a system."""
    columns = list(dict.fromkeys(str(row["column"]) for row in rows))
    figure = make_subplots(
        1, len(columns), subplot_titles=[METRICS.get(c, c) for c in columns],
        shared_yaxes=True, horizontal_spacing=0.05,
    )  # fmt: skip
    for position, column in enumerate(columns, start=1):
        own = [row for row in rows if row["column"] == column]
        names = [title(row["system"]) for row in own]
        figure.add_bar(
            x=[row["paper"] for row in own], y=names, name="Paper", orientation="h",
            marker={"color": PAPERS, "pattern": {"shape": "/", "solidity": 0.35}},
            legendgroup="paper", showlegend=position == 1, row=1, col=position,
            hovertemplate="%{y}, paper: %{x:.3f}<extra></extra>",
        )  # fmt: skip
        figure.add_bar(
            x=[row["ours"] for row in own], y=names, name="Ours, 95 % interval", orientation="h",
            marker={"color": OURS_FILL, "line": {"color": OURS, "width": 1}},
            error_x=_whiskers(own), legendgroup="ours", showlegend=position == 1,
            row=1, col=position,
            hovertemplate="%{y}, ours: %{x:.3f}<extra></extra>",
        )  # fmt: skip
    systems = len({row["system"] for row in rows})
    figure.update_yaxes(autorange="reversed")
    figure.update_xaxes(rangemode="tozero")
    figure.update_layout(
        barmode="group", height=150 + 56 * systems, margin={"l": 10, "r": 10, "t": 60, "b": 10},
        legend={"orientation": "h", "y": -0.12, "traceorder": "reversed"},
    )  # fmt: skip
    return figure


def _whiskers(rows: Sequence[Row]) -> dict[str, Any]:
    """Plotly's error bars from the ends of the intervals; of no length where there is none."""
    bounds = [
        (row["ours"], row["ours"])
        if row.get("low") is None or row.get("high") is None
        else (row["low"], row["high"])
        for row in rows
    ]
    return {
        "type": "data",
        "symmetric": False,
        "color": OURS,
        "thickness": 2,
        "array": [high - row["ours"] for row, (_, high) in zip(rows, bounds, strict=True)],
        "arrayminus": [row["ours"] - low for row, (low, _) in zip(rows, bounds, strict=True)],
    }


def class_figure(values: dict[str, dict[str, float | None]]) -> go.Figure:
    """A bar a class and system, in the class's colour with the system's pattern."""
    figure = go.Figure()
    for pattern, (system, figures) in zip(PATTERNS, values.items(), strict=False):
        figure.add_bar(
            x=list(figures.values()), y=[display_name(label) for label in figures], name=system,
            orientation="h", hovertemplate=f"%{{y}}, {system}: %{{x:.3f}}<extra></extra>",
            marker={
                "color": [label_colour(label) for label in figures],
                "pattern": {"shape": pattern, "solidity": 0.4},
            },
        )  # fmt: skip
    classes = max((len(figures) for figures in values.values()), default=0)
    figure.update_yaxes(autorange="reversed", tickmode="linear")
    figure.update_xaxes(rangemode="tozero", side="top")
    figure.update_layout(
        barmode="group", height=110 + classes * (12 + 10 * len(values)),
        margin={"l": 10, "r": 10, "t": 40, "b": 10}, legend={"orientation": "h", "y": -0.02},
    )  # fmt: skip
    return figure


# --- Panels ---


def show_filters(tables: Sequence[Table]) -> Choice:
    """Choose a table, an SNR and, where rows are classes, systems and classes."""
    left, right = st.columns([3, 2])
    titles = [table.title for table in tables]
    title = left.selectbox("Table", titles, key="table", bind="query-params")
    table = tables[titles.index(title)]
    snrs_db = table.snrs_db()
    with right:
        snr_db = st.segmented_control(
            "SNR", snrs_db, default=snrs_db[0], required=True, format_func=lambda snr: f"{snr:g} dB",
            key="results_snr",
        )  # fmt: skip
    snr_db = snr_db if snr_db in snrs_db else snrs_db[0]
    if not table.per_class:
        return Choice(table, snr_db)
    found = list(class_values(table, snr_db))
    systems = st.segmented_control(
        "Systems", found, selection_mode="multi", default=found[-SYSTEMS_AT_FIRST:],
        key="results_systems",
    )  # fmt: skip
    labels = st.multiselect(
        "Classes", [row["Class"] for row in table.rows], format_func=display_name,
        placeholder="All classes", key="results_classes",
    )  # fmt: skip
    return Choice(table, snr_db, tuple(s for s in found if s in systems), tuple(labels))


def show_mean_table(choice: Choice) -> None:
    """Bars and rows of means over classes."""
    rows = mean_rows(choice.table, choice.snr_db)
    st.plotly_chart(mean_figure(rows), key="means", config={"displayModeBar": False})
    st.dataframe(
        [_as_text(row) for row in rows], hide_index=True, width="stretch", height="content"
    )
    _show_sources(choice)


def _as_text(row: Row) -> dict[str, str | float | None]:
    """A row as it is read."""
    low, high = row.get("low"), row.get("high")
    return {
        "System": title(row["system"]),
        "Metric": METRICS.get(row["column"], row["column"]),
        "Ours": round(row["ours"], 3),
        "95 % interval": "–" if low is None or high is None else f"{low:.3f}–{high:.3f}",
        "Paper": row["paper"],
    }


def show_class_table(choice: Choice) -> None:
    """Bars and rows a class."""
    everything = class_values(choice.table, choice.snr_db, choice.labels)
    values = {system: everything[system] for system in choice.systems}
    if not values:
        st.info("Choose at least one system.")
        return
    st.plotly_chart(class_figure(values), key="classes", config={"displayModeBar": False})
    with st.expander("As a table"):
        labels = list(next(iter(values.values()), {}))
        rows = [
            {"Class": display_name(label), **{s: own.get(label) for s, own in values.items()}}
            for label in labels
        ]
        st.dataframe(rows, hide_index=True, width="stretch")
    _show_sources(choice)


def _show_sources(choice: Choice) -> None:
    """What the figures were measured on, and by which commands."""
    st.caption(choice.table.note)
    st.markdown(f"**Made by**, at {choice.snr_db:g} dB:")
    st.code("\n".join(commands_for(choice.table, choice.snr_db)), language="bash", wrap_lines=True)


def show_empty() -> None:
    """What to do while nothing has been measured."""
    st.info(
        "No results are installed yet. This page shows the paper's tables beside figures measured "
        "with the checkpoints at hand."
    )
    st.markdown("Measure a system, then write the tables (`--sounds` is a folder of test sounds):")
    st.code(HOW_TO_MEASURE, language="bash")
    st.caption("Measuring 200 mixtures takes some minutes a system and SNR on two cores.")
