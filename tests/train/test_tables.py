"""The paper's tables with ours beside, and where no result is one."""

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from train import tables
from train.paper import COLUMNS, FIGURES, SYSTEMS


def result(system: str, snr_db: float, value: float) -> dict[str, Any]:
    metrics = {metric: dict.fromkeys(columns, value) for metric, columns in COLUMNS.items()}
    intervals = {
        metric: dict.fromkeys(columns, (value - 0.1, value + 0.1))
        for metric, columns in COLUMNS.items()
    }
    per_class = {"Bark": metrics, "Oboe": metrics}
    if system not in ("gmp", "gap", "gwrp"):
        del metrics["segmentation"]
    command = f"python -m train.evaluate --system {system} --snr {snr_db:g}"
    return {
        "system": system, "snr_db": snr_db, "command": command, "intervals": intervals,
        "per_class": per_class, **metrics,
    }  # fmt: skip


def write(folder: Path, *results: dict[str, Any]) -> list[str]:
    paths = []
    for number, content in enumerate(results):
        path = folder / f"{number}.json"
        path.write_text(json.dumps(content))
        paths.append(str(path))
    return paths


def test_ours_stand_beside_the_papers_with_intervals_and_commands(tmp_path: Path) -> None:
    paths = write(tmp_path, result("gwrp", 0.0, 0.5), result("dnn", 0.0, 0.25))
    assert tables.main([*paths, "--out", str(tmp_path / "out")]) == 0
    text = (tmp_path / "out" / "table_2_tagging.md").read_text()
    assert "| 0 dB | GWRP | 0.500 [0.400, 0.600] | 0.534 |" in text
    assert text.index("DNN") < text.index("GWRP")
    assert "python -m train.evaluate --system gwrp --snr 0" in text
    assert "26 classes" in text
    with (tmp_path / "out" / "table_2_tagging.csv").open() as file:
        rows = list(csv.reader(file))
    assert rows[2][:4] == ["0 dB", "GWRP", "0.500 [0.400, 0.600]", "0.534"]
    report = json.loads((tmp_path / "out" / "table_2_tagging.json").read_text())
    assert report["rows"][0] == {
        "snr_db": 0.0, "system": "dnn", "column": "f1", "ours": 0.25, "low": 0.15, "high": 0.35,
        "paper": 0.331,
    }  # fmt: skip


def test_systems_without_masks_are_left_out_of_segmentation(tmp_path: Path) -> None:
    paths = write(tmp_path, result("gwrp", 0.0, 0.5), result("dnn", 0.0, 0.25))
    tables.main([*paths, "--out", str(tmp_path)])
    text = (tmp_path / "table_9_segmentation.md").read_text()
    assert "GWRP" in text
    assert "DNN" not in text


def test_an_snr_that_the_paper_has_not_gets_a_dash(tmp_path: Path) -> None:
    tables.main([*write(tmp_path, result("gap", 5.0, 0.5)), "--out", str(tmp_path)])
    assert (
        "| 5 dB | GAP | 0.500 [0.400, 0.600] | – |" in (tmp_path / "table_5_frame.md").read_text()
    )


def test_tables_a_class_have_a_column_a_system(tmp_path: Path) -> None:
    paths = write(tmp_path, result("gwrp", 0.0, 0.5), result("gwrp", 10.0, 0.75))
    tables.main([*paths, "--out", str(tmp_path)])
    text = (tmp_path / "table_7_event_f1.md").read_text()
    assert "| Class | GWRP, 10 dB | GWRP, 0 dB |" in text
    assert "| Bark | 0.750 | 0.500 |" in text


def test_the_papers_figures_are_complete() -> None:
    for metric, by_snr in FIGURES.items():
        assert set(by_snr) == {0.0, 10.0, 20.0}
        for figures in by_snr.values():
            expected = {"gmp", "gap", "gwrp"} if metric == "segmentation" else set(SYSTEMS)
            assert set(figures) == expected
            assert all(len(values) == len(COLUMNS[metric]) for values in figures.values())


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"system": "other", "tagging": {}}'])
def test_what_is_no_result_is_refused_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str
) -> None:
    path = tmp_path / "x.json"
    path.write_text(content)
    assert tables.main([str(path), "--out", str(tmp_path / "out")]) == 2
    assert "is not a result" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
