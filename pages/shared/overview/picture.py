"""A whole recording in a few numbers: a coarse log mel picture, and what a system found in all of it.

Conventions: time goes along columns, at most ``MOST_COLUMNS`` of equal length; a column holds the highest
value of its frames, so that short sounds stay visible. Nothing here grows with the recording but the list of
its events. Leaves the drawing to the component, caching to ``cached``.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sedtf_core.config import DB_PER_NEPER, FeatureConfig
from sedtf_core.events import Event
from sedtf_core.features import frame_count
from sedtf_core.inference import Analysis, stream_log_mel

MOST_COLUMNS = 1200
BANDS = 32
RANGE_NEPERS = 60 / DB_PER_NEPER  # 60 dB under the loudest column
BLOCK_S = 10.0


@dataclass(frozen=True, eq=False)
class Picture:
    """Levels (bands, columns) of a recording, 0 to 255 over 60 dB, the lowest band first."""

    levels: NDArray[np.uint8]
    duration_s: float


@dataclass(frozen=True, eq=False)
class WholeAnalysis:
    """What one system finds in a whole recording; of its scores the highest a column (classes, columns)."""

    system: str
    labels: tuple[str, ...]
    clip_probs: NDArray[np.float32]
    scores: NDArray[np.float32]
    events: tuple[Event, ...]
    duration_s: float


def in_blocks(samples: NDArray[np.float32], sample_rate: int) -> Iterator[NDArray[np.float32]]:
    """Consecutive stretches of a recording, none of them copied."""
    size = round(BLOCK_S * sample_rate)
    for first in range(0, len(samples), size):
        yield samples[first : first + size]


def make_picture(samples: NDArray[np.float32], config: FeatureConfig) -> Picture:
    """Draw a recording block by block."""
    frames = frame_count(len(samples), config)
    log_mels = stream_log_mel(in_blocks(samples, config.sample_rate), config)
    blocks = (block.numpy().T for block in log_mels)
    highest = highest_in_columns(blocks, frames)
    # Neighbouring bands are merged by their highest, too.
    groups = np.arange(BANDS) * len(highest) // BANDS
    bands = np.maximum.reduceat(highest, groups, axis=0)
    levels = 1 + (bands - bands.max()) / RANGE_NEPERS
    scaled = np.round(255 * np.clip(levels, 0, 1)).astype(np.uint8)
    return Picture(scaled, len(samples) / config.sample_rate)


def highest_in_columns(blocks: Iterable[NDArray[np.float32]], frames: int) -> NDArray[np.float32]:
    """The highest value a row and column of ``frames`` frames that arrive in blocks (rows, frames)."""
    columns = min(MOST_COLUMNS, frames)
    highest, done = None, 0
    for block in blocks:
        if highest is None:
            highest = np.full((len(block), columns), -np.inf, np.float32)
        column = (done + np.arange(block.shape[1])) * columns // frames
        starts = np.flatnonzero(np.diff(column, prepend=-1))
        if len(starts):
            here = column[starts]
            peaks = np.maximum.reduceat(block, starts, axis=1)
            highest[:, here] = np.maximum(highest[:, here], peaks)
        done += block.shape[1]
    assert highest is not None
    return highest


def condense(analysis: Analysis) -> WholeAnalysis:
    """Keep what an overview needs of an analysis."""
    scores = analysis.frame_scores.astype(np.float32)
    return WholeAnalysis(
        analysis.system,
        analysis.labels,
        analysis.clip_probs,
        highest_in_columns([scores], scores.shape[1]),
        analysis.events,
        analysis.duration_s,
    )


def clock(seconds: float) -> str:
    """Seconds as ``1:05.3``."""
    tenths = round(10 * seconds)
    return f"{tenths // 600}:{tenths % 600 // 10:02d}.{tenths % 10}"
