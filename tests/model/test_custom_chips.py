"""GPU or custom chip: the choice by workload against its closed forms and what it must respect."""

import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jevons.model.custom_chips import (
    CHIP_WORKLOADS,
    advantage,
    gap_of,
    share_by_workload,
    share_of_spend,
    workload_weights,
)
from jevons.model.demand import WORKLOADS

from .invented import inputs, numbers, paths, years

CHOICE = numbers(
    asic_share=0.2,
    asic_choice_spread=0.4,
    asic_half_life=5.0,
    flexibility_premium_training=0.5,
    flexibility_premium_inference=0.2,
)
WEIGHTS = jnp.asarray([[0.6], [0.2], [0.15], [0.05]])
SHARES = st.floats(0.01, 0.95)


def chosen(cost: float, *times: float, **changed: float) -> np.ndarray:
    """Shares by workload and time at a constant cost advantage, (workload, time)."""
    x = CHOICE | numbers(**changed)
    flat = jnp.full((len(times), 1), cost)
    return np.asarray(share_by_workload(x, flat, years(*times), WEIGHTS))[:, :, 0]


@given(st.floats(-18.0, 18.0), st.floats(-18.0, 18.0), st.floats(0.01, 0.99), SHARES)
def test_the_gap_makes_the_shares_add_up(
    training: float, serving: float, weight: float, share: float
) -> None:
    """However far apart the two wishes lie, and with a finite derivative by each argument."""
    given = [jnp.float32(each) for each in (training, serving, weight, share)]
    gap = gap_of(*given)
    chosen = [jax.nn.sigmoid(odds + gap) for odds in given[:2]]
    assert float(weight * chosen[0] + (1 - weight) * chosen[1]) == pytest.approx(share, rel=2e-4)
    assert all(np.isfinite(each) for each in jax.grad(gap_of, argnums=(0, 1, 2, 3))(*given))


def test_the_share_of_2025_is_the_declared_one_and_the_long_run_the_logit() -> None:
    """Far ahead the gap is closed: log odds = (advantage - premium) / spread."""
    shares = chosen(0.4, 0.0, 500.0)
    assert float((np.asarray(WEIGHTS)[:, 0] * shares[:, 0]).sum()) == pytest.approx(0.2, rel=1e-5)
    expected = [1 / (1 + math.exp(0.25)), *[1 / (1 + math.exp(-0.5))] * 3]
    np.testing.assert_allclose(shares[:, 1], expected, rtol=1e-5)


def test_half_of_the_gap_in_log_odds_is_closed_after_a_half_life() -> None:
    now, later, end = (np.log(s / (1 - s)) for s in chosen(0.4, 0.0, 5.0, 500.0).T)
    np.testing.assert_allclose(later, (now + end) / 2, rtol=1e-4)


def test_training_keeps_more_gpus_than_inference() -> None:
    """Its premium for flexibility is the larger one; with equal premiums the shares are equal."""
    assert (chosen(0.4, 0.0, 3.0)[0] < chosen(0.4, 0.0, 3.0)[1:]).all()
    equal = chosen(0.4, 3.0, flexibility_premium_training=0.2)
    np.testing.assert_allclose(equal, equal[:1].repeat(4, axis=0), rtol=1e-5)


@given(st.floats(-1.0, 1.0), st.floats(0.01, 1.0))
def test_cheaper_custom_chips_are_never_chosen_less_in_the_long_run(
    cost: float, more: float
) -> None:
    assert (chosen(cost + more, 500.0) >= chosen(cost, 500.0)).all()


def test_the_advantage_is_the_price_where_power_is_free_and_the_watts_where_it_is_all() -> None:
    x = numbers(
        asic_price_ratio=0.5,
        asic_watts_ratio=0.8,
        servers_ratio=0.1,
        network_ratio=0.3,
        power_cooling_ratio=0.5,
        shell_ratio=0.1,
        serving_cost_share=0.35,
        coincidence=0.7,
        pue=1.2,
        industrial_power_price=80.0,
    )
    price, watts = jnp.full((1, 1), 27_000.0), jnp.full((1, 1), 1300.0)
    free = advantage(x | numbers(industrial_power_price=0.0), price, watts)
    power = advantage(x, 0 * price, watts)
    assert float(free[0, 0]) == pytest.approx(math.log(2.0), rel=1e-5)
    assert float(power[0, 0]) == pytest.approx(math.log(1.25), rel=1e-5)


def test_weights_are_the_compute_of_the_anchor() -> None:
    weights = workload_weights(
        {name: jnp.asarray(value) for name, value in inputs().items()}, jnp.float32(-0.25)
    )
    assert weights.shape[0] == len(CHIP_WORKLOADS) == 1 + len(WORKLOADS)
    np.testing.assert_allclose(weights.sum(0), 1.0, rtol=1e-5)
    np.testing.assert_allclose(weights[0], 1 - inputs()["inference_share"], rtol=1e-5)


def test_the_total_is_the_weighted_mean() -> None:
    by_workload = jnp.asarray([0.1, 0.2, 0.4, 0.8])[:, None, None]
    total = share_of_spend(by_workload, WEIGHTS)
    assert float(total[0, 0]) == pytest.approx(0.06 + 0.04 + 0.06 + 0.04, rel=1e-5)


def test_the_chains_share_rises_as_inference_moves_over() -> None:
    """At the declared centres most draws see custom chips gain until 2030."""
    share = paths()["custom_silicon_share"]
    assert np.mean(share[:, -1] > share[:, 8]) > 0.8


def test_gradients_are_finite() -> None:
    def total(premium: jax.Array) -> jax.Array:
        x = CHOICE | {"flexibility_premium_training": premium}
        chosen = share_by_workload(x, jnp.full((3, 1), 0.4), years(-2.0, 0.0, 5.0), WEIGHTS)
        return share_of_spend(chosen, WEIGHTS).sum()

    slope = jax.grad(total)(jnp.asarray([0.5]))
    assert np.isfinite(np.asarray(slope)).all()
