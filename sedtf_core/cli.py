"""The command line: ``info``, ``mix`` and ``analyse``.

What takes long to import is imported where it is used, so that ``info`` and errors answer at once.
"""

import argparse
import json
import platform
import sys
from importlib import metadata
from pathlib import Path
from typing import Any

from sedtf_core import __version__
from sedtf_core.command_line import Parser, at_least, command, finite, given_path
from sedtf_core.errors import InputError

PACKAGES = ("torch", "numpy", "soundfile", "av", "librosa", "streamlit")


@command
def main(arguments: list[str] | None = None) -> int:
    """Run the command line; returns the exit status."""
    options = _parser().parse_args(arguments)
    return int(options.run(options))


def _parser() -> Parser:
    """Describe the commands."""
    parser = Parser(
        prog="python -m sedtf_core",
        description="Sound event detection and time-frequency masks from weakly labelled data.",
    )
    commands = parser.add_subparsers(title="commands", required=True, parser_class=Parser)

    info = commands.add_parser("info", help="versions, device, checkpoints and classes")
    info.add_argument("--json", action="store_true", help="print JSON")
    info.set_defaults(run=_info)

    mix = commands.add_parser("mix", help="mix events into a scene, with the exact sources")
    mix.add_argument("--events", nargs="+", required=True, metavar="FILE")
    mix.add_argument("--scene", required=True, metavar="FILE")
    mix.add_argument(
        "--labels", nargs="+", help="a class an event; default: from folder or file name"
    )
    mix.add_argument("--snr", type=finite, default=0.0, help="in dB, -60 to 60 (default 0)")
    mix.add_argument("--seed", type=at_least(0), default=0, help="decides the onsets (default 0)")
    mix.add_argument("--seconds", type=finite, default=10.0, help="length (default 10)")
    mix.add_argument("--out", type=given_path, required=True, metavar="DIR")
    mix.set_defaults(run=_mix)

    analyse = commands.add_parser("analyse", help="detect and separate the events of recordings")
    analyse.add_argument("audio", nargs="+", metavar="AUDIO")
    analyse.add_argument("--system", default="gwrp", help="a shipped checkpoint (default gwrp)")
    analyse.add_argument(
        "--checkpoint", type=given_path, help="another checkpoint, a .safetensors file"
    )
    analyse.add_argument(
        "--out", type=given_path, metavar="DIR", help="write DIR/<file stem>/ with all files"
    )
    analyse.add_argument("--json", action="store_true", help="print a line of JSON a recording")
    analyse.set_defaults(run=_analyse)
    return parser


def _info(options: argparse.Namespace) -> int:
    """Print what is installed and shipped."""
    report = _report()
    if options.json:
        print(json.dumps(report, indent=2))
        return 0
    print(f"sedtf_core {report['version']}, Python {report['python']}, device {report['device']}")
    print("packages    " + ", ".join(f"{name} {v}" for name, v in report["packages"].items()))
    for name, about in report["checkpoints"].items():
        print(f"checkpoint  {name}: {about['classes']} classes, channels {about['channels']}")
    if not report["checkpoints"]:
        print("checkpoint  none; train one with python -m train.train")
    print("classes     " + ", ".join(report["labels"]))
    return 0


def _report() -> dict[str, Any]:
    """Collect versions, device, checkpoints and classes."""
    from sedtf_core.labels import LABELS

    checkpoints = {}
    for file in sorted((Path(__file__).parent.parent / "assets" / "checkpoints").glob("*.json")):
        model = json.loads(file.read_text("utf-8"))["model"]
        checkpoints[file.stem] = {
            "system": model["system"],
            "classes": model["n_classes"],
            "channels": model["channels"],
        }
    return {
        "version": __version__,
        "python": platform.python_version(),
        "packages": {name: version for name in PACKAGES if (version := _version(name))},
        "device": _device(),
        "checkpoints": checkpoints,
        "labels": list(LABELS),
    }


def _version(package: str) -> str | None:
    """Installed version of a package, without importing it."""
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def _device() -> str:
    """Where networks are trained by default: cuda, or cpu. Analyses run on the processor."""
    if "+cpu" in (_version("torch") or ""):
        return "cpu"  # known without a second of importing torch
    import torch

    return "cuda" if torch.cuda.is_available() else "cpu"


def _mix(options: argparse.Namespace) -> int:
    """Write a mixture and its sources."""
    from sedtf_core.mixing import mix_files
    from sedtf_core.recordings import save_mixture

    mixture = mix_files(
        options.events,
        options.scene,
        labels=options.labels,
        snr_db=options.snr,
        seconds=options.seconds,
        seed=options.seed,
    )
    save_mixture(mixture, options.out)
    return 0


def _analyse(options: argparse.Namespace) -> int:
    """Analyse recordings one after the other; a bad one does not stop the others."""
    from sedtf_core.checkpoints import load_checkpoint
    from sedtf_core.inference import Analyser
    from sedtf_core.recordings import analyse_recording, analysis_folders

    folders = analysis_folders(options.out, options.audio) if options.out else {}
    analyser = Analyser(load_checkpoint(options.checkpoint or options.system))
    status = 0
    for recording in options.audio:
        try:
            analysis, report = analyse_recording(recording, analyser, folders.get(recording))
        except InputError as error:
            print(f"error: {error}", file=sys.stderr)
            status = 2
            continue
        if options.json:
            print(json.dumps(json.loads(report)))  # ASCII, for any terminal
        else:
            _print_analysis(recording, analysis)
    return status


def _print_analysis(recording: str, analysis: Any) -> None:
    """Print the tags and events of a recording for people."""
    print(f"{recording}  {analysis.duration_s:.1f} s, {analysis.system}")
    probs = dict(zip(analysis.labels, analysis.clip_probs, strict=True))
    tags = [f"{label} {probs[label]:.2f}" for label in analysis.detected_labels()]
    print("  tags    " + (", ".join(tags) or "none passes the threshold"))
    for event in analysis.events:
        print(f"  event   {event.onset:8.3f} {event.offset:8.3f} s  {event.label}")
    if not analysis.events:
        print("  event   none")
