"""Listen: hear what each system separates, and how far that is from what a perfect mask would give."""

import streamlit as st

from pages.shared.abx import mask_sounds, show_abx
from pages.shared.analyses import clip_analyses
from pages.shared.cached import mask_systems
from pages.shared.clips import Recording, show_clip_picker
from pages.shared.glossary import show_terms
from pages.shared.listen import (
    class_levels,
    recording_tracks,
    show_class_levels_choice,
    show_levels,
    show_span_choice,
    show_tracks,
    show_waterfall,
)
from pages.shared.no_network import show_no_mask_system
from pages.shared.state import Synthesis
from pages.shared.view_link import link_note, show_link

st.title("Listen")
st.markdown(
    "Hear what each network's mask takes out of the mixture and, where the sources are known, how far that "
    "is from what an ideal mask would give."
)
systems = mask_systems()
clip = show_clip_picker()
analyses = clip_analyses(clip, systems) if clip and systems else None
if not systems:
    show_no_mask_system()
elif analyses and isinstance(clip, Recording):
    st.info(
        "What is really in this recording is not known, so no distance to it can be measured. The "
        "separated sounds are estimates."
    )
    heard = recording_tracks(clip, analyses)
    if len(heard) == 1:
        st.info("No system detects a class in this recording, so nothing is separated from it.")
    show_tracks(heard)
    show_abx(clip.title(), heard[1:])
elif analyses and isinstance(clip, Synthesis):
    with st.container(horizontal=True):
        levels = class_levels(clip, systems, on_span=show_span_choice())
        chosen = show_class_levels_choice(levels)
    show_waterfall(chosen)
    show_tracks(chosen.tracks)
    show_abx(f"{clip.title()}, {chosen.name()}", mask_sounds(chosen))
    show_levels(levels)
if analyses:
    show_link(link_note(clip, "Brings back the clip, the event and what it is measured on."))
show_terms("separation", "SI-SDR", "ideal ratio mask", "source", "scene")
