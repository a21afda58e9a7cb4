"""Training: watch the masks of three real runs grow, then train a toy in the browser."""

import streamlit as st

from pages.shared.glossary import show_terms
from pages.shared.training.panels import (
    show_event_choice,
    show_findings,
    show_linked_slow_motion,
    show_linked_toy,
    show_toy_notes,
)
from pages.shared.view_link import show_link

st.title("Training")
st.header("Three real runs in slow motion", anchor="slow-motion")
st.markdown(
    "The same network, trained with three poolings on clips whose labels say only which classes are in them, "
    "for as many steps as stand beside each. Play, or drag the slider, and watch what each pooling makes of "
    "one event."
)
choice = show_event_choice()
show_linked_slow_motion(choice)
show_findings(choice)
st.header("A toy that trains here", anchor="toy")
st.markdown(
    "Three small networks learn in your browser to find a patch in noise from labels of whole bags. Play, "
    "then change a pooling, the patch or the noise, and compare."
)
show_linked_toy()
show_toy_notes()
show_link("Brings back the mixture, the event, the place in training and the toy's set-up.")
show_terms("bag", "weak label", "mask", "GMP", "GAP", "GWRP", "loss", "IoU")
