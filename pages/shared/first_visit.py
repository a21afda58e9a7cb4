"""The first visits to a fresh server, by any other address than the start page's.

Until it has met ``st.navigation`` once, a Streamlit process looks for pages in ``pages/`` by itself, finds
none of our addresses there, and tells the visitor that there is no such page, over the page that then
appears. Loading once more cures that. A process cannot tell which of its first visitors were told so: in its
first seconds every deep link is loaded twice, and the browser remembers that it was.
"""

import time
from urllib.parse import urlsplit

import streamlit as st

COLD_S = 30.0
_STARTED_S = (
    time.monotonic()
)  # this module stays loaded from the process's first run of the application on
_BEGUN = "visit_begun"
_RELOAD_ONCE = """<script>
if (!sessionStorage.getItem("sedtf-loaded-twice")) {
  sessionStorage.setItem("sedtf-loaded-twice", "yes");
  location.reload();
}
</script>"""


def reload_first_deep_link() -> None:
    """While the process is young, load a page once more if a visit begins at it."""
    is_cold = time.monotonic() - _STARTED_S < COLD_S
    # Not when a visitor goes on to another page: that would begin a new session.
    begins = _BEGUN not in st.session_state
    st.session_state[_BEGUN] = True
    # Always there: what stands below would otherwise be drawn anew on the next run, and lose the focus.
    place = st.empty()
    if is_cold and begins and urlsplit(st.context.url or "").path.strip("/"):
        place.html(_RELOAD_ONCE, unsafe_allow_javascript=True)
