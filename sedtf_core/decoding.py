"""Opening sound files: libsndfile or FFmpeg, whichever can, gives the samples, mono, at the rate they have.

A file-like object is read from its start and left open; its name appears in error messages only. WAV, AIFF
and FLAC say how long they are, so one that was cut off is refused; MP3, AAC, Opus and other streams play as
far as they go. Limits on length and time, what samples may be, and resampling are left to ``audio``.
"""

import itertools
import os
import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, TypeAlias, runtime_checkable

import numpy as np
import soundfile
from jaxtyping import Float32

from sedtf_core.errors import InputError


@runtime_checkable
class ByteReader(Protocol):
    """What is asked of a file-like object: an open binary file, BytesIO or an upload has it."""

    def read(self, size: int = -1, /) -> bytes:
        """Return at most ``size`` bytes."""
        ...

    def seek(self, offset: int, whence: int = 0, /) -> int:
        """Move to a byte and return its position."""
        ...

    def tell(self) -> int:
        """Return the position."""
        ...


Source: TypeAlias = str | os.PathLike[str] | ByteReader
Waveform: TypeAlias = Float32[np.ndarray, " samples"]

LOWEST_RATE_HZ, HIGHEST_RATE_HZ = 1_000, 1_000_000
MOST_CHANNELS = 256

_CHUNK_VALUES = 2**18  # decoded at once over all channels: 1 MiB
_WRITER_TOLERANCE_BYTES = 64  # some recorders count the header as part of the data
_UNKNOWN_LENGTH_BYTES = 0x7FFF_0000  # what is written to a pipe states the largest length there is
_UNKNOWN_FRAMES = 2**63 - 1  # libsndfile's count where the header states none
# Playlists (HLS, concat) are left out: they would make FFmpeg open other files and addresses.
_CONTAINERS = "aac,aiff,amr,asf,avi,caf,flac,flv,matroska,mov,mp3,mpeg,mpegts,ogg,wav,webm"


@dataclass(frozen=True)
class OpenSound:
    """An open sound: chunks are mono and come at the decoder's own length."""

    name: str
    sample_rate: int
    channels: int
    stated_s: float | None
    chunks: Iterator[Waveform]


class _Nameless:
    """A file without its name: both decoders would take a meaning from its ending."""

    def __init__(self, file: ByteReader) -> None:
        """Borrow what reading takes, and not ``close``."""
        self.read, self.seek, self.tell = file.read, file.seek, file.tell


@contextmanager
def opened(source: Source) -> Iterator[OpenSound]:
    """Open a source with the first decoder that can, and close what was opened here."""
    name = _display_name(source)
    with ExitStack() as stack:
        try:
            file = _open_file(source, name, stack)
            size = file.seek(0, os.SEEK_END)
        except (OSError, ValueError) as error:
            if isinstance(error, InputError):
                raise
            reason = getattr(error, "strerror", None) or str(error)
            raise InputError(f"{name} cannot be read ({reason}); choose another file") from None
        if size == 0:
            raise InputError(f"{name} is empty (0 bytes); record or export it again")
        sound = _open_soundfile(file, name, stack) or _open_av(file, name, stack)
        if not LOWEST_RATE_HZ <= sound.sample_rate <= HIGHEST_RATE_HZ:
            raise InputError(
                f"{name} has a sample rate of {sound.sample_rate} Hz; convert it to one from "
                f"{LOWEST_RATE_HZ} to {HIGHEST_RATE_HZ} Hz"
            )
        if sound.channels > MOST_CHANNELS:
            raise InputError(
                f"{name} has {sound.channels} channels; convert it to at most {MOST_CHANNELS}"
            )
        yield sound


def _display_name(source: Source) -> str:
    """Name for messages, on one line; what a browser sent as a name is quoted, never used."""
    if isinstance(source, str | os.PathLike):
        return repr(os.fspath(source))
    name = getattr(source, "name", None)
    return repr(name[-100:]) if isinstance(name, str) and name else "the file"


def _open_file(source: Source, name: str, stack: ExitStack) -> ByteReader:
    """Open a path for reading, or hand back a file-like object."""
    if not isinstance(source, str | os.PathLike):
        return source
    path = Path(source)
    if path.exists() and not path.is_file():  # opening a pipe would wait for its writer
        raise InputError(f"{name} is a folder or a device; name a sound file")
    return stack.enter_context(path.open("rb"))


def _open_soundfile(file: ByteReader, name: str, stack: ExitStack) -> OpenSound | None:
    """Open with libsndfile; None if it cannot, or cannot tell the length, as of a piped FLAC."""
    file.seek(0)
    try:
        sound = stack.enter_context(soundfile.SoundFile(_Nameless(file)))
    except soundfile.LibsndfileError:
        return None
    if not 0 < sound.frames < _UNKNOWN_FRAMES:
        return None
    _require_whole(sound.extra_info, name)
    stated_s = sound.frames / sound.samplerate
    chunks = _soundfile_chunks(sound, name)
    return OpenSound(name, sound.samplerate, sound.channels, stated_s, chunks)


def _require_whole(log: str, name: str) -> None:
    """Refuse a WAV or AIFF whose header promises more data than libsndfile found."""
    match = re.search(r"^ *(?:data|SSND) *: *(\d+) \(should be (\d+)\)", log, re.MULTILINE)
    if match is None:
        return
    promised, present = int(match[1]), int(match[2])
    if present + _WRITER_TOLERANCE_BYTES < promised < _UNKNOWN_LENGTH_BYTES:
        raise InputError(
            f"{name} is cut off ({present} of {promised} bytes of sound are there); "
            "copy or export it again"
        )


def _soundfile_chunks(sound: soundfile.SoundFile, name: str) -> Iterator[Waveform]:
    """Decode with libsndfile."""
    rows = max(1, _CHUNK_VALUES // sound.channels)
    try:
        while len(chunk := sound.read(rows, dtype="float32", always_2d=True)):
            yield _mean_of_channels(chunk.T)
    except soundfile.LibsndfileError:
        raise InputError(f"{name} is cut off or damaged; copy or export it again") from None


def _open_av(file: ByteReader, name: str, stack: ExitStack) -> OpenSound:
    """Open the first sound track of whatever FFmpeg knows, and of no playlist."""
    import av  # deferred: only what libsndfile cannot read needs FFmpeg

    file.seek(0)
    options = {"format_whitelist": _CONTAINERS, "protocol_whitelist": "none"}
    try:
        source = av.open(_Nameless(file), "r", options=options, metadata_errors="ignore")
    except av.FFmpegError:
        raise InputError(
            f"{name} is not a sound file of a known kind, or is cut off; "
            "convert it to WAV, FLAC, OGG, MP3 or M4A"
        ) from None
    container = stack.enter_context(source)
    if not container.streams.audio:
        raise InputError(f"{name} has no sound track; choose another file")
    track = container.streams.audio[0]
    stated_s = container.duration / av.time_base if container.duration else None
    if track.duration and track.time_base:
        stated_s = float(track.duration * track.time_base)
    rate, channels = track.codec_context.sample_rate, track.codec_context.channels
    return OpenSound(name, rate, channels, stated_s, _av_chunks(container, rate, name))


def _av_chunks(container: Any, rate: int, name: str) -> Iterator[Waveform]:
    """Decode an ``InputContainer`` of PyAV to floats at the rate that its header states."""
    import av

    converter = av.AudioResampler(format="fltp", rate=rate)
    try:
        for frame in itertools.chain(container.decode(audio=0), [None]):  # None: give what is left
            for converted in converter.resample(frame):
                yield _mean_of_channels(converted.to_ndarray())
    except (av.FFmpegError, ValueError):
        raise InputError(f"{name} is damaged; copy or export it again") from None


def _mean_of_channels(chunk: Float32[np.ndarray, "channels samples"]) -> Waveform:
    """Average in double precision; one channel is kept bit by bit."""
    if len(chunk) == 1:
        return np.ascontiguousarray(chunk[0])
    with np.errstate(over="ignore"):  # an overflow becomes infinite and is refused as such
        return np.asarray(chunk.mean(axis=0, dtype=np.float64), dtype=np.float32)
