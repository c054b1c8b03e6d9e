"""Volatility: measured on enough daily closes, else an assumption that says so."""

from datetime import date

import numpy as np
import pytest

from jevons.market import PriceHistory, annual_volatility, volatility_of
from jevons.market.volatility import assumptions
from jevons.valuation import companies

from .invented import daily

DAY = date(2025, 3, 10)


def walk(sessions: int, volatility: float, seed: int = 1) -> list[float]:
    """Closes of a walk without drift."""
    steps = np.random.default_rng(seed).normal(0, volatility / 252**0.5, sessions - 1)
    return [100.0, *(100 * np.exp(steps.cumsum())).tolist()]


def test_volatility_of_a_simulated_walk_is_found() -> None:
    # Standard error of a standard deviation of n returns: value / sqrt(2 n).
    found = annual_volatility(walk(20_001, 0.4))
    assert found == pytest.approx(0.4, abs=4 * 0.4 / 40_000**0.5)


def test_volatility_ignores_scale_and_a_steady_trend() -> None:
    closes = np.array(walk(100, 0.3))
    trend = closes * np.exp(0.01 * np.arange(100))
    assert annual_volatility(trend) == pytest.approx(annual_volatility(closes))
    assert annual_volatility(7 * closes) == pytest.approx(annual_volatility(closes))


def test_59_closes_are_too_few_and_60_are_enough() -> None:
    assert annual_volatility(walk(59, 0.3)) is None
    assert annual_volatility(walk(60, 0.3)) is not None


def test_a_measured_volatility_uses_the_last_year_and_says_so() -> None:
    calm, wild = walk(400, 0.1), walk(253, 0.8, seed=2)
    found = volatility_of("accelerator", daily([*calm, *wild], DAY))
    assert found.value == pytest.approx(annual_volatility(wild))
    assert found.sessions == 253
    assert not found.is_assumption
    assert found.source == "253 daily closes to 2025-03-10"


def test_monthly_closes_are_no_daily_ones() -> None:
    days = np.arange("2018-01", "2025-01", dtype="datetime64[M]").astype("datetime64[D]")
    closes = np.array(walk(len(days), 0.4))
    assert volatility_of("network", PriceHistory("ANET", days, closes, closes)).is_assumption


@pytest.mark.parametrize("closes", [[100.0] * 100, [1.0, 1000.0] * 50])
def test_a_price_that_does_not_move_or_jumps_at_splits_is_not_believed(
    closes: list[float],
) -> None:
    assert volatility_of("network", daily(closes, DAY)).is_assumption


def test_every_layer_of_a_company_has_an_assumption_with_a_reason() -> None:
    assert {company.layer for company in companies().values()} <= set(assumptions())
    for entry in assumptions().values():
        assert 0.1 <= entry["volatility"] <= 1.5
        assert entry["reason"].startswith("Assumption of ours")


def test_an_unknown_layer_has_the_general_assumption() -> None:
    found = volatility_of("a layer of your own")
    assert found.value == assumptions()["other"]["volatility"]
    assert found.document()["assumption"] is True
