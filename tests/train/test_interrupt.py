"""A run that is interrupted at any moment goes on exactly, and leaves signals as they were."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from train import train
from train.run import StopRequest
from train.settings import PRESETS, TrainSettings
from train.trainer import Trainer

ROOT = Path(__file__).resolve().parents[2]
SMALL = TrainSettings(
    "gwrp", "laptop", steps=6, batch_size=2, peak_rate=2e-3, schedule="one_cycle", channels=(4, 4),
    snr_db=(0.0, 20.0), gain_db=10.0, valid_every=3, valid_count=2, snapshots=1,
)  # fmt: skip
PARTS = {"backward": (torch.Tensor, "backward"), "optimiser": (torch.optim.Adam, "step")}


@pytest.fixture(autouse=True)
def small_preset(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(PRESETS, "laptop", SMALL)


@pytest.fixture(autouse=True)
def heard_interrupts() -> Iterator[None]:
    """What runs in the background of a shell begins with SIGINT ignored, and so would these runs."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture(scope="module")
def whole(sounds: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run that never stopped."""
    out = tmp_path_factory.mktemp("whole") / "run"
    with pytest.MonkeyPatch.context() as context:
        context.setitem(PRESETS, "laptop", SMALL)
        assert train.main(arguments(sounds, out)) == 0
    return out


def arguments(sounds: Path, out: Path, *more: str) -> list[str]:
    usual = ["--sounds", str(sounds), "--system", "gwrp", "--device", "cpu", "--out", str(out)]
    return [*usual, *more]


def signalled(part: str, call: int, *numbers: int) -> Callable[..., object]:
    """A part of a step that sends this process signals within its n-th call."""
    owner, name = PARTS[part]
    unchanged, calls = getattr(owner, name), []

    def learn(*given: object, **named: object) -> object:
        calls.append(None)
        done = unchanged(*given, **named)
        if len(calls) == call:
            for number in numbers:
                os.kill(os.getpid(), number)
        return done

    return learn


def interrupt(
    monkeypatch: pytest.MonkeyPatch, given: list[str], part: str, call: int, *numbers: int
) -> None:
    with monkeypatch.context() as context:
        context.setattr(*PARTS[part], signalled(part, call, *numbers))
        assert train.main(given) == 130


def assert_goes_on_like(whole: Path, given: list[str], out: Path) -> None:
    assert train.main([*given, "--resume"]) == 0
    found, expected = (load_file(folder / "last.safetensors") for folder in (out, whole))
    for name, tensor in expected.items():
        torch.testing.assert_close(found[name], tensor, rtol=0, atol=0)
    logs = [(folder / "log.csv").read_text().splitlines() for folder in (out, whole)]
    assert [line.split(",")[:2] for line in logs[0]] == [line.split(",")[:2] for line in logs[1]]


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_within_a_step_waits_for_its_end(
    sounds: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    whole: Path,
    part: str,
    number: int,
) -> None:
    out = tmp_path / "run"
    # The tests must not die of SIGTERM where it is not noted.
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        handlers = [signal.getsignal(n) for n in (signal.SIGINT, signal.SIGTERM)]
        interrupt(monkeypatch, arguments(sounds, out), part, 2, number)
        assert handlers == [signal.getsignal(n) for n in (signal.SIGINT, signal.SIGTERM)]
    finally:
        signal.signal(signal.SIGTERM, before)
    assert torch.load(out / "state.pt", weights_only=True)["step"] == 2
    assert capsys.readouterr().err.endswith(f"stopped; go on with --resume (kept in {out})\n")
    assert_goes_on_like(whole, arguments(sounds, out), out)


def test_a_second_signal_stops_at_once_and_keeps_no_half_step(
    sounds: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, whole: Path
) -> None:
    out = tmp_path / "run"
    given = arguments(sounds, out)
    interrupt(monkeypatch, given, "backward", 5, signal.SIGINT, signal.SIGINT)
    assert torch.load(out / "state.pt", weights_only=True)["step"] == 3  # of the measurement
    assert_goes_on_like(whole, given, out)


def test_an_error_within_a_step_keeps_no_half_step(
    sounds: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, whole: Path
) -> None:
    def fail(*_: object) -> None:
        raise MemoryError

    out = tmp_path / "run"
    with monkeypatch.context() as context:
        context.setattr(torch.Tensor, "backward", fail)
        with pytest.raises(MemoryError):
            train.main(arguments(sounds, out))
    assert_goes_on_like(whole, arguments(sounds, out), out)


def test_a_run_that_is_killed_before_its_first_measurement_can_be_resumed(
    sounds: Path, tmp_path: Path, whole: Path
) -> None:
    out = tmp_path / "run"
    given = arguments(sounds, out)
    settings = {name: getattr(SMALL, name) for name in SMALL.__dataclass_fields__}
    script = f"""
import os, signal
from train import train
from train.settings import PRESETS, TrainSettings
from train.trainer import Trainer

def train_step(trainer):
    if trainer.step == 2:
        os.kill(os.getpid(), signal.SIGTERM)  # noted
        os.kill(os.getpid(), getattr(signal, "SIGKILL", signal.SIGTERM))
    return learn(trainer)

learn, Trainer.train_step = Trainer.train_step, train_step
PRESETS["laptop"] = TrainSettings(**{settings})
train.main({given})
"""
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, env=environment, capture_output=True, check=False
    )
    assert done.returncode not in (0, 1, 2)
    assert_goes_on_like(whole, given, out)


def test_an_interruption_before_training_keeps_nothing_and_says_no_more(
    sounds: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def interrupted(_: Trainer) -> None:
        os.kill(os.getpid(), signal.SIGINT)

    monkeypatch.setattr(Trainer, "set_statistics", interrupted)
    assert train.main(arguments(sounds, tmp_path / "run")) == 130
    assert capsys.readouterr().err == "stopped\n"
    assert not (tmp_path / "run").exists()


def test_a_thread_trains_without_touching_signals(sounds: Path, tmp_path: Path) -> None:
    statuses: list[int] = []
    given = arguments(sounds, tmp_path / "run", "--steps", "1")
    thread = threading.Thread(target=lambda: statuses.append(train.main(given)))
    thread.start()
    thread.join()
    assert statuses == [0]


def test_an_ignored_signal_stays_ignored() -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with StopRequest() as request:
            os.kill(os.getpid(), signal.SIGINT)
            assert not request.is_made
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)
