"""The class names, their order and the palette."""

import itertools
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from sedtf_core.labels import LABELS, display_name, label_colour

Array = NDArray[np.float64]

BACKGROUNDS = {"light": "#ffffff", "dark": "#0e1117"}

# Severity 1 of G. Machado, M. Oliveira and L. Fernandes, "A physiologically-based model for
# simulation of color vision deficiency", IEEE TVCG 2009, table 1; applied to linear RGB.
VISION = {
    "normal": np.eye(3),
    "protanopia": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "deuteranopia": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
    "tritanopia": np.array(
        [
            [1.255528, -0.076749, -0.178779],
            [-0.078411, 0.930809, 0.147602],
            [0.004733, 0.691367, 0.303900],
        ]
    ),
}


def linear_rgb(colour: str) -> Array:
    """Decode an sRGB hexadecimal colour."""
    channels = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)


def contrast(one: str, other: str) -> float:
    """Contrast ratio of WCAG 2.1, 1 to 21."""
    luminance = [float(linear_rgb(colour) @ (0.2126, 0.7152, 0.0722)) for colour in (one, other)]
    return (max(luminance) + 0.05) / (min(luminance) + 0.05)


def oklab(linear: Array) -> Array:
    """Perceptual coordinates of linear RGB (B. Ottosson, 2020)."""
    to_cones = np.array(
        [
            [0.4122214708, 0.5363325363, 0.0514459929],
            [0.2119034982, 0.6806995451, 0.1073969566],
            [0.0883024619, 0.2817188376, 0.6299787005],
        ]
    )
    to_lab = np.array(
        [
            [0.2104542553, 0.7936177850, -0.0040720468],
            [1.9779984951, -2.4285922050, 0.4505937099],
            [0.0259040371, 0.7827717662, -0.8086757660],
        ]
    )
    return np.asarray(to_lab @ np.cbrt(to_cones @ np.clip(linear, 0, 1)))


def test_there_are_26_labels_in_alphabetical_order() -> None:
    assert len(LABELS) == 26
    assert list(LABELS) == sorted(set(LABELS))
    assert LABELS[0] == "Acoustic_guitar"
    assert LABELS[-1] == "Violin_or_fiddle"


def test_display_names_are_words_and_stay_distinct() -> None:
    assert display_name("Violin_or_fiddle") == "Violin or fiddle"
    assert display_name("Hi-hat") == "Hi-hat"
    assert len({display_name(label) for label in LABELS}) == len(LABELS)


@pytest.mark.parametrize("background", BACKGROUNDS.values(), ids=BACKGROUNDS)
@pytest.mark.parametrize("label", LABELS)
def test_every_colour_reads_on_both_themes(label: str, background: str) -> None:
    assert contrast(label_colour(label), background) >= 3.0


@pytest.mark.parametrize(
    ("vision", "smallest"),
    [("normal", 0.09), ("protanopia", 0.045), ("deuteranopia", 0.045), ("tritanopia", 0.05)],
)
def test_colours_stay_apart_in_every_kind_of_colour_vision(vision: str, smallest: float) -> None:
    # A step of 0.02 in OKLab is about what is just noticeable side by side.
    seen = {label: oklab(VISION[vision] @ linear_rgb(label_colour(label))) for label in LABELS}
    nearest = min(
        (float(np.linalg.norm(seen[one] - seen[other])), one, other)
        for one, other in itertools.combinations(LABELS, 2)
    )
    assert nearest[0] >= smallest, nearest


def test_alphabetical_neighbours_are_easy_to_tell_apart() -> None:
    for vision in VISION.values():
        seen = [oklab(vision @ linear_rgb(label_colour(label))) for label in LABELS]
        steps = [np.linalg.norm(one - other) for one, other in itertools.pairwise(seen)]
        assert min(steps) >= 0.09


@given(st.text())
def test_any_label_has_a_colour_that_does_not_change(label: str) -> None:
    colour = label_colour(label)
    assert re.fullmatch(r"#[0-9a-f]{6}", colour)
    assert colour == label_colour(label)


def test_the_colour_of_an_unknown_label_is_the_same_in_every_process() -> None:
    # Python's own hash() of a string changes with each process; these numbers must not.
    assert label_colour("Applause") == "#a248f3"
    assert label_colour("Gong") == "#875a99"
