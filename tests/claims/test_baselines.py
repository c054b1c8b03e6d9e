"""Baselines: closed forms, and the series for which each of them is exactly right."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jevons.claims.baselines import damped_trend, random_walk


def test_a_random_walk_widens_with_the_horizon_and_the_drifts_own_error() -> None:
    """Changes 0.1, 0.3, 0.2: mean 0.2, variance 0.01; h = 2 has 0.01 (2 + 4/3)."""
    values = np.exp(np.cumsum([0.0, 0.1, 0.3, 0.2]))
    first, second = random_walk(list(values), 2)
    assert first == pytest.approx((0.8, np.sqrt(0.01 * (1 + 1 / 3))))
    assert second == pytest.approx((1.0, np.sqrt(0.01 * (2 + 4 / 3))))


@given(st.floats(-0.2, 0.4), st.floats(0.1, 100.0))
def test_constant_growth_is_a_random_walk_without_error(rate: float, level: float) -> None:
    values = [level * np.exp(rate * quarter) for quarter in range(12)]
    for ahead, (mean, deviation) in enumerate(random_walk(values, 4), start=1):
        assert mean == pytest.approx(np.log(level) + rate * (11 + ahead), abs=1e-9)
        assert deviation == pytest.approx(0.0, abs=1e-7)


def test_a_damped_trend_follows_a_damped_series() -> None:
    """y with increments 0.2 x 0.9^t is ETS(A,Ad,N) without errors: forecasts continue it."""
    logs = np.cumsum(0.2 * 0.9 ** np.arange(24))
    found = damped_trend(list(np.exp(logs[:20])), 4)
    assert [each.mean for each in found] == pytest.approx(logs[20:], abs=5e-3)


def test_a_damped_trend_of_noise_about_a_level_stays_at_the_level() -> None:
    noise = np.random.default_rng(1).normal(0.0, 0.1, 80)
    found = damped_trend(list(np.exp(2.0 + noise)), 4)
    for each in found:
        assert each.mean == pytest.approx(2.0, abs=0.06)
        assert each.deviation == pytest.approx(0.1, rel=0.25)
    widths = [each.deviation for each in found]
    assert widths == sorted(widths)  # uncertainty never falls with the horizon


def test_a_damped_trend_flattens_where_a_random_walk_goes_on() -> None:
    values = [np.exp(0.2 * quarter) for quarter in range(16)]
    damped, walk = damped_trend(values, 8)[-1], random_walk(values, 8)[-1]
    assert 0.2 * 15 < damped.mean < walk.mean + 1e-6
