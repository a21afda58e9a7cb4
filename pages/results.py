"""Results: the paper's figures beside ours, by task, SNR and class, each with the command that made it."""

import streamlit as st

from pages.shared.fairness import show_fairness
from pages.shared.glossary import show_terms
from pages.shared.results.panels import (
    show_class_table,
    show_empty,
    show_filters,
    show_mean_table,
)
from pages.shared.results.tables import RESULTS, read_tables
from pages.shared.view_link import show_link

st.title("Results")
st.markdown(
    "How well the systems tag clips, detect events, segment and separate: the paper's figures beside ours."
)
tables = read_tables(RESULTS)
if not tables:
    show_empty()
else:
    choice = show_filters(tables)
    if choice.table.means:
        show_mean_table(choice)
    else:
        show_class_table(choice)
    show_fairness()
    show_link("Brings back the table, the SNR, and the systems and classes chosen.")
show_terms("mAP", "AUC", "F1", "T-F F1", "ideal binary mask", "PSDS", "SI-SDR", "SNR")
