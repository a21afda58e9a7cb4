"""Features against librosa and NumPy, the STFT pair, and the mel mask to linear map."""

import librosa
import numpy as np
import pytest
import torch

from sedtf_core import features
from sedtf_core.config import FeatureConfig


def noise(samples: int, seed: int = 0) -> torch.Tensor:
    return torch.from_numpy(np.random.default_rng(seed).normal(0, 0.1, samples).astype(np.float32))


def naive_log_mel(waveform: np.ndarray) -> np.ndarray:
    """The definition, frame by frame in double precision, with librosa's filterbank."""
    window = np.hamming(2048)
    bank = librosa.filters.mel(
        sr=32000, n_fft=2048, n_mels=64, fmin=50, fmax=16000, dtype=np.float64
    )
    rows = []
    for start in range(0, len(waveform) - 2047, 1024):
        spectrum = np.fft.rfft(waveform[start : start + 2048].astype(np.float64) * window)
        rows.append(np.log(bank @ (np.abs(spectrum) / np.sqrt((window**2).sum())) + 1e-8))
    return np.stack(rows)


def test_log_mel_equals_an_independent_computation() -> None:
    waveform = noise(32000)
    computed = features.log_mel(waveform).numpy()
    np.testing.assert_allclose(computed, naive_log_mel(waveform.numpy()), rtol=1e-5)


def test_filterbank_equals_librosas() -> None:
    expected = librosa.filters.mel(sr=32000, n_fft=2048, n_mels=64, fmin=50, fmax=16000)
    np.testing.assert_allclose(features.mel_filterbank().numpy(), expected, rtol=1e-5, atol=1e-9)


def test_ten_seconds_have_311_frames_of_64_bands() -> None:
    assert features.log_mel(noise(320_000)).shape == (311, 64)
    assert features.frame_count(320_000) == 311


@pytest.mark.parametrize(
    ("samples", "frames"), [(1, 1), (2047, 1), (2048, 1), (3071, 1), (3072, 2)]
)
def test_any_length_gives_the_frames_that_fit_and_one_at_least(samples: int, frames: int) -> None:
    assert features.frame_count(samples) == frames
    assert features.log_mel(noise(samples)).shape == (frames, 64)


def test_a_clip_shorter_than_a_window_is_padded_with_zeros() -> None:
    short = noise(500)
    padded = torch.nn.functional.pad(short, (0, 1548))
    torch.testing.assert_close(features.log_mel(short), features.log_mel(padded))


def test_a_batch_equals_its_clips_one_by_one() -> None:
    clips = torch.stack([noise(5000, seed) for seed in range(3)])
    together = features.log_mel(clips)
    for clip, expected in zip(clips, together, strict=True):
        torch.testing.assert_close(features.log_mel(clip), expected, rtol=1e-5, atol=1e-5)


def test_silence_lies_at_the_log_of_the_offset() -> None:
    silent = features.log_mel(torch.zeros(4096))
    torch.testing.assert_close(silent, torch.full((3, 64), float(np.log(1e-8))))


def test_no_sample_is_an_error() -> None:
    with pytest.raises(ValueError, match="no samples"):
        features.log_mel(torch.zeros(0))


def test_magnitude_of_white_noise_is_its_level_in_every_window() -> None:
    for n_fft in (1024, 4096):
        config = FeatureConfig(n_fft=n_fft, hop_length=n_fft // 2)
        power = features.magnitude(noise(320_000), config).square().mean().sqrt()
        assert float(power) == pytest.approx(0.1, rel=0.02)


@pytest.mark.parametrize("samples", [1, 100, 1024, 2047, 2048, 2049, 32000, 77_777])
def test_padded_stft_and_its_inverse_return_the_waveform_edges_included(samples: int) -> None:
    waveform = noise(samples)
    restored = features.inverse_padded_stft(features.padded_stft(waveform), samples)
    assert restored.shape == waveform.shape
    assert float((restored - waveform).abs().max()) < 1e-5


def test_padded_frame_one_is_frame_zero_of_the_features() -> None:
    waveform = noise(20_000)
    plain, padded = features.stft(waveform), features.padded_stft(waveform)
    torch.testing.assert_close(padded[1 : 1 + len(plain)], plain)


def test_mel_to_linear_keeps_a_constant_mask_and_covers_every_bin() -> None:
    weights = features.mel_to_linear()
    assert weights.shape == (1025, 64)
    torch.testing.assert_close(weights.sum(dim=1), torch.ones(1025))


def test_bins_under_50_hz_take_the_lowest_band_not_zero() -> None:
    mask = torch.zeros(64)
    mask[0] = 1.0
    linear = features.mel_to_linear() @ mask
    assert float(linear[:4].min()) == 1.0
    assert float(linear[100:].max()) == 0.0


def test_mel_scale_and_its_inverse_agree() -> None:
    hz = torch.linspace(0, 16_000, 200, dtype=torch.float64)
    torch.testing.assert_close(features.mel_to_hz(features.hz_to_mel(hz)), hz)


def test_overlap_add_equals_a_loop() -> None:
    frames = torch.rand(2, 5, 8)
    expected = torch.zeros(2, 4 * 3 + 8)
    for index in range(5):
        expected[:, index * 3 : index * 3 + 8] += frames[:, index]
    torch.testing.assert_close(features.overlap_add(frames, 3), expected)
