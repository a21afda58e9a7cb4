"""Analysis of clips of any length: chunked equals whole, sections, silence."""

from collections.abc import Iterator

import numpy as np
import pytest
import torch

from sedtf_core.checkpoints import Checkpoint, Metadata
from sedtf_core.config import DetectionConfig, FeatureConfig, ModelConfig
from sedtf_core.errors import InputError
from sedtf_core.features import log_mel
from sedtf_core.inference import Analyser, SectionPooler, stream_log_mel, windows
from sedtf_core.models import SYSTEMS, build_model
from sedtf_core.pooling import global_average_pool

LABELS = ("Bark", "Cello", "Oboe")


def checkpoint(system: str = "gwrp") -> Checkpoint:
    """A small network whose masks vary over the clip."""
    torch.manual_seed(0)
    config = ModelConfig(system, n_classes=3, channels=(4, 8))
    model = build_model(config).eval()
    model.normalise.set_statistics(torch.full((64,), -6.0), torch.ones(64))
    return Checkpoint(system, model, Metadata(config, FeatureConfig(), LABELS))


def noise(seconds: float, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return rng.normal(0, 0.1, round(seconds * 32_000)).astype(np.float32)


def blocks(waveform: np.ndarray, size: int) -> Iterator[np.ndarray]:
    for start in range(0, len(waveform), size):
        yield waveform[start : start + size]


@pytest.mark.parametrize("size", [1000, 1024, 5000, 100_000])
def test_features_of_blocks_are_those_of_the_whole(size: int) -> None:
    waveform = noise(1.7)
    streamed = torch.cat(list(stream_log_mel(blocks(waveform, size), FeatureConfig())))
    torch.testing.assert_close(streamed, log_mel(torch.from_numpy(waveform)), atol=1e-4, rtol=1e-5)


@pytest.mark.parametrize("frames", [1, 5, 10, 11, 29, 30, 31, 100])
@pytest.mark.parametrize(("size", "context"), [(10, 0), (10, 3), (10, 12)])
def test_windows_cover_every_frame_once_with_context(frames: int, size: int, context: int) -> None:
    features = torch.arange(frames, dtype=torch.float32)[:, None].expand(-1, 2)
    seen = []
    for window in windows(iter(features.split(7)), size, context):
        inside = window.features[window.lead : window.lead + window.size, 0]
        assert int(inside[0]) == window.start
        assert window.lead == min(context, window.start)
        after = len(window.features) - window.lead - window.size
        assert after == min(context, frames - window.start - window.size)
        seen += inside.tolist()
    assert seen == list(range(frames))


def test_a_recording_no_longer_than_a_section_is_one_window() -> None:
    features = torch.zeros(30, 2)
    assert len(list(windows(iter(features.split(4)), 10, 5, whole_below=30))) == 1
    assert len(list(windows(iter(features.split(4)), 10, 5, whole_below=29))) == 3


@pytest.mark.parametrize("chunk_frames", [16, 100, 101])
def test_masks_in_chunks_equal_masks_of_the_whole(chunk_frames: int) -> None:
    waveform = noise(11.3)
    whole = Analyser(checkpoint())(waveform)
    chunked = Analyser(checkpoint(), chunk_frames=chunk_frames)
    masks: list[np.ndarray] = []
    analysis = chunked.stream(blocks(waveform, 12_345), masks.append)
    assert whole.masks is not None
    np.testing.assert_allclose(np.concatenate(masks, axis=1), whole.masks, atol=1e-5)
    np.testing.assert_allclose(analysis.frame_scores, whole.frame_scores, atol=1e-5)
    np.testing.assert_allclose(analysis.clip_probs, whole.clip_probs, atol=1e-5)


@pytest.mark.parametrize("system", SYSTEMS)
@pytest.mark.parametrize("seconds", [0.0001, 0.05, 1.0, 10.0, 23.0])
def test_every_system_analyses_any_length(system: str, seconds: float) -> None:
    waveform = noise(max(seconds, 1 / 32_000))
    analysis = Analyser(checkpoint(system))(waveform)
    frames = len(log_mel(torch.from_numpy(waveform)))
    assert analysis.frame_scores.shape == (3, frames)
    assert analysis.clip_probs.shape == (3,)
    assert np.isfinite(analysis.frame_scores).all()
    assert (analysis.masks is not None) == (system in ("gmp", "gap", "gwrp"))
    assert analysis.duration_s == pytest.approx(len(waveform) / 32_000)


@pytest.mark.parametrize("system", SYSTEMS)
def test_ten_seconds_have_the_clip_probabilities_of_the_network_itself(system: str) -> None:
    waveform = noise(10.0)
    with torch.inference_mode():
        expected = checkpoint(system).model(log_mel(torch.from_numpy(waveform))[None]).clip_probs[0]
    analysis = Analyser(checkpoint(system))(waveform)
    np.testing.assert_allclose(analysis.clip_probs, expected.numpy(), atol=1e-5)


def test_sections_overlap_by_half_and_the_last_ends_with_the_recording() -> None:
    masks = torch.rand(2, 47, 4)
    pooler = SectionPooler(global_average_pool, 20)
    sections = [section for block in masks.split(9, dim=1) for section in pooler.push(block)]
    sections += pooler.finish()
    assert [(s.start, s.stop) for s in sections] == [(0, 20), (10, 30), (20, 40), (27, 47)]
    for section in sections:
        expected = global_average_pool(masks[:, section.start : section.stop])
        np.testing.assert_allclose(section.probs, expected.numpy(), rtol=1e-6)


def test_a_long_recording_is_as_likely_as_its_likeliest_section() -> None:
    quiet, loud = noise(20.0) * 0.01, noise(10.0)
    whole = np.concatenate([quiet, loud, quiet])
    analyser = Analyser(checkpoint("gap"))
    assert (analyser(whole).clip_probs >= analyser(loud).clip_probs - 0.02).all()


@pytest.mark.parametrize("system", ["gap", "dnn"])
@pytest.mark.parametrize("threshold", [0.02, 0.3, 0.5, 0.7])
def test_another_tagging_threshold_needs_no_other_run(system: str, threshold: float) -> None:
    waveform = np.concatenate([noise(15.0) * 0.01, noise(9.0), noise(15.0) * 0.1])
    other = DetectionConfig(tagging_threshold=threshold, high_threshold=0.3, low_threshold=0.2)
    moved = Analyser(checkpoint(system))(waveform).at(other)
    anew = Analyser(checkpoint(system), other)(waveform)
    np.testing.assert_array_equal(moved.detected, anew.detected)
    assert moved.events == anew.events
    assert moved.detection == other


@pytest.mark.parametrize("section_s", [3.3, 7.0, 10.0])
def test_a_section_is_as_long_as_a_clip_of_its_seconds(section_s: float) -> None:
    analyser = Analyser(checkpoint("gap"), DetectionConfig(section_s=section_s))
    first = analyser(noise(2 * section_s)).sections[0]
    clip = analyser(noise(section_s))
    assert (first.start, first.stop) == (0, clip.frame_scores.shape[1])
    assert len(clip.sections) == 1


def test_a_frame_is_as_likely_as_the_likeliest_section_over_it() -> None:
    analysis = Analyser(checkpoint("gap"))(noise(30.0))
    assert len(analysis.sections) > 2
    frame = 200
    over = [s.probs for s in analysis.sections if s.start <= frame < s.stop]
    np.testing.assert_array_equal(analysis.frame_probs()[:, frame], np.max(over, axis=0))


@pytest.mark.parametrize("system", SYSTEMS)
def test_silence_has_no_event_whatever_the_network_says(system: str) -> None:
    everything = DetectionConfig(tagging_threshold=1e-6, high_threshold=1e-6, low_threshold=1e-6)
    analysis = Analyser(checkpoint(system), everything)(np.zeros(320_000, dtype=np.float32))
    assert analysis.events == ()
    assert analysis.detected_labels() == ()
    assert not analysis.frame_scores.any()


def test_events_are_found_only_where_a_section_passes() -> None:
    never = DetectionConfig(tagging_threshold=1.0, high_threshold=0.0, low_threshold=0.0)
    assert Analyser(checkpoint(), never)(noise(10.0)).events == ()


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_samples_that_are_not_finite_are_refused(value: float) -> None:
    waveform = noise(1.0)
    waveform[100] = value
    with pytest.raises(InputError, match="not finite"):
        Analyser(checkpoint())(waveform)


def test_no_sample_is_refused() -> None:
    with pytest.raises(InputError, match="no samples"):
        Analyser(checkpoint())(np.zeros(0, dtype=np.float32))


def test_progress_ends_at_the_length_of_the_recording() -> None:
    seen: list[float] = []
    Analyser(checkpoint(), chunk_frames=64).stream([noise(10.0)], progress=seen.append)
    assert seen == sorted(seen)
    assert seen[-1] == pytest.approx(311 * 0.032)
