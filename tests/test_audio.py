"""Sound files: every kind becomes the same mono float32, what a user can break is explained."""

import io
import itertools
import math
import os
from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
import pytest
import soundfile
import soxr
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sedtf_core import audio, decoding
from sedtf_core.errors import InputError

RATE = 32_000
TONE_HZ = 1000.0
WavFactory = Callable[..., Path]


def tone(duration: float, sample_rate: int, level: float = 0.25) -> np.ndarray:
    """Sine of 1 kHz."""
    times = np.arange(round(duration * sample_rate)) / sample_rate
    return (level * np.sin(2 * np.pi * TONE_HZ * times)).astype(np.float32)


def noise(*shape: int) -> np.ndarray:
    return np.random.default_rng(0).normal(0, 0.1, shape).astype(np.float32)


def sounding_hz(waveform: np.ndarray, sample_rate: int = RATE) -> float:
    """Frequency of the strongest bin under a Hann window."""
    spectrum = np.abs(np.fft.rfft(waveform * np.hanning(len(waveform))))
    return float(np.argmax(spectrum) * sample_rate / len(waveform))


def encoded(waveform: np.ndarray, sample_rate: int, kind: str, subtype: str) -> bytes:
    """A file of libsndfile in memory; axes of waveform: samples, or samples and channels."""
    buffer = io.BytesIO()
    soundfile.write(buffer, waveform, sample_rate, format=kind, subtype=subtype)
    return buffer.getvalue()


def encoded_by_ffmpeg(
    container: str,
    codec: str,
    *,
    seconds: float = 2.0,
    sample_rate: int = 48_000,
    video: bool = False,
) -> bytes:
    """A 1 kHz tone in a container that libsndfile does not read, with a picture if asked."""
    buffer = io.BytesIO()
    with av.open(buffer, "w", format=container) as output:
        if video:
            picture = output.add_stream("mpeg4", rate=10, width=64, height=64, pix_fmt="yuv420p")
            black = av.VideoFrame.from_ndarray(np.zeros((64, 64, 3), np.uint8), format="rgb24")
        track = output.add_stream(codec, rate=sample_rate, layout="mono")
        if video:
            output.mux([*picture.encode(black), *picture.encode(None)])
        samples = tone(seconds, sample_rate)[None]
        frame = av.AudioFrame.from_ndarray(samples, format="fltp", layout="mono")
        frame.sample_rate = sample_rate
        cutter = av.AudioResampler(
            format=track.format,
            layout="mono",
            rate=sample_rate,
            frame_size=track.frame_size or 1024,
        )
        for piece in [*cutter.resample(frame), *cutter.resample(None)]:
            output.mux(track.encode(piece))
        output.mux(track.encode(None))
    return buffer.getvalue()


@pytest.fixture
def wav_factory(tmp_path: Path) -> WavFactory:
    """Writes a float WAV of noise; channels of one file differ."""
    numbers = itertools.count()

    def make(duration: float = 1.0, sample_rate: int = RATE, channels: int = 1) -> Path:
        path = tmp_path / f"{next(numbers)}.wav"
        samples = noise(round(duration * sample_rate), channels)
        soundfile.write(path, samples, sample_rate, subtype="FLOAT")
        return path

    return make


def refusal(source: audio.Source, **limits: float) -> str:
    """Message of the InputError that loading raises: one line."""
    with pytest.raises(InputError) as caught:
        audio.load(source, **limits)
    message = str(caught.value)
    assert "\n" not in message
    return message


# Reading


def test_a_mono_file_at_the_wanted_rate_is_read_bit_by_bit(wav_factory: WavFactory) -> None:
    path = wav_factory()
    waveform = audio.load(path)
    assert waveform.dtype == np.float32
    np.testing.assert_array_equal(waveform, noise(RATE))


@pytest.mark.parametrize("channels", [2, 6, 64, 256])
def test_channels_are_averaged(wav_factory: WavFactory, channels: int) -> None:
    expected = noise(RATE // 10, channels).mean(axis=1, dtype=np.float64)
    waveform = audio.load(wav_factory(0.1, RATE, channels))
    np.testing.assert_allclose(waveform, expected, rtol=0, atol=1e-8)


def test_opposite_channels_cancel() -> None:
    stereo = np.stack([tone(0.5, RATE), -tone(0.5, RATE)], axis=1)
    waveform = audio.load(io.BytesIO(encoded(stereo, RATE, "WAV", "FLOAT")))
    assert audio.peak_level(waveform) == 0.0


@pytest.mark.parametrize(
    ("kind", "subtype", "tolerance"),
    [
        ("WAV", "PCM_U8", 2**-7),
        ("WAV", "PCM_16", 2**-15),
        ("WAV", "PCM_24", 2**-23),
        ("WAV", "DOUBLE", 0.0),
        ("AIFF", "PCM_16", 2**-15),
        ("FLAC", "PCM_24", 2**-23),
        ("OGG", "VORBIS", 0.02),
        ("OGG", "OPUS", 0.03),
        ("MP3", "MPEG_LAYER_III", 0.02),
    ],
)
def test_a_tone_survives_each_kind_of_file(kind: str, subtype: str, tolerance: float) -> None:
    original = tone(1.0, 48_000)
    file = io.BytesIO(encoded(original, 48_000, kind, subtype))
    waveform = audio.load(file, 48_000)
    assert len(waveform) == len(original)
    assert sounding_hz(waveform, 48_000) == TONE_HZ
    assert audio.rms_level(waveform) == pytest.approx(audio.rms_level(original), rel=0.06)
    if kind != "MP3":  # whose encoder starts late by a fraction of a period
        middle = slice(4800, -4800)
        assert audio.peak_level(waveform[middle] - original[middle]) <= tolerance


@pytest.mark.parametrize(
    ("container", "codec", "video"),
    [
        ("mp4", "aac", False),
        ("adts", "aac", False),
        ("mp4", "alac", False),
        ("webm", "libopus", False),
        ("mp4", "aac", True),
        ("matroska", "libopus", True),
        ("avi", "pcm_s16le", True),
    ],
)
def test_what_only_ffmpeg_reads_keeps_its_length_and_tone(
    container: str, codec: str, video: bool
) -> None:
    data = encoded_by_ffmpeg(container, codec, video=video)
    waveform = audio.load(io.BytesIO(data))
    assert len(waveform) / RATE == pytest.approx(2.0, abs=0.05)
    assert sounding_hz(waveform) == pytest.approx(TONE_HZ, abs=1.0)
    assert audio.rms_level(waveform) == pytest.approx(0.25 / math.sqrt(2), rel=0.02)


def test_a_flac_written_to_a_pipe_states_no_length_and_is_read_whole() -> None:
    data = bytearray(encoded(tone(1.0, RATE), RATE, "FLAC", "PCM_16"))
    data[21] &= 0xF0  # the 36 bits of STREAMINFO that count the samples
    data[22:26] = bytes(4)
    assert len(audio.load(io.BytesIO(data))) == RATE
    assert audio.duration_s(io.BytesIO(data)) is None


@pytest.mark.parametrize("size", [0xFFFF_FFFF, 0x7FFF_FFFF])
def test_a_wav_written_to_a_pipe_states_an_endless_length_and_is_read_whole(size: int) -> None:
    data = bytearray(encoded(tone(1.0, RATE), RATE, "WAV", "PCM_16"))
    data[4:8] = data[40:44] = size.to_bytes(4, "little")
    assert len(audio.load(io.BytesIO(data))) == RATE


def test_a_wav_whose_writer_counted_the_header_as_data_is_read() -> None:
    data = bytearray(encoded(tone(1.0, RATE), RATE, "WAV", "PCM_16"))
    data[40:44] = len(data).to_bytes(4, "little")
    assert len(audio.load(io.BytesIO(data))) == RATE


def test_silence_is_a_sound() -> None:
    waveform = audio.load(io.BytesIO(encoded(np.zeros(RATE), RATE, "WAV", "PCM_16")))
    assert len(waveform) == RATE
    assert not waveform.any()


def test_one_sample_is_a_sound() -> None:
    data = audio.encode(np.array([0.5], np.float32), RATE)
    assert audio.load(io.BytesIO(data)).tolist() == [0.5]


def test_a_path_a_string_and_a_file_give_the_same_samples(wav_factory: WavFactory) -> None:
    path = wav_factory(0.5, 44_100, 2)
    expected = audio.load(path)
    np.testing.assert_array_equal(audio.load(str(path)), expected)
    with path.open("rb") as file:
        np.testing.assert_array_equal(audio.load(file), expected)


def test_a_file_like_object_is_read_from_its_start_and_left_open(wav_factory: WavFactory) -> None:
    file = io.BytesIO(wav_factory().read_bytes())
    file.seek(1000)
    first = audio.load(file)
    assert not file.closed
    np.testing.assert_array_equal(audio.load(file), first)


@pytest.mark.parametrize("name", ["../../etc/passwd", "/nowhere/x.raw", "x.mp3", "concat:a|b", ""])
def test_the_name_of_an_upload_means_nothing(wav_factory: WavFactory, name: str) -> None:
    upload = io.BytesIO(wav_factory().read_bytes())
    upload.name = name  # type: ignore[attr-defined]
    np.testing.assert_array_equal(audio.load(upload), noise(RATE))


@pytest.mark.parametrize("ending", [".raw", ".mp3", ".txt", ""])
def test_the_ending_of_a_path_means_nothing(wav_factory: WavFactory, ending: str) -> None:
    path = wav_factory().rename(wav_factory().with_name(f"renamed{ending}"))
    np.testing.assert_array_equal(audio.load(path), noise(RATE))


# Rates and lengths


@pytest.mark.parametrize(
    "sample_rate", [8000, 11_025, 22_050, 44_100, 48_000, 96_000, 192_000, 768_000, 1_000_000]
)
def test_resampling_keeps_frequency_level_and_length(sample_rate: int) -> None:
    data = encoded(tone(1.0, sample_rate), sample_rate, "WAV", "FLOAT")
    waveform = audio.load(io.BytesIO(data))
    assert len(waveform) == RATE
    middle = waveform[3200:-3200]
    assert sounding_hz(middle) == pytest.approx(TONE_HZ, abs=1.5)
    expected = tone(1.0, RATE)[3200:-3200]
    np.testing.assert_allclose(middle, expected, atol=1e-4)  # the resampler adds no delay


def test_a_rate_of_1_khz_is_read(wav_factory: WavFactory) -> None:
    assert len(audio.load(wav_factory(0.5, 1000))) == RATE // 2


@settings(max_examples=40, deadline=None)
@example(samples=3, rates=(96_000, 16_000))  # a half, which soxr rounds up and Python to even
@example(samples=15, rates=(96_000, 16_000))
@given(
    samples=st.integers(2, 5000),
    rates=st.sampled_from([(44_100, 32_000), (96_000, 16_000), (8000, 44_100), (7919, 32_000)]),
)
def test_n_samples_become_n_times_the_ratio_rounded(samples: int, rates: tuple[int, int]) -> None:
    rate_in, rate_out = rates
    expected = round(samples * rate_out / rate_in)
    file = io.BytesIO(audio.encode(noise(samples), rate_in))
    if expected == 0:
        with pytest.raises(InputError, match="no samples"):
            audio.load(file, rate_out)
    else:
        assert len(audio.load(file, rate_out)) == expected


def test_resampling_is_that_of_soxr_in_one_piece(wav_factory: WavFactory) -> None:
    path = wav_factory(3.0, 44_100)
    expected = soxr.resample(soundfile.read(path, dtype="float32")[0], 44_100, RATE, quality="HQ")
    np.testing.assert_allclose(audio.load(path), expected, atol=1e-6)


# Streaming


@pytest.mark.parametrize("block_s", [1 / RATE, 0.01, 0.7, 1.0, 10.0, 100.0])
@pytest.mark.parametrize("sample_rate", [RATE, 44_100])
def test_streamed_blocks_join_to_the_loaded_file_bit_by_bit(
    wav_factory: WavFactory, block_s: float, sample_rate: int
) -> None:
    path = wav_factory(0.3 if block_s < 0.01 else 7.3, sample_rate, 2)
    joined = np.concatenate(list(audio.stream(path, RATE, block_s)))
    np.testing.assert_array_equal(joined, audio.load(path))


def test_streamed_blocks_join_to_the_loaded_file_where_ffmpeg_decodes() -> None:
    file = io.BytesIO(encoded_by_ffmpeg("webm", "libopus"))
    joined = np.concatenate(list(audio.stream(file, RATE, 0.33)))
    np.testing.assert_array_equal(joined, audio.load(file))


def test_every_block_but_the_last_has_the_length_asked_for(wav_factory: WavFactory) -> None:
    blocks = list(audio.stream(wav_factory(7.3, 44_100), RATE, 2.0))
    assert [len(block) for block in blocks] == [64_000, 64_000, 64_000, 41_600]
    assert all(block.base is None for block in blocks)


def test_the_decoder_runs_at_most_one_chunk_ahead_of_the_blocks(
    wav_factory: WavFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    largest, decoded = 0, 0

    def counted(chunk: np.ndarray) -> np.ndarray:
        nonlocal largest, decoded
        largest, decoded = max(largest, chunk.size), decoded + chunk.shape[1]
        return chunk.mean(axis=0)

    monkeypatch.setattr(decoding, "_mean_of_channels", counted)
    given_out = 0
    for block in audio.stream(wav_factory(30.0, RATE, 4), RATE, 1.0):
        given_out += len(block)
        assert decoded - given_out <= 2**18 // 4
    assert 0 < largest <= 2**18


def test_an_abandoned_stream_closes_its_file(
    wav_factory: WavFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = wav_factory(3.0)
    with path.open("rb") as file:
        monkeypatch.setattr(Path, "open", lambda *_: file)
        blocks = audio.stream(path, RATE, 1.0)
        next(blocks)
        assert not file.closed
        blocks.close()  # type: ignore[attr-defined]
        assert file.closed


@pytest.mark.parametrize(("sample_rate", "block_s"), [(0, 1.0), (RATE, 0.0), (RATE, math.nan)])
def test_a_rate_or_block_of_nothing_is_a_programming_error(
    wav_factory: WavFactory, sample_rate: int, block_s: float
) -> None:
    with pytest.raises(ValueError, match="need sample_rate and block_s > 0"):
        next(audio.stream(wav_factory(), sample_rate, block_s))


# Length from the header


@pytest.mark.parametrize("sample_rate", [8000, 44_100])
def test_the_duration_is_that_of_the_header(wav_factory: WavFactory, sample_rate: int) -> None:
    assert audio.duration_s(wav_factory(2.5, sample_rate, 2)) == 2.5


@pytest.mark.parametrize(("container", "codec"), [("mp4", "aac"), ("webm", "libopus")])
def test_the_duration_of_a_container_is_near_the_decoded_one(container: str, codec: str) -> None:
    data = encoded_by_ffmpeg(container, codec, seconds=3.0)
    assert audio.duration_s(io.BytesIO(data)) == pytest.approx(3.0, abs=0.05)


def test_the_duration_needs_no_decoding(
    wav_factory: WavFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = wav_factory(2.5)
    monkeypatch.delattr(soundfile.SoundFile, "read")
    assert audio.duration_s(path) == 2.5


# What a user can cause


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    assert "No such file" in refusal(tmp_path / "none.wav")


def test_a_name_with_a_null_character_is_refused_on_one_line() -> None:
    assert r"'a\x00b\n.wav'" in refusal("a\0b\n.wav")


def test_a_folder_is_refused(tmp_path: Path) -> None:
    assert "is a folder" in refusal(tmp_path)


def test_a_pipe_is_refused_rather_than_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.wav")
    assert "device" in refusal(tmp_path / "pipe.wav")


def test_a_file_without_permission_is_refused(
    wav_factory: WavFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    def denied(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    path = wav_factory()
    monkeypatch.setattr(Path, "open", denied)  # chmod does not stop root
    assert "Permission denied" in refusal(path)


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "empty.wav").touch()
    assert "is empty" in refusal(tmp_path / "empty.wav")
    assert "is empty" in refusal(io.BytesIO())


@pytest.mark.parametrize(
    "data",
    [
        b"These are words, not sounds.\n" * 50,
        bytes(1000),
        b"RIFF",
        b"\x89PNG\r\n\x1a\n" + bytes(99),
    ],
)
def test_what_is_not_sound_is_refused_whatever_its_name(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "text.wav"
    path.write_bytes(data)
    message = refusal(path)
    assert "text.wav" in message
    assert "convert it to WAV" in message


@pytest.mark.parametrize(
    ("kind", "subtype"), [("WAV", "FLOAT"), ("AIFF", "PCM_16"), ("FLAC", "PCM_16")]
)
@pytest.mark.parametrize("part", [0.3, 0.99])
def test_a_file_that_was_cut_off_is_refused(kind: str, subtype: str, part: float) -> None:
    data = encoded(noise(5 * RATE), RATE, kind, subtype)
    assert "cut off" in refusal(io.BytesIO(data[: int(part * len(data))]))


def test_a_header_without_its_samples_is_refused() -> None:
    data = encoded(noise(RATE), RATE, "WAV", "PCM_16")
    assert "no samples" in refusal(io.BytesIO(data[:44]))


def test_a_cut_off_webm_plays_as_far_as_it_goes() -> None:
    data = encoded_by_ffmpeg("webm", "libopus")
    assert 0.5 < len(audio.load(io.BytesIO(data[: len(data) // 2]))) / RATE < 1.5


def test_a_cut_off_m4a_is_refused() -> None:
    data = encoded_by_ffmpeg("mp4", "aac")
    assert "cut off" in refusal(io.BytesIO(data[: len(data) // 2]))


@pytest.mark.parametrize("kind", ["WAV", "AIFF"])
def test_a_file_of_no_samples_is_refused(kind: str) -> None:
    assert "no samples" in refusal(io.BytesIO(encoded(np.zeros(0), RATE, kind, "PCM_16")))


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, 1e300, 1e7])
@pytest.mark.parametrize("channels", [1, 2])
def test_samples_that_are_no_numbers_or_absurd_are_refused(value: float, channels: int) -> None:
    samples = np.zeros((RATE, channels))
    samples[-5, 0] = value
    assert "NaN, infinite" in refusal(io.BytesIO(encoded(samples, RATE, "WAV", "DOUBLE")))


@pytest.mark.parametrize("sample_rate", [1, 999, 1_000_001, 2_000_000_000])
def test_a_sample_rate_out_of_range_is_refused(sample_rate: int) -> None:
    data = encoded(noise(100), sample_rate, "WAV", "FLOAT")
    assert f"sample rate of {sample_rate} Hz" in refusal(io.BytesIO(data))


def test_more_channels_than_any_microphone_array_are_refused(wav_factory: WavFactory) -> None:
    assert "257 channels" in refusal(wav_factory(0.01, RATE, 257))


def test_a_video_without_sound_is_refused() -> None:
    buffer = io.BytesIO()
    with av.open(buffer, "w", format="mp4") as output:
        picture = output.add_stream("mpeg4", rate=10, width=64, height=64, pix_fmt="yuv420p")
        black = av.VideoFrame.from_ndarray(np.zeros((64, 64, 3), np.uint8), format="rgb24")
        output.mux([*picture.encode(black), *picture.encode(None)])
    assert "no sound track" in refusal(buffer)


@pytest.mark.parametrize(
    "playlist",
    ["ffconcat version 1.0\nfile 0.wav\n", "#EXTM3U\n#EXTINF:1,\n0.wav\n#EXT-X-ENDLIST\n"],
)
def test_an_upload_opens_no_other_file(
    wav_factory: WavFactory, monkeypatch: pytest.MonkeyPatch, playlist: str
) -> None:
    monkeypatch.chdir(wav_factory().parent)
    assert "not a sound file" in refusal(io.BytesIO(playlist.encode()))


def test_the_message_quotes_the_name_of_an_upload_on_one_line() -> None:
    upload = io.BytesIO(b"x")
    upload.name = "a\nb.wav"  # type: ignore[attr-defined]
    assert refusal(upload).startswith(r"'a\nb.wav' is not a sound file")


# Limits


@pytest.mark.parametrize("sample_rate", [RATE, 8000])
def test_a_sound_as_long_as_the_limit_is_read_and_a_longer_one_refused(
    wav_factory: WavFactory, sample_rate: int
) -> None:
    path = wav_factory(2.0, sample_rate)
    assert len(audio.load(path, max_seconds=2.0)) == 2 * RATE
    assert "limit of 1.9 s" in refusal(path, max_seconds=1.9)


def test_a_flac_that_swells_is_stopped_near_the_limit() -> None:
    bomb = encoded(np.zeros(600 * RATE, np.int16), RATE, "FLAC", "PCM_16")
    assert len(bomb) < 1_000_000  # a fortieth of its samples
    blocks = audio.stream(io.BytesIO(bomb), RATE, 1.0, max_seconds=20.0)
    for _ in range(16):  # whole chunks of 8.2 s fit twice
        next(blocks)
    with pytest.raises(InputError, match="limit of 20 s"):
        next(blocks)


def test_decoding_that_takes_too_long_is_stopped(
    wav_factory: WavFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = wav_factory(30.0)  # four chunks, and a clock that ticks once in each
    monkeypatch.setattr(audio.time, "perf_counter", itertools.count().__next__)
    assert len(audio.load(path, max_decode_s=4.0)) == 30 * RATE
    assert "limit of 3 s" in refusal(path, max_decode_s=3.0)


def test_the_time_that_the_caller_takes_is_not_decoding(
    wav_factory: WavFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    now, heard = 0.0, 0
    monkeypatch.setattr(audio.time, "perf_counter", lambda: now)
    for block in audio.stream(wav_factory(30.0), RATE, 1.0, max_decode_s=1.0):
        now += 100.0
        heard += len(block)
    assert heard == 30 * RATE


# Writing


def test_a_saved_file_loads_bit_by_bit_even_beyond_full_scale(tmp_path: Path) -> None:
    waveform = 20 * noise(RATE + 1)
    audio.save_wav(tmp_path / "a.wav", waveform, RATE)
    np.testing.assert_array_equal(audio.load(tmp_path / "a.wav"), waveform)


def test_a_saved_file_is_a_float_wav_to_other_readers(tmp_path: Path) -> None:
    audio.save_wav(str(tmp_path / "a.wav"), noise(1000), 44_100)
    info = soundfile.info(tmp_path / "a.wav")
    assert (info.format, info.subtype, info.channels) == ("WAV", "FLOAT", 1)
    assert (info.samplerate, info.frames) == (44_100, 1000)
    assert "should be" not in info.extra_info


def test_equal_samples_give_equal_bytes(tmp_path: Path) -> None:
    audio.save_wav(tmp_path / "a.wav", noise(1000), RATE)
    assert (tmp_path / "a.wav").read_bytes() == audio.encode(noise(1000), RATE)


def test_blocks_written_one_by_one_give_the_file_of_the_whole(tmp_path: Path) -> None:
    waveform = noise(1000)
    with audio.WavWriter(tmp_path / "blocks.wav", RATE) as writer:
        for block in np.split(waveform, [1, 1, 500]):
            writer.write(block)
    assert (tmp_path / "blocks.wav").read_bytes() == audio.encode(waveform, RATE)


def test_a_file_has_its_name_only_when_it_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    with audio.WavWriter(path, RATE) as writer:
        writer.write(noise(1000))
        assert not path.exists()
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt])
def test_a_failure_leaves_the_old_file_and_no_other(
    tmp_path: Path, error: type[BaseException]
) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(b"old")

    def fail_half_way() -> None:
        with audio.WavWriter(path, RATE) as writer:
            writer.write(noise(1000))
            raise error

    with pytest.raises(error):
        fail_half_way()
    assert [(p, p.read_bytes()) for p in tmp_path.iterdir()] == [(path, b"old")]


def test_a_saved_file_has_the_permissions_of_any_new_file(tmp_path: Path) -> None:
    audio.save_wav(tmp_path / "a.wav", noise(10), RATE)
    (tmp_path / "plain").touch()
    assert (tmp_path / "a.wav").stat().st_mode == (tmp_path / "plain").stat().st_mode


def test_writing_where_there_is_no_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"cannot write .*No such file"):
        audio.save_wav(tmp_path / "none" / "a.wav", noise(10), RATE)


def test_writing_over_a_folder_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "a.wav").mkdir()
    with pytest.raises(InputError, match=r"cannot write .*a\.wav"):
        audio.save_wav(tmp_path / "a.wav", noise(10), RATE)
    assert list(tmp_path.iterdir()) == [tmp_path / "a.wav"]


def test_a_full_disk_is_explained_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class FullDisk(io.FileIO):
        def write(self, _: object) -> int:
            raise OSError(28, "No space left on device")

    def open_on_full_disk(path: Path, mode: str) -> FullDisk:  # a class would not bind the path
        return FullDisk(path, mode)

    monkeypatch.setattr(Path, "open", open_on_full_disk)
    with pytest.raises(InputError, match="No space left"):
        audio.save_wav(tmp_path / "a.wav", noise(10), RATE)
    assert list(tmp_path.iterdir()) == []


def test_a_wav_beyond_4_gib_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audio, "_LARGEST_WAV_BYTES", 58 + 4 * 100)
    audio.save_wav(tmp_path / "fits.wav", noise(100), RATE)
    with pytest.raises(InputError, match="4 GiB"):
        audio.save_wav(tmp_path / "too_long.wav", noise(101), RATE)


@pytest.mark.parametrize("value", [math.nan, math.inf, 1e39])
def test_writing_what_is_no_number_is_a_programming_error(tmp_path: Path, value: float) -> None:
    with pytest.raises(ValueError, match="finite"):
        audio.save_wav(tmp_path / "a.wav", np.array([0.0, value]), RATE)
    with pytest.raises(ValueError, match="finite"):
        audio.encode(np.array([0.0, value]), RATE)
    assert list(tmp_path.iterdir()) == []


# Encoding and levels


@pytest.mark.parametrize(
    ("kind", "subtype", "tolerance"),
    [
        ("wav", None, 0.0),
        ("wav", "PCM_16", 2**-16),
        ("wav", "PCM_24", 2**-24),
        ("flac", None, 2**-24),
        ("flac", "PCM_16", 2**-16),
    ],
)
def test_encoded_bytes_decode_to_the_waveform_times_the_gain(
    kind: str, subtype: str | None, tolerance: float
) -> None:
    quiet = 0.01 * noise(1000)
    data = audio.encode(quiet, RATE, gain=3.0, format=kind, subtype=subtype)  # type: ignore[arg-type]
    decoded = audio.load(io.BytesIO(data))
    np.testing.assert_allclose(decoded, quiet * np.float32(3), rtol=0, atol=tolerance)


@pytest.mark.parametrize(("kind", "subtype"), [("wav", "PCM_16"), ("flac", "PCM_24")])
def test_pcm_clips_at_full_scale_and_never_wraps(kind: str, subtype: str) -> None:
    data = audio.encode(np.array([-1e9, -1.0, 1.0, 1e9]), RATE, format=kind, subtype=subtype)  # type: ignore[arg-type]
    highest = 1 - 2.0 ** (1 - int(subtype[-2:]))
    assert audio.load(io.BytesIO(data)).tolist() == [-1.0, -1.0, highest, highest]


def test_float_keeps_what_lies_beyond_full_scale() -> None:
    data = audio.encode(np.array([-3.0, 5.0]), RATE)
    assert audio.load(io.BytesIO(data)).tolist() == [-3.0, 5.0]


def test_pcm_16_of_a_pcm_16_file_is_exact() -> None:
    values = np.arange(-(2**15), 2**15, 7) / 2.0**15
    data = audio.encode(values, RATE, format="wav", subtype="PCM_16")
    np.testing.assert_array_equal(audio.load(io.BytesIO(data)), values)


@pytest.mark.parametrize(("kind", "subtype"), [("mp3", None), ("flac", "FLOAT"), ("wav", "PCM_8")])
def test_an_unknown_format_is_a_programming_error(kind: str, subtype: str | None) -> None:
    with pytest.raises((ValueError, TypeError), match=r"format|subtype|kind"):
        audio.encode(noise(10), RATE, format=kind, subtype=subtype)  # type: ignore[arg-type]


def test_levels_of_a_sine_are_its_amplitude_and_that_over_the_root_of_two() -> None:
    sine = tone(1.0, RATE, level=0.5)
    assert audio.peak_level(sine) == 0.5
    assert audio.rms_level(sine) == pytest.approx(0.5 / math.sqrt(2), rel=1e-6)


def test_levels_of_silence_and_of_nothing_are_zero() -> None:
    for waveform in (np.zeros(10, np.float32), np.zeros(0, np.float32)):
        assert audio.rms_level(waveform) == audio.peak_level(waveform) == 0.0


def test_the_level_of_an_hour_at_full_scale_does_not_drift() -> None:
    assert audio.rms_level(np.full(3600 * 1000, 0.1, np.float32)) == pytest.approx(0.1, rel=1e-6)
