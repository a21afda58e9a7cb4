"""Turn the paper's own data into a folder of sounds: the table of one of its four folds.

    python -m train.dcase --events DIR --scenes DIR/TUT-urban-... --fold 1 --out DIR

Owns how FSDKaggle2018 (events) and TUT Urban Acoustic Scenes 2018 (scenes) lie on disk; the command fits
what ``download`` unpacks into DIR. The table, ``sounds.csv``, is written beside the data, because a folder
of sounds holds its files: ``--out`` is a folder with both data sets in it. Everything else then takes it as
any folder of sounds. Leaves who lies in which fold to ``folds``, fetching to ``download``, and decoding to
``sedtf_core.audio``.
"""

import argparse
import csv
import os
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import astuple, replace
from pathlib import Path

import soundfile
from tqdm import tqdm

from sedtf_core.command_line import Parser, command, given_path
from sedtf_core.datasets import COLUMNS, SPLITS, TABLE_NAMES, Sound
from sedtf_core.errors import InputError, writing
from train.folds import FOLDS, require_fold, split_fold

EVENTS_TABLES = (  # Kaggle's name, and the published one beside the audio or inside it
    "train.csv",
    "train_post_competition.csv",
    "FSDKaggle2018.meta/train_post_competition.csv",
)
EVENTS_AUDIO = ("FSDKaggle2018.audio_train", "audio_train")
SCENES_TABLE = "meta.csv"
EVENTS_COLUMNS = ("fname", "label", "manually_verified")
SCENES_COLUMNS = ("filename", "scene_label", "identifier", "source_label")


def read_events(folder: Path, out: Path) -> list[Sound]:
    """Read the verified clips of FSDKaggle2018's training set.

    Parameters
    ----------
    folder
        Holds ``train.csv`` or ``FSDKaggle2018.meta/``, and ``FSDKaggle2018.audio_train/``.
    out
        The folder that clips are named from.

    Returns
    -------
    One row a clip, all in the train split. A recording is a Freesound sound where the table says which
    (``freesound_id``), else a file.

    Raises
    ------
    InputError
        If the layout, a column or a file is not as published; the message names it.
    """
    table = _first(folder, EVENTS_TABLES, "--events", "FSDKaggle2018")
    audio = _first(folder, EVENTS_AUDIO, "--events", "FSDKaggle2018")
    sounds = []
    for where, row in _rows(table, EVENTS_COLUMNS, ","):
        if row["manually_verified"] not in ("0", "1"):
            raise InputError(
                f"{where}: manually_verified is {row['manually_verified']!r}, must be 0 or 1"
            )
        if row["manually_verified"] == "0":
            continue
        freesound = row.get("freesound_id")
        sounds.append(
            Sound(
                clip=_name(audio / row["fname"], out, where),
                kind="event",
                label=row["label"],
                split="train",
                seconds=0.0,
                source="FSDKaggle2018",
                recording=f"freesound-{freesound}" if freesound else row["fname"],
                licence=row.get("license") or "Creative Commons, one a clip",
                credit="FSDKaggle2018, Freesound contributors, zenodo 2552860",
            )
        )
    return _measured(sounds, table, out)


def read_scenes(folder: Path, out: Path) -> list[Sound]:
    """Read TUT Urban Acoustic Scenes 2018, development set.

    Parameters
    ----------
    folder
        Holds ``meta.csv``, and the files that it names.
    out
        The folder that clips are named from.

    Returns
    -------
    One row a clip, all in the train split. A recording is a location (``identifier``).

    Raises
    ------
    InputError
        If the layout, a column or a file is not as published; the message names it.
    """
    table = _first(folder, (SCENES_TABLE,), "--scenes", "TUT Urban Acoustic Scenes 2018")
    sounds = [
        Sound(
            clip=_name(folder / row["filename"], out, where),
            kind="scene",
            label=row["scene_label"],
            split="train",
            seconds=0.0,
            source="TUT Urban Acoustic Scenes 2018",
            recording=row["identifier"],
            licence="free for non-commercial use",
            credit="Heittola, Mesaros and Virtanen, Tampere University, zenodo 1228142",
        )
        for where, row in _rows(table, SCENES_COLUMNS, "\t")
    ]
    return _measured(sounds, table, out)


def write_table(sounds: Sequence[Sound], folder: Path) -> Path:
    """Write ``sounds.csv`` in one step and return its path; InputError if it cannot be written."""
    table = folder / TABLE_NAMES[0]
    part = table.with_suffix(".part")
    with writing(table, "--out"):
        with part.open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(COLUMNS)
            writer.writerows(astuple(sound) for sound in sounds)
        os.replace(part, table)
    return table


def _first(folder: Path, names: Sequence[str], option: str, title: str) -> Path:
    """Return the first of the names that a data set's folder has; InputError if it has none."""
    found = next((folder / name for name in names if (folder / name).exists()), None)
    if found is None:
        raise InputError(
            f"{folder} has no {' or '.join(names)}; give {option} the folder of {title} as published "
            "(python -m train.download fetches it)"
        )
    return found


def _rows(
    table: Path, columns: Sequence[str], delimiter: str
) -> Iterator[tuple[str, dict[str, str]]]:
    """Read a table's rows, each with the words that say where it stands."""
    try:
        with table.open(newline="", encoding="utf-8-sig") as file:
            rows = csv.DictReader(file, delimiter=delimiter)
            absent = [column for column in columns if column not in (rows.fieldnames or ())]
            if absent:
                raise InputError(
                    f"{table} lacks the column {absent[0]}; it needs {', '.join(columns)} as published"
                )
            for row in rows:
                where = f"{table}, line {rows.line_num}"
                empty = [column for column in columns if not row[column]]
                if empty:
                    raise InputError(f"{where}: the column {empty[0]} is empty; restore the row")
                yield where, row
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"{table} is no readable table ({error}); fetch it again") from None


def _name(path: Path, out: Path, where: str) -> str:
    """Name a clip from the folder that gets the table, where it must lie, links followed."""
    inside, root = path.resolve(), out.resolve()
    if not inside.is_relative_to(root):
        raise InputError(
            f"{where}: {path} lies outside {out}; give --out a folder that holds both data sets"
        )
    return inside.relative_to(root).as_posix()


def _measured(sounds: Sequence[Sound], table: Path, out: Path) -> list[Sound]:
    """Give each clip the length that its header states; InputError for what is missing or no sound."""
    if not sounds:
        raise InputError(f"{table} names no clip to use; fetch it again")
    repeated = [clip for clip, count in Counter(s.clip for s in sounds).items() if count > 1]
    if repeated:
        raise InputError(f"{table} names {repeated[0]} more than once; remove the rows too many")
    missing = [sound.clip for sound in sounds if not (out / sound.clip).is_file()]
    if missing:
        raise InputError(
            f"{len(missing)} of {len(sounds)} files in {table} are missing, the first is {missing[0]}; "
            "unpack the archives completely"
        )
    with tqdm(sounds, desc=table.name, unit="header", leave=False) as bar:
        return [replace(sound, seconds=_seconds(out / sound.clip)) for sound in bar]


def _seconds(path: Path) -> float:
    """Length of a sound file by its header."""
    try:
        seconds = float(soundfile.info(path).duration)
    except soundfile.LibsndfileError:
        raise InputError(f"{path} cannot be read as sound; unpack its archive again") from None
    if seconds == 0:
        raise InputError(f"{path} has no samples; remove its row")
    return seconds


def _parse(arguments: list[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = Parser(prog="python -m train.dcase", description=__doc__)
    parser.add_argument("--events", type=given_path, required=True, help="folder of FSDKaggle2018")
    parser.add_argument("--scenes", type=given_path, required=True, help="folder of the TUT scenes")
    parser.add_argument("--fold", type=int, required=True, help=f"tested on, 1 to {FOLDS}")
    parser.add_argument("--seed", type=int, default=0, help="deals the folds")
    parser.add_argument("--out", type=given_path, required=True, help="gets sounds.csv; holds both")
    parser.add_argument("--replace", action="store_true", help="replace a sounds.csv there")
    return parser.parse_args(arguments)


@command
def main(arguments: list[str] | None = None) -> None:
    """Write the table that the command line asks for."""
    options = _parse(arguments)
    require_fold(options.fold)  # before thousands of headers are read
    if (options.out / TABLE_NAMES[0]).exists() and not options.replace:
        raise InputError(
            f"{options.out} has a {TABLE_NAMES[0]} already; add --replace to write another fold over it"
        )
    sounds = [
        sound
        for clips in (
            read_events(options.events, options.out),
            read_scenes(options.scenes, options.out),
        )
        for sound in split_fold(clips, options.fold, options.seed)
    ]
    table = write_table(sounds, options.out)
    counts = Counter((sound.split, sound.kind) for sound in sounds)
    for split in SPLITS:
        print(f"{split:6s}{counts[split, 'event']:6d} events {counts[split, 'scene']:6d} scenes")
    print(f"fold {options.fold} of {FOLDS} → {table}")


if __name__ == "__main__":
    sys.exit(main())
