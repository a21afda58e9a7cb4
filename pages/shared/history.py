"""The browser's Back leads to the page before, as it was left.

Streamlit adds an entry to the browser's history whenever the address changes: at every move of a threshold,
and twice or three times on the way to another page, once with the parameters taken out of the page that is
left. A run that still draws the page before, when Back has been pressed already, adds that page again. Here
an entry is added only where a visitor's click or key leads to another page, or to another step of the
lesson; whatever else changes the address changes it in place, and the page that is left gets the address
back that it had then.
"""

from pathlib import Path

import streamlit as st

_SCRIPT = Path(__file__).with_suffix(".js").read_text(encoding="utf-8")


def keep_one_entry_a_page() -> None:
    """Let the browser add entries so, from its first load of the application on."""
    st.html(f"<script>{_SCRIPT}</script>", unsafe_allow_javascript=True)
