"""The figures that come with the application, and whether they still are those of its checkpoints.

``assets/snr/examples.json`` holds the identity of what it was measured with (a digest of each checkpoint's
weights and configuration, and of the library's table) and a sweep a recipe. Figures of other checkpoints are
never shown: a file whose identity differs is as good as none.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from pages.shared.snr.figures import Sweep, at_snr, from_dict, to_dict
from sedtf_core.checkpoints import SHIPPED, read_metadata
from sedtf_core.datasets import SoundBank, data_hash
from sedtf_core.mixing import Recipe

STORED = Path(__file__).resolve().parents[3] / "assets" / "snr" / "examples.json"


def identity(systems: Sequence[str], bank: SoundBank) -> dict[str, str]:
    """A digest of each shipped checkpoint, and of the table of the library."""
    digests = {"library": data_hash(bank.folder, bank.sounds)}
    for system in systems:
        metadata = read_metadata(system)
        built_from = json.dumps([asdict(metadata.model), asdict(metadata.features)]).encode()
        weights = (SHIPPED / f"{system}.safetensors").read_bytes()
        digests[system] = hashlib.sha256(built_from + weights).hexdigest()[:16]
    return digests


def write_sweeps(
    path: Path, made_with: Mapping[str, str], sweeps: Sequence[tuple[str, Recipe, Sweep]]
) -> None:
    """Write the sweeps of named recipes, replacing the file."""
    clips = [
        {"name": name, "recipe": _without_snr(recipe), "points": [to_dict(p) for p in sweep]}
        for name, recipe, sweep in sweeps
    ]
    path.parent.mkdir(parents=True, exist_ok=True)
    body = ",\n".join(json.dumps(clip) for clip in clips)
    head = json.dumps(made_with)
    path.write_text(f'{{"made_with": {head}, "clips": [\n{body}\n]}}\n', "utf-8")


def read_sweeps(path: Path, made_with: Mapping[str, str]) -> dict[str, Sweep]:
    """Sweeps by ``recipe_key``; none if the file is missing, damaged or was made with something else."""
    try:
        stored = json.loads(path.read_text("utf-8"))
        if stored["made_with"] != made_with:
            return {}
        return {
            json.dumps(clip["recipe"], sort_keys=True): tuple(map(from_dict, clip["points"]))
            for clip in stored["clips"]
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def recipe_key(recipe: Recipe) -> str:
    """What a recipe is at any SNR."""
    return json.dumps(_without_snr(recipe), sort_keys=True)


def _without_snr(recipe: Recipe) -> dict[str, Any]:
    """The recipe's plain values, its SNR set to 0 dB."""
    values: dict[str, Any] = json.loads(json.dumps(at_snr(recipe, 0).to_dict()))
    return values
