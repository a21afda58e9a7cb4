"""Collect what the masks looked like while they were learnt, for the teaching pages.

    python -m train.snapshots runs/gmp runs/gap runs/gwrp --library assets/library --out FILE.npz

Three fixed mixtures of the library, sounds that no training saw, are analysed with every snapshot of each
run; kept are the masks of the classes that are there, as bytes.
"""

import argparse
import json
import sys
from pathlib import Path

import numpy as np
from jaxtyping import UInt8
from tqdm import tqdm

from sedtf_core.checkpoints import load_checkpoint
from sedtf_core.config import MixtureConfig
from sedtf_core.datasets import SoundBank
from sedtf_core.errors import InputError
from sedtf_core.inference import Analyser
from sedtf_core.mixing import Mixture, mix
from train.mixtures import draw_recipes

CLIPS, SNR_DB, SEED = 3, 10.0, 0
# Fewer levels than a byte has, so that the file compresses well; finer than a colour map shows.
LEVELS = 32


def snapshot_masks(
    path: Path, mixtures: list[Mixture]
) -> UInt8[np.ndarray, "clips events frames mel_bins"]:
    """Masks of the classes present in each mixture, as one snapshot sees them."""
    analyser = Analyser(load_checkpoint(path))
    rows = []
    for mixture in mixtures:
        analysis = analyser(mixture.mixture)
        if analysis.masks is None:
            raise InputError(f"{path} has no masks; give runs of gmp, gap or gwrp")
        present = [analysis.labels.index(event.label) for event in mixture.events]
        levels = np.rint(analysis.masks[present] * (LEVELS - 1))
        rows.append(np.rint(levels * (255 / (LEVELS - 1))).astype(np.uint8))
    return np.stack(rows)


def main(arguments: list[str] | None = None) -> int:
    """Write the snapshots that the command line names; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m train.snapshots", description=__doc__)
    parser.add_argument("runs", nargs="+", type=Path, help="run folders of train.train")
    parser.add_argument("--library", type=Path, required=True, help="folder with library.csv")
    parser.add_argument("--out", type=Path, required=True, help="file to write, .npz")
    options = parser.parse_args(arguments)
    try:
        bank = SoundBank.open(options.library)
        recipes = list(draw_recipes(bank, MixtureConfig(snr_db=SNR_DB), CLIPS, SEED))
        mixtures = [mix(recipe, bank.waveform, bank.sample_rate) for recipe in recipes]
        arrays: dict[str, np.ndarray] = {
            "recipes": np.array([json.dumps(recipe.to_dict()) for recipe in recipes])
        }
        for run in options.runs:
            paths = sorted((run / "snapshots").glob("*.safetensors"))
            if not paths:
                raise InputError(f"{run} holds no snapshots; give a run folder of train.train")
            system = load_checkpoint(paths[0]).metadata.model.system
            arrays[f"{system}_steps"] = np.array([int(path.stem.split("_")[1]) for path in paths])
            arrays[f"{system}_masks"] = np.stack(
                [snapshot_masks(path, mixtures) for path in tqdm(paths, system)]
            )
        np.savez_compressed(options.out, **arrays)  # type: ignore[arg-type]
    except InputError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    print(f"{options.out}: {options.out.stat().st_size / 1024:.0f} KiB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
