"""Explore: choose a clip, see what the three poolings learnt to mask, hear what they separate."""

import streamlit as st

from pages.shared.cached import mask_systems
from pages.shared.class_choice import follow_shown
from pages.shared.clips import Recording, show_clip_picker
from pages.shared.glossary import show_terms
from pages.shared.panels import clip_view, show_in_words, show_synthesis_note
from pages.shared.player.player import player
from pages.shared.take_away_panel import show_take_away
from pages.shared.view_link import linked_view, put_in_link

st.title("Explore")
systems = mask_systems()
clip = show_clip_picker()
view = clip_view(clip, systems) if clip else None
if clip and view:
    state = player(view, key="player", initial=linked_view("player"))
    follow_shown(state.selected, [shown.label for shown in view.classes])
    put_in_link(state, view.beginning())
    show_in_words(clip, view, systems[-1])
    show_take_away(clip, systems, state.detection, visible=state.systems, label=state.selected)
    if isinstance(clip, Recording):
        st.caption("The file stays in this session's memory; it is neither stored nor in the link.")
    else:
        show_synthesis_note(clip)
show_terms("mask", "ideal ratio mask", "clip probability", "frame score", "event", "SNR")
