"""Tables of what the paper has no figures of: separation, PSDS, gating, tuned thresholds, draws of mixtures.

Owns which figures of a result stand in which table, under which heading. A column is the path of a figure in
the JSON of ``train.evaluate``; results without it, such as older ones, have a dash or no row. Files are left
to ``train.tables``.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from train.paper import SYSTEMS
from train.table_rows import Row, in_order, with_interval

EXTRAS = {
    "extra_separation": (
        "Separation of the true events by the masks, beside the ideal ratio mask",
        (
            "separation.si_sdr_improvement_db", "detected_separation.si_sdr_improvement_db",
            "separation.si_sdr_improvement_span_db",
            "oracle_separation.si_sdr_improvement_db", "separation.class_aware_sdr_improvement_db",
        ),
    ),
    "extra_psds": (
        "Polyphonic sound detection score, exact times (1) and right class (2), of the frame scores",
        ("psds.psds1", "psds.psds2"),
    ),
    "extra_frame_gating": (
        "Frame-wise detection, scores as they are and gated: 0 for classes that are not tagged",
        tuple(f"frame_{kind}.{column}" for column in ("f1", "auc", "map") for kind in ("ungated", "gated")),
    ),
    "extra_tuned": (
        "At the paper's thresholds and at thresholds tuned on the valid split",
        (
            "tuned.tagging.paper_f1", "tuned.tagging.f1", "tuned.frame.paper_f1", "tuned.frame.f1",
            "tuned.event.paper_f1", "tuned.event.f1", "tuned.event.paper_er", "tuned.event.er",
            "tuned.segmentation.paper_f1", "tuned.segmentation.f1", "tuned.thresholds.tagging",
            "tuned.thresholds.frame", "tuned.thresholds.segmentation",
        ),
    ),
    "extra_draws": (
        "Draws of mixtures: their mean, the lowest and the highest in brackets",
        (
            "draws.tagging.map", "draws.tagging.auc", "draws.frame.f1", "draws.event.f1",
            "draws.segmentation.f1", "draws.separation.si_sdr_improvement_db",
        ),
    ),
}  # fmt: skip
HEADINGS = {
    "psds1": "PSDS 1", "psds2": "PSDS 2", "f1": "F1", "er": "ER", "auc": "AUC", "map": "mAP",
    "paper_f1": "F1, paper's threshold", "paper_er": "ER, paper's thresholds",
    "separation.si_sdr_improvement_db": "SI-SDR improvement on the clip, dB",
    "detected_separation.si_sdr_improvement_db": "of detected events, dB",
    "separation.si_sdr_improvement_span_db": "within the event's span alone, dB",
    "oracle_separation.si_sdr_improvement_db": "on the clip, by the ideal ratio mask, dB",
    "separation.class_aware_sdr_improvement_db": "Class-aware SDR improvement, dB",
}  # fmt: skip


def told(results: Sequence[dict[str, Any]]) -> list[str]:
    """Names of the tables that some result has figures for; older results have none."""
    keys = {
        "extra_separation": "separation",
        "extra_psds": "psds",
        "extra_frame_gating": "frame_holds",
        "extra_tuned": "tuned",
        "extra_draws": "draws",
    }
    return [name for name, key in keys.items() if any(key in result for result in results)]


def extra_rows(results: Iterable[dict[str, Any]], columns: Sequence[str]) -> list[Row]:
    """Figures that the paper has not, of the results that have them; columns are paths into a result.

    ``frame_gated`` and ``frame_ungated`` are also found where a result calls one of them ``frame``.
    """
    rows = []
    for result in in_order(results):
        for column in columns:
            metric, *path = _where(result, column).split(".")
            value = _at(result, [metric, *path])
            if value is None:
                continue
            low, high = _interval(result, metric, path)
            rows.append(Row(result["snr_db"], result["system"], column, value, low, high, None))
    return rows


def _where(result: dict[str, Any], column: str) -> str:
    """The path of a column, ``frame`` for what it holds; older results say that by ``gated`` alone."""
    holds = result.get("frame_holds", "gated" if result.get("gated") else "ungated")
    return column.replace(f"frame_{holds}.", "frame.")


def _interval(
    result: dict[str, Any], metric: str, path: list[str]
) -> tuple[float | None, float | None]:
    """Ends of a figure's interval, None where there is none."""
    if metric != "tuned":
        found = _at(result, ["intervals", metric, *path])
    elif path[-1].startswith("paper_"):
        found = _at(result, ["intervals", path[0], path[-1].removeprefix("paper_")])
    else:
        found = _at(result, ["tuned", "intervals", *path])
    return (None, None) if found is None else (found[0], found[1])


def _at(result: dict[str, Any], path: Sequence[str]) -> Any:
    """What stands at a path; None where nothing does."""
    found: Any = result
    for key in path:
        found = found.get(key) if isinstance(found, dict) else None
    return found


def extra_table(rows: Sequence[Row], columns: Sequence[str]) -> list[list[str]]:
    """Rows of text: a system and SNR a line, each figure with its interval."""
    shown = [column for column in columns if any(row.column == column for row in rows)]
    lines = [["SNR", "System", *map(_heading, shown)]]
    for snr_db, system in dict.fromkeys((row.snr_db, row.system) for row in rows):
        cells = {
            row.column: _cell(row) for row in rows if (row.snr_db, row.system) == (snr_db, system)
        }
        figures = [cells.get(column, "–") for column in shown]
        lines.append([f"{snr_db:g} dB", SYSTEMS[system], *figures])
    return lines


def _cell(row: Row) -> str:
    """A figure with its interval; of a threshold three digits, as those of GMP are tiny."""
    if ".thresholds." in row.column:
        return f"{row.ours:.3g}"
    return with_interval(row.ours, row.low, row.high, row.column)


def _heading(column: str) -> str:
    """``tuned.frame.f1`` as ``Frame F1, tuned``."""
    metric, *path = column.split(".")
    if column in HEADINGS:
        return HEADINGS[column]
    if metric == "psds":
        return HEADINGS[path[0]]
    if metric == "draws":
        return HEADINGS.get(".".join(path)) or f"{path[0].capitalize()} {HEADINGS[path[1]]}"
    if metric != "tuned":
        return f"{HEADINGS[path[0]]}, {metric.removeprefix('frame_')}"
    if path[0] == "thresholds":
        return f"{path[1].capitalize()} threshold"
    heading = f"{path[0].capitalize()} {HEADINGS[path[1]]}"
    return heading if path[1].startswith("paper_") else f"{heading}, tuned"
