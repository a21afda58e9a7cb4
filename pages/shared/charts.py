"""What all charts have in common: the visitor's theme, legible text, and a picture of them as PNG or SVG.

Conventions: whoever builds a figure ends with ``legible``; whoever shows it calls ``show_chart``, or, for
several charts with one choice below them, gives each ``picture_config``. The picture
is drawn by the visitor's browser, as the chart is seen: the server needs no browser for it, and nothing is
drawn twice.
"""

from typing import Literal

import plotly.graph_objects as go
import streamlit as st

# Streamlit's own grey is too faint on white. It does not tell us of another theme before the next click, so
# the ink of one theme can still be read on the other.
INKS = {"light": "#676d78", "dark": "#8b93a1"}
TEXT = {"light": "#11151b", "dark": "#e9ecf1"}  # as .streamlit/config.toml has it
GREY = "#7f8894"  # of marks that belong to no class, seen on both themes
FORMATS = ("PNG", "SVG")
PNG_SCALE = 3  # pixels of the picture for one on the page: fine enough for print


def theme() -> Literal["light", "dark"]:
    """The theme that the visitor sees."""
    return "dark" if st.context.theme.type == "dark" else "light"


def legible(figure: go.Figure) -> go.Figure:
    """The figure with its text and camera in the ink of the theme that the visitor sees."""
    ink = INKS[theme()]
    font = {"color": ink}
    figure.update_layout(
        font=font, hoverlabel={"font": font}, legend={"font": font},
        modebar={"color": ink, "activecolor": ink},
    )  # fmt: skip
    figure.update_xaxes(tickfont=font, title={"font": font})
    figure.update_yaxes(tickfont=font, title={"font": font})
    return figure


@st.fragment  # another kind of picture need not draw the page anew
def show_chart(figure: go.Figure, key: str) -> None:
    """A chart with a camera above it, and the choice of what the camera saves; ``key`` names the file."""
    st.plotly_chart(figure, key=key, config=picture_config(key, picture_kind(key)))
    show_picture_choice(key, "The camera saves the chart as")


def picture_kind(key: str) -> str:
    """What the choice named ``key`` lets a camera save: PNG at first."""
    kind: str = st.session_state.get(f"{key}_picture", FORMATS[0])
    return kind


def show_picture_choice(key: str, words: str) -> None:
    """The choice of what the cameras above it save."""
    with st.container(horizontal=True, horizontal_alignment="right", vertical_alignment="center"):
        st.caption(words, width="content")
        st.segmented_control(
            words, FORMATS, default=FORMATS[0], required=True, key=f"{key}_picture",
            label_visibility="collapsed", width="content",
        )  # fmt: skip


def picture_config(name: str, kind: str) -> dict[str, object]:
    """Plotly's settings for a mode bar of one button, which saves the chart."""
    scale = PNG_SCALE if kind == "PNG" else 1
    return {
        "displayModeBar": True,  # not on hover alone: a finger cannot hover
        "modeBarButtons": [["toImage"]],
        "toImageButtonOptions": {"format": kind.lower(), "filename": name, "scale": scale},
    }
