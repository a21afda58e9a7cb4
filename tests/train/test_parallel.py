"""Several processes learn what one learns, and share a batch without loss or repetition."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from sedtf_core.errors import InputError
from sedtf_core.models import SYSTEMS
from train.parallel import Group, choose_device
from train.run_folder import RunFolder
from train.settings import preset_settings

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = Path(__file__).with_name("gloo_run.py")
TORCHRUN = ["-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]
CPU = torch.device("cpu")


def test_the_shares_of_a_batch_are_the_batch() -> None:
    shares = [Group(CPU, rank, 3).share(range(12)) for rank in range(3)]
    assert [len(share) for share in shares] == [4, 4, 4]
    assert sorted(item for share in shares for item in share) == list(range(12))


def test_a_batch_that_cannot_be_shared_evenly_is_refused() -> None:
    with pytest.raises(InputError, match="choose a --batch-size that 3 divides"):
        Group(CPU, 0, 3).share(range(8))


def test_one_process_alone_decides_and_averages_by_itself() -> None:
    group = Group(CPU)
    assert group.agree(True)
    assert not group.agree(False)
    assert float(group.mean(torch.tensor(3.0))) == 3.0


@pytest.mark.parametrize("name", ["tpu9000", "cuda:99"])
def test_a_device_that_is_not_there_is_one_line(name: str) -> None:
    with pytest.raises(InputError, match="there is no device"):
        choose_device(name)


@pytest.mark.parametrize(
    ("processes", "machines", "command"),
    [
        (1, 1, "python -m train.train --system gap"),
        (4, 1, "torchrun --nproc-per-node 4 -m train.train --system gap"),
        (8, 2, "torchrun --nnodes 2 --nproc-per-node 4 -m train.train --system gap"),
    ],
)
def test_the_command_of_a_run_starts_as_many_processes(
    tmp_path: Path, processes: int, machines: int, command: str
) -> None:
    settings = preset_settings("laptop", "gap")
    given = ["--system", "gap", "--resume"]
    folder = RunFolder(tmp_path, settings, given, processes, machines)
    assert folder.description()["command"] == command


def start(
    launcher: list[str], script: Path, sounds: Path, out: Path, system: str, *more: str
) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, *launcher, str(script), "--sounds", str(sounds), "--system", system]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    return subprocess.run(
        [*command, "--out", str(out), "--device", "cpu", *more],
        env=environment, capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip


def run(launcher: list[str], sounds: Path, out: Path, system: str, *more: str) -> None:
    done = start(launcher, SCRIPT, sounds, out, system, *more)
    assert done.returncode == 0, done.stderr[-3000:]


@pytest.mark.slow
@pytest.mark.parametrize("system", SYSTEMS)
def test_two_processes_learn_what_one_learns(sounds: Path, tmp_path: Path, system: str) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    run([], sounds, one, system)
    run(TORCHRUN, sounds, two, system)
    for name, tensor in load_file(one / "last.safetensors").items():
        torch.testing.assert_close(
            load_file(two / "last.safetensors")[name], tensor, rtol=1e-4, atol=1e-6
        )
    losses = [
        [float(line.split(",")[1]) for line in (folder / "log.csv").read_text().splitlines()[1:]]
        for folder in (one, two)
    ]
    assert len(losses[1]) == 4
    assert losses[1] == pytest.approx(losses[0], rel=1e-4)
    config = json.loads((two / "config.json").read_text())
    assert config["processes"] == 2
    assert config["command"].startswith("torchrun --nproc-per-node 2 -m train.train --sounds")


@pytest.mark.slow
def test_all_processes_stop_after_the_step_in_which_one_is_asked_to(
    sounds: Path, tmp_path: Path
) -> None:
    script = tmp_path / "signalled.py"
    script.write_text(f"""
import os, runpy, signal
import torch

def backward(*given, **named):
    calls.append(backpropagate(*given, **named))
    if os.environ["RANK"] == "1" and len(calls) == 3:
        os.kill(os.getpid(), signal.SIGTERM)

calls, backpropagate, torch.Tensor.backward = [], torch.Tensor.backward, backward
runpy.run_path({str(SCRIPT)!r}, run_name="__main__")
""")
    whole, stopped = tmp_path / "whole", tmp_path / "stopped"
    run(TORCHRUN, sounds, whole, "gwrp")
    done = start(TORCHRUN, script, sounds, stopped, "gwrp")
    assert done.returncode != 0 and "stopped; go on with --resume" in done.stderr
    assert torch.load(stopped / "state.pt", weights_only=True)["step"] == 3
    run(TORCHRUN, sounds, stopped, "gwrp", "--resume")
    for name, tensor in load_file(whole / "last.safetensors").items():
        found = load_file(stopped / "last.safetensors")[name]
        torch.testing.assert_close(found, tensor, rtol=0, atol=0)
