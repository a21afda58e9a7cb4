"""Where a visitor is in the lesson, as it stands in the link: the step, and each answer as one letter.

``answers=b-a----`` is the second choice of step 1 and the first of step 3, the others not answered.
What comes from a link is checked: anything else counts as not answered.
"""

import string

import streamlit as st

STEPS = 7
NOT_ANSWERED = "-"
ANSWERS_KEY, STEP_KEY = "answers", "step"
_LETTERS = string.ascii_lowercase


def parse_answers(text: str) -> tuple[int | None, ...]:
    """The chosen index of each step, None where there is none."""
    letters = text[:STEPS].ljust(STEPS, NOT_ANSWERED)
    return tuple(_LETTERS.index(x) if x in _LETTERS else None for x in letters)


def format_answers(answers: tuple[int | None, ...]) -> str:
    """The inverse of ``parse_answers``."""
    return "".join(NOT_ANSWERED if index is None else _LETTERS[index] for index in answers)


def answers() -> tuple[int | None, ...]:
    """Return the answers given so far."""
    return parse_answers(_remembered(ANSWERS_KEY, ""))


def set_answer(step: int, chosen: int | None) -> None:
    """Put the answer of a step, counted from 1, into the link."""
    given = list(answers())
    given[step - 1] = chosen
    _remember(ANSWERS_KEY, format_answers(tuple(given)))


def open_step() -> int:
    """Return the number of the step that is open, counted from 1."""
    text = _remembered(STEP_KEY, "1")
    return int(text) if text in map(str, range(1, STEPS + 1)) else 1


def set_step(number: int) -> None:
    """Open a step."""
    _remember(STEP_KEY, str(number))


def _remembered(key: str, otherwise: str) -> str:
    """What the link says; or the session, where going to another page has cleared the link."""
    if key not in st.query_params and f"lesson_{key}" in st.session_state:
        st.query_params[key] = st.session_state[f"lesson_{key}"]
    return st.query_params.get(key, otherwise)


def _remember(key: str, value: str) -> None:
    st.query_params[key] = st.session_state[f"lesson_{key}"] = value
