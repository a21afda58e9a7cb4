"""The parameters of a page's link: a visitor is told where one cannot be read; the usual is left out.

A page reads and writes its own with ``linked`` and ``put_in_link``. Streamlit does so for widgets that are
bound to the link, but leaves out in silence what it cannot read, and forgets on the next page what a widget
took from the link if nobody moved anything since: such widgets are drawn within ``bound_to_link``.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import TypeVar

import streamlit as st
from streamlit.errors import StreamlitAPIException
from streamlit.runtime.scriptrunner import get_script_run_ctx

Value = TypeVar("Value")
_KEPT = "link_kept"  # name → what the link said of it, and the value of its widget


def linked(name: str, parse: Callable[[str], Value], usual: Value) -> Value:
    """What the link's parameter says; ``usual`` where there is none, or where ``parse`` raises ValueError."""
    text = st.query_params.get(name)
    if text is None:
        return usual
    try:
        return parse(text)
    except ValueError:
        say_unread([name])
        return usual


def put_in_link(name: str, text: str, *, usual: str = "") -> None:
    """Let the link hold a parameter; what is as usual is left out, so that links stay short."""
    if text == usual:
        st.query_params.pop(name, None)
    elif st.query_params.get(name) != text:
        st.query_params[name] = text


@contextmanager
def bound_to_link(readable: Mapping[str, Callable[[str], bool]]) -> Iterator[None]:
    """Draw bound widgets in the body: what they show goes to every page, and what they cannot read is named.

    Parameters
    ----------
    readable
        The keys of all widgets that the body draws, which are their parameters' names → whether a text can be
        read.
    """
    context = get_script_run_ctx()
    if getattr(context, "is_history_navigation", False):  # Streamlit 1.65 does not know it
        # After Back, Streamlit would set to the usual what the address leaves out, and forget what it says of
        # a widget that the page before had as well. A second run is an ordinary one.
        st.rerun()
    link = _texts_of(readable)
    unread = [
        name
        for name, texts in link.items()
        if name not in st.session_state and not all(map(readable[name], texts))
    ]
    say_unread(unread)
    for name, can_read in readable.items():
        _bring_along(name, can_read)
    yield
    kept = st.session_state.setdefault(_KEPT, {})
    for name in readable:
        kept.pop(name, None)
    for name, texts in _texts_of(readable).items():
        kept[name] = (texts, st.session_state[name])


def _texts_of(names: Iterable[str]) -> dict[str, list[str]]:
    """What the link says of each of these names that it has."""
    return {name: st.query_params.get_all(name) for name in names if name in st.query_params}


def _bring_along(name: str, can_read: Callable[[str], bool]) -> None:
    """Give a widget that a change of page has cleared its value and its place in the link again."""
    texts, value = st.session_state.get(_KEPT, {}).get(name, ((), None))
    if name in st.query_params:
        texts = st.query_params.get_all(name) if name in st.session_state else ()
    elif texts and all(map(can_read, texts)) and st.session_state.get(name, value) == value:
        st.session_state[name] = value
    else:  # as usual, or just moved there
        return
    if texts:
        with suppress(StreamlitAPIException):  # bound already: then Streamlit keeps the link itself
            st.query_params[name] = texts


def say_unread(names: Sequence[str]) -> None:
    """Tell a visitor which parameters of the link were left out, if any."""
    if names:
        st.toast(
            f"Left out of the link, because it cannot be read: {', '.join(names)}.",
            icon=":material/link_off:",
            duration="long",
        )
