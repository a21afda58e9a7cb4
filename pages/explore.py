"""Explore: choose a clip, see what the three poolings learnt to mask, hear what they separate."""

import streamlit as st

from pages.shared.cached import mask_systems
from pages.shared.class_choice import follow_shown
from pages.shared.clips import Recording, show_clip_picker
from pages.shared.glossary import show_terms
from pages.shared.labels_panel import labels_upload
from pages.shared.no_network import show_no_mask_system
from pages.shared.panels import (
    clip_view,
    show_in_words,
    show_synthesis_note,
    show_unknown_classes,
)
from pages.shared.player.player import player
from pages.shared.take_away_panel import show_take_away
from pages.shared.view_link import (
    EXPLORE_LINK,
    link_note,
    linked_view,
    put_in_link,
    show_link,
)

st.title("Explore")
st.markdown(
    "These networks were taught only *which* classes sound in a clip. See when and at which frequencies "
    "each one finds them, and press **S** beside a track to hear what it separates."
)
systems = mask_systems()
clip = show_clip_picker()
if not systems:
    show_no_mask_system()
above = st.container()  # for the player, which takes the truth that is loaded below it
truth = labels_upload(clip) if isinstance(clip, Recording) else None
with above:
    view = clip_view(clip, systems, truth) if clip and systems else None
    if clip and view:
        state = player(view, key="player", initial=linked_view("player", clip.title()))
        follow_shown(state.selected, [shown.label for shown in view.classes])
        put_in_link(state, view.beginning(), clip.title())
        show_in_words(clip, view, systems[-1], state)
        show_unknown_classes(truth or (), view)
        with st.container(horizontal=True):
            show_link(link_note(clip, EXPLORE_LINK))
            show_take_away(
                clip, systems, state.detection, visible=state.systems, label=state.selected
            )
        if isinstance(clip, Recording):
            st.caption("The file stays in memory only; it is neither stored nor in the link.")
        else:
            show_synthesis_note(clip)
show_terms("mask", "ideal ratio mask", "clip probability", "frame score", "event", "SNR")
