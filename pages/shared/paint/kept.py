"""Masks painted in this session, by clip and class, for the pages that take them up.

Owns the session's memory of them, the newest few; a mask is kept as the text of its strokes. Leaves drawing
to the board and strokes to ``strokes``.
"""

from typing import TypeAlias

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from pages.shared.clips import Clip, Recording
from pages.shared.paint.strokes import parse_strokes, strokes_to_mask
from pages.shared.state import recipe
from sedtf_core.errors import InputError
from sedtf_core.mixing import Recipe

_KEY = "paint:kept"
_MOST = 32

ClipKey: TypeAlias = Recipe | tuple[str, float, float]


def clip_key(clip: Clip) -> ClipKey:
    """What a clip's sound is known by: a recipe, or a recording's digest and stretch."""
    if isinstance(clip, Recording):
        return (clip.digest, clip.start_s, clip.seconds)
    return recipe(clip)


def keep_mask(clip: Clip, label: str, text: str) -> None:
    """Remember the strokes of a class, or forget them where there are none."""
    kept: dict[tuple[ClipKey, str], str] = st.session_state.setdefault(_KEY, {})
    kept.pop((clip_key(clip), label), None)
    if text:
        kept[clip_key(clip), label] = text
    while len(kept) > _MOST:
        del kept[next(iter(kept))]


def kept_masks(clip: Clip) -> dict[str, str]:
    """Label → strokes of what was painted on a clip."""
    kept: dict[tuple[ClipKey, str], str] = st.session_state.get(_KEY, {})
    return {label: text for (key, label), text in kept.items() if key == clip_key(clip)}


def drawn(text: str, frames: int, mel_bins: int) -> NDArray[np.float32]:
    """The mask that strokes draw; empty where they do not fit a clip of this length."""
    try:
        return strokes_to_mask(parse_strokes(text, frames, mel_bins), frames, mel_bins)
    except InputError:
        return np.zeros((frames, mel_bins), np.float32)
