"""Pooling: one mask becomes one probability in eight ways, and each teaches the network something else."""

import streamlit as st

from pages.shared.analyses import clip_analyses
from pages.shared.cached import mask_systems
from pages.shared.clips import show_clip_picker
from pages.shared.further import show_further
from pages.shared.glossary import show_terms
from pages.shared.no_network import show_no_mask_system
from pages.shared.pooling.lab import show_pooling_lab, show_what_to_try
from pages.shared.view_link import link_note, show_link

st.title("Pooling")
show_what_to_try()
systems = mask_systems()
clip = show_clip_picker()
analyses = clip_analyses(clip, systems) if clip and systems else None
if not systems:
    show_no_mask_system()
elif clip and analyses:
    show_pooling_lab(clip, analyses)
    show_further("pages/paint.py", "Paint a mask of your own, and pool it here")
    show_link(link_note(clip, "Brings back the clip, the class, the mask and the pooling."))
show_terms(
    "unit", "gradient", "GMP", "GAP", "GWRP", "decay", "linear softmax", "power pooling", "auto-pool",
    "top-k", "attention",
)  # fmt: skip
