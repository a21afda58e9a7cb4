"""Copy a run's network into the shipped checkpoints, as float32 or float16.

    python -m train.ship runs/dnn --out assets/checkpoints --dtype float16

The file takes the system's name. float16 halves the size and moves mask values by less than 1e-2.
"""

import sys

import torch

from sedtf_core.checkpoints import load_checkpoint, save_checkpoint
from sedtf_core.command_line import Parser, command, given_path

DTYPES = {"float32": torch.float32, "float16": torch.float16}


@command
def main(arguments: list[str] | None = None) -> None:
    """Copy what the command line names."""
    parser = Parser(prog="python -m train.ship", description=__doc__)
    parser.add_argument("runs", nargs="+", type=given_path, help="run folders of train.train")
    parser.add_argument("--which", choices=("last", "best"), default="last")
    parser.add_argument("--out", type=given_path, required=True, help="folder of checkpoints")
    parser.add_argument("--dtype", choices=sorted(DTYPES), default="float32")
    options = parser.parse_args(arguments)
    for run in options.runs:
        checkpoint = load_checkpoint(run / options.which)
        target = options.out / checkpoint.metadata.model.system
        save_checkpoint(target, checkpoint.model, checkpoint.metadata, DTYPES[options.dtype])
        print(target)


if __name__ == "__main__":
    sys.exit(main())
