"""The class that a visitor follows from page to page."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from pages.shared import class_choice
from pages.shared.class_choice import KEY, follow_shown, followed_class
from pages.shared.player.state import ALL_CLASSES

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def app() -> AppTest:
    return AppTest.from_file(str(ROOT / "app.py"), default_timeout=180)


def go_to(app: AppTest, page: str) -> AppTest:
    """Open another page as the navigation does, which clears the link."""
    app.query_params.clear()
    app.switch_page(str(ROOT / "pages" / f"{page}.py")).run()
    assert not app.exception
    return app


def in_link(app: AppTest) -> str | None:
    value = app.query_params.get("class")
    return value[0] if isinstance(value, list) else value


def test_a_class_chosen_on_paint_is_shown_on_every_page_whose_clip_has_it(app: AppTest) -> None:
    go_to(app.run(), "paint")
    assert app.segmented_control(key=KEY).value != "Trumpet"
    app.segmented_control(key=KEY).set_value("Trumpet").run()
    assert in_link(app) == "Trumpet"
    assert go_to(app, "listen").segmented_control(key=KEY).value == "Trumpet"
    assert go_to(app, "snr").pills(key=KEY).value == "Trumpet"
    assert in_link(go_to(app, "explore")) == "Trumpet"
    assert "lab" not in app.query_params
    assert "Trumpet" in str(go_to(app, "pooling").query_params["lab"])


def test_a_clip_without_the_class_shows_its_own_and_the_next_clip_with_it_shows_it_again(
    app: AppTest,
) -> None:
    app.query_params["class"] = "Bark"
    go_to(app.run(), "paint")
    assert app.segmented_control(key=KEY).value == "Bark"
    app.selectbox(key="example").set_value("A rooster, a guitar and a jet").run()
    assert app.segmented_control(key=KEY).value in ("Rooster", "Acoustic_guitar")
    assert in_link(app) is None
    app.selectbox(key="example").set_value("Bark, trumpet, cowbell in rain").run()
    assert app.segmented_control(key=KEY).value == "Bark"


def test_slow_motion_opens_a_mixture_that_has_the_class(app: AppTest) -> None:
    app.run()
    plain = go_to(app, "training").selectbox(key="run_mixture")
    others = [name for name in plain.options if name != plain.value]
    wanted = others[-1].split(", ")[0]
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=180).run()
    app.session_state["class_followed"] = wanted.replace(" ", "_")
    go_to(app, "training")
    assert wanted in app.selectbox(key="run_mixture").value
    assert app.segmented_control(key=KEY).value == wanted.replace(" ", "_")


@pytest.mark.parametrize("linked", ["Dragon", "", "<script>", "bark"])
def test_a_link_s_class_that_does_not_exist_is_as_good_as_none(app: AppTest, linked: str) -> None:
    app.query_params["class"] = linked
    go_to(app.run(), "paint")
    assert app.segmented_control(key=KEY).value in ("Bark", "Trumpet", "Cowbell")
    assert "class_followed" not in app.session_state


def test_all_events_is_a_choice_that_pages_without_it_pass_over(app: AppTest) -> None:
    go_to(app.run(), "snr")
    assert app.pills(key=KEY).value == ALL_CLASSES
    app.pills(key=KEY).set_value("Cowbell").run()
    app.pills(key=KEY).set_value(ALL_CLASSES).run()
    assert in_link(app) is None
    assert go_to(app, "paint").segmented_control(key=KEY).value != ALL_CLASSES


@pytest.mark.parametrize(
    ("followed", "shown", "then"),
    [
        (None, "Bark", None),  # what it shows by itself
        (None, "Oboe", "Oboe"),
        ("Oboe", "Oboe", "Oboe"),
        ("Oboe", "Bark", "Bark"),
        ("Flute", "Bark", "Flute"),  # not in this clip
        ("Flute", "Oboe", "Oboe"),
        ("Oboe", ALL_CLASSES, ALL_CLASSES),
        (ALL_CLASSES, "Bark", "Bark"),
        ("Oboe", None, "Oboe"),
    ],
)
def test_only_a_class_that_was_chosen_is_followed(
    monkeypatch: pytest.MonkeyPatch, followed: str | None, shown: str | None, then: str | None
) -> None:
    monkeypatch.setattr(class_choice.st, "query_params", {})
    state = {} if followed is None else {"class_followed": followed}
    monkeypatch.setattr(class_choice.st, "session_state", state)
    follow_shown(shown, ["Bark", "Oboe"])
    assert followed_class() == then


@pytest.mark.parametrize(
    ("linked", "named"),
    [("Oboe", "Oboe"), ("*Dragon*", "a class that the networks do not know")],
)
def test_a_class_of_a_link_that_the_clip_has_not_is_said_once(linked: str, named: str) -> None:
    page = AppTest.from_file(str(ROOT / "pages" / "paint.py"), default_timeout=180)
    page.query_params["class"] = linked
    page.run()
    shown = page.segmented_control(key=KEY).value
    (toast,) = page.toast
    assert toast.value == f"The link names {named}; this clip shows {shown} instead."
    page.run()
    assert not page.toast
