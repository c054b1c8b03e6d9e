"""Price and watts by generation: what is announced, what is counted, nothing that comes later."""

import math
from datetime import date

import numpy as np
import pytest

from jevons.model.clock import QUARTERS
from jevons.model.generations import REFERENCE, generations_of, steady_generations
from jevons.model.nvidia import counted_price
from jevons.model.products import MIDDLES, design_dates, products

from .invented import store

BEFORE, COUNTED = date(2026, 3, 11), date(2026, 9, 29)


def at(path: np.ndarray, quarter: str) -> float:
    return float(path[QUARTERS.index(quarter)])


def test_designs_stand_still_within_a_generation_and_step_between_two() -> None:
    """Hopper, half of compute at 2022.95, until Blackwell, at 2024.95: two years within five
    quarters, and nothing for Blackwell Ultra, which has Blackwell's compute a package."""
    dates = design_dates(products(BEFORE), "NVIDIA")
    assert at(dates, "2024Q2") - at(dates, "2023Q4") < 0.15
    assert at(dates, "2025Q3") - at(dates, "2024Q2") > 1.8
    assert abs(at(dates, "2026Q2") - 2024.95) < 0.15
    assert (np.diff(dates) >= 0).all()


def test_designs_that_nobody_has_announced_come_at_the_pace_of_the_last_two() -> None:
    """After Hopper, with Blackwell unknown: as old as Hopper was when it came, for ever."""
    chosen = products(date(2023, 12, 31))
    assert "Blackwell" not in {product.name for product in chosen}
    dates = design_dates(chosen, "NVIDIA")
    gap = 2022.95 - (2020 + date(2020, 5, 14).timetuple().tm_yday / 365.25)
    np.testing.assert_allclose(MIDDLES[8:] - dates[8:], gap / 2, atol=1e-9)


def test_until_chips_are_counted_price_falls_as_designs_get_younger() -> None:
    found = generations_of(store().as_of(BEFORE))
    np.testing.assert_array_equal(found.uncounted, found.younger)
    assert at(np.asarray(found.younger), REFERENCE) == 0.0
    assert not np.any(found.counted)


def test_where_chips_are_counted_price_is_revenue_over_chips() -> None:
    """From the last quarter counted the price moves with designs, and joins without a step."""
    snapshot = store().as_of(COUNTED)
    found, prices = generations_of(snapshot), counted_price(snapshot)
    assert list(prices) == list(QUARTERS[: QUARTERS.index("2026Q2") + 1])
    last = prices["2026Q2"][0]
    for quarter, (price, _) in prices.items():
        assert last * math.exp(at(np.asarray(found.counted), quarter)) == pytest.approx(price)
        assert at(np.asarray(found.uncounted), quarter) == 0.0
    ahead = np.asarray(found.younger) - at(np.asarray(found.younger), "2026Q2")
    np.testing.assert_allclose(np.asarray(found.uncounted)[14:], ahead[14:])
    assert not np.asarray(found.counted)[14:].any()


def test_the_price_of_blackwells_coming_is_foreseen_within_a_tenth_before_it_is_counted() -> None:
    """At the declared 1.33 a year: 2025Q4 over 2024Q1 by generations, and by chips counted later.

    The counts give 17.4 over 33.9 thousand dollars, a factor of 0.51; a steady fall would give
    0.61, and over the four quarters to 2025Q2 alone 0.75 where the counts give 0.54.
    """
    younger = np.asarray(generations_of(store().as_of(BEFORE)).younger)
    prices = {q: price for q, (price, _) in counted_price(store().as_of(COUNTED)).items()}
    for first, last in (("2024Q1", "2025Q4"), ("2024Q2", "2025Q2")):
        ours = 1.33 ** -(at(younger, last) - at(younger, first))
        assert ours == pytest.approx(prices[last] / prices[first], rel=0.25)
        steady = 1.33 ** -((QUARTERS.index(last) - QUARTERS.index(first)) / 4)
        theirs = math.log(prices[last] / prices[first])
        assert abs(math.log(ours) - theirs) < abs(math.log(steady) - theirs) / 1.5


def test_steady_generations_are_the_calendar() -> None:
    found = steady_generations()
    assert at(np.asarray(found.younger), "2025Q4") == 1.0
    np.testing.assert_array_equal(found.younger, found.uncounted)
