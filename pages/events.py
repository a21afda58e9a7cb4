"""Events: move the operating point, and see events and their scores follow."""

import streamlit as st

from pages.shared.analyses import clip_analyses, known_mixture
from pages.shared.clips import Recording, show_clip_picker
from pages.shared.events_panel import show_operating_point, show_system_choice
from pages.shared.glossary import show_terms
from pages.shared.labels_panel import show_labels_upload
from pages.shared.view_link import link_note

st.title("Events")
st.markdown(
    "Two thresholds on the frame score make events with an onset and an offset. Move them, and see what each "
    "system finds, misses, and hears where nothing is."
)
clip = show_clip_picker()
systems = show_system_choice()
analyses = clip_analyses(clip, systems) if clip and systems else None
if clip and analyses:
    mixture = known_mixture(clip)
    truth = show_labels_upload(clip) if isinstance(clip, Recording) else None
    show_operating_point(
        analyses,
        mixture.events if mixture else truth,
        link_note(clip, "Brings back the clip and the operating point."),
    )
show_terms("frame score", "operating point", "event", "onset", "F1", "error rate")
