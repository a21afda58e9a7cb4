"""Evaluation and fixed mixtures: one command each, the contract's JSON, and mistakes in one line."""

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile
import torch

from sedtf_core.checkpoints import Metadata, save_checkpoint
from sedtf_core.config import FeatureConfig, ModelConfig
from sedtf_core.models import build_model
from train import evaluate, make_mixtures, snapshots, train
from train.settings import PRESETS, TrainSettings

LABELS = ("Bark", "Cello", "Chime", "Oboe")


def checkpoint(folder: Path, system: str = "gwrp", labels: tuple[str, ...] = LABELS) -> Path:
    torch.manual_seed(0)
    config = ModelConfig(system, n_classes=len(labels), channels=(4,))
    model = build_model(config).eval()
    model.normalise.set_statistics(torch.full((64,), -6.0), torch.ones(64))
    save_checkpoint(folder / system, model, Metadata(config, FeatureConfig(), labels))
    return folder / f"{system}.safetensors"


def arguments(sounds: Path, path: Path, *more: str) -> list[str]:
    usual = ["--checkpoint", str(path), "--sounds", str(sounds), "--count", "3", "--snr", "10"]
    return [*usual, "--replicates", "20", *more]


def test_the_json_has_every_figure_of_the_contract(sounds: Path, tmp_path: Path) -> None:
    out = tmp_path / "deep" / "result.json"
    assert evaluate.main(arguments(sounds, checkpoint(tmp_path), "--json", str(out))) == 0
    result = json.loads(out.read_text())
    assert result["system"] == "gwrp"
    assert (result["snr_db"], result["count"], result["seed"]) == (10.0, 3, 0)
    assert result["labels"] == list(LABELS)
    assert {"f1", "auc", "map"} <= set(result["tagging"])
    assert {"f1", "auc", "map"} <= set(result["frame"])
    assert {"f1", "er", "deletions", "insertions"} <= set(result["event"])
    assert {"f1", "auc", "map", "irm_mae"} <= set(result["segmentation"])
    assert {
        "si_sdr_improvement_db", "sdr_improvement_db", "oracle_si_sdr_improvement_db",
    } <= set(result["separation"])  # fmt: skip
    assert set(result["per_class"]) == set(LABELS)
    low, high = result["intervals"]["tagging"]["map"]
    assert low <= result["tagging"]["map"] <= high
    assert result["command"].startswith("python -m train.evaluate --checkpoint")


def test_the_oracle_separates_better_than_a_fresh_network(sounds: Path, tmp_path: Path) -> None:
    out = tmp_path / "result.json"
    evaluate.main(arguments(sounds, checkpoint(tmp_path), "--json", str(out)))
    separation = json.loads(out.read_text())["separation"]
    assert separation["oracle_si_sdr_improvement_db"] > 10
    assert separation["oracle_si_sdr_improvement_db"] > separation["si_sdr_improvement_db"] + 5


def test_two_evaluations_agree(sounds: Path, tmp_path: Path) -> None:
    path = checkpoint(tmp_path)
    results = []
    for name in ("a.json", "b.json"):
        evaluate.main(arguments(sounds, path, "--json", str(tmp_path / name)))
        results.append(json.loads((tmp_path / name).read_text()))
    assert {**results[0], "command": ""} == {**results[1], "command": ""}


def test_a_system_without_masks_has_no_segmentation(sounds: Path, tmp_path: Path) -> None:
    out = tmp_path / "result.json"
    assert evaluate.main(arguments(sounds, checkpoint(tmp_path, "dnn"), "--json", str(out))) == 0
    result = json.loads(out.read_text())
    assert "segmentation" not in result
    assert "frame" in result


@pytest.mark.parametrize(
    "switch", ["--fixed-onsets", "--level-on-whole-file", "--drop-first", "--gated"]
)
def test_each_switch_of_the_protocol_runs(sounds: Path, tmp_path: Path, switch: str) -> None:
    assert evaluate.main(arguments(sounds, checkpoint(tmp_path), switch)) == 0


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (["--count", "0"], "--count"),
        (["--snr", "nan"], "snr_db"),
        (["--sounds", "nowhere"], "sounds.csv"),
        (["--checkpoint", "nowhere.safetensors"], "no checkpoint"),
        (["--json", "/dev/null/x.json"], "cannot write"),
    ],
)
def test_mistakes_cost_one_line(
    sounds: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    change: list[str],
    message: str,
) -> None:
    assert evaluate.main([*arguments(sounds, checkpoint(tmp_path)), *change]) == 2
    last = capsys.readouterr().err.strip().splitlines()[-1]
    assert last.startswith("error: ")
    assert message in last


def test_a_class_that_the_checkpoint_does_not_know_is_named(
    sounds: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = checkpoint(tmp_path, labels=("Bark", "Cello", "Chime"))
    assert evaluate.main(arguments(sounds, path)) == 2
    assert "does not know the class Oboe" in capsys.readouterr().err


def test_fixed_mixtures_are_written_with_their_sources(sounds: Path, tmp_path: Path) -> None:
    out = tmp_path / "mixtures"
    usual = ["--sounds", str(sounds), "--snr", "0", "--count", "2", "--out", str(out)]
    assert make_mixtures.main(usual) == 0
    assert sorted(path.name for path in out.iterdir()) == ["00000", "00001"]
    mixture, _ = soundfile.read(out / "00001" / "mixture.wav", dtype="float32")
    parts = [
        soundfile.read(path, dtype="float32")[0]
        for path in [out / "00001" / "scene.wav", *(out / "00001" / "sources").iterdir()]
    ]
    np.testing.assert_allclose(np.sum(parts, axis=0, dtype=np.float64), mixture, atol=1e-6)


def test_snapshots_of_a_run_are_collected_as_bytes(
    sounds: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small = TrainSettings(
        "gap", "laptop", steps=2, batch_size=2, peak_rate=1e-3, schedule="step", channels=(4,),
        snr_db=(0.0, 0.0), valid_every=9, valid_count=2, snapshots=2,
    )  # fmt: skip
    monkeypatch.setitem(PRESETS, "laptop", small)
    run, out = tmp_path / "run", tmp_path / "snapshots.npz"
    train.main(["--sounds", str(sounds), "--system", "gap", "--out", str(run), "--device", "cpu"])
    assert snapshots.main([str(run), "--library", str(sounds), "--out", str(out)]) == 0
    with np.load(out, allow_pickle=False) as archive:
        assert archive["gap_steps"].tolist() == [1, 2]
        assert archive["gap_masks"].shape == (2, 3, 3, 311, 64)
        assert archive["gap_masks"].dtype == np.uint8
        assert len(json.loads(str(archive["recipes"][0]))["events"]) == 3
