"""Trained networks on disk: safetensors weights beside JSON metadata, rebuilt from it and loaded strictly.

Owns ``NAME.safetensors`` and ``NAME.json``. The metadata rebuilds the network alone: system, widths,
features and labels; what it says of the training is for people. Nothing is ever unpickled. Weights may be
stored as float16, where they are many, and are float32 in memory.
"""

import json
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save
from torch import nn

from sedtf_core.config import FeatureConfig, ModelConfig
from sedtf_core.errors import InputError
from sedtf_core.models import SYSTEMS, build_model

FORMAT = 1
SMALL_LAYER = 2**14  # weights
SHIPPED = Path(__file__).resolve().parent.parent / "assets" / "checkpoints"


@dataclass(frozen=True)
class Metadata:
    """What a checkpoint is: enough to rebuild the network, and how it was trained.

    ``training`` is for people: command, settings, step, and under ``before`` the same of the checkpoint that
    it began with, if there was one.
    """

    model: ModelConfig
    features: FeatureConfig
    labels: tuple[str, ...]
    training: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Check that labels, bands and widths belong together."""
        if len(self.labels) != self.model.n_classes or len(set(self.labels)) != len(self.labels):
            raise ValueError(
                f"{len(self.labels)} labels for a network of {self.model.n_classes} classes"
            )
        if self.model.n_mels != self.features.n_mels:
            raise ValueError(f"{self.features.n_mels} bands for a network of {self.model.n_mels}")
        if self.model.system not in SYSTEMS:
            raise ValueError(f"unknown system {self.model.system!r}")

    @property
    def runs(self) -> list[dict[str, Any]]:
        """How it was trained, run by run from the first; each began with the weights of the one before."""
        runs = []
        training: dict[str, Any] | None = self.training
        while training:
            runs.append(training)
            training = training.get("before")
        return runs[::-1]

    @property
    def trained_steps(self) -> int:
        """Steps of all its runs."""
        return sum(run.get("step", 0) for run in self.runs)


@dataclass(frozen=True)
class Checkpoint:
    """A network in evaluation mode, and what it is."""

    name: str
    model: nn.Module
    metadata: Metadata


def save_checkpoint(
    path: str | Path, model: nn.Module, metadata: Metadata, dtype: torch.dtype = torch.float32
) -> None:
    """Write ``path`` with the suffixes .safetensors and .json, each replaced in one step.

    Parameters
    ----------
    path
        Name without suffix; its folder is made.
    model
        The network that ``metadata.model`` describes, not fused.
    metadata
        Goes into the JSON file.
    dtype
        Type on disk of the large layers, float32 or float16. Statistics, biases and small layers stay
        float32: they weigh little, and rounding them moves masks most.
    """
    stem = Path(path)
    stem.parent.mkdir(parents=True, exist_ok=True)
    weights = {
        name: (tensor.to(dtype) if tensor.numel() > SMALL_LAYER else tensor)
        .detach()
        .cpu()
        .contiguous()
        for name, tensor in model.state_dict().items()
    }
    partial = stem.with_name(stem.name + ".safetensors.partial")
    partial.write_bytes(save(weights))
    os.replace(partial, stem.with_name(stem.name + ".safetensors"))
    partial = stem.with_name(stem.name + ".json.partial")
    partial.write_text(json.dumps({"format": FORMAT, **asdict(metadata)}, indent=1) + "\n", "utf-8")
    os.replace(partial, stem.with_name(stem.name + ".json"))


def load_checkpoint(name_or_path: str | Path) -> Checkpoint:
    """Load a shipped checkpoint by name, or any other by the path of its weights or metadata.

    Parameters
    ----------
    name_or_path
        ``gwrp`` for a shipped system, or a path that ends in .safetensors or .json, or has neither.

    Returns
    -------
    The network in evaluation mode on the CPU, float32.

    Raises
    ------
    InputError
        If the files are missing or damaged, hold other tensors than the metadata's network has, or are
        not safetensors (a pickled file is refused unread); the message names the file and the remedy.
    """
    stem = _stem(name_or_path)
    metadata = read_metadata(stem)
    weights_path = stem.with_name(stem.name + ".safetensors")
    try:
        weights = load_file(weights_path)
    except FileNotFoundError:
        raise InputError(f"{weights_path} is missing; it belongs beside its .json") from None
    except (SafetensorError, OSError):
        raise InputError(
            f"{weights_path} is not a readable safetensors file; copy it again "
            "(pickled checkpoints are never loaded)"
        ) from None
    model = build_model(metadata.model)
    _check_weights(weights, model.state_dict(), weights_path)
    model.load_state_dict(weights, strict=True)
    return Checkpoint(stem.name, model.eval(), metadata)


def read_metadata(path: str | Path) -> Metadata:
    """Read and check the JSON file of a checkpoint, without its weights; InputError as above."""
    stem = _stem(path)
    json_path = stem.with_name(stem.name + ".json")
    try:
        values = json.loads(json_path.read_text("utf-8"))
    except FileNotFoundError:
        raise InputError(
            f"there is no checkpoint {stem.name!r} at {stem.parent}; "
            f"give one of {', '.join(shipped_names()) or '(none is shipped)'} or the path of a "
            ".safetensors file"
        ) from None
    except (OSError, ValueError):
        raise InputError(f"{json_path} is not readable JSON; copy it again") from None
    try:
        model = dict(values["model"])
        model["channels"] = tuple(model["channels"])
        return Metadata(
            ModelConfig(**model),
            FeatureConfig(**values["features"]),
            tuple(values["labels"]),
            dict(values.get("training", {})),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(f"{json_path} does not describe a checkpoint: {error}") from None


def shipped_names() -> tuple[str, ...]:
    """Names of the checkpoints that come with the project, the mask systems first."""
    found = {path.stem for path in SHIPPED.glob("*.json")}
    return tuple(s for s in SYSTEMS if s in found) + tuple(sorted(found - set(SYSTEMS)))


def _stem(name_or_path: str | Path) -> Path:
    """Path without suffix: a bare known name lies in the shipped folder."""
    path = Path(name_or_path)
    if not path.name:
        raise InputError(f"{str(name_or_path)!r} is no checkpoint; name a file or a system")
    if path.suffix in (".safetensors", ".json"):
        return path.with_suffix("")
    if path.parent == Path() and (SHIPPED / f"{path.name}.json").is_file():
        return SHIPPED / path.name
    return path


def _check_weights(
    weights: dict[str, torch.Tensor], expected: dict[str, torch.Tensor], path: Path
) -> None:
    """Compare names, shapes and finiteness; InputError with the first difference."""
    for name, tensor in expected.items():
        if name not in weights:
            raise InputError(f"{path} lacks the weights {name}; it belongs to another network")
        if weights[name].shape != tensor.shape:
            raise InputError(
                f"{path}: {name} has the shape {tuple(weights[name].shape)}, its metadata needs "
                f"{tuple(tensor.shape)}; use the .json that was saved with it"
            )
        if not torch.isfinite(weights[name]).all():
            raise InputError(f"{path}: {name} holds values that are not finite; train again")
    surplus = sorted(set(weights) - set(expected))
    if surplus:
        raise InputError(
            f"{path} holds unknown weights {surplus[0]}; it belongs to another network"
        )
