"""A clip's samples, truth and analyses, whatever kind of clip it is.

Owns the one place where pages tell a synthesised clip from a recording. Leaves the choice of a clip to
``clips``, the caches to ``cached``.
"""

from collections.abc import Callable, Sequence
from typing import TypeVar

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from pages.shared.cached import (
    mixture,
    mixture_analysis,
    recording_analysis,
    recording_stretch,
)
from pages.shared.clips import Clip, Recording
from pages.shared.state import recipe
from pages.shared.views import title
from sedtf_core.errors import InputError
from sedtf_core.inference import Analysis
from sedtf_core.mixing import Mixture

Found = TypeVar("Found")


def known_mixture(clip: Clip) -> Mixture | None:
    """The mixture with its sources, or None for a recording, whose sources nobody knows."""
    return None if isinstance(clip, Recording) else mixture(recipe(clip))


def clip_waveform(clip: Clip) -> NDArray[np.float32]:
    """The samples that are analysed."""
    if isinstance(clip, Recording):
        return recording_stretch(clip.digest, clip.start_s, clip.seconds, clip.data)
    return mixture(recipe(clip)).mixture


def clip_analysis(clip: Clip, system: str) -> Analysis:
    """What one system finds in a clip, with the thresholds it ships with."""
    if isinstance(clip, Recording):
        return recording_analysis(clip.digest, clip.start_s, clip.seconds, system, clip.data)
    return mixture_analysis(recipe(clip), system)


def try_listening(systems: Sequence[str], listen: Callable[[], Found]) -> Found | None:
    """Run ``listen`` while the page names the systems; says why and returns None where that fails."""
    try:
        with st.spinner("Listening with " + ", ".join(map(title, systems))):
            return listen()
    except InputError as error:
        st.error(f"This clip cannot be analysed: {error}")
        return None


def clip_analyses(clip: Clip, systems: Sequence[str]) -> list[Analysis] | None:
    """What several systems find; says why and returns None where the clip cannot be analysed."""
    return try_listening(systems, lambda: [clip_analysis(clip, system) for system in systems])
