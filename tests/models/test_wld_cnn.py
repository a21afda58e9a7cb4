"""The WLD CNN baseline: segments, the frames they speak for, how far they see, and its size."""

import pytest
import torch

from sedtf_core.config import ModelConfig
from sedtf_core.models.wld_cnn import WldCnn

NARROW = ModelConfig(system="wldcnn", n_classes=3, channels=(4, 8, 8, 8))


@pytest.fixture
def model() -> WldCnn:
    torch.manual_seed(0)
    return WldCnn(NARROW).eval()


def parameter_count(model: torch.nn.Module) -> int:
    return sum(parameter.numel() for parameter in model.parameters())


@pytest.mark.parametrize("frames", [1, 7, 64, 65, 311, 500])
def test_every_frame_of_a_clip_of_any_length_has_a_score(model: WldCnn, frames: int) -> None:
    clip_probs, frame_scores, segmentation_masks = model(torch.randn(2, frames, 64))
    assert clip_probs.shape == (2, 3)
    assert frame_scores.shape == (2, 3, frames)
    assert segmentation_masks is None


@pytest.mark.parametrize("n_mels", [1, 40, 128])
def test_any_number_of_mel_bands_works(n_mels: int) -> None:
    config = ModelConfig(system="wldcnn", n_classes=3, n_mels=n_mels, channels=(4,))
    assert WldCnn(config).eval()(torch.randn(1, 130, n_mels)).frame_scores.shape == (1, 3, 130)


@pytest.mark.parametrize("level", [0.0, 1.0, 1e4])
def test_probabilities_are_float32_in_0_to_1_even_under_mixed_precision(
    model: WldCnn, level: float
) -> None:
    with torch.autocast("cpu", dtype=torch.bfloat16):
        output = model(level * torch.randn(4, 150, 64))
    for probabilities in output[:2]:
        assert probabilities.dtype == torch.float32
        assert probabilities.min() >= 0 and probabilities.max() <= 1


@pytest.mark.parametrize("frames, segments", [(1, 1), (64, 1), (128, 1), (129, 2), (311, 4)])
def test_segments_are_two_columns_of_64_frames_and_start_64_frames_apart(
    model: WldCnn, frames: int, segments: int
) -> None:
    assert model.segment_scores(torch.randn(1, frames, 64)).shape == (1, 3, segments)


@pytest.mark.parametrize("frames", [1, 64, 97, 311])
def test_the_clip_probability_is_the_maximum_over_segments_and_so_over_frames(
    model: WldCnn, frames: int
) -> None:
    log_mel = torch.randn(2, frames, 64)
    clip_probs, frame_scores, _ = model(log_mel)
    assert torch.equal(clip_probs, model.segment_scores(log_mel).amax(dim=-1))
    assert torch.equal(clip_probs, frame_scores.amax(dim=-1))


def test_a_frame_takes_the_score_of_the_segment_whose_middle_is_nearest(model: WldCnn) -> None:
    log_mel = torch.randn(1, 311, 64)
    segment_scores, frame_scores = model.segment_scores(log_mel), model(log_mel).frame_scores
    middles = [64 * (segment + 1) for segment in range(segment_scores.shape[-1])]
    for frame in range(311):
        distances = [abs(middle - (frame + 0.5)) for middle in middles]
        nearest = distances.index(min(distances))
        assert torch.equal(frame_scores[..., frame], segment_scores[..., nearest])


def test_the_loss_teaches_every_parameter(model: WldCnn) -> None:
    model.train()(torch.randn(4, 200, 64)).clip_probs.sum().backward()
    for name, parameter in model.named_parameters():
        assert parameter.grad is not None and parameter.grad.abs().sum() > 0, name


def test_a_clip_is_judged_alike_alone_and_in_a_batch(model: WldCnn) -> None:
    clips = torch.randn(3, 200, 64)
    torch.testing.assert_close(model(clips).frame_scores[1:2], model(clips[1:2]).frame_scores)


@pytest.mark.parametrize("frame, towards", [(0, 1), (447, -1)])
def test_the_first_and_last_frame_depend_on_context_frames_and_no_further(
    model: WldCnn, frame: int, towards: int
) -> None:
    for parameter in model.parameters():
        parameter.data.abs_()  # Without negative weights no rectifier can hide a dependence.
    quiet = torch.zeros(1, 448, 64)
    for distance, depends in [(model.context_frames, True), (model.context_frames + 1, False)]:
        click = quiet.clone()
        click[:, frame + towards * distance] = 1000
        changed = model(click).frame_scores[..., frame] != model(quiet).frame_scores[..., frame]
        assert changed.all() if depends else not changed.any()


def test_an_aligned_chunk_with_its_context_scores_as_the_whole_recording(model: WldCnn) -> None:
    recording = torch.randn(1, 900, 64)
    start, stop, context = 320, 500, 256
    assert start % model.frame_multiple == 0 and context % model.frame_multiple == 0
    assert context >= model.context_frames
    chunk = model(recording[:, start - context : stop + context]).frame_scores
    whole = model(recording).frame_scores
    torch.testing.assert_close(
        chunk[..., context : context + stop - start], whole[..., start:stop], rtol=1e-4, atol=1e-5
    )


def test_it_takes_raw_features_and_normalises_them_itself(model: WldCnn) -> None:
    clip = torch.randn(1, 150, 64)
    expected = model(clip).clip_probs
    model.normalise.set_statistics(torch.full((64,), -5.0), torch.full((64,), 2.0))
    torch.testing.assert_close(model(2 * clip - 5).clip_probs, expected, rtol=1e-4, atol=1e-5)


def test_fresh_scores_lie_near_the_base_rate(model: WldCnn) -> None:
    assert model(torch.zeros(1, 150, 64)).clip_probs.mean().item() == pytest.approx(0.12, abs=0.05)


@pytest.mark.parametrize("channels, count", [((32, 64, 128, 128), 4_501_369), ((16,), 1_137_169)])
def test_the_number_of_parameters_is_golden(channels: tuple[int, ...], count: int) -> None:
    model = WldCnn(ModelConfig(system="wldcnn", n_classes=41, channels=channels))
    assert parameter_count(model) == count
