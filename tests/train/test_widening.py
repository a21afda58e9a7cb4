"""Starting from a narrower network: the wide one computes the same, and its copies differ."""

from dataclasses import replace

import pytest
import torch

from sedtf_core.checkpoints import Metadata, save_checkpoint
from sedtf_core.config import FeatureConfig, ModelConfig
from sedtf_core.errors import InputError
from sedtf_core.models import SYSTEMS, build_model
from train.initial_weights import take_weights

NARROW, WIDE = (8, 4, 8, 8), (16, 12, 16, 8)
LABELS = ("Bark", "Flute", "Oboe")


def saved(path, system, channels):
    """A network with statistics as after training, and its metadata."""
    torch.manual_seed(0)
    config = ModelConfig(system, len(LABELS), 64, channels)
    model = build_model(config)
    model.train()
    for _ in range(3):
        model(torch.randn(4, 32, 64))
    metadata = Metadata(config, FeatureConfig(), LABELS, {})
    save_checkpoint(path, model, metadata)
    return model.eval(), metadata


def widened(metadata, source, channels):
    config = replace(metadata.model, channels=channels)
    model = build_model(config)
    take_weights(model, replace(metadata, model=config), source)
    return model.eval()


@pytest.mark.parametrize("system", [name for name in SYSTEMS if name != "attention"])
@torch.no_grad()
def test_a_widened_network_computes_the_same(tmp_path, system) -> None:
    narrow, metadata = saved(tmp_path / "narrow", system, NARROW)
    wide = widened(metadata, tmp_path / "narrow", WIDE)
    assert sum(p.numel() for p in wide.parameters()) > sum(p.numel() for p in narrow.parameters())
    log_mel = torch.randn(2, 64, 64)
    ours, theirs = wide(log_mel), narrow(log_mel)
    assert theirs.clip_probs.std() > 0
    torch.testing.assert_close(ours.clip_probs, theirs.clip_probs, atol=1e-5, rtol=1e-4)
    torch.testing.assert_close(ours.frame_scores, theirs.frame_scores, atol=1e-5, rtol=1e-4)


def test_copies_of_a_map_learn_different_things(tmp_path) -> None:
    _, metadata = saved(tmp_path / "narrow", "gwrp", NARROW)
    wide = widened(metadata, tmp_path / "narrow", (16, 8, 16, 16)).train()
    first = wide.convolutions[0].weight
    assert torch.equal(first[:8], first[8:])
    wide(torch.randn(2, 32, 64)).clip_probs.sum().backward()
    difference = (first.grad[:8] - first.grad[8:]).abs().amax(dim=(1, 2, 3))
    assert (difference > 0.01 * first.grad.abs().max()).all()


@pytest.mark.parametrize(
    ("system", "channels"),
    [("gwrp", (4, 4, 8, 8)), ("gwrp", (12, 4, 8, 8)), ("attention", (16, 8, 16, 16))],
)
def test_what_cannot_be_widened_is_refused(tmp_path, system, channels) -> None:
    _, metadata = saved(tmp_path / "narrow", system, NARROW)
    with pytest.raises(InputError, match="of another kind or width"):
        widened(metadata, tmp_path / "narrow", channels)
