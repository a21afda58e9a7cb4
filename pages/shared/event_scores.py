"""How well events fit the truth of one clip: counts, and precision over recall as a threshold moves.

Conventions: an event is found if its class is right and onset and offset lie within the collars of
``sedtf_core.evaluation.event``. Counts run over all events of the clip, false alarms of absent classes
included, while the evaluation of a test set takes means over classes.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import plotly.graph_objects as go

from pages.shared.charts import GREY, legible
from pages.shared.views import TITLES, title
from sedtf_core.evaluation.event import Collars, hits, match
from sedtf_core.events import Event
from sedtf_core.inference import Analysis

HIT, FALSE_ALARM, MISS = "hit", "false alarm", "miss"
COLLARS = Collars()
SWEPT_THRESHOLDS = tuple(step / 20 for step in range(20))
# One grey for all systems, as colour is the class's: they differ by dash and symbol.
DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot", "5px 2px")
SYMBOLS = ("circle", "square", "diamond", "triangle-up", "cross", "star", "x")
# Pixels of the marker of where a system stands, and by how much one that shares its place is larger.
NOW_PX, RING_PX = 13, 7


@dataclass(frozen=True)
class Counts:
    """How many events there are, how many were claimed, and how many of those are right.

    Without any claim precision is 0, without any event recall and error rate are counted as for one event.
    """

    references: int
    estimates: int
    matches: int

    @property
    def precision(self) -> float:
        """Share of the claimed events that are right."""
        return self.matches / self.estimates if self.estimates else 0.0

    @property
    def recall(self) -> float:
        """Share of the true events that are found."""
        return self.matches / self.references if self.references else 0.0

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        total = self.references + self.estimates
        return 2 * self.matches / total if total else 0.0

    @property
    def error_rate(self) -> float:
        """Missed events and false alarms, divided by the true events."""
        wrong = self.references + self.estimates - 2 * self.matches
        return wrong / max(1, self.references)


def matched_pairs(truth: Sequence[Event], found: Sequence[Event]) -> dict[int, int]:
    """Match events of the same class, as many as possible; index in ``truth`` → index in ``found``."""
    pairs: dict[int, int] = {}
    for label in {event.label for event in truth} & {event.label for event in found}:
        own_truth = [index for index, event in enumerate(truth) if event.label == label]
        own_found = [index for index, event in enumerate(found) if event.label == label]
        hit = hits([truth[i] for i in own_truth], [found[i] for i in own_found], COLLARS)
        pairs.update({own_truth[a]: own_found[b] for a, b in match(hit).items()})
    return pairs


@dataclass(frozen=True)
class Judged:
    """An event, and what it is against the truth: one of the words above; empty if that is not known.

    After the word of a false alarm stands what is wrong with it, if its class is in the truth.
    """

    event: Event
    outcome: str


def judge(truth: Sequence[Event] | None, found: Sequence[Event]) -> list[Judged]:
    """What each found event is, in their order; after them the true events that were missed."""
    if truth is None:
        return [Judged(event, "") for event in found]
    pairs = matched_pairs(truth, found)
    matched = set(pairs.values())
    judged = [
        Judged(event, HIT if index in matched else false_alarm(truth, event))
        for index, event in enumerate(found)
    ]
    missed = [event for index, event in enumerate(truth) if index not in pairs]
    return judged + [Judged(event, MISS) for event in missed]


def false_alarm(truth: Sequence[Event], found: Event) -> str:
    """What a false alarm is called: with what is wrong, held against the nearest true event of its class."""
    own = [event for event in truth if event.label == found.label]
    if not own:
        return FALSE_ALARM
    near = min(
        own, key=lambda true: abs(true.onset - found.onset) + abs(true.offset - found.offset)
    )
    return f"{FALSE_ALARM}, {_what_is_wrong(near, found)}"


def _what_is_wrong(true: Event, found: Event) -> str:
    """Which time of an event lies outside the collars, and by how much it is off; as in the player."""
    if abs(found.onset - true.onset) > COLLARS.onset_s:
        return f"onset {_late_or_early(found.onset - true.onset)}"
    if abs(found.offset - true.offset) > COLLARS.offset_limit_s(true):
        return f"offset {_late_or_early(found.offset - true.offset)}"
    return "its event is hit already"


def _late_or_early(seconds: float) -> str:
    """A distance in time as ``240 ms early``."""
    return f"{abs(1000 * seconds):.0f} ms {'early' if seconds < 0 else 'late'}"


def count_judged(judged: Sequence[Judged]) -> Counts:
    """Count events that were held against a truth."""
    outcomes = [one.outcome for one in judged]
    hit, missed = outcomes.count(HIT), outcomes.count(MISS)
    return Counts(references=hit + missed, estimates=len(judged) - missed, matches=hit)


def count_events(truth: Sequence[Event], found: Sequence[Event]) -> Counts:
    """Count events of the same class that match, as many as possible."""
    return count_judged(judge(truth, found))


def swept_counts(analysis: Analysis, truth: Sequence[Event]) -> list[tuple[float, Counts]]:
    """Counts at each high threshold from the low one up, all else as it is: fewer and fewer events."""
    low = analysis.detection.low_threshold
    points = []
    for high in (low, *(step for step in SWEPT_THRESHOLDS if step > low)):
        detection = replace(analysis.detection, high_threshold=high)
        points.append((high, count_events(truth, analysis.at(detection).events)))
    return points


def precision_recall_figure(analyses: Sequence[Analysis], truth: Sequence[Event]) -> go.Figure:
    """A curve a system over the high threshold, and where it stands now; each has its dash and symbol."""
    figure, stand = go.Figure(), _where_they_stand(analyses, truth)
    for analysis in analyses:
        points = [(high, c) for high, c in swept_counts(analysis, truth) if c.estimates]
        name, place = title(analysis.system), _place(analysis.system)
        dash, symbol = DASHES[place % len(DASHES)], SYMBOLS[place % len(SYMBOLS)]
        figure.add_scatter(
            x=[c.recall for _, c in points], y=[c.precision for _, c in points], name=name,
            mode="lines+markers", line={"color": GREY, "dash": dash, "width": 1.5},
            marker={"symbol": f"{symbol}-open", "size": 7}, customdata=[high for high, _ in points],
            hovertemplate=f"{name}, high threshold %{{customdata:.2f}}: precision %{{y:.2f}}, "
            "recall %{x:.2f}<extra></extra>",
        )  # fmt: skip
        point, together = next(own for own in stand.items() if analysis.system in own[1])
        _add_now(figure, point, together, analysis.system)
    figure.update_xaxes(title="Recall", range=[-0.03, 1.03])
    figure.update_yaxes(title="Precision", range=[-0.03, 1.03])
    figure.update_layout(height=350, margin={"l": 10, "r": 10, "t": 40, "b": 10})
    return legible(figure)


def _place(system: str) -> int:
    """A system's place among all of them, so that it keeps its looks whichever others are shown."""
    return list(TITLES).index(system) if system in TITLES else len(TITLES)


def _where_they_stand(
    analyses: Sequence[Analysis], truth: Sequence[Event]
) -> dict[tuple[float, float], list[str]]:
    """Recall and precision → the systems that have both."""
    stand: dict[tuple[float, float], list[str]] = {}
    for analysis in analyses:
        now = count_events(truth, analysis.events)
        stand.setdefault((now.recall, now.precision), []).append(analysis.system)
    return stand


def _add_now(
    figure: go.Figure, point: tuple[float, float], together: Sequence[str], system: str
) -> None:
    """Where a system stands; those at one point lie around each other, and each names them all."""
    ring, symbol = together.index(system), SYMBOLS[_place(system) % len(SYMBOLS)]
    figure.add_scatter(
        x=[point[0]], y=[point[1]], name=f"{title(system)} now", mode="markers", cliponaxis=False,
        marker={
            "symbol": f"{symbol}-open" if ring else symbol, "size": NOW_PX + RING_PX * ring,
            "color": GREY, "line": {"width": 2, "color": GREY},
        },
        hovertemplate=f"{', '.join(map(title, together))} now: precision %{{y:.2f}}, "
        "recall %{x:.2f}<extra></extra>",
    )  # fmt: skip
