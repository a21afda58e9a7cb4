"""Masks on disk: ``masks.npz``, written at once or block by block, and mapped back.

Conventions: the archive holds ``masks`` (float16, classes × frames × mel_bins), ``labels``,
``frame_hop_s`` and ``mel_hz``, uncompressed, so that a recording of hours need not fit into memory. The
same input gives the same bytes. Other formats are left to ``exports``.
"""

import io
import os
import tempfile
import zipfile
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from types import TracebackType

import numpy as np
from jaxtyping import Float


def masks_to_npz(
    masks: Float[np.ndarray, "classes frames mel_bins"],
    labels: Sequence[str],
    frame_hop_s: float,
    mel_hz: Float[np.ndarray, " mel_bins"],
) -> bytes:
    """Masks as a NumPy archive of ``masks`` (float16), ``labels``, ``frame_hop_s`` and ``mel_hz``.

    Parameters
    ----------
    masks
        Values 0 to 1.
    labels
        The classes, in the order of the first axis.
    frame_hop_s
        Seconds from one frame to the next.
    mel_hz
        Centre frequency of each mel band in Hz.
    """
    if len(labels) != masks.shape[0]:
        raise ValueError(f"{len(labels)} labels for {masks.shape[0]} masks")
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        blocks = [_float16_bytes(masks)]
        _write_npz(archive, labels, frame_hop_s, mel_hz, masks.shape[1], blocks)
    return file.getvalue()


class MaskSpool:
    """Writes the file of ``masks_to_npz`` block by block, for recordings of any length.

    The archive holds one class after the other while blocks arrive frame after frame, so each class
    is gathered in a temporary file beside ``path``; leaving the context joins them and moves the
    archive into place in one step. If the context is left by an exception nothing remains, and a
    file that stood at ``path`` before stays as it was.

    Parameters
    ----------
    path
        The ``.npz`` file to write; its folder must exist.
    labels
        The classes, in the order of the first axis of every block.
    frame_hop_s
        Seconds from one frame to the next.
    mel_hz
        Centre frequency of each mel band in Hz.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        labels: Sequence[str],
        frame_hop_s: float,
        mel_hz: Float[np.ndarray, " mel_bins"],
    ) -> None:
        """Remember what to write; nothing is created before the context is entered."""
        self._path = Path(path)
        self._labels = tuple(labels)
        self._frame_hop_s = frame_hop_s
        self._mel_hz = mel_hz
        self._frames = 0

    def __enter__(self) -> "MaskSpool":
        """Create the temporary files."""
        with ExitStack() as stack:
            temporary = tempfile.TemporaryDirectory(dir=self._path.parent, prefix=".masks-")
            self._folder = Path(stack.enter_context(temporary))
            self._files = [
                stack.enter_context((self._folder / f"{index}.f2").open("w+b"))
                for index in range(len(self._labels))
            ]
            self._cleanup = stack.pop_all()
        return self

    def append(self, masks: Float[np.ndarray, "classes frames mel_bins"]) -> None:
        """Add the next frames of all classes.

        Parameters
        ----------
        masks
            Values 0 to 1; any number of frames, none included.

        Raises
        ------
        ValueError
            If the block has other classes or bands than the spool.
        """
        classes, frames, mel_bins = masks.shape
        if (classes, mel_bins) != (len(self._labels), len(self._mel_hz)):
            raise ValueError(
                f"expected {len(self._labels)} classes of {len(self._mel_hz)} bands, "
                f"got a block of {classes} classes of {mel_bins}"
            )
        for file, mask in zip(self._files, masks, strict=True):
            file.write(_float16_bytes(mask))
        self._frames += frames

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Write the archive unless the context failed, and remove the temporary files."""
        with self._cleanup:
            if kind is None:
                self._save()

    def _save(self) -> None:
        """Join the temporary files into one archive and move it into place."""
        whole = self._folder / "whole.npz"
        for file in self._files:
            file.seek(0)
        blocks = (block for file in self._files for block in iter(partial(file.read, 1 << 20), b""))
        with zipfile.ZipFile(whole, "w") as archive:
            _write_npz(archive, self._labels, self._frame_hop_s, self._mel_hz, self._frames, blocks)
        os.replace(whole, self._path)


def _float16_bytes(masks: Float[np.ndarray, "*axes"]) -> bytes:
    """Values as little-endian float16 in C order, as ``_write_npz`` declares them."""
    return masks.astype("<f2").tobytes(order="C")


def _write_npz(
    archive: zipfile.ZipFile,
    labels: Sequence[str],
    frame_hop_s: float,
    mel_hz: Float[np.ndarray, " mel_bins"],
    frames: int,
    blocks: Iterable[bytes],
) -> None:
    """Fill the archive of masks; ``blocks`` joined are their float16 values in C order."""
    arrays = {
        "labels": np.array(labels, dtype=np.str_),
        "frame_hop_s": np.array(frame_hop_s, dtype=np.float64),
        "mel_hz": np.asarray(mel_hz, dtype=np.float64),
    }
    header = {"descr": "<f2", "fortran_order": False, "shape": (len(labels), frames, len(mel_hz))}
    # The archive cannot know the size in advance, and long recordings pass 2 GiB.
    with archive.open(zip_entry("masks.npy"), "w", force_zip64=True) as entry:
        np.lib.format.write_array_header_1_0(entry, header)
        for block in blocks:
            entry.write(block)
    for name, array in arrays.items():
        with archive.open(zip_entry(f"{name}.npy"), "w") as entry:
            np.lib.format.write_array(entry, array, allow_pickle=False)


def zip_entry(name: str, compression: int = zipfile.ZIP_STORED) -> zipfile.ZipInfo:
    """A zip entry that says nothing about when and where it was made."""
    entry = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
    entry.compress_type = compression
    entry.create_system = 3  # Unix, wherever we run, so that the permissions below hold
    entry.external_attr = 0o644 << 16
    return entry


def open_masks(path: Path) -> Float[np.ndarray, "classes frames mel_bins"]:
    """Map the masks of a masks.npz into memory, read only: an hour is not loaded at once."""
    with zipfile.ZipFile(path) as archive, path.open("rb") as file:
        entry = archive.getinfo("masks.npy")
        file.seek(entry.header_offset + 26)
        name_length, extra_length = np.frombuffer(file.read(4), "<u2")
        file.seek(int(name_length) + int(extra_length), os.SEEK_CUR)
        np.lib.format.read_magic(file)
        shape, _, dtype = np.lib.format.read_array_header_1_0(file)
        return np.memmap(path, dtype, "r", offset=file.tell(), shape=shape)
