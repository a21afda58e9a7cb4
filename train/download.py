"""Fetch the paper's own data, which others publish: FSDKaggle2018 and TUT Urban Acoustic Scenes 2018.

    python -m train.download --out DIR

Owns where the archives are, their MD5 sums, and getting them whole: a transfer that breaks off is continued
where it stopped, by itself while it gets anywhere, and else by the same command later. Archives stay in
``DIR/archives`` until someone deletes them; what they hold is unpacked into DIR. Sizes are in bytes, GB is
1e9 bytes. The command asks first, because it is gigabytes. Needs the extra ``train`` (pooch, requests).
Leaves reading the data to ``dcase``.
"""

import argparse
import os
import shutil
import sys
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from types import MappingProxyType

import pooch
import requests
from tqdm import tqdm

from sedtf_core.command_line import Parser, command, given_path
from sedtf_core.errors import InputError, writing

ADDRESS = "https://zenodo.org/records"
BLOCK_BYTES = 2**16  # at most so much of a broken transfer is received twice
TIMEOUT_S = 60.0  # of silence
_TUT = "TUT-urban-acoustic-scenes-2018-development"


@dataclass(frozen=True)
class Record:
    """A Zenodo record: its number, and the MD5 sum of each archive of it that is used."""

    number: int
    md5: Mapping[str, str]


# The sums of TUT Urban Acoustic Scenes 2018 are those of dcase_util 0.2.20 (Heittola, one of the data set's
# authors). Those of FSDKaggle2018 were found in one public script only and never compared with the record:
# should one be wrong, the archive is refused with a line that says where to compare.
RECORDS = MappingProxyType(
    {
        "events": Record(
            2552860,
            {
                "FSDKaggle2018.meta.zip": "f16828ac8be0e5285b9175a12f90d784",
                "FSDKaggle2018.audio_train.zip": "a8b47ff4b52022c178f88fa5c6f080d0",
            },
        ),
        "scenes": Record(
            1228142,
            {
                f"{_TUT}.meta.zip": "e196065ee83c07af03a11a310364377d",
                f"{_TUT}.audio.1.zip": "62f97087c447e29def8716204469bf89",
                f"{_TUT}.audio.2.zip": "8e569a92025d82bff6b02b956d7c6dc9",
                f"{_TUT}.audio.3.zip": "00d2020582a4535af5e65322fb2bad56",
                f"{_TUT}.audio.4.zip": "d691eb4271f83ba6ba9a28797accc497",
                f"{_TUT}.audio.5.zip": "c4d64b5483b60f85e9fe080b3435a6be",
                f"{_TUT}.audio.6.zip": "2f0feee78f216697eb19497714d97642",
                f"{_TUT}.audio.7.zip": "07cfefe80a0731de6819181841239f3a",
                f"{_TUT}.audio.8.zip": "213f3c012859c2e9dcb74aacc8558458",
                f"{_TUT}.audio.9.zip": "b724442b09abcb3bd095ebff497cef85",
                f"{_TUT}.audio.10.zip": "a27a32fa52e283ed8013375b8a16f269",
                f"{_TUT}.audio.11.zip": "7073a121e825ffef99832507f30d6644",
                f"{_TUT}.audio.12.zip": "6567aa61db12776568b6267ce122fb18",
                f"{_TUT}.audio.13.zip": "d00eeb2db0e093d8975521323a96c519",
            },
        ),
    }
)


def fetch(record: Record, name: str, folder: Path, address: str = ADDRESS) -> Path:
    """Fetch one archive, or what is still lacking of it, and check its sum.

    Parameters
    ----------
    record, name
        The record, and the archive's name in it.
    folder
        Gets the archive; ``NAME.part`` there is what an earlier attempt left.
    address
        Where records are: the archive is ``ADDRESS/NUMBER/files/NAME``.

    Returns
    -------
    Path of the archive. One that is there already, with the right sum, is not fetched again.

    Raises
    ------
    InputError
        If the server cannot be reached, breaks off without sending anything more, or sent something
        with another sum, which is then discarded.
    """
    part = folder / f"{name}.part"

    def resume(url: str, output_file: str, _: pooch.Pooch) -> None:
        _receive_all(url, part)
        os.replace(part, output_file)  # pooch checks the sum there, then gives the file its name

    registry = {name: f"md5:{record.md5[name]}"}
    store = pooch.create(folder, f"{address}/{record.number}/files/", registry=registry)
    with writing(folder, "--out"):
        try:
            return Path(store.fetch(name, downloader=resume))
        except requests.RequestException as error:
            raise InputError(
                f"{name} broke off after {_gigabytes(_size(part))} ({_reason(error)}); give the same command "
                "again, it goes on from there"
            ) from None
        except ValueError:
            raise InputError(
                f"{name} does not have the MD5 sum {record.md5[name]} and was discarded; give the same "
                f"command again, and if that does not help compare the sum with {ADDRESS}/{record.number}"
            ) from None


def unpack(archive: Path, folder: Path) -> None:
    """Unpack an archive; files that are there already with the right size are left alone.

    Raises
    ------
    InputError
        If the archive is damaged, names a path outside the folder, or does not fit on the disk.
    """
    try:
        with writing(folder, "--out"), zipfile.ZipFile(archive) as file:
            members = file.infolist()
            unsafe = [member.filename for member in members if not _is_inside(member.filename)]
            if unsafe:
                raise InputError(
                    f"{archive.name} names {unsafe[0]!r}, outside its folder; do not use it"
                )
            with tqdm(members, desc=f"unpack {archive.name}", unit="file", leave=False) as bar:
                for member in bar:
                    path = folder / member.filename
                    if not (path.is_file() and path.stat().st_size == member.file_size):
                        file.extract(member, folder)
    except zipfile.BadZipFile as error:
        raise InputError(f"{archive} is damaged ({error}); delete it and fetch it again") from None


def remaining_bytes(record: Record, name: str, folder: Path, address: str = ADDRESS) -> int:
    """Ask the server how much of an archive is still to come; InputError if it does not answer."""
    url = f"{address}/{record.number}/files/{name}"
    try:
        with requests.get(url, stream=True, timeout=TIMEOUT_S) as response:  # closed unread
            response.raise_for_status()
            size = int(response.headers.get("Content-Length", 0))
    except requests.RequestException as error:
        raise InputError(
            f"{name} cannot be fetched from {url} ({_reason(error)}); check the connection, or fetch it "
            f"yourself into {folder}"
        ) from None
    return max(0, size - _size(folder / f"{name}.part"))


def _receive_all(url: str, part: Path) -> None:
    """Receive a file to its end, trying again as long as each attempt brings something."""
    while True:
        before = _size(part)
        try:
            return _receive(url, part)
        except requests.RequestException:
            if _size(part) <= before:
                raise


def _receive(url: str, part: Path) -> None:
    """Receive what is lacking of a file, or all of it if the server cannot continue."""
    start = _size(part)
    headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={start}-"} if start else {})
    with requests.get(url, headers=headers, stream=True, timeout=TIMEOUT_S) as response:
        if start and response.status_code == requests.codes.requested_range_not_satisfiable:
            return  # nothing is lacking; whether it is right, the sum will say
        response.raise_for_status()
        start = start if response.status_code == requests.codes.partial_content else 0
        bar = tqdm(
            desc=part.stem,
            total=start + int(response.headers.get("Content-Length", 0)) or None,
            initial=start,
            unit="B",
            unit_scale=True,
        )
        with bar, part.open("ab" if start else "wb") as file:
            for block in response.iter_content(BLOCK_BYTES):
                file.write(block)
                bar.update(len(block))


def _is_inside(name: str) -> bool:
    """Whether a member's name stays in the folder that it is unpacked to."""
    path = PurePosixPath(name.replace("\\", "/"))
    return not path.is_absolute() and ".." not in path.parts and ":" not in name


def _size(path: Path) -> int:
    """Bytes of a file, 0 if there is none."""
    return path.stat().st_size if path.is_file() else 0


def _gigabytes(size: int) -> str:
    """Say a size as people say it."""
    return f"{size / 1e9:.1f} GB" if size >= 1e8 else f"{size / 1e6:.1f} MB"


def _reason(error: requests.RequestException) -> str:
    """Say what went wrong in a few words."""
    if error.response is not None:
        return f"the server answers {error.response.status_code}"
    return "no connection" if isinstance(error, requests.ConnectionError) else "broken transfer"


def _is_whole(record: Record, name: str, folder: Path) -> bool:
    """Whether an archive is there with the right sum; says in a line that one is there with another."""
    path = folder / name
    if not path.is_file():
        return False
    if pooch.file_hash(str(path), alg="md5") == record.md5[name]:
        return True
    print(f"{path} is damaged: its MD5 sum is not {record.md5[name]}; it has to be loaded again.")
    return False


def _check_room(size: int, folder: Path) -> None:
    """Check that what is to be loaded fits on the disk."""
    free = shutil.disk_usage(folder).free
    if free < size:
        raise InputError(
            f"{_gigabytes(size)} are to be loaded and {_gigabytes(free)} are free in {folder}; make room, "
            "or choose another --out"
        )


def _confirm(size: int, folder: Path) -> None:
    """Ask before gigabytes are loaded; InputError if the answer is no, or nobody can answer."""
    print(
        f"{_gigabytes(size)} will be loaded into {folder}, and need rather more than that again when "
        f"unpacked; {_gigabytes(shutil.disk_usage(folder).free)} are free."
    )
    try:
        answer = input("Go on? [y/N] ")
    except EOFError:
        raise InputError("nobody is there to answer; add --yes to load it unasked") from None
    if answer.strip().lower() not in ("y", "yes"):
        raise InputError("nothing was loaded; answer y, or add --yes, to load it")


def _run(options: argparse.Namespace) -> None:
    """Fetch and unpack what the options ask for."""
    archives = options.out / "archives"
    with writing(archives, "--out"):
        archives.mkdir(parents=True, exist_ok=True)
    wanted = [
        (record, name)
        for key, record in RECORDS.items()
        if options.only in (None, key)
        for name in record.md5
    ]
    lacking = [archive for archive in wanted if not _is_whole(*archive, archives)]
    if lacking:
        size = sum(remaining_bytes(*archive, archives, options.mirror) for archive in lacking)
        _check_room(size, options.out)
        if not options.yes:
            _confirm(size, options.out)
    for archive in wanted:
        if archive in lacking:
            fetch(*archive, archives, options.mirror)
        unpack(archives / archive[1], options.out)


@command
def main(arguments: list[str] | None = None) -> None:
    """Fetch what the command line asks for."""
    parser = Parser(prog="python -m train.download", description=__doc__)
    parser.add_argument(
        "--out", type=given_path, required=True, help="gets both data sets, unpacked"
    )
    parser.add_argument("--only", choices=tuple(RECORDS), help="one of the two data sets")
    parser.add_argument("--yes", action="store_true", help="do not ask")
    parser.add_argument("--mirror", default=ADDRESS, help="another address of the records")
    options = parser.parse_args(arguments)
    pooch.get_logger().setLevel("WARNING")  # the bar says what is being loaded
    try:
        _run(options)
    except KeyboardInterrupt:
        raise KeyboardInterrupt(
            "stopped; give the same command again, it goes on from there"
        ) from None
    print(
        f"unpacked in {options.out}; its folder archives can be deleted. Next:\n"
        f"python -m train.dcase --events {options.out} --scenes {options.out / _TUT} --fold 1 "
        f"--out {options.out}"
    )


if __name__ == "__main__":
    sys.exit(main())
