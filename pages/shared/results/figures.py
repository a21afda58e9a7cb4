"""Charts of the Results page.

Conventions: colour tells ours from what stands beside it, or is the class's; systems are told apart by name
and pattern.
"""

import textwrap
from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from pages.shared.charts import legible
from pages.shared.results.tables import Mean, Table
from pages.shared.views import title
from sedtf_core.labels import display_name, label_colour

OURS, BESIDE = "#4a8fb0", "#8d95a1"
# Lighter, so that the interval is seen on the bar in both themes.
OURS_FILL = "rgba(74, 143, 176, 0.45)"
PATTERNS = ("", "/", ".", "x", "-", "\\", "+")
PANELS_A_ROW = 3
HEADING_CHARACTERS = 26
# Heights in pixels: of a system's bars, and of what a row of panels has above and below them.
SYSTEM_PX, AROUND_PX = 56, 100
TOP_PX = 85  # the camera, and below it headings of two lines


def mean_figure(means: Sequence[Mean], table: Table) -> go.Figure:
    """A panel a metric: ours with its interval, what stands beside it hatched, a group a system."""
    headings = list(dict.fromkeys(mean.heading for mean in means))
    columns = min(len(headings), PANELS_A_ROW)
    lines = -(-len(headings) // columns)
    systems = len({mean.system for mean in means})
    height = lines * (AROUND_PX + SYSTEM_PX * systems)
    figure = make_subplots(
        lines, columns, shared_yaxes=True, horizontal_spacing=0.05,
        vertical_spacing=AROUND_PX / height if lines > 1 else None,
        subplot_titles=["<br>".join(textwrap.wrap(h, HEADING_CHARACTERS)) for h in headings],
    )  # fmt: skip
    for position, heading in enumerate(headings):
        own = [mean for mean in means if mean.heading == heading]
        at = {"row": position // columns + 1, "col": position % columns + 1}
        _add_bars(figure, own, table, at, is_first=position == 0)
    figure.update_yaxes(autorange="reversed")
    figure.update_xaxes(rangemode="tozero")
    figure.update_layout(
        barmode="group", height=height + TOP_PX - 20, margin={"l": 10, "r": 10, "t": TOP_PX, "b": 10},
        legend={"orientation": "h", "y": -34 / height, "yanchor": "top", "traceorder": "reversed"},
    )  # fmt: skip
    return legible(figure)


def _add_bars(
    figure: go.Figure, own: Sequence[Mean], table: Table, at: dict[str, int], *, is_first: bool
) -> None:
    """Ours and what stands beside it in one panel; a legend once."""
    names, number = [title(mean.system) for mean in own], f".{own[0].digits}f"
    if any(mean.beside is not None for mean in own):
        figure.add_bar(
            x=[mean.beside for mean in own], y=names, name=table.beside, orientation="h",
            marker={"color": BESIDE, "pattern": {"shape": "/", "solidity": 0.35}},
            legendgroup="beside", showlegend=is_first, **at,
            hovertemplate=f"%{{y}}, {table.beside}: %{{x:{number}}}<extra></extra>",
        )  # fmt: skip
    figure.add_bar(
        x=[mean.ours for mean in own], y=names, name=f"{table.ours}, {table.ends}", orientation="h",
        marker={"color": OURS_FILL, "line": {"color": OURS, "width": 1}},
        error_x=_whiskers(own), legendgroup="ours", showlegend=is_first, **at,
        hovertemplate=f"%{{y}}, {table.ours}: %{{x:{number}}}<extra></extra>",
    )  # fmt: skip


def _whiskers(means: Sequence[Mean]) -> dict[str, Any]:
    """Plotly's error bars from the ends of the intervals; of no length where there is none."""
    return {
        "type": "data",
        "symmetric": False,
        "color": OURS,
        "thickness": 2,
        "array": [0 if mean.high is None else mean.high - mean.ours for mean in means],
        "arrayminus": [0 if mean.low is None else mean.ours - mean.low for mean in means],
    }


def class_figure(values: dict[str, dict[str, float | None]]) -> go.Figure:
    """A bar a class and system, in the class's colour with the system's pattern."""
    figure = go.Figure()
    for pattern, (system, figures) in zip(PATTERNS, values.items(), strict=False):
        figure.add_bar(
            x=list(figures.values()), y=[display_name(label) for label in figures], name=system,
            orientation="h", hovertemplate=f"%{{y}}, {system}: %{{x:.3f}}<extra></extra>",
            marker={
                "color": [label_colour(label) for label in figures],
                "pattern": {"shape": pattern, "solidity": 0.4},
            },
        )  # fmt: skip
    classes = max((len(figures) for figures in values.values()), default=0)
    figure.update_yaxes(autorange="reversed", tickmode="linear")
    figure.update_xaxes(rangemode="tozero", side="top")
    figure.update_layout(
        barmode="group", height=110 + classes * (12 + 10 * len(values)),
        margin={"l": 10, "r": 10, "t": 40, "b": 10}, legend={"orientation": "h", "y": -0.02},
    )  # fmt: skip
    return legible(figure)
