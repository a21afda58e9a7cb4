"""What is painted on: a clip's picture, the masks to compare with, their sounds and their scores.

Owns the measurements and the binary message to the browser. Conventions: SI-SDR improvement in dB over the
mixture as in ``sedtf_core.evaluation.separation``, on the whole clip or on its events' own samples; masks
``frames × mel_bins``; every sound of a board is at one scale. The message is in three parts, so that a stroke
does not send the clip again::

    u32 length | JSON front | zlib(int16 samples of the painted mask) | zlib(body), or nothing
    body: u32 length | JSON header | mel_hz, mel_edges_hz (f4) | tracks, picture (i2) | masks (u1)

board.js reads it. Leaves strokes to ``strokes`` and caching to ``cached``.
"""

import hashlib
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from pages.shared.browser.message import join_front
from pages.shared.levels import FULL_SCALE_16, shared_gain
from pages.shared.paint.strokes import MOST_CHARACTERS, parse_strokes, strokes_to_mask
from pages.shared.player.payload import DB_STEP, masks_to_uint8
from pages.shared.views import IDEAL, TITLES
from sedtf_core import audio
from sedtf_core.config import DB_PER_NEPER, FeatureConfig
from sedtf_core.evaluation.separation import si_sdr
from sedtf_core.evaluation.truth import class_binary_masks, class_ratio_masks, frame_activity
from sedtf_core.events import Event
from sedtf_core.features import log_mel, mel_centres_hz, mel_edges_hz
from sedtf_core.inference import Analysis
from sedtf_core.labels import display_name, label_colour
from sedtf_core.mixing import Mixture
from sedtf_core.separation import separate

BINARY, RATIO = "ideal_binary", "ideal_ratio"
NAMES = {**TITLES, BINARY: "Ideal binary mask", RATIO: IDEAL}
HEADROOM = 2.0  # a painted mask's sound may be louder than any of the board's

Waveform = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Truth:
    """The source to be found, and the mixture's SI-SDR to it on the whole clip and on its events.

    Attributes
    ----------
    covered
        The samples at which one of the events sounds.
    """

    source: Waveform
    events: tuple[Event, ...]
    covered: NDArray[np.bool_]
    mixture_db: tuple[float, float]


@dataclass(frozen=True, eq=False)
class Board:
    """One clip and one class, ready to be painted on.

    Attributes
    ----------
    config
        The features that the masks stand on; a painted mask is heard on the same.
    scores_db
        Mask → its improvements on the whole clip and on the events; empty where the truth is not known.
    scale
        What samples are multiplied by to become 16-bit numbers; one for all sounds.
    body
        The compressed part of the message that a stroke does not change; ``identity`` is its digest.
    """

    label: str
    waveform: Waveform
    config: FeatureConfig
    frames: int
    mel_bins: int
    truth: Truth | None
    scores_db: Mapping[str, tuple[float, float]]
    scale: float
    body: bytes
    identity: str


@dataclass(frozen=True, eq=False)
class Painted:
    """What a painted mask lets through, and its improvement in dB: None without truth or without sound."""

    text: str
    estimate: Waveform
    improvement_db: float | None


def class_masks(analyses: Sequence[Analysis], label: str) -> dict[str, NDArray[np.float32]]:
    """Each system's mask of one class."""
    return {
        analysis.system: analysis.masks[analysis.labels.index(label)]
        for analysis in analyses
        if analysis.masks is not None
    }


def ideal_masks(mixture: Mixture, label: str, config: FeatureConfig) -> dict[str, NDArray[Any]]:
    """The ideal masks of one class of a mixture."""
    (ratio,) = class_ratio_masks(mixture, [label], config)
    active = frame_activity(mixture, [label], len(ratio), config)
    (binary,) = class_binary_masks(mixture, [label], active, config)
    return {BINARY: binary, RATIO: ratio}


def truth_of(mixture: Mixture, label: str) -> Truth:
    """One class of a mixture as what is to be found."""
    source, covered = mixture.class_sources[mixture.labels.index(label)], mixture.covered(label)
    mixture_db = (
        si_sdr(mixture.mixture, source),
        si_sdr(mixture.mixture[covered], source[covered]),
    )
    return Truth(source, mixture.events_of(label), covered, mixture_db)


def make_board(
    waveform: Waveform,
    label: str,
    masks: Mapping[str, NDArray[Any]],
    config: FeatureConfig,
    truth: Truth | None,
) -> Board:
    """Separate with every mask, measure where the truth is known, and pack it all for the browser."""
    stacked = np.stack([np.asarray(mask, dtype=np.float32) for mask in masks.values()])
    estimates = dict(zip(masks, separate(waveform, stacked, config).numpy(), strict=True))
    scores = {
        name: (
            _improvement(row, truth, on_span=False),
            _improvement(row, truth, on_span=True),
        )
        for name, row in estimates.items()
        if truth
    }
    sounds = {"mixture": waveform, **estimates, **({"source": truth.source} if truth else {})}
    loudest = max(audio.peak_level(sound) for sound in sounds.values())
    scale = FULL_SCALE_16 / (HEADROOM * loudest) if loudest > 0 else 1.0
    frames, mel_bins = stacked.shape[1:]
    header = {
        "name": display_name(label),
        "colour": label_colour(label),
        "sample_rate": config.sample_rate,
        "frames": frames,
        "bands": mel_bins,
        "samples": len(waveform),
        "frame_hop_s": config.frame_hop_s,
        "frame_length_s": config.frame_length_s,
        "db_step": DB_STEP,
        "scale": scale,
        "gain": shared_gain(sounds.values()),
        "limit": MOST_CHARACTERS,
        "events": None if truth is None else [[e.onset, e.offset] for e in truth.events],
        "masks": [
            {"key": name, "name": NAMES[name], "scores_db": scores.get(name)} for name in masks
        ],
    }
    body = _packed(header, sounds, scale, _level_db(waveform, config), stacked, config)
    identity = hashlib.sha256(body).hexdigest()[:16]
    return Board(label, waveform, config, frames, mel_bins, truth, scores, scale, body, identity)


def hear(board: Board, text: str, *, on_span: bool) -> Painted:
    """Separate by a painted mask and measure what it gained."""
    strokes = parse_strokes(text, board.frames, board.mel_bins)
    mask = strokes_to_mask(strokes, board.frames, board.mel_bins)
    estimate = (
        separate(board.waveform, mask[None], board.config)[0].numpy()
        if mask.any()
        else np.zeros_like(board.waveform)
    )
    truth = board.truth
    # Silence counts as 0 dB in the evaluation; here it would beat each mask that loses something.
    is_heard = truth is not None and estimate[_part(truth, on_span=on_span)].any()
    gained = _improvement(estimate, truth, on_span=on_span) if truth and is_heard else None
    return Painted(text, estimate, gained)


def encode(board: Board, painted: Painted, front: Mapping[str, Any], *, whole: bool) -> bytes:
    """The component's whole ``data``; the board's body only where ``whole`` asks for it."""
    samples = zlib.compress(_int16(painted.estimate, board.scale).tobytes(), 1)
    own = {
        "board": board.identity,
        "text": painted.text,
        "yours_db": painted.improvement_db,
        "sound_bytes": len(samples),
    }
    return join_front({**front, **own}, samples + (board.body if whole else b""))


def _improvement(estimate: Waveform, truth: Truth, *, on_span: bool) -> float:
    """SI-SDR improvement on the whole clip or on the events: 0 dB for silence, as in the evaluation."""
    part = _part(truth, on_span=on_span)
    if not estimate[part].any():
        return 0.0
    return si_sdr(estimate[part], truth.source[part]) - truth.mixture_db[int(on_span)]


def _part(truth: Truth, *, on_span: bool) -> NDArray[np.bool_] | slice:
    """The samples that are measured."""
    return truth.covered if on_span else slice(None)


def _level_db(waveform: Waveform, config: FeatureConfig) -> NDArray[np.float32]:
    """Log mel in dB."""
    level: NDArray[np.float32] = log_mel(torch.from_numpy(waveform), config).numpy()
    return level * np.float32(DB_PER_NEPER)


def _int16(waveform: Waveform, scale: float) -> NDArray[np.int16]:
    """Samples as 16-bit numbers."""
    steps: NDArray[np.floating[Any]] = np.rint(waveform * scale)
    return steps.clip(-FULL_SCALE_16, FULL_SCALE_16).astype("<i2")


def _packed(
    header: dict[str, Any],
    sounds: Mapping[str, Waveform],
    scale: float,
    level_db: NDArray[np.float32],
    masks: NDArray[np.float32],
    config: FeatureConfig,
) -> bytes:
    """The compressed body; arrays stand from the widest alignment to the narrowest."""
    parts = [
        mel_centres_hz(config).numpy().astype("<f4").tobytes(),
        mel_edges_hz(config).numpy().astype("<f4").tobytes(),
        *(_int16(sound, scale).tobytes() for sound in sounds.values()),
        np.rint(level_db / DB_STEP).clip(-32768, 32767).astype("<i2").tobytes(),
        masks_to_uint8(masks).tobytes(),
    ]
    return zlib.compress(join_front(header | {"tracks": list(sounds)}, b"".join(parts), align=4), 1)
