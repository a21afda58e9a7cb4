"""Tables that ``train.tables`` wrote, as the Results page reads and filters them.

Conventions: a table is a JSON file of title, note, commands and rows. A row is a mean over classes, or a
class with a column a system and SNR. Beside a mean of ours stands the paper's; where the paper has none, in
``extra_*.json``, another of ours that it is compared with, as ``COMPARED`` says.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import streamlit as st

RESULTS = Path(__file__).resolve().parents[3] / "assets" / "results"
PAPERS = "Paper"
HEADINGS = {
    "f1": "F1", "auc": "AUC", "map": "mAP", "er": "Error rate (lower is better)",
    "psds.psds1": "PSDS 1, exact times", "psds.psds2": "PSDS 2, right class",
    "detected_separation.si_sdr_improvement_db": "SI-SDR improvement of detected events, dB",
    "separation.si_sdr_improvement_span_db": "SI-SDR improvement within the event's span alone, dB",
    "separation.class_aware_sdr_improvement_db": "Class-aware SDR improvement, dB",
    "draws.tagging.map": "Tagging mAP", "draws.tagging.auc": "Tagging AUC",
    "draws.frame.f1": "Frame F1", "draws.event.f1": "Event F1",
    "draws.segmentation.f1": "Segmentation F1",
    "draws.separation.si_sdr_improvement_db": "SI-SDR improvement on the clip, dB",
}  # fmt: skip
# Columns that stand beside another, with the heading of the two.
COMPARED = {
    "separation.si_sdr_improvement_db": (
        "SI-SDR improvement on the clip, dB", "oracle_separation.si_sdr_improvement_db",
    ),
    "frame_gated.f1": ("Frame F1", "frame_ungated.f1"),
    "frame_gated.auc": ("Frame AUC", "frame_ungated.auc"),
    "frame_gated.map": ("Frame mAP", "frame_ungated.map"),
    "tuned.tagging.f1": ("Tagging F1", "tuned.tagging.paper_f1"),
    "tuned.frame.f1": ("Frame F1", "tuned.frame.paper_f1"),
    "tuned.event.f1": ("Event F1", "tuned.event.paper_f1"),
    "tuned.segmentation.f1": ("Segmentation F1", "tuned.segmentation.paper_f1"),
    "tuned.event.er": ("Event error rate (lower is better)", "tuned.event.paper_er"),
}  # fmt: skip
# What ours and the other are called, by the first part of their column; no name: there is no other.
CALLED = {
    "separation": ("Mask of the network", "Ideal ratio mask"),
    "frame_gated": ("0 where not tagged", "Scores as they are"),
    "tuned": ("Tuned on the valid split", "Paper's thresholds"),
    "psds": ("Ours", ""),
    "draws": ("Ours", ""),
}
INTERVAL = "95 % interval over recordings"
OTHER_ENDS = {"draws": "lowest and highest draw of mixtures"}  # what stands in brackets instead


@dataclass(frozen=True)
class Mean:
    """A mean over classes with the ends of its interval, and what it is compared with; None: unknown."""

    snr_db: float
    system: str
    heading: str
    ours: float
    low: float | None
    high: float | None
    beside: float | None

    @property
    def digits(self) -> int:
        """How many digits after the point are worth showing: of dB, one."""
        return 1 if self.heading.endswith(", dB") else 3


@dataclass(frozen=True)
class Table:
    """A table: ``means``, or rows of ``classes``; the other is empty."""

    title: str
    note: str
    commands: tuple[str, ...]
    means: tuple[Mean, ...] = ()
    classes: tuple[dict[str, Any], ...] = ()
    ours: str = "Ours"
    beside: str = PAPERS
    ends: str = INTERVAL

    def snrs_db(self) -> list[float]:
        """The SNRs that there are figures for, the highest first."""
        found = {mean.snr_db for mean in self.means}
        for column in self.classes[0] if self.classes else ():
            if column != "Class":
                found.add(_system_and_snr(column)[1])
        return sorted(found, reverse=True)


@dataclass(frozen=True)
class Choice:
    """What the filters leave."""

    table: Table
    snr_db: float
    systems: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()


def read_tables(folder: Path) -> list[Table]:
    """Read the tables of a folder, the paper's first; what cannot be read is left out, with a warning."""
    paths = [*sorted(folder.glob("table_*.json")), *sorted(folder.glob("extra_*.json"))]
    return [table for table in map(_read, paths) if table is not None]


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
    """A table from its JSON; KeyError, TypeError, ValueError and the like if it is none."""
    rows = [dict(row) for row in report["rows"]]
    texts = str(report["title"]), str(report["note"]), tuple(map(str, report["commands"]))
    if "Class" in rows[0]:
        if not all("Class" in row for row in rows):
            raise ValueError("a row without its class")
        table = Table(*texts, classes=tuple(rows))
    else:
        parts = [row["column"].partition(".")[0] for row in rows]
        ours, beside = next((CALLED[part] for part in parts if part in CALLED), ("Ours", PAPERS))
        ends = OTHER_ENDS.get(parts[0], INTERVAL)
        table = Table(*texts, _means(rows), ours=ours, beside=beside, ends=ends)
    if not table.snrs_db():
        raise ValueError("no figures")
    return table


def _means(rows: Sequence[dict[str, Any]]) -> tuple[Mean, ...]:
    """Rows as means; one that stands beside another has no place of its own, thresholds have none."""
    of = {(row["snr_db"], row["system"], row["column"]): row["ours"] for row in rows}
    taken = {beside for _, beside in COMPARED.values()}
    means = []
    for row in rows:
        column, snr_db, system = str(row["column"]), float(row["snr_db"]), str(row["system"])
        if column in taken or ".thresholds." in column:
            continue
        heading, other = COMPARED.get(column, (HEADINGS.get(column, column), None))
        beside = row["paper"] if other is None else of.get((row["snr_db"], system, other))
        ends = row.get("low"), row.get("high")
        means.append(Mean(snr_db, system, heading, float(row["ours"]), *ends, beside))
    return tuple(means)


def means_at(table: Table, snr_db: float) -> list[Mean]:
    """The means over classes at one SNR."""
    return [mean for mean in table.means if mean.snr_db == snr_db]


def class_values(
    table: Table, snr_db: float, labels: Sequence[str] = ()
) -> dict[str, dict[str, float | None]]:
    """System → class → figure at one SNR, of the classes asked for or of all."""
    values: dict[str, dict[str, float | None]] = {}
    for row in table.classes:
        if labels and row["Class"] not in labels:
            continue
        for column, text in row.items():
            if column != "Class" and _system_and_snr(column)[1] == snr_db:
                number = None if text in ("–", None) else float(str(text).split(" ")[0])
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
