"""A folder of sounds small enough to train on in a second."""

import csv
from pathlib import Path

import numpy as np
import pytest
import soundfile

from sedtf_core.datasets import COLUMNS

RATE = 32_000
TONES = {"Bark": 300.0, "Cello": 900.0, "Oboe": 2700.0, "Chime": 8000.0}


@pytest.fixture(scope="session")
def sounds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Tones of four classes in noise, two clips a class and split."""
    folder = tmp_path_factory.mktemp("sounds")
    rng = np.random.default_rng(0)
    rows = []
    for split in ("train", "valid", "test"):
        for label, hz in TONES.items():
            for number in range(2):
                time = np.arange(round(RATE * (0.6 + 0.4 * number))) / RATE
                tone = 0.5 * np.sin(2 * np.pi * hz * (1 + 0.05 * number) * time)
                rows.append(
                    _write(folder, f"{split}_{label}_{number}.wav", tone, "event", label, split)
                )
        noise = rng.normal(0, 0.1, RATE * 10)
        rows.append(_write(folder, f"{split}_noise.wav", noise, "scene", "noise", split))
    with (folder / "sounds.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        writer.writerows(rows)
    return folder


def _write(
    folder: Path, name: str, waveform: np.ndarray, kind: str, label: str, split: str
) -> dict[str, object]:
    """Write a clip and return its row."""
    soundfile.write(folder / name, waveform.astype(np.float32), RATE, subtype="FLOAT")
    return {
        "path": name,
        "kind": kind,
        "label": label,
        "split": split,
        "seconds": len(waveform) / RATE,
        "source": "made",
        "recording": name,
        "licence": "CC0",
        "credit": "nobody",
    }
