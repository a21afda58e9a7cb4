"""FSDKaggle2018 and the TUT scenes, in small, as a folder of sounds; and what can be wrong with them."""

import csv
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile

from sedtf_core import audio
from sedtf_core.datasets import SoundBank, read_sounds
from train import dcase
from train.make_mixtures import main as make_mixtures
from train.sounds import read_training_sounds
from train.train import main as train

LABELS = ("Bark", "Cello", "Oboe")
SCENES = ("airport", "tram")
TUT = "TUT-urban-acoustic-scenes-2018-development"
REAL = Path(__file__).resolve().parents[2] / "sounds"
EVENTS_CSV = "FSDKaggle2018.meta/train_post_competition.csv"


def write_csv(path: Path, rows: list[tuple[object, ...]], delimiter: str = ",") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, delimiter=delimiter).writerows(rows)


def write_noise(path: Path, seconds: float, rate: int, channels: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    noise = np.random.default_rng(len(path.name)).normal(0, 0.1, (round(seconds * rate), channels))
    soundfile.write(path, noise, rate, subtype="PCM_16")


@pytest.fixture
def published(tmp_path: Path) -> Path:
    """Both data sets as ``download`` unpacks them: 3 classes of 8 verified clips, 2 scenes at 5 places."""
    rows: list[tuple[object, ...]] = [
        ("fname", "label", "manually_verified", "freesound_id", "license")
    ]
    for label in LABELS:
        for number in range(10):
            verified = int(number < 8)
            name = f"{label}{number}.wav"
            # Two clips a Freesound sound; those not verified have no file, as nothing may need it.
            rows.append((name, label, verified, f"{label}{number // 2}", "Attribution"))
            if verified:
                write_noise(
                    tmp_path / "FSDKaggle2018.audio_train" / name, 0.5 + number / 8, 44_100, 1
                )
    write_csv(tmp_path / EVENTS_CSV, rows)
    scenes: list[tuple[object, ...]] = [dcase.SCENES_COLUMNS]
    for scene in SCENES:
        for place in range(5):
            name = f"audio/{scene}-paris-{place}-0-a.wav"
            scenes.append((name, scene, f"paris-{scene}-{place}", "a"))
            write_noise(tmp_path / TUT / name, 10, 48_000, 2)
    write_csv(tmp_path / TUT / "meta.csv", scenes, "\t")
    return tmp_path


def run(folder: Path, fold: int = 1, *more: str) -> int:
    folders = ["--events", str(folder), "--scenes", str(folder / TUT), "--out", str(folder)]
    return dcase.main([*folders, "--fold", str(fold), *more])


def error_of(folder: Path, capsys: pytest.CaptureFixture[str], fold: int = 1) -> str:
    """What the command says, which must be one line."""
    assert run(folder, fold) == 2
    lines = [line for line in capsys.readouterr().err.splitlines() if line.startswith("error:")]
    assert len(lines) == 1
    return lines[0]


def edit(path: Path, change: Callable[[str], str]) -> None:
    path.write_text(change(path.read_text("utf-8")), "utf-8")


def test_the_table_is_one_that_everything_else_reads(published: Path) -> None:
    assert run(published) == 0
    rows = read_training_sounds(published)
    events = [row for row in rows if row.kind == "event"]
    assert len(events) == 3 * 8 and len(rows) - len(events) == 2 * 5
    first = rows[0]
    assert (first.clip, first.label) == ("FSDKaggle2018.audio_train/Bark0.wav", "Bark")
    assert (first.seconds, first.recording, first.licence) == (
        0.5,
        "freesound-Bark0",
        "Attribution",
    )
    assert rows[-1].recording == "paris-tram-4" and rows[-1].seconds == 10
    for split in ("train", "valid", "test"):
        bank = SoundBank.open(published, split=split)
        assert bank.labels() == LABELS and bank.scenes()
    assert bank.waveform(bank.scenes()[0].clip).shape == (320_000,)


def test_only_verified_clips_are_used(published: Path) -> None:
    assert run(published) == 0
    assert not {"8", "9"} & {Path(row.clip).stem[-1] for row in read_sounds(published)[:24]}


def test_clips_of_one_recording_and_scenes_of_one_place_share_a_split(published: Path) -> None:
    assert run(published) == 0
    rows = read_sounds(published)
    assert len({(row.recording, row.split) for row in rows}) == 3 * 4 + 2 * 5


def test_mixtures_are_made_of_it_unchanged(published: Path, tmp_path: Path) -> None:
    assert run(published) == 0
    out = tmp_path / "mixtures"
    assert make_mixtures(["--sounds", str(published), "--count", "2", "--out", str(out)]) == 0
    assert len(list(out.iterdir())) == 2


def test_two_runs_write_the_same_bytes_and_another_fold_tests_on_others(published: Path) -> None:
    tables = []
    for fold in (1, 1, 2):
        assert run(published, fold, "--replace") == 0
        tables.append((published / "sounds.csv").read_bytes())
    assert tables[0] == tables[1] != tables[2]


def test_kaggle_s_own_layout_is_read_and_each_file_is_a_recording(published: Path) -> None:
    with (published / EVENTS_CSV).open(newline="") as file:
        write_csv(published / "train.csv", [tuple(row[:3]) for row in csv.reader(file)])
    (published / EVENTS_CSV).unlink()
    (published / "FSDKaggle2018.audio_train").rename(published / "audio_train")
    assert run(published) == 0
    first = read_sounds(published)[0]
    assert (first.clip, first.recording) == ("audio_train/Bark0.wav", "Bark0.wav")


def test_a_table_that_is_there_is_not_replaced_unasked(published: Path, capsys) -> None:
    (published / "sounds.csv").write_text("mine")
    assert "--replace" in error_of(published, capsys)
    assert (published / "sounds.csv").read_text() == "mine"


def test_a_table_that_cannot_be_written_is_one_line(published: Path, capsys) -> None:
    (published / "sounds.part").mkdir()
    assert f"cannot write {published / 'sounds.csv'} (Is a directory)" in error_of(
        published, capsys
    )


@pytest.mark.parametrize("fold", [0, 5])
def test_there_is_no_fold_beyond_four(published: Path, capsys, fold: int) -> None:
    assert "must be 1 to 4" in error_of(published, capsys, fold)


@pytest.mark.parametrize(
    ("gone", "said"),
    [
        (EVENTS_CSV, "has no train.csv or"),
        ("FSDKaggle2018.audio_train", "has no FSDKaggle2018.audio_train or audio_train"),
        (f"{TUT}/meta.csv", "has no meta.csv"),
        ("FSDKaggle2018.audio_train/Oboe3.wav", "1 of 24 files"),
        (f"{TUT}/audio/tram-paris-1-0-a.wav", "1 of 10 files"),
    ],
)
def test_what_is_missing_is_named(published: Path, capsys, gone: str, said: str) -> None:
    (published / gone).rename(published / "elsewhere")
    assert said in error_of(published, capsys)
    assert not (published / "sounds.csv").exists()


@pytest.mark.parametrize(
    ("table", "old", "new", "said"),
    [
        (EVENTS_CSV, "manually_verified", "verified", "lacks the column manually_verified"),
        (f"{TUT}/meta.csv", "identifier", "place", "lacks the column identifier"),
        (f"{TUT}/meta.csv", "\t", ",", "lacks the column filename"),
        (
            EVENTS_CSV,
            "Bark0.wav,Bark,1",
            "Bark0.wav,Bark,yes",
            "line 2: manually_verified is 'yes'",
        ),
        (EVENTS_CSV, "Bark0.wav,Bark,1", "Bark0.wav,,1", "line 2: the column label is empty"),
        (EVENTS_CSV, "Bark1.wav", "Bark0.wav", "more than once"),
        (EVENTS_CSV, "Bark0.wav", "../../Bark0.wav", "lies outside"),
        (EVENTS_CSV, ",1,", ",0,", "names no clip"),
        (EVENTS_CSV, ",Bark,", ",Bark2,", ""),
    ],
)
def test_what_is_wrong_with_a_table_is_said_in_one_line(
    published: Path, capsys, table: str, old: str, new: str, said: str
) -> None:
    edit(published / table, lambda text: text.replace(old, new))
    if said:
        assert said in error_of(published, capsys)
    else:  # any label will do: the classes are the table's
        assert run(published) == 0


def test_a_class_with_too_few_recordings_for_four_folds_is_named(published: Path, capsys) -> None:
    edit(published / EVENTS_CSV, lambda text: text.replace("Oboe3,", "Oboe2,"))
    assert "class Oboe has 3 recordings" in error_of(published, capsys)


@pytest.mark.parametrize(
    ("content", "said"), [(b"RIFF", "cannot be read as sound"), (None, "has no samples")]
)
def test_a_file_that_is_no_sound_is_named(published: Path, capsys, content, said: str) -> None:
    path = published / "FSDKaggle2018.audio_train" / "Cello2.wav"
    if content is None:
        soundfile.write(path, np.zeros(0), 44_100)
    else:
        path.write_bytes(content)
    error = error_of(published, capsys)
    assert said in error and "Cello2.wav" in error


def test_data_outside_the_folder_of_the_table_are_refused(published: Path, capsys) -> None:
    out = published / "other"
    out.mkdir()
    arguments = ["--events", str(published), "--scenes", str(published / TUT), "--fold", "1"]
    assert dcase.main([*arguments, "--out", str(out)]) == 2
    assert "give --out a folder that holds both" in capsys.readouterr().err


@pytest.mark.skipif(not REAL.is_dir(), reason="needs the recordings that our networks learnt from")
def test_real_clips_are_read_split_and_learnt_from(tmp_path: Path) -> None:
    """The published form in small, out of clips that came from it, and real scenes at 48 kHz in stereo."""
    table = read_sounds(REAL)
    clips = [
        row
        for row in table
        if row.source == "FSDKaggle2018" and row.label in ("Cello", "Flute", "Hi-hat")
    ]
    rows: list[tuple[object, ...]] = [("fname", "label", "manually_verified")]
    for row in clips:
        samples, rate = soundfile.read(REAL / row.clip)
        path = tmp_path / "audio_train" / row.recording
        path.parent.mkdir(exist_ok=True)
        soundfile.write(path, samples, rate, subtype="PCM_16")
        rows.append((row.recording, row.label, 1))
    write_csv(tmp_path / "train.csv", rows)
    scenes: list[tuple[object, ...]] = [dcase.SCENES_COLUMNS]
    for place, row in enumerate([row for row in table if row.kind == "scene"][:8]):
        samples = audio.load(REAL / row.clip, 48_000)
        name = f"audio/park-paris-{place}-0-a.wav"
        (tmp_path / TUT / "audio").mkdir(parents=True, exist_ok=True)
        soundfile.write(tmp_path / TUT / name, np.stack([samples, samples], axis=1), 48_000)
        scenes.append((name, "park", f"paris-{place}", "a"))
    write_csv(tmp_path / TUT / "meta.csv", scenes, "\t")
    assert run(tmp_path) == 0
    read = read_training_sounds(tmp_path)
    assert {row.recording for row in read if row.kind == "event"} == {
        row.recording for row in clips
    }
    bank = SoundBank.open(tmp_path, split="test")
    for row in bank.events("Cello"):
        theirs = next(clip for clip in clips if clip.recording == row.recording)
        assert row.seconds == pytest.approx(theirs.seconds, abs=0.01)
        assert np.abs(bank.waveform(row.clip)).max() > 0.01
    folder = tmp_path / "run"
    given = ["--sounds", str(tmp_path), "--system", "dnn", "--preset", "laptop", "--steps", "2"]
    assert train([*given, "--out", str(folder)]) == 0
    assert (folder / "last.safetensors").is_file()
