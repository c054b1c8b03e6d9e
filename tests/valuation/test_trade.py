"""What is known of a company's trade by a day: auctions, contracts, a rate base, gas."""

from datetime import date
from functools import cache

import numpy as np
import pytest

from jevons.facts import Store, load
from jevons.valuation.company import company_of
from jevons.valuation.fundamentals import fundamentals
from jevons.valuation.trade import Trade, trade


@cache
def store() -> Store:
    return load()


def known(ticker: str, day: date) -> Trade:
    snapshot = store().as_of(day)
    company = company_of(ticker)
    return trade(company, snapshot, fundamentals(company, snapshot))


LATE = date(2026, 9, 24)


def test_capacity_prices_by_calendar_year_are_months_of_delivery_years() -> None:
    """2026: five months at 269.92 and seven at 329.17. From June 2028 to the middle of 2030 a
    straight line: two years and a month, so the middle of December 2029 is three quarters there."""
    line = known("CEG", LATE).capacity
    assert line is not None
    at = {year: i for i, year in enumerate(range(2023, 2031))}
    assert line.known[at[2026]] == pytest.approx((5 * 269.92 + 7 * 329.17) / 12)
    assert line.drawn[at[2026]] == 0
    assert line.known[at[2027]] == pytest.approx((5 * 329.17 + 7 * 333.44) / 12)
    assert 0 < line.drawn[at[2028]] < line.drawn[at[2029]] < line.drawn[at[2030]] < 1
    np.testing.assert_allclose(line.known[5:] / 333.44 + line.drawn[5:], 1.0, rtol=1e-9)


def test_the_reported_year_has_the_prices_of_its_months() -> None:
    """Constellation reports 2025: five months at 28.92, seven at 269.92."""
    line = known("CEG", LATE).capacity
    assert line is not None
    assert line.reported == pytest.approx((5 * 28.92 + 7 * 269.92) / 12, rel=0.02)


def test_the_last_auction_counts() -> None:
    assert known("CEG", LATE).cleared == 17.95
    assert known("CEG", date(2025, 8, 1)).cleared == 18.025
    assert known("TLN", LATE).cleared == 8.745


def test_nothing_of_a_later_auction_is_known() -> None:
    """On 2025-03-11 no company's sales of capacity are at hand, and the market monitor's price of
    2024 is two days away; both are said, and neither is filled in."""
    found = known("VST", date(2025, 3, 11))
    assert found.cleared is None
    assert found.capacity is None
    assert found.energy is None
    assert [text.split(";")[0] for text in found.missing] == [
        "VST: no cleared_capacity known by 2025-03-11",
        "VST: no power_market_price known by 2025-03-11",
    ]


def test_the_regulated_part_is_that_of_the_reported_year() -> None:
    """Florida Power & Light: 18.262 of 27.412 USD bn, 6.820 of 8.280 of income, in 2025."""
    base = known("NEE", LATE).rate_base
    assert base is not None
    assert (base.amount, base.at) == (79.7, date(2026, 6, 30))
    assert base.revenue == pytest.approx(18.262)
    assert base.income == pytest.approx(6.820)
    assert known("NEE", date(2025, 6, 1)).rate_base is None


def test_netback_is_revenue_over_gas_sold() -> None:
    """2024: 5.273 USD bn over 534 + 508 + 581.4 + 605 Bcfe is 2.37 USD/Mcfe."""
    line = known("EQT", date(2025, 3, 11)).netback
    assert line is not None
    assert line.reported == pytest.approx(5.273309 / 2.2284, rel=1e-6)


def test_facts_are_named_and_none_is_later() -> None:
    for ticker in ("VST", "CEG", "TLN", "NEE", "EQT"):
        facts = [store().as_of(LATE).get(name) for name in known(ticker, LATE).facts]
        assert facts
        assert max(fact.known_on for fact in facts) <= LATE


def test_makers_of_products_have_none() -> None:
    assert known("NVDA", LATE) == Trade()
