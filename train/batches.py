"""Fresh mixtures in batches on the training device: the recipes of ``sedtf_core.mixing``, realised in torch.

Events and scenes are decoded once, levelled once and stay on the device; a batch is gathered, scaled and
added there. A scene that is longer than a mixture serves as several, which follow one another. The recipes of
a step depend on the seed and the step alone, so a resumed run sees what an unbroken one would have seen.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn.functional import interpolate
from tqdm import tqdm

from sedtf_core.config import MixtureConfig
from sedtf_core.datasets import SoundBank
from sedtf_core.mixing import PEAK, Recipe, draw_recipe, level_event, level_scene


class MixtureBatches:
    """Draws recipes from one split of a bank, and realises them as batches.

    Parameters
    ----------
    bank
        Event and scene clips of the split.
    labels
        Classes, in the order of the network's outputs.
    config
        Lengths and number of events; the SNR is drawn a clip.
    device
        Where the clips are kept and mixed.
    """

    def __init__(
        self,
        bank: SoundBank,
        labels: Sequence[str],
        config: MixtureConfig,
        device: torch.device,
    ) -> None:
        """Decode and level every clip."""
        self.labels, self.config, self.device = tuple(labels), config, device
        self.sample_rate = bank.sample_rate
        self.samples = round(config.seconds * self.sample_rate)
        events, scenes = bank.events(), bank.scenes()
        self._clips = bank.clips()
        self._event_rows = {s.clip: row for row, s in enumerate(events)}
        longest = round(config.max_event_s * self.sample_rate)
        # Each clip goes straight to its row, so that the sounds are in memory once.
        self._event_bank = torch.zeros(len(events), longest, device=device)
        pieces = [max(1, int(s.seconds * self.sample_rate) // self.samples) for s in scenes]
        self._scene_bank = torch.zeros(sum(pieces), self.samples, device=device)
        self._scenes: list[str] = []
        self._event_samples = []
        # disable=None: no bar where nobody watches, as in a log.
        progress = tqdm(events, "decoding", unit="clip", leave=False, disable=None)
        for row, sound in enumerate(progress):
            levelled = self._levelled_event(bank, sound.clip)
            self._event_bank[row, : len(levelled)] = levelled
            self._event_samples.append(len(levelled))
        progress = tqdm(scenes, "decoding", unit="scene", leave=False, disable=None)
        for sound, count in zip(progress, pieces, strict=True):
            for number, levelled in enumerate(self._levelled_scenes(bank, sound.clip, count)):
                self._scene_bank[len(self._scenes)] = levelled
                self._scenes.append(f"{sound.clip}#{number}" if number else sound.clip)
        self._scene_bank = self._scene_bank[: len(self._scenes)]
        self._scene_rows = {name: row for row, name in enumerate(self._scenes)}

    def _levelled_event(self, bank: SoundBank, clip: str) -> Tensor:
        """An event at RMS 1, cut as a mixture uses it."""
        limit = round(self.config.max_event_s * self.sample_rate)
        levelled = level_event(bank.waveform(clip), limit, self.sample_rate, clip, self.config)
        bank.forget(clip)
        return torch.from_numpy(levelled.astype(np.float32))

    def _levelled_scenes(self, bank: SoundBank, clip: str, count: int) -> list[Tensor]:
        """At most ``count`` pieces of a scene, at RMS 1 and as long as a mixture; a short one is repeated."""
        waveform = bank.waveform(clip)
        count = max(1, min(count, len(waveform) // self.samples))
        pieces = [waveform[k * self.samples :] for k in range(count)]
        bank.forget(clip)
        return [
            torch.from_numpy(
                level_scene(piece, self.samples, self.sample_rate, clip).astype(np.float32)
            )
            for piece in pieces
        ]

    def draw(self, size: int, key: Sequence[int], snr_db: tuple[float, float]) -> list[Recipe]:
        """Draw ``size`` recipes that depend on ``key`` alone, each with its own SNR in ``snr_db``."""
        rng = np.random.default_rng(list(key))
        recipes = []
        for _ in range(size):
            config = replace(self.config, snr_db=float(rng.uniform(*snr_db)))
            recipes.append(draw_recipe(rng, self._clips, self._scenes, config))
        return recipes

    def realise(
        self, recipes: Sequence[Recipe], speeds: Float[Tensor, "batch events"] | None = None
    ) -> tuple[Float[Tensor, "batch samples"], Float[Tensor, "batch classes"]]:
        """Return the mixtures' samples and their weak labels, on the device.

        Parameters
        ----------
        recipes
            A mixture each.
        speeds
            How much faster, and higher, each event is played than it was recorded; None: as recorded.
        """
        mixtures = torch.stack([self._scene_bank[self._scene_rows[r.scene]] for r in recipes])
        weak_labels = torch.zeros(len(recipes), len(self.labels))
        for position, recipe in enumerate(recipes):
            level = 10 ** (recipe.config.snr_db / 20)
            for number, placement in enumerate(recipe.events):
                row = self._event_rows[placement.clip]
                start = round(placement.onset * self.sample_rate)
                event = self._event_bank[row, : self._event_samples[row]]
                if speeds is not None:
                    event = self._played_at(event, float(speeds[position, number]))
                length = min(len(event), self.samples - start)
                span = mixtures[position, start : start + length]
                span.add_(event[:length], alpha=level)
                weak_labels[position, self.labels.index(placement.label)] = 1
        peaks = torch.maximum(mixtures.amax(dim=1), -mixtures.amin(dim=1))
        return mixtures.mul_(PEAK / peaks[:, None]), to_device(weak_labels, self.device)

    def _played_at(
        self, event: Float[Tensor, " recorded"], speed: float
    ) -> Float[Tensor, " played"]:
        """Return an event at another speed, at RMS 1 as before, cut where a mixture would cut it."""
        longest = round(self.config.max_event_s * self.sample_rate)
        length = max(1, round(len(event) / speed))
        played = interpolate(event[None, None], length, mode="linear")[0, 0, :longest]
        return played / played.square().mean().sqrt().clamp(min=1e-6)


def to_device(values: Tensor, device: torch.device) -> Tensor:
    """Move a tensor without waiting for what the device is at."""
    if device.type != "cuda":
        return values.to(device)
    return values.pin_memory().to(device, non_blocking=True)
