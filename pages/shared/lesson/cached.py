"""Caches of the lesson, each bounded; apart from ``pages.shared.cached``, on which the facts are built."""

import streamlit as st

from pages.shared.cached import mixture_estimates
from pages.shared.lesson.facts import LessonFacts, measure_lesson
from pages.shared.lesson.handout import handout_pdf
from pages.shared.lesson.pictures import clip_picture, mask_pictures
from pages.shared.lesson.sounds import encode_sounds
from pages.shared.method_pictures import SYSTEM, method_pictures
from sedtf_core.plotting import Theme


@st.cache_resource(max_entries=1, show_spinner=False)
def lesson_facts() -> LessonFacts:
    """Return what the lesson shows, measured once a process."""
    return measure_lesson()


@st.cache_resource(max_entries=1, show_spinner=False)
def lesson_handout() -> bytes:
    """Return the handout as PDF."""
    return handout_pdf(lesson_facts())


@st.cache_resource(max_entries=1, show_spinner=False)
def lesson_sounds() -> dict[str, bytes]:
    """Return every sound of the lesson as FLAC, by name."""
    return encode_sounds(lesson_facts())


@st.cache_resource(max_entries=4, show_spinner=False)
def bag_picture(theme: Theme, *, with_events: bool) -> bytes:
    """Return the clip as PNG, with its events or without."""
    facts = lesson_facts()
    return clip_picture(facts, theme, events=facts.mixture.events if with_events else None)


@st.cache_resource(max_entries=32, show_spinner=False)
def masks_picture(names: tuple[str, ...], theme: Theme, *, columns: int = 2) -> bytes:
    """Return masks as PNG: systems, and those of ``LessonFacts.simple_masks``."""
    facts = lesson_facts()
    return mask_pictures(facts, names, theme, columns=columns)


@st.cache_resource(max_entries=2, show_spinner=False)
def method_in_pictures(theme: Theme) -> dict[str, bytes]:
    """Return the five steps of the method as PNG, by name."""
    facts = lesson_facts()
    index = facts.mixture.labels.index(facts.event.label)
    separated = mixture_estimates(facts.mixture.recipe, SYSTEM)[index]
    return method_pictures(facts, separated, theme)
