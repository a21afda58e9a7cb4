"""The paper's four folds: which recordings are tested on, and which train and validate.

Conventions: folds count from 1. The clips of one recording, and the scenes of one location, lie in one fold.
Fold k is the test split; of the other three, a tenth of each class is the valid split and the rest the train
split, so that training sees nearly the three folds that the paper trains on. Who goes where depends on names
and the seed alone. Leaves reading clips to ``dcase``.
"""

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from sedtf_core.datasets import Sound
from sedtf_core.errors import InputError

FOLDS = 4
VALID_SHARE = 0.1  # of what is not tested on, by clips


def require_fold(fold: int) -> None:
    """Check the number of a fold; InputError if there is no such fold."""
    if not 1 <= fold <= FOLDS:
        raise InputError(f"--fold is {fold}, must be 1 to {FOLDS}")


def deal_folds(sounds: Sequence[Sound], seed: int = 0) -> dict[str, int]:
    """Deal recordings into the four folds, each class as evenly as its recordings allow.

    Parameters
    ----------
    sounds
        Clips of one kind. A recording with several labels counts for the first of them.
    seed
        Another seed deals otherwise.

    Returns
    -------
    For each recording its fold, 1 to 4.

    Raises
    ------
    InputError
        If a class has fewer recordings than there are folds.
    """
    folds: dict[str, int] = {}
    filled: Counter[int] = Counter()
    for label, recordings in _recordings(sounds, seed).items():
        if len(recordings) < FOLDS:
            raise InputError(
                f"the class {label} has {len(recordings)} recordings or locations and {FOLDS} folds need "
                f"{FOLDS}; add some, or remove its rows"
            )
        of_label: Counter[int] = Counter()
        for recording, clips in sorted(recordings, key=lambda entry: -entry[1]):
            fold = min(range(1, FOLDS + 1), key=lambda n: (of_label[n], filled[n], n))
            folds[recording] = fold
            of_label[fold] += clips
            filled[fold] += clips
    return folds


def split_fold(sounds: Sequence[Sound], fold: int, seed: int = 0) -> list[Sound]:
    """Put clips of one kind into splits: fold ``fold`` is tested on, the rest trains and validates.

    Parameters
    ----------
    sounds
        As ``read_events`` or ``read_scenes`` returns them.
    fold
        1 to 4.
    seed
        As ``deal_folds`` takes it; equal for the four folds of one experiment.

    Returns
    -------
    The rows in their order, each with its split.

    Raises
    ------
    InputError
        If there is no such fold, or a class is too small for four.
    """
    require_fold(fold)
    folds = deal_folds(sounds, seed)
    rest = [sound for sound in sounds if folds[sound.recording] != fold]
    held: set[str] = set()
    for recordings in _recordings(rest, seed).values():
        wanted = VALID_SHARE * sum(clips for _, clips in recordings)
        for recording, clips in recordings[:-1]:  # the last stays, so that every class is learnt
            if wanted <= 0:
                break
            held.add(recording)
            wanted -= clips
    return [
        replace(sound, split=_split(folds[sound.recording] == fold, sound.recording in held))
        for sound in sounds
    ]


def _split(is_tested: bool, is_held_out: bool) -> str:
    """Name the split of a recording."""
    return "test" if is_tested else "valid" if is_held_out else "train"


def _recordings(sounds: Sequence[Sound], seed: int) -> dict[str, list[tuple[str, int]]]:
    """List each class's recordings with their clips, in an order that the seed draws."""
    clips = Counter(sound.recording for sound in sounds)
    label_of: dict[str, str] = {}
    for sound in sounds:
        label_of[sound.recording] = min(sound.label, label_of.get(sound.recording, sound.label))
    by_label: dict[str, list[tuple[str, int]]] = {label: [] for label in sorted(label_of.values())}
    # A digest, not a generator: neither another NumPy nor a row more or less moves a recording's place.
    for recording in sorted(
        clips, key=lambda name: hashlib.sha256(f"{seed} {name}".encode()).digest()
    ):
        by_label[label_of[recording]].append((recording, clips[recording]))
    return by_label
