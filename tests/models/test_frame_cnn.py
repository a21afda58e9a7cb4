"""The FrameCNN baseline: what it returns, how far it sees, and its size."""

import pytest
import torch

from sedtf_core.config import ModelConfig
from sedtf_core.models.frame_cnn import FrameCnn

NARROW = ModelConfig(system="framecnn", n_classes=3, channels=(4, 8, 8, 8))


@pytest.fixture
def model() -> FrameCnn:
    torch.manual_seed(0)
    return FrameCnn(NARROW).eval()


def parameter_count(model: torch.nn.Module) -> int:
    return sum(parameter.numel() for parameter in model.parameters())


@pytest.mark.parametrize("frames", [1, 7, 64, 311, 500])
def test_every_frame_of_a_clip_of_any_length_has_a_score(model: FrameCnn, frames: int) -> None:
    clip_probs, frame_scores, segmentation_masks = model(torch.randn(2, frames, 64))
    assert clip_probs.shape == (2, 3)
    assert frame_scores.shape == (2, 3, frames)
    assert segmentation_masks is None


@pytest.mark.parametrize("n_mels", [1, 40, 128])
def test_any_number_of_mel_bands_works(n_mels: int) -> None:
    config = ModelConfig(system="framecnn", n_classes=3, n_mels=n_mels, channels=(4, 4, 4, 4))
    assert FrameCnn(config).eval()(torch.randn(1, 9, n_mels)).frame_scores.shape == (1, 3, 9)


@pytest.mark.parametrize("level", [0.0, 1.0, 1e4])
def test_probabilities_are_float32_in_0_to_1_even_under_mixed_precision(
    model: FrameCnn, level: float
) -> None:
    with torch.autocast("cpu", dtype=torch.bfloat16):
        output = model(level * torch.randn(4, 50, 64))
    for probabilities in output[:2]:
        assert probabilities.dtype == torch.float32
        assert probabilities.min() >= 0 and probabilities.max() <= 1


def test_the_clip_probability_is_the_mean_of_the_frame_scores(model: FrameCnn) -> None:
    clip_probs, frame_scores, _ = model(torch.randn(2, 40, 64))
    torch.testing.assert_close(clip_probs, frame_scores.sum(dim=-1) / 40)


def test_the_loss_teaches_every_parameter(model: FrameCnn) -> None:
    model.train()(torch.randn(4, 20, 64)).clip_probs.sum().backward()
    for name, parameter in model.named_parameters():
        assert parameter.grad is not None and parameter.grad.abs().sum() > 0, name


def test_a_clip_is_judged_alike_alone_and_in_a_batch(model: FrameCnn) -> None:
    clips = torch.randn(3, 20, 64)
    torch.testing.assert_close(model(clips).frame_scores[1:2], model(clips[1:2]).frame_scores)


@pytest.mark.parametrize("direction", [-1, 1])
@pytest.mark.parametrize("blocks", [2, 4])
def test_a_frame_depends_on_two_frames_a_block_either_side_and_no_further(
    blocks: int, direction: int
) -> None:
    model = FrameCnn(ModelConfig(system="framecnn", n_classes=3, channels=(4,) * blocks)).eval()
    assert model.context_frames == 2 * blocks
    for parameter in model.parameters():
        parameter.data.abs_()  # Without negative weights no rectifier can hide a dependence.
    quiet = torch.zeros(1, 31, 64)
    for distance, depends in [(2 * blocks, True), (2 * blocks + 1, False)]:
        click = quiet.clone()
        click[:, 15 + direction * distance] = 100
        changed = model(click).frame_scores[..., 15] != model(quiet).frame_scores[..., 15]
        assert changed.all() if depends else not changed.any()


def test_a_chunk_with_its_context_scores_as_the_whole_recording(model: FrameCnn) -> None:
    recording = torch.randn(1, 200, 64)
    start, stop, context = 77, 130, model.context_frames
    chunk = model(recording[:, start - context : stop + context]).frame_scores
    whole = model(recording).frame_scores
    torch.testing.assert_close(chunk[..., context:-context], whole[..., start:stop])


def test_it_takes_raw_features_and_normalises_them_itself(model: FrameCnn) -> None:
    clip = torch.randn(1, 20, 64)
    expected = model(clip).clip_probs
    model.normalise.set_statistics(torch.full((64,), -5.0), torch.full((64,), 2.0))
    torch.testing.assert_close(model(2 * clip - 5).clip_probs, expected, rtol=1e-4, atol=1e-5)


def test_fresh_scores_lie_near_the_base_rate(model: FrameCnn) -> None:
    assert model(torch.zeros(1, 20, 64)).clip_probs.mean().item() == pytest.approx(0.12, abs=0.05)


@pytest.mark.parametrize(
    "channels, count", [((32, 64, 128, 128), 587_593), ((16, 32, 64, 64), 148_665)]
)
def test_the_number_of_parameters_is_golden(channels: tuple[int, ...], count: int) -> None:
    model = FrameCnn(ModelConfig(system="framecnn", n_classes=41, channels=channels))
    assert parameter_count(model) == count
