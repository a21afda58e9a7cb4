"""The sounds that a run trains on, checked before anything is decoded.

Owns what training asks of a folder beyond its form, which ``sedtf_core.datasets`` checks: enough classes
and a scene in each split, and clips of every class to learn from. Files that cannot be decoded are met by
``batches``, still before the first step.
"""

import sys
from collections.abc import Iterable
from pathlib import Path

from sedtf_core.datasets import Sound, read_sounds, require_mixable
from sedtf_core.errors import InputError


def read_training_sounds(folder: Path) -> list[Sound]:
    """Read a folder's table and check that the train and valid splits can be used.

    Parameters
    ----------
    folder
        As ``read_sounds`` takes it.

    Returns
    -------
    The rows of the table but the valid clips of recordings that the train split has, too; how many those
    are is said in one line on stderr.

    Raises
    ------
    InputError
        If a split has too few classes or no scene, or a class has no clip to learn from. A class
        that only the valid split lacks is said in one line on stderr: training can do without.
    """
    table = read_sounds(folder)
    rows = without_heard_recordings(table)
    if len(rows) < len(table):
        print(
            f"note: {len(table) - len(rows)} of the valid split's clips come from recordings that the "
            "train split has, too; they are left out",
            file=sys.stderr,
        )
    for split in ("train", "valid"):
        require_mixable(rows, split)
    lacking = classes_without_clips(rows, "train")
    if lacking:
        raise InputError(
            f"the train split has no clip of {_listed(lacking)}; add some, or remove the class from "
            "the table"
        )
    lacking = classes_without_clips(rows, "valid")
    if lacking:
        print(
            f"note: the valid split has no clip of {_listed(lacking)}, so validation says nothing of it",
            file=sys.stderr,
        )
    return rows


def without_heard_recordings(rows: Iterable[Sound]) -> list[Sound]:
    """Leave out the valid clips of recordings that the train split has, too.

    Another note of the same sampled instrument tells how well a network remembers, not what it makes of a
    sound that it never heard. The test split stays whole, so that figures compare with those of others.
    """
    rows = list(rows)
    heard = {row.recording for row in rows if row.kind == "event" and row.split == "train"} - {""}
    return [row for row in rows if row.split != "valid" or row.recording not in heard]


def classes_without_clips(rows: list[Sound], split: str) -> list[str]:
    """Return the event classes of the table that have no clip in a split, sorted."""
    events = [row for row in rows if row.kind == "event"]
    there = {row.label for row in events if row.split == split}
    return sorted({row.label for row in events} - there)


def _listed(labels: list[str]) -> str:
    """Name the first few labels."""
    more = f" and {len(labels) - 3} more classes" if len(labels) > 3 else ""
    return ", ".join(labels[:3]) + more
