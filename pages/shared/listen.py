"""Panels of the Listen page: levels of each class from the mixture to the ideal mask, and their sounds.

Conventions: SI-SDR in dB as in ``sedtf_core.evaluation.separation``, on the whole clip or on a class's own
samples; its events count together, as a network has one mask a class. Every improvement is over the
unprocessed mixture. All sounds of a clip are played with one gain, so that a quiet residual stays quiet.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go
import streamlit as st
from numpy.typing import NDArray

from pages.shared.analyses import clip_waveform
from pages.shared.cached import mixture, mixture_estimates, separation_gain_db
from pages.shared.charts import GREY, legible, show_chart
from pages.shared.class_choice import show_class_choice
from pages.shared.clips import Recording
from pages.shared.levels import shared_gain
from pages.shared.link import bound_to_link
from pages.shared.number_table import show_rows
from pages.shared.numbers import MINUS, signed_db, spans_s
from pages.shared.state import Synthesis, recipe
from pages.shared.views import IDEAL, title
from sedtf_core import audio
from sedtf_core.config import SAMPLE_RATE
from sedtf_core.evaluation.separation import improvements, si_sdr
from sedtf_core.events import Event
from sedtf_core.inference import Analysis
from sedtf_core.labels import display_name, label_colour
from sedtf_core.mixing import Mixture
from sedtf_core.separation import background, separate

# A pattern beside the name: colour is the class's.
PATTERNS = {"gmp": "x", "gap": ".", "gwrp": "/", None: ""}
SPANS = ("Whole clip", "Event only")
TRACKS_A_ROW = 2

Waveform = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Heard:
    """A sound to play: its name, its samples, and the gain that it shares with the others."""

    name: str
    waveform: Waveform
    gain: float


@dataclass(frozen=True, eq=False)
class ClassLevels:
    """One class that is there: SI-SDR of the mixture, and what each mask adds to it.

    Attributes
    ----------
    improvements_db
        System → SI-SDR improvement over the mixture in dB; None stands for the ideal ratio mask.
    """

    label: str
    events: tuple[Event, ...]
    mixture_db: float
    improvements_db: dict[str | None, float]
    tracks: tuple[Heard, ...]

    def name(self) -> str:
        """The class and its events as a person reads them."""
        return f"{display_name(self.label)}, {spans_s(self.events)}"


def class_levels(
    clip: Synthesis, systems: Sequence[str], *, on_span: bool = False
) -> list[ClassLevels]:
    """Levels and sounds of every class in a synthesised clip, by first onset."""
    mixed = mixture(recipe(clip))
    kinds: tuple[str | None, ...] = (*systems, None)
    estimates = {kind: mixture_estimates(recipe(clip), kind) for kind in kinds}
    residuals = {
        f"What {title(system)} leaves of the mixture": background(
            mixed.mixture, estimates[system]
        ).numpy()
        for system in systems
    }
    # Everything that can be played: a source or a residual may be louder than the mixture it is part of.
    separated = [row for rows in estimates.values() for row in rows]
    gain = shared_gain([mixed.mixture, *mixed.class_sources, *separated, *residuals.values()])
    levels = []
    for index, label in enumerate(mixed.labels):
        own = {kind: rows[index] for kind, rows in estimates.items()}
        sounds = {
            "Mixture": mixed.mixture,
            "True source": mixed.class_sources[index],
            **{mask_name(kind): row for kind, row in own.items()},
            **residuals,
        }
        tracks = tuple(Heard(name, waveform, gain) for name, waveform in sounds.items())
        measured = _measured(mixed, index, own, on_span=on_span)
        levels.append(ClassLevels(label, mixed.events_of(label), *measured, tracks))
    return sorted(levels, key=lambda level: level.events[0].onset)


def _measured(
    mixed: Mixture, index: int, estimates: Mapping[str | None, Waveform], *, on_span: bool
) -> tuple[float, dict[str | None, float]]:
    """SI-SDR of the mixture on some samples, and each estimate's improvement over it."""
    part = mixed.covered(mixed.labels[index]) if on_span else slice(None)
    unprocessed, source = mixed.mixture[part], mixed.class_sources[index][part]
    gained = {
        kind: improvements(row[part], source, unprocessed)["si_sdr_improvement_db"]
        for kind, row in estimates.items()
    }
    return si_sdr(unprocessed, source), gained


def recording_tracks(clip: Recording, analyses: Sequence[Analysis]) -> list[Heard]:
    """The recording and, of each system, the classes that it detects and what they leave."""
    waveform = clip_waveform(clip)
    whole, stems_by_name = {"Recording": waveform}, {}
    for analysis in analyses:
        labels = analysis.detected_labels()
        if analysis.masks is None or not labels:
            continue  # what is left of a recording that nothing was taken from is the recording
        rows = [analysis.labels.index(label) for label in labels]
        stems = separate(waveform, analysis.masks[rows], analysis.features).numpy()
        for label, stem in zip(labels, stems, strict=True):
            stems_by_name[f"{display_name(label)}, {title(analysis.system)}"] = stem
        left = f"What {title(analysis.system)} leaves of the recording"
        whole[left] = background(waveform, stems).numpy()
    sounds = whole | stems_by_name
    gain = shared_gain(sounds.values())
    return [Heard(name, samples, gain) for name, samples in sounds.items()]


def mask_name(system: str | None) -> str:
    """Whose mask it is."""
    return IDEAL if system is None else f"{title(system)} mask"


# --- Panels ---


def show_span_choice() -> bool:
    """Whether levels are measured on the event's own samples rather than on the whole clip."""
    with bound_to_link({"measured_on": SPANS.__contains__}):
        measured_on = st.segmented_control(
            "Measured on", SPANS, default=SPANS[0], key="measured_on", required=True,
            bind="query-params",
            help="The whole clip also rewards silence where the event is not; its own span does not.",
        )  # fmt: skip
    return measured_on == SPANS[1]


def show_class_levels_choice(levels: Sequence[ClassLevels]) -> ClassLevels:
    """Let one class be chosen; the first to begin with."""
    labels = [level.label for level in levels]
    return levels[labels.index(show_class_choice(st.segmented_control, "Event", labels))]


def show_waterfall(level: ClassLevels) -> None:
    """From the mixture's SI-SDR up, or down, to each mask's."""
    show_chart(waterfall(level), "waterfall")
    ceiling = level.improvements_db[None]
    gained = max(value for system, value in level.improvements_db.items() if system)
    # What reads the same is said to be the same.
    best = [k for k, value in level.improvements_db.items() if k and gained - value < 0.05]
    st.markdown(_gain_in_words(best, level.label, gained, ceiling))


def separation_in_words(clip: Synthesis, label: str, system: str) -> str:
    """What a system's mask gains for one class of a clip, beside what an ideal ratio mask would."""
    gained, ceiling = (separation_gain_db(recipe(clip), kind, label) for kind in (system, None))
    return _gain_in_words([system], label, gained, ceiling)


def _gain_in_words(systems: Sequence[str], label: str, gained_db: float, ceiling_db: float) -> str:
    """How much cleaner than the mixture a class is when it is separated."""
    return (
        f"Separated by {' or '.join(map(title, systems))}, {display_name(label).lower()} is "
        f"{_cleaner(gained_db)} than the mixture (SI-SDR); by an ideal ratio mask it would be "
        f"{_cleaner(ceiling_db)}."
    )


def _cleaner(gained_db: float) -> str:
    """A gain in words, which need no sign."""
    return f"{abs(gained_db):.1f} dB {'cleaner' if gained_db >= 0 else 'less clean'}"


def waterfall(level: ClassLevels) -> go.Figure:
    """The mixture's level from 0 dB, then each mask's bar from there."""
    colour = label_colour(level.label)
    kinds = list(level.improvements_db)
    gained = list(level.improvements_db.values())
    figure = go.Figure()
    figure.add_bar(
        x=["Mixture"], y=[level.mixture_db], marker_color=GREY,
        text=[f"{level.mixture_db:.1f} dB".replace("-", MINUS)],
        hovertemplate="Mixture: %{y:.1f} dB<extra></extra>",
    )  # fmt: skip
    figure.add_bar(
        x=[mask_name(kind) for kind in kinds],
        y=gained,
        base=level.mixture_db,
        marker={
            "color": colour,
            "pattern": {"shape": [PATTERNS.get(kind, "-") for kind in kinds], "solidity": 0.4},
        },
        text=[signed_db(value) for value in gained],
        customdata=[level.mixture_db + value for value in gained],
        hovertemplate="%{x}: %{customdata:.1f} dB, %{text}<extra></extra>",
    )
    figure.add_hline(y=level.mixture_db, line={"dash": "dot", "width": 1, "color": GREY})
    figure.update_traces(textposition="outside", cliponaxis=False)
    names = ["Mixture", *map(mask_name, kinds)]
    lines = [name.replace(" mask", "<br>mask") for name in names]  # narrow pages tilt long names
    figure.update_layout(
        showlegend=False, height=350, margin={"l": 10, "r": 10, "t": 60, "b": 10}, bargap=0.35,
        title={"text": "On each mask's bar: its gain over the mixture", "font": {"size": 14}},
        xaxis={"tickvals": names, "ticktext": lines, "tickangle": 0},
        yaxis={"title": "SI-SDR (dB)", "zeroline": True},
    )  # fmt: skip
    return legible(figure)


def show_tracks(tracks: Sequence[Heard]) -> None:
    """A play button a sound, all at one gain."""
    for first in range(0, len(tracks), TRACKS_A_ROW):
        columns = st.columns(TRACKS_A_ROW)
        for column, track in zip(columns, tracks[first : first + TRACKS_A_ROW], strict=False):
            with column:
                st.markdown(track.name)
                st.audio(encoded(track), format="audio/flac")
    st.caption("All sounds are played at one gain: what is quiet here is quiet.")


def encoded(track: Heard) -> bytes:
    """A track as 16-bit FLAC at the shared gain; bytes, as Streamlit would make arrays full scale."""
    return audio.encode(
        track.waveform, SAMPLE_RATE, gain=track.gain, format="flac", subtype="PCM_16"
    )


def show_levels(levels: Sequence[ClassLevels]) -> None:
    """A row a class: the floor, each system's improvement and the ceiling."""
    st.header("All events")
    rows = [
        {
            "Event": level.name(),
            "Mixture": level.mixture_db,
            **{
                "Ideal mask" if kind is None else title(kind): value
                for kind, value in level.improvements_db.items()
            },
        }
        for level in levels
    ]
    show_rows(rows, [name for name in rows[0] if name != "Event"], digits=1)
    st.caption(
        "In dB: the mixture's SI-SDR, then what each mask gains over it. SI-SDR: energy of the best-scaled "
        "true source over the energy of what differs from it. The mixture is the floor, the ideal ratio "
        "mask over mel bands the ceiling of this kind of mask."
    )
