"""What a link holds: which clip, and how it was synthesised. Recipes and values, never samples.

A synthesised clip is four values (classes, scene, SNR, seed); the seed draws the clips and their onsets. The
examples are such values with a name, so that one path makes them all.
"""

from dataclasses import dataclass, replace

import numpy as np
import streamlit as st

from pages.shared.cached import library
from sedtf_core.config import MixtureConfig
from sedtf_core.labels import display_name
from sedtf_core.mixing import Recipe, draw_recipe

MOST_EVENTS = 5
SNR_RANGE_DB = (-20, 30)


@dataclass(frozen=True)
class Synthesis:
    """The choices behind a synthesised mixture, and a name for people."""

    classes: tuple[str, ...]
    scene: str
    snr_db: int
    seed: int
    name: str = ""

    def title(self) -> str:
        """What the clip is called."""
        if self.name:
            return self.name
        names = ", ".join(display_name(label) for label in self.classes)
        return (
            f"{names} in {self.scene.replace('_', ' ').lower()}, {self.snr_db} dB, seed {self.seed}"
        )


@st.cache_data(max_entries=64, show_spinner=False)
def recipe(synthesis: Synthesis) -> Recipe:
    """Draw the clips and onsets that the seed stands for."""
    bank = library()
    clips = {c: [(s.clip, s.seconds) for s in bank.events(c)] for c in synthesis.classes}
    scenes = [scene.clip for scene in bank.scenes() if scene.label == synthesis.scene]
    config = MixtureConfig(n_events=len(clips), snr_db=float(synthesis.snr_db))
    return draw_recipe(np.random.default_rng(synthesis.seed), clips, scenes, config)


def rolled(synthesis: Synthesis) -> Synthesis:
    """The same choices with a new seed."""
    return replace(synthesis, seed=int(np.random.default_rng().integers(0, 10_000)), name="")
