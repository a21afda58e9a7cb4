"""A link from one page to another that goes deeper."""

import streamlit as st
from streamlit.errors import StreamlitPageNotFoundError


def show_further(page: str, label: str) -> None:
    """A link to a page by its file."""
    try:
        st.page_link(page, label=label, icon=":material/arrow_forward:")
    except StreamlitPageNotFoundError:
        st.caption(label)  # this page runs alone, without the navigation
