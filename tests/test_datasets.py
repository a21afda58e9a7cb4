"""The sounds.csv form, and what is wrong with a folder said in one line."""

import csv
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile

from sedtf_core import audio, datasets
from sedtf_core.datasets import COLUMNS, SoundBank, data_hash, read_sounds, require_mixable
from sedtf_core.errors import InputError


def write_folder(folder: Path, rows: list[dict[str, str]], *, files: bool = True) -> Path:
    """A folder of sounds whose rows need only say what matters to a test."""
    usual = dict.fromkeys(COLUMNS, "x") | {"kind": "event", "split": "train", "seconds": "0.5"}
    with (folder / "sounds.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        for row in rows:
            writer.writerow(usual | row)
            if files:
                path = folder / row["path"]
                path.parent.mkdir(parents=True, exist_ok=True)
                soundfile.write(path, np.full(16_000, 0.1), 32_000)
    return folder


ROWS = [
    {"path": "a/1.wav", "label": "Bark"},
    {"path": "a/2.wav", "label": "Oboe"},
    {"path": "b/1.wav", "label": "Oboe", "split": "test"},
    {"path": "s/1.wav", "label": "rain", "kind": "scene"},
]


def test_a_table_is_read_row_by_row(tmp_path: Path) -> None:
    sounds = read_sounds(write_folder(tmp_path, ROWS))
    assert [s.clip for s in sounds] == [row["path"] for row in ROWS]
    assert sounds[0].seconds == 0.5
    assert sounds[3].kind == "scene"


def test_a_bank_offers_one_split_and_decodes_a_clip_once(tmp_path: Path) -> None:
    bank = SoundBank.open(write_folder(tmp_path, ROWS), split="train")
    assert bank.labels() == ("Bark", "Oboe")
    assert [s.clip for s in bank.events("Oboe")] == ["a/2.wav"]
    assert [s.clip for s in bank.scenes()] == ["s/1.wav"]
    assert bank.waveform("a/1.wav") is bank.waveform("a/1.wav")
    assert bank.waveform("a/1.wav").shape == (16_000,)


def test_recipes_are_drawn_from_the_clips_of_all_classes_or_some(tmp_path: Path) -> None:
    bank = SoundBank.open(write_folder(tmp_path, ROWS))
    assert bank.clips() == {
        "Bark": [("a/1.wav", 0.5)],
        "Oboe": [("a/2.wav", 0.5), ("b/1.wav", 0.5)],
    }
    assert list(bank.clips(["Oboe"])) == ["Oboe"]


def test_a_clip_that_is_forgotten_gives_its_memory_back(tmp_path: Path) -> None:
    bank = SoundBank.open(write_folder(tmp_path, ROWS))
    first, other = bank.waveform("a/1.wav"), bank.waveform("a/2.wav")
    bank.forget("a/1.wav")
    assert bank._kept_bytes() == other.nbytes
    assert bank.waveform("a/2.wav") is other
    np.testing.assert_array_equal(bank.waveform("a/1.wav"), first)
    bank.forget("s/1.wav")  # never decoded


def test_a_clip_that_the_table_does_not_name_is_refused(tmp_path: Path) -> None:
    bank = SoundBank.open(write_folder(tmp_path, ROWS))
    with pytest.raises(InputError, match="no clip"):
        bank.waveform("../../etc/passwd")


def test_a_folder_without_a_table_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"has no sounds\.csv"):
        read_sounds(tmp_path)


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    (tmp_path / "sounds.csv").write_text("path,kind\n")
    with pytest.raises(InputError, match="lacks the column label"):
        read_sounds(tmp_path)


def test_an_empty_table_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no rows"):
        read_sounds(write_folder(tmp_path, []))


def test_missing_files_are_counted_and_the_first_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"4 of 4 files.*a/1\.wav"):
        read_sounds(write_folder(tmp_path, ROWS, files=False))


def test_a_path_that_leads_out_of_the_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="outside the folder"):
        read_sounds(write_folder(tmp_path, [{"path": "../x.wav", "label": "Bark"}], files=False))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"kind": "noise"}, "kind"),
        ({"split": "dev"}, "split"),
        ({"seconds": "two"}, "seconds"),
        ({"seconds": "nan"}, "seconds"),
        ({"seconds": "-1"}, "seconds"),
    ],
)
def test_a_wrong_cell_is_named_with_its_line(
    tmp_path: Path, change: dict[str, str], message: str
) -> None:
    with pytest.raises(InputError, match=f"line 2: {message}"):
        read_sounds(write_folder(tmp_path, [ROWS[0] | change]))


def test_a_table_of_another_encoding_says_so(tmp_path: Path) -> None:
    table = write_folder(tmp_path, ROWS) / "sounds.csv"
    text = table.read_text("utf-8")
    table.write_text(text, "utf-16")
    with pytest.raises(InputError, match="save it as CSV in UTF-8"):
        read_sounds(tmp_path)
    table.write_text(text, "utf-8-sig")  # as spreadsheets save it
    assert len(read_sounds(tmp_path)) == len(ROWS)


def test_a_split_that_cannot_be_mixed_says_what_lacks(tmp_path: Path) -> None:
    sounds = read_sounds(write_folder(tmp_path, ROWS))
    with pytest.raises(InputError, match="train split has events of 2 classes"):
        require_mixable(sounds, "train")
    with pytest.raises(InputError, match="test split has no scene"):
        require_mixable(sounds, "test", n_events=1)
    require_mixable(sounds, "train", n_events=2)


def test_the_hash_ignores_the_order_of_rows_and_notices_a_change(tmp_path: Path) -> None:
    sounds = read_sounds(write_folder(tmp_path, ROWS))
    before = data_hash(tmp_path, sounds)
    assert before == data_hash(tmp_path, sounds[::-1]) != data_hash(tmp_path, sounds[1:])
    with (tmp_path / sounds[0].clip).open("ab") as file:
        file.write(b"more")
    assert data_hash(tmp_path, sounds) != before


def test_a_clip_that_is_not_as_long_as_listed_is_named(tmp_path: Path) -> None:
    sounds = read_sounds(write_folder(tmp_path, ROWS))
    bank = SoundBank(tmp_path, [replace(sounds[0], seconds=sounds[0].seconds + 1)])
    with pytest.raises(InputError, match="correct its seconds"):
        bank.waveform(sounds[0].clip)


def test_the_clips_used_last_are_kept_within_the_limit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sounds = read_sounds(write_folder(tmp_path, ROWS))
    bank = SoundBank(tmp_path, sounds)
    first, *others = (sound.clip for sound in sounds)
    kept = bank.waveform(first)
    assert bank.waveform(first) is kept
    monkeypatch.setattr(datasets, "KEPT_BYTES", kept.nbytes)
    bank.waveform(others[0])
    assert bank.waveform(first) is not kept
    np.testing.assert_array_equal(bank.waveform(first), kept)


def test_threads_may_share_a_bank_that_forgets_all_the_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sound = read_sounds(write_folder(tmp_path, ROWS))[0]
    clip = np.zeros(16_000, dtype=np.float32)
    monkeypatch.setattr(audio, "load", lambda *_: clip)
    monkeypatch.setattr(datasets, "KEPT_BYTES", 10 * clip.nbytes)
    bank = SoundBank(tmp_path, [replace(sound, clip=f"{number}.wav") for number in range(40)])

    def visit(seed: int) -> int:
        numbers = np.random.default_rng(seed).integers(40, size=8000)
        return sum(bank.waveform(f"{number}.wav") is clip for number in numbers)

    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(8) as visitors:
            assert list(visitors.map(visit, range(8))) == [8000] * 8
    finally:
        sys.setswitchinterval(usual)
    assert bank._kept_bytes() <= 10 * clip.nbytes
