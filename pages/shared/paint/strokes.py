"""A painted mask as the strokes that made it: the recipe that stands in a link.

Owns the text form of strokes and how they become a mask. Conventions: a cell is (frame, band) on the grid of
``features.log_mel``; levels are tenths of a mask value, so 10 is 1 and 0 erases; a later stroke replaces what
an earlier one left. All of it is arithmetic on whole numbers, because strokes.js draws the same mask in the
browser, cell by cell. The text form, strokes joined by ``-``, numbers in base 36::

    p | level 0-9a | radius 0-9a-f | cells of two digits a frame and two a band     a brush's path
    b | level 0-9a | one corner | the other                                         a box

Text may come from a link, so ``parse_strokes`` takes nothing on trust.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from math import isqrt
from string import ascii_lowercase, digits
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from sedtf_core.errors import InputError

MOST_CHARACTERS = 4000  # what a link still carries everywhere
HIGHEST_LEVEL = 10
_DIGITS = digits + ascii_lowercase
_STROKE = re.compile(
    r"p(?P<path_level>[0-9a])(?P<radius>[0-9a-f])(?P<path>(?:[0-9a-z]{4})+)"
    r"|b(?P<box_level>[0-9a])(?P<box>[0-9a-z]{8})"
)

Cell = tuple[int, int]


@dataclass(frozen=True)
class Stroke:
    """One gesture.

    Parameters
    ----------
    kind
        A brush's ``path``, or a ``box``.
    level
        Mask value in tenths; 0 erases.
    cells
        (frame, band) of the path's corners, or of two opposite corners of the box, both inside it.
    radius
        Of the brush, in cells.
    """

    kind: Literal["path", "box"]
    level: int
    cells: tuple[Cell, ...]
    radius: int = 0


def parse_strokes(text: str, frames: int, mel_bins: int) -> tuple[Stroke, ...]:
    """Strokes from their text form.

    Parameters
    ----------
    text
        As ``format_strokes`` writes it; empty for no strokes.
    frames, mel_bins
        Size of the grid that every cell must lie on.

    Raises
    ------
    InputError
        If the text is too long, is not of the form, or leaves the grid.
    """
    if len(text) > MOST_CHARACTERS:
        raise InputError(f"it is longer than {MOST_CHARACTERS} characters")
    strokes = []
    for position, part in enumerate(text.split("-") if text else [], start=1):
        match = _STROKE.fullmatch(part)
        if match is None:
            raise InputError(f"its stroke {position} is not one")
        stroke = _stroke(match)
        if any(frame >= frames or band >= mel_bins for frame, band in stroke.cells):
            raise InputError(f"its stroke {position} leaves the picture of this clip")
        strokes.append(stroke)
    return tuple(strokes)


def format_strokes(strokes: Sequence[Stroke]) -> str:
    """The text form, which needs no escaping in a link."""
    return "-".join(_text(stroke) for stroke in strokes)


def strokes_to_mask(strokes: Sequence[Stroke], frames: int, mel_bins: int) -> NDArray[np.float32]:
    """Draw the strokes, in their order, on an empty mask.

    Returns
    -------
    (frames, mel_bins) in 0…1.
    """
    mask = np.zeros((frames, mel_bins), dtype=np.float32)
    for stroke in strokes:
        mask[_covered(stroke, frames, mel_bins)] = stroke.level / HIGHEST_LEVEL
    return mask


def _stroke(match: re.Match[str]) -> Stroke:
    """The stroke that a text of the right form describes."""
    path, box = match["path"], match["box"]
    digits_of_cells = path or box
    cells = tuple(
        (
            int(digits_of_cells[start : start + 2], 36),
            int(digits_of_cells[start + 2 : start + 4], 36),
        )
        for start in range(0, len(digits_of_cells), 4)
    )
    if path:
        return Stroke("path", int(match["path_level"], 16), cells, int(match["radius"], 16))
    return Stroke("box", int(match["box_level"], 16), cells)


def _text(stroke: Stroke) -> str:
    """One stroke's text."""
    cells = "".join(_two_digits(frame) + _two_digits(band) for frame, band in stroke.cells)
    radius = _DIGITS[stroke.radius] if stroke.kind == "path" else ""
    return f"{stroke.kind[0]}{_DIGITS[stroke.level]}{radius}{cells}"


def _two_digits(number: int) -> str:
    """A number below 1296 in base 36."""
    return _DIGITS[number // 36] + _DIGITS[number % 36]


def _covered(stroke: Stroke, frames: int, mel_bins: int) -> NDArray[np.bool_]:
    """Which cells a stroke touches."""
    covered = np.zeros((frames, mel_bins), dtype=bool)
    if stroke.kind == "box":
        (a_frame, a_band), (b_frame, b_band) = stroke.cells
        time = slice(min(a_frame, b_frame), max(a_frame, b_frame) + 1)
        covered[time, min(a_band, b_band) : max(a_band, b_band) + 1] = True
        return covered
    centres = np.zeros((frames, mel_bins), dtype=bool)
    for start, stop in zip(stroke.cells, stroke.cells[1:] or stroke.cells, strict=False):
        centres[_line(start, stop)] = True
    return _stamped(centres, stroke.radius)


def _line(start: Cell, stop: Cell) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Frames and bands of the cells on a straight line, both ends included."""
    steps = max(abs(stop[0] - start[0]), abs(stop[1] - start[1]), 1)
    along = 2 * np.arange(steps + 1)
    frame, band = (
        a + (along * (b - a) + steps) // (2 * steps) for a, b in zip(start, stop, strict=True)
    )
    return frame, band


def _stamped(centres: NDArray[np.bool_], radius: int) -> NDArray[np.bool_]:
    """Every cell within a disc around a centre; row by row, so that a long path costs no more."""
    frames, mel_bins = centres.shape
    counted = np.zeros((frames + 1, mel_bins), dtype=np.int32)
    np.cumsum(centres, axis=0, out=counted[1:])
    covered = np.zeros_like(centres)
    frame = np.arange(frames)
    for offset in range(-min(radius, mel_bins - 1), min(radius, mel_bins - 1) + 1):
        half = isqrt(radius * radius + radius - offset * offset)  # radius + ½: discs without spikes
        first, last = np.maximum(frame - half, 0), np.minimum(frame + half + 1, frames)
        near = counted[last] > counted[first]
        shifted = slice(max(0, offset), mel_bins + min(0, offset))
        source = slice(max(0, -offset), mel_bins - max(0, offset))
        covered[:, shifted] |= near[:, source]
    return covered
