"""Folders of sounds: what there is to mix, its labels and splits, and its clips, decoded when needed.

Owns the ``sounds.csv`` form: a table beside the files with the columns path, kind (event or scene), label,
split (train, valid or test), seconds, source, recording, licence, credit. Clips of one recording should
lie in one split; where they do not, ``train.sounds`` leaves out those of the valid split. A clip is named by
its path as the table writes it, never by a path that a user typed. Decoding is left to ``audio``, mixing to
``mixing``.
"""

import csv
import hashlib
import math
import threading
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Float32

from sedtf_core.config import SAMPLE_RATE
from sedtf_core.errors import InputError

TABLE_NAMES = ("sounds.csv", "library.csv")
COLUMNS = ("path", "kind", "label", "split", "seconds", "source", "recording", "licence", "credit")
SPLITS = ("train", "valid", "test")
MOST_SECONDS = 86_400
TOLERANCE_S = 0.25  # between a file's length and what its table says
KEPT_BYTES = 512 * 1024**2


@dataclass(frozen=True)
class Sound:
    """One clip of the table; ``clip`` is its path relative to the folder, and its name everywhere."""

    clip: str
    kind: str
    label: str
    split: str
    seconds: float
    source: str
    recording: str
    licence: str
    credit: str


class SoundBank:
    """The sounds of a folder, decoded on first use; the latest are kept, ``KEPT_BYTES`` of them.

    Threads may share a bank, as the application's sessions do.

    Parameters
    ----------
    folder
        Holds the table and the files.
    sounds
        The rows to offer, as ``read_sounds`` returns them.
    sample_rate
        Rate in Hz that every clip is resampled to.
    """

    def __init__(
        self, folder: Path, sounds: Sequence[Sound], sample_rate: int = SAMPLE_RATE
    ) -> None:
        """Index the rows by clip; decode nothing yet."""
        self.folder = folder
        self.sounds = tuple(sounds)
        self.sample_rate = sample_rate
        self._by_clip = {sound.clip: sound for sound in sounds}
        self._waveforms: OrderedDict[str, Float32[np.ndarray, " samples"]] = OrderedDict()
        self._lock = threading.Lock()  # of what is kept; decoding goes on without it

    @classmethod
    def open(cls, folder: str | Path, *, split: str | None = None) -> "SoundBank":
        """Open a folder of sounds, one split of it or all."""
        sounds = read_sounds(folder)
        return cls(Path(folder), [s for s in sounds if split is None or s.split == split])

    def __getitem__(self, clip: str) -> Sound:
        """Return the row of a clip; InputError if the table has no such clip."""
        if clip not in self._by_clip:
            raise InputError(
                f"there is no clip {clip!r} in {self.folder.name}; choose one of its table"
            )
        return self._by_clip[clip]

    def waveform(self, clip: str) -> Float32[np.ndarray, " samples"]:
        """Return a clip's samples, mono float32; InputError if it cannot be decoded, or is not as listed."""
        from sedtf_core import audio  # deferred: the decoders take a second to import

        with self._lock:
            if clip in self._waveforms:
                self._waveforms.move_to_end(clip)
                return self._waveforms[clip]
        waveform = audio.load(self.folder / self[clip].clip, self.sample_rate)
        decoded_s, listed_s = len(waveform) / self.sample_rate, self[clip].seconds
        if abs(decoded_s - listed_s) > TOLERANCE_S:
            raise InputError(
                f"{clip} lasts {decoded_s:.2f} s, but the table of {self.folder.name} says {listed_s:g} s; "
                "correct its seconds"
            )
        with self._lock:
            self._waveforms[clip] = waveform
            while len(self._waveforms) > 1 and self._kept_bytes() > KEPT_BYTES:
                self._waveforms.popitem(last=False)
        return waveform

    def _kept_bytes(self) -> int:
        """Memory of the clips that are kept decoded."""
        return sum(waveform.nbytes for waveform in self._waveforms.values())

    def forget(self, clip: str) -> None:
        """Give a clip's memory back; it is decoded again when asked for."""
        with self._lock:
            self._waveforms.pop(clip, None)

    def events(self, label: str | None = None) -> list[Sound]:
        """Return the event clips, of one class or all."""
        return [s for s in self.sounds if s.kind == "event" and label in (None, s.label)]

    def clips(self, labels: Iterable[str] | None = None) -> dict[str, list[tuple[str, float]]]:
        """Return class → its event clips with their seconds, as recipes are drawn from; of all or some."""
        return {
            label: [(s.clip, s.seconds) for s in self.events(label)]
            for label in (self.labels() if labels is None else labels)
        }

    def scenes(self) -> list[Sound]:
        """Return the scene clips."""
        return [s for s in self.sounds if s.kind == "scene"]

    def labels(self) -> tuple[str, ...]:
        """Return the event classes that have a clip, sorted."""
        return tuple(sorted({s.label for s in self.sounds if s.kind == "event"}))


def read_sounds(folder: str | Path) -> list[Sound]:
    """Read the table of a folder of sounds and check that every file is there.

    Parameters
    ----------
    folder
        Holds ``sounds.csv`` (or ``library.csv``) and the files that it names.

    Returns
    -------
    The rows in the table's order.

    Raises
    ------
    InputError
        If the folder, its table, a column or a file is missing, or a row is wrong; the message names it.
    """
    root = Path(folder)
    table = next((root / name for name in TABLE_NAMES if (root / name).is_file()), None)
    if table is None:
        raise InputError(
            f"{root} has no {TABLE_NAMES[0]}; give --sounds a folder with that table "
            f"(columns {', '.join(COLUMNS)})"
        )
    try:
        # A spreadsheet's byte order mark is no part of the first column's name.
        with table.open(newline="", encoding="utf-8-sig") as file:
            rows = csv.DictReader(file)
            absent = [column for column in COLUMNS if column not in (rows.fieldnames or ())]
            if absent:
                raise InputError(
                    f"{table} lacks the column {absent[0]}; it needs {', '.join(COLUMNS)}"
                )
            sounds = [_sound(row, f"{table}, line {rows.line_num}") for row in rows]
    except (UnicodeDecodeError, csv.Error, OSError):
        raise InputError(f"{table} is not readable; save it as CSV in UTF-8") from None
    if not sounds:
        raise InputError(f"{table} has no rows; list at least one event and one scene")
    _check_files(root, sounds)
    return sounds


def require_mixable(sounds: Iterable[Sound], split: str, n_events: int = 3) -> None:
    """Check that mixtures of ``n_events`` classes can be made of one split; InputError says what lacks."""
    rows = [sound for sound in sounds if sound.split == split]
    labels = {sound.label for sound in rows if sound.kind == "event"}
    if len(labels) < n_events:
        raise InputError(
            f"the {split} split has events of {len(labels)} classes and a mixture needs {n_events}; "
            "add event clips of other classes to the table"
        )
    if not any(sound.kind == "scene" for sound in rows):
        raise InputError(f"the {split} split has no scene; add rows of kind scene to the table")


def data_hash(folder: Path, sounds: Iterable[Sound]) -> str:
    """Digest of a table's rows and of its files' sizes, so that a run can say which data it saw."""
    lines = sorted(
        f"{s.clip}\t{s.kind}\t{s.label}\t{s.split}\t{s.recording}\t{s.seconds}"
        f"\t{(folder / s.clip).stat().st_size}"
        for s in sounds
    )
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]


def _sound(row: dict[str, str], where: str) -> Sound:
    """Check one row of the table."""
    if any(row[column] is None for column in COLUMNS):
        raise InputError(f"{where}: the row has too few fields")
    if row["kind"] not in ("event", "scene"):
        raise InputError(f"{where}: kind is {row['kind']!r}, must be event or scene")
    if row["split"] not in SPLITS:
        raise InputError(f"{where}: split is {row['split']!r}, must be one of {', '.join(SPLITS)}")
    try:
        seconds = float(row["seconds"])
    except ValueError:
        seconds = math.nan
    if not 0 < seconds <= MOST_SECONDS:
        raise InputError(
            f"{where}: seconds is {row['seconds']!r}, must be a number above 0 and at most {MOST_SECONDS}"
        )
    if "\0" in row["path"] or not row["label"].strip():
        raise InputError(f"{where}: the path or the label cannot be read; correct the row")
    texts = {column: row[column] for column in COLUMNS if column not in ("path", "seconds")}
    return Sound(clip=row["path"], seconds=seconds, **texts)


def _check_files(root: Path, sounds: Sequence[Sound]) -> None:
    """Check that all files are there and inside the folder."""
    inside = root.resolve()
    missing = []
    for sound in sounds:
        path = (root / sound.clip).resolve()
        if not path.is_relative_to(inside):
            raise InputError(
                f"the table of {root} names {sound.clip!r}, which lies outside the folder"
            )
        if not path.is_file():
            missing.append(sound.clip)
    if missing:
        raise InputError(
            f"{len(missing)} of {len(sounds)} files in the table of {root} are missing, the first is "
            f"{missing[0]}; restore them or remove their rows"
        )
