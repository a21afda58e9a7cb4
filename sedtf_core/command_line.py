"""What every command here shares: how it ends, how it refuses an argument, and types of arguments.

Conventions: exit status 0; 2 with one line on the standard error stream a problem that a user can mend; 130
when interrupted. Anything else that is raised is a programming error and keeps its traceback. Leaves what a
command does to ``cli`` and to the scripts of ``train``.
"""

import argparse
import errno
import io
import json
import math
import os
import sys
import tempfile
from collections.abc import Callable, Mapping
from functools import wraps
from pathlib import Path
from typing import Any, NoReturn

from sedtf_core.errors import InputError, writing

NO_SPACE = (errno.ENOSPC, errno.EDQUOT)  # a disk is full, or a user's share of it


class Parser(argparse.ArgumentParser):
    """A parser whose errors are one line."""

    def error(self, message: str) -> NoReturn:
        """Raise what ``command`` prints."""
        raise InputError(f"{message}; see {self.prog} --help")


def command(run: Callable[[list[str] | None], int | None]) -> Callable[..., int]:
    """Make a program's ``main`` of what it does.

    Parameters
    ----------
    run
        Takes the arguments without the program, None for those of this process; returns an exit status,
        or None for 0.

    Returns
    -------
    The same, which turns an InputError or an interruption into a line and a status.
    """

    @wraps(run)
    def main(arguments: list[str] | None = None) -> int:
        if isinstance(sys.stdout, io.TextIOWrapper):
            # A file's name may hold what the terminal's encoding lacks.
            sys.stdout.reconfigure(errors="backslashreplace")
        try:
            status = run(arguments) or 0
            sys.stdout.flush()  # while an error can still be told
        except InputError as error:
            print(f"error: {error}", file=sys.stderr)
            return 2
        except KeyboardInterrupt as interruption:
            # A script that can go on raises it anew, and says how.
            print(str(interruption) or "stopped", file=sys.stderr)
            return 130
        except OSError as error:
            if error.errno not in (errno.EPIPE, *NO_SPACE):
                raise
            # Python would complain at exit of what it could not write.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            if error.errno == errno.EPIPE:
                return 0  # the reader of a pipe, such as head, has what it wanted
            print("error: no space is left to write to; free some", file=sys.stderr)
            return 2
        return status

    return main


def finite(text: str) -> float:
    """Read a number; neither nan nor an infinity."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise argparse.ArgumentTypeError(f"{text} is not a finite number")
    return value


def not_negative(text: str) -> float:
    """Read a finite number of at least 0."""
    value = finite(text)
    if value < 0:
        raise argparse.ArgumentTypeError(f"must be at least 0, got {text}")
    return value


def at_least(least: int) -> Callable[[str], int]:
    """Return the type of a whole number that is not below ``least``."""

    def whole(text: str) -> int:
        # int() would take 1_000 and other scripts' digits, too.
        if not (text.removeprefix("-").isdigit() and text.isascii() and int(text) >= least):
            raise argparse.ArgumentTypeError(f"{text} is not a whole number from {least}")
        return int(text)

    return whole


def given_path(text: str) -> Path:
    """Read a path; an empty one, as of an unset variable, would mean the current folder."""
    if not text:
        raise argparse.ArgumentTypeError("the path is empty")
    return Path(text)


def require_writable(target: Path, option: str) -> None:
    """Check that a file can be written before minutes are spent on what goes into it; leaves no trace."""
    with writing(target, option):
        if target.exists():
            target.open("a").close()
        else:
            folder = next(parent for parent in target.parents if parent.exists())
            tempfile.TemporaryFile(dir=folder).close()


def write_json(target: Path, figures: Mapping[str, Any], option: str) -> None:
    """Write figures to the file that an option names, an entry a line; InputError if that cannot be."""
    entries = (f" {json.dumps(name)}: {json.dumps(value)}" for name, value in figures.items())
    with writing(target, option):
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text("{\n" + ",\n".join(entries) + "\n}\n", "utf-8")
