"""The Results page: what is read, what the filters leave, and what is drawn of it."""

import json
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from pages.shared.results import tables
from pages.shared.results.figures import class_figure, mean_figure
from pages.shared.results.panels import SYSTEM_PX, mean_rows
from pages.shared.results.tables import (
    Mean,
    Table,
    class_values,
    commands_for,
    means_at,
    read_tables,
)
from sedtf_core.labels import label_colour

PAGE = Path(__file__).resolve().parents[2] / "pages" / "results.py"
COMMANDS = [
    "python -m train.evaluate --system gwrp --snr 20 --json a.json",
    "python -m train.evaluate --system gwrp --snr 0 --json b.json",
]


def mean(system: str, snr_db: float, column: str, ours: float) -> dict[str, Any]:
    return {
        "snr_db": snr_db, "system": system, "column": column, "ours": ours,
        "low": ours - 0.1, "high": ours + 0.05, "paper": 0.5,
    }  # fmt: skip


MEANS = {
    "title": "Audio tagging (paper's Table II)",
    "note": "Other data than the paper's.",
    "commands": COMMANDS,
    "rows": [mean(s, snr, "f1", 0.4) for snr in (20.0, 0.0) for s in ("gmp", "gwrp")],
}
CLASSES = {
    "title": "Event F1 a class (Table VII)",
    "note": "Other data than the paper's.",
    "commands": COMMANDS,
    "rows": [
        {"Class": "Bark", "GWRP, 20 dB": "0.250", "GAP, 20 dB": "0.100", "GWRP, 0 dB": "0.050"},
        {"Class": "Hi-hat", "GWRP, 20 dB": "–", "GAP, 20 dB": "0.300", "GWRP, 0 dB": "0.000"},
    ],
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tables, "RESULTS", tmp_path)
    return tmp_path


def write(folder: Path, name: str, report: object) -> None:
    (folder / f"table_{name}.json").write_text(json.dumps(report), "utf-8")


def read(folder: Path, report: object) -> Table:
    write(folder, "1", report)
    return read_tables(folder)[0]


def open_page() -> AppTest:
    return AppTest.from_file(str(PAGE), default_timeout=60).run()


def test_without_results_the_page_says_how_to_get_them(folder: Path) -> None:
    page = open_page()
    assert not page.exception
    assert "No results" in page.info[0].value
    assert "train.tables" in page.code[0].value


def test_the_page_shows_a_table_with_the_commands_of_its_snr(folder: Path) -> None:
    write(folder, "2", MEANS)
    page = open_page()
    assert not page.exception
    assert page.code[0].value == COMMANDS[0]
    assert len(page.dataframe[0].value) == 2


def test_what_the_figures_say_beside_the_papers_is_said(folder: Path) -> None:
    write(folder, "2", MEANS)
    own = {**MEANS, "rows": [dict(row, column="tuned.frame.f1") for row in MEANS["rows"]]}
    write(folder, "3", {**own, "title": "Tuned"})
    page = open_page()
    said = [text.value for text in page.markdown if text.value.startswith("**In words**")]
    assert len(said) == 1 and said[0].startswith("**In words**, at 20 dB:\n\n- **F1.** GMP is best")
    page.selectbox(key="table").select("Tuned").run()
    assert not any(text.value.startswith("**In words**") for text in page.markdown)


def test_another_table_can_be_chosen_and_its_classes_filtered(folder: Path) -> None:
    write(folder, "2", MEANS)
    write(folder, "7", CLASSES)
    page = open_page()
    page.selectbox(key="table").set_value(CLASSES["title"]).run()
    page.multiselect(key="results_classes").set_value(["Bark"]).run()
    assert not page.exception
    assert page.dataframe[0].value["Class"].tolist() == ["Bark"]
    page.selectbox(key="table").set_value(MEANS["title"]).run()
    assert not page.exception


def test_systems_of_a_class_table_can_be_left_out_down_to_none(folder: Path) -> None:
    write(folder, "7", CLASSES)
    page = open_page()
    assert list(page.dataframe[0].value) == ["Class", "GWRP", "GAP"]
    page.segmented_control(key="results_systems").set_value(["GAP"]).run()
    assert list(page.dataframe[0].value) == ["Class", "GAP"]
    page.segmented_control(key="results_systems").set_value([]).run()
    assert not page.exception
    assert "at least one" in page.info[0].value
    page.segmented_control(key="results_snr").set_value(0.0).run()
    assert not page.exception


def test_every_filter_can_be_in_the_link(folder: Path) -> None:
    write(folder, "2", MEANS)
    write(folder, "7", CLASSES)
    page = AppTest.from_file(str(PAGE), default_timeout=60)
    page.query_params["table"] = CLASSES["title"]
    page.query_params["results_snr"] = "0 dB"
    page.query_params["results_systems"] = ["GWRP"]
    page.query_params["results_classes"] = ["Hi-hat"]
    page.run()
    assert not page.exception
    assert not page.toast
    assert page.segmented_control(key="results_snr").value == 0.0
    assert page.dataframe[0].value["Class"].tolist() == ["Hi-hat"]
    assert page.dataframe[0].value["GWRP"].tolist() == [0.0]


def test_filters_of_the_link_that_a_table_does_not_have_are_named(folder: Path) -> None:
    write(folder, "7", CLASSES)
    page = AppTest.from_file(str(PAGE), default_timeout=60)
    page.query_params["results_systems"] = ["GWRP", "Dragon"]
    page.query_params["results_classes"] = "Bark"
    page.run()
    assert not page.exception
    assert [toast.value for toast in page.toast] == [
        "Left out of the link, because it cannot be read: results_systems."
    ]
    assert list(page.dataframe[0].value) == ["Class", "GWRP"]


@pytest.mark.parametrize(
    "report",
    ["words", [], {}, {**MEANS, "rows": []}, {**MEANS, "rows": [{"snr_db": 0}]},
     {**CLASSES, "rows": [{"Class": "Bark", "GWRP": "0.1"}]}],
)  # fmt: skip
def test_a_file_that_is_no_table_is_named_and_the_page_goes_on(folder: Path, report: Any) -> None:
    write(folder, "2", MEANS)
    write(folder, "9", report)
    page = open_page()
    assert not page.exception
    assert "table_9.json" in page.warning[0].value
    assert page.dataframe


def test_the_tables_that_train_tables_writes_are_read(tmp_path: Path) -> None:
    from train.draws import combined
    from train.paper import SYSTEMS
    from train.tables import write_tables

    scores = {"tagging": {"f1": 0.4, "auc": 0.8, "map": 0.5}, "event": {"f1": 0.1, "er": 1.5}}
    measured = [
        {"system": system, "snr_db": snr_db, "command": f"evaluate --snr {snr_db:g}", **scores,
         "intervals": {"tagging": {"f1": [0.3, 0.5]}}, "per_class": {"Bark": scores}}
        for system in SYSTEMS for snr_db in (10.0, 0.0)
    ]  # fmt: skip
    names = write_tables(combined(measured), tmp_path)
    found = read_tables(tmp_path)
    assert len(found) == len(names) == 5
    assert all(table.snrs_db() == [10.0, 0.0] for table in found)
    assert [bool(table.means) for table in found].count(True) == 2


def test_the_ends_beside_draws_are_called_what_they_are(folder: Path) -> None:
    rows = [{**mean("gwrp", 0.0, "draws.tagging.map", 0.5), "paper": None}]
    (folder / "extra_draws.json").write_text(json.dumps({**MEANS, "rows": rows}), "utf-8")
    (table,) = read_tables(folder)
    assert table.ends == "lowest and highest draw of mixtures"
    assert table.means[0].heading == "Tagging mAP"


def test_what_the_paper_has_not_stands_beside_what_it_is_compared_with(folder: Path) -> None:
    rows = [
        {**mean("gwrp", 0.0, f"tuned.{column}", value), "paper": None}
        for column, value in {
            "frame.paper_f1": 0.2, "frame.f1": 0.3, "event.er": 1.5, "thresholds.frame": 0.4,
        }.items()
    ]  # fmt: skip
    (folder / "extra_tuned.json").write_text(json.dumps({**MEANS, "rows": rows}), "utf-8")
    (table,) = read_tables(folder)
    assert [(m.heading, m.ours, m.beside) for m in table.means] == [
        ("Frame F1", 0.3, 0.2), ("Event error rate (lower is better)", 1.5, None),
    ]  # fmt: skip
    page = open_page()
    assert not page.exception
    row = page.dataframe[0].value.iloc[0]
    assert row["Frame F1: tuned on the valid split"].startswith("0.300 [")
    assert row["Frame F1: paper's thresholds"] == "0.200"


def test_figures_of_one_snr_are_those_of_no_other(tmp_path: Path) -> None:
    classes, means = read(tmp_path, CLASSES), read(tmp_path, MEANS)
    assert class_values(classes, 0.0) == {"GWRP": {"Bark": 0.05, "Hi-hat": 0.0}}
    assert class_values(classes, 20.0, ["Hi-hat"])["GWRP"] == {"Hi-hat": None}
    assert {mean.snr_db for mean in means_at(means, 20.0)} == {20.0}


def test_commands_of_another_snr_are_left_out_unless_none_names_the_snr(tmp_path: Path) -> None:
    means = read(tmp_path, MEANS)
    assert commands_for(means, 0.0) == [COMMANDS[1]]
    assert commands_for(means, 2.0) == COMMANDS


def test_whiskers_reach_from_the_low_to_the_high_end_of_the_interval(tmp_path: Path) -> None:
    means = [
        Mean(0.0, "gmp", "F1", 0.4, 0.3, 0.45, 0.5),
        Mean(0.0, "gwrp", "F1", 0.4, None, None, 0.5),
    ]
    table = read(tmp_path, MEANS)
    ours = next(trace for trace in mean_figure(means, table).data if trace.name.startswith("Ours"))
    assert list(ours.error_x.array) == pytest.approx([0.05, 0.0])
    assert list(ours.error_x.arrayminus) == pytest.approx([0.1, 0.0])


def test_every_metric_has_a_panel_and_what_has_nothing_beside_it_one_bar(tmp_path: Path) -> None:
    means = [Mean(0.0, "gwrp", name, 0.4, None, None, None) for name in "ABCDE"]
    figure = mean_figure(means, read(tmp_path, MEANS))
    assert [note.text for note in figure.layout.annotations] == list("ABCDE")
    assert len(figure.data) == 5


def test_bars_of_classes_have_their_colour_and_systems_a_pattern_of_their_own(
    tmp_path: Path,
) -> None:
    traces = class_figure(class_values(read(tmp_path, CLASSES), 20.0)).data
    assert all(t.marker.color == (label_colour("Bark"), label_colour("Hi-hat")) for t in traces)
    assert len({t.marker.pattern.shape for t in traces}) == len(traces) == 2


def test_a_row_is_a_system_with_its_figures_beside_the_papers(folder: Path) -> None:
    write(
        folder, "audio_tagging", MEANS | {"rows": [*MEANS["rows"], mean("gmp", 20.0, "auc", 0.9)]}
    )
    page = AppTest.from_file(str(PAGE), default_timeout=60).run()
    shown = page.dataframe[0].value
    assert list(shown["System"]) == ["GMP", "GWRP"]
    assert list(shown["F1: ours"]) == ["0.400 [0.300, 0.450]"] * 2
    assert list(shown["F1: paper"]) == ["0.500"] * 2
    assert shown["AUC: ours"][0] == "0.900 [0.800, 0.950]"
    assert not isinstance(shown["AUC: ours"][1], str)  # not measured


def test_decibels_have_one_digit_after_the_point(folder: Path) -> None:
    column = "detected_separation.si_sdr_improvement_db"
    rows = [{**mean("gmp", 0.0, column, -28.1124), "paper": None}]
    (folder / "extra_separation.json").write_text(json.dumps({**MEANS, "rows": rows}), "utf-8")
    (table,) = read_tables(folder)
    (row,) = mean_rows(table.means, table)
    assert list(row.values()) == ["GMP", "−28.1 [−28.2, −28.1]"]
    (bars,) = mean_figure(table.means, table).data
    assert "%{x:.1f}" in bars.hovertemplate


def test_a_class_table_says_that_the_papers_classes_are_others(folder: Path) -> None:
    write(folder, "7", CLASSES)
    assert any("The paper's table has other classes" in m.value for m in open_page().markdown)


def test_the_name_of_the_system_keeps_its_width_and_its_place(folder: Path) -> None:
    write(folder, "2", MEANS)
    columns = json.loads(open_page().dataframe[0].proto.columns)
    assert columns["System"]["width"] == SYSTEM_PX
    assert columns["System"]["pinned"]


def test_no_column_of_a_shipped_table_is_empty() -> None:
    for table in read_tables(tables.RESULTS):
        for snr_db in table.snrs_db():
            rows = mean_rows(means_at(table, snr_db), table)
            for heading in {name for row in rows for name in row}:
                assert any(row.get(heading, "–") != "–" for row in rows), (table.title, heading)
