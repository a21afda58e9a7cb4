"""Collect what the masks looked like while they were learnt, for the teaching pages.

    python -m train.snapshots runs/gmp runs/gap runs/gwrp --library assets/library --out FILE.npz

Three fixed mixtures of the library, sounds that no training saw, are analysed with every snapshot of each
run; kept are the masks of the classes that are there, as bytes. Beside them stands how each run's loss fell:
the learning curve of the run folder, and the training loss of each step, thinned.
"""

import json
import sys
from pathlib import Path

import numpy as np
from jaxtyping import Float, Int, UInt8
from tqdm import tqdm

from sedtf_core.checkpoints import load_checkpoint
from sedtf_core.command_line import Parser, command, given_path, require_writable
from sedtf_core.config import MixtureConfig
from sedtf_core.datasets import SoundBank
from sedtf_core.errors import InputError, writing
from sedtf_core.inference import Analyser
from sedtf_core.mixing import Mixture, mix
from train.mixtures import draw_recipes
from train.run_folder import learning_curve, read_numbers

CLIPS, SNR_DB, SEED = 3, 10.0, 0
# Fewer levels than a byte has, so that the file compresses well; finer than a colour map shows.
LEVELS = 32
LOSS_POINTS = 100


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
        unknown = {event.label for event in mixture.events} - set(analysis.labels)
        if unknown:
            raise InputError(
                f"{path} does not know {min(unknown)}, a class of the library; give runs that do"
            )
        present = [analysis.labels.index(event.label) for event in mixture.events]
        levels = np.rint(analysis.masks[present] * (LEVELS - 1))
        rows.append(np.rint(levels * (255 / (LEVELS - 1))).astype(np.uint8))
    return np.stack(rows)


def thinned_loss(
    run: Path,
) -> tuple[Int[np.ndarray, " points"], Float[np.ndarray, " points"]]:
    """Mean training loss over each hundredth of a run, and the last step of each."""
    log = read_numbers(run, "log.csv")
    if not len(log["step"]):
        raise InputError(f"{run} has no log of its loss; give a run folder of train.train")
    count = min(LOSS_POINTS, len(log["step"]))
    steps, losses = (np.array_split(log[column], count) for column in ("step", "loss"))
    return np.array([int(part[-1]) for part in steps]), np.array(
        [part.mean() for part in losses], dtype=np.float32
    )


def loss_curves(run: Path) -> dict[str, np.ndarray]:
    """What a run's folder says of its loss, under the names that follow the system's in the file.

    ``curve_steps`` are the measurements of the valid split, ``curve_train`` and ``curve_valid`` the losses
    there; ``loss_steps`` and ``loss`` are the training loss, thinned.
    """
    steps, losses = learning_curve(run)
    loss_steps, loss = thinned_loss(run)
    return {
        "curve_steps": steps,
        "curve_train": losses["training"].astype(np.float32),
        "curve_valid": losses["validation"].astype(np.float32),
        "loss_steps": loss_steps,
        "loss": loss,
    }


@command
def main(arguments: list[str] | None = None) -> None:
    """Write the snapshots that the command line names."""
    parser = Parser(prog="python -m train.snapshots", description=__doc__)
    parser.add_argument("runs", nargs="+", type=given_path, help="run folders of train.train")
    parser.add_argument("--library", type=given_path, required=True, help="folder with library.csv")
    parser.add_argument("--out", type=given_path, required=True, help="file to write, .npz")
    options = parser.parse_args(arguments)
    require_writable(options.out, "--out")
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
        arrays |= {f"{system}_{name}": curve for name, curve in loss_curves(run).items()}
    # An open file: to a name without .npz, NumPy would add it.
    with writing(options.out, "--out"), options.out.open("wb") as file:
        np.savez_compressed(file, **arrays)  # type: ignore[arg-type]
    print(f"{options.out}: {options.out.stat().st_size / 1024:.0f} KiB")


if __name__ == "__main__":
    sys.exit(main())
