"""Evaluation and fixed mixtures: one command each, the contract's JSON, and mistakes in one line."""

import inspect
import json
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
import torch

from sedtf_core.checkpoints import Metadata, load_checkpoint, save_checkpoint
from sedtf_core.command_line import Parser
from sedtf_core.config import DetectionConfig, FeatureConfig, MixtureConfig, ModelConfig
from sedtf_core.datasets import SoundBank, read_sounds
from sedtf_core.evaluation import event, frame, tagging
from sedtf_core.evaluation.bootstrap import RecordingGroups
from sedtf_core.evaluation.truth import frame_activity, present_classes
from sedtf_core.inference import Analyser, Analysis
from sedtf_core.mixing import Mixture, mix
from sedtf_core.models import build_model
from train import evaluate, make_mixtures, mixtures, snapshots, train
from train.mixtures import draw_recipes
from train.scorecard import rounded
from train.settings import PRESETS, TrainSettings
from train.tuning import Thresholds, tune

LABELS = ("Bark", "Cello", "Chime", "Oboe")


def checkpoint(
    folder: Path,
    system: str = "gwrp",
    labels: tuple[str, ...] = LABELS,
    tagged: tuple[str, ...] | None = None,
) -> Path:
    """A fresh network; with ``tagged`` only these classes pass the tagging threshold."""
    torch.manual_seed(0)
    config = ModelConfig(system, n_classes=len(labels), channels=(4,))
    model = build_model(config).eval()
    if tagged is not None:
        bias = [2.0 if label in tagged else -6.0 for label in labels]
        model.to_masks.bias.data = torch.tensor(bias)
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
    result = json.loads(out.read_text())
    separation, oracle = result["separation"], result["oracle_separation"]
    assert separation["oracle_si_sdr_improvement_db"] > 10
    assert separation["oracle_si_sdr_improvement_db"] > separation["si_sdr_improvement_db"] + 5
    # Events do not overlap, so within one's span there is nothing but the scene to take away.
    assert oracle["si_sdr_improvement_span_db"] > 5


def test_two_evaluations_agree(sounds: Path, tmp_path: Path) -> None:
    path = checkpoint(tmp_path)
    results = []
    for name in ("a.json", "b.json"):
        evaluate.main(arguments(sounds, path, "--json", str(tmp_path / name)))
        results.append(json.loads((tmp_path / name).read_text()))
    assert {**results[0], "command": ""} == {**results[1], "command": ""}


def figures(sounds: Path, path: Path, out: Path, *more: str) -> dict[str, Any]:
    """The JSON of an evaluation."""
    assert evaluate.main(arguments(sounds, path, "--json", str(out), *more)) == 0
    result: dict[str, Any] = json.loads(out.read_text())
    return result


def test_psds_stands_beside_the_contract(sounds: Path, tmp_path: Path) -> None:
    result = figures(sounds, checkpoint(tmp_path), tmp_path / "result.json")
    assert set(result["psds"]) == {"psds1", "psds2"}
    for name, value in result["psds"].items():
        low, high = result["intervals"]["psds"][name]
        assert 0 <= low <= value <= high <= 1
        assert 0 <= result["per_class"]["Oboe"]["psds"][name] <= 1


def test_frames_are_measured_with_and_without_gating(sounds: Path, tmp_path: Path) -> None:
    path = checkpoint(tmp_path, tagged=("Bark",))  # all others lie below the tagging threshold
    ungated = figures(sounds, path, tmp_path / "a.json")
    gated = figures(sounds, path, tmp_path / "b.json", "--gated")
    assert (ungated["frame_holds"], gated["frame_holds"]) == ("ungated", "gated")
    assert ungated["frame"] == gated["frame_ungated"]
    assert ungated["frame_gated"] == gated["frame"]
    assert ungated["intervals"]["frame_gated"] == gated["intervals"]["frame"]
    assert gated["per_class"]["Oboe"]["frame"]["auc"] == 0.5
    assert ungated["per_class"]["Oboe"]["frame"]["auc"] != 0.5


def test_tuned_figures_equal_those_measured_at_the_tuned_thresholds(
    sounds: Path, tmp_path: Path
) -> None:
    path = checkpoint(tmp_path)
    plain = figures(sounds, path, tmp_path / "a.json")
    result = figures(sounds, path, tmp_path / "b.json", "--tune-count", "2")
    tuned, thresholds = result["tuned"], Thresholds(**result["tuned"]["thresholds"])
    for metric in ("tagging", "frame", "event", "segmentation"):
        assert tuned[metric]["paper_f1"] == result[metric]["f1"]
        low, high = tuned["intervals"][metric]["f1"]
        assert low <= tuned[metric]["f1"] <= high
        assert set(result[metric]) == set(plain[metric])
        assert set(result["per_class"]["Bark"][metric]) == set(plain["per_class"]["Bark"][metric])
        assert result[metric] == pytest.approx(plain[metric], abs=1e-6)
    bank = SoundBank.open(sounds, split="test")
    analyser = Analyser(load_checkpoint(path), thresholds.detection(DetectionConfig()))
    probs, truth, events = [], [], []  # compared within the six digits that are written
    for recipe in draw_recipes(bank, MixtureConfig(snr_db=10.0), 3, 0):
        mixture = mix(recipe, bank.waveform)
        analysis = analyser(mixture.mixture)
        probs.append(analysis.clip_probs)
        truth.append(present_classes(mixture, LABELS))
        events.append((mixture.events, analysis.events))
    expected = tagging.evaluate(np.stack(probs), np.stack(truth), thresholds.tagging)
    assert tuned["tagging"]["f1"] == pytest.approx(expected["f1"], rel=1e-5)
    expected = event.evaluate(events, LABELS)
    assert tuned["event"]["f1"] == pytest.approx(expected["f1"], rel=1e-5)
    assert tuned["event"]["er"] == pytest.approx(expected["er"], rel=1e-5)


def test_thresholds_are_chosen_on_the_valid_split_alone(
    sounds: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: dict[str, list[str]] = {"tuned": [], "evaluated": []}

    def listen(kind: str, mixture: Mixture) -> Mixture:
        recipe = mixture.recipe
        heard[kind] += [recipe.scene, *(placement.clip for placement in recipe.events)]
        return mixture

    class Watched(evaluate.Evaluation):
        def update(self, mixture: Mixture, bank: SoundBank) -> None:
            super().update(listen("evaluated", mixture), bank)

    def watched(analyser: Analyser, mixtures: Iterable[Mixture], *, gated: bool) -> Thresholds:
        return tune(analyser, (listen("tuned", mixture) for mixture in mixtures), gated=gated)

    monkeypatch.setattr(evaluate, "Evaluation", Watched)
    monkeypatch.setattr(evaluate, "tune", watched)
    assert evaluate.main(arguments(sounds, checkpoint(tmp_path), "--tune-count", "2")) == 0
    splits = {kind: {clip.split("_")[0] for clip in clips} for kind, clips in heard.items()}
    assert splits == {"tuned": {"valid"}, "evaluated": {"test"}}


def test_thresholds_are_the_best_on_the_valid_split(sounds: Path, tmp_path: Path) -> None:
    bank = SoundBank.open(sounds, split="valid")
    mixtures = [mix(r, bank.waveform) for r in draw_recipes(bank, MixtureConfig(), 3, 0)]
    analyser = Analyser(load_checkpoint(checkpoint(tmp_path)))
    chosen = tune(analyser, iter(mixtures), gated=False)
    clips = [(analyser(mixture.mixture), mixture) for mixture in mixtures]
    of_frames = [
        (a.frame_scores, frame_activity(m, a.labels, a.frame_scores.shape[1], a.features))
        for a, m in clips
    ]
    best = frame.evaluate(of_frames, LABELS, chosen.frame)["f1"]
    for other in np.quantile(np.concatenate([s for s, _ in of_frames]), np.linspace(0, 0.99, 40)):
        assert best >= frame.evaluate(of_frames, LABELS, float(other))["f1"] - 1e-3
    assert chosen.segmentation is not None
    assert best > 0


def test_thresholds_of_gated_figures_are_chosen_on_gated_scores(
    sounds: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bank = SoundBank.open(sounds, split="valid")
    mixtures = [mix(r, bank.waveform) for r in draw_recipes(bank, MixtureConfig(), 2, 0)]
    analyser = Analyser(load_checkpoint(checkpoint(tmp_path, tagged=("Bark",))))
    gated, ungated = (tune(analyser, mixtures, gated=gated) for gated in (True, False))
    analyse = Analyser.__call__

    def analyse_and_gate(self: Analyser, waveform: np.ndarray) -> Analysis:
        analysis = analyse(self, waveform)
        assert analysis.masks is not None
        scores, masks = (
            tagging.gate(values, analysis.clip_probs, self.detection.tagging_threshold)
            for values in (analysis.frame_scores, analysis.masks)
        )
        return replace(analysis, frame_scores=scores, masks=masks)

    monkeypatch.setattr(Analyser, "__call__", analyse_and_gate)
    assert gated == tune(analyser, mixtures, gated=False)
    assert gated.frame != ungated.frame and gated.segmentation != ungated.segmentation


def test_a_system_without_masks_is_tuned_without_segmentation(sounds: Path, tmp_path: Path) -> None:
    path = checkpoint(tmp_path, "dnn")
    tuned = figures(sounds, path, tmp_path / "a.json", "--tune-count", "2")["tuned"]
    assert tuned["thresholds"]["segmentation"] is None
    assert set(tuned) == {
        "split", "count", "thresholds", "event", "tagging", "frame", "intervals",
    }  # fmt: skip


def test_a_system_without_masks_has_no_segmentation(sounds: Path, tmp_path: Path) -> None:
    out = tmp_path / "result.json"
    assert evaluate.main(arguments(sounds, checkpoint(tmp_path, "dnn"), "--json", str(out))) == 0
    result = json.loads(out.read_text())
    assert "segmentation" not in result
    assert "frame" in result


SWITCHES: dict[str, tuple[str, object]] = {
    "--fixed-onsets": ("fixed_onsets", True),
    "--level-on-whole-file": ("level_on_whole_file", True),
    "--drop-first": ("drop_first", True),
    "--gated": ("gated", True),
    "--empty-class": ("empty_class", "skip"),
}


@pytest.mark.parametrize("switch", SWITCHES)
def test_each_switch_of_the_protocol_reaches_what_it_is_for(
    sounds: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, switch: str
) -> None:
    seen: dict[str, object] = {}

    class Watched(evaluate.Evaluation):
        def __init__(self, analyser: Analyser, empty_class: str, gated: bool, tuned: Any) -> None:
            super().__init__(analyser, empty_class, gated, tuned)
            seen.update(drop_first=analyser.detection.drop_first, gated=gated)
            seen.update(empty_class=self.event._empty_class)

        def update(self, mixture: Any, bank: Any) -> None:
            super().update(mixture, bank)
            seen.update(vars(mixture.recipe.config))

    monkeypatch.setattr(evaluate, "Evaluation", Watched)
    out = tmp_path / "result.json"
    given = [switch, "skip"] if switch == "--empty-class" else [switch]
    assert evaluate.main(arguments(sounds, checkpoint(tmp_path), *given, "--json", str(out))) == 0
    name, value = SWITCHES[switch]
    usual = {"fixed_onsets": False, "level_on_whole_file": False, "drop_first": False,
             "gated": False, "empty_class": "zero"}  # fmt: skip
    assert {key: seen[key] for key in usual} == {**usual, name: value}
    result = json.loads(out.read_text())
    assert {**result["switches"], "gated": result["gated"]} == {**usual, name: value}


def test_gated_masks_of_a_class_that_is_not_tagged_are_measured_as_zero(
    sounds: Path, tmp_path: Path
) -> None:
    out, path = tmp_path / "result.json", checkpoint(tmp_path, tagged=("Bark",))
    evaluate.main(arguments(sounds, path, "--gated", "--json", str(out)))
    per_class = json.loads(out.read_text())["per_class"]
    assert per_class["Cello"]["segmentation"]["f1"] == 0
    assert per_class["Cello"]["segmentation"]["auc"] == pytest.approx(0.5)


def test_the_separation_of_detected_events_leaves_out_the_others(
    sounds: Path, tmp_path: Path
) -> None:
    result = figures(sounds, checkpoint(tmp_path, tagged=("Bark",)), tmp_path / "result.json")
    of_bark = result["per_class"]["Bark"]["separation"]["si_sdr_improvement_db"]
    separation = result["separation"]
    assert separation["detected_si_sdr_improvement_db"] == pytest.approx(of_bark)
    assert separation["si_sdr_improvement_db"] != pytest.approx(of_bark, abs=0.1)


def test_the_valid_split_goes_without_recordings_that_train_has(
    sounds: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard = {"train_Bark_1.wav": "valid_Bark_0.wav"}
    rows = [replace(row, recording=heard.get(row.clip, row.clip)) for row in read_sounds(sounds)]
    monkeypatch.setattr(mixtures, "read_sounds", lambda _: rows)
    parser = Parser()
    mixtures.add_mixture_arguments(parser)
    bank, _ = mixtures.open_mixtures(parser.parse_args(["--sounds", "any", "--split", "valid"]))
    left_out = {row.clip for row in rows if row.split == "valid"} - {s.clip for s in bank.sounds}
    assert left_out == {"valid_Bark_0.wav"}


def test_the_figures_of_the_tables_have_intervals_a_class(sounds: Path, tmp_path: Path) -> None:
    out = tmp_path / "result.json"
    evaluate.main(arguments(sounds, checkpoint(tmp_path), "--json", str(out)))
    result = json.loads(out.read_text())
    assert set(result["per_class_intervals"]) == set(LABELS)
    for label, intervals in result["per_class_intervals"].items():
        for metric, column in (("tagging", "map"), ("event", "f1"), ("segmentation", "f1")):
            low, high = intervals[metric][column]
            assert low <= result["per_class"][label][metric][column] <= high


def test_every_metric_groups_its_clips_by_recording(
    sounds: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = SoundBank.open(sounds, split="test").sounds
    bank = SoundBank(sounds, [replace(row, recording=f"of {row.label}") for row in rows])
    analyser = Analyser(load_checkpoint(checkpoint(tmp_path)))
    evaluation = evaluate.Evaluation(analyser, tuned=Thresholds(0.1, 0.1, 0.1))
    metrics = {
        name: metric for name, metric in vars(evaluation).items() if "summary" in dir(metric)
    }
    metrics |= evaluation.psds
    given: dict[str, np.ndarray | None] = {}

    def watch(name: str, update: Callable[..., None]) -> Callable[..., None]:
        def watched(*values: Any) -> None:
            given[name] = inspect.signature(update).bind(*values).arguments.get("groups")
            update(*values)

        return watched

    for name, metric in metrics.items():
        monkeypatch.setattr(metric, "update", watch(name, metric.update))
    groups, clips = RecordingGroups(LABELS), set()
    for recipe in draw_recipes(bank, MixtureConfig(snr_db=10.0), 3, 0):
        evaluation.update(mix(recipe, bank.waveform), bank)
        clips |= {placement.clip for placement in recipe.events}
        expected = groups.of_clip(
            {placement.label: f"of {placement.label}" for placement in recipe.events}
        )
        assert len(given) == len(metrics) == 11
        for name, groups_given in given.items():
            np.testing.assert_array_equal(groups_given, expected, name)
    assert len(clips) > len(LABELS)  # so that a group a clip would be seen


def test_a_set_of_mixtures_is_not_added_to_another(
    sounds: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["--sounds", str(sounds), "--count", "1", "--out", str(tmp_path / "set")]
    assert make_mixtures.main(command) == 0
    assert make_mixtures.main([*command, "--snr", "20"]) == 2
    assert "is not empty" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (["--count", "0"], "--count"),
        (["--snr", "nan"], "nan is not a finite number"),
        (["--snr", "61"], "snr_db"),
        (["--replicates", "-1"], "--replicates: -1 is not a whole number from 0"),
        (["--sounds", "nowhere"], "sounds.csv"),
        (["--checkpoint", "nowhere.safetensors"], "no checkpoint"),
        (["--json", "/dev/null/x.json"], "cannot write"),
        (["--tune-count", "-1"], "--tune-count: -1 is not a whole number from 0"),
        (["--tune-count", "2", "--split", "valid"], "evaluate another --split"),
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


def test_a_result_that_cannot_be_written_is_found_before_any_work(
    sounds: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(evaluate, "evaluate", lambda _: pytest.fail("worked first"))
    assert evaluate.main(arguments(sounds, tmp_path / "x", "--json", str(tmp_path))) == 2
    printed = capsys.readouterr().err
    assert printed.startswith(f"error: cannot write {tmp_path} ") and printed.count("\n") == 1


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
        assert archive["gap_loss_steps"].tolist() == [1, 2]
        logged = np.loadtxt(run / "log.csv", delimiter=",", skiprows=1)
        np.testing.assert_allclose(archive["gap_loss"], logged[:, 1], rtol=1e-6)
        assert archive["gap_curve_steps"].tolist() == [2]
        np.testing.assert_allclose(archive["gap_curve_train"], [logged[:, 1].mean()], rtol=1e-6)
        assert archive["gap_curve_valid"].shape == (1,)


def test_a_long_log_is_thinned_to_the_mean_of_each_hundredth(tmp_path: Path) -> None:
    rows = [f"{step},{step / 10},0.1" for step in range(1, 1001)]
    (tmp_path / "log.csv").write_text("step,loss,seconds\n" + "\n".join(rows) + "\n", "utf-8")
    steps, losses = snapshots.thinned_loss(tmp_path)
    assert steps.tolist() == list(range(10, 1001, 10))
    np.testing.assert_allclose(losses[:2], [0.55, 1.55], rtol=1e-6)


def test_figures_are_written_with_six_digits_and_stay_what_they_are() -> None:
    figures = {
        "f1": 0.123456789,
        "none": None,
        "count": 3,
        "ends": (1e-13 / 3, 2 / 3),
        "name": "gwrp",
    }
    assert rounded(figures) == {
        "f1": 0.123457,
        "none": None,
        "count": 3,
        "ends": [3.33333e-14, 0.666667],
        "name": "gwrp",
    }
