"""The attention baseline: what it returns, how attention weighs the frames, and its size."""

import pytest
import torch

from sedtf_core.config import ModelConfig
from sedtf_core.models.attention import Attention

NARROW = ModelConfig(system="attention", n_classes=3, channels=(4, 8, 8, 8))


@pytest.fixture
def model() -> Attention:
    torch.manual_seed(0)
    return Attention(NARROW).eval()


def parameter_count(model: torch.nn.Module) -> int:
    return sum(parameter.numel() for parameter in model.parameters())


@pytest.mark.parametrize("frames", [1, 7, 64, 311, 500])
def test_every_frame_of_a_clip_of_any_length_has_a_score(model: Attention, frames: int) -> None:
    clip_probs, frame_scores, segmentation_masks = model(torch.randn(2, frames, 64))
    assert clip_probs.shape == (2, 3)
    assert frame_scores.shape == (2, 3, frames)
    assert segmentation_masks is None


@pytest.mark.parametrize("n_mels", [1, 40, 128])
def test_any_number_of_mel_bands_works(n_mels: int) -> None:
    config = ModelConfig(system="attention", n_classes=3, n_mels=n_mels, channels=(4,))
    assert Attention(config).eval()(torch.randn(1, 9, n_mels)).frame_scores.shape == (1, 3, 9)


@pytest.mark.parametrize("level", [0.0, 1.0, 1e4])
def test_probabilities_are_float32_in_0_to_1_even_under_mixed_precision(
    model: Attention, level: float
) -> None:
    with torch.autocast("cpu", dtype=torch.bfloat16):
        output = model(level * torch.randn(4, 50, 64))
    for probabilities in output[:2]:
        assert probabilities.dtype == torch.float32
        assert probabilities.min() >= 0 and probabilities.max() <= 1


def test_certain_frames_never_push_the_clip_probability_above_one(model: Attention) -> None:
    torch.nn.init.constant_(model.to_scores.bias, 100.0)
    clip_probs = model(torch.randn(8, 311, 64)).clip_probs
    assert clip_probs.max() <= 1
    torch.testing.assert_close(clip_probs, torch.ones(8, 3))


@pytest.mark.parametrize("frames", [1, 7, 311])
def test_attention_is_positive_and_sums_to_one_over_time(model: Attention, frames: int) -> None:
    _, attention = model.attend(torch.randn(2, frames, 64))
    assert attention.min() > 0
    torch.testing.assert_close(attention.sum(dim=-1), torch.ones(2, 3))


def test_the_clip_probability_is_the_attended_mean_of_the_frame_scores(model: Attention) -> None:
    log_mel = torch.randn(2, 30, 64)
    clip_probs, frame_scores, _ = model(log_mel)
    scores, attention = model.attend(log_mel)
    assert torch.equal(scores, frame_scores)
    expected = torch.einsum("bkt,bkt->bk", scores, attention)
    torch.testing.assert_close(clip_probs, expected)


def test_indifferent_attention_averages_the_frame_scores(model: Attention) -> None:
    torch.nn.init.zeros_(model.to_attention.weight)
    clip_probs, frame_scores, _ = model(torch.randn(2, 30, 64))
    torch.testing.assert_close(clip_probs, frame_scores.mean(dim=-1))


def test_the_loss_teaches_every_parameter(model: Attention) -> None:
    model.train()(torch.randn(4, 20, 64)).clip_probs.sum().backward()
    # A bias shared by all frames cancels in a softmax over them.
    taught = {n: p for n, p in model.named_parameters() if n != "to_attention.bias"}
    for name, parameter in taught.items():
        assert parameter.grad is not None and parameter.grad.abs().sum() > 0, name


def test_a_clip_is_judged_alike_alone_and_in_a_batch(model: Attention) -> None:
    clips = torch.randn(3, 20, 64)
    torch.testing.assert_close(model(clips).frame_scores[1:2], model(clips[1:2]).frame_scores)


@pytest.mark.parametrize("scored, heard", [(0, 29), (29, 0)])
def test_a_frame_depends_on_both_ends_of_the_clip(
    model: Attention, scored: int, heard: int
) -> None:
    assert model.context_frames is None
    log_mel = torch.randn(1, 30, 64, requires_grad=True)
    model(log_mel).frame_scores[..., scored].sum().backward()
    assert log_mel.grad is not None and log_mel.grad[:, heard].abs().sum() > 0


def test_it_takes_raw_features_and_normalises_them_itself(model: Attention) -> None:
    clip = torch.randn(1, 20, 64)
    expected = model(clip).clip_probs
    model.normalise.set_statistics(torch.full((64,), -5.0), torch.full((64,), 2.0))
    torch.testing.assert_close(model(2 * clip - 5).clip_probs, expected, rtol=1e-4, atol=1e-5)


def test_fresh_scores_lie_near_the_base_rate(model: Attention) -> None:
    assert model(torch.zeros(1, 20, 64)).clip_probs.mean().item() == pytest.approx(0.12, abs=0.05)


@pytest.mark.parametrize("channels, count", [((32, 64, 128, 128), 1_280_978), ((16,), 327_186)])
def test_the_number_of_parameters_is_golden(channels: tuple[int, ...], count: int) -> None:
    model = Attention(ModelConfig(system="attention", n_classes=41, channels=channels))
    assert parameter_count(model) == count
