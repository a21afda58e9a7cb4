"""Figures of spectrograms, masks, scores, events, waveforms and training runs: Axes in, Axes out.

Every function draws on ``ax``, or on a new figure where none is given, and returns the Axes; the
figure is ``ax.figure``. Conventions: NumPy arrays; time in s on the horizontal axis, where frame
t fills [t · hop, (t + 1) · hop]; frequency on a mel-spaced axis with ticks in kHz; masks
and scores from 0 to 1; a class has the colour of ``labels.label_colour``, and what belongs to no
class has none. pyplot is not used, since it keeps figures alive and is not safe in a server's
threads. Leaves interaction to the app.
"""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

import matplotlib
import numpy as np
from jaxtyping import Float, Int
from matplotlib.axes import Axes
from matplotlib.colors import Colormap, LinearSegmentedColormap, to_rgb
from matplotlib.figure import Figure
from matplotlib.image import AxesImage

from sedtf_core.config import DB_PER_NEPER, DetectionConfig
from sedtf_core.events import Event
from sedtf_core.labels import display_name, label_colour

Theme: TypeAlias = Literal["light", "dark"]
TimeFrequency: TypeAlias = Float[np.ndarray, "frames mel_bins"]

_SHOWN_RANGE_DB: Final = 60.0
_WAVEFORM_COLUMNS: Final = 2000
_TICKS_HZ: Final = (16_000, 8000, 4000, 2000, 1000, 500, 200, 100, 50)
_LINE_STYLES: Final = ("-", "--", ":", "-.")


@dataclass(frozen=True)
class _Style:
    """Colours of what belongs to no class."""

    paper: str
    ink: str
    muted: str


_STYLES: Final[Mapping[Theme, _Style]] = {
    "light": _Style(paper="#ffffff", ink="#262730", muted="#8b8d98"),
    "dark": _Style(paper="#0e1117", ink="#fafafa", muted="#8b8d98"),
}


def text_colour(theme: Theme) -> str:
    """Colour of text and of what else belongs to no class."""
    return _STYLES[theme].ink


def styled(ax: Axes | None, theme: Theme) -> Axes:
    """Return the Axes to draw on, in the colours of the theme; a new figure where there is none."""
    if ax is None:
        ax = Figure(figsize=(8, 3), layout="constrained").add_subplot()
    style = _STYLES[theme]
    ax.figure.set_facecolor(style.paper)
    ax.set_facecolor(style.paper)
    ax.tick_params(colors=style.ink)
    for part in (ax.xaxis.label, ax.yaxis.label):
        part.set_color(style.ink)
    ax.spines[:].set_color(style.muted)
    return ax


def plot_log_mel(
    log_mel: TimeFrequency,
    mel_hz: Float[np.ndarray, " mel_bins"],
    frame_hop_s: float,
    *,
    range_db: tuple[float, float] | None = None,
    colour_bar: bool = False,
    ax: Axes | None = None,
    theme: Theme = "light",
) -> Axes:
    """Draw a log mel spectrogram in dB.

    Parameters
    ----------
    log_mel
        Natural logarithm of mel magnitude, as ``features.log_mel`` returns it.
    mel_hz
        Centre frequency of each mel band in Hz.
    frame_hop_s
        Seconds from one frame to the next.
    range_db
        Levels of the darkest and the brightest colour in dB; by default the highest level of the
        picture and 60 dB less.
    colour_bar
        Whether to add the scale; it takes room from ``ax``, so leave it out where panels share a
        time axis.
    ax, theme
        Where and in which colours to draw.
    """
    ax = styled(ax, theme)
    image = _show_levels(ax, log_mel, frame_hop_s, matplotlib.colormaps["magma"], range_db)
    _mel_axis(ax, mel_hz)
    if colour_bar:
        _add_colour_bar(ax, image, "Level (dB)", theme)
    return ax


def plot_mask(
    mask: TimeFrequency,
    label: str,
    mel_hz: Float[np.ndarray, " mel_bins"],
    frame_hop_s: float,
    *,
    log_mel: TimeFrequency | None = None,
    colour_bar: bool = False,
    ax: Axes | None = None,
    theme: Theme = "light",
) -> Axes:
    """Draw a mask, transparent at 0 and in the full colour of its class at 1.

    Parameters
    ----------
    mask
        Values 0 to 1.
    label
        The class; it gives the colour and the title.
    mel_hz
        Centre frequency of each mel band in Hz.
    frame_hop_s
        Seconds from one frame to the next.
    log_mel
        The spectrogram to lay in grey below the mask; none leaves the mask alone.
    colour_bar
        Whether to add the scale; it takes room from ``ax``.
    ax, theme
        Where and in which colours to draw.
    """
    ax = styled(ax, theme)
    style = _STYLES[theme]
    if log_mel is not None:
        greys = LinearSegmentedColormap.from_list("greys", [style.paper, style.muted])
        _show_levels(ax, log_mel, frame_hop_s, greys)
    colour = to_rgb(label_colour(label))
    hue = LinearSegmentedColormap.from_list(label, [(*colour, 0.0), (*colour, 1.0)])
    image = _show(ax, mask, frame_hop_s, hue, (0.0, 1.0))
    _mel_axis(ax, mel_hz)
    ax.set_title(_text(label), color=style.ink)
    if colour_bar:
        _add_colour_bar(ax, image, "Mask", theme)
    return ax


def plot_frame_scores(
    frame_scores: Float[np.ndarray, "classes frames"],
    labels: Sequence[str],
    frame_hop_s: float,
    *,
    detection: DetectionConfig | None = None,
    ax: Axes | None = None,
    theme: Theme = "light",
) -> Axes:
    """Draw the score of each class over time, with the thresholds as lines.

    Parameters
    ----------
    frame_scores
        Values 0 to 1; pass the rows to show, not all classes.
    labels
        The class of each row.
    frame_hop_s
        Seconds from one frame to the next.
    detection
        Thresholds to draw; none draws no line.
    ax, theme
        Where and in which colours to draw.
    """
    ax = styled(ax, theme)
    style = _STYLES[theme]
    edges_s = np.arange(frame_scores.shape[1] + 1) * frame_hop_s
    for scores, label in zip(frame_scores, labels, strict=True):
        # Stairs, not a line between frames: a score holds for the whole of its frame.
        colour = label_colour(label)
        ax.stairs(scores, edges_s, baseline=None, color=colour, label=_text(label), linewidth=1.5)
    if detection is not None:
        high, low = detection.high_threshold, detection.low_threshold
        ax.axhline(high, color=style.ink, linestyle="--", linewidth=1, label=f"Start {high:g}")
        ax.axhline(low, color=style.ink, linestyle=":", linewidth=1, label=f"Extend {low:g}")
    ax.set(xlim=(0, edges_s[-1]), ylim=(0, 1), xlabel="Time (s)", ylabel="Frame score")
    _legend(ax, theme)
    return ax


def plot_events(
    detected: Sequence[Event],
    truth: Sequence[Event] | None = None,
    *,
    duration_s: float,
    ax: Axes | None = None,
    theme: Theme = "light",
) -> Axes:
    """Draw events as bars, a lane a class; where the truth is known, its lane stands above.

    Parameters
    ----------
    detected
        Events that a system found.
    truth
        Events that there are; None where nobody knows, which is not the same as none.
    duration_s
        Length of the recording in seconds, the end of the axis.
    ax, theme
        Where and in which colours to draw.
    """
    ax = styled(ax, theme)
    lanes = _lanes(detected, truth)
    for row, (_, events) in enumerate(lanes):
        for event in events:
            span = (event.onset, event.offset - event.onset)
            ax.broken_barh([span], (row - 0.35, 0.7), facecolor=label_colour(event.label))
    if not lanes:
        ink = _STYLES[theme].ink
        ax.text(duration_s / 2, 0, "No event", color=ink, ha="center", va="center")
    ax.set_yticks(range(len(lanes)), [name for name, _ in lanes])
    # The first lane at the top; one empty lane where there is none.
    ax.set(xlim=(0, duration_s), ylim=(max(len(lanes), 1) - 0.5, -0.5), xlabel="Time (s)")
    return ax


def plot_waveform(
    waveform: Float[np.ndarray, " samples"],
    sample_rate: int,
    *,
    label: str | None = None,
    ax: Axes | None = None,
    theme: Theme = "light",
) -> Axes:
    """Draw a waveform on the full scale of -1 to 1, so that a quiet one looks quiet.

    Parameters
    ----------
    waveform
        Samples. Long ones are drawn as the range between lowest and highest value of a column.
    sample_rate
        Samples a second.
    label
        The class it belongs to; None draws a mixture or a scene in the colour of the text.
    ax, theme
        Where and in which colours to draw.
    """
    ax = styled(ax, theme)
    starts = np.arange(0, len(waveform), -(-len(waveform) // _WAVEFORM_COLUMNS) or 1)
    colour = _STYLES[theme].ink if label is None else label_colour(label)
    if len(starts) < len(waveform):
        lowest = np.minimum.reduceat(waveform, starts)
        highest = np.maximum.reduceat(waveform, starts)
        ax.fill_between(starts / sample_rate, lowest, highest, color=colour, linewidth=0.5)
    else:
        ax.plot(starts / sample_rate, waveform, color=colour, linewidth=1)
    end_s = max(len(waveform), 1) / sample_rate
    ax.set(xlim=(0, end_s), ylim=(-1, 1), xlabel="Time (s)", ylabel="Amplitude")
    return ax


def plot_learning_curve(
    steps: Int[np.ndarray, " points"],
    losses: Mapping[str, Float[np.ndarray, " points"]],
    *,
    ax: Axes | None = None,
    theme: Theme = "light",
) -> Axes:
    """Draw losses over training steps; curves differ in line style, since colour means a class.

    Parameters
    ----------
    steps
        Training steps at which the losses were measured.
    losses
        Binary cross-entropy in nats, a curve a name.
    ax, theme
        Where and in which colours to draw.
    """
    ax = styled(ax, theme)
    for index, (name, values) in enumerate(losses.items()):
        line_style = _LINE_STYLES[index % len(_LINE_STYLES)]
        colour = _STYLES[theme].ink
        ax.plot(steps, values, linestyle=line_style, color=colour, label=_text(name), linewidth=1.5)
    ax.set(xlabel="Step", ylabel="Loss (nats)")
    ax.set_ylim(bottom=0)
    _legend(ax, theme)
    return ax


def figure_to_png(figure: Figure, dpi: int = 200) -> bytes:
    """The figure as a PNG image of ``dpi`` pixels an inch."""
    file = io.BytesIO()
    figure.savefig(file, format="png", dpi=dpi, facecolor=figure.get_facecolor())
    return file.getvalue()


def figure_to_svg(figure: Figure) -> bytes:
    """The figure as an SVG drawing with text as text; the same figure gives the same bytes."""
    file = io.BytesIO()
    with matplotlib.rc_context({"svg.hashsalt": "sedtf_core", "svg.fonttype": "none"}):
        face = figure.get_facecolor()
        figure.savefig(file, format="svg", facecolor=face, metadata={"Date": None})
    return file.getvalue()


def _show_levels(
    ax: Axes,
    log_mel: TimeFrequency,
    frame_hop_s: float,
    colours: Colormap,
    range_db: tuple[float, float] | None = None,
) -> AxesImage:
    """Draw a log mel spectrogram in dB; without a range, from its highest level down."""
    levels_db = log_mel * DB_PER_NEPER
    highest_db = float(levels_db.max())
    limits_db = range_db or (highest_db - _SHOWN_RANGE_DB, highest_db)
    return _show(ax, levels_db, frame_hop_s, colours, limits_db)


def _show(
    ax: Axes,
    values: TimeFrequency,
    frame_hop_s: float,
    colours: Colormap,
    limits: tuple[float, float],
) -> AxesImage:
    """Draw a picture whose columns fill their frames and whose rows are mel bands."""
    frames, mel_bins = values.shape
    extent = (0.0, frames * frame_hop_s, -0.5, mel_bins - 0.5)
    ax.set_xlabel("Time (s)")
    return ax.imshow(
        values.T,
        origin="lower",
        aspect="auto",
        extent=extent,
        cmap=colours,
        vmin=limits[0],
        vmax=limits[1],
    )


def _mel_axis(ax: Axes, mel_hz: Float[np.ndarray, " mel_bins"]) -> None:
    """Put ticks at round frequencies, as many as have room, on an axis that counts mel bands."""
    bands = np.arange(len(mel_hz))
    rows: list[float] = []
    names: list[str] = []
    for hz in _TICKS_HZ:
        row = float(np.interp(hz, mel_hz, bands))
        has_room = not rows or rows[-1] - row >= len(bands) / 16
        if mel_hz[0] <= hz <= mel_hz[-1] and has_room:
            rows.append(row)
            names.append(f"{hz / 1000:g}")
    ax.set_yticks(rows, names)
    ax.set_ylabel("Frequency (kHz)")


def _add_colour_bar(ax: Axes, image: AxesImage, name: str, theme: Theme) -> None:
    """Add the scale of an image beside its Axes."""
    style = _STYLES[theme]
    bar = ax.figure.colorbar(image, ax=ax)
    bar.set_label(name, color=style.ink)
    bar.ax.tick_params(colors=style.ink)
    # A mask is transparent at 0: the paper must show through here as in the picture.
    bar.ax.set_facecolor(style.paper)


def _legend(ax: Axes, theme: Theme) -> None:
    """Name the curves, if there are any."""
    style = _STYLES[theme]
    if ax.get_legend_handles_labels()[0]:
        ax.legend(
            loc="upper right",
            facecolor=style.paper,
            edgecolor=style.muted,
            labelcolor=style.ink,
        )


def _lanes(
    detected: Sequence[Event], truth: Sequence[Event] | None
) -> list[tuple[str, list[Event]]]:
    """Name and events of each lane from the top, classes in alphabetical order."""
    kinds = {"truth": truth, "detected": detected} if truth is not None else {"": detected}
    labels = sorted({event.label for events in kinds.values() for event in events})
    return [
        (
            f"{_text(label)}, {kind}" if kind else _text(label),
            [event for event in events if event.label == label],
        )
        for label in labels
        for kind, events in kinds.items()
    ]


def _text(label: str) -> str:
    """The label for a person; matplotlib must not take dollar signs for the marks of a formula."""
    return display_name(label).replace("$", r"\$")
