"""Events placed by hand: in the link, in the recipe, on the page, and in the timeline's JavaScript."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from pages.shared.browser.component import SHARED
from pages.shared.cached import library, mixture
from pages.shared.clips import EXAMPLES
from pages.shared.state import (
    CLIP_MS,
    MOST_CLASSES,
    MOST_OF_A_CLASS,
    Placed,
    Synthesis,
    layout,
    place_new,
    placed_to_text,
    recipe,
    rolled,
    text_to_placed,
    used_ms,
)
from pages.shared.synthesis import panel
from pages.shared.synthesis.payload import clip_sounds, encode_timeline
from pages.shared.synthesis.timeline import FOLDER, SCRIPTS
from sedtf_core.config import SAMPLE_RATE
from sedtf_core.mixing import mix

CLIP = Synthesis(("Bark", "Oboe"), "rain", 3, 7)
BY_HAND = replace(CLIP, placed=(Placed(3, 2150), Placed(1, 5000)))
TWO_BARKS = replace(
    CLIP,
    classes=("Bark", "Bark", "Oboe"),
    placed=(Placed(3, 2150), Placed(4, 7000), Placed(1, 5000)),
)
PAGE = """
import streamlit as st
from pages.shared.clips import show_clip_picker
st.session_state["clip"] = show_clip_picker()
"""


def places_of(clip: Synthesis) -> dict[str, tuple[Placed, ...]]:
    """Where the events stand, by class."""
    pairs = list(zip(clip.classes, layout(clip), strict=True))
    return {
        label: tuple(own for own_label, own in pairs if own_label == label) for label, _ in pairs
    }


def test_events_placed_by_hand_stand_where_they_were_placed() -> None:
    drawn = recipe(BY_HAND)
    assert [event.label for event in drawn.events] == ["Bark", "Oboe"]
    assert [event.onset for event in drawn.events] == [2.15, 5.0]
    assert drawn.events[0].clip == library().events("Bark")[2].clip
    assert drawn.config.snr_db == 3
    assert [event.onset for event in mixture(drawn).events] == [2.15, 5.0]


@pytest.mark.parametrize("clip", [*EXAMPLES.values(), CLIP], ids=lambda clip: clip.title())
def test_a_draw_pinned_by_hand_is_the_same_mixture(clip: Synthesis) -> None:
    """So nothing but the dragged event changes when a drawn mixture is first touched."""
    pinned = recipe(replace(clip, placed=layout(clip)))
    drawn = recipe(clip)
    assert {*pinned.events} == {*drawn.events}
    assert (pinned.scene, pinned.config) == (drawn.scene, drawn.config)
    bank = library()
    pair = [mix(each, bank.waveform, bank.sample_rate).mixture for each in (pinned, drawn)]
    np.testing.assert_allclose(*pair, atol=1e-6)


def test_a_draw_is_what_it_was_before_events_could_be_placed() -> None:
    """Links of the first versions must bring back what they brought then."""
    events = {event.label: event for event in recipe(CLIP).events}
    assert events["Bark"].clip == "events/Bark/bark_08.ogg"
    assert (events["Bark"].onset, events["Oboe"].onset) == (1.722, 6.374)


def test_places_come_back_from_the_link() -> None:
    for clip in (BY_HAND, TWO_BARKS, *EXAMPLES.values()):
        places = places_of(clip)
        assert text_to_placed(placed_to_text(places), tuple(places)) == places
    assert placed_to_text(places_of(BY_HAND)) == "3-2150.1-5000"
    assert placed_to_text(places_of(TWO_BARKS)) == "3-2150_4-7000.1-5000"


@pytest.mark.parametrize(
    "text",
    [
        "", ".", "3-2150", "3-2150.1-5000.1-0", "3-2150.1", "0-2150.1-5000", "99-2150.1-5000",
        "3-10000.1-5000", "3-9999.1-5000", "3--1.1-5000", "03-2150.1-5000", "3-02150.1-5000",
        "3-2150.1-5000 ", "3-2150.1-5e3", "٣-2150.1-5000", "../x-0.1-5000", "3-2150,1-5000",
        "1-0." * 5000, "1-0_" * 5000, "3-2150_.1-5000", "3-2150_1-0_1-0_1-0.1-5000",
        "3-2150_99-0.1-5000", "3-2150_1-5000",
    ],
)  # fmt: skip
def test_a_link_with_impossible_places_is_refused(text: str) -> None:
    assert text_to_placed(text, CLIP.classes) is None


def test_the_latest_onset_lets_the_event_end_with_the_clip() -> None:
    for number, length in enumerate(used_ms("Bark"), 1):
        latest = f"{number}-{CLIP_MS - length}"
        (placed,) = (text_to_placed(latest, ("Bark",)) or {})["Bark"]
        (event,) = mixture(recipe(replace(CLIP, classes=("Bark",), placed=(placed,)))).events
        assert event.offset <= 10.0
        assert event.offset - event.onset == pytest.approx(length / 1000, abs=0.002)
        assert text_to_placed(f"{number}-{CLIP_MS - length + 1}", ("Bark",)) is None


def test_a_new_event_is_placed_in_the_longest_silence() -> None:
    length = used_ms("Bark")[0]
    assert place_new("Bark", {}) == Placed(1, (CLIP_MS - length) // 2)
    oboe = used_ms("Oboe")[0]
    onset = place_new("Bark", {"Oboe": (Placed(1, 0), Placed(1, 7000))}).onset_ms
    assert oboe <= onset <= 7000 - length


def test_a_second_event_of_a_class_is_another_clip_of_it() -> None:
    places = {"Bark": (Placed(1, 0),)}
    assert place_new("Bark", places).number == 2
    full = {"Bark": (Placed(1, 0),) * len(used_ms("Bark"))}
    assert place_new("Bark", full).number == 1


def test_events_of_one_class_share_their_sources_row() -> None:
    mixed = mixture(recipe(TWO_BARKS))
    assert [event.label for event in mixed.events] == ["Bark", "Bark", "Oboe"]
    assert mixed.labels == ("Bark", "Oboe")
    np.testing.assert_array_equal(mixed.class_sources[0], mixed.sources[:2].sum(axis=0))
    np.testing.assert_array_equal(mixed.class_sources[1], mixed.sources[2])
    assert TWO_BARKS.title() == "2 × Bark, Oboe in rain, 3 dB, placed by hand"


def test_the_dice_clear_what_was_placed_by_hand() -> None:
    assert rolled(BY_HAND).placed == ()
    assert "placed by hand" in BY_HAND.title()
    assert "seed 7" in CLIP.title()


def test_clips_are_heard_as_a_mixture_uses_them_at_one_gain() -> None:
    sounds = clip_sounds(BY_HAND.classes, BY_HAND.placed)
    mixed = mixture(recipe(BY_HAND))
    for sound, source, event in zip(sounds, mixed.sources, mixed.events, strict=True):
        start = round(event.onset * SAMPLE_RATE)
        used = source[start : start + len(sound)]
        scaled = used * (np.abs(sound).max() / np.abs(used).max())
        np.testing.assert_allclose(sound, scaled, atol=1.0)
    levels = [np.sqrt(np.mean(sound.astype(np.float64) ** 2)) for sound in sounds]
    assert levels[0] == pytest.approx(levels[1], rel=1e-3)
    assert max(np.abs(sound.astype(int)).max() for sound in sounds) <= 0.99 * 32_767 + 1


# The page


@pytest.fixture
def timelines(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[bytes]]:
    """The messages that the timeline was shown with; AppTest cannot show it."""
    shown: list[bytes] = []

    def stand_in(data: bytes, *, key: str, on_change: Callable[[], None]) -> None:
        shown.append(data)
        st.session_state.setdefault(key, {"change": None})

    monkeypatch.setattr(panel, "timeline", stand_in)
    return shown


def open_picker(**query: str | list[str]) -> AppTest:
    page = AppTest.from_string(PAGE, default_timeout=60)
    for name, value in {"source": "Synthesise", **query}.items():
        page.query_params[name] = value
    return page.run()


def clip_of(page: AppTest) -> Synthesis:
    assert not page.exception
    clip = page.session_state["clip"]
    assert isinstance(clip, Synthesis)
    return clip


def header(data: bytes) -> dict[str, Any]:
    length = int.from_bytes(data[4:8], "little")
    return dict(json.loads(data[8 : 8 + length]))


def test_an_old_link_is_drawn_by_its_seed(timelines: list[bytes]) -> None:
    page = open_picker(events=["Bark", "Oboe"], snr="3", seed="7", scene="rain")
    assert clip_of(page) == CLIP
    assert panel.LINK not in page.query_params
    shown = [Placed(e["number"], e["onset_ms"]) for e in header(timelines[-1])["events"]]
    assert tuple(shown) == layout(CLIP)


def test_a_link_brings_back_what_was_placed_by_hand(timelines: list[bytes]) -> None:
    page = open_picker(
        events=["Bark", "Oboe"], snr="3", seed="7", scene="rain", placed="3-2150.1-5000"
    )
    assert clip_of(page) == BY_HAND
    assert page.query_params[panel.LINK] == "3-2150.1-5000"


def test_a_link_brings_back_two_events_of_a_class(timelines: list[bytes]) -> None:
    page = open_picker(
        events=["Bark", "Oboe"], snr="3", seed="7", scene="rain", placed="3-2150_4-7000.1-5000"
    )
    assert clip_of(page) == TWO_BARKS
    page.multiselect(key="events").set_value(["Oboe", "Bark", "Cowbell"]).run()
    assert clip_of(page).classes == ("Oboe", "Bark", "Bark", "Cowbell")
    assert clip_of(page).placed[:3] == (Placed(1, 5000), Placed(3, 2150), Placed(4, 7000))
    page.multiselect(key="events").set_value(["Oboe"]).run()
    assert clip_of(page).placed == (Placed(1, 5000),)


def test_a_link_with_wrong_places_says_so_and_shows_the_draw(timelines: list[bytes]) -> None:
    page = open_picker(events=["Bark", "Oboe"], snr="3", seed="7", scene="rain", placed="99-0.1-0")
    assert clip_of(page) == CLIP
    assert any("do not fit" in warning.value for warning in page.warning)
    assert panel.LINK not in page.query_params


@pytest.mark.parametrize("how", ["dice", "seed"])
def test_another_draw_clears_the_placement(timelines: list[bytes], how: str) -> None:
    page = open_picker(events=["Bark", "Oboe"], placed="3-2150.1-5000")
    if how == "dice":
        page.button[0].click().run()
    else:
        page.number_input(key="seed").set_value(12).run()
    assert clip_of(page).placed == ()
    assert panel.LINK not in page.query_params


def test_one_class_more_or_less_moves_no_other_event(timelines: list[bytes]) -> None:
    page = open_picker(events=["Bark", "Oboe"], placed="3-2150.1-5000")
    page.multiselect(key="events").set_value(["Bark", "Oboe", "Cowbell"]).run()
    placed = clip_of(page).placed
    assert placed[:2] == BY_HAND.placed
    assert placed[2].number == 1
    page.multiselect(key="events").set_value(["Oboe", "Cowbell"]).run()
    assert clip_of(page).placed == placed[1:]


def test_other_levels_and_scenes_keep_the_placement(timelines: list[bytes]) -> None:
    page = open_picker(events=["Bark", "Oboe"], placed="3-2150.1-5000")
    page.slider(key="snr").set_value(-20).run()
    page.selectbox(key="scene").set_value("wind").run()
    assert clip_of(page).placed == BY_HAND.placed


def test_another_source_takes_the_placement_out_of_the_link(timelines: list[bytes]) -> None:
    page = open_picker(events=["Bark", "Oboe"], placed="3-2150.1-5000")
    page.segmented_control(key="source").set_value("Example").run()
    assert not page.exception
    assert panel.LINK not in page.query_params


def test_coming_back_to_synthesise_brings_the_placement_back(timelines: list[bytes]) -> None:
    page = open_picker(events=["Bark", "Oboe"], snr="3", placed="3-2150.1-5000")
    page.segmented_control(key="source").set_value("Example").run()
    del page.session_state[panel.KEY]  # as Streamlit does when the component leaves the page
    page.segmented_control(key="source").set_value("Synthesise").run()
    assert clip_of(page).placed == BY_HAND.placed
    page.button[0].click().run()
    assert clip_of(page).placed == ()
    assert clip_of(page).classes == BY_HAND.classes


def report(monkeypatch: pytest.MonkeyPatch, *events: dict[str, Any]) -> dict[str, Any]:
    """What the session holds after the timeline reported these events."""
    change = {"serial": 1, "events": list(events)}
    state: dict[str, Any] = {panel.KEY: {"change": change}}
    monkeypatch.setattr(panel, "st", SimpleNamespace(session_state=state))
    panel._take_over()
    return state


def place(label: str, number: int | None, onset_ms: int | None) -> dict[str, Any]:
    return {"label": label, "number": number, "onset_ms": onset_ms}


def test_what_the_timeline_reports_becomes_the_choice(monkeypatch: pytest.MonkeyPatch) -> None:
    state = report(monkeypatch, place("Oboe", 2, 10), place("Bark", None, None))
    assert state["events"] == ["Oboe", "Bark"]
    assert state[panel._KEPT]["Oboe"] == (Placed(2, 10),)
    (bark,) = state[panel._KEPT]["Bark"]
    assert bark.onset_ms > 10 + used_ms("Oboe")[1]


def test_a_second_event_of_a_class_stands_beside_the_first(monkeypatch: pytest.MonkeyPatch) -> None:
    first, other = place("Bark", 3, 0), place("Oboe", 1, 8000)
    state = report(monkeypatch, first, other, place("Bark", None, None))
    assert state["events"] == ["Bark", "Oboe"]
    kept, new = state[panel._KEPT]["Bark"]
    assert kept == Placed(3, 0)
    assert new.number == 2
    assert new.onset_ms > used_ms("Bark")[2]
    many = [place("Bark", 1, 0)] * 9 + [place("Bark", None, None)] * 9
    assert len(report(monkeypatch, *many)[panel._KEPT]["Bark"]) == MOST_OF_A_CLASS


def test_an_impossible_report_is_put_right(monkeypatch: pytest.MonkeyPatch) -> None:
    many = [place(label, 1, 0) for label in library().labels()]
    assert len(report(monkeypatch, *many)["events"]) == MOST_CLASSES
    state = report(monkeypatch, place("Nothing", 1, 0), place("Bark", 99, 0), place("Oboe", 1, -5))
    assert state["events"] == ["Bark", "Oboe"]
    kept = state[panel._KEPT]
    assert text_to_placed(placed_to_text(kept), ("Bark", "Oboe")) == kept


# JavaScript

LOGIC = (SHARED / "message.js", *(FOLDER / f"{name}.js" for name in ("message", "places")))


def test_the_browser_reads_the_message(run_javascript: Any, tmp_path: Path) -> None:
    path = tmp_path / "message"
    path.write_bytes(encode_timeline(BY_HAND, 4))
    read = run_javascript(
        LOGIC,
        f"""
        import {{ readFileSync }} from "node:fs";
        const view = readTimeline(readFileSync({json.dumps(str(path))}));
        console.log(JSON.stringify({{
          serial: view.serial, events: view.events, sounds: view.sounds.map((s) => Array.from(s)),
          spans: view.events.map((event) => spanText(view, event)),
          clip: clipText(classOf(view, view.events[0]), 3),
        }}));
        """,
    )
    assert read["serial"] == 4
    assert read["events"] == [place("Bark", 3, 2150), place("Oboe", 1, 5000)]
    for got, sound in zip(read["sounds"], clip_sounds(CLIP.classes, BY_HAND.placed), strict=True):
        np.testing.assert_array_equal(got, sound)
    events = mixture(recipe(BY_HAND)).events
    assert read["spans"] == [f"{event.onset:.2f}–{event.offset:.2f} s" for event in events]
    assert read["clip"] == f"3 of {len(used_ms('Bark'))} · {used_ms('Bark')[2] / 1000:.1f} s"


def test_no_gesture_leaves_the_clip(run_javascript: Any) -> None:
    view = header(encode_timeline(BY_HAND, 0))
    events = run_javascript(
        LOGIC,
        f"""
        const view = {json.dumps(view)};
        const [bark, oboe] = view.events;
        const keys = ["ArrowLeft", "ArrowRight", "Home", "End"].flatMap((key) =>
          [false, true].map((shift) => movedTo(view, bark, onsetByKey(view, bark, key, shift))));
        const late = movedTo(view, bark, 1e9);
        console.log(JSON.stringify([...keys, late, movedTo(view, bark, -1e9),
          ...view.classes[1].used_ms.map((_, at) => withClip(view, late, at + 1)),
          withClass(view, late, "Helicopter")]));
        """,
    )
    assert [event["onset_ms"] for event in events[:6]] == [2100, 1650, 2200, 2650, 0, 0]
    assert events[6]["onset_ms"] == events[8]["onset_ms"] == CLIP_MS - used_ms("Bark")[2]
    for event in events:
        text = f"{event['number']}-{event['onset_ms']}"
        assert text_to_placed(text, (event["label"],)) is not None, event


def test_the_timeline_offers_what_there_is_room_for(run_javascript: Any) -> None:
    view = header(encode_timeline(TWO_BARKS, 0))
    offered = run_javascript(
        LOGIC,
        f"""
        const view = {json.dumps(view)};
        const free = (events) => freeClasses(view, events).map(({{ label }}) => label);
        const others = view.classes.slice(0, 5).map(({{ label }}) => ({{ label, number: 1 }}));
        console.log(JSON.stringify({{
          two: free(view.events), three: free([...view.events, view.events[0]]), five: free(others),
          names: view.events.map((_, index) => eventName(view, view.events, index)),
        }}));
        """,
    )
    assert offered["two"] == list(library().labels())
    assert offered["three"] == [label for label in library().labels() if label != "Bark"]
    assert offered["five"] == list(library().labels()[:MOST_CLASSES])
    assert offered["names"] == ["Bark 1", "Bark 2", "Oboe"]


def test_the_timeline_is_a_whole_component() -> None:
    assert SCRIPTS[-1] == FOLDER / "mount.js"
    assert (FOLDER / "timeline.html").read_text().startswith('<div class="timeline ground"')
