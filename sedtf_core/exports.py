"""File formats that carry an analysis to other programs.

Owns the exact text and bytes of every file we hand out, and the names of files inside archives.
Conventions: functions return ``str``, to be saved as UTF-8 with the line ends as they are, or
``bytes``; times are seconds with three to six decimals, frequencies Hz. The same input gives the
same bytes: nothing depends on the clock or the machine. A label that could break a table (tabs,
line breaks, other control characters) or that a spreadsheet would run as a formula (it begins
with ``=``, ``+``, ``-`` or ``@``) is refused, never altered, so that what is written can be read
back unchanged. Leaves audio to ``audio``, masks to ``mask_files``, reading labels to
``label_files`` and figures to ``plotting``.
"""

import hashlib
import io
import json
import math
import re
import unicodedata
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any, Final

import numpy as np
from jaxtyping import Float

from sedtf_core import __version__
from sedtf_core.config import DetectionConfig, FeatureConfig
from sedtf_core.errors import InputError
from sedtf_core.events import Event
from sedtf_core.label_files import EVENT_COLUMNS, RAVEN_COLUMNS
from sedtf_core.mask_files import zip_entry

BandHz = tuple[float, float]
"""Lowest and highest frequency of an event in Hz."""

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
    return _table([EVENT_COLUMNS, *rows])


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
    begin, end, annotation = RAVEN_COLUMNS
    band = ("Low Freq (Hz)", "High Freq (Hz)")
    rows: list[Sequence[str]] = [("Selection", "View", "Channel", begin, end, *band, annotation)]
    for index, event in enumerate(events):
        band_hz = bands_hz[index] if bands_hz else (features.low_hz, features.high_hz)
        onset, offset, label = _event_cells(event)
        selection = (str(index + 1), "Spectrogram 1", "1")
        rows.append((*selection, onset, offset, *map(_decimal, band_hz), label))
    return _table(rows)


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
            target.writestr(zip_entry(name, zipfile.ZIP_DEFLATED), data)
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


def _rounded(value: float) -> float:
    """A number with six decimals, so that float32 0.1 does not read 0.10000000149."""
    return round(float(value), 6)


def _event_fields(event: Event) -> dict[str, float | str]:
    """Columns of the event table and their values."""
    onset, offset, label = EVENT_COLUMNS
    return {onset: _rounded(event.onset), offset: _rounded(event.offset), label: event.label}


def _json(content: Mapping[str, Any]) -> str:
    """Readable JSON; not-a-number is an error, as JSON has no word for it."""
    text = json.dumps(content, ensure_ascii=False, indent=2, allow_nan=False) + "\n"
    # A file name that is not UTF-8 reaches Python with surrogates, which no UTF-8 file can hold.
    return text.encode("utf-8", errors="replace").decode("utf-8")
