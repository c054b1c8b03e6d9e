"""The probability of a fill: closed forms, simulation, and what must hold everywhere."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm

from jevons.entry import depth_for, fill_probability

depths = st.floats(0.0, 3.0)
volatilities = st.floats(0.05, 2.0)
years = st.floats(0.01, 5.0)
drifts = st.floats(-1.0, 1.0)


@pytest.mark.parametrize("depth", [0.05, 0.2, 0.7])
def test_without_log_drift_the_chance_is_twice_that_of_ending_below(depth: float) -> None:
    # The reflection principle itself: P(min < -b) = 2 P(end < -b) for a driftless Brownian motion.
    volatility, horizon = 0.4, 1.5
    found = fill_probability(depth, volatility, horizon, drift=volatility**2 / 2)
    assert found == pytest.approx(2 * norm.cdf(-depth / (volatility * math.sqrt(horizon))))


def test_over_an_endless_horizon_a_rising_price_fills_with_exp_of_minus_two_nu_b() -> None:
    # P(inf X < -b) = exp(-2 nu b / s**2) for nu > 0.
    drift, volatility, depth = 0.2, 0.4, 0.3
    nu = drift - volatility**2 / 2
    found = fill_probability(depth, volatility, 1e4, drift)
    assert found == pytest.approx(math.exp(-2 * nu * depth / volatility**2), rel=1e-9)


def test_over_an_endless_horizon_a_falling_price_fills_surely() -> None:
    assert fill_probability(1.0, 0.4, 1e4, drift=-0.1) == pytest.approx(1.0, abs=1e-12)


def test_extreme_drifts_stay_finite() -> None:
    # The factor exp(-2 nu b / s**2) alone is above the largest number here.
    assert fill_probability(3.0, 0.05, 1.0, drift=-5.0) == pytest.approx(1.0)
    assert fill_probability(3.0, 0.05, 1.0, drift=5.0) == 0.0


@pytest.mark.parametrize(("depth", "drift"), [(0.15, 0.0), (0.4, 0.15), (0.4, -0.3)])
def test_simulated_paths_fill_as_often(depth: float, drift: float) -> None:
    # Between the steps of a path a Brownian bridge from x to y falls below -b with the probability
    # exp(-2 (x + b)(y + b) / (s**2 dt)), so few steps give the continuous answer without bias.
    volatility, horizon, steps, count = 0.5, 1.0, 8, 200_000
    generator = np.random.default_rng(7)
    dt = horizon / steps
    nu = drift - volatility**2 / 2
    place = np.zeros(count)
    survived = np.ones(count)
    for _ in range(steps):
        after = place + nu * dt + volatility * math.sqrt(dt) * generator.standard_normal(count)
        room = np.maximum(place + depth, 0) * np.maximum(after + depth, 0)
        survived *= 1 - np.exp(-2 * room / (volatility**2 * dt))
        place = after
    filled = 1 - survived
    error = filled.std() / math.sqrt(count)
    expected = fill_probability(depth, volatility, horizon, drift)
    assert filled.mean() == pytest.approx(expected, abs=4 * error)


@given(depths, depths, volatilities, years, drifts)
def test_a_deeper_step_is_less_likely(
    one: float, other: float, volatility: float, horizon: float, drift: float
) -> None:
    shallow, deep = sorted((one, other))
    near = fill_probability(shallow, volatility, horizon, drift)
    far = fill_probability(deep, volatility, horizon, drift)
    assert 0 <= far <= near + 1e-12 <= 1 + 1e-12


@given(depths, volatilities, years, years, drifts)
def test_more_time_makes_a_fill_likelier(
    depth: float, volatility: float, one: float, other: float, drift: float
) -> None:
    short, long = sorted((one, other))
    early = fill_probability(depth, volatility, short, drift)
    assert early <= fill_probability(depth, volatility, long, drift) + 1e-12


@given(depths, volatilities, years, drifts, drifts)
def test_a_higher_drift_makes_a_fill_rarer(
    depth: float, volatility: float, horizon: float, one: float, other: float
) -> None:
    low, high = sorted((one, other))
    rare = fill_probability(depth, volatility, horizon, high)
    assert rare <= fill_probability(depth, volatility, horizon, low) + 1e-12


def test_a_level_at_or_above_the_price_is_reached() -> None:
    assert fill_probability(0.0, 0.4, 1.0) == 1.0
    assert fill_probability(-0.1, 0.4, 0.0) == 1.0
    assert fill_probability(0.1, 0.4, 0.0) == 0.0  # no time


@given(st.floats(0.001, 0.999), volatilities, years, drifts)
def test_the_depth_for_a_probability_has_it(
    probability: float, volatility: float, horizon: float, drift: float
) -> None:
    endless = fill_probability(60.0 * volatility * math.sqrt(horizon), volatility, horizon, drift)
    assert endless < probability
    depth = depth_for(probability, volatility, horizon, drift)
    assert fill_probability(depth, volatility, horizon, drift) == pytest.approx(
        probability, abs=1e-6
    )


@pytest.mark.parametrize(("volatility", "horizon"), [(0.0, 1.0), (-0.1, 1.0), (0.4, -1.0)])
def test_senseless_arguments_are_refused(volatility: float, horizon: float) -> None:
    with pytest.raises(ValueError, match="must be above 0"):
        fill_probability(0.1, volatility, horizon)


@pytest.mark.parametrize("probability", [0.0, 1.0, 1.5])
def test_no_depth_has_an_impossible_probability(probability: float) -> None:
    with pytest.raises(ValueError, match="must be in"):
        depth_for(probability, 0.4, 1.0)
