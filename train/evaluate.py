"""Evaluate a checkpoint on mixtures of a folder of sounds, with all metrics of the paper.

    python -m train.evaluate --system gwrp --sounds DIR --split test --snr 0 --count 200 --seed 0 --json FILE

Clips are made, analysed and forgotten one after the other, so memory does not grow with their number;
of the sounds that they are made of, those used last are kept (``sedtf_core.datasets.KEPT_BYTES``). The
intervals are 95 % bootstrap intervals over event recordings.

``frame`` and ``segmentation`` are measured on the scores and masks as they are, or with --gated where those
of classes below the tagging threshold are 0; ``frame_holds`` says which, and the other frame figures stand
under ``frame_gated`` or ``frame_ungated``. ``psds`` is of the scores of ``frame``. With --tune-count N
thresholds are chosen on N mixtures of the valid split at the same SNR (see ``train.tuning``), and ``tuned``
has them with what they give on the mixtures evaluated, beside the same at the paper's thresholds.
"""

import argparse
import shlex
import sys
from typing import Any

import sedtf_core
from sedtf_core.checkpoints import load_checkpoint
from sedtf_core.command_line import (
    Parser,
    at_least,
    command,
    given_path,
    require_writable,
    write_json,
)
from sedtf_core.config import DetectionConfig
from sedtf_core.datasets import data_hash
from sedtf_core.errors import InputError
from sedtf_core.inference import Analyser
from train.mixtures import add_mixture_arguments, draw_mixtures, open_mixtures, require_known
from train.scorecard import Evaluation, rounded, take_tuned, to_json
from train.tuning import Thresholds, tune

SWITCHES = ("fixed_onsets", "level_on_whole_file", "drop_first", "empty_class")


def parse_arguments(arguments: list[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = Parser(prog="python -m train.evaluate", description=__doc__)
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("--system", help="a shipped checkpoint")
    which.add_argument("--checkpoint", type=given_path, help="a .safetensors file")
    add_mixture_arguments(parser)
    parser.add_argument("--json", type=given_path, help="write all figures to this file")
    parser.add_argument(
        "--replicates", type=at_least(0), default=1000, help="of the bootstrap; 0 for none"
    )
    parser.add_argument(
        "--drop-first", action="store_true", help="drop short events, then join, as the text has it"
    )
    parser.add_argument(
        "--gated", action="store_true", help="zero scores and masks of classes that are not tagged"
    )
    parser.add_argument(
        "--tune-count",
        type=at_least(0),
        default=0,
        metavar="N",
        help="choose thresholds on N mixtures of the valid split, too; 0 for none",
    )
    parser.add_argument("--empty-class", choices=("zero", "skip"), default="zero")
    return parser.parse_args(arguments)


def evaluate(options: argparse.Namespace) -> dict[str, Any]:
    """Run the evaluation that the options describe; InputError for what is wrong with them."""
    if options.tune_count and options.split == "valid":
        raise InputError(
            "--tune-count chooses thresholds on the valid split; evaluate another --split"
        )
    bank, config = open_mixtures(options)
    checkpoint = load_checkpoint(options.checkpoint or options.system)
    require_known(bank, checkpoint)
    analyser = Analyser(checkpoint, DetectionConfig(drop_first=options.drop_first))
    tuned = tune_on_valid(options, analyser) if options.tune_count else None
    evaluation = Evaluation(analyser, options.empty_class, options.gated, tuned)
    for mixture in draw_mixtures(bank, config, options.count, options.seed):
        evaluation.update(mixture, bank)
    summaries, more = evaluation.summaries(options.replicates), {}
    if tuned is not None:
        summaries, figures = take_tuned(summaries, tuned)
        more["tuned"] = {"split": "valid", "count": options.tune_count, **figures}
    return {
        "system": checkpoint.metadata.model.system,
        "checkpoint": checkpoint.name,
        "trained_steps": checkpoint.metadata.trained_steps,
        "snr_db": options.snr,
        "split": options.split,
        "count": options.count,
        "seed": options.seed,
        "gated": options.gated,
        "switches": {name: getattr(options, name) for name in SWITCHES},
        "frame_holds": "gated" if options.gated else "ungated",
        "version": sedtf_core.__version__,
        "data_hash": data_hash(bank.folder, bank.sounds),
        "labels": list(checkpoint.metadata.labels),
        **rounded(to_json(summaries)),
        **rounded(more),
    }


def tune_on_valid(options: argparse.Namespace, analyser: Analyser) -> Thresholds:
    """Choose thresholds on mixtures of the valid split, otherwise made as those that are evaluated."""
    bank, config = open_mixtures(argparse.Namespace(**{**vars(options), "split": "valid"}))
    require_known(bank, analyser.checkpoint)
    drawn = draw_mixtures(bank, config, options.tune_count, options.seed)
    return tune(analyser, drawn, gated=options.gated)


@command
def main(arguments: list[str] | None = None) -> None:
    """Evaluate as the command line says."""
    options = parse_arguments(arguments)
    if options.json:
        require_writable(options.json, "--json")
    result = evaluate(options)
    given = sys.argv[1:] if arguments is None else arguments
    result["command"] = shlex.join(["python", "-m", "train.evaluate", *given])
    if options.json:
        write_json(options.json, result, "--json")
    for name in ("tagging", "frame", "event", "segmentation", "separation", "psds"):
        if name in result:
            print(f"{name:13s}" + "  ".join(f"{k} {v:.3f}" for k, v in result[name].items()))
    for name, threshold in result.get("tuned", {}).get("thresholds", {}).items():
        if threshold is not None:
            figures = result["tuned"][name]
            print(f"{name:13s}f1 {figures['f1']:.3f} at {threshold:.3g}, tuned on the valid split")


if __name__ == "__main__":
    sys.exit(main())
