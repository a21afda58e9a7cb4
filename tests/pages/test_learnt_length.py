"""GAP's note is there where GAP is, and says the shares that its metadata and the clip give."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from pages.shared import learnt_length
from pages.shared.cached import shipped_metadata


def note(*given: object) -> list[str]:
    """What the note says, as a page would show it."""

    def page(*given: object) -> None:
        from pages.shared.learnt_length import show_learnt_length

        show_learnt_length(*given)  # type: ignore[arg-type]

    shown = AppTest.from_function(page, args=given).run()
    assert not shown.exception
    return [caption.value for caption in shown.caption]


@pytest.fixture
def learnt_from(monkeypatch: pytest.MonkeyPatch) -> Callable[[float | None], None]:
    """Let GAP have learnt from clips of other seconds; None: its metadata does not say."""
    shipped = shipped_metadata()

    def change(seconds: float | None) -> None:
        settings = {} if seconds is None else {"clip_s": seconds}
        gap = replace(shipped["gap"], training={"settings": settings})
        monkeypatch.setattr(learnt_length, "shipped_metadata", lambda: {**shipped, "gap": gap})

    return change


def test_the_shipped_gap_says_that_it_learnt_from_shorter_clips() -> None:
    (text,) = note(("gmp", "gap"), 10.0)
    assert (
        "learnt from clips of 3.3 s; in one of 10 s the same event makes 33 % of that mean" in text
    )
    assert note(("gmp", "gwrp"), 10.0) == []
    assert note(("gap",), 3.3) == note(("gap",), 2.0) == []


def test_the_note_follows_the_metadata(learnt_from: Callable[[float | None], None]) -> None:
    learnt_from(5.0)
    (text,) = note(("gap",), 20.0)
    assert "clips of 5 s; in one of 20 s the same event makes 25 % of that mean" in text
    learnt_from(10.0)
    assert note(("gap",), 10.0) == []
    learnt_from(None)
    assert note(("gap",), 10.0) == []
