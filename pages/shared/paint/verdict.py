"""A painted mask's score in words: how far it is from the networks and from the ideal.

Conventions: SI-SDR improvement in dB, a difference below 0.05 dB being none.
"""

from collections.abc import Mapping, Sequence

from pages.shared.numbers import signed_db
from pages.shared.paint.board import NAMES, RATIO

_LEVEL_DB = 0.05
_FAR_DB = -40.0  # as in scores.js: nothing of the event is left, and the number has no bottom


def verdict(yours_db: float | None, scores_db: Mapping[str, float], *, painted: bool) -> str:
    """One or two sentences about a mask.

    Parameters
    ----------
    yours_db
        Improvement of the painted mask; None where nothing of it is heard.
    scores_db
        Improvements of the systems' and the ideal masks, as ``Board.scores_db`` names them.
    painted
        Whether there is a mask at all.
    """
    systems = [name for name in scores_db if not name.startswith("ideal")]
    best = max(systems, key=lambda name: scores_db[name], default=None)
    ceiling_db = scores_db[RATIO]
    if not painted:
        network = (
            f"{NAMES[best]}, the best network here, gains {signed_db(scores_db[best])}, "
            if best
            else ""
        )
        return f"Nothing is painted yet. {network}an ideal ratio mask {signed_db(ceiling_db)}."
    if yours_db is None or yours_db < _FAR_DB:
        return "Almost nothing of the event passes your mask. Paint where it sounds."
    distance = f"{_apart(yours_db - ceiling_db)} the ideal ratio mask"
    if best is None:
        return f"Yours gains {signed_db(yours_db)}, {distance}."
    nearest = f"{_apart(yours_db - scores_db[best])} {NAMES[best]}"
    beaten = [name for name in systems if yours_db - scores_db[name] >= _LEVEL_DB]
    return f"Yours is {nearest} and {distance}. {_beats(beaten, systems)}"


def _beats(beaten: Sequence[str], systems: Sequence[str]) -> str:
    """Which networks were beaten."""
    if not beaten:
        return "It beats no network yet."
    *others, last = (NAMES[name] for name in beaten)
    listed = f"{', '.join(others)} and {last}" if others else last
    left = [NAMES[name] for name in systems if name not in beaten]
    return f"It beats {listed}" + (f", not {' or '.join(left)}." if left else ".")


def _apart(difference_db: float) -> str:
    """How two levels differ."""
    if abs(difference_db) < _LEVEL_DB:
        return "level with"
    return f"{abs(difference_db):.1f} dB {'above' if difference_db > 0 else 'below'}"
