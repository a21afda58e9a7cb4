"""The figures of a clip that can be taken away: log mel, masks, frame scores and events, each by name.

Owns which figures there are and how their panels are arranged, on one time axis each. Conventions: light
theme, since they go on paper; a panel a system, named in its title. Leaves the drawing to
``sedtf_core.plotting`` and the buttons to ``take_away_panel``.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from pages.shared.analyses import (
    clip_analysis,
    clip_waveform,
    known_mixture,
)
from pages.shared.clips import Clip
from pages.shared.views import shown_labels, title
from sedtf_core import plotting
from sedtf_core.config import DetectionConfig
from sedtf_core.evaluation.truth import class_ratio_masks
from sedtf_core.exports import safe_name
from sedtf_core.features import log_mel, mel_centres_hz
from sedtf_core.inference import Analysis
from sedtf_core.labels import display_name

WIDTH_IN = 8.0
PANEL_IN = 1.9
LANE_IN = 0.24
BETWEEN_IN = 0.4
# Name of the file → name for people.
FIGURES = {
    "log_mel": "Log mel",
    "masks": "Masks of the class",
    "frame_scores": "Frame scores",
    "events": "Events",
}


@dataclass(frozen=True)
class FigureOrder:
    """What the figures show: a clip, the systems in view, one class, and the operating point."""

    clip: Clip
    systems: tuple[str, ...]
    label: str
    detection: DetectionConfig | None = None

    def analyses(self) -> list[Analysis]:
        """What each system finds."""
        found = [clip_analysis(self.clip, system) for system in self.systems]
        return [a.at(self.detection) if self.detection else a for a in found]


def classes_to_draw(clip: Clip, systems: Sequence[str]) -> list[str]:
    """The classes worth a figure: those that are there, then those that a system detects."""
    mixture = known_mixture(clip)
    present = mixture.labels if mixture else ()
    return shown_labels([clip_analysis(clip, system) for system in systems], present)


def draw(order: FigureOrder, name: str) -> Figure:
    """One of ``FIGURES``."""
    return {
        "log_mel": _log_mel,
        "masks": _masks,
        "frame_scores": _frame_scores,
        "events": _events,
    }[name](order)


def file_stem(order: FigureOrder, name: str) -> str:
    """What a figure is called on disk, without the kind of file."""
    return f"{name}_{safe_name(order.label)}" if name == "masks" else name


def figure_files(order: FigureOrder) -> dict[str, bytes]:
    """Every figure as PNG and as SVG."""
    files = {}
    for name in FIGURES:
        figure = draw(order, name)
        stem = f"figures/{file_stem(order, name)}"
        files[f"{stem}.png"] = plotting.figure_to_png(figure)
        files[f"{stem}.svg"] = plotting.figure_to_svg(figure)
    return files


def _panels(count: int) -> list[Axes]:
    """Axes below each other over one time axis, on a figure of their own."""
    size = (WIDTH_IN, PANEL_IN * count + 0.6)
    figure = Figure(figsize=size, layout="constrained")
    return [axes for (axes,) in figure.subplots(count, sharex=True, squeeze=False)]


def _finished(panels: Sequence[Axes]) -> Figure:
    """The figure of some panels, with one name for their common time axis."""
    for panel in panels[:-1]:
        panel.set_xlabel("")
    figure = panels[0].figure
    assert isinstance(figure, Figure)
    return figure


def _heard(order: FigureOrder) -> tuple[Analysis, NDArray[np.float32], NDArray[np.float32]]:
    """The first analysis, which tells rate and hop; log mel; centres of the mel bands."""
    first = clip_analysis(order.clip, order.systems[0])
    levels = log_mel(torch.from_numpy(clip_waveform(order.clip)), first.features).numpy()
    return first, levels, mel_centres_hz(first.features).numpy()


def _log_mel(order: FigureOrder) -> Figure:
    """The mixture, with the scale of its levels."""
    first, levels, mel_hz = _heard(order)
    (panel,) = panels = _panels(1)
    plotting.plot_log_mel(levels, mel_hz, first.features.frame_hop_s, colour_bar=True, ax=panel)
    panel.set_title(_plain(order.clip.title()))
    return _finished(panels)


def _masks(order: FigureOrder) -> Figure:
    """The class's ideal mask where the truth is known, and each system's, over the spectrogram."""
    first, levels, mel_hz = _heard(order)
    masks = {}
    mixture = known_mixture(order.clip)
    if mixture is not None:
        (ideal,) = class_ratio_masks(mixture, [order.label], first.features)
        masks["ideal ratio mask"] = ideal
    for analysis in order.analyses():
        if analysis.masks is not None:
            index = analysis.labels.index(order.label)
            masks[f"{title(analysis.system)} mask"] = analysis.masks[index]
    panels = _panels(len(masks))
    for panel, (name, mask) in zip(panels, masks.items(), strict=True):
        plotting.plot_mask(
            mask, order.label, mel_hz, first.features.frame_hop_s, log_mel=levels, ax=panel
        )
        panel.set_title(f"{_plain(display_name(order.label))}, {name}")
    return _finished(panels)


def _frame_scores(order: FigureOrder) -> Figure:
    """Each system's scores of the classes in view, with the thresholds."""
    labels = classes_to_draw(order.clip, order.systems)
    labels = labels if order.label in labels else [order.label, *labels]
    analyses = order.analyses()
    panels = _panels(len(analyses))
    for panel, analysis in zip(panels, analyses, strict=True):
        rows = [analysis.labels.index(label) for label in labels]
        plotting.plot_frame_scores(
            analysis.frame_scores[rows], labels, analysis.features.frame_hop_s,
            detection=analysis.detection, ax=panel,
        )  # fmt: skip
        # Beside the curves, not over them; the same for every panel, so once.
        legend = panel.get_legend()
        if legend is not None and panel is panels[0]:
            legend.set_loc("upper left")
            legend.set_bbox_to_anchor((1.01, 1.0))
        elif legend is not None:
            legend.remove()
        panel.set_title(title(analysis.system))
    return _finished(panels)


def _events(order: FigureOrder) -> Figure:
    """The true events where they are known, then each system's; a lane a class, all of one height."""
    analyses, mixture = order.analyses(), known_mixture(order.clip)
    rows = {"Truth": mixture.events} if mixture else {}
    rows |= {title(analysis.system): analysis.events for analysis in analyses}
    lanes = [max(1, len({event.label for event in events})) for events in rows.values()]
    height_in = LANE_IN * sum(lanes) + BETWEEN_IN * (len(lanes) + 1)
    figure = Figure(figsize=(WIDTH_IN, height_in), layout="constrained")
    grid = figure.subplots(len(rows), sharex=True, squeeze=False, height_ratios=lanes)
    for (panel,), (name, events) in zip(grid, rows.items(), strict=True):
        plotting.plot_events(events, duration_s=analyses[0].duration_s, ax=panel)
        panel.set_title(name)
    return _finished([panel for (panel,) in grid])


def _plain(text: str) -> str:
    """A text without matplotlib's marks of a formula."""
    return text.replace("$", r"\$")
