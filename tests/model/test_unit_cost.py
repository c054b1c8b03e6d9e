"""What an hour and a token cost, by hand."""

import math

import jax.numpy as jnp
import numpy as np
import pytest

from jevons.model.generations import Generations
from jevons.model.unit_cost import (
    HOURS_A_YEAR,
    capital_multiple,
    efficiency_gain,
    hour_cost,
    price_per_unit,
    token_cost,
    watts_per_unit,
)

from .invented import numbers, years

X = numbers(
    accelerator_price=30_000.0,
    price_performance_growth=1.5,
    compute_power=1400.0,
    energy_efficiency_growth=1.25,
    servers_ratio=0.1,
    network_ratio=0.3,
    power_cooling_ratio=0.4,
    shell_ratio=0.2,
    serving_cost_share=0.438,
    coincidence=0.7,
    pue=1.25,
    industrial_power_price=80.0,
    software_efficiency_growth=3.0,
    efficiency_growth_half_life=2.0,
)


def test_price_and_watts_fall_with_younger_designs() -> None:
    """Watts with the designs; the price of the quarters counted is what it was, here 1.2 of it."""
    younger = jnp.asarray([-1.0, 0.0, 2.0])
    uncounted, counted = jnp.asarray([0.0, 0.0, 2.0]), jnp.log(jnp.asarray([1.2, 1.0, 1.0]))
    shipped = Generations(younger, uncounted, counted)
    price, watts = price_per_unit(X, shipped)[:, 0], watts_per_unit(X, shipped)[:, 0]
    np.testing.assert_allclose(price, [36_000, 30_000, 30_000 / 2.25], rtol=1e-6)
    np.testing.assert_allclose(watts, [1750, 1400, 896], rtol=1e-6)


def test_all_capital_is_the_chips_and_what_stands_around_them() -> None:
    assert float(capital_multiple(X)[0]) == pytest.approx(2.0)


def test_an_hour_costs_capital_and_electricity() -> None:
    """30 kUSD x 2 x 43.8 % a year = 3.00 USD/hour; 1.4 kW x 0.7 x 1.25 x 0.08 = 0.098 USD/hour."""
    assert HOURS_A_YEAR == 8760
    hour = hour_cost(X, years(30_000.0), years(1400.0))
    assert float(hour[0, 0]) == pytest.approx(3.0 + 0.098, rel=1e-6)


def test_free_power_leaves_the_capital() -> None:
    hour = hour_cost(X, years(30_000.0), years(0.0))
    assert float(hour[0, 0]) == pytest.approx(3.0, rel=1e-6)


def test_a_million_tokens_take_their_seconds() -> None:
    """At 1000 tokens/s a million take 1000 s, so 3.6 USD/hour is 1 USD; a gain of 4 quarters it."""
    rate = jnp.asarray([1000.0])
    assert float(token_cost(years(3.6), rate, years(0.0))[0, 0]) == pytest.approx(1.0)
    assert float(token_cost(years(3.6), rate, years(math.log(4)))[0, 0]) == pytest.approx(0.25)


def test_efficiency_is_counted_from_2025_and_fades_from_the_anchor() -> None:
    """Anchor 2024Q4, a quarter before 2025Q1: constant growth up to it, fading growth after."""
    rate, anchor = math.log(3.0), -0.25
    since_anchor = years(-1.0, 0.0, 0.25, 2.0)
    gain = efficiency_gain(X, since_anchor, since_anchor + anchor, jnp.zeros((4, 1)))[:, 0]
    mean_life = 2.0 / math.log(2)
    ahead = [rate * mean_life * (1 - 2 ** (-t / 2.0)) for t in (0.25, 2.0)]
    expected = [rate * (anchor - 1), rate * anchor, *(rate * anchor + each for each in ahead)]
    np.testing.assert_allclose(gain, expected, rtol=1e-5)
    # One quarter's fading is all that the level of 2025Q1 misses.
    assert float(gain[2]) == pytest.approx(0.0, abs=0.02)


def test_a_shock_adds_its_logarithm() -> None:
    time, shock = years(1.0, 2.0), jnp.asarray([[0.0], [math.log(10)]])
    change = efficiency_gain(X, time, time, shock) - efficiency_gain(X, time, time, 0 * shock)
    np.testing.assert_allclose(change[:, 0], [0.0, math.log(10)], atol=1e-6)
