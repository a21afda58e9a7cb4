"""What the player shows, and the one binary message that carries it to the browser.

Owns the frozen dataclasses that describe a view and their encoding. Conventions: arrays are
``classes × frames × mel_bins`` with time before frequency, times in seconds from the start of the shown
clip, frequencies in Hz, levels in dB, masks as bytes (255 is 1). Streamlit passes bytes raw only as a
component's whole ``data``, so everything travels in one self-describing message::

    "SEDP" | u32 length | JSON state | zlib( u32 length | JSON header | arrays, each 8-byte aligned )

The state stands in front, uncompressed, because it changes while the view does not. payload.js reads the
message. Leaves drawing to the JavaScript files and analysis to ``sedtf_core``.
"""

import zlib
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from pages.shared.browser.message import join_front
from pages.shared.levels import FULL_SCALE_16
from pages.shared.player.state import PlayerState
from sedtf_core.config import DetectionConfig
from sedtf_core.events import Event

MAGIC = b"SEDP"
COMPRESSION_LEVEL = 1  # measured: higher levels cost more time than they save on a local network
FIRST_SYSTEMS = 3  # whose panels are shown at first
SILENT_DB = -120  # below the rounding of 16-bit samples
DB_STEP = 0.01  # levels travel as 16-bit steps of this size
_ALIGNMENT = 8  # typed arrays in the browser must start at a multiple of their item size

TrackKind = Literal["mixture", "scene", "truth", "estimate", "background"]


@dataclass(frozen=True)
class ShownClass:
    """One class worth showing, because it is present or detected.

    Parameters
    ----------
    label
        The class name as in ``sedtf_core.labels``.
    name
        The same for a person to read.
    colour
        ``#rrggbb``, the colour of this class on every page.
    """

    label: str
    name: str
    colour: str


@dataclass(frozen=True)
class SystemView:
    """What one system says about the clip.

    Parameters
    ----------
    name, title
        The system's name (``gwrp``) and what the panel is called (``GWRP``).
    clip_probs
        (classes,) probability of each shown class in the clip; or (classes, frames) for a recording that
        was tagged in sections: the probability that counts at each frame.
    frame_scores
        (classes, frames), in 0…1.
    masks
        (classes, frames, mel_bins) as ``uint8``, 255 is 1; None for a system that has no masks.
    """

    name: str
    title: str
    clip_probs: NDArray[np.floating[Any]]
    frame_scores: NDArray[np.floating[Any]]
    masks: NDArray[np.uint8] | None = None


@dataclass(frozen=True)
class Track:
    """One waveform that can be soloed. All tracks of a view have the same length and the same gain.

    Parameters
    ----------
    name
        What the track is called (``Mixture``, ``Bark, true source``).
    kind
        What it is; a ``mixture`` sounds when nothing else is chosen.
    waveform
        (samples,) in the scale of the mixture.
    label, system
        The class it belongs to, and the system that separated it, where there is one.
    """

    name: str
    kind: TrackKind
    waveform: NDArray[np.floating[Any]]
    label: str | None = None
    system: str | None = None


@dataclass(frozen=True, eq=False)
class PlayerView:
    """Everything that the player shows of one clip.

    Keep one object for one clip (``st.cache_resource``): its encoded form is kept with it.

    Parameters
    ----------
    sample_rate, duration_s
        Of every track; samples a second and seconds.
    log_mel_db
        (frames, mel_bins) level of the mixture in dB.
    mel_hz, mel_edges_hz
        Centres (mel_bins,) and edges (mel_bins + 1,) of the bands in Hz.
    frame_hop_s, frame_length_s
        Seconds from frame to frame, and seconds that one frame covers.
    classes
        The classes shown, in the order of every ``classes`` axis here.
    systems
        The systems compared.
    tracks
        What can be heard; the first is the mixture.
    ideal_masks
        (classes, frames, mel_bins) ``uint8`` ideal ratio masks, or None where the sources are not known.
    truth
        The true events, or None where they are not known.
    detection
        The operating point to begin with.
    start_s
        Where the clip begins in its recording; shown times count from there.
    """

    sample_rate: int
    duration_s: float
    log_mel_db: NDArray[np.floating[Any]]
    mel_hz: NDArray[np.floating[Any]]
    mel_edges_hz: NDArray[np.floating[Any]]
    frame_hop_s: float
    frame_length_s: float
    classes: tuple[ShownClass, ...]
    systems: tuple[SystemView, ...]
    tracks: tuple[Track, ...]
    ideal_masks: NDArray[np.uint8] | None = None
    truth: tuple[Event, ...] | None = None
    detection: DetectionConfig = field(default_factory=DetectionConfig)
    start_s: float = 0.0

    @property
    def is_silent(self) -> bool:
        """Whether nothing sounds, as state.js has it."""
        return bool(self.log_mel_db.max() < SILENT_DB)

    def __post_init__(self) -> None:
        """Check that all arrays agree, so that the browser never has to."""
        frames, mel_bins = self.log_mel_db.shape
        grid = (len(self.classes), frames, mel_bins)
        if not self.classes:
            raise ValueError("at least one class must be shown; take the likeliest")
        _require_shape("mel_hz", self.mel_hz, (mel_bins,))
        _require_shape("mel_edges_hz", self.mel_edges_hz, (mel_bins + 1,))
        if self.ideal_masks is not None:
            _require_masks("ideal_masks", self.ideal_masks, grid)
        for system in self.systems:
            _require_shape(f"frame_scores of {system.name}", system.frame_scores, grid[:2])
            if system.clip_probs.shape not in (grid[:1], grid[:2]):
                raise ValueError(
                    f"clip_probs of {system.name} must be {grid[:1]} or {grid[:2]}, "
                    f"got {system.clip_probs.shape}"
                )
            if system.masks is not None:
                _require_masks(f"masks of {system.name}", system.masks, grid)
        if not self.tracks or self.tracks[0].kind != "mixture":
            raise ValueError("the first track must be the mixture")
        for track in self.tracks:
            _require_shape(f"track {track.name}", track.waveform, self.tracks[0].waveform.shape)

    def beginning(self) -> PlayerState:
        """What the player begins with where nothing else is asked for; state.js does the same."""
        shown = ("ideal", *(system.name for system in self.systems[:FIRST_SYSTEMS]))
        return PlayerState(self.detection, self.classes[0].label, shown)

    @cached_property
    def blob(self) -> bytes:
        """The compressed header and arrays; made once for one view."""
        return encode_view(self)

    def encoded(self) -> "PlayerView":
        """The same view with its encoded form made and without the samples, which only that needs.

        The samples are four fifths of a view's memory; a view that is kept goes without them.
        """
        silent = np.zeros(0, dtype=np.float32)
        kept = replace(self, tracks=tuple(replace(t, waveform=silent) for t in self.tracks))
        vars(kept)["blob"] = self.blob  # where cached_property looks for it
        return kept


def _require_shape(name: str, array: NDArray[Any], shape: tuple[int, ...]) -> None:
    """Raise ValueError unless the array has this shape."""
    if array.shape != shape:
        raise ValueError(f"{name} must have shape {shape}, got {array.shape}")


def _require_masks(name: str, masks: NDArray[Any], shape: tuple[int, ...]) -> None:
    """Raise ValueError unless these are byte masks of this shape."""
    _require_shape(name, masks, shape)
    if masks.dtype != np.uint8:
        raise ValueError(f"{name} must be uint8, got {masks.dtype}; see masks_to_uint8")


def masks_to_uint8(masks: NDArray[np.floating[Any]]) -> NDArray[np.uint8]:
    """Masks in 0…1 as the bytes that the player takes, rounded to the nearest of 256 steps.

    Parameters
    ----------
    masks
        Array of any shape; values outside 0…1 are clipped.

    Returns
    -------
    Array of the same shape.
    """
    scaled: NDArray[np.floating[Any]] = np.rint(np.clip(masks, 0.0, 1.0) * 255.0)
    return scaled.astype(np.uint8)


def encode_view(view: PlayerView) -> bytes:
    """The view as one compressed, self-describing block.

    All tracks share one gain, which the header states: the browser divides by it, so a quiet track stays
    as quiet as it is beside the mixture.

    Parameters
    ----------
    view
        What to show.

    Returns
    -------
    ``zlib( u32 header length | JSON header | arrays )``, every array at a multiple of eight bytes.
    """
    audio, scale = _tracks_to_int16(view.tracks)
    arrays: dict[str, NDArray[Any]] = {
        "log_mel": np.rint(view.log_mel_db / DB_STEP).clip(-32768, 32767).astype("<i2"),
        "mel_hz": view.mel_hz.astype("<f4"),
        "mel_edges_hz": view.mel_edges_hz.astype("<f4"),
        "audio": audio,
    }
    if view.ideal_masks is not None:
        arrays["ideal"] = view.ideal_masks
    for system in view.systems:
        arrays[f"scores:{system.name}"] = system.frame_scores.astype("<f4")
        arrays[f"probs:{system.name}"] = system.clip_probs.astype("<f4")
        if system.masks is not None:
            arrays[f"masks:{system.name}"] = system.masks
    header = {
        "sample_rate": view.sample_rate,
        "duration_s": view.duration_s,
        "start_s": view.start_s,
        "frame_hop_s": view.frame_hop_s,
        "frame_length_s": view.frame_length_s,
        "db_step": DB_STEP,
        "audio_scale": scale,
        "classes": [asdict(shown) for shown in view.classes],
        "systems": [{"name": system.name, "title": system.title} for system in view.systems],
        "truth": None
        if view.truth is None
        else [
            {"onset": event.onset, "offset": event.offset, "label": event.label}
            for event in view.truth
        ],
        "detection": asdict(view.detection),
        "tracks": [
            {"name": track.name, "kind": track.kind, "label": track.label, "system": track.system}
            for track in view.tracks
        ],
    }
    return zlib.compress(_pack(header, arrays), COMPRESSION_LEVEL)


def encode_message(view: PlayerView, state: PlayerState | None) -> bytes:
    """The component's whole ``data``: the state in front, then the view.

    Parameters
    ----------
    view
        What to show.
    state
        What to begin with, or None for the view's own operating point and no selection.

    Returns
    -------
    Bytes as the module's docstring describes them.
    """
    return join_front(None if state is None else asdict(state), view.blob, magic=MAGIC)


def _tracks_to_int16(tracks: tuple[Track, ...]) -> tuple[NDArray[np.int16], float]:
    """All waveforms as (tracks, samples) 16-bit numbers, and the gain that they all got."""
    peak = max(float(np.abs(track.waveform).max(initial=0.0)) for track in tracks)
    scale = FULL_SCALE_16 / peak if peak > 0.0 else 1.0
    packed = np.empty((len(tracks), len(tracks[0].waveform)), dtype="<i2")
    # One at a time: all at once would take 100 MB.
    for row, track in zip(packed, tracks, strict=True):
        scaled = np.asarray(track.waveform, dtype=np.float32) * np.float32(scale)
        row[:] = np.rint(scaled).clip(-FULL_SCALE_16, FULL_SCALE_16)
    return packed, scale


def _pack(header: dict[str, Any], arrays: dict[str, NDArray[Any]]) -> bytes:
    """Header length, header with a directory of the arrays, then the arrays, each padded."""
    directory: dict[str, dict[str, Any]] = {}
    parts: list[bytes] = []
    offset = 0
    for name, array in arrays.items():
        raw = np.ascontiguousarray(array).tobytes()
        padding = -len(raw) % _ALIGNMENT
        directory[name] = {
            "type": array.dtype.str[1:],
            "shape": array.shape,
            "offset": offset,
        }
        parts += [raw, bytes(padding)]
        offset += len(raw) + padding
    return join_front(header | {"arrays": directory}, b"".join(parts), align=_ALIGNMENT)
