"""Several draws of mixtures as one result, and which results are none of the same."""

import json
from pathlib import Path
from typing import Any

import pytest

from sedtf_core.errors import InputError
from train import draws, tables
from train.draws import combined


def draw(seed: int, value: float, **changes: Any) -> dict[str, Any]:
    figures = {"f1": value, "auc": value, "map": value}
    return {
        "system": "dnn", "snr_db": 0.0, "seed": seed, "count": 400, "checkpoint": "dnn",
        "command": f"python -m train.evaluate --snr 0 --seed {seed}",
        "tagging": figures, "per_class": {"Bark": {"tagging": figures}},
        "intervals": {"tagging": {"f1": [value - 0.1, value + 0.2]}},
        "tuned": {"split": "valid", "thresholds": {"tagging": value, "segmentation": None}},
    } | changes  # fmt: skip


def test_one_draw_stays_what_it_is() -> None:
    (one,) = combined([draw(0, 0.5)])
    assert one["tagging"] == {"f1": 0.5, "auc": 0.5, "map": 0.5}
    assert one["commands"] == ["python -m train.evaluate --snr 0 --seed 0"]
    assert "draws" not in one


def test_figures_and_ends_of_intervals_are_means_over_draws() -> None:
    (one,) = combined([draw(0, 0.25), draw(1, 0.5), draw(2, 0.75)])
    assert one["tagging"]["f1"] == pytest.approx(0.5)
    assert one["per_class"]["Bark"]["tagging"]["map"] == pytest.approx(0.5)
    assert one["intervals"]["tagging"]["f1"] == pytest.approx([0.4, 0.7])
    assert one["tuned"] == {
        "split": "valid",
        "thresholds": {"tagging": pytest.approx(0.5), "segmentation": None},
    }
    assert one["seeds"] == [0, 1, 2]
    loop = (
        "for seed in 0 1 2; do python -m train.evaluate --snr 0 --seed $seed "
        "--json dnn_0dB_seed$seed.json; done"
    )
    assert one["commands"] == [loop]


def test_what_all_draws_share_stays_as_it_is() -> None:
    shared = {"switches": {"fixed_onsets": True, "empty_class": "zero"}, "tuned": {"count": 200}}
    (one,) = combined([draw(seed, seed / 4, **shared) for seed in range(3)])
    assert json.dumps({key: one[key] for key in shared}) == json.dumps(shared)


def test_commands_that_differ_in_more_than_seed_and_file_are_all_named() -> None:
    commands = [
        "python -m train.evaluate --sounds 'a b' --seed 0 --json 0.json",
        "python -m train.evaluate --seed 1 --sounds 'a b'",
    ]
    given = [draw(seed, 0.5, command=command) for seed, command in enumerate(commands)]
    assert combined(given)[0]["commands"] == commands
    given[1]["command"] = "python -m train.evaluate --sounds 'a b' --seed 1"
    loop = (
        "for seed in 0 1; do python -m train.evaluate --sounds 'a b' --seed $seed "
        "--json dnn_0dB_seed$seed.json; done"
    )
    assert combined(given)[0]["commands"] == [loop]


def test_the_lowest_and_highest_draw_stand_where_an_interval_would() -> None:
    (one,) = combined([draw(0, 0.5), draw(1, 0.25)])
    assert one["draws"]["tagging"]["map"] == pytest.approx(0.375)
    assert one["intervals"]["draws"]["tagging"]["map"] == [0.25, 0.5]


def test_other_systems_and_snrs_stay_apart() -> None:
    results = combined([draw(0, 0.5), draw(0, 0.25, snr_db=10.0), draw(0, 0.75, system="gap")])
    assert [result["tagging"]["f1"] for result in results] == [0.5, 0.25, 0.75]


@pytest.mark.parametrize(
    ("other", "words"),
    [
        (draw(0, 0.5), "dnn at 0 dB with seed 0"),
        (draw(1, 0.5, count=200), "differ in count"),
        (draw(1, 0.5, trained_steps=7), "differ in trained_steps"),
        (draw(1, 0.5, checkpoint="last"), "differ in checkpoint"),
        (draw(1, 0.5, psds={"psds1": 0.5}), "differ in psds"),
    ],
)
def test_results_that_are_no_draws_of_the_same_are_refused(
    other: dict[str, Any], words: str
) -> None:
    with pytest.raises(InputError, match=words):
        combined([draw(0, 0.5), other])


def test_tables_of_draws_name_the_seeds_and_every_command(tmp_path: Path) -> None:
    for seed in range(3):
        (tmp_path / f"{seed}.json").write_text(json.dumps(draw(seed, seed / 4)))
    paths = [str(tmp_path / f"{seed}.json") for seed in range(3)]
    assert tables.main([*paths, "--out", str(tmp_path)]) == 0
    text = (tmp_path / "table_2_tagging.md").read_text()
    assert "| 0 dB | DNN | 0.250 [0.150, 0.450] |" in text
    assert "DNN: means of draws of mixtures with the seeds 0, 1, 2." in text
    assert "for seed in 0 1 2; do python -m train.evaluate --snr 0 --seed $seed --json" in text
    ends = (tmp_path / "extra_draws.md").read_text()
    assert "| SNR | System | Tagging mAP | Tagging AUC |" in ends
    assert "| 0 dB | DNN | 0.250 [0.000, 0.500] |" in ends


def test_the_mean_that_the_command_writes_gives_the_tables_of_its_draws(tmp_path: Path) -> None:
    for seed in range(3):
        (tmp_path / f"{seed}.json").write_text(json.dumps(draw(seed, seed / 4)))
    paths = [str(tmp_path / f"{seed}.json") for seed in range(3)]
    mean = str(tmp_path / "mean.json")
    assert draws.main([*paths, "--json", mean]) == 0
    assert "seed" not in json.loads(Path(mean).read_text())
    written = {}
    for name, given in (("draws", paths), ("mean", [mean])):
        assert tables.main([*given, "--out", str(tmp_path / name)]) == 0
        written[name] = {path.name: path.read_text() for path in (tmp_path / name).iterdir()}
    assert written["mean"] == written["draws"]


@pytest.mark.parametrize(
    ("others", "words"),
    [
        ([draw(1, 0.5, system="gap")], "of several systems"),
        ([draw(1, 0.5, draws={}), draw(2, 0.5)], "a mean of draws already"),
    ],
)
def test_what_is_no_mean_of_one_system_is_not_written(
    others: list[dict[str, Any]], words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    paths = [tmp_path / f"{index}.json" for index in range(1 + len(others))]
    for path, result in zip(paths, [draw(0, 0.5), *others], strict=True):
        path.write_text(json.dumps(result))
    assert draws.main([*map(str, paths), "--json", str(tmp_path / "mean.json")]) == 2
    printed = capsys.readouterr().err
    assert words in printed and printed.count("\n") == 1
    assert not (tmp_path / "mean.json").exists()


def test_the_same_result_twice_writes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, copy = tmp_path / "0.json", tmp_path / "copy.json"
    for written in (path, copy):
        written.write_text(json.dumps(draw(0, 0.5)))
    again = tmp_path / "." / "out" / ".." / "0.json"
    for other, words in ((path, "is given twice"), (again, "is given twice"), (copy, "leave one")):
        assert tables.main([str(path), str(other), "--out", str(tmp_path / "out")]) == 2
        printed = capsys.readouterr().err
        assert words in printed and printed.count("\n") == 1
    assert not (tmp_path / "out").exists()
