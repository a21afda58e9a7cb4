"""The folder of a training run: what it was asked, what it measured, and where it can go on."""

import csv
import json
import os
import shlex
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from pickle import UnpicklingError
from typing import Any

import numpy as np
import torch
from filelock import FileLock, Timeout
from jaxtyping import Float, Int
from torch import nn

import sedtf_core
from sedtf_core.command_line import require_writable, write_json
from sedtf_core.errors import InputError, writing
from train.settings import TrainSettings

# The tables of a run, and what is read of them.
COLUMNS = {"log.csv": ("step", "loss"), "validation.csv": ("step", "loss", "f1", "auc", "map")}


class RunFolder:
    """Owns config.json, log.csv, validation.csv, state.pt and the rest of one run's folder.

    From ``keep_others_out`` or a resuming ``check`` to ``close`` it keeps other runs out of the folder.

    Parameters
    ----------
    path
        Made by ``keep_others_out``.
    settings
        Must equal those of the run that is resumed.
    arguments
        The command line, without the program.
    processes, machines
        How many train together, and on how many machines.
    """

    def __init__(
        self,
        path: Path,
        settings: TrainSettings,
        arguments: Sequence[str] = (),
        processes: int = 1,
        machines: int = 1,
    ) -> None:
        """Write nothing yet."""
        self.path, self.settings = path, settings
        self.processes, self.machines = processes, machines
        self._arguments = [argument for argument in arguments if argument != "--resume"]
        self._lock = FileLock(path / "run.lock", timeout=0)

    def close(self) -> None:
        """Let other runs in."""
        self._lock.release()

    def keep_others_out(self) -> None:
        """Make the folder this run's: two would mix their logs and overwrite each other's weights."""
        with writing(self.path, "--out"):
            self.path.mkdir(parents=True, exist_ok=True)
            try:
                self._lock.acquire()
            except Timeout:
                raise InputError(
                    f"another run is at work in {self.path}; wait for its end or choose another --out"
                ) from None

    def check(self, *, resume: bool) -> None:
        """Check that a run can start or go on here, before minutes are spent on its data."""
        holds_run = (self.path / "config.json").exists()
        if not resume:
            if holds_run:
                raise InputError(
                    f"{self.path} already holds a run; add --resume or choose another --out"
                )
            require_writable(self.path / "config.json", "--out")
            return
        if not holds_run:
            raise InputError(f"{self.path} holds no run to resume; leave out --resume to start one")
        if not (self.path / "state.pt").is_file():
            raise InputError(
                f"the run in {self.path} has no state.pt to go on from; start it anew in another --out"
            )
        self.keep_others_out()
        before = self._config()["settings"]
        values = json.loads(json.dumps(asdict(self.settings)))
        changed = [key for key, value in values.items() if before.get(key) != value]
        if changed:
            raise InputError(
                f"the run in {self.path} was started with {changed[0]} = {before.get(changed[0])}, "
                f"not {values[changed[0]]}; resume with the same settings or start a new folder"
            )

    def write_config(self, data_hash: str) -> None:
        """Write config.json, which says how to repeat the run."""
        config = {**self.description(), "data_hash": data_hash}
        write_json(self.path / "config.json", config, "--out")

    def check_data(self, data_hash: str) -> None:
        """Check that a run goes on with the sounds that it was started on."""
        before = self._config().get("data_hash")
        if before not in (None, data_hash):
            raise InputError(
                f"the run in {self.path} was started on other sounds or mixtures (table {before}, now "
                f"{data_hash}); restore the folder's table or start a new run"
            )

    def _config(self) -> dict[str, Any]:
        """Read config.json."""
        path = self.path / "config.json"
        try:
            config = json.loads(path.read_text("utf-8"))
            config["settings"].items()
        except (OSError, ValueError, LookupError, TypeError, AttributeError):
            raise InputError(f"{path} is damaged; start a new run in another --out") from None
        return config  # type: ignore[no-any-return]

    def description(self) -> dict[str, Any]:
        """Return how to repeat the run: the command, and the versions and settings that it had."""
        program = "python"
        if self.processes > 1:
            # The same line on each machine; how they find each other is left to who types it.
            machines = f"--nnodes {self.machines} " if self.machines > 1 else ""
            program = f"torchrun {machines}--nproc-per-node {self.processes // self.machines}"
        return {
            "command": f"{program} -m train.train {shlex.join(self._arguments)}".strip(),
            "processes": self.processes,
            "version": sedtf_core.__version__,
            "torch": torch.__version__,
            "settings": asdict(self.settings),
        }

    def log(self, rows: Sequence[dict[str, float]]) -> None:
        """Append training steps to log.csv."""
        for row in rows:
            self._append("log.csv", row)

    def log_validation(self, step: int, figures: dict[str, float]) -> None:
        """Append a measurement of the valid split to validation.csv."""
        self._append("validation.csv", {"step": step, **figures})

    def measurements_since_best(self) -> int:
        """How many measurements of the valid split came after the highest mAP, the first of equal ones."""
        figures = read_numbers(self.path, "validation.csv")["map"]
        return len(figures) - 1 - int(figures.argmax()) if len(figures) else 0

    def write_throughput(self, figures: dict[str, float | str | int]) -> None:
        """Write what training cost to throughput.json."""
        write_json(self.path / "throughput.json", figures, "--out")

    def save_state(self, step: int, model: nn.Module, optimiser: torch.optim.Optimizer) -> None:
        """Keep all that an exact continuation needs."""
        partial = self.path / "state.pt.partial"
        state = {"step": step, "model": model.state_dict(), "optimiser": optimiser.state_dict()}
        with partial.open("wb") as file:  # to a full disk, torch itself would raise no OSError
            torch.save(state, file)
        os.replace(partial, self.path / "state.pt")

    def load_state(self, model: nn.Module, optimiser: torch.optim.Optimizer) -> int:
        """Restore weights and optimiser; returns the step."""
        path = self.path / "state.pt"
        try:
            state = torch.load(path, weights_only=True, map_location="cpu")
            model.load_state_dict(state["model"])
            optimiser.load_state_dict(state["optimiser"])
            return int(state["step"])
        except (OSError, RuntimeError, LookupError, TypeError, ValueError, UnpicklingError):
            raise InputError(
                f"{path} is damaged or of another network; start a new run with "
                f"--init {self.path / 'last'} and another --out"
            ) from None

    def drop_rows_after(self, step: int) -> None:
        """Remove rows of later steps, which will be run again."""
        for name in COLUMNS:
            steps = read_numbers(self.path, name)["step"]
            if not len(steps):
                continue  # no table, or the header alone
            path = self.path / name
            header, *lines = filter(str.strip, path.read_text("utf-8").splitlines())
            kept = [line for line, at in zip(lines, steps, strict=True) if at <= step]
            partial = self.path / f"{name}.partial"
            partial.write_text("".join(f"{line}\n" for line in (header, *kept)), "utf-8")
            os.replace(partial, path)  # a full disk must not cost the rows of days

    def _append(self, name: str, figures: dict[str, float]) -> None:
        """Add a row, with a header where the file is new."""
        path = self.path / name
        is_new = not path.exists()
        with path.open("a", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, figures)
            if is_new:
                writer.writeheader()
            writer.writerow(figures)


def read_numbers(run: Path, name: str) -> dict[str, Float[np.ndarray, " rows"]]:
    """Read the ``COLUMNS`` of a table of a run folder, in which a crash or an editor may have left anything.

    Raises
    ------
    InputError
        If a row lacks one of the numbers; the message names the file. No table is one without rows.
    """
    path, columns = run / name, COLUMNS[name]
    try:
        text = path.read_text("utf-8") if path.exists() else ""
        rows = list(csv.DictReader(text.splitlines()))
        return {column: np.array([float(row[column]) for row in rows]) for column in columns}
    except (ValueError, LookupError, TypeError, csv.Error):
        raise InputError(
            f"{path} is damaged; mend or remove the row without numbers for {', '.join(columns)}"
        ) from None


def learning_curve(
    run: Path,
) -> tuple[Int[np.ndarray, " points"], dict[str, Float[np.ndarray, " points"]]]:
    """Return the steps at which a run was measured, and there the loss in training and validation.

    The training loss is the mean over the steps since the measurement before; nan where the log of those
    steps is lost.
    """
    measured, log = read_numbers(run, "validation.csv"), read_numbers(run, "log.csv")
    steps = measured["step"].astype(int)
    starts = np.concatenate([[0], steps])[:-1]
    parts = [
        log["loss"][(log["step"] > start) & (log["step"] <= end)]
        for start, end in zip(starts, steps, strict=True)
    ]
    training = np.array([part.mean() if len(part) else np.nan for part in parts])
    return steps, {"training": training, "validation": measured["loss"]}
