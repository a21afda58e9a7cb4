"""Write pooling_cases.json: what sedtf_core.pooling and torch's autograd say, in double precision.

    python -m tests.data.make_pooling_cases

The pooling lab computes in the browser; tests/pages/test_pooling_page.py compares it with these numbers.
Where units are equal their ranks are arbitrary, so the gradient is shared among them here as it is there.
"""

import json
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from sedtf_core.pooling import POOLINGS

OUT = Path(__file__).with_name("pooling_cases.json")
PARAMETERS: dict[str, tuple[float | None, ...]] = {
    "gmp": (None,),
    "gap": (None,),
    "gwrp": (0.0, 0.5, 0.97, 0.9998, 1.0),
    "linear_softmax": (None,),
    "power": (0.0, 0.5, 2.0, 10.0),
    "auto": (0.0, 1.0, 8.0, 50.0),
    "top_k": (1e-5, 0.05, 0.3, 1.0),
    "attention": (0.0, 1.0, 3.0),
}
KEYWORDS = {"gwrp": "decay", "power": "exponent", "auto": "sharpness", "top_k": "share"}
HEIGHTS = (0.3, 0.5, 0.8, 1.0)
EXAMPLE = (6, 4)


def pool(name: str, mask: Tensor, parameter: float | None, level: Tensor) -> Tensor:
    """A pooling of the core with one parameter."""
    if name == "attention":
        assert parameter is not None
        return POOLINGS[name](mask, parameter * level)
    return POOLINGS[name](mask, **({KEYWORDS[name]: parameter} if name in KEYWORDS else {}))


def shared_among_equals(gradient: Tensor, mask: Tensor) -> Tensor:
    """The mean gradient of all units of the same value."""
    _, group = mask.flatten().unique(return_inverse=True)
    counts = torch.bincount(group).double()
    sums = torch.zeros(len(counts), dtype=torch.float64).index_add_(0, group, gradient.flatten())
    return (sums / counts)[group].reshape(mask.shape)


def case(name: str, mask: Tensor, parameter: float | None, level: Tensor) -> dict[str, Any]:
    """Value and gradient; that of attention belongs to the place, not to the value, and is not shared."""
    units = mask.clone().requires_grad_()
    value = pool(name, units, parameter, level)
    (gradient,) = torch.autograd.grad(value, units)
    if name != "attention":
        gradient = shared_among_equals(gradient, mask)
    return {
        "name": name,
        "parameter": parameter,
        "value": value.item(),
        "gradient": [float(f"{g:.9g}") for g in gradient.flatten().tolist()],
    }


def growth(frames: int, bands: int) -> list[int]:
    """The order in which the lab's rectangle takes its units."""
    middle_t, middle_f = (frames - 1) // 2 + 0.5, (bands - 1) // 2 + 0.5
    distance = [
        max((2 * abs(t - middle_t) + 1) / EXAMPLE[0], (2 * abs(f - middle_f) + 1) / EXAMPLE[1])
        for t in range(frames)
        for f in range(bands)
    ]
    return sorted(range(frames * bands), key=lambda unit: (distance[unit], unit))


def area_needed(
    name: str, height: float, parameter: float | None, level: Tensor, order: list[int]
) -> int | None:
    """The fewest units of the rectangle that pool to 0.5, by pooling rectangles of every size."""
    for count in range(1, len(order) + 1):
        units = torch.zeros(level.numel(), dtype=torch.float64)
        units[order[:count]] = height
        # The core keeps GWRP's weights in single precision, hence the margin.
        if pool(name, units.reshape(level.shape), parameter, level).item() >= 0.5 - 1e-7:
            return count
    return None


def main() -> None:
    """Write the file."""
    generator = torch.Generator().manual_seed(0)
    frames, bands = 9, 6
    size = (frames, bands)
    level = torch.randn(size, generator=generator, dtype=torch.float64).round(decimals=6)
    drawn = torch.rand(size, generator=generator, dtype=torch.float64)
    tied = (drawn * 5).round() / 5
    order = growth(frames, bands)
    rectangle = torch.zeros(frames * bands, dtype=torch.float64)
    rectangle[order[:30]] = 0.7
    masks = {
        "like a network's": (drawn**6).clamp(min=1e-4).round(decimals=8),
        "even": drawn.round(decimals=6),
        "tied": tied,
        "rectangle": rectangle.reshape(size),
        "empty": torch.zeros(size, dtype=torch.float64),
        "full": torch.ones(size, dtype=torch.float64),
    }
    settings = [(name, p) for name, parameters in PARAMETERS.items() for p in parameters]
    cases = {
        "frames": frames,
        "bands": bands,
        "example": EXAMPLE,
        "level": level.flatten().tolist(),
        "growth": order,
        "masks": {
            title: {
                "units": mask.flatten().tolist(),
                "cases": [case(name, mask, parameter, level) for name, parameter in settings],
            }
            for title, mask in masks.items()
        },
        "needed": [
            [name, height, parameter, area_needed(name, height, parameter, level, order)]
            for name, parameter in settings
            for height in HEIGHTS
        ],
    }
    OUT.write_text(json.dumps(cases) + "\n", "utf-8")


if __name__ == "__main__":
    main()
