"""One parameter of the page's link: a visitor is told where it cannot be read; the usual is left out."""

from collections.abc import Callable, Sequence
from typing import TypeVar

import streamlit as st

Value = TypeVar("Value")


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


def say_unread(names: Sequence[str]) -> None:
    """Tell a visitor which parameters of the link were left out, if any."""
    if names:
        st.toast(
            f"Left out of the link, because it cannot be read: {', '.join(names)}.",
            icon=":material/link_off:",
            duration="long",
        )
