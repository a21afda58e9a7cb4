"""Copy a run's network into the shipped checkpoints, as float32 or float16.

    python -m train.ship runs/dnn --out assets/checkpoints --dtype float16

The file takes the system's name. float16, for the large layers alone, nearly halves the size and moves mask
values by less than 1e-2. The metadata gets what the run cost and what the valid split said on the way, so
that both are known without it.
"""

import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch

from sedtf_core.checkpoints import load_checkpoint, save_checkpoint
from sedtf_core.command_line import Parser, command, given_path
from sedtf_core.errors import InputError, writing
from train.run_folder import read_numbers

DTYPES = {"float32": torch.float32, "float16": torch.float16}


def measurements(run: Path) -> dict[str, Any]:
    """Return the run's throughput and its measurements of the valid split, where its folder has them."""
    found: dict[str, Any] = {}
    throughput = run / "throughput.json"
    if throughput.exists():
        try:
            found["throughput"] = json.loads(throughput.read_text("utf-8"))
        except ValueError:
            raise InputError(f"{throughput} is damaged; remove it to ship without it") from None
    columns = read_numbers(run, "validation.csv")
    if len(columns["step"]):
        found["validation"] = [
            {
                k: int(v) if k == "step" else round(float(v), 4)
                for k, v in zip(columns, row, strict=True)
            }
            for row in zip(*columns.values(), strict=True)
        ]
    return found


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
        metadata = checkpoint.metadata
        metadata = replace(metadata, training={**metadata.training, **measurements(run)})
        target = options.out / metadata.model.system
        with writing(target, "--out"):
            save_checkpoint(target, checkpoint.model, metadata, DTYPES[options.dtype])
        print(target)


if __name__ == "__main__":
    sys.exit(main())
