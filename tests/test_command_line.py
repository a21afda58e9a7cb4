"""How commands end, as the scripts that call them see it: status, and one line on the error stream."""

import argparse
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from sedtf_core.command_line import (
    at_least,
    command,
    finite,
    given_path,
    not_negative,
    require_writable,
    write_json,
)
from sedtf_core.errors import InputError

INFO = (sys.executable, "-m", "sedtf_core", "info")


@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_output_that_cannot_be_written_is_one_line(unbuffered: str) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            INFO,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            env={**os.environ, "PYTHONUNBUFFERED": unbuffered},
        )
    assert done.returncode == 2
    assert done.stderr == "error: no space is left to write to; free some\n"


def test_a_user_whose_share_of_the_disk_is_full_is_told_as_much() -> None:
    code = (
        "import errno; from sedtf_core.command_line import command\n"
        "@command\n"
        "def main(_): raise OSError(errno.EDQUOT, 'Disk quota exceeded')\n"
        "raise SystemExit(main())"
    )
    done = subprocess.run((sys.executable, "-c", code), capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert done.stderr.startswith("error: no space is left")


def test_a_reader_that_has_enough_is_no_error() -> None:
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run(INFO, stdout=write, stderr=subprocess.PIPE, text=True, check=False)
    os.close(write)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_name_that_the_terminal_cannot_show_is_escaped() -> None:
    code = "from sedtf_core.command_line import command; command(lambda _: print('ü'))()"
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    done = subprocess.run(
        (sys.executable, "-c", code), capture_output=True, text=True, check=True, env=environment
    )
    assert done.stdout == "\\xfc\n"


@pytest.mark.parametrize(
    ("error", "status", "line"),
    [
        (InputError("no sound; bring one"), 2, "error: no sound; bring one\n"),
        (KeyboardInterrupt(), 130, "stopped\n"),
        (KeyboardInterrupt("stopped; go on with --resume"), 130, "stopped; go on with --resume\n"),
    ],
)
def test_what_a_user_does_ends_in_a_line_and_a_status(
    capsys: pytest.CaptureFixture[str], error: BaseException, status: int, line: str
) -> None:
    @command
    def main(_: list[str] | None) -> None:
        raise error

    assert main([]) == status
    assert capsys.readouterr().err == line


def test_a_mistake_of_ours_keeps_its_traceback() -> None:
    @command
    def main(_: list[str] | None) -> None:
        raise PermissionError(13, "Permission denied")

    with pytest.raises(PermissionError):
        main([])


@pytest.mark.parametrize(
    ("read", "text"),
    [
        (finite, "nan"),
        (finite, "-inf"),
        (finite, "ten"),
        (not_negative, "-0.1"),
        (at_least(1), "0"),
        (at_least(0), "-1"),
        (at_least(0), "1.5"),
        (at_least(0), "1_000"),
        (at_least(0), "--1"),
        (at_least(0), "٣"),
        (at_least(0), ""),
        (given_path, ""),
    ],
)
def test_arguments_that_no_command_can_use_are_refused(
    read: Callable[[str], object], text: str
) -> None:
    with pytest.raises(argparse.ArgumentTypeError):
        read(text)


def test_numbers_and_paths_are_read_as_written() -> None:
    assert (finite("-1e-3"), not_negative("0"), at_least(-2)("-2")) == (-0.001, 0.0, -2)
    assert given_path("a/b") == Path("a/b")


def test_figures_go_to_a_new_folder_or_cost_one_line(tmp_path: Path) -> None:
    write_json(tmp_path / "new" / "figures.json", {"f1": 0.5}, "--json")
    assert (tmp_path / "new" / "figures.json").read_text() == '{\n "f1": 0.5\n}\n'
    with pytest.raises(InputError, match="choose another --json"):
        write_json(tmp_path / "new" / "figures.json" / "x.json", {}, "--json")


def test_a_file_is_known_to_be_writable_without_a_trace(tmp_path: Path) -> None:
    kept = tmp_path / "kept.json"
    kept.write_text("before")
    for target in (kept, tmp_path / "new.json", tmp_path / "new" / "deep" / "x.json"):
        require_writable(target, "--json")
    assert list(tmp_path.iterdir()) == [kept]
    assert kept.read_text() == "before"
    for target in (tmp_path, kept / "x.json", kept / "new" / "x.json"):
        with pytest.raises(InputError, match=r"cannot write .*; choose another --json"):
            require_writable(target, "--json")
