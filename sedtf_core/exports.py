"""File formats that carry an analysis to other programs, and the label files that come back.

Owns the exact text and bytes of every file we hand out, and the names of files inside archives.
Conventions: functions return ``str``, to be saved as UTF-8 with the line ends as they are, or
``bytes``; times are seconds with three to six decimals, frequencies Hz. The same input gives the
same bytes: nothing depends on the clock or the machine. A label that could break a table (tabs,
line breaks, other control characters) or that a spreadsheet would run as a formula (it begins
with ``=``, ``+``, ``-`` or ``@``) is refused, never altered, so that what is written can be read
back unchanged. Leaves audio to ``audio`` and figures to ``plotting``.
"""

import hashlib
import io
import json
import math
import os
import re
import tempfile
import unicodedata
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, Final

import numpy as np
from jaxtyping import Float

from sedtf_core import __version__
from sedtf_core.config import DetectionConfig, FeatureConfig
from sedtf_core.errors import InputError
from sedtf_core.events import Event

BandHz = tuple[float, float]
"""Lowest and highest frequency of an event in Hz."""

_EVENT_COLUMNS: Final = ("onset", "offset", "event_label")
_RAVEN_COLUMNS: Final = ("Begin Time (s)", "End Time (s)", "Annotation")
_RECORDING_COLUMNS: Final = ("filename", "Begin File")
_RESERVED_NAMES: Final = {
    # Beside the stems of the classes.
    *("background", "mixture", "scene"),
    # Devices in Windows, whatever the extension.
    *("con", "prn", "aux", "nul"),
    *(f"{device}{digit}" for device in ("com", "lpt") for digit in range(10)),
}
# The full-width forms count too: spreadsheets in East Asian locales take them for the ASCII ones.
_FORMULA_STARTS: Final = tuple("=+-@\uff1d\uff0b\uff0d\uff20")


# --- Tables ---


def events_to_tsv(events: Iterable[Event]) -> str:
    """Events as a DCASE table: ``onset``, ``offset`` (s) and ``event_label``, in the order given.

    Raises
    ------
    InputError
        If a label cannot stand in a table.
    """
    rows = [_event_cells(event) for event in events]
    return _table([_EVENT_COLUMNS, *rows])


def tags_to_tsv(clip_probs: Float[np.ndarray, " classes"], labels: Sequence[str]) -> str:
    """Clip probabilities as a table of ``event_label`` and ``probability``, a row a class.

    Raises
    ------
    InputError
        If a label cannot stand in a table.
    """
    rows = [
        (_label_cell(label), f"{probability:.6f}")
        for label, probability in zip(labels, clip_probs, strict=True)
    ]
    return _table([("event_label", "probability"), *rows])


def frame_scores_to_tsv(
    frame_scores: Float[np.ndarray, "classes frames"], labels: Sequence[str], frame_hop_s: float
) -> str:
    """Frame scores as a table: ``onset`` and ``offset`` (s) of each frame, then a column a class.

    Raises
    ------
    InputError
        If a label cannot stand in a table.
    ValueError
        If there is not one label a class.
    """
    if len(labels) != frame_scores.shape[0]:
        raise ValueError(f"{len(labels)} labels for {frame_scores.shape[0]} rows of frame scores")
    # One format call a row: an hour has 112 500 rows, and this takes a second rather than ten.
    scores = "\t".join(["%.6f"] * len(labels))
    rows = (
        (
            _decimal(frame * frame_hop_s),
            _decimal((frame + 1) * frame_hop_s),
            scores % tuple(row.tolist()),
        )
        for frame, row in enumerate(frame_scores.T)
    )
    return _table([("onset", "offset", *map(_label_cell, labels)), *rows])


def events_to_audacity(events: Sequence[Event], bands_hz: Sequence[BandHz] | None = None) -> str:
    """Events as an Audacity label track, to open with File, Import, Labels.

    Parameters
    ----------
    events
        In the order of the rows.
    bands_hz
        The frequency range of each event in Hz, which Audacity shows as a spectral selection; it
        becomes the second line of a label.

    Raises
    ------
    InputError
        If a label cannot stand in a table.
    """
    rows: list[Sequence[str]] = []
    for index, event in enumerate(events):
        rows.append(_event_cells(event))
        if bands_hz is not None:
            rows.append(("\\", *map(_decimal, bands_hz[index])))
    return _table(rows)


def events_to_raven(events: Sequence[Event], bands_hz: Sequence[BandHz] | None = None) -> str:
    """Events as a Raven selection table with the label in the column ``Annotation``.

    Parameters
    ----------
    events
        In the order of the rows.
    bands_hz
        The frequency range of each event in Hz. Raven draws boxes and needs one; by default it is
        the range of the features.

    Raises
    ------
    InputError
        If a label cannot stand in a table.
    """
    features = FeatureConfig()
    begin, end, annotation = _RAVEN_COLUMNS
    band = ("Low Freq (Hz)", "High Freq (Hz)")
    rows: list[Sequence[str]] = [("Selection", "View", "Channel", begin, end, *band, annotation)]
    for index, event in enumerate(events):
        band_hz = bands_hz[index] if bands_hz else (features.low_hz, features.high_hz)
        onset, offset, label = _event_cells(event)
        selection = (str(index + 1), "Spectrogram 1", "1")
        rows.append((*selection, onset, offset, *map(_decimal, band_hz), label))
    return _table(rows)


# --- Label files of the user ---


def parse_labels(data: bytes) -> list[Event]:
    """Read events from a labels file in any of the three table formats, told by its first line.

    Parameters
    ----------
    data
        The bytes of a DCASE table, a Raven selection table or an Audacity label track, in UTF-8.

    Returns
    -------
    Events sorted by onset.

    Raises
    ------
    InputError
        If the text is not UTF-8 or a line cannot be read; names the line.
    """
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise InputError(f"line {line}: the text is not UTF-8; save the file as UTF-8") from error
    _, first = next(_numbered_lines(text), (1, ""))
    cells = first.split("\t")
    if _is_number(cells[0]):
        return parse_audacity(text)
    if cells[0] == "Selection" or _RAVEN_COLUMNS[0] in cells:
        return parse_raven(text)
    return parse_events_tsv(text)


def parse_events_tsv(text: str) -> list[Event]:
    """Read a DCASE table with the columns ``onset``, ``offset`` (s) and ``event_label``.

    Further columns are passed over. An empty table is a recording without events.

    Returns
    -------
    Events sorted by onset.

    Raises
    ------
    InputError
        If a column is missing, a line cannot be read, or the table holds more than one recording.
    """
    return _parse_table(text, _EVENT_COLUMNS)


def parse_raven(text: str) -> list[Event]:
    """Read a Raven selection table whose labels stand in the column ``Annotation``.

    Raven writes a selection once a view (waveform, spectrogram); these rows count as one event.

    Returns
    -------
    Events sorted by onset.

    Raises
    ------
    InputError
        If a column is missing, a line cannot be read, or the table holds more than one recording.
    """
    return list(dict.fromkeys(_parse_table(text, _RAVEN_COLUMNS)))


def parse_audacity(text: str) -> list[Event]:
    """Read an Audacity label track; frequency ranges are passed over.

    Returns
    -------
    Events sorted by onset.

    Raises
    ------
    InputError
        If a line cannot be read or a label marks a point rather than a region.
    """
    events = []
    for number, line in _numbered_lines(text):
        cells = line.split("\t")
        if cells[0] == "\\":
            continue
        if len(cells) != 3:
            raise InputError(
                f"line {number}: expected start, end and label with tabs between, "
                f"got {_quote(line)}; export the labels from Audacity again"
            )
        events.append(_parse_event(number, *cells))
    return _sorted(events)


# --- JSON ---


def events_to_jams(events: Iterable[Event], duration_s: float, title: str = "") -> str:
    """Events as a JAMS file with one annotation in the namespace ``tag_open``.

    Parameters
    ----------
    events
        In the order of the observations.
    duration_s
        Length of the recording in seconds.
    title
        Name of the recording.

    Source
    ------
    E. Humphrey et al., "JAMS: A JSON Annotated Music Specification", ISMIR 2014; the
    schema of version 0.3.
    """
    observations = [
        {
            "time": _rounded(event.onset),
            "duration": _rounded(event.offset - event.onset),
            "value": event.label,
            "confidence": None,
        }
        for event in events
    ]
    annotation = {
        "namespace": "tag_open",
        "time": 0.0,
        "duration": _rounded(duration_s),
        "data": observations,
        "annotation_metadata": {"annotation_tools": f"sedtf_core {__version__}"},
        "sandbox": {},
    }
    metadata = {"title": title, "duration": _rounded(duration_s), "jams_version": "0.3.5"}
    return _json({"file_metadata": metadata, "annotations": [annotation], "sandbox": {}})


def analysis_to_json(
    *,
    file_name: str,
    duration_s: float,
    system: str,
    checkpoint: str,
    detection: DetectionConfig,
    labels: Sequence[str],
    clip_probs: Float[np.ndarray, " classes"],
    events: Iterable[Event],
) -> str:
    """All numbers of an analysis, enough to say how each came about.

    Parameters
    ----------
    file_name
        Name of the recording, kept as data only: no file is named after it.
    duration_s
        Length of the recording in seconds.
    system, checkpoint
        The network and the weights that were used.
    detection
        The thresholds that turned frame scores into events.
    labels, clip_probs
        The classes and their clip probabilities, 0 to 1.
    events
        The detected events.
    """
    content = {
        "version": __version__,
        "file": file_name,
        "duration_s": _rounded(duration_s),
        "system": system,
        "checkpoint": checkpoint,
        "detection": asdict(detection),
        "clip_probs": dict(zip(labels, map(_rounded, clip_probs.tolist()), strict=True)),
        "events": [_event_fields(event) for event in events],
    }
    return _json(content)


# --- Masks ---


def masks_to_npz(
    masks: Float[np.ndarray, "classes frames mel_bins"],
    labels: Sequence[str],
    frame_hop_s: float,
    mel_hz: Float[np.ndarray, " mel_bins"],
) -> bytes:
    """Masks as a NumPy archive of ``masks`` (float16), ``labels``, ``frame_hop_s`` and ``mel_hz``.

    Parameters
    ----------
    masks
        Values 0 to 1.
    labels
        The classes, in the order of the first axis.
    frame_hop_s
        Seconds from one frame to the next.
    mel_hz
        Centre frequency of each mel band in Hz.
    """
    if len(labels) != masks.shape[0]:
        raise ValueError(f"{len(labels)} labels for {masks.shape[0]} masks")
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        blocks = [_float16_bytes(masks)]
        _write_npz(archive, labels, frame_hop_s, mel_hz, masks.shape[1], blocks)
    return file.getvalue()


class MaskSpool:
    """Writes the file of ``masks_to_npz`` block by block, for recordings of any length.

    The archive holds one class after the other while blocks arrive frame after frame, so each class
    is gathered in a temporary file beside ``path``; leaving the context joins them and moves the
    archive into place in one step. If the context is left by an exception nothing remains, and a
    file that stood at ``path`` before stays as it was.

    Parameters
    ----------
    path
        The ``.npz`` file to write; its folder must exist.
    labels
        The classes, in the order of the first axis of every block.
    frame_hop_s
        Seconds from one frame to the next.
    mel_hz
        Centre frequency of each mel band in Hz.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        labels: Sequence[str],
        frame_hop_s: float,
        mel_hz: Float[np.ndarray, " mel_bins"],
    ) -> None:
        """Remember what to write; nothing is created before the context is entered."""
        self._path = Path(path)
        self._labels = tuple(labels)
        self._frame_hop_s = frame_hop_s
        self._mel_hz = mel_hz
        self._frames = 0

    def __enter__(self) -> "MaskSpool":
        """Create the temporary files."""
        with ExitStack() as stack:
            temporary = tempfile.TemporaryDirectory(dir=self._path.parent, prefix=".masks-")
            self._folder = Path(stack.enter_context(temporary))
            self._files = [
                stack.enter_context((self._folder / f"{index}.f2").open("w+b"))
                for index in range(len(self._labels))
            ]
            self._cleanup = stack.pop_all()
        return self

    def append(self, masks: Float[np.ndarray, "classes frames mel_bins"]) -> None:
        """Add the next frames of all classes.

        Parameters
        ----------
        masks
            Values 0 to 1; any number of frames, none included.

        Raises
        ------
        ValueError
            If the block has other classes or bands than the spool.
        """
        classes, frames, mel_bins = masks.shape
        if (classes, mel_bins) != (len(self._labels), len(self._mel_hz)):
            raise ValueError(
                f"expected {len(self._labels)} classes of {len(self._mel_hz)} bands, "
                f"got a block of {classes} classes of {mel_bins}"
            )
        for file, mask in zip(self._files, masks, strict=True):
            file.write(_float16_bytes(mask))
        self._frames += frames

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Write the archive unless the context failed, and remove the temporary files."""
        with self._cleanup:
            if kind is None:
                self._save()

    def _save(self) -> None:
        """Join the temporary files into one archive and move it into place."""
        whole = self._folder / "whole.npz"
        for file in self._files:
            file.seek(0)
        blocks = (block for file in self._files for block in iter(partial(file.read, 1 << 20), b""))
        with zipfile.ZipFile(whole, "w") as archive:
            _write_npz(archive, self._labels, self._frame_hop_s, self._mel_hz, self._frames, blocks)
        os.replace(whole, self._path)


# --- Archives ---


def safe_name(label: str) -> str:
    """A file name without extension for a label, the same on every system.

    Plain labels stay as they are. Others are reduced to ASCII letters, digits, ``_`` and ``-``
    and get eight digits of a digest of the label, so that no two labels share a name. Labels that
    differ only in case do on systems that ignore case; ``zip_bytes`` refuses them.

    Returns
    -------
    One to 60 characters: no separator, no dot, no name that a system or the other stems reserve.
    """
    plain = re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{0,59}", label)
    # A label that looks as if it had a digest could be the name of another one.
    looks_digested = re.search(r"-[0-9a-f]{8}$", label, flags=re.IGNORECASE)
    if plain and not looks_digested and label.lower() not in _RESERVED_NAMES:
        return label
    decomposed = unicodedata.normalize("NFKD", label)
    letters = decomposed.encode("ascii", errors="ignore").decode("ascii")
    words = re.sub(r"[^A-Za-z0-9]+", "_", letters).strip("_")[:48] or "label"
    digest = hashlib.sha256(label.encode("utf-8", errors="surrogatepass")).hexdigest()
    return f"{words}-{digest[:8]}"


def zip_bytes(files: Mapping[str, bytes | str]) -> bytes:
    """Files as one zip archive; the same files give the same bytes, in whatever order they come.

    Parameters
    ----------
    files
        Contents by name; names are relative with ``/`` between folders, text is stored as UTF-8.

    Raises
    ------
    ValueError
        If a name leads out of the archive, or two names differ only in the case of their letters.
    """
    lower = [name.lower() for name in files]
    for name in files:
        if {"", ".", ".."} & set(name.split("/")) or re.search(r"[\\:]", name):
            raise ValueError(f"a name inside an archive must be plain and relative, got {name!r}")
        if lower.count(name.lower()) > 1:
            raise ValueError(f"names inside an archive must differ in more than case, got {name!r}")
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as target:
        for name in sorted(files):
            contents = files[name]
            data = contents.encode("utf-8") if isinstance(contents, str) else contents
            target.writestr(_zip_entry(name, zipfile.ZIP_DEFLATED), data)
    return archive.getvalue()


# --- Cells, lines and entries ---


def _label_cell(label: str) -> str:
    """The label, if it can stand in a cell of a table."""
    if not label or label != label.strip():
        raise InputError(f"the label {label!r} is empty or has spaces around it; rename the class")
    if any(unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp") for character in label):
        raise InputError(f"the label {label!r} holds a tab or a line break; rename the class")
    if label.startswith(_FORMULA_STARTS):
        raise InputError(f"the label {label!r} begins like a formula; rename the class")
    return label


def _event_cells(event: Event) -> tuple[str, str, str]:
    """Onset, offset and label of an event as cells."""
    if not 0 <= event.onset < event.offset < math.inf:
        raise ValueError(f"an event must start at 0 s or later and end after that, got {event}")
    return _decimal(event.onset), _decimal(event.offset), _label_cell(event.label)


def _decimal(value: float) -> str:
    """A number with three to six decimals; a microsecond is less than a sample."""
    whole, decimals = f"{value:.6f}".split(".")
    return f"{whole}.{decimals.rstrip('0'):0<3}"


def _table(rows: Iterable[Sequence[str]]) -> str:
    """Rows of cells with tabs between and a line end after each."""
    return "".join("\t".join(row) + "\n" for row in rows)


def _numbered_lines(text: str) -> Iterator[tuple[int, str]]:
    """Lines that are not blank, with their number from 1; any line ends, with or without a mark."""
    lines = re.split(r"\r\n|\r|\n", text.removeprefix("\ufeff"))
    return ((number, line) for number, line in enumerate(lines, start=1) if line.strip())


def _parse_table(text: str, columns: tuple[str, str, str]) -> list[Event]:
    """Events from a table whose header names the columns of onset, offset and label."""
    lines = _numbered_lines(text)
    number, header = next(lines, (1, ""))
    names = [name.strip() for name in header.split("\t")]
    for column in columns:
        if column not in names:
            raise InputError(
                f"line {number}: the column {column!r} is missing; "
                f"the first line must name {', '.join(columns)} with tabs between"
            )
    recording: str | None = None
    events = []
    for number, line in lines:
        cells = line.split("\t")
        if len(cells) != len(names):
            raise InputError(
                f"line {number}: expected {len(names)} cells as in the first line, "
                f"got {len(cells)}; put one tab between cells"
            )
        row = dict(zip(names, cells, strict=True))
        file = next((row[column] for column in _RECORDING_COLUMNS if column in row), None)
        if recording is not None and file != recording:
            raise InputError(
                f"line {number}: a second recording, {_quote(file or '')}; "
                "keep the rows of one recording"
            )
        recording = file
        events.append(_parse_event(number, *(row[column] for column in columns)))
    return _sorted(events)


def _parse_event(number: int, onset: str, offset: str, label: str) -> Event:
    """An event from three cells of line ``number``."""
    for cell in (onset, offset):
        if not _is_number(cell):
            raise InputError(
                f"line {number}: {_quote(cell)} is not a time in seconds; write it as 1.25"
            )
    if not 0 <= float(onset) < float(offset):
        raise InputError(
            f"line {number}: an event must start at 0 s or later and end after that, "
            f"got {float(onset):g} to {float(offset):g} s; mark a region, not a point"
        )
    if not label.strip():
        raise InputError(f"line {number}: the label is empty; name the class of the event")
    return Event(onset=float(onset), offset=float(offset), label=label.strip())


def _is_number(cell: str) -> bool:
    """Whether the cell is a finite decimal number."""
    try:
        return math.isfinite(float(cell))
    except ValueError:
        return False


def _quote(cell: str) -> str:
    """What the user wrote, on one line and not longer than a line."""
    return repr(cell if len(cell) <= 40 else f"{cell[:40]}…")


def _sorted(events: Iterable[Event]) -> list[Event]:
    """Events by onset; those that start together by offset, then label."""
    return sorted(events, key=lambda event: (event.onset, event.offset, event.label))


def _rounded(value: float) -> float:
    """A number with six decimals, so that float32 0.1 does not read 0.10000000149."""
    return round(float(value), 6)


def _event_fields(event: Event) -> dict[str, float | str]:
    """Columns of the event table and their values."""
    onset, offset, label = _EVENT_COLUMNS
    return {onset: _rounded(event.onset), offset: _rounded(event.offset), label: event.label}


def _json(content: Mapping[str, Any]) -> str:
    """Readable JSON; not-a-number is an error, as JSON has no word for it."""
    text = json.dumps(content, ensure_ascii=False, indent=2, allow_nan=False) + "\n"
    # A file name that is not UTF-8 reaches Python with surrogates, which no UTF-8 file can hold.
    return text.encode("utf-8", errors="replace").decode("utf-8")


def _float16_bytes(masks: Float[np.ndarray, "*axes"]) -> bytes:
    """Values as little-endian float16 in C order, as ``_write_npz`` declares them."""
    return masks.astype("<f2").tobytes(order="C")


def _write_npz(
    archive: zipfile.ZipFile,
    labels: Sequence[str],
    frame_hop_s: float,
    mel_hz: Float[np.ndarray, " mel_bins"],
    frames: int,
    blocks: Iterable[bytes],
) -> None:
    """Fill the archive of masks; ``blocks`` joined are their float16 values in C order."""
    arrays = {
        "labels": np.array(labels, dtype=np.str_),
        "frame_hop_s": np.array(frame_hop_s, dtype=np.float64),
        "mel_hz": np.asarray(mel_hz, dtype=np.float64),
    }
    header = {"descr": "<f2", "fortran_order": False, "shape": (len(labels), frames, len(mel_hz))}
    # The archive cannot know the size in advance, and long recordings pass 2 GiB.
    with archive.open(_zip_entry("masks.npy"), "w", force_zip64=True) as entry:
        np.lib.format.write_array_header_1_0(entry, header)
        for block in blocks:
            entry.write(block)
    for name, array in arrays.items():
        with archive.open(_zip_entry(f"{name}.npy"), "w") as entry:
            np.lib.format.write_array(entry, array, allow_pickle=False)


def _zip_entry(name: str, compression: int = zipfile.ZIP_STORED) -> zipfile.ZipInfo:
    """A zip entry that says nothing about when and where it was made."""
    entry = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
    entry.compress_type = compression
    entry.create_system = 3  # Unix, wherever we run, so that the permissions below hold
    entry.external_attr = 0o644 << 16
    return entry
