"""The blind comparison: a fair draw, counted right, at one level, and nothing told too soon."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom, binomtest
from streamlit.testing.v1 import AppTest

from pages.shared.abx import (
    AbxTest,
    chance_of_at_least,
    hidden,
    in_words,
    level_difference_db,
    mask_sounds,
    matched,
)
from pages.shared.clips import EXAMPLES
from pages.shared.listen import Heard, class_levels, encoded, mask_name
from sedtf_core import audio

PAGE = Path(__file__).resolve().parents[2] / "pages" / "listen.py"
SEEDS = st.integers(0, 2**32 - 1)
ANSWERS = st.lists(st.booleans(), max_size=20)


def run_of(seed: int, answers: list[bool], planned: int = 20) -> AbxTest:
    test = AbxTest("clip", "A", "B", True, seed, planned)
    for said_a in answers:
        test = test.answered(said_a)
    return test


def noise(level: float, seed: int = 0) -> Heard:
    samples = np.random.default_rng(seed).normal(0, level, 3200).astype(np.float32)
    return Heard(f"noise {level}", samples, 1.0)


@given(seed=SEEDS, answers=ANSWERS)
def test_an_answer_is_right_when_it_names_what_x_was(seed: int, answers: list[bool]) -> None:
    test = run_of(seed, answers)
    for trial, said_a in enumerate(answers):
        assert test.correct[trial] == (said_a == test.x_is_a(trial))


@given(seed=SEEDS, answers=ANSWERS)
def test_answers_do_not_change_the_draws_that_follow(seed: int, answers: list[bool]) -> None:
    fresh, later = run_of(seed, []), run_of(seed, answers)
    assert [fresh.x_is_a(k) for k in range(20)] == [later.x_is_a(k) for k in range(20)]


def test_the_draw_is_fair_over_trials_and_over_seeds() -> None:
    over_trials = sum(run_of(1, []).x_is_a(trial) for trial in range(2000))
    over_seeds = sum(run_of(seed, []).x_is_a(0) for seed in range(2000))
    for drawn in (over_trials, over_seeds):
        assert binomtest(drawn, 2000).pvalue > 0.001


@given(trials=st.integers(0, 40), data=st.data())
def test_chance_is_the_upper_tail_of_the_binomial_distribution(trials: int, data) -> None:
    right = data.draw(st.integers(0, trials))
    assert chance_of_at_least(right, trials) == pytest.approx(
        binom.sf(right - 1, trials, 0.5), abs=1e-12
    )


@pytest.mark.parametrize("right", [-1, 6])
def test_more_right_answers_than_trials_are_refused(right: int) -> None:
    with pytest.raises(ValueError, match=f"got {right}"):
        chance_of_at_least(right, 5)


def test_a_test_is_over_after_its_last_trial_and_takes_no_more_answers() -> None:
    test = run_of(0, [True, False], planned=3)
    assert not test.over
    test = test.answered(True)
    assert test.over
    with pytest.raises(ValueError, match="over"):
        test.answered(True)


@given(a=st.floats(1e-4, 0.3), b=st.floats(1e-4, 0.3))
def test_matched_sounds_have_one_level_and_do_not_clip(a: float, b: float) -> None:
    pair = matched(noise(a), noise(b, seed=1))
    assert level_difference_db(*pair) == pytest.approx(0, abs=1e-3)
    assert pair[0].gain == pair[1].gain
    assert all(audio.peak_level(sound.waveform) * sound.gain <= 1 for sound in pair)


def test_the_level_of_the_louder_sound_is_kept_and_silence_stays_silent() -> None:
    loud, soft = noise(0.1), noise(0.01)
    np.testing.assert_array_equal(matched(loud, soft)[0].waveform, loud.waveform)
    silence = Heard("silence", np.zeros(3200, np.float32), 1.0)
    assert audio.peak_level(matched(loud, silence)[1].waveform) == 0
    assert level_difference_db(loud, silence) is None
    assert level_difference_db(loud, soft) == pytest.approx(20)


def test_x_shares_its_bytes_with_neither_sound_nor_with_the_x_before() -> None:
    sound = noise(0.1)
    assert len({encoded(sound), hidden(sound, 0), hidden(sound, 1)}) == 3


def test_the_result_says_what_it_does_not_show() -> None:
    draws = [run_of(5, []).x_is_a(trial) for trial in range(10)]
    assert "very likely hear" in in_words(run_of(5, draws, 10))
    assert "cannot tell" in in_words(run_of(5, draws[:4], 10))
    half_right = [x if trial % 2 else not x for trial, x in enumerate(draws)]
    assert "that there is none" in in_words(run_of(5, half_right, 10))


def test_only_what_masks_separate_is_compared() -> None:
    level = class_levels(next(iter(EXAMPLES.values())), ("gap", "gwrp"))[0]
    assert [s.name for s in mask_sounds(level)] == [mask_name(k) for k in ("gap", "gwrp", None)]


def started() -> AppTest:
    page = AppTest.from_file(str(PAGE), default_timeout=120).run()
    return page.button(key="abx_start").click().run()


def test_the_page_tells_nothing_until_all_trials_are_answered() -> None:
    page = AppTest.from_file(str(PAGE), default_timeout=120).run()
    page.segmented_control(key="abx_trials").set_value(5).run()
    page.button(key="abx_start").click().run()
    for _ in range(5):
        assert not any("right" in text.value for text in page.markdown)
        page.button(key="abx_is_a").click().run()
        assert not page.exception
    test = page.session_state["abx_test"]
    said = f"**{sum(test.correct)} of 5 right**"
    assert any(text.value.startswith(said) for text in page.markdown)
    page.button(key="abx_again").click().run()
    assert page.button(key="abx_start")


def test_a_test_can_be_ended_and_another_clip_ends_it() -> None:
    page = started()
    page.button(key="abx_is_b").click().run()
    page.button(key="abx_end").click().run()
    assert any("of 1 right" in text.value for text in page.markdown)
    page.selectbox(key="example").set_value("A trio by a stream").run()
    assert not page.exception
    assert page.button(key="abx_start")


def test_a_sound_is_not_compared_with_itself() -> None:
    page = AppTest.from_file(str(PAGE), default_timeout=120).run()
    page.selectbox(key="abx_b").set_value(page.selectbox(key="abx_a").value).run()
    assert page.button(key="abx_start").disabled
