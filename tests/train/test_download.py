"""Archives over HTTP from this machine: whole, broken off, continued, damaged and unsafe."""

import contextlib
import errno
import hashlib
import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from sedtf_core.errors import InputError
from train import download
from train.download import Record, fetch, unpack


@dataclass
class Shelf:
    """What the server offers, how it behaves, and what it was asked for."""

    files: dict[str, bytes]
    address: str = ""
    breaks_after: list[int] = field(default_factory=list)  # bytes, one entry an answer
    knows_ranges: bool = True
    ranges: list[str | None] = field(default_factory=list)


class Handler(BaseHTTPRequestHandler):
    """Answers as Zenodo does, apart from breaking off when told to."""

    shelf: Shelf

    def do_GET(self) -> None:
        content = self.shelf.files.get(self.path.rpartition("/")[2])
        if content is None:
            self.send_error(404)
            return
        asked = self.headers["Range"]
        self.shelf.ranges.append(asked)
        start = int(asked.removeprefix("bytes=").rstrip("-")) if asked else 0
        start = start if self.shelf.knows_ranges else 0
        if start >= len(content):
            self.send_error(416)
            return
        self.send_response(206 if start else 200)
        self.send_header("Content-Length", str(len(content) - start))
        self.end_headers()
        end = len(content)
        if self.shelf.breaks_after:
            end = start + self.shelf.breaks_after.pop(0)
        with contextlib.suppress(OSError):  # who only asked for the size has gone
            self.wfile.write(content[start:end])

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def shelf() -> Iterator[Shelf]:
    """A server on this machine with one archive on it."""
    shelf = Shelf({"a.zip": archive({"audio/one.wav": b"1" * 3_000_000, "meta.csv": b"x"})})
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("H", (Handler,), {"shelf": shelf}))
    shelf.address = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield shelf
    server.shutdown()
    server.server_close()
    thread.join()


def archive(files: dict[str, bytes]) -> bytes:
    """A zip in memory, not compressed so that its size is known."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        for name, content in files.items():
            file.writestr(name, content)
    return buffer.getvalue()


def record_of(shelf: Shelf) -> Record:
    return Record(7, {name: hashlib.md5(data).hexdigest() for name, data in shelf.files.items()})


def get(shelf: Shelf, folder: Path, record: Record | None = None) -> Path:
    return fetch(record or record_of(shelf), "a.zip", folder, shelf.address)


def test_an_archive_arrives_byte_by_byte_and_leaves_no_part(shelf: Shelf, tmp_path: Path) -> None:
    path = get(shelf, tmp_path)
    assert path.read_bytes() == shelf.files["a.zip"]
    assert list(tmp_path.iterdir()) == [path]


def test_an_archive_that_is_there_is_not_fetched_again(shelf: Shelf, tmp_path: Path) -> None:
    get(shelf, tmp_path)
    get(shelf, tmp_path)
    assert len(shelf.ranges) == 1


def test_an_archive_damaged_on_the_disk_is_fetched_again(shelf: Shelf, tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(b"damaged")
    assert get(shelf, tmp_path).read_bytes() == shelf.files["a.zip"]


def test_a_transfer_that_breaks_off_goes_on_where_it_stopped(shelf: Shelf, tmp_path: Path) -> None:
    shelf.breaks_after = [2_000_000, 500_000]
    assert get(shelf, tmp_path).read_bytes() == shelf.files["a.zip"]
    assert len(shelf.ranges) == 3
    begins = [int(asked.removeprefix("bytes=").rstrip("-")) for asked in shelf.ranges[1:] if asked]
    assert 0 < begins[0] <= 2_000_000 < begins[1] <= 2_500_000


def test_a_server_that_sends_nothing_more_is_left_and_the_next_run_goes_on(
    shelf: Shelf, tmp_path: Path
) -> None:
    shelf.breaks_after = [2_000_000, 0]
    with pytest.raises(InputError, match="same command"):
        get(shelf, tmp_path)
    kept = (tmp_path / "a.zip.part").stat().st_size
    assert 0 < kept <= 2_000_000 and not (tmp_path / "a.zip").exists()
    assert get(shelf, tmp_path).read_bytes() == shelf.files["a.zip"]
    assert shelf.ranges[-1] == f"bytes={kept}-"


def test_a_server_without_ranges_starts_over(shelf: Shelf, tmp_path: Path) -> None:
    shelf.knows_ranges = False
    (tmp_path / "a.zip.part").write_bytes(b"0" * 1000)
    assert get(shelf, tmp_path).read_bytes() == shelf.files["a.zip"]


def test_a_part_that_is_whole_already_only_needs_its_sum_checked(
    shelf: Shelf, tmp_path: Path
) -> None:
    (tmp_path / "a.zip.part").write_bytes(shelf.files["a.zip"])
    assert get(shelf, tmp_path).read_bytes() == shelf.files["a.zip"]


def test_a_wrong_sum_is_refused_and_nothing_of_it_is_kept(shelf: Shelf, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"MD5 sum 0000.*was discarded"):
        get(shelf, tmp_path, Record(7, {"a.zip": "0" * 32}))
    assert not list(tmp_path.iterdir())


def test_a_part_of_something_else_is_discarded_so_that_the_next_run_succeeds(
    shelf: Shelf, tmp_path: Path
) -> None:
    (tmp_path / "a.zip.part").write_bytes(b"not the beginning")
    with pytest.raises(InputError, match="MD5"):
        get(shelf, tmp_path)
    assert get(shelf, tmp_path).read_bytes() == shelf.files["a.zip"]


def test_the_server_s_answer_is_said(shelf: Shelf, tmp_path: Path) -> None:
    record = record_of(shelf)
    shelf.files.clear()
    with pytest.raises(InputError, match="the server answers 404"):
        get(shelf, tmp_path, record)


def test_a_member_that_leads_out_of_the_folder_is_refused_before_any_is_unpacked(
    tmp_path: Path,
) -> None:
    for name in ("../out.txt", "/etc/out.txt", "a/../../out.txt", "..\\out.txt", "C:out.txt"):
        path = tmp_path / "bad.zip"
        path.write_bytes(archive({"good.txt": b"x", name: b"x"}))
        with pytest.raises(InputError, match="outside its folder"):
            unpack(path, tmp_path / "into")
    assert {entry.name for entry in tmp_path.iterdir()} == {"bad.zip"}


def test_an_interrupted_unpacking_is_completed(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(archive({"whole": b"new", "half": b"new", "absent": b"new"}))
    (tmp_path / "whole").write_bytes(b"old")
    (tmp_path / "half").write_bytes(b"n")
    unpack(path, tmp_path)
    assert [(tmp_path / n).read_bytes() for n in ("whole", "half", "absent")] == [
        b"old",  # the same size, so left alone
        b"new",
        b"new",
    ]


def test_an_archive_that_is_none_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(b"no zip")
    with pytest.raises(InputError, match=r"a\.zip is damaged"):
        unpack(tmp_path / "a.zip", tmp_path)


@pytest.fixture
def command(shelf: Shelf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The command's arguments, with the shelf's archive for the real ones."""
    monkeypatch.setattr(download, "RECORDS", {"events": record_of(shelf)})
    return ["--out", str(tmp_path / "data"), "--mirror", shelf.address]


def test_the_command_asks_says_how_much_and_unpacks(
    command: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys
) -> None:
    monkeypatch.setattr("builtins.input", lambda _: "y")
    assert download.main(command) == 0
    assert "3.0 MB will be loaded" in capsys.readouterr().out
    assert (tmp_path / "data" / "audio" / "one.wav").stat().st_size == 3_000_000


@pytest.mark.parametrize("answer", ["", "n", "no"])
def test_without_a_yes_nothing_is_loaded(
    command: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: str
) -> None:
    monkeypatch.setattr("builtins.input", lambda _: answer)
    assert download.main(command) == 2
    assert not list((tmp_path / "data" / "archives").iterdir())


def refuse(_: str) -> str:
    raise EOFError


def test_where_nobody_can_answer_yes_must_be_given_beforehand(
    command: list[str], monkeypatch: pytest.MonkeyPatch, capsys
) -> None:
    monkeypatch.setattr("builtins.input", refuse)
    assert download.main(command) == 2
    assert "add --yes" in capsys.readouterr().err
    assert download.main([*command, "--yes"]) == 0


def test_what_is_there_is_neither_asked_about_nor_fetched(
    command: list[str], shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("builtins.input", refuse)
    assert download.main([*command, "--yes"]) == 0
    asked = len(shelf.ranges)
    assert download.main(command) == 0
    assert len(shelf.ranges) == asked


def test_a_damaged_archive_is_said_and_asked_about_before_it_is_loaded_again(
    command: list[str], shelf: Shelf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys
) -> None:
    path = tmp_path / "data" / "archives" / "a.zip"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"damaged")
    monkeypatch.setattr("builtins.input", lambda _: "n")
    assert download.main(command) == 2
    told = [line for line in capsys.readouterr().out.splitlines() if "is damaged" in line]
    assert len(told) == 1 and told[0].startswith(f"{path} is damaged")
    assert path.read_bytes() == b"damaged"
    monkeypatch.setattr("builtins.input", lambda _: "y")
    assert download.main(command) == 0
    assert path.read_bytes() == shelf.files["a.zip"]


def test_a_disk_too_small_is_said_before_anything_is_loaded(
    command: list[str], monkeypatch: pytest.MonkeyPatch, capsys
) -> None:
    monkeypatch.setattr(
        download.shutil, "disk_usage", lambda _: download.shutil._ntuple_diskusage(9, 9, 0)
    )
    assert download.main([*command, "--yes"]) == 2
    assert "make room" in capsys.readouterr().err


def test_a_folder_that_cannot_be_made_is_one_line(
    command: list[str], tmp_path: Path, capsys
) -> None:
    (tmp_path / "data").write_text("a file")
    assert download.main([*command, "--yes"]) == 2
    assert capsys.readouterr().err.startswith(f"error: cannot write {tmp_path / 'data'}")


@pytest.mark.parametrize("filled", ["_receive", "zipfile.ZipFile.extract"])
def test_a_disk_that_fills_up_meanwhile_is_one_line(
    command: list[str], monkeypatch: pytest.MonkeyPatch, capsys, filled: str
) -> None:
    def fill(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(f"train.download.{filled}", fill)
    assert download.main([*command, "--yes"]) == 2
    printed = capsys.readouterr().err
    assert "(No space left on device); choose another --out" in printed
    assert printed.count("error:") == 1


def test_a_server_that_cannot_be_reached_is_one_line(command: list[str], capsys) -> None:
    command[-1] = "http://127.0.0.1:9"
    assert download.main([*command, "--yes"]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_the_published_records_name_each_archive_once_with_a_whole_sum() -> None:
    names = [name for record in download.RECORDS.values() for name in record.md5]
    sums = [md5 for record in download.RECORDS.values() for md5 in record.md5.values()]
    assert len(set(names)) == len(set(sums)) == 2 + 14
    assert all(len(md5) == 32 and int(md5, 16) for md5 in sums)
