"""The paper's own network: its size, its reach, and the folded form for inference."""

import pytest
import torch

from sedtf_core.config import SYSTEM_TITLES, ModelConfig
from sedtf_core.models import SYSTEMS, build_model
from sedtf_core.models.mask_network import MaskNetwork
from sedtf_core.pooling import POOLINGS

SMALL = ModelConfig("gwrp", n_classes=5, channels=(4, 8, 8, 8))


def trained_like(model: MaskNetwork) -> MaskNetwork:
    """Give batch normalisation statistics other than those of a fresh network."""
    generator = torch.Generator().manual_seed(0)
    for module in model.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.running_mean.copy_(torch.randn(module.num_features, generator=generator) * 0.1)
            module.running_var.copy_(torch.rand(module.num_features, generator=generator) + 0.5)
    return model.eval()


def test_table_i_has_587593_parameters_for_41_classes() -> None:
    model = build_model(ModelConfig("gwrp", n_classes=41))
    assert sum(parameter.numel() for parameter in model.parameters()) == 587_593


def test_unknown_systems_are_refused() -> None:
    with pytest.raises(ValueError, match="unknown system"):
        build_model(ModelConfig("nonsense"))
    assert set(SYSTEMS) == {"gmp", "gap", "gwrp", "dnn", "wldcnn", "framecnn", "attention"}
    assert set(SYSTEM_TITLES) == set(SYSTEMS)


@pytest.mark.parametrize("frames", [1, 7, 311])
def test_masks_have_the_shape_of_the_features(frames: int) -> None:
    with torch.inference_mode():
        output = MaskNetwork(SMALL).eval()(torch.randn(2, frames, 64))
    assert output.segmentation_masks.shape == (2, 5, frames, 64)
    assert output.frame_scores.shape == (2, 5, frames)
    assert output.clip_probs.shape == (2, 5)
    assert (
        0 <= float(output.segmentation_masks.min()) <= float(output.segmentation_masks.max()) <= 1
    )


@pytest.mark.parametrize("system", ["gmp", "gap", "gwrp"])
def test_clip_probabilities_are_the_pooled_masks_and_scores_their_mean_over_mel(
    system: str,
) -> None:
    output = MaskNetwork(ModelConfig(system, n_classes=3, channels=(4,)))(torch.randn(2, 20, 64))
    torch.testing.assert_close(output.clip_probs, POOLINGS[system](output.segmentation_masks))
    torch.testing.assert_close(output.frame_scores, output.segmentation_masks.mean(dim=-1))


def test_a_fresh_network_starts_at_the_base_rate() -> None:
    with torch.no_grad():
        probs = MaskNetwork(ModelConfig("gap", n_classes=26))(torch.randn(4, 100, 64)).clip_probs
    assert 0.02 < float(probs.mean()) < 0.35


def test_a_mask_value_depends_on_the_frames_within_the_context_only() -> None:
    model = trained_like(MaskNetwork(SMALL))
    log_mel = torch.randn(1, 60, 64)
    changed = log_mel.clone()
    changed[:, 30] += 10
    with torch.inference_mode():
        difference = (model.segment(changed) - model.segment(log_mel)).abs().amax(dim=(0, 1, 3))
    reached = torch.nonzero(difference > 0).flatten()
    assert int(reached.min()) == 30 - model.context_frames
    assert int(reached.max()) == 30 + model.context_frames


def test_the_fused_network_gives_the_same_masks() -> None:
    model = trained_like(MaskNetwork(SMALL))
    log_mel = torch.randn(1, 100, 64)
    with torch.inference_mode():
        plain = model.segment(log_mel)
        fused = model.fuse().to(memory_format=torch.channels_last).segment(log_mel)
    assert not any(isinstance(module, torch.nn.BatchNorm2d) for module in model.modules())
    assert float((fused - plain).abs().max()) < 1e-5


def test_normalisation_uses_the_statistics_of_the_training_set() -> None:
    model = MaskNetwork(SMALL)
    values = torch.randn(1000, 64) * 3 - 7
    model.normalise.set_statistics(values.mean(dim=0), values.std(dim=0))
    normalised = model.normalise(values[None])[0]
    torch.testing.assert_close(normalised.mean(dim=0), torch.zeros(64), atol=1e-4, rtol=0)
    torch.testing.assert_close(normalised.std(dim=0), torch.ones(64), atol=1e-4, rtol=0)
