"""The snapshots of the real training runs: what the file holds, and what is measured on the masks.

Owns reading ``assets/results/snapshots.npz`` (written by ``train.snapshots``) and the message that carries
one event to the browser. Conventions: masks are bytes, 255 is 1, kept in 32 levels, so a probability pooled
from them is within 0.02 of the network's; a unit is lit above 0.5. Runs may differ in length and in the
number of snapshots. The message is ``zlib( u32 length | JSON header | planes of frames × mel_bins bytes )``:
the spectrogram, the ideal ratio mask, then every system's snapshots.
"""

import json
import math
import zlib
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from pages.shared.areas import lit_units
from pages.shared.browser.message import join_front
from pages.shared.views import TITLES
from sedtf_core.config import DB_PER_NEPER, FeatureConfig
from sedtf_core.features import log_mel, mel_edges_hz
from sedtf_core.labels import display_name, label_colour
from sedtf_core.mixing import Mixture, Recipe
from sedtf_core.models import MASK_SYSTEMS
from sedtf_core.pooling import POOLINGS
from sedtf_core.separation import ideal_ratio_masks

SHOWN_RANGE_DB = 80.0

Plane = NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class Run:
    """One system's run: masks (snapshots, clips, events, frames, mel_bins) and how its loss fell.

    ``loss`` is the training loss averaged up to each of ``loss_steps``; ``valid`` is that of the valid split
    at ``valid_steps``. All four are empty in a file without curves.
    """

    system: str
    steps: NDArray[np.int64]
    masks: Plane
    loss_steps: NDArray[np.int64]
    loss: NDArray[np.float32]
    valid_steps: NDArray[np.int64]
    valid: NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Snapshots:
    """All runs in the file, and the mixtures that their masks are of."""

    recipes: tuple[Recipe, ...]
    runs: tuple[Run, ...]


@dataclass(frozen=True)
class MaskFigures:
    """What is measured on one mask.

    Parameters
    ----------
    prob
        Clip probability, pooled as the system does.
    lit
        Units above 0.5.
    share
        The same as a share of the plane.
    mean
        Of all units.
    """

    prob: float
    lit: int
    share: float
    mean: float


def load_snapshots(path: Path) -> Snapshots:
    """Read the file; a system that it does not hold is left out."""
    with np.load(path, allow_pickle=False) as archive:
        recipes = tuple(Recipe.from_dict(json.loads(str(text))) for text in archive["recipes"])
        arrays = {name: archive[name] for name in archive.files}
    runs = tuple(_run(arrays, system) for system in MASK_SYSTEMS if f"{system}_masks" in arrays)
    return Snapshots(recipes, runs)


def _run(arrays: dict[str, NDArray[Any]], system: str) -> Run:
    """One system's arrays."""
    nothing = np.zeros(0)
    curves = [
        arrays.get(f"{system}_{name}", nothing)
        for name in ("loss_steps", "loss", "curve_steps", "curve_valid")
    ]
    return Run(system, arrays[f"{system}_steps"], arrays[f"{system}_masks"], *curves)


def mask_figures(mask: Plane | NDArray[np.floating[Any]], system: str | None) -> MaskFigures:
    """Measure a mask; without a system nothing is pooled, and ``prob`` is not a number."""
    values = np.asarray(mask, dtype=np.float32) / (255 if mask.dtype == np.uint8 else 1)
    prob = float(POOLINGS[system](torch.from_numpy(values))) if system else math.nan
    lit = lit_units(values)
    return MaskFigures(prob, lit, lit / values.size, float(values.mean(dtype=np.float64)))


def snapshot_ideal_masks(mixture: Mixture) -> NDArray[np.float32]:
    """The ideal ratio masks (events, frames, mel_bins)."""
    masks: NDArray[np.float32] = ideal_ratio_masks(mixture.sources, mixture.scene).numpy()
    return masks


def encode_event(snapshots: Snapshots, mixture: Mixture, clip: int, event: int) -> bytes:
    """The message about one event of one mixture."""
    config = FeatureConfig()
    level_db = log_mel(torch.from_numpy(mixture.mixture), config).numpy() * DB_PER_NEPER
    shown = (level_db - level_db.max()) / SHOWN_RANGE_DB + 1
    ideal = snapshot_ideal_masks(mixture)[event]
    truth = mixture.events[event]
    header = {
        "name": display_name(truth.label),
        "colour": label_colour(truth.label),
        "onset": truth.onset,
        "offset": truth.offset,
        "seconds": len(mixture.mixture) / config.sample_rate,
        "mel_edges_hz": mel_edges_hz(config).tolist(),
        "frames": ideal.shape[0],
        "bands": ideal.shape[1],
        "ideal": _finite(mask_figures(ideal, None)),
        "runs": [_run_header(run, clip, event) for run in snapshots.runs],
    }
    planes = [np.rint(255 * part.clip(0, 1)).astype(np.uint8) for part in (shown, ideal)]
    planes += [mask for run in snapshots.runs for mask in run.masks[:, clip, event]]
    raw = b"".join(np.ascontiguousarray(plane).tobytes() for plane in planes)
    return zlib.compress(join_front(header, raw), level=6)


def _run_header(run: Run, clip: int, event: int) -> dict[str, Any]:
    """A run's steps, figures and curves."""
    masks = run.masks[:, clip, event]
    return {
        "system": run.system,
        "title": TITLES[run.system],
        "steps": run.steps.tolist(),
        "figures": [_finite(mask_figures(mask, run.system)) for mask in masks],
        "loss": [run.loss_steps.tolist(), run.loss.tolist()],
        "valid": [run.valid_steps.tolist(), run.valid.tolist()],
    }


def _finite(figures: MaskFigures) -> dict[str, float | None]:
    """As JSON can say it."""
    return {name: None if value != value else value for name, value in asdict(figures).items()}
