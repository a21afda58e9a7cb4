"""Start training from the weights of a trained checkpoint: another pooling, longer clips, or own classes."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from sedtf_core.checkpoints import Metadata, load_checkpoint
from sedtf_core.config import ModelConfig
from sedtf_core.errors import InputError
from sedtf_core.models import build_model


def take_weights(model: nn.Module, metadata: Metadata, source: str | Path) -> dict[str, Any]:
    """Overwrite a network's weights with those of a checkpoint, statistics of its features included.

    Layers that end in classes are taken class by class, by name: a class that the checkpoint does not know
    keeps its fresh weights. GMP, GAP and GWRP are one network and may start from one another.

    Parameters
    ----------
    model
        Just built; changed in place.
    metadata
        What it is.
    source
        Name of a shipped checkpoint, or the path of another.

    Returns
    -------
    How the checkpoint was trained, from its metadata.

    Raises
    ------
    InputError
        If the checkpoint is missing or damaged, or of another network, width or feature.
    """
    checkpoint = load_checkpoint(source)
    known, given = checkpoint.metadata.labels, checkpoint.model.state_dict()
    own_rows = [row for row, label in enumerate(metadata.labels) if label in known]
    their_rows = [known.index(metadata.labels[row]) for row in own_rows]
    by_class = _class_layers(metadata.model)
    weights: dict[str, Tensor] = {}
    for name, fresh in model.state_dict().items():
        tensor = given.get(name)
        if tensor is not None and name in by_class:
            weights[name] = fresh.clone()
            if tensor.shape[1:] == fresh.shape[1:]:
                weights[name][own_rows] = tensor[their_rows].to(fresh.device)
                continue
        elif tensor is not None and tensor.shape == fresh.shape:
            weights[name] = tensor
            continue
        raise InputError(
            f"{source} is a network of another kind or width; use the --system and --preset that it "
            "was trained with, or leave out --init"
        )
    if checkpoint.metadata.features != metadata.features:
        raise InputError(f"{source} was trained on other features; leave out --init")
    model.load_state_dict(weights)
    return checkpoint.metadata.training


def _class_layers(config: ModelConfig) -> set[str]:
    """Names of the tensors with a row for each class: those that another number of classes changes."""
    with torch.device("meta"):
        one, two = (build_model(replace(config, n_classes=n)).state_dict() for n in (1, 2))
    return {name for name in one if one[name].shape != two[name].shape}
