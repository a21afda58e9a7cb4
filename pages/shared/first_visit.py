"""The first visit to a fresh server, by any other address than the start page's.

Until it has met ``st.navigation`` once, a Streamlit process looks for pages in ``pages/`` by itself, finds
none of our addresses there, and tells the visitor that there is no such page, over the page that then
appears. Loading once more cures that for good.
"""

import itertools
from urllib.parse import urlsplit

import streamlit as st


@st.cache_resource(max_entries=1, show_spinner=False)
def _runs() -> "itertools.count[int]":
    """Counts the runs of this process."""
    return itertools.count()


def reload_first_deep_link() -> None:
    """Load the page once more if it is the first of the process and not the start page."""
    is_first = next(_runs()) == 0
    if is_first and urlsplit(st.context.url or "").path.strip("/"):
        st.html("<script>location.reload()</script>", unsafe_allow_javascript=True)
        st.stop()
