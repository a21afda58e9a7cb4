"""Figures: what stands on their axes, in which colours, and the files made of them."""

import io
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Callable
from typing import get_args

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.colors import same_color
from matplotlib.figure import Figure
from matplotlib.image import imread
from matplotlib.patches import StepPatch
from numpy.typing import NDArray

from sedtf_core import plotting
from sedtf_core.config import DetectionConfig, FeatureConfig
from sedtf_core.events import Event
from sedtf_core.features import mel_centres_hz
from sedtf_core.labels import label_colour
from sedtf_core.plotting import Theme

HOP_S = FeatureConfig().frame_hop_s
MEL_HZ = mel_centres_hz().numpy()
THEMES = get_args(Theme)
BARK = [Event(1.0, 2.0, "Bark")]
CELLO = [Event(0.5, 3.0, "Cello")]


def picture(frames: int = 50, seed: int = 0) -> NDArray[np.float32]:
    """Values 0 to 1 over 64 bands."""
    return np.random.default_rng(seed).random((frames, 64), dtype=np.float32)


Plot = Callable[..., Axes]
PLOTS: dict[str, Plot] = {
    "log mel": lambda **where: plotting.plot_log_mel(np.log(picture()), MEL_HZ, HOP_S, **where),
    "mask": lambda **where: plotting.plot_mask(picture(), "Bark", MEL_HZ, HOP_S, **where),
    "frame scores": lambda **where: plotting.plot_frame_scores(
        picture().T[:2], ["Bark", "Cello"], HOP_S, **where
    ),
    "events": lambda **where: plotting.plot_events(BARK, CELLO, duration_s=10.0, **where),
    "waveform": lambda **where: plotting.plot_waveform(picture()[:, 0], 32_000, **where),
    "learning curve": lambda **where: plotting.plot_learning_curve(
        np.array([1, 2]), {"train": np.array([0.7, 0.5])}, **where
    ),
}
TIME_PLOTS = [name for name in PLOTS if name != "learning curve"]
FREQUENCY_PLOTS = ["log mel", "mask"]


def root(ax: Axes) -> Figure:
    """The figure that holds the Axes."""
    figure = ax.get_figure(root=True)
    assert figure is not None
    return figure


def tick_names(ax: Axes) -> list[str]:
    """Texts beside the vertical axis."""
    return [text.get_text() for text in ax.get_yticklabels()]


# --- All plots ---


@pytest.mark.parametrize("plot", PLOTS.values(), ids=PLOTS)
def test_a_plot_makes_a_figure_or_uses_the_axes_it_is_given(plot: Plot) -> None:
    assert isinstance(plot().figure, Figure)
    given = Figure().add_subplot()
    assert plot(ax=given) is given


@pytest.mark.parametrize("name", TIME_PLOTS)
def test_time_is_in_seconds(name: str) -> None:
    assert PLOTS[name]().get_xlabel() == "Time (s)"


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("plot", PLOTS.values(), ids=PLOTS)
def test_a_theme_colours_paper_and_text(plot: Plot, theme: Theme) -> None:
    paper, ink = {"light": ("#ffffff", "#262730"), "dark": ("#0e1117", "#fafafa")}[theme]
    ax = plot(theme=theme)
    assert same_color(ax.get_facecolor(), paper)
    assert same_color(ax.figure.get_facecolor(), paper)
    assert same_color(ax.xaxis.label.get_color(), ink)
    assert all(same_color(text.get_color(), ink) for text in ax.get_yticklabels())


def test_pyplot_is_never_imported() -> None:
    code = "import sedtf_core.plotting, sys; sys.exit('matplotlib.pyplot' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


# --- Spectrograms and masks ---


@pytest.mark.parametrize("name", FREQUENCY_PLOTS)
def test_the_frequency_axis_has_round_ticks_at_the_rows_of_their_bands(name: str) -> None:
    ax = PLOTS[name]()
    expected_hz = [8000, 4000, 2000, 1000, 500, 200]
    assert tick_names(ax) == ["8", "4", "2", "1", "0.5", "0.2"]
    for row, hz in zip(ax.get_yticks(), expected_hz, strict=True):
        band = round(row)
        half_a_band_hz = (MEL_HZ[band + 1] - MEL_HZ[band - 1]) / 4
        assert abs(MEL_HZ[band] - hz) <= half_a_band_hz * 1.01


@pytest.mark.parametrize("name", FREQUENCY_PLOTS)
def test_low_frequencies_stand_below_and_frames_fill_their_time(name: str) -> None:
    ax = PLOTS[name]()
    assert ax.get_xlim() == pytest.approx((0, 50 * HOP_S))
    assert ax.get_ylim() == (-0.5, 63.5)
    assert ax.images[0].origin == "lower"


def test_levels_are_in_db_of_magnitude() -> None:
    log_mel = np.full((4, 64), np.log(0.1))
    log_mel[1, 2] = 0.0
    (image,) = plotting.plot_log_mel(log_mel, MEL_HZ, HOP_S).images
    shown = np.asarray(image.get_array())
    assert shown[2, 1] == 0.0
    assert shown[0, 0] == pytest.approx(-20.0)
    assert image.get_clim() == (-60.0, 0.0)


def test_the_range_of_levels_can_be_set() -> None:
    ax = plotting.plot_log_mel(np.log(picture()), MEL_HZ, HOP_S, range_db=(-40.0, -10.0))
    assert ax.images[0].get_clim() == (-40.0, -10.0)


def test_a_colour_bar_names_its_unit() -> None:
    log_mel = np.log(picture())
    level = plotting.plot_log_mel(log_mel, MEL_HZ, HOP_S, colour_bar=True).figure.axes
    mask = plotting.plot_mask(picture(), "Bark", MEL_HZ, HOP_S, colour_bar=True).figure.axes
    assert [ax.get_ylabel() for ax in level] == ["Frequency (kHz)", "Level (dB)"]
    assert [ax.get_ylabel() for ax in mask] == ["Frequency (kHz)", "Mask"]


def test_a_colour_bar_has_the_paper_of_its_theme() -> None:
    ax = plotting.plot_mask(picture(), "Bark", MEL_HZ, HOP_S, colour_bar=True, theme="dark")
    assert all(same_color(each.get_facecolor(), "#0e1117") for each in ax.figure.axes)


def test_a_mask_goes_from_transparent_at_0_to_the_full_colour_of_its_class_at_1() -> None:
    # Values that do not reach 0 and 1: the scale must not stretch to what is there.
    mask = 0.25 + picture() / 2
    (image,) = plotting.plot_mask(mask, "Bark", MEL_HZ, HOP_S).images
    assert image.get_clim() == (0.0, 1.0)
    assert image.cmap(0.0)[3] == 0.0
    assert same_color(image.cmap(1.0), label_colour("Bark"))
    np.testing.assert_array_equal(np.asarray(image.get_array()), mask.T)


def test_a_mask_lies_over_a_grey_spectrogram_if_there_is_one() -> None:
    ax = plotting.plot_mask(picture(), "Bark", MEL_HZ, HOP_S, log_mel=np.log(picture(seed=1)))
    spectrogram, mask = ax.images
    red, green, blue, _ = spectrogram.cmap(1.0)
    assert max(red, green, blue) - min(red, green, blue) < 0.06
    assert same_color(mask.cmap(1.0), label_colour("Bark"))


# --- Scores and events ---


def test_scores_hold_for_their_frames_in_the_colour_of_their_class() -> None:
    scores = picture().T[:2]
    ax = plotting.plot_frame_scores(scores, ["Bark", "Violin_or_fiddle"], HOP_S)
    curves = [patch for patch in ax.patches if isinstance(patch, StepPatch)]
    for curve, row, label in zip(curves, scores, ["Bark", "Violin_or_fiddle"], strict=True):
        np.testing.assert_array_equal(curve.get_data().values, row)
        np.testing.assert_allclose(curve.get_data().edges, np.arange(51) * HOP_S)
        assert same_color(curve.get_edgecolor(), label_colour(label))
    assert ax.get_ylim() == (0.0, 1.0)
    assert ax.get_legend_handles_labels()[1] == ["Bark", "Violin or fiddle"]


def test_thresholds_are_lines_with_their_numbers() -> None:
    detection = DetectionConfig(high_threshold=0.35, low_threshold=0.15)
    ax = plotting.plot_frame_scores(picture().T[:1], ["Bark"], HOP_S, detection=detection)
    assert [line.get_ydata()[0] for line in ax.lines] == [0.35, 0.15]
    assert ax.get_legend_handles_labels()[1][-2:] == ["Start 0.35", "Extend 0.15"]


def test_the_lane_of_the_truth_stands_above_that_of_the_detection() -> None:
    ax = plotting.plot_events([*BARK, Event(4.0, 5.0, "Bark")], CELLO, duration_s=10.0)
    assert tick_names(ax) == ["Bark, truth", "Bark, detected", "Cello, truth", "Cello, detected"]
    bottom, top = ax.get_ylim()
    assert bottom > top, "row 0 is at the top"
    drawn = {
        (path.get_extents().x0, path.get_extents().x1, round(path.get_extents().y0 + 0.35)): bars
        for bars in ax.collections
        for path in bars.get_paths()
    }
    assert set(drawn) == {(1.0, 2.0, 1), (4.0, 5.0, 1), (0.5, 3.0, 2)}
    assert same_color(drawn[1.0, 2.0, 1].get_facecolor(), label_colour("Bark"))
    assert same_color(drawn[0.5, 3.0, 2].get_facecolor(), label_colour("Cello"))


def test_without_truth_there_is_one_lane_a_class() -> None:
    ax = plotting.plot_events([*CELLO, *BARK], duration_s=10.0)
    assert tick_names(ax) == ["Bark", "Cello"]
    assert ax.get_xlim() == (0.0, 10.0)


@pytest.mark.parametrize("truth", [None, []])
def test_no_event_is_said_in_words(truth: list[Event] | None) -> None:
    ax = plotting.plot_events([], truth, duration_s=10.0)
    assert [text.get_text() for text in ax.texts] == ["No event"]
    assert tick_names(ax) == []


def test_a_dollar_sign_in_a_label_is_a_dollar_sign() -> None:
    events = [Event(1.0, 2.0, r"cash_$\frac$ register")]
    svg = plotting.figure_to_svg(root(plotting.plot_events(events, duration_s=10.0)))
    assert rb"cash $\frac$ register" in svg


# --- Waveforms and training ---


def test_a_long_waveform_keeps_its_extremes() -> None:
    waveform = np.zeros(320_000, dtype=np.float32)
    waveform[123_456], waveform[200_001] = 0.75, -0.5
    ax = plotting.plot_waveform(waveform, 32_000, label="Bark")
    (band,) = ax.collections
    extents = band.get_paths()[0].get_extents()
    assert (extents.y0, extents.y1) == (-0.5, 0.75)
    assert same_color(band.get_facecolor(), label_colour("Bark"))
    assert ax.get_xlim() == (0.0, 10.0)
    assert len(band.get_paths()[0].vertices) < 10_000


@pytest.mark.parametrize("samples", [0, 1, 5, 2000, 2001, 4001])
def test_a_waveform_of_any_length_is_drawn_on_the_full_scale(samples: int) -> None:
    ax = plotting.plot_waveform(np.full(samples, 0.01, dtype=np.float32), 32_000)
    assert ax.get_ylim() == (-1.0, 1.0)
    assert ax.get_xlim()[1] == pytest.approx(max(samples, 1) / 32_000)


def test_learning_curves_differ_in_line_style_and_share_a_colour() -> None:
    steps = np.array([0, 100, 200])
    losses = {"train_loss": np.array([0.7, 0.4, 0.3]), "valid": np.array([0.7, 0.5, 0.5])}
    ax = plotting.plot_learning_curve(steps, losses)
    train, valid = ax.lines
    assert train.get_linestyle() != valid.get_linestyle()
    assert train.get_color() == valid.get_color()
    assert [line.get_label() for line in ax.lines] == ["train loss", "valid"]
    np.testing.assert_array_equal(valid.get_xydata(), np.stack([steps, losses["valid"]], axis=1))
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("Step", "Loss (nats)")
    assert ax.get_ylim()[0] == 0.0


# --- Files ---


@pytest.mark.parametrize("theme", THEMES)
def test_a_png_has_the_size_and_the_paper_asked_for(theme: Theme) -> None:
    figure = root(PLOTS["events"](theme=theme))
    image = imread(io.BytesIO(plotting.figure_to_png(figure, dpi=50)))
    assert image.shape == (150, 400, 4)
    np.testing.assert_allclose(image[0, 0], figure.get_facecolor(), atol=1 / 255)


def test_an_svg_is_xml_with_readable_text_and_the_same_each_time() -> None:
    drawings = [plotting.figure_to_svg(root(PLOTS["mask"]())) for _ in range(2)]
    assert drawings[0] == drawings[1]
    texts = [node.text for node in ET.fromstring(drawings[0]).iter() if node.tag.endswith("text")]
    assert "Bark" in texts
    assert "Time (s)" in texts
    assert "Frequency (kHz)" in texts
