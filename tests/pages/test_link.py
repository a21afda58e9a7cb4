"""What a link says: what cannot be read is named once and forgotten, all else goes along to other pages."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

ROOT = Path(__file__).resolve().parents[2]

BROKEN = [
    ("pooling", "lab", "Bark,gwrp,gwrp,1.5,0.1,1"),
    ("training", "toy", "gmp,gap,gwrp,9,0.5,0.94,0"),
    ("training", "share", "1.2"),
    ("training", "share", "half"),
    ("snr", "snr_at", "99"),
    ("snr", "snr_at", "loud"),
    ("lesson", "step", "8"),
    ("lesson", "answers", "a b"),
    ("explore", "high", "2"),
    ("events", "low", "x"),
]


BOUND = [
    ("explore", "example", {"example": "Nonsense"}),
    ("explore", "example", {"example": "<b>A thunderstorm</b>"}),
    ("explore", "source", {"source": "Foo"}),
    ("listen", "measured_on", {"measured_on": "foo"}),
    ("explore", "snr", {"source": "Synthesise", "snr": "999"}),
    ("explore", "snr", {"source": "Synthesise", "snr": "nan"}),
    ("explore", "seed", {"source": "Synthesise", "seed": "-4"}),
    ("explore", "scene", {"source": "Synthesise", "scene": "moon"}),
    ("explore", "events", {"source": "Synthesise", "events": "Dragon"}),
    ("events", "event_systems", {"event_systems": "Foo"}),
    ("results", "table", {"table": "foo"}),
    ("results", "results_snr", {"results_snr": "3 dB"}),
]


@pytest.mark.parametrize(
    ("page", "name", "link"), [*((page, name, {name: text}) for page, name, text in BROKEN), *BOUND]
)
def test_what_a_link_asks_in_vain_is_said_once_and_leaves_the_link(
    page: str, name: str, link: dict[str, str]
) -> None:
    test = AppTest.from_file(str(ROOT / f"pages/{page}.py"), default_timeout=120)
    for key, text in link.items():
        test.query_params[key] = text
    test.run()
    assert not test.exception
    assert [toast.value for toast in test.toast] == [
        f"Left out of the link, because it cannot be read: {name}."
    ]
    assert name not in test.query_params
    test.run()
    assert not test.toast


@pytest.mark.parametrize(
    "link",
    [
        {"example": "A thunderstorm", "source": "Example"},
        {"source": "Synthesise", "snr": "10", "seed": "0", "scene": "jet plane"},
        {"source": "Synthesise", "events": ["Double bass", "Bark"], "snr": "-20"},
        {"source": "Synthesise", "events": ""},
        {"source": "Upload"},
    ],
)
def test_nothing_is_said_of_a_link_that_can_be_read(link: dict[str, str | list[str]]) -> None:
    test = AppTest.from_file(str(ROOT / "pages/explore.py"), default_timeout=120)
    for key, text in link.items():
        test.query_params[key] = text
    test.run()
    assert not test.exception
    assert not test.toast


PICKER = """
import streamlit as st
from pages.shared.clips import show_clip_picker
st.text(show_clip_picker().title())
"""
SYSTEMS = """
import streamlit as st
from pages.shared.events_panel import show_system_choice
st.text(" ".join(show_system_choice()))
"""


def two_pages(folder: Path, one: str, two: str, link: dict[str, str | list[str]]) -> AppTest:
    """An application of two pages, opened at the first by a link."""
    (folder / "one.py").write_text(one, "utf-8")
    (folder / "two.py").write_text(two, "utf-8")
    (folder / "app.py").write_text(
        "import streamlit as st\nst.navigation([st.Page('one.py'), st.Page('two.py')]).run()",
        "utf-8",
    )
    app = AppTest.from_file(str(folder / "app.py"), default_timeout=120)
    for key, text in link.items():
        app.query_params[key] = text
    return app.run()


def go_to(app: AppTest, page: str) -> str:
    app.switch_page(page).run()
    assert not app.exception
    return app.text[0].value


@pytest.mark.parametrize(
    "link",
    [
        {"example": "A thunderstorm"},
        {"source": "Synthesise", "snr": "-5", "seed": "7", "events": ["Bark", "Oboe"]},
        {"source": "Synthesise", "scene": "wind", "events": "Bark", "placed": "3-2150"},
    ],
)
def test_the_clip_of_a_link_goes_along_to_every_page(
    tmp_path: Path, link: dict[str, str | list[str]]
) -> None:
    app = two_pages(tmp_path, PICKER, PICKER, link)
    clip = app.text[0].value
    opened = dict(app.query_params)
    for page in ("two.py", "one.py", "two.py"):
        assert go_to(app, page) == clip
        assert dict(app.query_params) == opened


def test_what_was_chosen_after_the_link_goes_along_in_its_place(tmp_path: Path) -> None:
    app = two_pages(tmp_path, PICKER, PICKER, {"example": "A thunderstorm"})
    go_to(app, "two.py")
    app.selectbox(key="example").set_value("Drums on a train").run()
    assert go_to(app, "one.py") == "Drums on a train"


def test_the_systems_of_the_events_page_outlast_a_page_without_them(tmp_path: Path) -> None:
    app = two_pages(tmp_path, SYSTEMS, PICKER, {"event_systems": ["GAP"]})
    assert app.text[0].value == "gap"
    go_to(app, "two.py")
    assert go_to(app, "one.py") == "gap"
    assert app.query_params["event_systems"] in ("GAP", ["GAP"])
