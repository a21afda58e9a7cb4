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
    assert "the test split of a folder of sounds with 2 classes" in text
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
    assert "--system gwrp" in text
    assert "--system dnn" not in text
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


def with_extras(system: str, snr_db: float) -> dict[str, Any]:
    """A result as train.evaluate writes it since it has PSDS, both frame figures and tuned thresholds."""
    frame, figure = {"f1": 0.7, "auc": 0.8, "map": 0.9}, {"f1": 0.6, "paper_f1": 0.5}
    content = result(system, snr_db, 0.5) | {
        "gated": False, "frame_holds": "ungated", "frame_gated": frame,
        "psds": {"psds1": 0.25, "psds2": 0.125},
        "tuned": {
            "thresholds": {"tagging": 0.3, "frame": 0.0002, "segmentation": None}, "tagging": figure,
            "frame": figure, "event": figure | {"er": 1.5, "paper_er": 2.5},
            "intervals": {"tagging": {"f1": [0.4, 0.8]}},
        },
    }  # fmt: skip
    content["intervals"]["psds"] = {"psds1": [0.2, 0.3]}
    return content


def test_figures_beyond_the_papers_have_tables_of_their_own(tmp_path: Path) -> None:
    paths = write(tmp_path, with_extras("dnn", 0.0), result("gwrp", 0.0, 0.5))
    assert tables.main([*paths, "--out", str(tmp_path)]) == 0
    psds = (tmp_path / "extra_psds.md").read_text()
    assert "| SNR | System | PSDS 1 | PSDS 2 |" in psds
    assert "| 0 dB | DNN | 0.250 [0.200, 0.300] | 0.125 |" in psds
    assert "GWRP" not in psds.split("Measured by")[0]
    gating = (tmp_path / "extra_frame_gating.md").read_text()
    assert "| F1, ungated | F1, gated |" in gating
    assert "| 0 dB | DNN | 0.500 [0.400, 0.600] | 0.700 |" in gating
    with (tmp_path / "extra_tuned.csv").open() as file:
        header, *lines = csv.reader(file)
    assert len(lines) == 1
    row = dict(zip(header, lines[0], strict=True))
    assert row["Tagging F1, tuned"] == "0.600 [0.400, 0.800]"
    assert row["Tagging F1, paper's threshold"] == "0.500 [0.400, 0.600]"
    assert (row["Event ER, tuned"], row["Frame threshold"]) == ("1.50", "0.0002")
    assert "Segmentation F1, tuned" not in row


def test_older_results_have_no_extra_tables(tmp_path: Path) -> None:
    assert tables.main([*write(tmp_path, result("gwrp", 0.0, 0.5)), "--out", str(tmp_path)]) == 0
    assert not list(tmp_path.glob("extra_*"))
    assert (tmp_path / "table_2_tagging.md").exists()


def test_the_frame_figures_of_a_gated_result_stand_in_the_gated_column(tmp_path: Path) -> None:
    content = with_extras("dnn", 0.0)
    content |= {"gated": True, "frame_holds": "gated", "frame_ungated": content.pop("frame_gated")}
    tables.main([*write(tmp_path, content), "--out", str(tmp_path)])
    text = (tmp_path / "extra_frame_gating.md").read_text()
    assert "| 0 dB | DNN | 0.700 | 0.500 [0.400, 0.600] |" in text


def test_the_papers_figures_are_complete() -> None:
    for metric, by_snr in FIGURES.items():
        assert set(by_snr) == {0.0, 10.0, 20.0}
        for figures in by_snr.values():
            expected = {"gmp", "gap", "gwrp"} if metric == "segmentation" else set(SYSTEMS)
            assert set(figures) == expected
            assert all(len(values) == len(COLUMNS[metric]) for values in figures.values())


def test_figures_a_class_have_their_intervals(tmp_path: Path) -> None:
    content = result("gwrp", 0.0, 0.5)
    content["per_class_intervals"] = {"Bark": {"tagging": {"map": [0.25, 0.75]}}}
    tables.main([*write(tmp_path, content), "--out", str(tmp_path)])
    text = (tmp_path / "table_4_tagging_map.md").read_text()
    assert "| Bark | 0.500 [0.250, 0.750] |" in text
    assert "| Oboe | 0.500 |" in text


@pytest.mark.parametrize("changes", [{"split": "valid"}, {"labels": ["Bark"]}])
def test_results_of_other_splits_or_classes_stand_in_no_table_together(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], changes: dict[str, Any]
) -> None:
    paths = write(tmp_path, result("gwrp", 0.0, 0.5), result("dnn", 0.0, 0.5) | changes)
    assert tables.main([*paths, "--out", str(tmp_path / "out")]) == 2
    assert f"differ in their {next(iter(changes))}" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    "content",
    [
        "", "[]", "{}", '{"system": "other", "tagging": {}}',
        '{"system": "gwrp", "tagging": {}, "per_class": {}}',
        json.dumps(result("gwrp", 0.0, 0.5) | {"snr_db": "0"}),
        json.dumps({k: v for k, v in result("gwrp", 0.0, 0.5).items() if k != "intervals"}),
    ],
)  # fmt: skip
def test_what_is_no_result_is_refused_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str
) -> None:
    path = tmp_path / "x.json"
    path.write_text(content)
    assert tables.main([str(path), "--out", str(tmp_path / "out")]) == 2
    assert "is not a result" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
