"""What sets the shipped mask networks apart beside their pooling, so that nobody takes it for that."""

from collections.abc import Mapping

import streamlit as st

from pages.shared.cached import mask_systems, shipped_metadata
from pages.shared.numbers import thousands
from pages.shared.views import title
from sedtf_core.checkpoints import Metadata


def show_fairness() -> None:
    """Say it below a comparison; nothing where there is nothing to say."""
    metadata = shipped_metadata()
    shipped = {name: metadata[name] for name in mask_systems()}
    if words := fairness_in_words(shipped):
        st.caption(words)


def fairness_in_words(shipped: Mapping[str, Metadata]) -> str:
    """How far steps and widths of networks differ; empty if they do not."""
    steps = {name: metadata.trained_steps for name, metadata in shipped.items()}
    widths = {name: metadata.model.channels[0] for name, metadata in shipped.items()}
    said = []
    if len(set(steps.values())) > 1:
        each = ", ".join(f"{title(name)} {thousands(count)}" for name, count in steps.items())
        said.append(f"steps of training ({each})")
    if len(set(widths.values())) > 1:
        each = ", ".join(f"{title(name)} {width}" for name, width in widths.items())
        said.append(f"width (maps of the first layer: {each})")
    if not said:
        return ""
    names = ", ".join(map(title, shipped))
    return f"{names} differ not in their pooling alone, but in {' and '.join(said)}, too."
