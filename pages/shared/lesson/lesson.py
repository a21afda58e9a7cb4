"""Panels of the Lesson page: the choice of a step, a question, and what was reached at the end."""

from collections.abc import Sequence

import streamlit as st

from pages.shared.lesson.cached import lesson_handout
from pages.shared.lesson.progress import STEPS as COUNT
from pages.shared.lesson.progress import (
    answers,
    open_step,
    set_answer,
    set_step,
    take_up_link,
)
from pages.shared.lesson.questions import Question
from pages.shared.lesson.steps import STEPS

_CHOICE = "lesson_step_choice"
_ARRIVED = "lesson_arrived"
# "Next" goes with its step, and the focus with it: the heading takes it, so that what comes is read out.
# The number makes each step's script another, since one that stays the same is not run again.
_FOCUS_HEADING = """<script data-step="%d">
{
  const heading = document.getElementById("step");
  heading.tabIndex = -1;
  heading.focus();
}
</script>"""
_READ_OUT = """<script>
document.querySelector(".st-key-lesson_verdict").setAttribute("role", "alert");
</script>"""


def given_answers(questions: Sequence[Question]) -> tuple[int | None, ...]:
    """What was answered so far; a link's answer that is no choice counts as none."""
    # Streamlit forgets a widget that another page does not show.
    take_up_link(is_entering=_CHOICE not in st.session_state)
    return answers([len(question.choices) for question in questions])


def show_step_choice(answers: Sequence[int | None], questions: Sequence[Question]) -> int:
    """Which step is open; it stands in the link."""
    st.session_state[_CHOICE] = open_step()
    with st.container(horizontal=True, vertical_alignment="center"):
        st.segmented_control(
            "Step", range(1, COUNT + 1), key=_CHOICE, required=True, on_change=_open_choice,
            format_func=lambda n: f"{n}{_mark(answers[n - 1], questions[n - 1])}",
            label_visibility="collapsed",
        )  # fmt: skip
        st.toggle("Speaker notes", key="notes", bind="query-params")
        st.download_button(
            "Handout (PDF)",
            lesson_handout,
            "sedtf-lesson.pdf",
            "application/pdf",
            on_click="ignore",
        )
    return open_step()


def _open_choice() -> None:
    """Open the step that was chosen."""
    set_step(int(st.session_state[_CHOICE]))


def _mark(chosen: int | None, question: Question) -> str:
    """How a step was answered."""
    if chosen is None:
        return ""
    return " ✓" if chosen == question.right else " ✗"


def show_heading(number: int) -> None:
    """The title of a step; it takes the focus when the step was reached by "Next"."""
    st.header(f"{number} of {COUNT}: {STEPS[number - 1].title}", anchor="step")
    place = st.empty()
    if st.session_state.pop(_ARRIVED, False):
        place.html(_FOCUS_HEADING % number, unsafe_allow_javascript=True)


def _open_next(number: int) -> None:
    """Open a step, and let its heading have the focus."""
    set_step(number)
    st.session_state[_ARRIVED] = True


def show_question(number: int, question: Question, chosen: int | None) -> None:
    """A question to predict; the answer is explained once a choice has been made."""
    with st.container(border=True):
        picked = st.radio(
            f"**Predict.** {question.text}", range(len(question.choices)), index=chosen,
            format_func=lambda index: question.choices[index], key=f"lesson_choice_{number}",
        )  # fmt: skip
        st.button(
            "Check my answer", key=f"lesson_check_{number}", disabled=picked is None,
            on_click=set_answer, args=(number, picked),
        )  # fmt: skip
        if chosen is not None and picked == chosen:
            _show_verdict(question, chosen)
    if number < COUNT:
        st.button(
            f"Next: {STEPS[number].title}", key=f"lesson_next_{number}",
            on_click=_open_next, args=(number + 1,),
        )  # fmt: skip


def _show_verdict(question: Question, chosen: int) -> None:
    """Whether an answer is right, and why; read out as it appears."""
    with st.container(key="lesson_verdict"):
        if chosen == question.right:
            st.success(f"Right. {question.why}")
        else:
            right = question.choices[question.right]
            st.warning(f"Not quite; the answer is: {right}. {question.why}")
        st.html(_READ_OUT, unsafe_allow_javascript=True)


def show_finish(answers: Sequence[int | None], questions: Sequence[Question]) -> None:
    """At the end: how many were right, and where the rest is."""
    if None in answers:
        return
    right = sum(chosen == asked.right for chosen, asked in zip(answers, questions, strict=True))
    st.success(
        f"All seven answered, {right} of them right. The link of this page holds your answers; the "
        "handout has the figures and exercises for paper."
    )
    st.button("Start again", on_click=_start_again)


def _start_again() -> None:
    """Forget every answer, and open the first step."""
    for number in range(1, COUNT + 1):
        set_answer(number, None)
        st.session_state.pop(f"lesson_choice_{number}", None)
    _open_next(1)
