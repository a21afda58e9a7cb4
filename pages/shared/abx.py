"""A blind comparison of two masks by ear (ABX): the draw of X, the answers, and what chance would do.

Owns the protocol: A and B are known, X is one of them, drawn for every trial from the test's seed; nothing is
told before the test is over, as feedback would change what is listened for. Conventions: levels are brought
together by root mean square over the whole sound, upwards as far as neither sound clips.
"""

import math
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import streamlit as st

from pages.shared.levels import shared_gain
from pages.shared.listen import ClassLevels, Heard, encoded, mask_name
from sedtf_core import audio

TRIALS = (5, 10, 16, 20)
STATE = "abx_test"


@dataclass(frozen=True)
class AbxTest:
    """A run of trials over two sounds.

    Attributes
    ----------
    subject
        What the sounds are of: a test belongs to it and ends with it.
    a, b
        Names of the two sounds.
    is_matched
        Whether they are brought to one level.
    planned
        How many trials the test has.
    said_a
        For each answered trial, whether the listener took X for A.
    ended
        Whether the listener asked for the result before the last trial.
    """

    subject: str
    a: str
    b: str
    is_matched: bool
    seed: int
    planned: int
    said_a: tuple[bool, ...] = ()
    ended: bool = False

    def x_is_a(self, trial: int) -> bool:
        """Whether X is A in a trial, which count from 0: a fair draw, the same each time."""
        return bool(np.random.default_rng((self.seed, trial)).integers(2))

    def answered(self, said_a: bool) -> "AbxTest":
        """The test with one more answer."""
        if self.over:
            raise ValueError(f"the test is over after {len(self.said_a)} trials")
        return replace(self, said_a=(*self.said_a, said_a))

    @property
    def over(self) -> bool:
        """Whether the result may be shown."""
        return self.ended or len(self.said_a) >= self.planned

    @property
    def correct(self) -> tuple[bool, ...]:
        """Whether each answer was right."""
        return tuple(said == self.x_is_a(trial) for trial, said in enumerate(self.said_a))

    @property
    def chance(self) -> float:
        """Probability that guessing gives at least as many right answers."""
        return chance_of_at_least(sum(self.correct), len(self.said_a))


def chance_of_at_least(right: int, trials: int) -> float:
    """Probability of ``right`` or more right answers out of ``trials`` tosses of a fair coin."""
    if not 0 <= right <= trials:
        raise ValueError(f"right must lie in 0…{trials}, got {right}")
    tail: int = sum(math.comb(trials, k) for k in range(right, trials + 1))
    return tail / (1 << trials)


def matched(a: Heard, b: Heard) -> tuple[Heard, Heard]:
    """Both sounds at the level of the louder one, or as near to it as neither clips."""
    levels = [audio.rms_level(sound.waveform) for sound in (a, b)]
    factors = [max(levels) / level if level > 0 else 1.0 for level in levels]
    scaled = [
        np.asarray(sound.waveform * factor, dtype=np.float32)
        for sound, factor in zip((a, b), factors, strict=True)
    ]
    gain = shared_gain(scaled)
    return Heard(a.name, scaled[0], gain), Heard(b.name, scaled[1], gain)


def level_difference_db(a: Heard, b: Heard) -> float | None:
    """How much louder A is than B; None where one of them is silent."""
    levels = [audio.rms_level(sound.waveform) for sound in (a, b)]
    return 20 * math.log10(levels[0] / levels[1]) if min(levels) > 0 else None


def hidden(sound: Heard, trial: int) -> bytes:
    """The sound as X of a trial.

    A browser knows a sound by its bytes and keeps its player where it was: without another length, X would
    be told by an address equal to A's or B's, or by a player that did not go back to its start.
    """
    return encoded(replace(sound, waveform=np.pad(sound.waveform, (0, trial + 1))))


def mask_sounds(level: ClassLevels) -> list[Heard]:
    """What each mask separates of a class."""
    names = [mask_name(kind) for kind in level.improvements_db]
    return [track for track in level.tracks if track.name in names]


# --- The panel ---


def show_abx(subject: str, sounds: Sequence[Heard]) -> None:
    """A blind comparison of two of the sounds, folded until it is wanted.

    Parameters
    ----------
    subject
        What the sounds are of; another subject is another test.
    sounds
        What can be compared; fewer than two draw nothing.
    """
    if len(sounds) >= 2:
        with st.expander("Blind comparison (ABX): can you hear which mask it is?"):
            _show_test(subject, tuple(sounds))


@st.fragment
def _show_test(subject: str, sounds: tuple[Heard, ...]) -> None:
    """The choice of a test, a trial of it, or its result."""
    test: AbxTest | None = st.session_state.get(STATE)
    known = {sound.name: sound for sound in sounds}
    if test is None or test.subject != subject or not {test.a, test.b} <= set(known):
        _show_choice(subject, known)
    elif test.over:
        _show_result(test)
    else:
        pair = known[test.a], known[test.b]
        _show_trial(test, *(matched(*pair) if test.is_matched else pair))


def _show_choice(subject: str, known: dict[str, Heard]) -> None:
    """Which two sounds, how many trials, and whether the louder one may give itself away."""
    st.markdown(
        "X is A or B, drawn anew for every trial. Play all three as often as you like, then say which "
        "it is. The result comes when the last trial is done."
    )
    names = list(known)
    left, right, trials, match = st.columns([3, 3, 3, 3], vertical_alignment="bottom")
    a = left.selectbox("A", names, index=max(len(names) - 2, 0), key="abx_a")
    b = right.selectbox("B", names, index=max(len(names) - 3, 0), key="abx_b")
    planned = trials.segmented_control(
        "Trials", TRIALS, default=TRIALS[1], key="abx_trials", required=True
    )
    same_level = match.toggle(
        "Match loudness", value=True, key="abx_match",
        help="Brings both to one RMS level. Without it, the louder sound gives the answer away.",
    )  # fmt: skip
    difference_db = level_difference_db(known[a], known[b])
    if a != b and difference_db is not None:
        louder, softer = (a, b) if difference_db >= 0 else (b, a)
        done = "and is matched to it" if same_level else "and is left so: that alone may tell them"
        st.caption(f"{softer} is {abs(difference_db):.1f} dB below {louder} {done}.")
    fresh = AbxTest(subject, a, b, same_level, secrets.randbits(32), planned or TRIALS[1])
    st.button("Start", disabled=a == b, key="abx_start", on_click=_begin, args=(fresh,))
    if a == b:
        st.caption("Choose two different masks.")


def _show_trial(test: AbxTest, a: Heard, b: Heard) -> None:
    """Three sounds and two answers."""
    trial = len(test.said_a)
    st.progress(trial / test.planned, f"Trial {trial + 1} of {test.planned}")
    x = a if test.x_is_a(trial) else b
    columns = st.columns(3)
    names = (f"**A**: {a.name}", f"**B**: {b.name}", "**X**: which of them?")
    sounds = (encoded(a), encoded(b), hidden(x, trial))
    for column, name, sound in zip(columns, names, sounds, strict=True):
        column.markdown(name)
        column.audio(sound, format="audio/flac")
    with st.container(horizontal=True):
        # No key may tell one trial's buttons from the next: the focus stays where it is.
        st.button("X is A", shortcut="A", key="abx_is_a", on_click=_answer, args=(True,))
        st.button("X is B", shortcut="B", key="abx_is_b", on_click=_answer, args=(False,))
        st.button("End here", key="abx_end", on_click=_end, disabled=trial == 0)


def _begin(test: AbxTest) -> None:
    """Make a test the session's own."""
    st.session_state[STATE] = test


def _answer(said_a: bool) -> None:
    """Count an answer."""
    st.session_state[STATE] = st.session_state[STATE].answered(said_a)


def _end() -> None:
    """Show the result of the trials so far."""
    st.session_state[STATE] = replace(st.session_state[STATE], ended=True)


def _forget() -> None:
    """Make room for another test."""
    st.session_state.pop(STATE, None)


def _show_result(test: AbxTest) -> None:
    """How many were right, and how often guessing does as well."""
    right, trials = sum(test.correct), len(test.said_a)
    level = "at one level" if test.is_matched else "at their own levels"
    st.markdown(f"**{right} of {trials} right**, {test.a} against {test.b}, {level}.")
    st.markdown(in_words(test))
    if st.toggle("Show each trial", key="abx_each"):
        rows = [
            {
                "Trial": trial + 1,
                "X was": "A" if test.x_is_a(trial) else "B",
                "You said": "A" if said else "B",
            }
            for trial, said in enumerate(test.said_a)
        ]
        st.dataframe(rows, hide_index=True, width="content")
    st.button("Another test", key="abx_again", on_click=_forget)


def in_words(test: AbxTest) -> str:
    """What the number of right answers says, and what it does not."""
    chance = test.chance
    told = f"Guessing does at least as well with probability {_probability(chance)}. "
    if chance <= 0.05:
        return told + "You very likely hear a difference."
    if chance_of_at_least(len(test.said_a), len(test.said_a)) > 0.05:
        return told + "So few trials cannot tell hearing from guessing."
    return told + "This does not show a difference; it does not show that there is none, either."


def _probability(value: float) -> str:
    """A probability with as many digits as mean something."""
    return f"{value:.2f}" if value >= 0.01 else f"{value:.1g}" if value >= 1e-4 else "under 0.0001"
