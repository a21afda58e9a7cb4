"""Where a visitor is in the lesson, as it stands in the link: the step, and each answer as one letter.

``answers=b-a----`` is the second choice of step 1 and the first of step 3, the others not answered.
What comes from a link is checked: anything else counts as not answered.
"""

import re
import string
from collections.abc import Sequence

import streamlit as st

from pages.shared.link import say_unread

STEPS = 7
NOT_ANSWERED = "-"
ANSWERS_KEY, STEP_KEY = "answers", "step"
_LETTERS = string.ascii_lowercase
_FORMS = {ANSWERS_KEY: re.compile("[a-z-]{1,7}"), STEP_KEY: re.compile("[1-7]")}


def parse_answers(text: str) -> tuple[int | None, ...]:
    """The chosen index of each step, None where there is none."""
    letters = text[:STEPS].ljust(STEPS, NOT_ANSWERED)
    return tuple(_LETTERS.index(x) if x in _LETTERS else None for x in letters)


def format_answers(answers: tuple[int | None, ...]) -> str:
    """The inverse of ``parse_answers``."""
    return "".join(NOT_ANSWERED if index is None else _LETTERS[index] for index in answers)


def take_up_link(*, is_entering: bool) -> None:
    """Keep what can be read of the link; on coming back, restore what another page has cleared.

    Later a link without a step is the browser's Back to where there was none, and means the first.
    """
    for key in (ANSWERS_KEY, STEP_KEY):
        kept = f"lesson_{key}"
        if is_entering and key not in st.query_params and kept in st.session_state:
            st.query_params[key] = st.session_state[kept]
        text = st.query_params.get(key)
        if is_entering and text is not None and not _FORMS[key].fullmatch(text):
            say_unread([key])
            del st.query_params[key]
        if key in st.query_params:
            st.session_state[kept] = st.query_params[key]


def answers(choices: Sequence[int]) -> tuple[int | None, ...]:
    """Return the answers given so far; ``choices`` is how many each step offers."""
    given = parse_answers(st.query_params.get(ANSWERS_KEY, ""))
    return tuple(
        index if index is not None and index < count else None
        for index, count in zip(given, choices, strict=True)
    )


def set_answer(step: int, chosen: int | None) -> None:
    """Put the answer of a step, counted from 1, into the link."""
    given = list(parse_answers(st.query_params.get(ANSWERS_KEY, "")))
    given[step - 1] = chosen
    st.query_params[ANSWERS_KEY] = format_answers(tuple(given))


def open_step() -> int:
    """Return the number of the step that is open, counted from 1."""
    text = st.query_params.get(STEP_KEY, "1")
    return int(text) if text in map(str, range(1, STEPS + 1)) else 1


def set_step(number: int) -> None:
    """Open a step."""
    st.query_params[STEP_KEY] = str(number)
