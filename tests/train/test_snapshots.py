"""Snapshots of runs: a file that the Training page reads, and mistakes that cost one line."""

from pathlib import Path

import numpy as np
import pytest

from pages.shared.training.slow_motion.runs import load_snapshots
from tests.train.test_evaluate import checkpoint
from train import snapshots

LABELS = ("Bark", "Cello", "Chime", "Oboe")


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """What a run of 250 steps with two measurements leaves."""
    folder = tmp_path / "run"
    saved = checkpoint(folder / "snapshots", labels=LABELS)
    for kind in (".safetensors", ".json"):
        for step in (100, 250):
            (saved.parent / f"step_{step:06d}{kind}").write_bytes(
                saved.with_suffix(kind).read_bytes()
            )
        saved.with_suffix(kind).unlink()
    losses = [f"{step},{1 / step},0.1" for step in range(1, 251)]
    (folder / "log.csv").write_text("\n".join(["step,loss,seconds", *losses]))
    (folder / "validation.csv").write_text("step,loss,f1,auc,map\n100,0.5,0,0,0\n250,0.4,0,0,0\n")
    return folder


def one_error_line(capsys: pytest.CaptureFixture[str]) -> str:
    printed = capsys.readouterr().err
    assert printed.count("error: ") == 1
    return printed[printed.index("error: ") :]


def test_the_application_reads_what_was_collected(run: Path, sounds: Path, tmp_path: Path) -> None:
    out = tmp_path / "made" / "snapshots.data"  # the name is kept, whatever it ends in
    out.parent.mkdir()
    assert snapshots.main([str(run), "--library", str(sounds), "--out", str(out)]) == 0
    assert [path.name for path in out.parent.iterdir()] == [out.name]
    found = load_snapshots(out)
    assert len(found.recipes) == 3
    (gwrp,) = found.runs
    assert gwrp.system == "gwrp"
    assert gwrp.steps.tolist() == [100, 250]
    assert gwrp.masks.shape == (2, 3, 3, 311, 64)
    assert gwrp.valid_steps.tolist() == [100, 250]
    np.testing.assert_allclose(gwrp.valid, [0.5, 0.4])
    assert len(gwrp.loss) == len(gwrp.loss_steps) == 100
    assert gwrp.loss_steps[[0, -1]].tolist() == [3, 250]
    assert gwrp.loss[0] == pytest.approx((1 + 1 / 2 + 1 / 3) / 3)


def test_a_run_that_was_not_measured_yet_has_no_curve_of_it(
    run: Path, sounds: Path, tmp_path: Path
) -> None:
    (run / "validation.csv").unlink()
    out = tmp_path / "snapshots.npz"
    assert snapshots.main([str(run), "--library", str(sounds), "--out", str(out)]) == 0
    assert load_snapshots(out).runs[0].valid.size == 0


def test_a_run_without_a_log_is_one_line(
    run: Path, sounds: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (run / "log.csv").unlink()
    out = tmp_path / "snapshots.npz"
    assert snapshots.main([str(run), "--library", str(sounds), "--out", str(out)]) == 2
    assert "has no log of its loss" in one_error_line(capsys)
    assert not out.exists()


def test_a_file_that_cannot_be_written_is_found_before_any_work(
    run: Path,
    sounds: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(snapshots, "snapshot_masks", lambda *_: pytest.fail("worked first"))
    assert snapshots.main([str(run), "--library", str(sounds), "--out", str(tmp_path)]) == 2
    assert f"cannot write {tmp_path}" in one_error_line(capsys)


def test_a_class_that_a_run_does_not_know_is_one_line(
    sounds: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    saved = checkpoint(tmp_path / "run" / "snapshots", labels=("Sneeze", "Rooster"))
    for kind in (".safetensors", ".json"):
        saved.with_suffix(kind).rename(saved.parent / f"step_000001{kind}")
    options = ["--library", str(sounds), "--out", str(tmp_path / "snapshots.npz")]
    assert snapshots.main([str(tmp_path / "run"), *options]) == 2
    assert "a class of the library; give runs that do" in one_error_line(capsys)
