"""NVIDIA before the clock: a price that goes back, hand-worked quarters, no look-ahead."""

import math
from datetime import date
from functools import cache
from typing import Any

import numpy as np
import pytest

from jevons.facts import Store, load
from jevons.study import Study
from jevons.study.before_clock import (
    YEAR_BEFORE,
    before_clock,
    price_before,
    revenue_before,
    years_older,
)
from jevons.study.supply import SupplyFigures
from jevons.study.vendor_history import nvidia_sales

BEFORE, AFTER = date(2026, 3, 11), date(2026, 4, 30)  # Epoch AI's counts came out in between
TIMES = (2022.125, 2022.375, 2022.625, 2022.875, 2023.125)


@cache
def store() -> Store:
    return load()


@cache
def build_out() -> SupplyFigures:
    return Study(store(), BEFORE, draws=400, prior=True).build_out


@cache
def rows(known: date) -> list[dict[str, Any]]:
    """The run of a day on which no count was public, beside what was known by ``known``."""
    own = build_out()
    return before_clock(own.products, own.built, own.block, store().as_of(known))


def row_of(quantity: str, quarter: str) -> dict[str, Any]:
    return next(r for r in rows(AFTER) if (r["quantity"], r["quarter"]) == (quantity, quarter))


def hopper() -> np.ndarray:
    """Its share of compute: half in 2022.95, along a logistic of width 0.2."""
    return np.array([1 / (1 + math.exp(-(time - 2022.95) / 0.2)) for time in TIMES])


def test_designs_shipped_are_older_by_the_share_of_a100s() -> None:
    """Announced on 2020-05-14, 2.58 years before Hopper was half: 0.98 A100s, then 0.29 in 2023Q1.

    Blackwell's logistic has begun by then, by two parts in ten thousand.
    """
    gap = 2022.95 - (2020 + 135 / 365.25)
    expected = gap * (hopper()[-1] - hopper()[:-1])
    own = tuple(product for product in build_out().products if product.vendor == "NVIDIA")
    np.testing.assert_allclose(years_older(own), expected, rtol=3e-4)
    assert expected[0] == pytest.approx(1.78, abs=0.005)


def test_price_goes_back_at_the_pace_of_designs_draw_by_draw() -> None:
    """Log price is a straight line in the age of designs, its slope the log of the pace."""
    first, pace = np.array([30_000.0, 40_000.0]), np.array([1.2, 1.5])
    older = np.array([2.0, 1.0, 0.0])
    prices = price_before(first, pace, older)
    np.testing.assert_allclose(prices[-1], first)
    np.testing.assert_allclose(np.diff(np.log(prices), axis=0), np.tile(-np.log(pace), (2, 1)))
    assert prices[0].tolist() == pytest.approx([43_200.0, 90_000.0])


def test_networking_has_the_share_of_the_first_quarter_since() -> None:
    """0.927 of 4.28 USD bn in 2023Q1, so 3.75 of 2022Q1 hold 2.938 of compute."""
    found = revenue_before(store().as_of(BEFORE))
    assert tuple(found) == YEAR_BEFORE
    assert found["2022Q1"][0] == pytest.approx(3.75 * (1 - 0.927 / 4.28))
    assert found["2022Q1"][1] == ("CAR-0013", "CAR-0023", "CAR-0021")


def test_compute_is_revenue_over_price_and_units_follow_from_shares() -> None:
    own = build_out()
    paid, sold = nvidia_sales(own.products, own.built, own.block, 0)
    pace = own.block.inputs["price_performance_growth"]
    older = (2022.95 - (2020 + 135 / 365.25)) * (hopper()[-1] - hopper()[:-1])
    for at, quarter in enumerate(YEAR_BEFORE):
        revenue = revenue_before(own.snapshot)[quarter][0]
        compute = revenue / (paid / sold * pace ** older[at])
        assert row_of("compute", quarter)["ours"]["mean"] == pytest.approx(compute.mean(), rel=3e-4)
        share = hopper()[at]
        a100s = compute.mean() * (1 - share) / 0.315
        units = 1e3 * (a100s + compute.mean() * share)
        assert row_of("units", quarter)["ours"]["mean"] == pytest.approx(units, rel=3e-4)
        power = (926 * a100s + 1453 * compute.mean() * share) / 1e3
        assert row_of("it_power", quarter)["ours"]["mean"] == pytest.approx(power, rel=3e-4)


def test_counts_of_a_quarter_by_hand() -> None:
    """ACC-0311 to 0313: 113,699 A100, 28,132 A800 and 32,481 H100 in 2022Q4.

    Compute: 0.315 x 0.1418 + 0.0325 = 0.0772 M. Power: 926 W and 1,453 W: 0.131 + 0.047 GW.
    """
    assert row_of("units", "2022Q4")["counted"] == pytest.approx(174.312)
    assert row_of("compute", "2022Q4")["counted"] == pytest.approx(0.07716, abs=1e-5)
    assert row_of("it_power", "2022Q4")["counted"] == pytest.approx(0.17853, abs=1e-5)
    price = row_of("price", "2022Q4")
    assert price["counted"] == pytest.approx(3.62e3 * (1 - 0.927 / 4.28) / 0.07716, rel=1e-4)
    assert price["facts"][-3:] == ["ACC-0311", "ACC-0312", "ACC-0313"]


def test_what_is_counted_later_moves_nothing_of_ours() -> None:
    """The counts stand beside ours from 2026-03-31 on and are in none of it."""
    blind, seen = rows(BEFORE), rows(AFTER)
    assert len(blind) == len(seen) == 16
    assert all(row["counted"] is row["ratio"] is None for row in blind)
    assert [row["ours"] for row in blind] == [row["ours"] for row in seen]
    for row in seen:
        assert row["ratio"] == pytest.approx(row["ours"]["p50"] / row["counted"], rel=1e-4)
    revenue_alone = {fact for row in blind for fact in row["facts"]}
    assert max(store().as_of(AFTER).get(fact).known_on for fact in revenue_alone) <= BEFORE
