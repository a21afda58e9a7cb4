"""The folder of a training run: what it was asked, what it measured, and where it can go on."""

import csv
import json
import os
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from torch import nn

import sedtf_core
from sedtf_core.errors import InputError
from train.settings import TrainSettings

LOG_COLUMNS = ("step", "loss", "seconds")


class RunFolder:
    """Owns config.json, log.csv, validation.csv and state.pt of one run.

    Parameters
    ----------
    path
        Made if it is not there.
    settings
        Must equal those of the run that is resumed.
    resume
        Go on with what is there; otherwise the folder must not hold a run.
    """

    def __init__(self, path: Path, settings: TrainSettings, *, resume: bool) -> None:
        """Make the folder, or check that it belongs to the same run."""
        self.path, self.settings = path, settings
        values = json.loads(json.dumps(asdict(settings)))
        config_path = path / "config.json"
        if resume:
            if not (path / "state.pt").is_file():
                raise InputError(f"{path} holds no run to resume; leave out --resume to start one")
            before = json.loads(config_path.read_text("utf-8"))["settings"]
            changed = [key for key, value in values.items() if before.get(key) != value]
            if changed:
                raise InputError(
                    f"the run in {path} was started with {changed[0]} = {before.get(changed[0])}, not "
                    f"{values[changed[0]]}; resume with the same settings or start a new folder"
                )
        elif config_path.exists():
            raise InputError(f"{path} already holds a run; add --resume or choose another --out")
        else:
            try:
                path.mkdir(parents=True, exist_ok=True)
                text = json.dumps({"settings": values, **self.description()}, indent=1)
                config_path.write_text(text + "\n", "utf-8")
            except OSError as error:
                raise InputError(
                    f"cannot write to {path} ({error.strerror}); choose another --out"
                ) from None

    def description(self) -> dict[str, Any]:
        """Return how to repeat the run."""
        arguments = [argument for argument in sys.argv[1:] if argument != "--resume"]
        return {
            "command": " ".join(["python -m train.train", *arguments]),
            "version": sedtf_core.__version__,
            "torch": torch.__version__,
            "settings": asdict(self.settings),
        }

    def log(self, **figures: float) -> None:
        """Append a training step to log.csv."""
        self._append("log.csv", figures)

    def log_validation(self, step: int, figures: dict[str, float]) -> None:
        """Append a measurement of the valid split to validation.csv."""
        self._append("validation.csv", {"step": step, **figures})

    def is_best(self, figure: float, column: str = "map") -> bool:
        """Whether ``figure`` is the highest in validation.csv, its own row included."""
        with (self.path / "validation.csv").open(encoding="utf-8") as file:
            return figure >= max(float(row[column]) for row in csv.DictReader(file))

    def save_state(self, step: int, model: nn.Module, optimiser: torch.optim.Optimizer) -> None:
        """Keep all that an exact continuation needs."""
        partial = self.path / "state.pt.partial"
        state = {"step": step, "model": model.state_dict(), "optimiser": optimiser.state_dict()}
        torch.save(state, partial)
        os.replace(partial, self.path / "state.pt")

    def load_state(self, model: nn.Module, optimiser: torch.optim.Optimizer) -> int:
        """Restore weights and optimiser, drop log rows written after them; returns the step."""
        state = torch.load(self.path / "state.pt", weights_only=True, map_location="cpu")
        model.load_state_dict(state["model"])
        optimiser.load_state_dict(state["optimiser"])
        step = int(state["step"])
        for name in ("log.csv", "validation.csv"):
            self._truncate(name, step)
        return step

    def _append(self, name: str, figures: dict[str, float]) -> None:
        """Add a row, with a header where the file is new."""
        path = self.path / name
        is_new = not path.exists()
        with path.open("a", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, figures)
            if is_new:
                writer.writeheader()
            writer.writerow(figures)

    def _truncate(self, name: str, step: int) -> None:
        """Remove rows of later steps, which will be run again."""
        path = self.path / name
        if not path.exists():
            return
        lines = path.read_text("utf-8").splitlines(keepends=True)
        kept = lines[:1] + [line for line in lines[1:] if int(line.split(",")[0]) <= step]
        path.write_text("".join(kept), "utf-8")
