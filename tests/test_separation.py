"""Separation against a loop in NumPy, what it must leave as it is, the stream, and the ideal masks."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from sedtf_core.config import FeatureConfig
from sedtf_core.features import frame_count, log_mel, mel_centres_hz, mel_to_linear
from sedtf_core.separation import (
    SeparatedBlock,
    StreamSeparator,
    background,
    ideal_binary_mask,
    ideal_ratio_masks,
    linear_ideal_ratio_masks,
    separate,
    separate_by_linear_masks,
)

RATE = 32_000
LENGTHS = [1, 100, 1023, 1024, 1025, 2047, 2048, 2049, 3071, 3072, 5000, 33_333]
# Small, so that streams of many frames are short; four frames over each sample.
PAPER = FeatureConfig()
# Short windows, so that short streams have many frames; 4, 2 and 1 frames over each sample.
SMALL = FeatureConfig(1000, n_fft=32, hop_length=8, n_mels=4, low_hz=0.0, high_hz=500.0)
HALF = replace(SMALL, hop_length=16)
TOUCHING = replace(SMALL, hop_length=32)


def noise(samples: int, seed: int = 0) -> torch.Tensor:
    return torch.from_numpy(np.random.default_rng(seed).normal(0, 0.1, samples).astype(np.float32))


def tone(hz: float, samples: int, level: float = 0.2) -> torch.Tensor:
    return level * torch.sin(2 * torch.pi * hz * torch.arange(samples) / RATE)


def random_masks(
    classes: int, samples: int, config: FeatureConfig = PAPER, seed: int = 1
) -> torch.Tensor:
    shape = (classes, frame_count(samples, config), config.n_mels)
    return torch.from_numpy(np.random.default_rng(seed).random(shape, dtype=np.float32))


def error(estimate: torch.Tensor, reference: torch.Tensor) -> float:
    assert estimate.shape == reference.shape
    return float((estimate - reference).abs().max())


def si_sdr_db(estimate: torch.Tensor, reference: torch.Tensor) -> float:
    target = reference * (estimate @ reference) / (reference @ reference)
    return float(10 * torch.log10(target.square().sum() / (estimate - target).square().sum()))


def naive_separation(waveform: np.ndarray, mask: np.ndarray, config: FeatureConfig) -> np.ndarray:
    """One frame at a time in double precision; the edge frames take the nearest frame's mask."""
    n_fft, hop, samples = config.n_fft, config.hop_length, len(waveform)
    window = np.hamming(n_fft)
    weights = mel_to_linear(config).double().numpy()
    total, weight = np.zeros(samples), np.zeros(samples)
    for frame in range(1 - n_fft // hop, -(-samples // hop)):
        place = frame * hop + np.arange(n_fft)
        inside = (place >= 0) & (place < samples)
        heard = np.where(inside, waveform[place.clip(0, samples - 1)], 0) * window
        gain = weights @ mask[min(max(frame, 0), len(mask) - 1)]
        masked = np.fft.irfft(np.fft.rfft(heard) * gain, n_fft) * window
        total[place[inside]] += masked[inside]
        weight[place[inside]] += window[inside] ** 2
    return total / weight


# --- Masks on a waveform ---


@pytest.mark.parametrize("samples", LENGTHS)
def test_a_mask_of_ones_returns_the_mixture_edges_included(samples: int) -> None:
    mixture = noise(samples)
    (estimate,) = separate(mixture, torch.ones(1, frame_count(samples), 64))
    assert error(estimate, mixture) < 1e-5


@pytest.mark.parametrize("samples", LENGTHS)
def test_separation_equals_a_loop_over_frames(samples: int) -> None:
    mixture, masks = noise(samples), random_masks(2, samples)
    for estimate, mask in zip(separate(mixture, masks), masks, strict=True):
        expected = naive_separation(
            mixture.double().numpy(), mask.double().numpy(), FeatureConfig()
        )
        assert error(estimate, torch.from_numpy(expected)) < 1e-5


@pytest.mark.parametrize("config", [SMALL, HALF, TOUCHING])
@pytest.mark.parametrize("samples", [1, 31, 32, 33, 500, 501])
def test_any_hop_that_divides_the_window_will_do(config: FeatureConfig, samples: int) -> None:
    mixture, masks = noise(samples), random_masks(1, samples, config)
    expected = naive_separation(mixture.double().numpy(), masks[0].double().numpy(), config)
    assert error(separate(mixture, masks, config)[0], torch.from_numpy(expected)) < 1e-5


@given(st.integers(1, 9000), st.integers(0, 4), st.integers(0, 1000))
@settings(max_examples=25, deadline=None)
def test_estimates_and_background_add_up_to_the_mixture(
    samples: int, classes: int, seed: int
) -> None:
    mixture = noise(samples, seed)
    estimates = separate(mixture, random_masks(classes, samples, seed=seed))
    assert estimates.shape == (classes, samples)
    assert error(estimates.sum(dim=0) + background(mixture, estimates), mixture) < 1e-4


def test_masks_that_sum_to_one_rebuild_the_mixture() -> None:
    mixture, masks = noise(20_000), random_masks(3, 20_000)
    estimates = separate(mixture, masks / masks.sum(dim=0))
    assert error(estimates.sum(dim=0), mixture) < 1e-5
    assert float(background(mixture, estimates).abs().max()) < 1e-5


def test_half_a_mask_halves_the_mixture_because_its_phase_stays() -> None:
    mixture = noise(20_000)
    (estimate,) = separate(mixture, torch.full((1, frame_count(20_000), 64), 0.5))
    assert error(estimate, mixture / 2) < 1e-5


@pytest.mark.parametrize(("first", "stop"), [(0, 1), (3, 6), (18, 19)])
def test_a_lit_frame_lets_through_the_samples_it_covers_and_no_other(first: int, stop: int) -> None:
    """The end of 20 000 samples lies beyond the last of 18 whole frames, and takes its mask."""
    samples = 18 * 1024 + 2048 + 100
    masks = torch.zeros(1, 19, 64)
    masks[0, first:stop] = 1.0
    (estimate,) = separate(noise(samples), masks)
    end = samples if stop == 19 else (stop - 1) * 1024 + 2048
    assert float(estimate[: first * 1024].abs().sum()) == pytest.approx(0, abs=1e-3)
    assert float(estimate[end:].abs().sum()) == pytest.approx(0, abs=1e-3)
    assert float(estimate[first * 1024 : end].square().mean().sqrt()) > 0.05
    if first == 0:
        assert error(estimate[:1024], noise(samples)[:1024]) < 1e-5
    if stop == 19:
        assert error(estimate[-1000:], noise(samples)[-1000:]) < 1e-5


def test_a_lit_band_lets_through_its_tone_and_not_one_far_away() -> None:
    band, samples = 30, RATE
    near, far = tone(float(mel_centres_hz()[band]), samples), tone(6000, samples)
    masks = torch.zeros(1, frame_count(samples), 64)
    masks[:, :, band - 1 : band + 2] = 1.0
    (estimate,) = separate(near + far, masks)
    assert si_sdr_db(estimate, near) > 20


def test_sound_under_the_lowest_band_is_kept_with_that_band() -> None:
    samples = RATE
    masks = torch.zeros(1, frame_count(samples), 64)
    masks[:, :, 0] = 1.0
    low = tone(20, samples)
    assert si_sdr_db(separate(low, masks)[0], low) > 20


def test_a_mel_mask_is_its_linear_mask() -> None:
    mixture, masks = noise(9000), random_masks(2, 9000)
    linear = masks @ mel_to_linear().T
    assert error(separate_by_linear_masks(mixture, linear), separate(mixture, masks)) < 1e-6


def test_arrays_tensors_half_precision_and_mapped_files_give_the_same(tmp_path: Path) -> None:
    mixture, masks = noise(9000), random_masks(2, 9000).half()
    expected = separate(mixture, masks.float())
    np.save(tmp_path / "masks.npy", masks.numpy())
    mapped = np.load(tmp_path / "masks.npy", mmap_mode="r")
    assert error(separate(mixture.numpy(), mapped), expected) == 0
    assert error(separate(mixture.double().numpy()[::-1][::-1], masks), expected) == 0
    assert separate(mixture, masks).dtype == torch.float32


def test_inputs_are_not_changed() -> None:
    mixture, masks = noise(9000).numpy(), random_masks(2, 9000).numpy()
    before = mixture.copy(), masks.copy()
    background(mixture, separate(mixture, masks))
    np.testing.assert_array_equal(mixture, before[0])
    np.testing.assert_array_equal(masks, before[1])


def test_masks_of_another_length_are_an_error() -> None:
    with pytest.raises(ValueError, match="9000 samples have 7 frames, got masks of 8"):
        separate(noise(9000), torch.ones(1, 8, 64))


def test_no_sample_is_an_error() -> None:
    with pytest.raises(ValueError, match="no samples"):
        separate(torch.zeros(0), torch.ones(1, 1, 64))


def test_a_hop_that_does_not_divide_the_window_is_an_error() -> None:
    config = FeatureConfig(hop_length=1000)
    with pytest.raises(ValueError, match="must divide n_fft, got 1000 with n_fft 2048"):
        separate(noise(2048), torch.ones(1, 1, 64), config)
    with pytest.raises(ValueError, match="must divide"):
        StreamSeparator(config)


# --- Streams ---


def stream(
    mixture: torch.Tensor,
    masks: torch.Tensor,
    config: FeatureConfig,
    sample_blocks: Sequence[int],
    frame_blocks: Sequence[int],
) -> list[SeparatedBlock]:
    """Feed both in blocks of these sizes, over and over; the one that ends first goes on empty."""
    separator = StreamSeparator(config)
    blocks, sample, frame, turn = [], 0, 0, 0
    while sample < len(mixture) or frame < masks.shape[1]:
        next_sample = sample + sample_blocks[turn % len(sample_blocks)]
        next_frame = frame + frame_blocks[turn % len(frame_blocks)]
        blocks.append(separator.push(mixture[sample:next_sample], masks[:, frame:next_frame]))
        sample, frame, turn = next_sample, next_frame, turn + 1
    return [*blocks, separator.finish()]


@given(
    config=st.sampled_from([SMALL, HALF, TOUCHING]),
    samples=st.integers(1, 700),
    classes=st.integers(0, 2),
    sample_blocks=st.lists(st.integers(0, 90), min_size=1, max_size=4).filter(any),
    frame_blocks=st.lists(st.integers(0, 9), min_size=1, max_size=4).filter(any),
)
@settings(max_examples=80, deadline=None)
def test_a_stream_equals_the_whole_whatever_the_blocks(
    config: FeatureConfig,
    samples: int,
    classes: int,
    sample_blocks: list[int],
    frame_blocks: list[int],
) -> None:
    mixture, masks = noise(samples), random_masks(classes, samples, config)
    blocks = stream(mixture, masks, config, sample_blocks, frame_blocks)
    joined = torch.cat([block.estimates for block in blocks], dim=1)
    assert torch.equal(torch.cat([block.mixture for block in blocks]), mixture)
    whole = separate(mixture, masks, config)
    assert joined.shape == whole.shape
    torch.testing.assert_close(joined, whole, atol=1e-5, rtol=0)


@pytest.mark.parametrize(
    ("sample_blocks", "frame_blocks"),
    [([777], [1]), ([4801, 0, 13], [5]), ([32_000], [3, 60]), ([100_000], [200]), ([1024], [1])],
)
def test_a_stream_equals_the_whole_at_the_papers_settings(
    sample_blocks: list[int], frame_blocks: list[int]
) -> None:
    mixture, masks = noise(77_777), random_masks(3, 77_777)
    blocks = stream(mixture, masks, PAPER, sample_blocks, frame_blocks)
    joined = torch.cat([block.estimates for block in blocks], dim=1)
    assert error(joined, separate(mixture, masks)) < 1e-5


def test_a_stream_holds_no_more_than_a_window_and_a_hop() -> None:
    separator = StreamSeparator(SMALL)
    pushed = returned = 0
    for turn in range(200):
        block = separator.push(noise(80, turn), random_masks(1, 80 + 24, SMALL, turn)[:, :10])
        pushed, returned = pushed + 80, returned + len(block.mixture)
        assert pushed - returned < 32
        assert separator._waveform is not None
        assert separator._masks is not None
        assert separator._waveform.shape[0] < 2 * 32 + 80
        assert separator._masks.shape[1] <= 10 + 2 * 4


def test_what_a_caller_does_to_its_blocks_does_not_change_the_next() -> None:
    mixture, masks = noise(400), random_masks(1, 400, SMALL)
    separator = StreamSeparator(SMALL)
    estimates = []
    for start in range(0, 400, 100):
        samples = mixture[start : start + 100].clone()
        frames = masks if start == 0 else masks[:, :0]
        block = separator.push(samples, frames)
        estimates.append(block.estimates.clone())
        for used in (samples, *block):
            used.fill_(9.0)
    estimates.append(separator.finish().estimates)
    assert error(torch.cat(estimates, dim=1), separate(mixture, masks, SMALL)) < 1e-5


def test_a_stream_without_samples_or_with_too_few_masks_is_an_error() -> None:
    with pytest.raises(ValueError, match="no samples"):
        StreamSeparator(SMALL).finish()
    separator = StreamSeparator(SMALL)
    separator.push(noise(100), torch.ones(1, 8, 4))
    with pytest.raises(ValueError, match="100 samples have 9 frames, got masks of 8"):
        separator.finish()


# --- Ideal masks ---


def bursts(seed: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Two sources, each a cluster of tones over one half, and a noisy scene."""
    rng, samples = np.random.default_rng(seed), RATE
    sources = torch.zeros(2, samples)
    for row, (low, high) in enumerate([(300, 900), (1500, 5000)]):
        start = row * samples // 3
        span = samples // 2
        for hz in rng.uniform(low, high, 3):
            sources[row, start : start + span] += tone(float(hz), span, 0.15)
    return sources, noise(samples, seed) * 0.5


@pytest.mark.parametrize("seed", range(5))
def test_ideal_masks_separate_better_than_random_ones_and_no_mask(seed: int) -> None:
    sources, scene = bursts(seed)
    mixture = sources.sum(dim=0) + scene
    linear = separate_by_linear_masks(mixture, linear_ideal_ratio_masks(sources, scene))
    ideal = separate(mixture, ideal_ratio_masks(sources, scene))
    random = random_masks(2, len(mixture), seed=seed)
    others = [separate(mixture, masks) for masks in (random, torch.ones_like(random))]
    for row, source in enumerate(sources):
        worst_ideal = min(si_sdr_db(ideal[row], source), si_sdr_db(linear[row], source))
        best_other = max(si_sdr_db(estimates[row], source) for estimates in others)
        assert worst_ideal > best_other + 3


@pytest.mark.parametrize("seed", range(3))
def test_ideal_ratio_masks_are_the_shares_of_the_mel_magnitudes(seed: int) -> None:
    sources, scene = bursts(seed)
    shares = torch.stack([log_mel(waveform).exp() for waveform in (*sources, scene)])
    masks = ideal_ratio_masks(sources, scene)
    torch.testing.assert_close(masks, shares[:2] / shares.sum(dim=0), atol=1e-4, rtol=0)


@pytest.mark.parametrize(
    ("ideal_masks", "bins"), [(ideal_ratio_masks, 64), (linear_ideal_ratio_masks, 1025)]
)
def test_ideal_ratio_masks_sum_to_one_with_that_of_the_scene(
    ideal_masks: Callable[..., torch.Tensor], bins: int
) -> None:
    signals = torch.stack([noise(9000, seed) for seed in range(3)])
    masks = torch.stack(
        [ideal_masks(signals[[k, (k + 1) % 3]], signals[(k + 2) % 3])[0] for k in range(3)]
    )
    assert masks.shape == (3, frame_count(9000), bins)
    assert float(masks.min()) >= 0
    torch.testing.assert_close(masks.sum(dim=0), torch.ones_like(masks[0]))


@pytest.mark.parametrize("ideal_masks", [ideal_ratio_masks, linear_ideal_ratio_masks])
def test_where_all_is_silent_the_ideal_mask_is_zero(
    ideal_masks: Callable[..., torch.Tensor],
) -> None:
    silence = torch.zeros(5000)
    assert not ideal_masks(silence[None], silence).any()
    alone = ideal_masks(noise(5000)[None], silence)
    torch.testing.assert_close(alone, torch.ones_like(alone))


def test_the_binary_mask_starts_five_decibels_under_the_scene() -> None:
    scene = noise(9000)
    active = np.ones(frame_count(9000), dtype=bool)
    for level_db, expected in [(-5.01, False), (-4.99, True)]:
        mask = ideal_binary_mask(scene * 10 ** (level_db / 20), scene, active)
        assert mask.shape == (frame_count(9000), 64)
        assert bool(mask.all()) is expected
        assert bool(mask.any()) is expected
    assert not ideal_binary_mask(scene, scene, active, margin_db=0.0).any()


def test_the_binary_mask_is_dark_where_the_event_is_not_active() -> None:
    scene = noise(9000)
    active = np.zeros(frame_count(9000), dtype=bool)
    active[2:4] = True
    mask = ideal_binary_mask(10 * scene, scene, active)
    np.testing.assert_array_equal(mask.any(dim=1).numpy(), active)
    assert torch.equal(mask, ideal_binary_mask(10 * scene, scene, torch.from_numpy(active)))


def test_a_silent_event_has_no_binary_mask_even_in_silence() -> None:
    silence = np.zeros(5000, np.float32)
    active = np.ones(frame_count(5000), dtype=bool)
    active.flags.writeable = False
    assert not ideal_binary_mask(silence, silence, active).any()


def test_activity_of_another_length_is_an_error() -> None:
    with pytest.raises(ValueError, match="9000 samples have 7 frames"):
        ideal_binary_mask(noise(9000), noise(9000), np.ones(1, dtype=bool))
