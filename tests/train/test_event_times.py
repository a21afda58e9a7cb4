"""How far a system's events begin and end from the true ones."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from sedtf_core.checkpoints import load_checkpoint
from sedtf_core.datasets import SoundBank
from sedtf_core.events import Event
from sedtf_core.inference import Analyser
from tests.train.test_evaluate import checkpoint
from train import event_times
from train.event_times import report, time_errors
from train.mixtures import config_at, draw_mixtures

TRUTH = (Event(1.0, 2.0, "Bark"), Event(4.0, 5.0, "Flute"))


def test_an_event_is_held_against_what_overlaps_it_most() -> None:
    found = [
        Event(0.2, 1.1, "Bark"),
        Event(0.75, 1.75, "Bark"),  # overlaps the bark most
        Event(4.0, 5.0, "Bark"),  # of another class than what it covers
        Event(5.0, 6.0, "Flute"),  # begins where the flute ends
    ]
    assert time_errors(TRUTH, found) == [(-0.25, -0.25)]
    assert time_errors(TRUTH, []) == time_errors([], found) == []
    assert time_errors(TRUTH, TRUTH) == [(0.0, 0.0), (0.0, 0.0)]


def test_early_events_count_from_the_collar_that_reaches_them(
    sounds: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mixtures = list(draw_mixtures(SoundBank.open(sounds), config_at(10.0), 3, 0))
    truths = iter([mixture.events for mixture in mixtures])

    def early(*_: object) -> SimpleNamespace:
        return SimpleNamespace(
            events=[Event(e.onset - 0.24, e.offset - 0.1, e.label) for e in next(truths)]
        )

    monkeypatch.setattr(Analyser, "__call__", early)
    analyser = Analyser(load_checkpoint(checkpoint(tmp_path)))
    first, times, f1 = report("early", analyser, mixtures).splitlines()
    assert first == "early: 9 of 9 true events are overlapped by one of their class"
    assert "onset off by -240 ms" in times and "offset off by -100 ms" in times
    assert "0.000 at 200 ms, 1.000 at 250 ms" in f1


def test_every_system_has_its_lines(
    sounds: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    name = str(checkpoint(tmp_path))
    assert event_times.main([name, name, "--sounds", str(sounds), "--count", "2"]) == 0
    lines = capsys.readouterr().out.splitlines()
    half = len(lines) // 2
    assert half in (2, 3) and lines[:half] == lines[half:]
    assert lines[0].startswith(f"{name}: ") and "of 6 true events" in lines[0]


@pytest.mark.parametrize("wrong", [("--snr", "100"), ("--sounds", "nowhere"), ("--count", "0")])
def test_mistakes_cost_one_line(
    sounds: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], wrong: tuple[str, str]
) -> None:
    assert event_times.main([str(checkpoint(tmp_path)), "--sounds", str(sounds), *wrong]) == 2
    printed = capsys.readouterr().err
    assert printed.startswith("error: ") and printed.count("\n") == 1
