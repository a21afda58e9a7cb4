"""Pooling: its limits, its gradient, and a naive loop beside the fast path."""

from collections.abc import Callable

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from sedtf_core import pooling

ONE_MASK_POOLINGS = [name for name in pooling.POOLINGS if name != "attention"]


def masks(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.from_numpy(np.random.default_rng(seed).random(shape, dtype=np.float32))


def naive_rank_pool(mask: np.ndarray, decay: float) -> float:
    """The paper's definition, term by term."""
    values = sorted(mask.ravel().tolist(), reverse=True)
    weights = [decay**rank for rank in range(len(values))]
    return sum(w * v for w, v in zip(weights, values, strict=True)) / sum(weights)


@given(
    st.integers(1, 40),
    st.integers(1, 9),
    st.sampled_from([0.0, 0.3, 0.9, 0.9998, 1.0]),
    st.integers(0, 99),
)
@settings(max_examples=40, deadline=None)
def test_rank_pool_equals_a_naive_loop(frames: int, bands: int, decay: float, seed: int) -> None:
    mask = masks(frames, bands, seed=seed)
    expected = pytest.approx(naive_rank_pool(mask.double().numpy(), decay), abs=1e-5)
    assert float(pooling.global_weighted_rank_pool(mask, decay)) == expected
    trained = pooling.global_weighted_rank_pool(mask.requires_grad_(), decay).detach()
    assert float(trained) == expected


def test_rank_pool_with_decay_one_is_the_mean_and_with_zero_the_maximum() -> None:
    mask = masks(3, 311, 64)
    torch.testing.assert_close(
        pooling.global_weighted_rank_pool(mask, 1.0),
        pooling.global_average_pool(mask),
        atol=1e-6,
        rtol=0,
    )
    torch.testing.assert_close(
        pooling.global_weighted_rank_pool(mask, 0.0),
        pooling.global_max_pool(mask),
        atol=1e-6,
        rtol=0,
    )


def test_rank_pool_averages_over_about_5000_units_with_the_papers_decay() -> None:
    mask = torch.zeros(311, 64)
    mask.view(-1)[:1240] = 1.0  # a perfect mask of 2 s and 20 bands
    assert float(pooling.global_weighted_rank_pool(mask)) == pytest.approx(0.22, abs=0.005)


@pytest.mark.parametrize("name", ONE_MASK_POOLINGS)
def test_pooling_ignores_the_order_of_the_units(name: str) -> None:
    mask = masks(20, 8)
    shuffled = mask.flatten()[torch.randperm(160, generator=torch.Generator().manual_seed(1))]
    pool = pooling.POOLINGS[name]
    torch.testing.assert_close(pool(mask), pool(shuffled.view(20, 8)))


@pytest.mark.parametrize("name", ONE_MASK_POOLINGS)
def test_pooling_a_constant_mask_returns_the_constant(name: str) -> None:
    for value in (0.0, 0.3, 1.0):
        pooled = pooling.POOLINGS[name](torch.full((2, 7, 5), value))
        torch.testing.assert_close(pooled, torch.full((2,), value))


@pytest.mark.parametrize("name", ONE_MASK_POOLINGS)
def test_pooling_lies_between_mean_and_maximum(name: str) -> None:
    mask = masks(4, 30, 8)
    pooled = pooling.POOLINGS[name](mask)
    assert (pooled <= mask.flatten(-2).amax(-1) + 1e-6).all()
    assert (pooled >= mask.flatten(-2).mean(-1) - 1e-6).all()


@pytest.mark.parametrize("decay", [0.0, 0.5, 0.9998, 1.0])
def test_gradient_of_rank_pool_equals_finite_differences(decay: float) -> None:
    mask = masks(6, 5)
    leaf = mask.clone().requires_grad_()
    pooling.global_weighted_rank_pool(leaf, decay).backward()
    assert leaf.grad is not None
    step = 1e-4  # smaller than the gaps between these values
    for index in range(mask.numel()):
        shifted = mask.double().flatten()
        shifted[index] += step
        slope = (
            naive_rank_pool(shifted.numpy(), decay) - naive_rank_pool(mask.double().numpy(), decay)
        ) / step
        assert float(leaf.grad.flatten()[index]) == pytest.approx(slope, abs=1e-4)


def test_gradient_of_rank_pool_on_the_fast_path_equals_torchs_sort() -> None:
    mask = masks(2, 3, 50, 8)
    fast, plain = mask.clone().requires_grad_(), mask.double().requires_grad_()
    upstream = torch.rand(2, 3)
    pooling.global_weighted_rank_pool(fast, 0.99).backward(upstream)
    pooling.global_weighted_rank_pool(plain, 0.99).backward(upstream.double())
    torch.testing.assert_close(fast.grad, plain.grad.float())


def test_equal_units_are_ranked_in_their_order() -> None:
    leaf = torch.full((4, 4), 0.5).requires_grad_()
    pooling.global_weighted_rank_pool(leaf, 0.9).backward()
    assert leaf.grad is not None
    torch.testing.assert_close(leaf.grad.flatten(), pooling.rank_weights(16, 0.9))


@pytest.mark.parametrize("decay", [-0.1, 1.1, float("nan")])
def test_a_decay_outside_zero_to_one_is_an_error(decay: float) -> None:
    with pytest.raises(ValueError, match="decay"):
        pooling.global_weighted_rank_pool(masks(3, 3), decay)


def limits() -> list[
    tuple[Callable[[torch.Tensor], torch.Tensor], Callable[[torch.Tensor], torch.Tensor]]
]:
    return [
        (lambda m: pooling.global_power_pool(m, 0.0), pooling.global_average_pool),
        (lambda m: pooling.global_power_pool(m, 1.0), pooling.global_linear_softmax_pool),
        (lambda m: pooling.global_auto_pool(m, 0.0), pooling.global_average_pool),
        (lambda m: pooling.global_auto_pool(m, 1e4), pooling.global_max_pool),
        (lambda m: pooling.global_top_k_pool(m, 1.0), pooling.global_average_pool),
        (lambda m: pooling.global_top_k_pool(m, 1e-9), pooling.global_max_pool),
        (
            lambda m: pooling.global_attention_pool(m, torch.zeros_like(m)),
            pooling.global_average_pool,
        ),
    ]


@pytest.mark.parametrize("case", range(7))
def test_adjustable_poolings_reach_their_limits(case: int) -> None:
    adjustable, limit = limits()[case]
    mask = masks(3, 10, 6)
    torch.testing.assert_close(adjustable(mask), limit(mask), atol=1e-5, rtol=0)


def test_linear_softmax_pushes_units_below_half_the_probability_down() -> None:
    leaf = torch.tensor([[0.9, 0.6], [0.2, 0.05]], requires_grad=True)
    pooled = pooling.global_linear_softmax_pool(leaf)
    pooled.backward()
    assert leaf.grad is not None
    assert torch.equal(leaf.grad > 0, leaf.detach() > pooled.detach() / 2)
