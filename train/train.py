"""Train one of the seven systems on a folder of sounds, with weak labels only.

    python -m train.train --sounds DIR --system gwrp --preset laptop --out runs/gwrp
    python -m train.train --sounds DIR --system gwrp --preset laptop --out runs/gwrp --resume
    torchrun --nproc-per-node 4 -m train.train --sounds DIR --system gwrp --preset paper --out runs/gwrp
    python -m train.train --sounds DIR --system gwrp --preset paper --mixtures MIXTURES --out runs/gwrp

Every step has fresh mixtures; with --mixtures training goes over those of a folder again and again, which
``python -m train.make_mixtures --split train`` wrote (see ``train.fixed_mixtures``). Their SNR is the one
they were made at: --snr-db and the curriculum then say nothing but where the valid split is measured.

The run folder holds config.json (command, settings, package version, hash of the data), log.csv,
validation.csv, the best and the last checkpoint, snapshots over the run, state.pt to resume from, and at
the end throughput.json and learning_curve.png.

Ctrl-C or SIGTERM ends the run after the step that it is at, with exit status 130, and --resume goes on
exactly there. A second one ends it at once; then, as after a crash, --resume goes on from the last
measurement.
"""

import argparse
import sys
from contextlib import closing
from dataclasses import fields

from sedtf_core.checkpoints import read_metadata
from sedtf_core.command_line import Parser, at_least, command, finite, given_path, not_negative
from sedtf_core.config import MixtureConfig
from sedtf_core.errors import InputError
from sedtf_core.models import SYSTEMS
from train.parallel import Group, joined_group
from train.run import Run
from train.run_folder import RunFolder
from train.settings import PRESETS, TrainSettings, preset_settings
from train.trainer import Trainer


def parse_arguments(arguments: list[str]) -> argparse.Namespace:
    """Read the command line."""
    parser = Parser(
        prog="python -m train.train",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--sounds", type=given_path, required=True, help="folder with sounds.csv")
    parser.add_argument("--system", choices=SYSTEMS, required=True)
    parser.add_argument("--preset", choices=sorted(PRESETS), default="laptop")
    parser.add_argument("--out", type=given_path, required=True, help="run folder")
    parser.add_argument(
        "--init",
        metavar="CHECKPOINT",
        help="start from these weights, at their width: a shipped system's name, or the path of a checkpoint",
    )
    parser.add_argument(
        "--peak-rate",
        type=not_negative,
        metavar="R",
        help="highest learning rate, lower with --init",
    )
    parser.add_argument(
        "--mixtures",
        type=given_path,
        help="train on this folder of train.make_mixtures, not on fresh ones",
    )
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda, …")
    parser.add_argument(
        "--channels",
        type=at_least(1),
        nargs=4,
        metavar="N",
        help="maps of the four blocks, 32 64 128 128 in the paper; those of --init or a multiple",
    )
    parser.add_argument("--steps", type=at_least(1))
    parser.add_argument("--batch-size", type=at_least(1), help="of all processes together")
    parser.add_argument(
        "--clip-s", type=finite, metavar="S", help="length of a training mixture, in seconds"
    )
    parser.add_argument(
        "--events", dest="n_events", type=at_least(1), metavar="N", help="in a training mixture"
    )
    parser.add_argument("--snr-db", type=finite, nargs=2, metavar=("LO", "HI"))
    parser.add_argument("--seed", type=at_least(0))
    parser.add_argument(
        "--speed-octaves",
        type=not_negative,
        metavar="N",
        help="play events faster or slower by up to this",
    )
    parser.add_argument(
        "--filter-db",
        type=not_negative,
        metavar="DB",
        help="colour each mixture by a random filter of up to ± this",
    )
    parser.add_argument(
        "--decay", type=finite, metavar="R", help="GWRP's r; 0.9998 in the paper, on clips of 10 s"
    )
    parser.add_argument(
        "--patience",
        type=at_least(1),
        metavar="N",
        help="stop after N validations without a better mAP",
    )
    parser.add_argument("--compile", action="store_true", help="let torch.compile fuse the network")
    parser.add_argument("--resume", action="store_true", help="go on where the run folder stopped")
    return parser.parse_args(arguments)


def settings_of(options: argparse.Namespace) -> TrainSettings:
    """Return the preset that the command line names, with its changes; fixed mixtures are as they are."""
    names = {field.name for field in fields(TrainSettings)} - {"preset", "system"}
    # Lists are ranges and widths, which settings keep as tuples.
    changes = {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in vars(options).items()
        if name in names
    }
    if options.init and not options.channels:
        changes["channels"] = _initial_width(options)
    if options.mixtures:
        fixed = MixtureConfig()
        changes |= {"clip_s": fixed.seconds, "n_events": fixed.n_events, "speed_octaves": 0.0}
    try:
        return preset_settings(options.preset, options.system, **changes)
    except ValueError as error:
        raise InputError(f"{error}; see --help for the option of that name") from None


def _initial_width(options: argparse.Namespace) -> tuple[int, ...] | None:
    """Return the width of the network that training starts from, or goes on with; None: there is none."""
    if not options.resume:
        return read_metadata(options.init).model.channels
    last = options.out / "last.json"
    return read_metadata(last).model.channels if last.exists() else None


def train(options: argparse.Namespace, arguments: list[str], group: Group) -> None:
    """Start or resume the run that the command line describes."""
    settings = settings_of(options)
    folder = RunFolder(options.out, settings, arguments, group.size, group.machines)
    with closing(folder):
        if group.is_first:
            folder.check(resume=options.resume)
        trainer = Trainer(
            settings,
            options.sounds,
            group,
            is_compiled=options.compile,
            mixtures=options.mixtures,
        )
        run = Run(trainer, folder)
        if options.resume:
            run.resume()
        else:
            run.start()
        try:
            run.go()
        except KeyboardInterrupt:
            message = f"stopped; go on with --resume (kept in {options.out})"
            raise KeyboardInterrupt(message) from None


@command
def main(arguments: list[str] | None = None) -> None:
    """Train as the command line says."""
    given = sys.argv[1:] if arguments is None else arguments
    options = parse_arguments(given)
    with joined_group(options.device) as group:
        train(options, given, group)


if __name__ == "__main__":
    sys.exit(main())
