"""The pooling lab as one panel: a component that computes in the browser, and the formulas beside it.

Its state stands in the page's link as ``lab``, and is kept for when the visitor comes back.
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import streamlit as st
import torch

from pages.shared.analyses import clip_waveform, known_mixture
from pages.shared.browser.component import SHARED, ignore_change, pinned, register
from pages.shared.cached import pooling_view
from pages.shared.class_choice import follow_shown, followed_class
from pages.shared.clips import Clip, Recording
from pages.shared.link import linked, put_in_link
from pages.shared.numbers import thousands
from pages.shared.paint.kept import clip_key, keep_mask, kept_masks
from pages.shared.pooling.payload import encode_message, encode_view, lab_labels, lab_view
from pages.shared.pooling.settings import (
    EXAMPLE_BANDS,
    EXAMPLE_FRAMES,
    PLANE_UNITS,
    POOLING_TITLES,
    LabSettings,
)
from pages.shared.pooling.words import STAND_IN, WORDS
from sedtf_core.config import PAPER_DECAY, FeatureConfig
from sedtf_core.inference import Analysis
from sedtf_core.pooling import global_weighted_rank_pool

KEY = "pooling"
LINK = "lab"
PAINTED_LINK = "mask"  # as on the Paint page
_KEPT = f"{KEY}:kept"
ROOM = r"\;"  # KaTeX writes a little beyond its box, which a browser would let one scroll
FOLDER = Path(__file__).parent
CORE = (
    SHARED / "numbers.js",
    *(FOLDER / f"{name}.js" for name in ("poolings", "rectangle", "scales")),
)
SCRIPTS = (
    SHARED / "colours.js",
    SHARED / "dom.js",
    SHARED / "message.js",
    SHARED / "mounted.js",
    *CORE,
    *(
        FOLDER / f"{name}.js"
        for name in (
            "message", "choices", "radios", "pictures", "curve", "controls", "words", "lab", "mount",
        )
    ),
)  # fmt: skip


def show_what_to_try() -> None:
    """Lead into the lab with the lesson it is for."""
    units = EXAMPLE_FRAMES * EXAMPLE_BANDS
    seconds = EXAMPLE_FRAMES * FeatureConfig().frame_hop_s
    st.markdown(
        f"A perfect mask of a {seconds:.0f} s sound in {EXAMPLE_BANDS} bands, {thousands(units)} of "
        f"{thousands(PLANE_UNITS)} units at 1, pools to only **{example_probability():.2f}** under GWRP with "
        f"r = {PAPER_DECAY}: it averages over about {thousands(round(1 / (1 - PAPER_DECAY)))} "
        "units. Choose *Rectangle* and widen it until p passes 0.5; then move r from GMP to GAP."
    )


@lru_cache(maxsize=1)
def example_probability() -> float:
    """What the example's rectangle pools to under the paper's pooling."""
    mask = torch.zeros(PLANE_UNITS // 64, 64)
    mask[:EXAMPLE_FRAMES, :EXAMPLE_BANDS] = 1.0
    return float(global_weighted_rank_pool(mask))


@st.fragment
def show_pooling_lab(clip: Clip, analyses: Sequence[Analysis]) -> None:
    """Show the lab for a clip: pictures, curve, sliders, then the chosen pooling's formulas.

    Parameters
    ----------
    clip
        Whose masks can be chosen.
    analyses
        Of the systems with masks; one at least.
    """
    labels = lab_labels(analyses, known_mixture(clip), _first(clip))
    appears = KEY not in st.session_state
    begun = pinned(KEY, _beginning(clip, labels) if appears else LabSettings())
    result = _component()(
        key=KEY,
        data=encode_message(_view(clip, analyses), begun),
        default={"settings": None},
        on_settings_change=ignore_change,
    )
    settings = begun if result.settings is None else LabSettings(**result.settings)
    st.session_state[_KEPT] = settings
    follow_shown(settings.label, labels)
    put_in_link(LINK, settings.to_text(), usual=LabSettings().to_text())
    is_painted = settings.mask == "painted"
    put_in_link(PAINTED_LINK, kept_masks(clip).get(settings.label, "") if is_painted else "")
    show_formulas(settings.pooling)


def _beginning(clip: Clip, labels: Sequence[str]) -> LabSettings:
    """What the lab begins with: the link's set-up and painted mask, or how it was left."""
    before: LabSettings = st.session_state.get(_KEPT, LabSettings())
    followed = followed_class()
    if followed and followed in labels:
        before = replace(before, label=followed)
    settings = linked(LINK, LabSettings.from_text, before)
    _take_painted(clip, settings, labels)
    return settings


def show_formulas(pooling: str) -> None:
    """A pooling's formula, its gradient, when that changes its sign, and the source."""
    words = WORDS[pooling]
    left, right = st.columns([1, 1], gap="large")
    with left:
        st.markdown(f"**{POOLING_TITLES[pooling]}**")
        st.latex(words.formula + ROOM)
    with right:
        st.markdown("**Gradient of a unit**")
        st.latex(words.gradient + ROOM)
    st.markdown(f"**When the gradient changes sign.** {words.sign}")
    if pooling == "attention":
        st.markdown(f"**Stand-in.** {STAND_IN}")
    st.caption(f"Source: {words.source}")
    with st.expander("All eight formulas"):
        for name, each in WORDS.items():
            st.markdown(
                f"**{POOLING_TITLES[name]}** $\\;{each.formula}$  \n{each.sign} {each.source}"
            )


def _first(clip: Clip) -> tuple[str, ...]:
    """The classes that a synthesised clip names, in its order."""
    return () if isinstance(clip, Recording) else clip.classes


def _view(clip: Clip, analyses: Sequence[Analysis]) -> bytes:
    """The clip's masks, encoded once; again after another was painted."""
    systems = tuple(analysis.system for analysis in analyses)
    painted = kept_masks(clip)
    return pooling_view(
        clip_key(clip),
        systems,
        tuple(painted.items()),
        lambda: encode_view(
            lab_view(clip_waveform(clip), analyses, known_mixture(clip), _first(clip), painted)
        ),
    )


def _take_painted(clip: Clip, settings: LabSettings, labels: Sequence[str]) -> None:
    """Take up the painted mask of a link, unless another was painted here since."""
    text = st.query_params.get(PAINTED_LINK, "")
    label = settings.label or labels[0]
    if text and settings.mask == "painted" and label not in kept_masks(clip):
        keep_mask(clip, label, text)


@cache
def _component() -> Any:
    """The mounting command; registered once a process."""
    return register("pooling", FOLDER, SCRIPTS)
