"""From mixtures, recordings and analyses to what the player shows.

Chooses the classes worth a panel: those that are there, then those that a system detects, first the ones of
which most systems find events, the likeliest before others; where there is none, the likeliest few, so that
the page can say how far below the threshold they lie.
"""

from collections import Counter
from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from pages.shared.player.payload import (
    PlayerView,
    ShownClass,
    SystemView,
    Track,
    masks_to_uint8,
)
from sedtf_core.config import DB_PER_NEPER, SYSTEM_TITLES, FeatureConfig
from sedtf_core.evaluation.truth import class_ratio_masks
from sedtf_core.events import Event
from sedtf_core.features import log_mel, mel_centres_hz, mel_edges_hz
from sedtf_core.inference import Analysis
from sedtf_core.labels import display_name, label_colour
from sedtf_core.mixing import Mixture
from sedtf_core.separation import background, separate

MOST_CLASSES = 6
CLASSES_WHERE_NONE_PASSES = 2
TITLES = SYSTEM_TITLES
IDEAL = "Ideal ratio mask"

Waveform = NDArray[np.float32]


def title(system: str) -> str:
    """A system's name for people."""
    return TITLES.get(system, system)


def mixture_to_view(mixture: Mixture, analyses: Sequence[Analysis]) -> PlayerView:
    """A mixture with its truth, seen by some systems; first the classes that most of them detect."""
    present = mixture.labels
    found = [label for analysis in analyses for label in {e.label for e in analysis.events}]
    labels = shown_labels(analyses, sorted(present, key=found.count, reverse=True))
    features = analyses[0].features
    ideal = class_ratio_masks(mixture, labels, features)
    truth_tracks = [
        Track(f"{display_name(label)}, true source", "truth", source, label)
        for label, source in zip(present, mixture.class_sources, strict=True)
    ]
    tracks = [Track("Scene, true source", "scene", mixture.scene), *truth_tracks]
    return _view(
        mixture.mixture, analyses, labels, tracks, masks_to_uint8(ideal), tuple(mixture.events)
    )


def recording_to_view(
    waveform: Waveform,
    analyses: Sequence[Analysis],
    start_s: float = 0.0,
    truth: Sequence[Event] | None = None,
) -> PlayerView:
    """A recording whose sources nobody knows; its events are known where someone labelled them.

    Labels of classes that the networks do not know are left out.
    """
    known = [event for event in truth or () if event.label in analyses[0].labels]
    labels = shown_labels(analyses, [event.label for event in known])
    labelled = None if truth is None else tuple(known)
    return _view(waveform, analyses, labels, [], None, labelled, start_s)


def shown_labels(analyses: Sequence[Analysis], present: Sequence[str]) -> list[str]:
    """The classes worth a panel."""
    probs = np.max([analysis.clip_probs for analysis in analyses], axis=0)
    labels = analyses[0].labels
    likeliest = [labels[index] for index in np.argsort(-probs, kind="stable")]
    detected = {label for analysis in analyses for label in analysis.detected_labels()}
    # A class may pass by its clip probability and have no event: those that have some come first.
    having = Counter(label for analysis in analyses for label in {e.label for e in analysis.events})
    by_events = sorted(likeliest, key=lambda label: -having[label])
    shown = list(dict.fromkeys(present))
    shown += [label for label in by_events if label in detected and label not in shown]
    return shown[: max(MOST_CLASSES, len(present))] or likeliest[:CLASSES_WHERE_NONE_PASSES]


def _view(
    waveform: Waveform,
    analyses: Sequence[Analysis],
    labels: Sequence[str],
    tracks: Sequence[Track],
    ideal: NDArray[np.uint8] | None,
    truth: tuple[Event, ...] | None,
    start_s: float = 0.0,
) -> PlayerView:
    """Everything about a clip that the player takes."""
    config: FeatureConfig = analyses[0].features
    level_db = log_mel(torch.from_numpy(waveform), config).numpy() * DB_PER_NEPER
    rows = [analyses[0].labels.index(label) for label in labels]
    estimated = [
        track for analysis in analyses for track in _estimates(waveform, analysis, labels, rows)
    ]
    return PlayerView(
        sample_rate=config.sample_rate,
        duration_s=len(waveform) / config.sample_rate,
        log_mel_db=level_db,
        mel_hz=mel_centres_hz(config).numpy(),
        mel_edges_hz=mel_edges_hz(config).numpy(),
        frame_hop_s=config.frame_hop_s,
        frame_length_s=config.frame_length_s,
        classes=tuple(
            ShownClass(label, display_name(label), label_colour(label)) for label in labels
        ),
        systems=tuple(_system(analysis, rows) for analysis in analyses),
        tracks=(Track("Mixture", "mixture", waveform), *tracks, *estimated),
        ideal_masks=ideal,
        truth=truth,
        detection=analyses[0].detection,
        start_s=start_s,
    )


def _system(analysis: Analysis, rows: Sequence[int]) -> SystemView:
    """One system's masks and scores of the classes shown."""
    masks = None if analysis.masks is None else masks_to_uint8(analysis.masks[rows])
    # A long clip is tagged in sections: what counts at a frame is whether one of them passes there.
    is_long = len(analysis.sections) > 1
    probs = (analysis.frame_probs() if is_long else analysis.clip_probs)[rows]
    return SystemView(
        analysis.system, title(analysis.system), probs, analysis.frame_scores[rows], masks
    )


def _estimates(
    waveform: Waveform, analysis: Analysis, labels: Sequence[str], rows: Sequence[int]
) -> list[Track]:
    """What one system separates: a track a class shown, and what they leave."""
    if analysis.masks is None:
        return []
    stems = separate(waveform, analysis.masks[rows], analysis.features).numpy()
    tracks = [
        Track(
            f"{display_name(label)}, {title(analysis.system)}",
            "estimate",
            stem,
            label,
            analysis.system,
        )
        for label, stem in zip(labels, stems, strict=True)
    ]
    rest = background(waveform, stems).numpy()
    left = Track(f"Background, {title(analysis.system)}", "background", rest, None, analysis.system)
    return [*tracks, left]
