"""The DNN baseline: what it returns, how far it sees, and its size."""

import pytest
import torch
from torch.nn.functional import linear

from sedtf_core.config import ModelConfig
from sedtf_core.models.dnn import Dnn

NARROW = ModelConfig(system="dnn", n_classes=3, channels=(4, 8, 8, 8))


@pytest.fixture
def model() -> Dnn:
    torch.manual_seed(0)
    return Dnn(NARROW).eval()


def parameter_count(model: torch.nn.Module) -> int:
    return sum(parameter.numel() for parameter in model.parameters())


@pytest.mark.parametrize("frames", [1, 7, 64, 311, 500])
def test_every_frame_of_a_clip_of_any_length_has_a_score(model: Dnn, frames: int) -> None:
    clip_probs, frame_scores, segmentation_masks = model(torch.randn(2, frames, 64))
    assert clip_probs.shape == (2, 3)
    assert frame_scores.shape == (2, 3, frames)
    assert segmentation_masks is None


@pytest.mark.parametrize("level", [0.0, 1.0, 1e4])
def test_probabilities_are_float32_in_0_to_1_even_under_mixed_precision(
    model: Dnn, level: float
) -> None:
    with torch.autocast("cpu", dtype=torch.bfloat16):
        output = model(level * torch.randn(4, 50, 64))
    for probabilities in output[:2]:
        assert probabilities.dtype == torch.float32
        assert probabilities.min() >= 0 and probabilities.max() <= 1


def test_the_clip_probability_is_the_mean_of_the_frame_scores(model: Dnn) -> None:
    clip_probs, frame_scores, _ = model(torch.randn(2, 40, 64))
    torch.testing.assert_close(clip_probs, frame_scores.sum(dim=-1) / 40)


def test_the_loss_teaches_every_parameter(model: Dnn) -> None:
    model.train()(torch.randn(4, 20, 64)).clip_probs.sum().backward()
    for name, parameter in model.named_parameters():
        assert parameter.grad is not None and parameter.grad.abs().sum() > 0, name


def test_a_clip_is_judged_alike_alone_and_in_a_batch(model: Dnn) -> None:
    clips = torch.randn(3, 20, 64)
    torch.testing.assert_close(model(clips).frame_scores[1:2], model(clips[1:2]).frame_scores)


@pytest.mark.parametrize("direction", [-1, 1])
def test_a_frame_depends_on_five_frames_either_side_and_no_further(
    model: Dnn, direction: int
) -> None:
    assert model.context_frames == 5
    for parameter in model.parameters():
        parameter.data.abs_()  # Without negative weights no rectifier can hide a dependence.
    quiet = torch.zeros(1, 31, 64)
    for distance, depends in [(5, True), (6, False)]:
        click = quiet.clone()
        click[:, 15 + direction * distance] = 10
        changed = model(click).frame_scores[..., 15] != model(quiet).frame_scores[..., 15]
        assert changed.all() if depends else not changed.any()


def test_a_frame_is_one_fully_connected_network_on_eleven_frames(model: Dnn) -> None:
    clip = torch.randn(1, 11, 64)
    units = clip[0].T.flatten()
    for layer in model.hidden:
        if isinstance(layer, torch.nn.Conv1d):
            units = linear(units, layer.weight.flatten(1), layer.bias).relu()
    logits = linear(units, model.to_scores.weight.flatten(1), model.to_scores.bias)
    torch.testing.assert_close(model(clip).frame_scores[0, :, 5], logits.sigmoid())


def test_it_takes_raw_features_and_normalises_them_itself(model: Dnn) -> None:
    clip = torch.randn(1, 20, 64)
    expected = model(clip).clip_probs
    model.normalise.set_statistics(torch.full((64,), -5.0), torch.full((64,), 2.0))
    torch.testing.assert_close(model(2 * clip - 5).clip_probs, expected)


def test_fresh_scores_lie_near_the_base_rate(model: Dnn) -> None:
    assert model(torch.zeros(1, 20, 64)).clip_probs.mean().item() == pytest.approx(0.12, abs=0.05)


@pytest.mark.parametrize("channels, count", [((32, 64, 128, 128), 874_041), ((16,), 312_041)])
def test_the_number_of_parameters_is_golden(channels: tuple[int, ...], count: int) -> None:
    assert parameter_count(Dnn(ModelConfig(system="dnn", n_classes=41, channels=channels))) == count
