"""The player's view in the link: it comes back as it was, and nothing bad in a link does harm."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from pages.shared.cached import recording_view
from pages.shared.player.state import ALL_CLASSES, PlayerState
from pages.shared.view_link import (
    KEPT,
    KEPT_OF,
    PANELS,
    PARAMETERS,
    format_view,
    parse_view,
    unread,
)
from sedtf_core import audio
from sedtf_core.config import SAMPLE_RATE, DetectionConfig
from sedtf_core.events import Event
from sedtf_core.labels import LABELS

ROOT = Path(__file__).resolve().parents[2]
BEGINNING = PlayerState(DetectionConfig(), "Bark", ("ideal", "gmp", "gap", "gwrp"))

shares = st.integers(0, 100).map(lambda percent: percent / 100)
tracks = (
    st.sampled_from(["mixture", "scene", "background~gap"])
    | st.sampled_from(LABELS).map(lambda label: f"truth~{label}")
    | st.sampled_from(LABELS).map(lambda label: f"gwrp~{label}")
)


@st.composite
def states(draw: st.DrawFn) -> PlayerState:
    low, high = sorted((draw(shares), draw(shares)))
    start, end = sorted(draw(st.lists(st.integers(0, 9999), min_size=2, max_size=2, unique=True)))
    return PlayerState(
        DetectionConfig(
            tagging_threshold=draw(shares),
            high_threshold=high,
            low_threshold=low,
            min_event_frames=draw(st.integers(0, 200)),
            max_gap_frames=draw(st.integers(0, 200)),
            median_frames=draw(st.sampled_from([1, 3, 5, 21])),
        ),
        draw(st.sampled_from([*LABELS, ALL_CLASSES])),
        tuple(draw(st.lists(st.sampled_from(PANELS), unique=True))),
        draw(st.none() | st.just((start / 1000, end / 1000, 100.0, 8000.0))),
        draw(st.none() | st.just((start / 1000, end / 1000))),
        draw(st.none() | st.just((-75.5, -10.0))),
        tuple(draw(st.lists(tracks, unique=True))),
    )


@given(states())
def test_a_view_survives_the_link(state: PlayerState) -> None:
    back = parse_view(format_view(state, BEGINNING))
    assert back.detection == state.detection
    assert back.zoom == state.zoom
    assert back.loop == state.loop
    assert back.levels == state.levels
    assert back.solo == state.solo
    assert back.selected in (state.selected, None)
    assert back.systems is None or set(back.systems) == set(state.systems or ())


def test_what_the_player_begins_with_is_not_in_the_link() -> None:
    assert format_view(BEGINNING, BEGINNING) == {}
    assert format_view(PlayerState(), BEGINNING) == {}


@given(st.dictionaries(st.sampled_from(PARAMETERS), st.text(max_size=40)))
def test_any_text_in_a_link_is_some_view(link: dict[str, str]) -> None:
    state = parse_view(link)
    assert state.selected is None or state.selected in (*LABELS, ALL_CLASSES)
    assert state.systems is None or set(state.systems) <= set(PANELS)


@given(states())
def test_a_link_is_the_same_after_it_was_opened(state: PlayerState) -> None:
    link = format_view(state, BEGINNING)
    assert format_view(parse_view(link), BEGINNING) == link


@given(st.dictionaries(st.sampled_from(PARAMETERS), st.text("0123456789-_.e", max_size=400)))
def test_no_number_in_a_link_is_an_error(link: dict[str, str]) -> None:
    point = parse_view(link).detection
    assert 0 <= point.low_threshold <= point.high_threshold <= 1


@pytest.mark.parametrize(
    "link",
    [
        {"high": "nan"},
        {"high": "2"},
        {"low": "0.9", "high": "0.1"},
        {"median": "4"},
        {"least": "1e9"},
        {"gap": "-1"},
        {"least": "1" * 400},
        {"least": "201"},
        {"median": "0"},
        {"zoom": "1" * 400 + "_2_3_4"},
        {"high": "0.05"},
        {"panels": ""},
        {"gap": "1" * 400},
        {"tag": "<script>"},
        {"zoom": "5_2_0_8000"},
        {"zoom": "1_2_3"},
        {"zoom": "inf_inf_inf_inf"},
        {"loop": "3_3"},
        {"levels": "-10_-80"},
        {"levels": "-12_-10"},
        {"levels": "-161_0"},
        {"levels": "0_61"},
        {"class": "Dragon"},
        {"panels": "gwrp.other"},
        {"solo": "gwrp"},
        {"solo": "scene.gwrp~Dragon"},
        {"solo": "background~Bark"},
        {"solo": "scene~"},
        {"solo": "<b>~Bark"},
    ],
)
def test_a_bad_parameter_counts_as_left_out(link: dict[str, str]) -> None:
    assert parse_view(link) == PlayerState()


def test_one_bad_parameter_does_not_take_the_others_along() -> None:
    state = parse_view({"zoom": "x", "tag": "0.3", "class": "Oboe"})
    assert state.detection.tagging_threshold == 0.3
    assert state.selected == "Oboe"
    assert state.zoom is None
    mixed = parse_view({"median": "4", "tag": "0.3", "low": "0.9"}).detection
    assert mixed == DetectionConfig(tagging_threshold=0.3)


def test_a_link_with_a_view_opens_explore_with_it_and_keeps_it() -> None:
    page = AppTest.from_file(str(ROOT / "pages" / "explore.py"), default_timeout=120)
    page.query_params["tag"] = "0.3"
    page.query_params["zoom"] = "1_4_100_8000"
    page.query_params["class"] = "Dragon"
    page.run()
    assert not page.exception
    assert page.query_params["tag"] == "0.3"
    assert page.query_params["zoom"] == "1_4_100_8000"
    assert "class" not in page.query_params
    assert page.session_state[KEPT] == {"tag": "0.3", "zoom": "1_4_100_8000"}


def open_page(
    name: str, query: dict[str, str], session: dict[str, object] | None = None
) -> AppTest:
    page = AppTest.from_file(str(ROOT / "pages" / name), default_timeout=120)
    for key, value in query.items():
        page.query_params[key] = value
    for key, kept in (session or {}).items():
        page.session_state[key] = kept
    page.run()
    assert not page.exception
    return page


@pytest.mark.parametrize(
    ("link", "names"),
    [
        ({"tag": "loud", "zoom": "5_2_0_8000"}, ["tag", "zoom"]),
        ({"high": "0.05", "panels": "gmp"}, ["high"]),
        ({"class": "Dragon", "loop": "1_2"}, ["class"]),
        ({"high": "0.2", "least": "10", "tag": "0.3"}, []),
    ],
)
def test_what_a_link_does_not_say_is_named_once(link: dict[str, str], names: list[str]) -> None:
    assert unread(link) == names


def test_a_page_says_what_it_left_out_of_its_link() -> None:
    page = open_page("events.py", {"tag": "<b>loud</b>", "gap": "7"})
    assert [toast.value for toast in page.toast] == [
        "Left out of the link, because it cannot be read: tag."
    ]
    assert page.slider(key="max_gap").value == 7


def test_the_events_page_takes_the_operating_point_of_the_link_and_puts_it_there() -> None:
    page = open_page("events.py", {"high": "0.6", "low": "0.3", "median": "5", "gap": "200"})
    assert page.slider(key="score_thresholds").value == (0.3, 0.6)
    assert page.select_slider(key="median").value == 5
    assert page.slider(key="max_gap").value == 200
    page.slider(key="tagging_threshold").set_value(0.5).run()
    assert page.query_params["tag"] in ("0.5", ["0.5"])
    assert page.session_state[KEPT]["high"] == "0.6"
    page.slider(key="tagging_threshold").set_value(0.1).run()
    assert "tag" not in page.query_params


def test_explore_and_events_agree_without_a_link() -> None:
    kept = {"tag": "0.4", "panels": "gmp", "class": "Trumpet", "zoom": "1_4_100_8000"}
    events = open_page("events.py", {}, {KEPT: kept})
    assert events.slider(key="tagging_threshold").value == 0.4
    assert events.session_state[KEPT] == kept
    explore = open_page("explore.py", {}, {KEPT: kept, KEPT_OF: "Bark, trumpet, cowbell in rain"})
    assert explore.session_state[KEPT] == kept


def test_of_another_clip_thresholds_and_panels_remain() -> None:
    kept = {"tag": "0.4", "panels": "gmp", "class": "Trumpet", "zoom": "1_4_100_8000"}
    explore = open_page("explore.py", {}, {KEPT: kept, KEPT_OF: "another"})
    assert explore.session_state[KEPT] == {"tag": "0.4", "panels": "gmp"}


def upload(labels: bytes) -> AppTest:
    noise = np.random.default_rng(0).normal(0, 0.1, 64_000).astype(np.float32)
    page = open_page("explore.py", {"source": "Upload"})
    sound = page.file_uploader(key="upload")
    sound.upload("my.wav", audio.encode(noise, SAMPLE_RATE), "audio/wav").run()
    page.file_uploader(key="labels_file").upload("labels.txt", labels, "text/plain").run()
    assert not page.exception
    return page


def test_a_labels_file_is_the_truth_of_an_upload() -> None:
    page = upload(b"0.5\t1.0\tBark\n1.0\t1.5\tDragon\n")
    assert any("hits: 0 of 1" in text.value for text in page.markdown)
    assert any("Dragon" in warning.value for warning in page.warning)


def test_a_wrong_labels_file_is_one_message_and_the_player_stays() -> None:
    page = upload(b"\xff\xfe words")
    assert len(page.error) == 1
    assert any("not known" in text.value for text in page.markdown)


def test_a_labelled_class_that_no_system_finds_is_shown_too() -> None:
    noise = np.random.default_rng(0).normal(0, 0.1, 64_000).astype(np.float32)
    truth = (Event(0.5, 1.0, "Oboe"), Event(0.5, 1.0, "Dragon"))
    key = ("digest of labelled noise", 0.0, 2.0, ("gwrp",))
    view = recording_view(*key, audio.encode(noise, SAMPLE_RATE), truth)
    assert view.classes[0].label == "Oboe"
    assert view.truth == truth[:1]
    assert view.ideal_masks is None
    assert recording_view(*key, audio.encode(noise, SAMPLE_RATE)).truth is None
