"""About: the method, what ships with the application, and what it cannot do."""

import streamlit as st

from pages.shared.about import show_checkpoints, show_licences, show_method
from pages.shared.fairness import show_fairness
from pages.shared.glossary import show_glossary

st.title("About")
show_method()
st.header("Checkpoints")
show_checkpoints()
show_fairness()
st.header("Words")
show_glossary()
st.header("Sounds")
show_licences()
st.header("Limits")
st.markdown(
    """
- The networks know 26 classes and were trained for a short time on two processor cores; a mask is an
  estimate.
- They learnt from shorter clips than the paper's ten seconds, as the table above says; the label of a shorter
  clip leaves less to guess. A long recording is tagged in half-overlapping sections of ten seconds; a class
  that sounds all the time, or not alone, is outside what they have seen.
- Separation keeps the mixture's phase: even a perfect mask leaves something of the scene.
- The thresholds are the paper's. They are low because pooling makes masks weak, not because a score is a
  probability.
"""
)
st.caption(
    "Method: Q. Kong, Y. Xu, I. Sobieraj, W. Wang, M. Plumbley, “Sound Event Detection and Time-Frequency "
    "Segmentation from Weakly Labelled Data”, IEEE/ACM TASLP 2019."
)
