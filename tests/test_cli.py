"""The command line as scripts use it: files written, exit status, and one line for every mistake."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile
import torch

from sedtf_core import audio
from sedtf_core.checkpoints import Metadata, save_checkpoint
from sedtf_core.cli import main
from sedtf_core.config import FeatureConfig, ModelConfig
from sedtf_core.models import build_model

RATE = 32_000
LABELS = ("Bark", "Cello", "Oboe")


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A network that finds something everywhere: its masks lie around one half."""
    folder = tmp_path_factory.mktemp("checkpoint")
    torch.manual_seed(0)
    config = ModelConfig("gwrp", n_classes=3, channels=(4,))
    model = build_model(config).eval()
    torch.nn.init.zeros_(model.to_masks.bias)
    model.normalise.set_statistics(torch.full((64,), -6.0), torch.ones(64))
    save_checkpoint(folder / "net", model, Metadata(config, FeatureConfig(), LABELS))
    return folder / "net.safetensors"


@pytest.fixture(scope="module")
def without_masks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A network that has frame scores alone."""
    folder = tmp_path_factory.mktemp("without_masks")
    config = ModelConfig("dnn", n_classes=3, channels=(4,))
    save_checkpoint(
        folder / "dnn", build_model(config).eval(), Metadata(config, FeatureConfig(), LABELS)
    )
    return folder / "dnn.safetensors"


def write_wav(path: Path, waveform: np.ndarray, rate: int = RATE) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, waveform, rate, subtype="FLOAT")
    return path


def noise(seconds: float, *channels: int) -> np.ndarray:
    shape = (round(seconds * RATE), *channels)
    return np.random.default_rng(0).normal(0, 0.1, shape).astype(np.float32)


def run(*arguments: object) -> int:
    return main([str(argument) for argument in arguments])


def one_error_line(capsys: pytest.CaptureFixture[str]) -> str:
    captured = capsys.readouterr()
    assert captured.err.startswith("error: ")
    assert captured.err.count("\n") == 1
    return captured.err


# --- info ---


def test_info_tells_versions_device_checkpoints_and_classes(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run("info", "--json") == 0
    report = json.loads(capsys.readouterr().out)
    assert len(report["labels"]) == 26
    assert report["device"] in ("cpu", "cuda")
    assert {"version", "python", "packages", "checkpoints"} <= set(report)
    assert run("info") == 0
    assert "Violin_or_fiddle" in capsys.readouterr().out


def test_info_imports_nothing_heavy() -> None:
    code = (
        "import sys; from sedtf_core.cli import main; main(['info']); "
        "heavy = {'librosa', 'matplotlib', 'streamlit', 'av', 'numba', 'scipy'} & set(sys.modules); "
        "sys.exit(f'imported {heavy}' if heavy else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


# --- mix ---


@pytest.fixture
def sounds(tmp_path: Path) -> dict[str, Path]:
    return {
        "bark": write_wav(tmp_path / "Bark" / "one.wav", noise(1.0)),
        "other": write_wav(tmp_path / "my whistle.wav", noise(3.0)),
        "scene": write_wav(tmp_path / "scene.wav", noise(4.0)),
    }


def test_mix_writes_the_mixture_with_its_exact_sources(
    tmp_path: Path, sounds: dict[str, Path]
) -> None:
    out = tmp_path / "out"
    events = (sounds["bark"], sounds["other"])
    assert (
        run("mix", "--events", *events, "--scene", sounds["scene"], "--snr", 5, "--out", out) == 0
    )
    names = sorted(str(path.relative_to(out)) for path in out.rglob("*") if path.is_file())
    assert names[:4] == ["events.tsv", "mixture.wav", "recipe.json", "scene.wav"]
    assert names[4] == "sources/01_Bark.wav"
    assert names[5].startswith("sources/02_my_whistle")
    mixture, scene, *sources = (
        soundfile.read(out / name, dtype="float32")[0]
        for name in ("mixture.wav", "scene.wav", *names[4:])
    )
    assert len(mixture) == 10 * RATE
    total = np.sum(sources, axis=0, dtype=np.float64) + scene
    assert np.all(np.abs(mixture - total) <= np.spacing(np.abs(mixture)))
    lines = (out / "events.tsv").read_text().splitlines()
    assert lines[0] == "onset\toffset\tevent_label"
    assert len(lines) == 3
    assert json.loads((out / "recipe.json").read_text())["config"]["snr_db"] == 5
    assert soundfile.info(out / "mixture.wav").subtype == "FLOAT"


def test_the_same_seed_writes_the_same_bytes(tmp_path: Path, sounds: dict[str, Path]) -> None:
    mixtures = []
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        arguments = ("--events", sounds["bark"], "--scene", sounds["scene"], "--seed", seed)
        assert run("mix", *arguments, "--out", tmp_path / name) == 0
        mixtures.append((tmp_path / name / "mixture.wav").read_bytes())
    assert mixtures[0] == mixtures[1] != mixtures[2]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--snr", "nan"], "nan"),
        (["--snr", "999"], "snr_db"),
        (["--snr", "abc"], "abc is not a finite number"),
        (["--seed", "-1"], "-1 is not a whole number from 0"),
        (["--seconds", "1e9"], "seconds must lie in"),
        (["--out", ""], "the path is empty"),
        (["--seconds", "0.5"], "do not fit"),
        (["--labels", "Bark", "Oboe"], "2 labels for 1 events"),
        (["--labels", "=cmd"], "formula"),
    ],
)
def test_mix_refuses_impossible_requests(
    tmp_path: Path,
    sounds: dict[str, Path],
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    message: str,
) -> None:
    out = tmp_path / "out"
    status = run(
        "mix", "--events", sounds["bark"], "--scene", sounds["scene"], "--out", out, *arguments
    )
    assert status == 2
    assert message in one_error_line(capsys)
    assert not out.exists()
    assert not list(tmp_path.glob(".partial*"))


def test_mix_names_a_silent_file(
    tmp_path: Path, sounds: dict[str, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    silent = write_wav(tmp_path / "silent.wav", np.zeros(RATE, dtype=np.float32))
    assert run("mix", "--events", silent, "--scene", sounds["scene"], "--out", tmp_path / "o") == 2
    assert "silent.wav is silent" in one_error_line(capsys)


def test_mix_leaves_a_folder_that_is_not_its_own(
    tmp_path: Path, sounds: dict[str, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    mine = write_wav(tmp_path / "sources" / "mine.wav", noise(1.0))
    assert run("mix", "--events", mine, "--scene", sounds["scene"], "--out", tmp_path) == 2
    assert "a folder sources that was not made here" in one_error_line(capsys)
    assert mine.is_file()
    assert not (tmp_path / "mixture.wav").exists()


# --- analyse ---


def test_analyse_writes_every_file_of_the_contract(tmp_path: Path, checkpoint: Path) -> None:
    wav = write_wav(tmp_path / "walk.wav", noise(12.0, 2), 32_000)
    assert run("analyse", wav, "--checkpoint", checkpoint, "--out", tmp_path / "out") == 0
    folder = tmp_path / "out" / "walk"
    with np.load(folder / "masks.npz", allow_pickle=False) as archive:
        masks, labels = archive["masks"], archive["labels"].tolist()
    assert masks.dtype == np.float16
    assert labels == list(LABELS)
    frames = 1 + (12 * RATE - 2048) // 1024
    assert masks.shape == (3, frames, 64)
    scores = (folder / "frame_scores.tsv").read_text().splitlines()
    assert scores[0].split("\t") == ["onset", "offset", *LABELS]
    assert len(scores) == frames + 1
    assert (folder / "tags.tsv").read_text().startswith("event_label\tprobability\n")
    assert (folder / "events.tsv").read_text().startswith("onset\toffset\tevent_label\n")
    report = json.loads((folder / "analysis.json").read_text())
    assert report["system"] == "gwrp"
    stems = sorted(path.name for path in (folder / "stems").iterdir())
    assert "background.wav" in stems
    assert len(stems) >= 2
    total = sum(soundfile.read(folder / "stems" / name)[0] for name in stems)
    assert np.abs(total - audio.load(wav)).max() < 1e-4


def test_analyse_prints_a_line_of_json_a_recording(
    tmp_path: Path, checkpoint: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    paths = [write_wav(tmp_path / name, noise(1.0)) for name in ("a.wav", "b.wav")]
    assert run("analyse", *paths, "--checkpoint", checkpoint, "--json") == 0
    lines = capsys.readouterr().out.splitlines()
    assert [json.loads(line)["file"] for line in lines] == ["a.wav", "b.wav"]


def test_silence_is_analysed_and_has_no_events(
    tmp_path: Path, checkpoint: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wav = write_wav(tmp_path / "silence.wav", np.zeros(3 * RATE, dtype=np.float32))
    assert run("analyse", wav, "--checkpoint", checkpoint, "--json", "--out", tmp_path / "o") == 0
    assert json.loads(capsys.readouterr().out)["events"] == []
    assert [p.name for p in (tmp_path / "o" / "silence" / "stems").iterdir()] == ["background.wav"]


def bad_files(folder: Path) -> dict[str, Path]:
    """Everything that people call a sound file and that is none."""
    whole = write_wav(folder / "whole.wav", noise(1.0)).read_bytes()
    contents = {"empty.wav": b"", "text.wav": b"these are words\n" * 50, "cut.wav": whole[:5000]}
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    write_wav(folder / "no_samples.wav", np.zeros(0, dtype=np.float32))
    for name, value in (("nan.wav", np.nan), ("inf.wav", np.inf)):
        waveform = noise(1.0)
        waveform[500] = value
        write_wav(folder / name, waveform)
    write_wav(folder / "one_hertz.wav", noise(0.01), 1)
    (folder / "directory.wav").mkdir()
    names = (*contents, "no_samples.wav", "nan.wav", "inf.wav", "one_hertz.wav", "directory.wav")
    return {name: folder / name for name in (*names, "missing.wav")}


@pytest.mark.parametrize(
    "name",
    [
        "empty.wav", "text.wav", "cut.wav", "no_samples.wav", "nan.wav", "inf.wav", "one_hertz.wav",
        "directory.wav", "missing.wav",
    ],
)  # fmt: skip
def test_a_bad_file_costs_one_line_and_leaves_nothing(
    tmp_path: Path, checkpoint: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    path, out = bad_files(tmp_path)[name], tmp_path / "out"
    assert run("analyse", path, "--checkpoint", checkpoint, "--out", out) == 2
    assert name in one_error_line(capsys)
    assert list(out.iterdir()) == []


def test_a_bad_file_does_not_stop_the_others(
    tmp_path: Path, checkpoint: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good = write_wav(tmp_path / "good.wav", noise(1.0))
    out = tmp_path / "out"
    paths = (tmp_path / "missing.wav", good)
    assert run("analyse", *paths, "--checkpoint", checkpoint, "--out", out) == 2
    assert "missing.wav" in one_error_line(capsys)
    assert (out / "good" / "analysis.json").is_file()


def test_sixty_four_channels_and_a_megahertz_are_answered(
    tmp_path: Path, checkpoint: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    many = write_wav(tmp_path / "many.wav", noise(0.5, 64))
    fast = write_wav(tmp_path / "fast.wav", noise(2.0), 1_000_000)
    for path in (many, fast):
        status = run("analyse", path, "--checkpoint", checkpoint)
        if status:
            assert path.name in one_error_line(capsys)
        else:
            assert "gwrp" in capsys.readouterr().out
    assert run("analyse", many, "--checkpoint", checkpoint) == 0


def test_unknown_systems_and_options_are_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wav = write_wav(tmp_path / "a.wav", noise(0.2))
    assert run("analyse", wav, "--system", "nonsense") == 2
    assert "no checkpoint 'nonsense'" in one_error_line(capsys)
    assert run("analyse", wav, "--nonsense") == 2
    assert "unrecognized arguments" in one_error_line(capsys)
    assert run() == 2
    one_error_line(capsys)


def test_an_output_folder_that_cannot_be_written_is_one_line(
    tmp_path: Path, checkpoint: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wav = write_wav(tmp_path / "a.wav", noise(1.0))
    for out in (wav / "below_a_file", Path(os.devnull) / "x"):
        assert run("analyse", wav, "--checkpoint", checkpoint, "--out", out) == 2
        assert "cannot write" in one_error_line(capsys)
        assert run("mix", "--events", wav, "--scene", wav, "--seconds", 1, "--out", out) == 2
        assert "cannot write" in one_error_line(capsys)


def test_two_recordings_of_one_name_are_refused_before_the_first_is_analysed(
    tmp_path: Path, checkpoint: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    paths = [write_wav(tmp_path / name / "a.wav", noise(0.2)) for name in "xy"]
    assert run("analyse", *paths, "--checkpoint", checkpoint, "--out", tmp_path / "o") == 2
    assert "share a folder" in one_error_line(capsys)


@pytest.mark.parametrize("name", ["..wav", "...wav"])
def test_a_recording_without_a_name_is_not_written_beside_the_output(
    tmp_path: Path, checkpoint: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    wav = write_wav(tmp_path / "a.wav", noise(0.2)).rename(tmp_path / name)
    out = tmp_path / "p" / "out"
    assert run("analyse", wav, "--checkpoint", checkpoint, "--out", out) == 2
    assert "rename it" in one_error_line(capsys)
    assert not (tmp_path / "p").exists()


def test_an_empty_name_is_no_checkpoint(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    wav = write_wav(tmp_path / "a.wav", noise(0.2))
    for arguments in (("--system", ""), ("--checkpoint", ""), ("--checkpoint", "/")):
        assert run("analyse", wav, *arguments) == 2
        one_error_line(capsys)


def test_analysing_again_replaces_the_stems_of_before(tmp_path: Path, checkpoint: Path) -> None:
    wav = write_wav(tmp_path / "a.wav", noise(1.0))
    arguments = ("analyse", wav, "--checkpoint", checkpoint, "--out", tmp_path / "o")
    assert run(*arguments) == 0
    stale = tmp_path / "o" / "a" / "stems" / "Stale.wav"
    stale.write_bytes(b"old")
    assert run(*arguments) == 0
    assert not stale.exists()


def test_masks_and_stems_of_before_do_not_stand_beside_an_analysis_without_masks(
    tmp_path: Path, checkpoint: Path, without_masks: Path
) -> None:
    wav = write_wav(tmp_path / "a.wav", noise(1.0))
    assert run("analyse", wav, "--checkpoint", checkpoint, "--out", tmp_path / "o") == 0
    folder = tmp_path / "o" / "a"
    (folder / "notes.txt").write_text("mine")
    assert run("analyse", wav, "--checkpoint", without_masks, "--out", tmp_path / "o") == 0
    assert json.loads((folder / "analysis.json").read_text())["system"] == "dnn"
    assert sorted(path.name for path in folder.iterdir()) == [
        "analysis.json", "events.tsv", "frame_scores.tsv", "notes.txt", "tags.tsv",
    ]  # fmt: skip


def test_masks_that_were_not_made_here_stay(tmp_path: Path, without_masks: Path) -> None:
    mine = write_wav(tmp_path / "o" / "a" / "stems" / "mine.wav", noise(0.1))
    wav = write_wav(tmp_path / "a.wav", noise(1.0))
    assert run("analyse", wav, "--checkpoint", without_masks, "--out", tmp_path / "o") == 0
    assert mine.is_file()
