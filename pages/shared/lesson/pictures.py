"""Pictures of the lesson, drawn with sedtf_core.plotting in the colours of the page's theme."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from pages.shared.areas import lit_units
from pages.shared.lesson.facts import LessonFacts
from pages.shared.numbers import lit_text
from pages.shared.views import TITLES
from sedtf_core.events import Event
from sedtf_core.plotting import (
    Theme,
    figure_to_png,
    plot_events,
    plot_log_mel,
    plot_mask,
    text_colour,
)

Mask = Float[np.ndarray, "frames mel_bins"]

# So narrow that its words can be read where the page gives a picture half of a projector's 800 pixels.
WIDTH_IN = 5.4


def clip_picture(facts: LessonFacts, theme: Theme, *, events: Sequence[Event] | None) -> bytes:
    """The log mel as PNG, with the events below it, or an empty lane where they are not told."""
    figure = Figure(figsize=(WIDTH_IN, 3.1), layout="constrained")
    above, below = figure.subplots(2, 1, height_ratios=[3, 1], sharex=True)
    _log_mel(facts, theme, above)
    above.set_title("Log mel of the mixture", color=text_colour(theme))
    duration_s = facts.log_mel.shape[0] * facts.frame_hop_s
    if events is None:
        plot_events([], duration_s=duration_s, ax=below, theme=theme)
        below.texts[0].set_text("Onsets and offsets: not in the label")
    else:
        plot_events(events, duration_s=duration_s, ax=below, theme=theme)
    return figure_to_png(figure, dpi=200)


def mask_pictures(
    facts: LessonFacts, names: Sequence[str], theme: Theme, *, columns: int = 2
) -> bytes:
    """Masks of the lesson's event over the grey log mel as PNG, side by side with their titles.

    Parameters
    ----------
    facts
        What is shown.
    names
        Systems, or names of ``facts.simple_masks``.
    theme, columns
        Colours, and pictures a row.
    """
    rows = -(-len(names) // columns)
    figure = Figure(figsize=(WIDTH_IN, 2.1 * rows + 0.3), layout="constrained")
    grid = figure.subplots(rows, columns, sharex=True, sharey=True, squeeze=False)
    for ax, name in zip(grid.flat, names, strict=False):
        mask = _mask(facts, name)
        draw_mask(facts, mask, mask_title(facts, name).replace(": ", "\n"), ax, theme)
        if name == "gmp":
            mark_largest(facts, mask, ax, theme)
    for ax in grid.flat[len(names) :]:
        ax.set_visible(False)
    for ax in grid.flat:
        ax.label_outer()
    return figure_to_png(figure, dpi=200)


def _mask(facts: LessonFacts, name: str) -> Mask:
    """A system's mask, or one of ``facts.simple_masks``."""
    return facts.systems[name].mask if name in facts.systems else facts.simple_masks()[name]


def mask_title(facts: LessonFacts, name: str) -> str:
    """What a mask is called, and how many units it lights."""
    mask = _mask(facts, name)
    lit = lit_text(lit_units(mask), facts.units)
    if name not in facts.systems:
        return f"{name}: {lit} lit, mean {mask.mean():.2f}"
    prob = facts.systems[name].clip_prob
    return f"{TITLES[name]}: {lit} lit, p = {prob:.2f}"


def draw_mask(facts: LessonFacts, mask: Mask, title: str, ax: Axes, theme: Theme) -> None:
    """One mask over the grey log mel."""
    plot_mask(
        mask, facts.event.label, facts.mel_hz, facts.frame_hop_s,
        log_mel=facts.log_mel, ax=ax, theme=theme,
    )  # fmt: skip
    ax.set_title(title, color=text_colour(theme), fontsize=10)


def mark_largest(facts: LessonFacts, mask: Mask, ax: Axes, theme: Theme) -> None:
    """A ring around the largest unit of a mask."""
    frame, band = np.unravel_index(int(mask.argmax()), mask.shape)
    seconds = (int(frame) + 0.5) * facts.frame_hop_s
    ax.plot([seconds], [int(band)], "o", ms=14, mfc="none", mec=text_colour(theme), mew=1.5)


def _log_mel(facts: LessonFacts, theme: Theme, ax: Axes) -> None:
    plot_log_mel(facts.log_mel, facts.mel_hz, facts.frame_hop_s, ax=ax, theme=theme)
