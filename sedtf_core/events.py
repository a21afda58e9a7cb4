"""From frame scores to events by hysteresis, joined gaps and minimum length, and back to frames.

Conventions: onset and offset in seconds; frame t stands for [t · hop, (t + 1) · hop), so an event
from frame a to frame b lasts from a · hop to (b + 1) · hop. Arrays are NumPy, axes
``classes frames``; a run of frames is [start, stop). Thresholds are exceeded, not reached, and
compared in the precision of the scores, so that a float32 score of 0.1 does not exceed 0.1. Which
classes are detected at all, and where, is left to the caller.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Bool, Float, Int

from sedtf_core.config import DetectionConfig


@dataclass(frozen=True)
class Event:
    """A sound of one class, from ``onset`` to ``offset`` in seconds."""

    onset: float
    offset: float
    label: str


def frames_to_events(
    frame_scores: Float[np.ndarray, "classes frames"],
    labels: Sequence[str],
    config: DetectionConfig,
    frame_hop_s: float,
    *,
    detected: Bool[np.ndarray, " classes"] | Bool[np.ndarray, "classes frames"] | None = None,
) -> list[Event]:
    """Threshold frame scores into events.

    Parameters
    ----------
    frame_scores
        Scores in 0…1.
    labels
        A name for each class.
    config
        Thresholds, lengths in frames and their order.
    frame_hop_s
        Seconds from one frame to the next.
    detected
        Classes, or frames of classes, that may have events at all; None for all. Scores elsewhere
        count as 0, before any smoothing or joining.

    Returns
    -------
    Events sorted by onset, then offset, then label; those of one label do not touch.

    Raises
    ------
    ValueError
        If there are not as many labels as classes.

    Source
    ------
    Kong et al. 2019, §IV-C.
    """
    if len(labels) != len(frame_scores):
        raise ValueError(f"{len(labels)} labels for {len(frame_scores)} classes")
    allowed = np.ones(frame_scores.shape, dtype=bool)
    if detected is not None:
        allowed &= detected if detected.ndim == 2 else detected[:, None]
    events = []
    for label, scores, mask in zip(labels, frame_scores, allowed, strict=True):
        if not mask.any():
            continue
        for start, stop in detect_frames(np.where(mask, scores, 0), config):
            events.append(Event(start * frame_hop_s, stop * frame_hop_s, label))
    return sorted(events, key=lambda event: (event.onset, event.offset, event.label))


def detect_frames(
    scores: Float[np.ndarray, " frames"], config: DetectionConfig
) -> Int[np.ndarray, "events 2"]:
    """Find the runs of frames in which one class is active."""
    scores = median_filter(scores, config.median_frames)
    runs = _runs(scores > config.low_threshold)
    # A run above the low threshold counts where it rises above the high one.
    seeds = np.concatenate([[0], np.cumsum(scores > config.high_threshold)])
    runs = runs[seeds[runs[:, 1]] > seeds[runs[:, 0]]]
    if config.drop_first:
        return _join(_drop(runs, config.min_event_frames), config.max_gap_frames)
    return _drop(_join(runs, config.max_gap_frames), config.min_event_frames)


def detection_above(tagging: float, frame: float, base: DetectionConfig) -> DetectionConfig:
    """How events are made at thresholds that metrics chose, which a value must exceed.

    Parameters
    ----------
    tagging
        What the clip probability of a class must exceed, 0…1.
    frame
        What a frame score must exceed, to begin an event as to extend it, 0…1.
    base
        All else.
    """
    # A detection's probability need only reach its threshold: reaching the next single float exceeds this.
    above = float(np.nextafter(np.float32(tagging), np.float32(1)))
    return replace(base, tagging_threshold=above, high_threshold=frame, low_threshold=frame)


def median_filter(
    scores: Float[np.ndarray, " frames"], median_frames: int
) -> Float[np.ndarray, " frames"]:
    """Smooth scores by the median over ``median_frames`` frames around each, edges repeated."""
    if median_frames == 1 or len(scores) == 0:
        return scores
    half = median_frames // 2
    padded = np.pad(scores, half, mode="edge")
    windows = np.lib.stride_tricks.sliding_window_view(padded, median_frames)
    return np.partition(windows, half, axis=-1)[:, half]


def events_to_frames(
    events: Iterable[Event],
    labels: Sequence[str],
    n_frames: int,
    frame_hop_s: float,
    frame_length_s: float | None = None,
) -> Bool[np.ndarray, "classes frames"]:
    """Find the frames that events cover: those whose middle lies inside one.

    Parameters
    ----------
    events
        Events in any order; overlaps merge, and what lies beyond the recording is ignored.
    labels
        Names of the classes, in the order of the rows.
    n_frames
        Frames of the recording.
    frame_hop_s
        Seconds from one frame to the next.
    frame_length_s
        Seconds of sound that a frame sees, the STFT's window for what is true of the sound. By
        default the hop, which gives the frames that ``frames_to_events`` made the events of.

    Returns
    -------
    True where an event of the class covers the frame.

    Raises
    ------
    ValueError
        If the label of an event is not among ``labels``.
    """
    active = np.zeros((len(labels), n_frames), dtype=bool)
    rows = {label: row for row, label in enumerate(labels)}
    middle = (frame_hop_s if frame_length_s is None else frame_length_s) / 2
    for event in events:
        if event.label not in rows:
            raise ValueError(f"the event's label {event.label!r} is not among the classes")
        # Seconds made of frames are a little off; unrounded, a frame would come or go by chance.
        start = math.ceil(round((event.onset - middle) / frame_hop_s, 6))
        stop = math.ceil(round((event.offset - middle) / frame_hop_s, 6))
        active[rows[event.label], max(0, start) : max(0, stop)] = True
    return active


def _runs(active: Bool[np.ndarray, " frames"]) -> Int[np.ndarray, "runs 2"]:
    """Start and stop of each run of true frames."""
    edges: Int[np.ndarray, " edges"] = np.flatnonzero(
        np.diff(np.concatenate([[False], active, [False]]).astype(np.int8))
    )
    return edges.reshape(-1, 2)


def _join(runs: Int[np.ndarray, "runs 2"], max_gap_frames: int) -> Int[np.ndarray, "joined 2"]:
    """Join runs with a gap shorter than ``max_gap_frames`` between them."""
    if len(runs) == 0:
        return runs
    apart = runs[1:, 0] - runs[:-1, 1] >= max_gap_frames
    starts = runs[np.concatenate([[True], apart]), 0]
    stops = runs[np.concatenate([apart, [True]]), 1]
    return np.stack([starts, stops], axis=1)


def _drop(runs: Int[np.ndarray, "runs 2"], min_event_frames: int) -> Int[np.ndarray, "kept 2"]:
    """Drop runs shorter than ``min_event_frames``."""
    kept: Int[np.ndarray, "kept 2"] = runs[runs[:, 1] - runs[:, 0] >= min_event_frames]
    return kept
