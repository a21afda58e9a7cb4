"""The pictures of a sweep: which classes pass, and four small charts over the SNR.

Conventions: systems are told apart by dash (solid, dashed, dotted) and name, classes by colour; a mean over
events is in the colour of text. All charts share the SNR axis and a band where the SNR is looked at. Plotly
needs one colour at a time, so the text's colour is handed in for the theme at hand.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from pages.shared.charts import GREY, legible
from pages.shared.event_scores import DASHES, SYMBOLS
from pages.shared.snr.figures import SNRS_DB, STEP_DB, THRESHOLD, EventFigures, SnrFigures, Sweep
from pages.shared.snr.words import breaking, decibels
from pages.shared.views import IDEAL, TITLES
from sedtf_core.labels import display_name, label_colour

CUT = ("clip_prob", "si_sdr_improvement_db")  # whose lowest points lie below the chart
# A mask that misses its event has no bottom, and would press the rest together.
LOWEST_GAIN_DB = -30
GROUP_DB = 0.92 * STEP_DB  # what the dots of one SNR take of the axis
FALSE_SLOTS = 1.6  # the room of the count beside them, in dots
CAMERA_PX = 24  # above the rows, whose words reach to the right edge
IN_CORNER = {"xref": "paper", "x": 1, "yref": "paper", "y": 0, "showarrow": False, "font_size": 11}
METRICS = {
    "clip_prob": "Clip probability (log)",
    "frame_f1": "Frame F1",
    "tf_f1": "T-F F1",
    "si_sdr_improvement_db": "SI-SDR improvement (dB)",
}


@dataclass(frozen=True)
class Looks:
    """What the charts are drawn for: the SNR looked at, one event or all, and the text's colour."""

    snr_db: int
    event: int | None = None
    ink: str = GREY


def value(figures: Sequence[EventFigures], metric: str, event: int | None) -> float | None:
    """One event's figure, or the mean over the events that have one."""
    chosen = figures if event is None else figures[event : event + 1]
    values = [getattr(one, metric) for one in chosen]
    known = [number for number in values if number is not None]
    return sum(known) / len(known) if known else None


def ideal_value(point: SnrFigures, event: int | None) -> float:
    """What the ideal ratio mask adds to one event, or on average, in dB."""
    gains = point.ideal_improvements_db
    return sum(gains) / len(gains) if event is None else gains[event]


def passing_figure(sweep: Sweep, looks: Looks) -> go.Figure:
    """A row a system: at each SNR a dot a class, filled where it is tagged, and the breaking point."""
    figure, systems, labels = go.Figure(), list(sweep[0].systems), sweep[0].labels
    shown = list(range(len(labels))) if looks.event is None else [looks.event]
    slot_db = GROUP_DB / (len(shown) + FALSE_SLOTS)
    for column, event in enumerate(shown):
        _add_dots(figure, sweep, event, slot_db * (column + 0.5) - GROUP_DB / 2)
    _add_false_classes(figure, sweep, GROUP_DB / 2 - slot_db * FALSE_SLOTS)
    for system in systems:
        point = breaking(sweep, system, looks.event)
        figure.add_annotation(
            x=1, xref="paper", xanchor="left", xshift=10, y=TITLES[system], showarrow=False,
            text=point.text(of_class=looks.event is not None), font={"size": 12, "color": looks.ink},
        )  # fmt: skip
        if point.point_db is None or point.never:
            continue
        figure.add_scatter(
            x=[point.point_db - STEP_DB / 2], y=[TITLES[system]], mode="markers", cliponaxis=False,
            marker={"symbol": "line-ns", "size": 18, "line": {"width": 3, "color": looks.ink}},
            hovertemplate=f"{TITLES[system]} {point.text()}<extra></extra>",
        )  # fmt: skip
    _finish(figure, looks, 38 + CAMERA_PX + 22 * len(systems))
    figure.update_yaxes(autorange="reversed", showgrid=False, zeroline=False, fixedrange=True)
    figure.update_xaxes(showgrid=False)
    figure.update_layout(margin={"l": 56, "r": 132, "t": CAMERA_PX, "b": 26})
    return legible(figure)


def _add_dots(figure: go.Figure, sweep: Sweep, event: int, shift_db: float) -> None:
    """One class: a dot a system and SNR, filled where the class is tagged."""
    label = sweep[0].labels[event]
    colour, size = label_colour(label), 8 if len(sweep[0].labels) <= 3 else 6
    at = [(point, system) for system in sweep[0].systems for point in sweep]
    own = [point.systems[system].events[event] for point, system in at]
    figure.add_scatter(
        x=[point.snr_db + shift_db for point, _ in at], y=[TITLES[system] for _, system in at],
        mode="markers", cliponaxis=False, unselected={"marker": {"opacity": 1}},
        customdata=[
            [point.snr_db, "named" if figures.passes else "missed", figures.clip_prob]
            for (point, _), figures in zip(at, own, strict=True)
        ],
        marker={
            "size": size, "line": {"color": colour, "width": 1.5},
            "color": [colour if figures.passes else "rgba(0,0,0,0)" for figures in own],
        },
        hovertemplate=f"{display_name(label)} %{{customdata[1]}} by %{{y}} at %{{customdata[0]}} dB, "
        "clip probability %{customdata[2]:.3f}<extra></extra>",
    )  # fmt: skip


def _add_false_classes(figure: go.Figure, sweep: Sweep, shift_db: float) -> None:
    """How many classes each system names that are not there."""
    at = [(point, system) for system in sweep[0].systems for point in sweep]
    counts = [point.systems[system].false_classes for point, system in at]
    figure.add_scatter(
        x=[point.snr_db + shift_db for point, _ in at], y=[TITLES[system] for _, system in at],
        mode="text", text=[f"+{count}" if count else "" for count in counts], textposition="middle right",
        textfont={"size": 10}, cliponaxis=False, hoverinfo="skip",
    )  # fmt: skip


def metric_figure(sweep: Sweep, metric: str, looks: Looks) -> go.Figure:
    """One figure over the SNR, a line a system; of clip probabilities a line a system and class."""
    figure, labels = go.Figure(), sweep[0].labels
    alone = [looks.event] if looks.event is not None else [None]
    lines = list(range(len(labels))) if metric == "clip_prob" and alone == [None] else alone
    snrs_db = [point.snr_db for point in sweep]
    if metric == "si_sdr_improvement_db":
        figure.add_scatter(
            x=snrs_db, y=[ideal_value(p, looks.event) for p in sweep], name=IDEAL, mode="lines",
            line={"color": GREY, "width": 4}, opacity=0.6,
            hovertemplate=f"{IDEAL} %{{x}} dB: %{{y:.1f}} dB<extra></extra>",
        )  # fmt: skip
        figure.add_hline(y=0, line={"color": GREY, "width": 1})
        figure.update_yaxes(autorangeoptions={"minallowed": LOWEST_GAIN_DB})
        figure.add_annotation(text=f"cut at {decibels(LOWEST_GAIN_DB)}", **IN_CORNER)
    for event in lines:
        colour = looks.ink if event is None else label_colour(labels[event])
        name = "all events" if event is None else display_name(labels[event]).lower()
        for position, system in enumerate(sweep[0].systems):
            figure.add_scatter(
                x=snrs_db, y=[value(p.systems[system].events, metric, event) for p in sweep],
                mode="lines+markers", name=f"{TITLES[system]}, {name}", cliponaxis=metric in CUT,
                line={"color": colour, "dash": DASHES[position], "width": 2},
                marker={"size": 6, "symbol": SYMBOLS[position], "color": colour},
                unselected={"marker": {"opacity": 1}},
                hovertemplate=f"{TITLES[system]}, {name}, %{{x}} dB: %{{y:.2f}}<extra></extra>",
            )  # fmt: skip
    if metric == "clip_prob":
        figure.update_yaxes(type="log", range=[-3, 0.06], tickvals=[0.001, 0.01, 0.1, 1])
        figure.add_hline(y=THRESHOLD, line={"color": looks.ink, "width": 1, "dash": "longdash"})
        figure.add_annotation(text=f"named from {THRESHOLD:g} (dashes)", **IN_CORNER)
    elif metric != "si_sdr_improvement_db":
        figure.update_yaxes(range=[-0.04, 1.04], tickvals=[0, 0.5, 1])
    figure.update_yaxes(fixedrange=True, zeroline=False)
    _finish(figure, looks, 196)
    figure.update_layout(title={"text": METRICS[metric], "font": {"size": 14}, "x": 0, "y": 0.98})
    return legible(figure)


def _finish(figure: go.Figure, looks: Looks, height: int) -> None:
    """The SNR axis, and the band where the SNR is looked at."""
    figure.add_vrect(
        x0=looks.snr_db - STEP_DB / 2, x1=looks.snr_db + STEP_DB / 2, line_width=0,
        fillcolor=GREY, opacity=0.25, layer="below",
    )  # fmt: skip
    ticks = [snr_db for snr_db in SNRS_DB if snr_db % 10 == 0]
    figure.update_xaxes(
        range=[min(SNRS_DB) - 3, max(SNRS_DB) + 3], tickvals=ticks, fixedrange=True,
        ticktext=[decibels(t) if t == ticks[-1] else decibels(t).removesuffix("\u00a0dB") for t in ticks],
        zeroline=False,
    )  # fmt: skip
    figure.update_layout(
        height=height, showlegend=False, margin={"l": 36, "r": 8, "t": 34, "b": 28}, dragmode=False,
        hovermode="closest", hoverdistance=30, clickmode="event+select",
    )  # fmt: skip
