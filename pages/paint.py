"""Paint: draw a mask by hand, hear what it lets through, and try to beat the networks."""

import streamlit as st

from pages.shared.analyses import clip_analyses
from pages.shared.cached import mask_systems
from pages.shared.clips import show_clip_picker
from pages.shared.glossary import show_terms
from pages.shared.no_network import show_no_mask_system
from pages.shared.paint.panel import show_paint

st.title("Paint")
st.markdown(
    "Brush over one event in the spectrogram: you hear at once what your mask lets through, and see whether "
    "it separates better than the networks' masks."
)
systems = mask_systems()
clip = show_clip_picker()
analyses = clip_analyses(clip, systems) if clip and systems else None
if not systems:
    show_no_mask_system()
elif clip and analyses:
    show_paint(clip, systems, analyses)
show_terms("mask", "unit", "ideal ratio mask", "ideal binary mask", "SI-SDR", "separation")
