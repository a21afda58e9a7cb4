"""Panels of the SNR page: the choice of SNR and event, the curves, what they say, and one SNR to hear.

Conventions: the SNR looked at stands in the link as ``snr_at``. A slider and a
click in any chart set the same value. Leaves measuring to ``measuring`` and the table to ``table``.
"""

import html
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import streamlit as st

from pages.shared.analyses import try_listening
from pages.shared.cached import mixture_view
from pages.shared.charts import (
    GREY,
    TEXT,
    picture_config,
    picture_kind,
    show_picture_choice,
    theme,
)
from pages.shared.class_choice import show_class_choice
from pages.shared.learnt_length import show_learnt_length
from pages.shared.link import linked, put_in_link
from pages.shared.player.player import player
from pages.shared.player.state import ALL_CLASSES
from pages.shared.snr.charts import (
    METRICS,
    Looks,
    metric_figure,
    passing_figure,
)
from pages.shared.snr.figures import SNRS_DB, Sweep, at_snr
from pages.shared.snr.words import at_point, breaking, decibels, first_to_go, largest_fall, summary
from pages.shared.state import CLIP_MS, Synthesis, recipe
from pages.shared.views import IDEAL, TITLES
from sedtf_core.labels import display_name, label_colour

KEY, GRID_KEY = "snr", "snr_charts"
BORDERS = ("solid", "dashed", "dotted", "double")
# Four charts in a row, two, or one: Streamlit's columns know only "beside" and, on a phone, "below". There
# the dots would lie on one another: their row is as wide as elsewhere, and scrolls.
GRID = f"""<style>
.st-key-{GRID_KEY} {{ display: grid; grid-template-columns: minmax(0, 1fr); gap: 0.25rem 0.75rem; }}
@media (min-width: 640px) {{ .st-key-{GRID_KEY} {{ grid-template-columns: repeat(2, minmax(0, 1fr)); }} }}
@media (max-width: 639px) {{
  .st-key-{KEY}-passing {{ overflow-x: auto; }}
  .st-key-{KEY}-passing > * {{ min-width: 40rem; }}
}}
@media (min-width: 1300px) {{ .st-key-{GRID_KEY} {{ grid-template-columns: repeat(4, minmax(0, 1fr)); }} }}
</style>"""


def is_unknown() -> bool:
    """Whether a recording is asked for, whose sources nobody knows."""
    return st.session_state.get("source") in ("Upload", "Record")


def show_no_truth() -> None:
    """Why a recording has no curves, and what to do."""
    st.info(
        "What is in a recording, and how loud it is over its scene, is not known, so its SNR cannot be "
        "set. Choose an example or synthesise a clip."
    )
    st.button("Show an example", on_click=_choose_example, key="snr_example")


def _choose_example() -> None:
    """Switch the clip picker to the examples."""
    st.session_state["source"] = "Example"


def show_looks(clip: Synthesis, labels: Sequence[str]) -> Looks:
    """The SNR looked at, and one event or all."""
    left, right = st.columns([4, 3], gap="medium")
    # Not bound to the link: the slider's own value would be left out of it, and a click sets the same state.
    if "snr_at" not in st.session_state:
        st.session_state["snr_at"] = linked("snr_at", _snr, nearest_snr(clip.snr_db))
    with left:
        snr_db = st.select_slider(
            "Look at SNR (dB)", SNRS_DB, key="snr_at",
            help="Or click a point in a chart. The same clips and onsets in the same scene, louder or "
            "quieter.",
        )  # fmt: skip
    put_in_link("snr_at", str(snr_db), usual=str(nearest_snr(clip.snr_db)))
    chosen = ALL_CLASSES
    if labels:
        draw = partial(right.pills, wrap=True)
        chosen = show_class_choice(draw, "Figures of", [ALL_CLASSES, *labels])
    event = labels.index(chosen) if chosen in labels else None
    return Looks(int(snr_db), event, TEXT[theme()])


def show_curves(sweep: Sweep, looks: Looks) -> None:
    """The classes that pass, and the four charts; a click in any sets the SNR looked at."""
    st.html(GRID)
    st.html(_legend(sweep, looks))
    show = partial(_show_chart, kind=picture_kind(KEY))
    show(passing_figure(sweep, looks), f"{KEY}:passing", _passing_alt(sweep, looks))
    with st.container(key=GRID_KEY):
        for metric, name in METRICS.items():
            figure = metric_figure(sweep, metric, looks)
            alt = f"{name} of each system from {decibels(SNRS_DB[0])} to {decibels(SNRS_DB[-1])}"
            show(figure, f"{KEY}:{metric}", alt)
    show_picture_choice(KEY, "A chart's camera saves it as")


def _show_chart(figure: Any, key: str, alt: str, *, kind: str) -> None:
    """A chart whose points can be clicked, with a camera."""
    name = key.replace(":", "_")
    st.plotly_chart(
        figure, key=key, config=picture_config(name, kind), alt=alt, selection_mode="points",
        on_select=lambda: look_at(st.session_state[key]),
    )  # fmt: skip


def look_at(selected: Mapping[str, Any]) -> None:
    """Take the SNR of a clicked point as the one looked at."""
    points = selected.get("selection", {}).get("points", [])
    if points:
        st.session_state["snr_at"] = nearest_snr(float(points[0]["x"]))


def nearest_snr(snr_db: float) -> int:
    """The SNR that was measured nearest to this one."""
    return min(SNRS_DB, key=lambda measured: abs(measured - snr_db))


def _snr(text: str) -> int:
    """The measured SNR nearest to the one asked for; raises ValueError where the text is none."""
    snr_db = int(text)
    if not SNRS_DB[0] <= snr_db <= SNRS_DB[-1]:
        raise ValueError(f"not measured: {text}")
    return nearest_snr(snr_db)


def _legend(sweep: Sweep, looks: Looks) -> str:
    """Line styles of the systems and colours of the classes, in one row."""
    systems = [
        f'<span><i style="border-top:3px {border} currentColor"></i>{TITLES[system]}</span>'
        for border, system in zip(BORDERS, sweep[0].systems, strict=False)
    ]
    systems.append(f'<span><i style="border-top:4px solid {GREY}"></i>{IDEAL}</span>')
    labels = sweep[0].labels if looks.event is None else [sweep[0].labels[looks.event]]
    classes = [
        f'<span><b style="background:{label_colour(label)}"></b>{html.escape(display_name(label))}</span>'
        for label in labels
    ]
    style = (
        "<style>.snr-legend{display:flex;flex-wrap:wrap;gap:.2rem 1.1rem;font-size:.875rem}"
        ".snr-legend i{display:inline-block;width:28px;margin-right:.4em;vertical-align:middle}"
        ".snr-legend b{display:inline-block;width:11px;height:11px;border-radius:50%;"
        "margin-right:.4em;vertical-align:-1px}</style>"
    )
    note = (
        "<span>Filled: named. Ring: missed. +2: two named that are not there. "
        "Bar: breaking point.</span>"
    )
    return f'{style}<div class="snr-legend">{"".join([*systems, *classes, note])}</div>'


def _passing_alt(sweep: Sweep, looks: Looks) -> str:
    """The row of dots in words."""
    return "; ".join(
        f"{TITLES[system]} "
        + breaking(sweep, system, looks.event).text(of_class=looks.event is not None)
        for system in sweep[0].systems
    )


def show_in_words(sweep: Sweep) -> None:
    """Where each system breaks; of all classes together, whichever the charts show."""
    st.markdown("**In words.** " + " ".join(summary(sweep, s) for s in sweep[0].systems))
    show_learnt_length(sweep[0].systems, CLIP_MS / 1000)


def show_more_words(sweep: Sweep, looks: Looks) -> None:
    """What is named at the SNR looked at, what is lost first, and whether all curves rise."""
    systems = list(sweep[0].systems)
    st.markdown(at_point(sweep, looks.snr_db))
    more = [*(first_to_go(sweep, system) for system in systems), largest_fall(sweep, systems)]
    st.markdown(" ".join(filter(None, more)))


def show_at_snr(clip: Synthesis, systems: tuple[str, ...], snr_db: int) -> None:
    """The player with the clip at one SNR."""
    view = try_listening(systems, lambda: mixture_view(at_snr(recipe(clip), snr_db), systems))
    if view:
        player(view, key="snr_player")
