"""The SNR page: an example at once, a synthesised clip on request, no claim about a recording."""

import csv
import io
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from pages.shared.cached import mask_systems, stored_sweeps
from pages.shared.clips import EXAMPLES
from pages.shared.snr import measuring, panel
from pages.shared.snr.figures import SNRS_DB
from pages.shared.snr.stored import recipe_key
from pages.shared.snr.table import to_csv, values_table
from pages.shared.snr.words import breaking
from pages.shared.state import recipe

PAGE = Path(__file__).resolve().parents[2] / "pages" / "snr.py"
CLIP = next(iter(EXAMPLES.values()))


def open_page(**params: str) -> AppTest:
    page = AppTest.from_file(str(PAGE), default_timeout=120)
    for name, value in params.items():
        page.query_params[name] = value
    return page.run()


def words(page: AppTest) -> str:
    return " ".join(text.value for text in page.markdown)


def test_an_example_is_shown_at_once_with_five_charts_and_what_they_say() -> None:
    page = open_page()
    assert not page.exception
    assert len(page.get("plotly_chart")) == 5
    assert "In words." in words(page)
    sweep = stored_sweeps()[recipe_key(recipe(CLIP))]
    for system in mask_systems():
        point = breaking(sweep, system)
        said = "never half of them" if point.point_db is None else point.text()
        assert said in words(page)
    assert page.select_slider(key="snr_at").value == CLIP.snr_db


def test_the_looked_at_snr_comes_from_the_link_and_is_said() -> None:
    page = open_page(snr_at="-15")
    assert not page.exception
    assert page.select_slider(key="snr_at").value == -15
    assert "At −15\u00a0dB, GMP names" in words(page)


def test_a_link_that_asks_for_no_snr_opens_the_clips_own() -> None:
    assert open_page(snr_at="loud").select_slider(key="snr_at").value == CLIP.snr_db
    assert open_page(snr_at="999").select_slider(key="snr_at").value == CLIP.snr_db


def test_the_link_holds_the_snr_unless_it_is_the_clips_own() -> None:
    page = open_page()
    assert "snr_at" not in page.query_params
    for snr_db in (SNRS_DB[0], SNRS_DB[-1]):
        page.select_slider(key="snr_at").set_value(snr_db).run()
        assert page.query_params["snr_at"] in (str(snr_db), [str(snr_db)])
    page.select_slider(key="snr_at").set_value(CLIP.snr_db).run()
    assert "snr_at" not in page.query_params


def test_the_slider_moves_the_looked_at_snr_and_one_event_can_be_chosen() -> None:
    page = open_page()
    page.select_slider(key="snr_at").set_value(-20).run()
    assert "At −20\u00a0dB, GMP names" in words(page)
    page.pills(key="class_choice").set_value("Bark").run()
    assert not page.exception
    page.selectbox(key="example").set_value("A rooster, a guitar and a jet").run()
    assert not page.exception
    assert "rooster" in words(page)


def test_a_click_sets_the_snr_that_was_measured_nearest(monkeypatch) -> None:
    state: dict[str, object] = {}
    monkeypatch.setattr(panel.st, "session_state", state)
    panel.look_at({"selection": {"points": [{"x": -11.4}]}})
    assert state == {"snr_at": -10}
    panel.look_at({"selection": {"points": []}})
    assert state == {"snr_at": -10}


def test_a_synthesised_clip_is_measured_on_request(monkeypatch) -> None:
    asked = []
    figures = stored_sweeps()[recipe_key(recipe(CLIP))]

    def stand_in(moved, systems):
        asked.append(moved.config.snr_db)
        return figures[SNRS_DB.index(round(moved.config.snr_db))]

    monkeypatch.setattr(measuring, "snr_figures", stand_in)
    page = open_page(source="Synthesise")
    assert not page.exception
    assert not page.get("plotly_chart")
    assert asked == []
    page.button(key="snr_measure").click().run()
    assert not page.exception
    assert asked == list(SNRS_DB)
    assert len(page.get("plotly_chart")) == 5
    page.select_slider(key="snr_at").set_value(30).run()
    assert len(asked) == len(SNRS_DB)  # measured once
    page.segmented_control(key="source").set_value("Example").run()
    page.segmented_control(key="source").set_value("Synthesise").run()
    assert len(page.get("plotly_chart")) == 5
    assert not [button for button in page.button if button.key == "snr_measure"]


def test_no_time_is_promised_until_a_point_was_measured(monkeypatch) -> None:
    figures = stored_sweeps()[recipe_key(recipe(CLIP))]
    moments = iter(range(0, 1000, 3))  # every point takes three seconds
    monkeypatch.setattr(measuring.time, "monotonic", lambda: next(moments))
    monkeypatch.setattr(measuring, "snr_figures", lambda *_: figures[0])
    page = open_page(source="Synthesise")
    assert page.button(key="snr_measure").label == "Measure this clip at 11 SNRs"
    page.button(key="snr_measure").click().run()
    page.number_input(key="seed").set_value(77).run()
    assert page.button(key="snr_measure").label == "Measure this clip at 11 SNRs (about 33 s)"


def test_figures_of_other_checkpoints_are_not_shown(monkeypatch) -> None:
    monkeypatch.setattr(measuring, "stored_sweeps", dict)
    page = open_page()
    assert not page.exception
    assert not page.get("plotly_chart")
    assert page.button(key="snr_measure")


@pytest.mark.parametrize("source", ["Upload", "Record"])
def test_of_a_recording_the_snr_is_not_known_and_an_example_is_offered(source: str) -> None:
    page = open_page(source=source)
    assert not page.exception
    assert ["not known" in info.value for info in page.info] == [True]
    assert not page.get("file_uploader")
    assert not page.get("audio_input")
    page.button(key="snr_example").click().run()
    assert not page.exception
    assert len(page.get("plotly_chart")) == 5


def test_the_csv_holds_every_figure() -> None:
    sweep = stored_sweeps()[recipe_key(recipe(CLIP))]
    rows = list(csv.DictReader(io.StringIO(to_csv(values_table(sweep)))))
    assert len(rows) == len(SNRS_DB) * len(CLIP.classes) * (len(mask_systems()) + 1)
    first = sweep[0].systems["gmp"].events[0]
    assert float(rows[0]["Clip probability"]) == first.clip_prob
    assert rows[3]["System"] == "Ideal ratio mask"
    assert rows[3]["Frame F1"] == ""
