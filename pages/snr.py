"""SNR: one scene and its events from -20 to 30 dB, and where each system breaks."""

import streamlit as st

from pages.shared.cached import mask_systems
from pages.shared.clips import show_clip_picker
from pages.shared.glossary import show_terms
from pages.shared.no_network import show_no_mask_system
from pages.shared.snr.measuring import clip_sweep
from pages.shared.snr.panel import (
    is_unknown,
    show_at_snr,
    show_curves,
    show_in_words,
    show_looks,
    show_more_words,
    show_no_truth,
)
from pages.shared.snr.table import show_values
from pages.shared.state import Synthesis
from pages.shared.view_link import show_link

st.title("SNR")
st.markdown(
    "The same events in the same scene, from −20 to 30 dB. A system breaks below the lowest SNR at which it "
    "still names at least half of the classes; choose an SNR to see and hear it."
)
systems = mask_systems()
clip = show_clip_picker(takes_recordings=False)
if not systems:
    show_no_mask_system()
elif is_unknown():
    show_no_truth()
elif isinstance(clip, Synthesis):
    sweep = clip_sweep(clip, systems)
    looks = show_looks(clip, sweep[0].labels if sweep else ())
    if sweep:
        show_curves(sweep, looks)
        show_in_words(sweep)
    show_at_snr(clip, systems, looks.snr_db)
    if sweep:
        show_more_words(sweep, looks)
        show_values(sweep, clip)
    show_link("Brings back the clip, the SNR looked at, and whose figures are shown.")
show_terms("SNR", "clip probability", "F1", "T-F F1", "SI-SDR", "operating point")
