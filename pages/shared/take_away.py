"""Everything that can be taken away from a clip: tables, masks, sounds, figures, and one archive of all.

Owns which files there are and what they are called. Conventions: times count from the start of the stretch
that is analysed; stems of one clip share one gain, and 32-bit float WAV keeps every level as it is. Leaves
the formats to ``sedtf_core.exports``, what figures show to ``figures``, the buttons to ``take_away_panel``.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from pages.shared.analyses import (
    clip_analysis,
    clip_waveform,
    known_mixture,
)
from pages.shared.clips import Clip, Recording
from pages.shared.figures import FigureOrder, figure_files
from pages.shared.levels import shared_gain
from sedtf_core import __version__, audio, exports
from sedtf_core.config import DetectionConfig
from sedtf_core.features import mel_centres_hz
from sedtf_core.inference import Analysis
from sedtf_core.mask_files import masks_to_npz
from sedtf_core.recordings import report
from sedtf_core.separation import background, separate

AudioFormat = Literal["wav", "flac"]
AUDIO_FORMATS: dict[str, AudioFormat] = {
    "WAV (32-bit float, unscaled)": "wav",
    "FLAC (24-bit, one common gain)": "flac",
}


@dataclass(frozen=True)
class Order:
    """What is to be packed: which clip, seen by which system at which thresholds, in which audio format.

    Attributes
    ----------
    figures
        Which figures an archive of everything holds; None for none.
    """

    clip: Clip
    system: str
    detection: DetectionConfig | None = None
    audio_format: AudioFormat = "wav"
    figures: FigureOrder | None = None

    def analysis(self) -> Analysis:
        """What the system finds."""
        analysis = clip_analysis(self.clip, self.system)
        return analysis.at(self.detection) if self.detection else analysis


def event_files(order: Order) -> dict[str, str]:
    """The events in each of the table formats."""
    analysis = order.analysis()
    return {
        "events.tsv": exports.events_to_tsv(analysis.events),
        "events_audacity.txt": exports.events_to_audacity(analysis.events),
        "events_raven.txt": exports.events_to_raven(analysis.events),
        "events.jams": exports.events_to_jams(
            analysis.events, analysis.duration_s, order.clip.title()
        ),
    }


def score_files(order: Order) -> dict[str, str]:
    """Clip probabilities and frame scores."""
    analysis = order.analysis()
    return {
        "tags.tsv": exports.tags_to_tsv(analysis.clip_probs, analysis.labels),
        "frame_scores.tsv": exports.frame_scores_to_tsv(
            analysis.frame_scores, analysis.labels, analysis.features.frame_hop_s
        ),
    }


def mask_files(order: Order) -> dict[str, bytes]:
    """The masks of all classes; nothing where the system has none."""
    analysis = order.analysis()
    if analysis.masks is None:
        return {}
    mel_hz = mel_centres_hz(analysis.features).numpy()
    hop_s = analysis.features.frame_hop_s
    return {"masks.npz": masks_to_npz(analysis.masks, analysis.labels, hop_s, mel_hz)}


def sounds(order: Order) -> dict[str, NDArray[np.float32]]:
    """The mixture, the stems of the detected classes, what they leave, and the true sources if known."""
    waveform, analysis = clip_waveform(order.clip), order.analysis()
    named: dict[str, NDArray[np.float32]] = {"mixture": waveform}
    if analysis.masks is not None:
        detected = analysis.detected_labels()
        rows = [analysis.labels.index(label) for label in detected]
        stems = separate(waveform, analysis.masks[rows], analysis.features).numpy()
        for label, stem in zip(detected, stems, strict=True):
            named[f"stems/{exports.safe_name(label)}"] = stem
        named["stems/background"] = background(waveform, stems).numpy()
    mixture = known_mixture(order.clip)
    if mixture is not None:
        named["scene"] = mixture.scene
        pairs = zip(mixture.events, mixture.sources, strict=True)
        for number, (event, source) in enumerate(pairs, start=1):
            named[f"sources/{number:02d}_{exports.safe_name(event.label)}"] = source
    return named


def sound_files(order: Order) -> dict[str, bytes]:
    """``sounds``, encoded with one gain."""
    named = sounds(order)
    return _encoded(order, named, common_gain(order, named))


def common_gain(order: Order, named: Mapping[str, NDArray[np.float32]]) -> float:
    """The gain that all sounds of an order share: 1 in float WAV, which cannot clip."""
    return 1.0 if order.audio_format == "wav" else shared_gain(named.values())


def _encoded(
    order: Order, named: Mapping[str, NDArray[np.float32]], gain: float
) -> dict[str, bytes]:
    """Sounds as files, all times one gain."""
    kind, rate = order.audio_format, order.analysis().features.sample_rate
    return {
        f"{name}.{kind}": audio.encode(waveform, rate, gain=gain, format=kind)
        for name, waveform in named.items()
    }


def recipe_file(order: Order, gain: float) -> dict[str, str]:
    """All that is needed to make the other files again."""
    clip, mixture = order.clip, known_mixture(order.clip)
    content: dict[str, Any] = {"version": __version__, "title": clip.title()}
    if isinstance(clip, Recording):
        content["recording"] = {
            "name": clip.name,
            "sha256": clip.digest,
            "start_s": clip.start_s,
            "seconds": clip.seconds,
        }
    if mixture is not None:
        levels = {"gain": mixture.gain, "sample_rate": mixture.sample_rate}
        content["mixture"] = {**mixture.recipe.to_dict(), **levels}
    content["system"] = order.system
    content["detection"] = asdict(order.analysis().detection)
    content["audio"] = {"format": order.audio_format, "gain": gain}
    return {"recipe.json": json.dumps(content, indent=2, ensure_ascii=False) + "\n"}


def report_file(order: Order) -> dict[str, str]:
    """The numbers of the analysis, as the command line writes them."""
    return {"analysis.json": report(order.analysis(), order.clip.title(), order.system)}


def truth_file(order: Order) -> dict[str, str]:
    """The true events by onset; nothing for a recording."""
    mixture = known_mixture(order.clip)
    if mixture is None:
        return {}
    events = sorted(mixture.events, key=lambda event: event.onset)
    return {"truth.tsv": exports.events_to_tsv(events)}


def all_files(order: Order) -> dict[str, bytes | str]:
    """Every file of an order, with the names that the command line gives them."""
    named = sounds(order)
    gain = common_gain(order, named)
    return {
        **event_files(order),
        **score_files(order),
        **mask_files(order),
        **_encoded(order, named, gain),
        **report_file(order),
        **truth_file(order),
        **recipe_file(order, gain),
        **(figure_files(order.figures) if order.figures else {}),
    }
