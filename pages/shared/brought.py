"""Files that a visitor brought: each stays open over a change of page, until it is closed or replaced.

A Streamlit uploader forgets its file when its page is left. Here name and bytes stay in the session's memory,
never on a disk, and go with the session.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile


@dataclass(frozen=True)
class Brought:
    """A file: its name, which is only shown, its bytes, and what it belongs to."""

    name: str
    data: bytes = field(repr=False)
    of: str


def bring(
    key: str, draw: Callable[[Callable[[], None]], UploadedFile | None], *, of: str = ""
) -> Brought | None:
    """Draw an uploader and return its file, or the one that it had on another page.

    Parameters
    ----------
    key
        The uploader's own key.
    draw
        Draws it, and has it call its argument when its file changes.
    of
        What the file belongs to, as labels to a recording; a file of something else is not returned.

    Returns
    -------
    The file, or None where there is none.
    """
    kept = f"{key}:brought"

    def forget_removed() -> None:
        if st.session_state[key] is None:
            st.session_state.pop(kept, None)

    file = draw(forget_removed)
    if file is not None:
        st.session_state[kept] = Brought(file.name, file.getvalue(), of)
    brought: Brought | None = st.session_state.get(kept)
    if brought is None or brought.of != of:
        return None
    if file is None:
        _show_kept(brought, kept)
    return brought


def _show_kept(brought: Brought, kept: str) -> None:
    """Say which file is still open, since the uploader above it is empty, and let it be closed."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.text(f"Still open: {brought.name}")  # as text, since a name may hold marks of Markdown
        st.button(
            "Close", key=f"{kept}:close", on_click=lambda: st.session_state.pop(kept, None),
            icon=":material/close:",
        )  # fmt: skip
