"""Label files that a user brings: DCASE tables, Audacity label tracks and Raven selection tables.

Conventions: text in any line ends; times in seconds; events come back sorted by onset. What cannot be
read is an ``InputError`` that names the line. Writing these formats is left to ``exports``.
"""

import math
import re
from collections.abc import Iterable, Iterator
from typing import Final

from sedtf_core.errors import InputError
from sedtf_core.events import Event

EVENT_COLUMNS: Final = ("onset", "offset", "event_label")
RAVEN_COLUMNS: Final = ("Begin Time (s)", "End Time (s)", "Annotation")
_RECORDING_COLUMNS: Final = ("filename", "Begin File")


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
    if cells[0] == "Selection" or RAVEN_COLUMNS[0] in cells:
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
    return _parse_table(text, EVENT_COLUMNS)


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
    return list(dict.fromkeys(_parse_table(text, RAVEN_COLUMNS)))


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
