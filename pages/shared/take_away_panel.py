"""The choice of what to take away from a clip: a button a file, and one archive of all.

The choice is drawn when it is opened, files are made when their button is pressed, neither before. Leaves
what is in them to ``take_away``.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import streamlit as st
from matplotlib.figure import Figure

from pages.shared.clips import Clip, Recording
from pages.shared.figures import FIGURES, FigureOrder, classes_to_draw, draw, file_stem
from pages.shared.take_away import (
    AUDIO_FORMATS,
    Order,
    all_files,
    event_files,
    mask_files,
    score_files,
    sound_files,
)
from pages.shared.views import title
from sedtf_core import exports, plotting
from sedtf_core.config import DetectionConfig
from sedtf_core.labels import display_name

MIME = {
    "tsv": "text/tab-separated-values",
    "txt": "text/plain",
    "jams": "application/json",
    "json": "application/json",
    "npz": "application/octet-stream",
    "png": "image/png",
    "svg": "image/svg+xml",
    "zip": "application/zip",
}


def show_take_away(
    clip: Clip,
    systems: Sequence[str],
    detection: DetectionConfig | None = None,
    *,
    visible: Sequence[str] | None = None,
    label: str | None = None,
) -> None:
    """A button that opens the choice of files.

    Parameters
    ----------
    clip
        What is shown on the page.
    systems
        The systems to choose from; the last one is chosen first.
    detection
        The operating point that the events are taken at; None for the one that the systems ship with.
    visible
        The systems that figures show; all of ``systems`` where none of them is named.
    label
        The class that figures of masks show first.
    """
    drawn = tuple(system for system in systems if system in (visible or ())) or tuple(systems)
    if st.button("Take away", icon=":material/download:", key="take_away"):
        _show_dialog(partial(_show_choices, clip, tuple(systems), detection, drawn, label))


@st.dialog("Take away", width="medium")  # a popover at the page's foot would open a few lines high
def _show_dialog(show_choices: Callable[[], None]) -> None:
    """The choices, over the page."""
    show_choices()


def _show_choices(
    clip: Clip,
    systems: tuple[str, ...],
    detection: DetectionConfig | None,
    drawn: tuple[str, ...],
    label: str | None,
) -> None:
    """System, format and a button a file; then the figures, and the archive of everything."""
    system = st.segmented_control(
        "System", systems, default=systems[-1], format_func=title, required=True,
        key="take_away_system",
    )  # fmt: skip
    kind = st.selectbox("Sounds as", list(AUDIO_FORMATS), key="take_away_format")
    order = Order(clip, system or systems[-1], detection, AUDIO_FORMATS[kind])
    left, right = st.columns(2)
    with left:
        _button("DCASE table", order, event_files, "events.tsv")
        _button("Audacity labels", order, event_files, "events_audacity.txt")
        _button("Raven table", order, event_files, "events_raven.txt")
        _button("JAMS", order, event_files, "events.jams")
    with right:
        _button("Clip probabilities", order, score_files, "tags.tsv")
        _button("Frame scores", order, score_files, "frame_scores.tsv")
        _button("Masks (NPZ)", order, mask_files, "masks.npz")
        _zip_button("Sounds", order, sound_files, "sounds.zip")
    figures = _show_figures(clip, drawn, detection, label)
    with_figures = st.checkbox("Figures in the archive", value=True, key="take_away_figures")
    whole = replace(order, figures=figures if with_figures else None)
    _zip_button("Everything, one archive", whole, all_files, "take_away.zip")
    if isinstance(clip, Recording) and clip.start_s:
        st.caption(f"Times count from the stretch shown, {clip.start_s:g} s into the file.")


def _show_figures(
    clip: Clip, systems: tuple[str, ...], detection: DetectionConfig | None, label: str | None
) -> FigureOrder:
    """The choice of a figure and its class, and a button for each kind of file."""
    labels = classes_to_draw(clip, systems)
    left, right = st.columns(2)
    name = left.selectbox(
        "Figure", list(FIGURES), format_func=lambda figure: FIGURES[figure], key="take_away_figure"
    )
    chosen = right.selectbox(
        "Class of the masks", labels, index=labels.index(label) if label in labels else 0,
        format_func=display_name, key="take_away_class",
    )  # fmt: skip
    order = FigureOrder(clip, systems, chosen, detection)
    stem = file_stem(order, name)
    for column, kind in ((left, "png"), (right, "svg")):
        with column:
            encode = plotting.figure_to_png if kind == "png" else plotting.figure_to_svg
            _file_button(
                f"Figure as {kind.upper()}", partial(_drawn, order, name, encode), f"{stem}.{kind}"
            )
    return order


def _drawn(order: FigureOrder, name: str, encode: Callable[[Figure], bytes]) -> bytes:
    """A figure as a file."""
    return encode(draw(order, name))


def _button(label: str, order: Order, make: Callable[[Order], dict[str, Any]], name: str) -> None:
    """A button that makes one file when it is pressed."""
    _download(label, lambda: make(order)[name], order, name)


def _zip_button(
    label: str, order: Order, make: Callable[[Order], dict[str, Any]], name: str
) -> None:
    """A button that makes an archive when it is pressed."""
    _download(label, lambda: exports.zip_bytes(make(order)), order, name)


def _download(label: str, data: Callable[[], bytes | str], order: Order, name: str) -> None:
    """A file of one system; masks can be had only where the system has them."""
    has_it = name != "masks.npz" or order.analysis().masks is not None
    _file_button(label, data, f"{order.system}_{name}", key=f"take_away_{name}", enabled=has_it)


def _file_button(
    label: str,
    data: Callable[[], bytes | str],
    file_name: str,
    *,
    key: str | None = None,
    enabled: bool = True,
) -> None:
    """A download that does not rerun the page."""
    st.download_button(
        label, data, file_name, MIME[file_name.rpartition(".")[2]],
        key=key or f"take_away_{label}", on_click="ignore", width="stretch", disabled=not enabled,
    )  # fmt: skip
