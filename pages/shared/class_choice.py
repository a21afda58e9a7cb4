"""The class that a visitor follows: chosen on one page, shown on every page whose clip has it.

It stands in a page's link as ``class`` where it is not what the page opens with, and in the session between
pages. A clip without it shows its own first class, and the visitor still follows the old one. ``ALL_CLASSES``
is a choice like any other where a page offers it.
"""

from collections.abc import Callable, Sequence

import streamlit as st

from pages.shared.link import put_in_link
from pages.shared.player.state import ALL_CLASSES
from sedtf_core.labels import LABELS, display_name

LINK = "class"
KEY = "class_choice"
_FOLLOWED = "class_followed"


def followed_class() -> str | None:
    """The class that the link asks for, or else the one chosen last."""
    linked = st.query_params.get(LINK)
    if linked in LABELS or linked == ALL_CLASSES:
        st.session_state[_FOLLOWED] = linked
    followed: str | None = st.session_state.get(_FOLLOWED)
    return followed


def follow_class(label: str) -> None:
    """Take a class as chosen; the page that shows it puts it into the link."""
    st.session_state[_FOLLOWED] = label
    st.query_params.pop(LINK, None)


def follow_shown(shown: str | None, labels: Sequence[str]) -> None:
    """Follow the class that a component reports, if it is not what that shows by itself."""
    followed = followed_class()
    own = followed if followed in labels or followed == ALL_CLASSES else labels[0]
    if shown and shown != own:
        follow_class(shown)


def show_class_choice(
    draw: Callable[..., str | None], title: str, labels: Sequence[str], *, usual: str = ""
) -> str:
    """Let one of some classes be chosen, beginning with the followed one.

    Parameters
    ----------
    draw
        ``st.segmented_control`` or ``st.pills``, of any container.
    title, labels
        What the choice is called, and between what; ``ALL_CLASSES`` may be among it.
    usual
        What is shown where the followed class is not among them; the first if left out.
    """
    usual = usual or labels[0]
    linked = st.query_params.get(LINK)
    if linked is not None and linked not in labels:
        st.toast(f"The link names {_known(linked)}; this clip shows {_title(usual)} instead.")
    followed = followed_class()
    chosen = followed if followed is not None and followed in labels else usual
    st.session_state[KEY] = chosen
    draw(
        title, labels, key=KEY, required=True, on_change=_follow_choice,
        format_func=_title,
    )  # fmt: skip
    put_in_link(LINK, chosen, usual=usual)
    return chosen


def _title(label: str) -> str:
    """A choice as it is read."""
    return "All events" if label == ALL_CLASSES else display_name(label)


def _known(linked: str) -> str:
    """What a link names; what is no class of ours is not repeated."""
    is_known = linked in LABELS or linked == ALL_CLASSES
    return _title(linked) if is_known else "a class that the networks do not know"


def _follow_choice() -> None:
    """Follow what was chosen in the row of classes."""
    follow_class(str(st.session_state[KEY]))
