"""The method in five small pictures: one event on its way from a log mel spectrogram to its own sound.

They show the lesson's clip and its event as GWRP hears them. Colours follow the theme; axes are left out,
since each picture stands above the words that say what it shows.
"""

from collections.abc import Callable

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from pages.shared.lesson.facts import LessonFacts
from sedtf_core import plotting
from sedtf_core.config import PAPER_DECAY
from sedtf_core.labels import label_colour
from sedtf_core.plotting import Theme
from sedtf_core.pooling import rank_weights

SYSTEM = "gwrp"
SIZE_IN = (2.6, 1.5)


def method_pictures(
    facts: LessonFacts, separated: NDArray[np.float32], theme: Theme
) -> dict[str, bytes]:
    """Draw the five steps.

    Parameters
    ----------
    facts
        The clip, the event and what the systems make of them.
    separated
        Samples of the event as ``SYSTEM`` separates it.
    theme
        Which colours.

    Returns
    -------
    PNG images by the name of the step, in their order.
    """
    drawings: dict[str, Callable[[Axes], None]] = {
        "Log mel": lambda ax: _log_mel(facts, ax, theme),
        "Masks": lambda ax: _mask(facts, ax, theme),
        "Pooling": lambda ax: _pooling(facts, ax, theme),
        "Detection": lambda ax: _detection(facts, ax, theme),
        "Separation": lambda ax: _separation(facts, separated, ax, theme),
    }
    return {name: _drawn(draw) for name, draw in drawings.items()}


def _drawn(draw: Callable[[Axes], None]) -> bytes:
    """One picture without axes."""
    figure = Figure(figsize=SIZE_IN, layout="constrained")
    ax = figure.add_subplot()
    draw(ax)
    ax.set_axis_off()
    return plotting.figure_to_png(figure)


def _log_mel(facts: LessonFacts, ax: Axes, theme: Theme) -> None:
    plotting.plot_log_mel(facts.log_mel, facts.mel_hz, facts.frame_hop_s, ax=ax, theme=theme)


def _mask(facts: LessonFacts, ax: Axes, theme: Theme) -> None:
    mask, label = facts.systems[SYSTEM].mask, facts.event.label
    plotting.plot_mask(
        mask, label, facts.mel_hz, facts.frame_hop_s, log_mel=facts.log_mel, ax=ax, theme=theme
    )
    ax.set_title("")


def _pooling(facts: LessonFacts, ax: Axes, theme: Theme) -> None:
    """The units from high to low as an area, the weights of their ranks as a line."""
    heights = np.sort(facts.systems[SYSTEM].mask, axis=None)[::-1]
    weights = rank_weights(len(heights), PAPER_DECAY).numpy()
    plotting.styled(ax, theme)
    ax.fill_between(np.arange(len(heights)), heights, color=label_colour(facts.event.label))
    ax.plot(weights / weights.max(), color=plotting.text_colour(theme), linestyle="--", linewidth=1)
    ax.set(xlim=(0, len(heights)), ylim=(0, 1.02))


def _detection(facts: LessonFacts, ax: Axes, theme: Theme) -> None:
    """The class's score over time, with both thresholds, and below it what they make of it."""
    analysis, label = facts.analyses[SYSTEM], facts.event.label
    plotting.plot_frame_scores(
        analysis.frame_scores[[facts.row]], [label], facts.frame_hop_s,
        detection=analysis.detection, ax=ax, theme=theme,
    )  # fmt: skip
    legend = ax.get_legend()
    if legend is not None:
        legend.remove()
    for event in analysis.events:
        if event.label == label:
            ax.axvspan(event.onset, event.offset, color=label_colour(label), alpha=0.3, linewidth=0)


def _separation(facts: LessonFacts, separated: NDArray[np.float32], ax: Axes, theme: Theme) -> None:
    """The mixture's waveform, and before it the separated one."""
    rate = facts.mixture.sample_rate
    plotting.plot_waveform(facts.mixture.mixture, rate, ax=ax, theme=theme)
    ax.collections[0].set_alpha(0.35)
    plotting.plot_waveform(separated, rate, label=facts.event.label, ax=ax, theme=theme)
