"""How many of a mixture's classes a network names among its first guesses."""

from pathlib import Path

import pytest

from sedtf_core.datasets import SoundBank
from sedtf_core.inference import Analyser
from sedtf_core.mixing import Mixture
from tests.train.test_evaluate import checkpoint
from train import library_tags


@pytest.mark.parametrize(
    ("first", "line"),
    [
        # Four classes are known, so five guesses name all, and one guess one at most.
        ("5", "all 3 classes among the first 5 in 2 of 2 mixtures at 10 dB; 3.00 found on average"),
        ("1", "all 3 classes among the first 1 in 0 of 2 mixtures at 10 dB; "),
    ],
)
def test_guesses_are_counted_class_by_class(
    sounds: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], first: str, line: str
) -> None:
    library = ("--library", str(sounds), "--count", "2", "--first", first)
    assert library_tags.main([str(checkpoint(tmp_path)), *library]) == 0
    assert line in capsys.readouterr().out


def test_a_clip_is_tagged_in_sections_of_the_length_asked_for(
    sounds: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []

    def found(analyser: Analyser, mixture: Mixture, _: int) -> set[str]:
        seen.append(len(analyser(mixture.mixture).sections))
        return set()

    monkeypatch.setattr(library_tags, "found_among_first", found)
    path = str(checkpoint(tmp_path))
    for more in ((), ("--section-s", "5")):
        assert library_tags.main([path, "--library", str(sounds), "--count", "1", *more]) == 0
    assert seen[0] == 1 and seen[1] > 2


def test_the_class_found_least_comes_first(
    sounds: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    missed = SoundBank.open(sounds).labels()[-1]

    def all_but_one(_: Analyser, mixture: Mixture, __: int) -> set[str]:
        return set(mixture.labels) - {missed}

    monkeypatch.setattr(library_tags, "found_among_first", all_but_one)
    options = ("--library", str(sounds), "--count", "8", "--per-class")
    assert library_tags.main([str(checkpoint(tmp_path)), *options]) == 0
    lines = [line.split() for line in capsys.readouterr().out.splitlines()[1:]]
    assert lines[0][:2] == [f"{missed}:", "0"]
    assert all(line[1] == line[3] for line in lines[1:])
    assert sum(int(line[3]) for line in lines) == 8 * 3


@pytest.mark.parametrize("wrong", [
    ("--snr", "100"), ("--library", "nowhere"), ("--count", "0"), ("--section-s", "0"),
])  # fmt: skip
def test_mistakes_cost_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], wrong: tuple[str, str]
) -> None:
    assert library_tags.main([str(checkpoint(tmp_path)), *wrong]) == 2
    printed = capsys.readouterr().err
    assert printed.startswith("error: ") and printed.count("\n") == 1
