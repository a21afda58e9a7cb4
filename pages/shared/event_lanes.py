"""The events of the truth and of each system as lanes on one time axis: hits, false alarms and misses."""

from collections.abc import Mapping, Sequence

import plotly.graph_objects as go

from pages.shared.charts import legible
from pages.shared.event_scores import HIT, MISS, Judged
from sedtf_core.events import Event
from sedtf_core.labels import display_name, label_colour

NO_EVENT = "no event"
HOLLOW = "rgba(0, 0, 0, 0)"
KEY = "Solid: hit. Hatched: false alarm. Outline: miss."


def lanes_figure(lanes: Mapping[str, Sequence[Judged]], duration_s: float) -> go.Figure:
    """A lane a system and in it a row a class, each event in its class's colour.

    Hits are solid, as is what cannot be judged; false alarms hatched, misses an outline: as in the player.
    """
    rows = [(lane, judged) for lane, own in lanes.items() for judged in _by_class(own)]
    events = [judged.event for _, judged in rows]
    colours = [label_colour(event.label) for event in events]
    outcomes = [judged.outcome for _, judged in rows]
    figure = go.Figure()
    figure.add_bar(
        y=[
            [lane for lane, _ in rows],
            [display_name(event.label) if event.label else NO_EVENT for event in events],
        ],
        x=[event.offset - event.onset for event in events],
        base=[event.onset for event in events],
        orientation="h",
        marker={
            "color": [
                HOLLOW if outcome == MISS else colour
                for outcome, colour in zip(outcomes, colours, strict=True)
            ],
            "line": {"color": colours, "width": 1.5},
            "pattern": {
                "shape": ["" if outcome in ("", HIT, MISS) else "/" for outcome in outcomes],
                "solidity": 0.4,
            },
        },
        customdata=[
            (event.offset, f", {outcome}" if outcome else "")
            for event, outcome in zip(events, outcomes, strict=True)
        ],
        hovertemplate="%{y}, %{base:.2f}–%{customdata[0]:.2f} s%{customdata[1]}<extra></extra>",
    )
    heights = len({(lane, judged.event.label) for lane, judged in rows})
    figure.update_yaxes(autorange="reversed", automargin=True)
    figure.update_xaxes(range=[0, duration_s], title="Time (s)")
    figure.update_layout(
        height=105 + 22 * heights, margin={"l": 10, "r": 10, "t": 35, "b": 10}, showlegend=False,
        bargap=0.25, barmode="overlay",
    )  # fmt: skip
    return legible(figure)


def _by_class(judged: Sequence[Judged]) -> list[Judged]:
    """Events by class in the order in which the classes begin; an event of no length if there is none."""
    begins: dict[str, float] = {}
    for event in (one.event for one in judged):
        begins[event.label] = min(event.onset, begins.get(event.label, event.onset))
    if not judged:
        return [Judged(Event(0.0, 0.0, ""), "")]
    return sorted(
        judged, key=lambda one: (begins[one.event.label], one.event.label, one.event.onset)
    )
