"""The player's view in the link: it comes back as it was, and nothing bad in a link does harm."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from pages.shared.player.payload import ALL_CLASSES, PlayerState
from pages.shared.view_link import KEPT, PANELS, PARAMETERS, format_view, parse_view
from sedtf_core.config import DetectionConfig
from sedtf_core.labels import LABELS

ROOT = Path(__file__).resolve().parents[2]
BEGINNING = PlayerState(DetectionConfig(), "Bark", ("ideal", "gmp", "gap", "gwrp"))

shares = st.integers(0, 100).map(lambda percent: percent / 100)


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
        tuple(draw(st.lists(st.sampled_from(PANELS), min_size=1, unique=True))),
        draw(st.none() | st.just((start / 1000, end / 1000, 100.0, 8000.0))),
        draw(st.none() | st.just((start / 1000, end / 1000))),
    )


@given(states())
def test_a_view_survives_the_link(state: PlayerState) -> None:
    back = parse_view(format_view(state, BEGINNING))
    assert back.detection == state.detection
    assert back.zoom == state.zoom
    assert back.loop == state.loop
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


@pytest.mark.parametrize(
    "link",
    [
        {"high": "nan"},
        {"high": "2"},
        {"low": "0.9", "high": "0.1"},
        {"median": "4"},
        {"least": "1e9"},
        {"gap": "-1"},
        {"gap": "1" * 400},
        {"tag": "<script>"},
        {"zoom": "5_2_0_8000"},
        {"zoom": "1_2_3"},
        {"zoom": "inf_inf_inf_inf"},
        {"loop": "3_3"},
        {"class": "Dragon"},
        {"panels": "gwrp.other"},
    ],
)
def test_a_bad_parameter_counts_as_left_out(link: dict[str, str]) -> None:
    assert parse_view(link) == PlayerState()


def test_one_bad_parameter_does_not_take_the_others_along() -> None:
    state = parse_view({"zoom": "x", "tag": "0.3", "class": "Oboe"})
    assert state.detection.tagging_threshold == 0.3
    assert state.selected == "Oboe"
    assert state.zoom is None


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
