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
from train.widening import can_widen, has_gates, widened


def take_weights(model: nn.Module, metadata: Metadata, source: str | Path) -> dict[str, Any]:
    """Overwrite a network's weights with those of a checkpoint, statistics of its features included.

    Layers that end in classes are taken class by class, by name: a class that the checkpoint does not know
    keeps its fresh weights. GMP, GAP and GWRP are one network and may start from one another. A narrower
    network is widened, see ``widening``.

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
        If the checkpoint is missing or damaged, of another network or feature, or not as wide as a whole part
        of this one.
    """
    checkpoint = load_checkpoint(source)
    known, given = checkpoint.metadata.labels, checkpoint.model.state_dict()
    own_rows = [row for row, label in enumerate(metadata.labels) if label in known]
    their_rows = [known.index(metadata.labels[row]) for row in own_rows]
    by_class, is_gated = _class_layers(metadata.model), has_gates(model)
    weights: dict[str, Tensor] = {}
    generator = torch.Generator().manual_seed(0)
    for name, fresh in model.state_dict().items():
        tensor, has_classes = given.get(name), name in by_class
        if has_classes and not own_rows:
            weights[name] = fresh.clone()
            continue
        if tensor is not None and has_classes:
            tensor = tensor[their_rows]
        shape = (len(own_rows), *fresh.shape[1:]) if has_classes else fresh.shape
        if tensor is None or not (tensor.shape == shape if is_gated else can_widen(tensor, shape)):
            raise InputError(
                f"{source} is a network of another kind or width; use the --system, --preset and --channels "
                "that it was trained with, or leave out --init"
            )
        taken = widened(tensor, shape, generator).to(fresh.device)
        if has_classes:
            known_rows, taken = taken, fresh.clone()
            taken[own_rows] = known_rows
        weights[name] = taken
    if checkpoint.metadata.features != metadata.features:
        raise InputError(f"{source} was trained on other features; leave out --init")
    model.load_state_dict(weights)
    return checkpoint.metadata.training


def _class_layers(config: ModelConfig) -> set[str]:
    """Names of the tensors with a row for each class: those that another number of classes changes."""
    with torch.device("meta"):
        one, two = (build_model(replace(config, n_classes=n)).state_dict() for n in (1, 2))
    return {name for name in one if one[name].shape != two[name].shape}
