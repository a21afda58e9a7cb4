"""Write the paper's tables with our figures beside them, from the results of ``train.evaluate``.

    python -m train.tables RESULTS... --out assets/results

Tables II, V, VI and IX are means over classes, ours with 95 % intervals; III, IV, VII and VIII are ours a
class.
Each is written as Markdown, CSV and JSON. The data differ from the paper's, and every table says so. What the
paper has no figures of stands in tables named ``extra_…``, where the results have it: PSDS, frame scores with
and without gating, and thresholds tuned on the valid split. Results of one system and SNR that differ in
their seed are averaged (see ``train.draws``).
"""

import csv
import io
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from sedtf_core.command_line import Parser, command, given_path, write_json
from sedtf_core.errors import InputError, writing
from train.draws import combined, read_results
from train.extra_tables import EXTRAS, extra_rows, extra_table, told
from train.paper import COLUMNS, FIGURES, SYSTEMS
from train.table_rows import Row, in_order, number, with_interval

DATA_NOTE = (
    "Ours: mixtures of the {split} split of a folder of sounds with {classes} classes. The paper's: DCASE "
    "2018 tasks 1 and 2 (41 classes). Sounds and training differ, so the figures show the same comparison; "
    "they are not a repetition."
)
MEANS = {
    "table_2_tagging": ("Audio tagging (paper's Table II)", "tagging"),
    "table_5_frame": ("Frame-wise detection (Table V)", "frame"),
    "table_6_event": ("Event-wise detection (Table VI)", "event"),
    "table_9_segmentation": ("Time-frequency segmentation (Table IX)", "segmentation"),
}
PER_CLASS = {
    "table_3_tagging_f1": ("Tagging F1 a class (Table III)", "tagging", "f1"),
    "table_4_tagging_map": ("Tagging average precision a class (Table IV)", "tagging", "map"),
    "table_7_event_f1": ("Event F1 a class (Table VII)", "event", "f1"),
    "table_8_segmentation_f1": ("Segmentation F1 a class (Table VIII)", "segmentation", "f1"),
}


def mean_rows(results: Iterable[dict[str, Any]], metric: str) -> list[Row]:
    """Figures of one metric, means over classes, by SNR from high to low and the paper's order."""
    rows = []
    for result in in_order(results):
        published = FIGURES[metric].get(result["snr_db"], {}).get(result["system"])
        if metric not in result:
            continue
        for index, column in enumerate(COLUMNS[metric]):
            low, high = result["intervals"].get(metric, {}).get(column, (None, None))
            paper = published[index] if published else None
            value = float(result[metric][column])
            rows.append(Row(result["snr_db"], result["system"], column, value, low, high, paper))
    return rows


def mean_table(rows: Sequence[Row]) -> list[list[str]]:
    """Rows of text: a system and SNR a line, each figure with its interval and the paper's."""
    columns = list(dict.fromkeys(row.column for row in rows))
    header = ["SNR", "System"]
    for column in columns:
        header += [f"{column.upper()}, ours", "paper's"]
    lines = [header]
    for snr_db, system in dict.fromkeys((row.snr_db, row.system) for row in rows):
        line = [f"{snr_db:g} dB", SYSTEMS[system]]
        for row in rows:
            if (row.snr_db, row.system) == (snr_db, system):
                line += [
                    with_interval(row.ours, row.low, row.high, row.column),
                    number(row.paper, row.column),
                ]
        lines.append(line)
    return lines


def class_table(results: Sequence[dict[str, Any]], metric: str, column: str) -> list[list[str]]:
    """Rows of text: a class a line, a system and SNR a column, each figure with its interval."""
    shown = in_order(result for result in results if metric in result)
    header = ["Class", *(f"{SYSTEMS[r['system']]}, {r['snr_db']:g} dB" for r in shown)]
    labels = sorted({label for result in shown for label in result["per_class"]})
    return [
        header,
        *([label, *(_cell(r, label, metric, column) for r in shown)] for label in labels),
    ]


def _cell(result: dict[str, Any], label: str, metric: str, column: str) -> str:
    """One class's figure, with its interval where the result has it."""
    value = result["per_class"].get(label, {}).get(metric, {}).get(column)
    ends = result.get("per_class_intervals", {}).get(label, {}).get(metric, {}).get(column)
    low, high = ends or (None, None)
    return with_interval(value, low, high, column)


def to_markdown(
    title: str, lines: Sequence[Sequence[str]], note: str, commands: Sequence[str]
) -> str:
    """A table with its title, where the data come from and the commands that measured it."""
    rule = ["---"] * len(lines[0])
    rows = "\n".join(f"| {' | '.join(line)} |" for line in [lines[0], rule, *lines[1:]])
    measured = "\n".join(f"    {command}" for command in commands)
    return f"# {title}\n\n{rows}\n\n{note}\n\nMeasured by\n\n{measured}\n"


def to_csv(lines: Sequence[Sequence[str]]) -> str:
    """The same as comma-separated values."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(lines)
    return text.getvalue()


def write_tables(results: Sequence[dict[str, Any]], out: Path) -> list[str]:
    """Write every table for which there are results; returns their names."""
    names = []
    for name, (title, metric) in MEANS.items():
        rows = mean_rows(results, metric)
        if rows:
            _write(
                out / name,
                title,
                mean_table(rows),
                _measured(results, rows),
                [asdict(row) for row in rows],
            )
            names.append(name)
    for name, (title, metric, column) in PER_CLASS.items():
        lines = class_table(results, metric, column)
        if len(lines) > 1:
            shown = [result for result in results if metric in result]
            figures = [dict(zip(lines[0], line, strict=True)) for line in lines[1:]]
            _write(out / name, title, lines, shown, figures)
            names.append(name)
    for name in told(results):
        title, columns = EXTRAS[name]
        rows = extra_rows(results, columns)
        if rows:
            lines = extra_table(rows, columns)
            _write(
                out / name, title, lines, _measured(results, rows), [asdict(row) for row in rows]
            )
            names.append(name)
    return names


def _measured(results: Sequence[dict[str, Any]], rows: Sequence[Row]) -> list[dict[str, Any]]:
    """The results that the rows are of."""
    shown = {(row.snr_db, row.system) for row in rows}
    return [r for r in results if (r["snr_db"], r["system"]) in shown]


def _note(results: Sequence[dict[str, Any]]) -> str:
    """What the figures were measured on, and which of them are means of which draws."""
    of: dict[tuple[int, ...], list[str]] = {}
    for result in results:
        names = of.setdefault(tuple(result.get("seeds", ())), [])
        if SYSTEMS[result["system"]] not in names:
            names.append(SYSTEMS[result["system"]])
    drawn = [
        f"{', '.join(names)}: means of draws of mixtures with the seeds {', '.join(map(str, seeds))}."
        for seeds, names in of.items()
        if seeds
    ]
    first = results[0]
    note = DATA_NOTE.format(split=first.get("split", "test"), classes=len(first["per_class"]))
    return " ".join([note, *drawn])


def _write(
    stem: Path,
    title: str,
    lines: Sequence[Sequence[str]],
    results: Sequence[dict[str, Any]],
    figures: list[dict[str, Any]],
) -> None:
    """Write one table in its three forms, with how the results that it is of were measured."""
    commands, note = [c for result in results for c in result["commands"]], _note(results)
    report = {"title": title, "note": note, "commands": commands, "rows": figures}
    stem.with_suffix(".md").write_text(to_markdown(title, lines, note, commands), "utf-8")
    stem.with_suffix(".csv").write_text(to_csv(lines), "utf-8")
    write_json(stem.with_suffix(".json"), report, "--out")


def require_alike(results: Sequence[dict[str, Any]]) -> None:
    """InputError if results that would stand in one table are of other splits or classes."""
    for key in ("split", "labels"):
        values = [result.get(key) for result in results]
        if any(value != values[0] for value in values):
            raise InputError(
                f"the results differ in their {key}; make a table of those that are alike"
            )


@command
def main(arguments: list[str] | None = None) -> None:
    """Write the tables of the results that the command line names."""
    parser = Parser(prog="python -m train.tables", description=__doc__)
    parser.add_argument("results", nargs="+", type=given_path, help="JSON files of train.evaluate")
    parser.add_argument("--out", type=given_path, required=True, help="folder for the tables")
    options = parser.parse_args(arguments)
    results = read_results(options.results)
    require_alike(results)
    results = combined(results)
    with writing(options.out, "--out"):
        options.out.mkdir(parents=True, exist_ok=True)
        names = write_tables(results, options.out)
    for name in names:
        print(options.out / f"{name}.md")


if __name__ == "__main__":
    sys.exit(main())
