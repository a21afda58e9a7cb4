"""Measures a network on fixed mixtures of the valid split, while it trains."""

from contextlib import AbstractContextManager

import torch
from torch import nn

from sedtf_core.config import FeatureConfig
from sedtf_core.evaluation import tagging
from sedtf_core.features import log_mel
from train.batches import MixtureBatches
from train.settings import TrainSettings

VALID_SEED, VALID_KEY = 1000, 3
CHUNK = 8  # the mixtures depend on it, so it is no setting


class Validation:
    """The same mixtures at each measurement and in every run; features are computed once."""

    def __init__(
        self, batches: MixtureBatches, settings: TrainSettings, features: FeatureConfig
    ) -> None:
        """Draw the mixtures and keep their features on the device."""
        snr_db = (settings.valid_snr_db, settings.valid_snr_db)
        self.chunks = []
        for start in range(0, settings.valid_count, CHUNK):
            recipes = batches.draw(CHUNK, (VALID_SEED, VALID_KEY, start), snr_db)
            waveforms, weak_labels = batches.realise(recipes)
            self.chunks.append((log_mel(waveforms, features), weak_labels))

    @torch.inference_mode()
    def measure(
        self, model: nn.Module, autocast: AbstractContextManager[object]
    ) -> dict[str, float]:
        """Return the loss, and F1, AUC and mAP of tagging."""
        model.eval()
        probs = []
        for features, _ in self.chunks:
            with autocast:
                probs.append(model(features).clip_probs.float().clamp(0, 1))
        clip_probs = torch.cat(probs)
        weak_labels = torch.cat([labels for _, labels in self.chunks])
        loss = nn.functional.binary_cross_entropy(clip_probs, weak_labels).item()
        figures = tagging.evaluate(clip_probs.cpu().numpy(), weak_labels.cpu().numpy() > 0)
        return {"loss": loss, **{key: figures[key] for key in ("f1", "auc", "map")}}
