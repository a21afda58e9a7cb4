"""The one exception for what a user can cause: its message is the line that the user reads.

The command line prints it and exits with status 2; a page shows it. Anything else that is raised is a
programming error and keeps its traceback. ``writing`` says of all that cannot be written the same words.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class InputError(ValueError):
    """Input that cannot be used. The message says in one line what was wrong and what to do."""


@contextmanager
def writing(target: Path, other: str) -> Iterator[None]:
    """Turn an OSError in the body into an InputError: what cannot be written, why, and what to do.

    Parameters
    ----------
    target
        The file or folder that is written.
    other
        What the user may choose another of: the option that named the target, or ``place``.
    """
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        raise InputError(f"cannot write {target} ({reason}); choose another {other}") from None
