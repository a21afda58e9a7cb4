"""Write toy_cases.json: what torch says of the toy network, for every pooling, in double precision.

    python -m tests.data.make_toy_cases

The browser trains the toy with its own loops; tests/pages/test_training_page.py compares them with these
numbers. Pooling is that of sedtf_core, so the toy's formulas are held to the core's.
"""

import json
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from sedtf_core.pooling import POOLINGS, rank_weights

OUT = Path(__file__).with_name("toy_cases.json")
NAMES = ("gmp", "gap", "gwrp", "top_k", "linear_softmax", "power", "auto")
DECAY, RATE, DIGITS = 0.94, 0.01, 10
SIDE, BAGS = 8, 4


def network() -> nn.Sequential:
    """The toy network of pages/shared/training/toy/network.js."""
    return nn.Sequential(
        nn.Conv2d(1, 8, 3, padding=1), nn.ReLU(),
        nn.Conv2d(8, 4, 3, padding=1), nn.ReLU(),
        nn.Conv2d(4, 1, 1), nn.Sigmoid(),
    ).double()  # fmt: skip


def flat(tensors: list[Tensor]) -> list[float]:
    """All values in order, rounded."""
    values = torch.cat([tensor.detach().flatten() for tensor in tensors])
    return [round(value, DIGITS) for value in values.tolist()]


def pooled(name: str, masks: Tensor) -> Tensor:
    """Clip probabilities; the core keeps the weights of ranks in single precision, this in double."""
    if name != "gwrp":
        return POOLINGS[name](masks)
    weights = torch.full((SIDE**2,), DECAY, dtype=torch.float64).pow(torch.arange(SIDE**2))
    torch.testing.assert_close((weights / weights.sum()).float(), rank_weights(SIDE**2, DECAY))
    expected = POOLINGS[name](masks, DECAY)
    result = (masks.flatten(-2).sort(descending=True).values * weights).sum(-1) / weights.sum()
    torch.testing.assert_close(result, expected, atol=1e-7, rtol=1e-6)
    return result


def case(name: str, first: dict[str, Tensor], bags: Tensor, labels: Tensor) -> dict[str, Any]:
    """Two steps of Adam with one pooling: probabilities, loss and gradients of the first, the parameters."""
    model = network()
    model.load_state_dict(first)
    optimiser = torch.optim.Adam(model.parameters(), lr=RATE)
    result: dict[str, Any] = {}
    for step in ("one", "two"):
        optimiser.zero_grad()
        probs = pooled(name, model(bags).squeeze(1))
        loss = nn.functional.binary_cross_entropy(probs, labels)
        loss.backward()  # type: ignore[no-untyped-call]
        if step == "one":
            gradients = [p.grad for p in model.parameters() if p.grad is not None]
            result |= {"probs": flat([probs]), "loss": loss.item(), "gradients": flat(gradients)}
        optimiser.step()
        result[f"after_{step}"] = flat(list(model.parameters()))
    return result


def main() -> None:
    """Write the file."""
    torch.manual_seed(0)
    model = network()
    # Rounded first, so that torch and the browser begin from the same numbers.
    first = {k: (v * 2).round(decimals=6) for k, v in model.state_dict().items()}
    model.load_state_dict(first)
    bags = torch.randn(BAGS, 1, SIDE, SIDE, dtype=torch.float64).round(decimals=6)
    labels = torch.tensor([1.0, 0.0, 1.0, 0.0], dtype=torch.float64)
    cases = {
        "decay": DECAY,
        "parameters": flat(list(model.parameters())),
        "bags": [flat([bag]) for bag in bags],
        "labels": labels.int().tolist(),
        "masks": [flat([mask]) for mask in model(bags)],
        "poolings": {name: case(name, first, bags, labels) for name in NAMES},
    }
    OUT.write_text(json.dumps(cases) + "\n", "utf-8")


if __name__ == "__main__":
    main()
