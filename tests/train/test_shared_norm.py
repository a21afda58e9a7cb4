"""Batch normalisation over processes: alone, it is torch's own; test_parallel.py has it in two processes."""

from collections.abc import Iterator

import pytest
import torch
from torch import distributed, nn

from train.shared_norm import SharedBatchNorm2d


@pytest.fixture
def alone() -> Iterator[None]:
    """A group of one process."""
    distributed.init_process_group("gloo", store=distributed.HashStore(), rank=0, world_size=1)
    yield
    distributed.destroy_process_group()


def a_network() -> nn.Sequential:
    torch.manual_seed(0)
    return nn.Sequential(nn.Conv2d(1, 3, 3), nn.BatchNorm2d(3), nn.ReLU()).double()


@pytest.mark.usefixtures("alone")
def test_outputs_gradients_and_statistics_are_those_of_torch() -> None:
    plain, shared = a_network(), SharedBatchNorm2d.convert(a_network())
    features = 5 + torch.randn(4, 1, 9, 7, dtype=torch.float64)
    for network in (plain, shared):
        network(features).square().sum().backward()
    assert type(shared[1]) is SharedBatchNorm2d
    assert shared.state_dict().keys() == plain.state_dict().keys()
    for own, expected in zip(shared.parameters(), plain.parameters(), strict=True):
        torch.testing.assert_close(own.grad, expected.grad)
    torch.testing.assert_close(shared.state_dict(), plain.state_dict())
    torch.testing.assert_close(shared.eval()(features), plain.eval()(features))


@pytest.mark.usefixtures("alone")
def test_what_comes_in_half_precision_goes_out_so() -> None:
    layer = SharedBatchNorm2d.convert(nn.Sequential(nn.BatchNorm2d(2)))
    features = torch.randn(3, 2, 4, 4).bfloat16()
    output = layer(features)
    assert output.dtype == torch.bfloat16
    assert float(output.detach().float().mean()) == pytest.approx(0, abs=1e-2)
