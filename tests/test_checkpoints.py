"""Checkpoints: a round trip, and every kind of wrong file refused in one line."""

import json
import pickle
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from sedtf_core.checkpoints import Metadata, load_checkpoint, read_metadata, save_checkpoint
from sedtf_core.config import FeatureConfig, ModelConfig
from sedtf_core.errors import InputError
from sedtf_core.models import SYSTEMS, build_model

LABELS = ("Bark", "Cello", "Oboe")


def save(
    folder: Path,
    system: str = "gwrp",
    dtype: torch.dtype = torch.float32,
    channels: tuple[int, ...] = (4, 8),
) -> torch.nn.Module:
    config = ModelConfig(system, n_classes=3, channels=channels)
    model = build_model(config).eval()
    save_checkpoint(folder / "net", model, Metadata(config, FeatureConfig(), LABELS), dtype)
    return model


def edit(folder: Path, **changes: object) -> None:
    path = folder / "net.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


@pytest.mark.parametrize("system", SYSTEMS)
def test_a_round_trip_gives_equal_output(tmp_path: Path, system: str) -> None:
    model = save(tmp_path, system)
    loaded = load_checkpoint(tmp_path / "net.safetensors")
    log_mel = torch.randn(2, 80, 64)
    with torch.inference_mode():
        torch.testing.assert_close(loaded.model(log_mel)[:2], model(log_mel)[:2], rtol=0, atol=0)
    assert loaded.metadata.labels == LABELS
    assert loaded.name == "net"


def test_float16_weights_are_float32_in_memory_and_close(tmp_path: Path) -> None:
    model = save(tmp_path, dtype=torch.float16, channels=(8, 48))
    stored = load_file(tmp_path / "net.safetensors")
    halved = [name for name, tensor in stored.items() if tensor.dtype == torch.float16]
    assert halved == ["convolutions.9.weight"]  # of 48 × 48 × 9 weights
    loaded = load_checkpoint(tmp_path / "net").model
    log_mel = torch.randn(1, 40, 64)
    assert all(p.dtype == torch.float32 for p in loaded.parameters())
    with torch.inference_mode():
        difference = loaded(log_mel).segmentation_masks - model(log_mel).segmentation_masks
    assert float(difference.abs().max()) < 1e-2


def test_an_unknown_name_lists_what_there_is() -> None:
    with pytest.raises(InputError, match="no checkpoint 'nonsense'"):
        load_checkpoint("nonsense")


def test_missing_weights_are_an_error(tmp_path: Path) -> None:
    save(tmp_path)
    (tmp_path / "net.safetensors").unlink()
    with pytest.raises(InputError, match="is missing"):
        load_checkpoint(tmp_path / "net")


class Bomb:
    """Would leave a file behind if it were unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = str(path)

    def __reduce__(self) -> tuple[object, tuple[str, str]]:
        return open, (self.path, "w")


def test_a_pickled_file_is_refused_and_never_unpickled(tmp_path: Path) -> None:
    save(tmp_path)
    trace = tmp_path / "unpickled"
    (tmp_path / "net.safetensors").write_bytes(pickle.dumps(Bomb(trace)))
    with pytest.raises(InputError, match="never loaded"):
        load_checkpoint(tmp_path / "net")
    assert not trace.exists()


@pytest.mark.parametrize("content", [b"", b"\x00" * 100, b"text"])
def test_damaged_weights_are_an_error(tmp_path: Path, content: bytes) -> None:
    save(tmp_path)
    (tmp_path / "net.safetensors").write_bytes(content)
    with pytest.raises(InputError, match="not a readable safetensors"):
        load_checkpoint(tmp_path / "net")


def test_a_missing_a_surplus_a_misshapen_and_a_broken_tensor_are_named(tmp_path: Path) -> None:
    save(tmp_path)
    path = tmp_path / "net.safetensors"
    good = load_file(path)
    name = "to_masks.bias"
    wrong = {
        "lacks the weights": {k: v for k, v in good.items() if k != name},
        "unknown weights surplus": good | {"surplus": torch.zeros(1)},
        "has the shape": good | {name: torch.zeros(7)},
        "not finite": good | {name: torch.full((3,), float("nan"))},
    }
    for message, weights in wrong.items():
        save_file(weights, path)
        with pytest.raises(InputError, match=message):
            load_checkpoint(path)


@pytest.mark.parametrize(
    "changes",
    [
        {"labels": ["Bark", "Cello"]},
        {"labels": ["Bark", "Bark", "Oboe"]},
        {"labels": None},
        {"model": {"system": "gwrp"}},
        {"model": {"system": "nonsense", "n_classes": 3, "n_mels": 64, "channels": [4, 8]}},
        {"features": {"n_fft": -1}},
        {"features": {"hop_length": 512.5}},
        {"model": {"system": "gwrp", "n_classes": 3.0, "n_mels": 64, "channels": [4, 8]}},
        {"model": {"system": "gwrp", "n_classes": 3, "n_mels": 64, "channels": [4.5, 8]}},
    ],
)
def test_metadata_that_describes_no_network_is_refused(
    tmp_path: Path, changes: dict[str, object]
) -> None:
    save(tmp_path)
    edit(tmp_path, **changes)
    with pytest.raises(InputError, match="does not describe a checkpoint"):
        load_checkpoint(tmp_path / "net")


def test_metadata_that_is_no_json_is_refused(tmp_path: Path) -> None:
    save(tmp_path)
    (tmp_path / "net.json").write_text("{")
    with pytest.raises(InputError, match="not readable JSON"):
        read_metadata(tmp_path / "net.json")
