"""Sound files in and out: any file as mono float32 at one sample rate, and float WAV or bytes back.

Conventions: a waveform is mono float32, full scale ±1, shape (samples,); levels are linear, not dB.
Channels are averaged. n samples become round(n · rate out / rate in). Nothing is normalised. Opening and
decoding a file is left to ``decoding``, what a sound means and placing it in a mixture to others.
"""

import io
import os
import secrets
import struct
import time
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Literal

import numpy as np
import soundfile
from jaxtyping import Float

from sedtf_core.config import SAMPLE_RATE
from sedtf_core.decoding import OpenSound, Source, Waveform, opened
from sedtf_core.errors import InputError, writing

LOUDEST = 1e6  # 120 dB above full scale: a float file beyond it was not meant as a waveform
SUBTYPES = {"wav": ("FLOAT", "PCM_16", "PCM_24"), "flac": ("PCM_24", "PCM_16")}

_WAV_HEADER_BYTES = 58
_LARGEST_WAV_BYTES = 2**32 - 1  # 32-bit sizes: nine hours at 32 kHz


def load(
    source: Source,
    sample_rate: int = SAMPLE_RATE,
    *,
    max_seconds: float | None = None,
    max_decode_s: float | None = None,
) -> Waveform:
    """Read a whole sound file as a mono waveform: the blocks of ``stream``, joined.

    Parameters, errors and the rules for channels, rates and lengths are those of ``stream``.
    """
    blocks = stream(source, sample_rate, max_seconds=max_seconds, max_decode_s=max_decode_s)
    return np.concatenate(list(blocks))


def stream(
    source: Source,
    sample_rate: int = SAMPLE_RATE,
    block_s: float = 10.0,
    *,
    max_seconds: float | None = None,
    max_decode_s: float | None = None,
) -> Iterator[Waveform]:
    """Read a sound file block by block at constant memory; it is opened with the first block.

    The samples do not depend on the block length: decoding and resampling have pieces of their own.

    Parameters
    ----------
    source
        Path, or binary file-like object that can seek: WAV, AIFF, FLAC, OGG, MP3, M4A, AAC, WebM,
        Opus, or a video, of which the first sound track is read. 1 to 256 channels, 1 kHz to 1 MHz.
    sample_rate
        Wanted rate in Hz.
    block_s
        Seconds a block; every block but the last has exactly this length.
    max_seconds
        Longest sound accepted, in seconds, counted while decoding: headers can lie.
    max_decode_s
        Longest time that decoding may take, in seconds of the clock, without what the caller does
        between blocks. It is looked at between pieces of at most 262144 values.

    Returns
    -------
    Iterator over blocks; each is a new array.

    Raises
    ------
    InputError
        If the source is missing, no sound, empty, cut off or damaged, holds NaN, infinite or
        absurdly large samples, lies outside the channels and rates above, or exceeds a limit.
        Damage further on is met when its block is asked for.
    """
    if sample_rate <= 0 or not block_s > 0:
        raise ValueError(f"need sample_rate and block_s > 0, got {sample_rate} and {block_s}")
    with opened(source) as sound:
        checked = _checked(sound, max_seconds, max_decode_s)
        resampled = _resampled(checked, sound.sample_rate, sample_rate)
        is_empty = True
        for block in _blocks(resampled, max(1, round(block_s * sample_rate))):
            is_empty = False
            yield block
        if is_empty:
            raise InputError(f"{sound.name} has no samples; record or export it again")


def duration_s(source: Source) -> float | None:
    """Length in seconds that the header states, without decoding; None where it states none.

    An MP3 or raw AAC without an index is estimated from its bit rate and can be far off.

    Raises
    ------
    InputError
        If the source is missing or cannot be read as sound.
    """
    with opened(source) as sound:
        return sound.stated_s


def rms_level(waveform: Float[np.ndarray, " samples"]) -> float:
    """Root mean square, linear, relative to full scale 1; 0 without samples."""
    if waveform.size == 0:
        return 0.0
    return float(np.sqrt(np.mean(np.square(waveform, dtype=np.float64))))


def peak_level(waveform: Float[np.ndarray, " samples"]) -> float:
    """Largest magnitude of a sample, linear, relative to full scale 1; 0 without samples."""
    return float(np.max(np.abs(waveform), initial=0.0))


def save_wav(
    path: str | os.PathLike[str], waveform: Float[np.ndarray, " samples"], sample_rate: int
) -> None:
    """Write a mono 32-bit float WAV in one step: the file is there whole, or as it was before.

    Raises
    ------
    InputError
        If the file cannot be written there.
    ValueError
        If a sample is NaN or infinite.
    """
    with WavWriter(path, sample_rate) as writer:
        writer.write(waveform)


class WavWriter:
    """Mono 32-bit float WAV written block by block; it gets its name on a clean exit only.

    A context manager. Blocks go to a hidden file in the same folder, which is renamed at the end,
    or removed if the ``with`` block raises. Equal samples give equal bytes: there is no time stamp.

    Parameters
    ----------
    path
        File to write or replace; its folder must exist.
    sample_rate
        Rate in Hz.

    Raises
    ------
    InputError
        If the file cannot be written there, or exceeds the 4 GiB of a WAV.
    """

    def __init__(self, path: str | os.PathLike[str], sample_rate: int) -> None:
        """Remember where to write; nothing is opened yet."""
        self.path = Path(path)
        self.sample_rate = sample_rate
        self.samples = 0
        self._part = self.path.with_name(f".{secrets.token_hex(8)}.part")

    def __enter__(self) -> "WavWriter":
        """Open the hidden file and leave room for the header."""
        with writing(self.path, "place"):
            self._file = self._part.open("xb")
            self._file.seek(_WAV_HEADER_BYTES)
        return self

    def write(self, block: Float[np.ndarray, " samples"]) -> None:
        """Append a block of any length; ValueError if a sample is NaN or infinite."""
        values = _float32(block)
        if _WAV_HEADER_BYTES + 4 * (self.samples + values.size) > _LARGEST_WAV_BYTES:
            raise InputError(f"{self.path} would exceed the 4 GiB of a WAV; split the recording")
        with writing(self.path, "place"):
            self._file.write(values.tobytes())
        self.samples += values.size

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Complete the header and rename, or remove the hidden file."""
        try:
            with writing(self.path, "place"), self._file as file:
                if kind is None:
                    file.seek(0)
                    file.write(_float_wav_header(self.samples, self.sample_rate))
            if kind is None:
                with writing(self.path, "place"):
                    os.replace(self._part, self.path)
        finally:
            self._part.unlink(missing_ok=True)


def encode(
    waveform: Float[np.ndarray, " samples"],
    sample_rate: int,
    *,
    gain: float = 1.0,
    format: Literal["wav", "flac"] = "wav",
    subtype: str | None = None,
) -> bytes:
    """Encode a waveform in memory, times an explicit gain and never normalised.

    Parameters
    ----------
    waveform
        Mono samples, full scale ±1.
    sample_rate
        Rate in Hz.
    gain
        Linear factor. Sounds that are compared must share it.
    format, subtype
        "wav" as FLOAT (the default), PCM_16 or PCM_24; "flac" as PCM_24 (the default) or PCM_16.
        FLOAT keeps every value; PCM rounds to the nearest step and clips beyond full scale.

    Returns
    -------
    The bytes of the file; equal samples give equal bytes.

    Raises
    ------
    ValueError
        If the format is unknown, or a sample or the gain is NaN or infinite.
    """
    kind = subtype or SUBTYPES.get(format, ("",))[0]
    if kind not in SUBTYPES.get(format, ()):
        raise ValueError(f"format and subtype must be in {SUBTYPES}, got {format!r}, {subtype!r}")
    scaled = _float32(np.asarray(waveform) * np.float32(gain))
    if kind == "FLOAT":
        return _float_wav_header(scaled.size, sample_rate) + scaled.tobytes()
    bits = int(kind.removeprefix("PCM_"))
    steps = np.rint(scaled * 2.0 ** (bits - 1)).astype(np.float64)
    steps = np.clip(steps, -(2 ** (bits - 1)), 2 ** (bits - 1) - 1)
    buffer = io.BytesIO()
    # libsndfile keeps the upper bits of an int32: aligned to them, no step is scaled or lost.
    left_aligned = steps.astype(np.int32) << (32 - bits)
    soundfile.write(buffer, left_aligned, sample_rate, subtype=kind, format=format.upper())
    return buffer.getvalue()


def _checked(
    sound: OpenSound, max_seconds: float | None, max_decode_s: float | None
) -> Iterator[Waveform]:
    """Pass chunks on while their samples are usable and the limits are kept."""
    samples, spent_s = 0, 0.0
    while True:
        begun_s = time.perf_counter()
        chunk = next(sound.chunks, None)
        spent_s += time.perf_counter() - begun_s
        if chunk is None:
            return
        samples += chunk.size
        if max_decode_s is not None and spent_s > max_decode_s:
            raise InputError(
                f"{sound.name} takes longer to decode than the limit of {max_decode_s:g} s; "
                "convert it to WAV or cut it into shorter files"
            )
        if max_seconds is not None and samples > max_seconds * sound.sample_rate:
            raise InputError(
                f"{sound.name} is longer than the limit of {max_seconds:g} s; "
                "cut it into shorter files"
            )
        if not peak_level(chunk) <= LOUDEST:  # written so that NaN is refused as well
            raise InputError(
                f"{sound.name} holds samples that are NaN, infinite or beyond {LOUDEST:g} times "
                "full scale; export it again as 16- or 24-bit WAV"
            )
        yield chunk


def _resampled(chunks: Iterator[Waveform], rate_in: int, rate_out: int) -> Iterator[Waveform]:
    """Resample by soxr's HQ recipe; n samples become round(n · rate out / rate in)."""
    if rate_in == rate_out:
        yield from chunks
        return
    import soxr  # deferred: training machines whose sounds have the right rate go without

    resampler = soxr.ResampleStream(rate_in, rate_out, 1, dtype="float32", quality="HQ")
    taken, given = 0, 0
    for chunk in chunks:
        piece = resampler.resample_chunk(chunk)
        taken, given = taken + chunk.size, given + piece.size
        yield piece
    tail = resampler.resample_chunk(np.empty(0, np.float32), last=True)
    yield tail[: round(taken * rate_out / rate_in) - given]  # soxr rounds a half up, Python to even


def _blocks(pieces: Iterator[Waveform], size: int) -> Iterator[Waveform]:
    """Cut and join pieces into blocks of ``size`` samples; the last may be shorter."""
    block, filled = np.empty(size, np.float32), 0
    for piece in pieces:
        taken = 0
        while taken < piece.size:
            part = piece[taken : taken + size - filled]
            block[filled : filled + part.size] = part
            taken, filled = taken + part.size, filled + part.size
            if filled == size:
                yield block
                block, filled = np.empty(size, np.float32), 0
    if filled:
        yield block[:filled].copy()


def _float32(waveform: Float[np.ndarray, " samples"]) -> Waveform:
    """Little-endian float32; ValueError unless every value is finite in it."""
    with np.errstate(over="ignore"):
        values = np.asarray(waveform, dtype="<f4")
    if values.ndim != 1 or not np.isfinite(values).all():
        raise ValueError(f"need finite samples on one axis, got shape {values.shape}")
    return values


def _float_wav_header(samples: int, sample_rate: int) -> bytes:
    """Header of a mono 32-bit float WAV; written here because libsndfile adds the time of day."""
    size = 4 * samples
    riff = struct.pack("<4sI4s", b"RIFF", _WAV_HEADER_BYTES - 8 + size, b"WAVE")
    layout = (18, 3, 1, sample_rate, 4 * sample_rate, 4, 32, 0)  # 3: IEEE float
    fmt = struct.pack("<4sIHHIIHHH", b"fmt ", *layout)
    return riff + fmt + struct.pack("<4sII4sI", b"fact", 4, samples, b"data", size)
