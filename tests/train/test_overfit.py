"""Every system can learn: sixteen fixed clips are tagged without a mistake at a threshold of 0.5."""

from pathlib import Path

import pytest
import torch

from sedtf_core.config import MixtureConfig, ModelConfig
from sedtf_core.datasets import SoundBank
from sedtf_core.evaluation import tagging
from sedtf_core.features import log_mel
from sedtf_core.models import SYSTEMS
from train.batches import MixtureBatches
from train.learner import Learner
from train.parallel import Group

CLIPS, THRESHOLD, MOST_STEPS, EVERY = 16, 0.5, 400, 10
# One of four classes, in most of the frames: what averages over time reaches 0.5, too.
CONFIG = MixtureConfig(seconds=1.0, n_events=1, max_event_s=1.0)


def f1(learner: Learner, features: torch.Tensor, weak_labels: torch.Tensor) -> float:
    learner.model.eval()
    with torch.inference_mode():
        probs = learner.model(features).clip_probs
    figures = tagging.evaluate(probs.numpy(), weak_labels.numpy() > 0, threshold=THRESHOLD)
    return figures["f1"]


@pytest.mark.slow
@pytest.mark.parametrize("system", SYSTEMS)
def test_a_system_overfits_sixteen_clips(sounds: Path, system: str) -> None:
    torch.manual_seed(0)
    device = torch.device("cpu")
    bank = SoundBank.open(sounds, split="train")
    batches = MixtureBatches(bank, bank.labels(), CONFIG, device)
    recipes = batches.draw(CLIPS, (0,), (20.0, 20.0))
    waveforms, weak_labels = batches.realise(recipes)
    features = log_mel(waveforms)
    config = ModelConfig(system, len(bank.labels()), channels=(8, 8, 8, 8))
    learner = Learner(config, Group(device))
    frames = features.flatten(0, 1)
    learner.model.normalise.set_statistics(frames.mean(dim=0), frames.std(dim=0))
    reached = 0.0
    for step in range(MOST_STEPS):
        learner.learn(features, weak_labels, 5e-3)
        if (step + 1) % EVERY == 0:
            reached = f1(learner, features, weak_labels)
            if reached == 1.0:
                break
    print(f"{system}: F1 {reached:.3f} after {step + 1} steps")
    assert reached == 1.0
