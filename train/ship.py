"""Copy a run's network into the shipped checkpoints, as float32 or float16.

    python -m train.ship runs/dnn --out assets/checkpoints --dtype float16

The file takes the system's name. float16 halves the size and moves mask values by less than 1e-2.
"""

import argparse
import sys
from pathlib import Path

import torch

from sedtf_core.checkpoints import load_checkpoint, save_checkpoint
from sedtf_core.errors import InputError

DTYPES = {"float32": torch.float32, "float16": torch.float16}


def main(arguments: list[str] | None = None) -> int:
    """Copy what the command line names; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m train.ship", description=__doc__)
    parser.add_argument("runs", nargs="+", type=Path, help="run folders of train.train")
    parser.add_argument("--which", choices=("last", "best"), default="last")
    parser.add_argument("--out", type=Path, required=True, help="folder of checkpoints")
    parser.add_argument("--dtype", choices=sorted(DTYPES), default="float32")
    options = parser.parse_args(arguments)
    try:
        for run in options.runs:
            checkpoint = load_checkpoint(run / options.which)
            target = options.out / checkpoint.metadata.model.system
            save_checkpoint(target, checkpoint.model, checkpoint.metadata, DTYPES[options.dtype])
            print(target)
    except InputError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
