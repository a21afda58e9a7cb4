"""A network and its data: one step of training mixes a batch, hears it and learns from it.

What a step draws depends on the seed and the step alone, so that a resumed run sees what an unbroken one
would have seen. Leaves when to validate and what to keep to ``run``.
"""

from pathlib import Path
from typing import Any

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from sedtf_core.checkpoints import Metadata
from sedtf_core.config import FeatureConfig, MixtureConfig, ModelConfig
from sedtf_core.datasets import Sound, SoundBank, data_hash
from sedtf_core.features import log_mel
from train.augmentation import random_colours
from train.batches import MixtureBatches, to_device
from train.fixed_mixtures import FixedMixtures
from train.learner import Learner
from train.look_ahead import LookAhead
from train.meter import Meter
from train.parallel import Group
from train.settings import TrainSettings
from train.sounds import read_training_sounds
from train.validation import Validation

# Keys that keep the random draws of a run apart; ``validation`` has its own.
TRAIN_KEY, STATISTICS_KEY, SPEED_KEY, COLOUR_KEY, DROPOUT_KEY, WEIGHTS_KEY = 1, 2, 4, 5, 6, 7
STATISTICS_BATCHES = 24


class Trainer:
    """A learner and its data; ``train_step`` mixes a batch and learns from it.

    Parameters
    ----------
    settings
        All choices of the run.
    sounds
        Folder with the table; decoded here, and never again.
    group
        The device, and the processes that share each batch.
    is_compiled
        As ``Learner`` takes it.
    mixtures
        Folder of fixed mixtures to train on; None: fresh ones at every step.

    Raises
    ------
    InputError
        If the sounds or mixtures cannot be trained on, before any training starts.
    """

    def __init__(
        self,
        settings: TrainSettings,
        sounds: Path,
        group: Group,
        *,
        is_compiled: bool = False,
        mixtures: Path | None = None,
    ) -> None:
        """Check and decode the sounds, build the network."""
        self.settings, self.group = settings, group
        group.share(range(settings.batch_size))  # refused, if it must be, before sounds are decoded
        rows = read_training_sounds(sounds)
        self.labels = tuple(sorted({s.label for s in rows if s.kind == "event"}))
        self.data_hash, self.sound_count = data_hash(sounds, rows), len(rows)
        self.features = FeatureConfig()
        self.model_config = ModelConfig(
            settings.system,
            len(self.labels),
            self.features.n_mels,
            settings.channels,
            settings.decay,
        )
        self.batches: MixtureBatches | FixedMixtures
        if mixtures is None:
            config = MixtureConfig(seconds=settings.clip_s, n_events=settings.n_events)
            self.batches = self._batches(sounds, rows, "train", config)
        else:
            self.batches = self._fixed_mixtures(mixtures, rows)
        self.validation = (
            Validation(
                self._batches(sounds, rows, "valid", MixtureConfig()), settings, self.features
            )
            if group.is_first
            else None
        )
        torch.manual_seed(self._seed(WEIGHTS_KEY))
        self.learner = Learner(
            self.model_config, group, settings.peak_rate, is_compiled=is_compiled
        )
        self.meter = Meter(group.device, settings.batch_size)
        self._ahead = LookAhead(self.batch)
        self.step = 0
        self.before: dict[str, Any] = {}

    def _batches(
        self, sounds: Path, rows: list[Sound], split: str, config: MixtureConfig
    ) -> MixtureBatches:
        """Mixtures of one split."""
        bank = SoundBank(sounds, [row for row in rows if row.split == split])
        return MixtureBatches(bank, self.labels, config, self.group.device)

    def _fixed_mixtures(self, folder: Path, rows: list[Sound]) -> FixedMixtures:
        """Mixtures of a folder; the run's hash of its data then says which they are."""
        seconds, rate = MixtureConfig().seconds, self.features.sample_rate
        mixtures = FixedMixtures(folder, rows, self.labels, seconds, rate, self.group.device)
        self.data_hash = f"{self.data_hash}-{mixtures.digest()}"
        return mixtures

    def metadata(self, **description: object) -> Metadata:
        """Return what the network is, and how it was trained so far."""
        training = {
            "data_hash": self.data_hash,
            "sounds": self.sound_count,
            **description,
            "step": self.step,
        }
        if self.before:
            training["before"] = self.before
        return Metadata(self.model_config, self.features, self.labels, training)

    def set_statistics(self) -> None:
        """Measure mean and standard deviation a mel band over training mixtures at all SNRs."""
        frames = []
        for index in range(STATISTICS_BATCHES):
            key = (self.settings.seed, STATISTICS_KEY, index)
            recipes = self.batches.draw(self.settings.batch_size, key, self.settings.snr_db)
            waveforms, _ = self.batches.realise(recipes)
            frames.append(log_mel(waveforms, self.features).flatten(0, 1))
        values = torch.cat(frames)
        self.learner.model.normalise.set_statistics(  # type: ignore[operator, union-attr]
            values.mean(dim=0), values.std(dim=0)
        )

    def synthesise(
        self, step: int
    ) -> tuple[Float[Tensor, "batch samples"], Float[Tensor, "batch classes"]]:
        """Return this process's share of a step's mixtures, and their weak labels."""
        settings, group = self.settings, self.group
        recipes = self.batches.draw(
            settings.batch_size, (settings.seed, TRAIN_KEY, step), settings.snr_range(step)
        )
        generator = torch.Generator().manual_seed(self._seed(SPEED_KEY, step))
        shares = torch.rand(settings.batch_size, settings.n_events, generator=generator)
        octaves = (2 * shares - 1) * settings.speed_octaves
        speeds = 2 ** octaves[group.own] if settings.speed_octaves else None
        return self.batches.realise(group.share(recipes), speeds)

    def hear(
        self, waveforms: Float[Tensor, "batch samples"], step: int
    ) -> Float[Tensor, "batch frames mel_bins"]:
        """Return log mel of this process's share, at the levels and through the filters of a step."""
        features, settings = log_mel(waveforms, self.features), self.settings
        colours = random_colours(
            settings.batch_size,
            self.features.n_mels,
            settings.gain_db,
            settings.filter_db,
            torch.Generator().manual_seed(self._seed(COLOUR_KEY, step)),
        )
        return features.add_(to_device(colours[self.group.own], self.group.device))

    def batch(
        self, step: int
    ) -> tuple[Float[Tensor, "batch frames mel_bins"], Float[Tensor, "batch classes"]]:
        """Return what this process's network hears in a step, and the weak labels."""
        with self.meter.part("synthesis"):
            waveforms, weak_labels = self.synthesise(step)
        with self.meter.part("features"):
            return self.hear(waveforms, step), weak_labels

    def train_step(self) -> Float[Tensor, ""]:
        """One batch of mixtures, one step of the optimiser; returns the loss, on the device.

        Meanwhile the next step's batch is begun, but in and before a step that is measured in parts, which
        would disturb one another.
        """
        step, settings, meter = self.step, self.settings, self.meter
        if meter.is_measuring:
            features, weak_labels = self.batch(step)
        else:
            features, weak_labels = self._ahead.take(step)
            if not meter.measures_next and step + 1 < settings.steps:
                self._ahead.begin(step + 1)
        with meter.part("network"):
            torch.manual_seed(self._seed(DROPOUT_KEY, step, self.group.rank))
            return self.learner.learn(features, weak_labels, settings.rate(step))

    def _seed(self, *key: int) -> int:
        """Seed of what is drawn anew at a step: it depends on the run's seed and the key alone."""
        sequence = np.random.SeedSequence([self.settings.seed, *key])
        return int(sequence.generate_state(1, np.uint64)[0])
