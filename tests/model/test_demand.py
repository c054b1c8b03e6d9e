"""Demand against closed forms: growth that fades, lags, saturation, budgets, scarcity."""

import math

import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jevons.model.clock import QUARTER_YEARS
from jevons.model.demand import (
    adjustment,
    affordable,
    decaying_growth,
    elasticities,
    saturated,
    scarcity,
    use_at_constant_price,
    workload_shares,
)

from .invented import Numbers, numbers, years

SHARES = st.floats(1e-4, 0.5)


def growth(rate: float, half_life: float, time: float) -> float:
    return float(decaying_growth(jnp.float32(rate), jnp.float32(half_life), jnp.float32(time)))


def people(**changes: float) -> Numbers:
    values = {
        "users_level": 500.0,
        "users_ceiling": 1000.0,
        "adoption_speed": 0.8,
        "reasoning_answer_share": 0.1,
        "reasoning_adoption_speed": 0.5,
        "growth_half_life": 2.0,
        "intensity_growth": 1.2,
        "agents_growth": 1.5,
        "multimodal_growth": 1.3,
        "tokens_per_answer_ratio": 8.0,
        "multimodal_share": 0.1,
    }
    return numbers(**values | changes)


@pytest.mark.parametrize("time", [0.25, 1.0, 2.5, 7.0])
def test_growth_is_the_integral_of_a_rate_that_halves(time: float) -> None:
    steps = np.linspace(0.0, time, 20_001)
    rates = 0.9 * 2.0 ** (-steps / 2.5)
    integral = float(np.sum((rates[1:] + rates[:-1]) / 2 * np.diff(steps)))
    assert growth(0.9, 2.5, time) == pytest.approx(integral, rel=1e-5)


def test_growth_before_zero_is_constant() -> None:
    assert growth(0.9, 2.5, -3.0) == pytest.approx(-2.7)
    assert growth(0.9, 2.5, 0.0) == 0.0


def test_growth_ends_at_rate_times_mean_life() -> None:
    """The integral of 2^(-t/h) to infinity is h / ln 2."""
    assert growth(0.9, 2.5, 200.0) == pytest.approx(0.9 * 2.5 / math.log(2), rel=1e-6)


def test_growth_that_never_fades_is_exponential() -> None:
    assert growth(0.9, 1e5, 4.0) == pytest.approx(3.6, rel=1e-3)


def test_nothing_has_grown_at_the_anchor() -> None:
    use = use_at_constant_price(people(), years(0.0), years(-0.25))
    np.testing.assert_allclose(use, 0.0, atol=1e-6)


def test_users_follow_a_logistic_to_their_ceiling() -> None:
    """With nothing else moving, use = users: half of the ceiling now, all of it in the end."""
    still = people(
        intensity_growth=1.0, agents_growth=1.0, multimodal_growth=1.0, reasoning_adoption_speed=0.0
    )
    use = use_at_constant_price(still, years(0.0, 1.0, 60.0), years(0.0, 1.0, 60.0))
    expected = [0.0, math.log(2 / (1 + math.exp(-0.8))), math.log(2.0)]
    for workload in np.asarray(use)[:, :, 0]:
        np.testing.assert_allclose(workload, expected, atol=1e-5)


def test_answers_move_from_direct_to_reasoning_at_logistic_odds() -> None:
    """ln(reasoning / direct) grows by the speed of adoption plus the growth of agents' tasks."""
    use = np.asarray(use_at_constant_price(people(), years(3.0), years(3.5)))[:, 0, 0]
    assert use[1] - use[0] == pytest.approx(0.5 * 3 + growth(math.log(1.5), 2.0, 3.0), rel=1e-5)


def test_multimodal_grows_by_its_own_factor() -> None:
    grown = use_at_constant_price(people(), years(3.0), years(3.0))[2, 0, 0]
    still = use_at_constant_price(people(multimodal_growth=1.0), years(3.0), years(3.0))[2, 0, 0]
    assert float(grown - still) == pytest.approx(growth(math.log(1.3), 2.0, 3.0), rel=1e-5)


def test_a_reasoning_answer_weighs_its_tokens() -> None:
    """Half of the answers at 8 times the tokens are 8/9 of the text."""
    shares = workload_shares(people(reasoning_answer_share=0.5), jnp.float32(0.0))
    np.testing.assert_allclose(shares[:, 0], [0.9 / 9, 0.9 * 8 / 9, 0.1], rtol=1e-6)


@given(SHARES, SHARES, st.floats(1.0, 50.0), st.floats(-2.0, 2.0))
def test_workloads_share_the_whole(
    answers: float, multimodal: float, ratio: float, anchor: float
) -> None:
    x = people(
        reasoning_answer_share=answers,
        multimodal_share=multimodal,
        tokens_per_answer_ratio=ratio,
    )
    shares = workload_shares(x, jnp.float32(anchor))
    assert float(shares.sum()) == pytest.approx(1.0, abs=1e-5)
    assert float(shares.min()) > 0


def test_elasticities_are_the_markets_times_the_workloads_ratio() -> None:
    x = numbers(elasticity=1.2, elasticity_ratio_reasoning=0.5, elasticity_ratio_multimodal=1.5)
    np.testing.assert_allclose(elasticities(x)[:, 0], [1.2, 0.6, 1.8], rtol=1e-6)


def test_elasticity_has_halved_at_the_share_that_says_so() -> None:
    eps, half = jnp.float32(1.4), jnp.float32(0.03)
    assert float(saturated(eps, jnp.float32(0.0), half)) == pytest.approx(1.4)
    assert float(saturated(eps, half, half)) == pytest.approx(0.7)
    assert float(saturated(eps, 3 * half, half)) == pytest.approx(0.35)


@given(st.floats(1e-6, 10.0), st.floats(1e-3, 0.3))
def test_spending_never_passes_its_ceiling(share: float, ceiling: float) -> None:
    allowed = float(affordable(jnp.float32(share), jnp.float32(ceiling)))
    assert share * allowed < ceiling
    assert 0 < allowed < 1.000001


def test_spending_tends_to_its_ceiling_and_small_spending_is_free() -> None:
    ceiling = jnp.float32(0.05)
    assert float(1e5 * affordable(jnp.float32(1e5), ceiling)) == pytest.approx(0.05, rel=1e-4)
    assert float(affordable(jnp.float32(1e-7), ceiling)) == pytest.approx(1.0, abs=1e-5)


@pytest.mark.parametrize("half_life", [0.25, 0.5, 1.0, 2.0])
def test_half_of_the_gap_is_closed_after_a_half_life(half_life: float) -> None:
    closed = float(adjustment(jnp.float32(half_life)))
    left = (1 - closed) ** (half_life / QUARTER_YEARS)
    assert left == pytest.approx(0.5, rel=1e-5)


def test_use_settles_where_its_price_elasticity_says() -> None:
    """A price cut to 1/e moves log use by eps in the end, by eps / 2 after a half-life."""
    eps, log_use, halfway = 1.3, 0.0, 0.0
    closed = float(adjustment(jnp.float32(1.0)))
    for quarter in range(1, 81):
        log_use += closed * (eps * 1.0 - log_use)
        halfway = log_use if quarter == 4 else halfway
    assert halfway == pytest.approx(eps / 2, rel=1e-5)
    assert log_use == pytest.approx(eps, rel=1e-5)


@given(st.floats(0.1, 50.0), st.floats(0.1, 50.0), st.floats(0.3, 3.0))
def test_scarcity_clears_the_market(wanted: float, served: float, elasticity: float) -> None:
    price = float(scarcity(*(jnp.float32(number) for number in (wanted, served, elasticity))))
    assert price >= 1.0
    cleared = wanted * price**-elasticity
    assert cleared == pytest.approx(min(wanted, served), rel=1e-4)
