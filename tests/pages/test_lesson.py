"""The lesson: its link, its questions, its handout, and every step as a visitor walks it."""

from pathlib import Path

import numpy as np
import pytest
from fpdf import FPDF
from hypothesis import given
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from pages.shared.clips import EXAMPLES
from pages.shared.glossary import TERMS
from pages.shared.lesson.cached import lesson_facts
from pages.shared.lesson.facts import EXAMPLE, LessonFacts
from pages.shared.lesson.handout import handout_pdf
from pages.shared.lesson.progress import STEPS as COUNT
from pages.shared.lesson.progress import format_answers, parse_answers
from pages.shared.lesson.questions import Question, questions
from pages.shared.lesson.steps import STEPS
from pages.shared.listen import class_levels
from pages.shared.numbers import thousands
from pages.shared.views import IDEAL

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def facts() -> LessonFacts:
    return lesson_facts()


@pytest.fixture(scope="module")
def asked(facts: LessonFacts) -> tuple[Question, ...]:
    return questions(facts)


def open_lesson(**link: str) -> AppTest:
    page = AppTest.from_file(str(ROOT / "pages" / "lesson.py"), default_timeout=120)
    for key, value in link.items():
        page.query_params[key] = value
    return page.run()


@given(st.lists(st.one_of(st.none(), st.integers(0, 25)), min_size=COUNT, max_size=COUNT))
def test_answers_survive_the_link(chosen: list[int | None]) -> None:
    assert parse_answers(format_answers(tuple(chosen))) == tuple(chosen)


@given(st.text())
def test_any_text_in_a_link_is_seven_answers(text: str) -> None:
    assert len(parse_answers(text)) == COUNT


def test_there_are_seven_steps_each_with_a_question(asked: tuple[Question, ...]) -> None:
    assert len(STEPS) == len(asked) == COUNT
    for question in asked:
        assert len(set(question.choices)) == len(question.choices) >= 2
        assert 0 <= question.right < len(question.choices)


def test_every_word_of_a_step_and_every_further_page_exists() -> None:
    for step in STEPS:
        assert set(step.terms) <= TERMS.keys()
        assert (ROOT / step.further[0]).is_file()


def test_the_facts_are_measured_on_masks_of_one_size(facts: LessonFacts) -> None:
    assert facts.units == 311 * 64
    for name, mask in facts.simple_masks().items():
        assert mask.shape == facts.ideal.mask.shape, name
    assert facts.simple_masks()[IDEAL] is facts.ideal.mask
    for mask in facts.systems.values():
        assert mask.lit == np.count_nonzero(mask.mask > 0.5)


def test_the_levels_are_those_of_the_listen_page(facts: LessonFacts) -> None:
    of_events = class_levels(EXAMPLES[EXAMPLE], tuple(facts.systems))
    shown = next(level for level in of_events if level.label == facts.event.label)
    assert facts.levels().mixture_db == pytest.approx(shown.mixture_db)
    assert facts.levels().improvements_db == pytest.approx(shown.improvements_db)
    assert facts.levels().name() == shown.name()


def test_the_ideal_mask_lies_above_all_systems_and_its_pooled_values_between_max_and_mean(
    facts: LessonFacts,
) -> None:
    best = max(mask.si_sdr_improvement_db for mask in facts.systems.values())
    assert facts.ideal.si_sdr_improvement_db > best
    assert facts.ideal_mean() < facts.ideal_rank_pooled() < facts.ideal.mask.max()


def test_a_third_of_the_answers_is_not_the_first_choice(asked: tuple[Question, ...]) -> None:
    """Who always takes the first must not pass."""
    assert sum(question.right == 0 for question in asked) <= 5


@pytest.mark.parametrize("number", range(1, COUNT + 1))
def test_a_link_opens_each_step_and_shows_no_answer_before_one_is_given(
    number: int, asked: tuple[Question, ...]
) -> None:
    page = open_lesson(step=str(number))
    assert not page.exception
    assert page.header[0].value == f"{number} of 7: {STEPS[number - 1].title}"
    assert not page.success
    assert not page.warning
    assert all(asked[number - 1].why not in text.value for text in page.markdown)


@pytest.mark.parametrize("number", range(1, COUNT + 1))
def test_a_right_answer_is_explained_and_kept_in_the_link(
    number: int, asked: tuple[Question, ...]
) -> None:
    page = open_lesson(step=str(number))
    question = asked[number - 1]
    page.radio(key=f"lesson_choice_{number}").set_value(question.right).run()
    page.button(key=f"lesson_check_{number}").click().run()
    assert not page.exception
    assert question.why in page.success[0].value
    assert parse_answers(page.query_params["answers"])[number - 1] == question.right


def test_a_wrong_answer_says_which_is_right_and_can_be_changed(asked: tuple[Question, ...]) -> None:
    page = open_lesson(step="2", answers="-a")
    assert asked[1].choices[asked[1].right] in page.warning[0].value
    page.radio(key="lesson_choice_2").set_value(asked[1].right).run()
    page.button(key="lesson_check_2").click().run()
    assert page.success
    assert not page.warning


@pytest.mark.parametrize("answers", ["d------", "zzzzzzz", "dddd", "A", "é-b"])
def test_an_answer_that_is_no_choice_counts_as_none(answers: str) -> None:
    page = open_lesson(step="1", answers=answers)
    assert not page.exception
    assert not page.success
    assert not page.warning


def test_what_a_link_brought_is_still_there_after_another_page() -> None:
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=120).run()
    app.switch_page(str(ROOT / "pages" / "lesson.py"))
    app.query_params["step"] = "3"
    app.query_params["answers"] = "ab-----"
    app.run()
    assert app.header[0].value.startswith("3 of 7")
    app.switch_page(str(ROOT / "pages" / "about.py")).run()
    app.query_params.clear()
    app.run()
    app.switch_page(str(ROOT / "pages" / "lesson.py")).run()
    assert app.header[0].value.startswith("3 of 7")
    assert app.query_params["answers"] == "ab-----"


def test_a_changed_choice_hides_the_verdict_on_the_old_one(asked: tuple[Question, ...]) -> None:
    page = open_lesson(step="1", answers="a")
    assert page.success
    page.radio(key="lesson_choice_1").set_value(1).run()
    assert not page.success
    assert not page.warning


def test_next_goes_to_the_next_step() -> None:
    page = open_lesson(step="3", answers="--a")
    page.button(key="lesson_next_3").click().run()
    assert page.header[0].value.startswith("4 of 7")
    assert page.query_params["step"] == "4"


@pytest.mark.parametrize("step", ["0", "8", "x", "", "-1", "11"])
def test_a_link_to_no_step_opens_the_first(step: str) -> None:
    assert open_lesson(step=step).header[0].value.startswith("1 of 7")


def test_the_end_counts_the_right_answers(asked: tuple[Question, ...]) -> None:
    chosen = [question.right for question in asked]
    chosen[0] = (chosen[0] + 1) % 3
    page = open_lesson(step="7", answers=format_answers(tuple(chosen)))
    assert any("6 of them right" in text.value for text in page.success)


def test_speaker_notes_appear_on_request() -> None:
    page = open_lesson(step="4")
    assert not page.info
    page.toggle(key="notes").set_value(True).run()
    assert STEPS[3].notes in page.info[0].value


def test_the_handout_is_one_page_of_pdf_without_answers(facts: LessonFacts) -> None:
    data = handout_pdf(facts)
    assert data.startswith(b"%PDF-")
    assert data.count(b"/Type /Page\n") == 1
    assert data.rstrip().endswith(b"%%EOF")
    assert len(data) < 2_000_000


def test_the_handout_prints_every_question_without_marks_and_no_explanation(
    facts: LessonFacts, asked: tuple[Question, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    printed: list[str] = []
    monkeypatch.setattr(
        FPDF, "multi_cell", lambda _, width, height, text, **__: printed.append(text)
    )
    handout_pdf(facts)
    text = "\n".join(printed)
    assert all(choice in text for question in asked for choice in question.choices)
    assert not any(mark in text for mark in "*$\\")
    assert not any(question.why[:40] in text for question in asked)


def test_numbers_are_grouped_by_thousands() -> None:
    assert thousands(19904) == "19\u202f904"
    assert thousands(12) == "12"


@pytest.mark.parametrize("name", TERMS)
def test_every_word_has_a_definition_that_ends_and_a_source(name: str) -> None:
    assert TERMS[name].definition.endswith(".")
    assert TERMS[name].source
