"""A fixed set of training mixtures, made once by ``train.make_mixtures``, in batches on the training device.

    python -m train.make_mixtures --sounds DIR --split train --snr 0 --count 2000 --out MIXTURES
    python -m train.train --sounds DIR --system gwrp --preset paper --mixtures MIXTURES --out runs/gwrp

Stands in for ``train.batches`` where training repeats the same clips, as in the paper (2000 a fold). Every
epoch has each mixture once, in an order that depends on the seed and the epoch alone; a batch may span two
epochs. So a step's batch depends on the step alone: a resumed run sees what an unbroken one would have seen,
and processes that share a batch draw the same. Only mixture.wav and recipe.json are read, and of the recipe
the classes alone become labels: no source, no onset. Samples are read when a batch needs them, at 1.3 MB a
clip, and kept by nobody but the operating system. They equal those of ``train.batches`` within 1e-5, which
adds up in single floats what ``mixing`` adds in double.
"""

import hashlib
import json
import struct
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from sedtf_core.datasets import Sound
from sedtf_core.errors import InputError
from sedtf_core.mixing import Recipe
from train.batches import to_device

# What ``audio.save_wav`` writes before the samples: RIFF, fmt, fact and data. Read here, because training
# starts without the decoders.
_HEADER = struct.Struct("<4sI4s 4sIHHIIHHH 4sII 4sI")
_FLOAT_FORMAT, _BITS = 3, 32


class FixedMixtures:
    """Draws from a folder of mixtures, and reads them as batches; used like ``MixtureBatches``.

    Parameters
    ----------
    folder
        As ``train.make_mixtures`` wrote it.
    sounds
        The table that the mixtures were made of, all splits.
    labels
        Classes, in the order of the network's outputs.
    seconds, sample_rate
        What every mixture must have.
    device
        Where batches are wanted.

    Raises
    ------
    InputError
        If there is no mixture; or one has other labels, another rate or length, is not of the train split
        or lacks a file; or a class is in none.
    """

    def __init__(
        self,
        folder: Path,
        sounds: Sequence[Sound],
        labels: Sequence[str],
        seconds: float,
        sample_rate: int,
        device: torch.device,
    ) -> None:
        """Read and check every recipe and the header of every file; no samples yet."""
        self.folder, self.labels, self.device = folder, tuple(labels), device
        self.sample_rate, self.samples = sample_rate, round(seconds * sample_rate)
        self._sounds = {sound.clip: sound for sound in sounds}
        self._paths: dict[Recipe, Path] = {}
        self._recipes = []
        for path in _mixture_folders(folder):
            recipe = self._checked_recipe(path)
            self._check_header(path / "mixture.wav")
            self._recipes.append(recipe)
            self._paths[recipe] = path / "mixture.wav"
        heard = {placement.label for recipe in self._recipes for placement in recipe.events}
        silent = [label for label in self.labels if label not in heard]
        if silent:
            raise InputError(
                f"none of the {len(self)} mixtures in {folder} has {silent[0]}; make more mixtures"
            )

    def __len__(self) -> int:
        """How many mixtures there are."""
        return len(self._recipes)

    def digest(self) -> str:
        """Digest of the recipes, so that a run can say which mixtures it saw."""
        lines = (json.dumps(recipe.to_dict(), sort_keys=True) for recipe in self._recipes)
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]

    def draw(
        self, size: int, key: Sequence[int], snr_db: tuple[float, float] | None = None
    ) -> list[Recipe]:
        """Return the ``size`` mixtures of one step.

        Parameters
        ----------
        size
            The same at every step, so that epochs have no gaps.
        key
            Seed, purpose, and number of the batch from 0.
        snr_db
            Of no effect: the mixtures have the SNR that they were made at.
        """
        del snr_db
        seed, purpose, number = key
        count, first = len(self), number * size
        drawn: list[Recipe] = []
        for epoch in range(first // count, (first + size - 1) // count + 1):
            order = np.random.default_rng([seed, purpose, epoch]).permutation(count)
            start, stop = max(first - epoch * count, 0), first + size - epoch * count
            drawn += [self._recipes[index] for index in order[start:stop]]
        return drawn

    def realise(
        self, recipes: Sequence[Recipe], speeds: Tensor | None = None
    ) -> tuple[Float[Tensor, "batch samples"], Float[Tensor, "batch classes"]]:
        """Return the mixtures' samples and their weak labels, on the device; as they were mixed."""
        if speeds is not None:
            raise ValueError("what is mixed already cannot be played at other speeds")
        waveforms = np.empty((len(recipes), self.samples), dtype=np.float32)
        weak_labels = torch.zeros(len(recipes), len(self.labels))
        for position, recipe in enumerate(recipes):
            waveforms[position] = self._read(self._paths[recipe])
            for placement in recipe.events:
                weak_labels[position, self.labels.index(placement.label)] = 1
        return to_device(torch.from_numpy(waveforms), self.device), to_device(
            weak_labels, self.device
        )

    def _checked_recipe(self, path: Path) -> Recipe:
        """Read a recipe and check rate, length, labels and split."""
        try:
            values = json.loads((path / "recipe.json").read_text("utf-8"))
            recipe, rate = Recipe.from_dict(values), values["sample_rate"]
        except (OSError, ValueError, KeyError, TypeError, InputError):
            raise InputError(
                f"{path} has no recipe.json of a mixture; give --mixtures a folder that "
                "python -m train.make_mixtures wrote"
            ) from None
        if rate != self.sample_rate:
            raise InputError(
                f"{path} has a sample rate of {rate} Hz, training needs {self.sample_rate} Hz; make "
                "the mixtures again"
            )
        if round(recipe.config.seconds * rate) != self.samples:
            raise InputError(
                f"{path} lasts {recipe.config.seconds:g} s, training needs "
                f"{self.samples / rate:g} s; make the mixtures again"
            )
        for placement in recipe.events:
            self._check_sound(path, placement.clip, "event", placement.label)
        self._check_sound(path, recipe.scene, "scene", None)
        return recipe

    def _check_sound(self, path: Path, clip: str, kind: str, label: str | None) -> None:
        """Check that a clip of a recipe is in the table: same kind and label, of the train split."""
        if label is not None and label not in self.labels:
            raise InputError(
                f"{path} has an event of {label}, a class that --sounds does not have; make the "
                "mixtures of the same sounds"
            )
        sound = self._sounds.get(clip)
        if sound is None or sound.kind != kind or label not in (None, sound.label):
            wanted = "a scene" if label is None else f"an event of {label}"
            raise InputError(
                f"{path} was made of {clip}, which is not {wanted} in the table of --sounds; make "
                "the mixtures of the same sounds"
            )
        if sound.split != "train":
            raise InputError(
                f"{path} was made of the {sound.split} split ({clip}); make mixtures for training "
                "with --split train"
            )

    def _check_header(self, path: Path) -> None:
        """Check that a file is the float WAV that ``save_wav`` writes, of the right rate and length."""
        try:
            with path.open("rb") as file:
                fields = _HEADER.unpack(file.read(_HEADER.size))
            whole = path.stat().st_size == _HEADER.size + 4 * self.samples
        except (OSError, struct.error):
            raise InputError(f"{path} is missing or cut off; make the mixtures again") from None
        riff, _, wave, _, _, form, channels, rate, _, _, bits, _, _, _, _, data, size = fields
        is_float_wav = (riff, wave, data) == (b"RIFF", b"WAVE", b"data")
        is_float_wav &= (form, channels, bits) == (_FLOAT_FORMAT, 1, _BITS)
        if not (is_float_wav and rate == self.sample_rate and size == 4 * self.samples and whole):
            raise InputError(
                f"{path} is not {self.samples} samples of 32-bit float WAV at {self.sample_rate} Hz, "
                "mono, as train.make_mixtures writes it; make the mixtures again"
            )

    def _read(self, path: Path) -> Float[np.ndarray, " samples"]:
        """Samples of one file; InputError if it went away or lost its end since it was checked."""
        try:
            values = np.fromfile(path, dtype="<f4", offset=_HEADER.size)
        except OSError as error:
            raise InputError(f"{path} cannot be read ({error.strerror})") from None
        if len(values) != self.samples:
            raise InputError(f"{path} changed while training; make the mixtures again")
        return values


def _mixture_folders(folder: Path) -> list[Path]:
    """Folders of mixtures by name; hidden ones are unfinished and left out."""
    found = folder.iterdir() if folder.is_dir() else iter(())
    paths = sorted(path for path in found if path.is_dir() and not path.name.startswith("."))
    if not paths:
        raise InputError(
            f"{folder} has no mixtures; write some with python -m train.make_mixtures --split train"
        )
    return paths
