"""Lesson: seven steps from a weak label to a separated sound, each with a question to predict first."""

import streamlit as st

from pages.shared.cached import mask_systems
from pages.shared.further import show_further
from pages.shared.glossary import show_terms
from pages.shared.lesson.cached import lesson_facts
from pages.shared.lesson.lesson import (
    given_answers,
    show_finish,
    show_heading,
    show_question,
    show_step_choice,
)
from pages.shared.lesson.questions import questions
from pages.shared.lesson.steps import STEPS
from sedtf_core.models import MASK_SYSTEMS

st.title("Lesson")
if mask_systems() != MASK_SYSTEMS:
    st.info("The lesson needs the three mask systems. Train them with `python -m train.train`.")
    st.stop()
with st.spinner("Analysing the lesson's clip with three networks"):
    facts = lesson_facts()
asked = questions(facts)
given = given_answers(asked)
number = show_step_choice(given, asked)
step, question = STEPS[number - 1], asked[number - 1]
show_heading(number)
if st.session_state.notes:
    st.info(f"**Speaker notes.** {step.notes}")
chosen = given[number - 1]
left, right = st.columns(2, gap="medium")
with left:
    st.markdown(step.idea)
    show_question(number, question, chosen)
with right:
    step.show(facts)
    if step.reveal and chosen is None:
        st.caption("What the networks have learnt appears here when you have answered.")
    elif step.reveal:
        step.reveal(facts)
    show_further(*step.further)
show_finish(given, asked)
show_terms(*step.terms)
