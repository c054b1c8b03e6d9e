"""Multiples among their own history, from invented filings and prices worked by hand."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jevons.facts.fact import Fact
from jevons.facts.store import Store
from jevons.market import PriceHistory
from jevons.valuation.multiple_history import multiple_state

FIRST, SESSIONS = date(2023, 1, 2), 800
AS_OF = FIRST + timedelta(SESSIONS - 1)


def filed(
    metric: str, year: int, value: float, known_on: date, unit: str = "USD_bn", ticker: str = "NVDA"
) -> Fact:
    start, end = date(year, 1, 1), date(year, 12, 31)
    name = f"{ticker}-{metric}-{year}-{known_on}"
    return Fact(
        name, ticker, metric, start, end, value, None, None, unit, "company", known_on,
        date(2026, 1, 1), "Report", "https://example.org", "",
    )  # fmt: skip


def prices(*closes: float, **more: object) -> PriceHistory:
    days = np.datetime64(FIRST, "D") + np.arange(len(closes))
    values = np.array(closes, np.float64)
    return replace(PriceHistory("NVDA", days, values, values), **more)  # type: ignore[arg-type]  # fields


def rising() -> PriceHistory:
    return prices(*np.linspace(50, 150, SESSIONS), splits=())


FACTS = [
    filed("total_revenue", 2022, 100, FIRST),
    filed("diluted_shares", 2022, 2e9, FIRST, "share"),
]


def sales(facts: list[Fact], history: PriceHistory, listed: float = 1.0) -> dict[str, float]:
    state = multiple_state(Store(facts).as_of(AS_OF), "NVDA", history, listed)
    found = state["price_sales"]
    assert isinstance(found, dict), state["missing"]
    return found


def test_price_to_sales_by_hand() -> None:
    # Revenue of USD 100 bn over 2 bn shares is USD 50 a share; the last price is the highest.
    found = sales(FACTS, rising())
    assert found["value"] == pytest.approx(3.0)
    assert found["median"] == pytest.approx(2.0)
    assert found["percentile"] == pytest.approx(100 * (1 - 0.5 / SESSIONS), abs=1e-3)
    assert found["sessions"] == SESSIONS


def test_a_receipt_for_several_shares_counts_them() -> None:
    assert sales(FACTS, rising(), 5.0)["value"] == pytest.approx(0.6)


def test_a_filing_counts_from_the_day_it_was_known() -> None:
    # Twice the revenue, filed on the last day: only that day has half the multiple.
    later = [*FACTS, filed("total_revenue", 2023, 200, AS_OF)]
    found = sales(later, prices(*[100.0] * SESSIONS, splits=()))
    assert (found["value"], found["median"]) == (1.0, 2.0)
    assert found["percentile"] == pytest.approx(100 * 0.5 / SESSIONS, abs=1e-3)


def test_a_split_after_the_filing_is_in_the_count() -> None:
    # Ten for one on day 400: prices before it are divided already; the filed count is not.
    split = FIRST + timedelta(400)
    whole = sales(FACTS, prices(*[10.0] * SESSIONS, splits=((split, 10.0),)))
    assert whole["value"] == whole["median"] == pytest.approx(2.0)
    # A count that was filed after the split is in new shares.
    refiled = [*FACTS, filed("diluted_shares", 2023, 20e9, split + timedelta(30), "share")]
    again = sales(refiled, prices(*[10.0] * SESSIONS, splits=((split, 10.0),)))
    assert again["value"] == again["median"] == pytest.approx(2.0)


def test_a_split_that_the_prices_do_not_tell_is_named() -> None:
    facts = [*FACTS, filed("diluted_shares", 2023, 20e9, FIRST + timedelta(430), "share")]
    state = multiple_state(Store(facts).as_of(AS_OF), "NVDA", prices(*[10.0] * SESSIONS))
    assert state["price_sales"] is None
    assert "as at a split, and the price file tells no splits" in str(state["missing"])


def test_negative_earnings_are_missing_and_their_share_is_told() -> None:
    turn = FIRST + timedelta(SESSIONS // 4)
    facts = [
        *FACTS,
        filed("net_income", 2021, 10, FIRST),
        filed("net_income", 2022, -10, turn),
        filed("net_income", 2023, 10, FIRST + timedelta(SESSIONS // 2)),
    ]
    state = multiple_state(Store(facts).as_of(AS_OF), "NVDA", rising())["price_earnings"]
    assert isinstance(state, dict)
    assert state["share_missing"] == pytest.approx(0.25)
    assert state["sessions"] == SESSIONS * 3 / 4


def test_what_is_missing_is_said() -> None:
    snapshot = Store(FACTS).as_of(AS_OF)
    assert "no price of NVDA is known" in str(multiple_state(snapshot, "NVDA", None)["missing"])
    short = multiple_state(snapshot, "NVDA", prices(*[1.0] * 100))
    assert "with a year of daily prices" in str(short["missing"])
    foreign = multiple_state(snapshot, "NVDA", prices(*[1.0] * 300, currency="TWD"))
    assert "are in TWD" in str(foreign["missing"])


@given(st.floats(1, 1000), st.integers(1, 400))
def test_a_later_filing_changes_nothing_earlier(revenue: float, days: int) -> None:
    day = AS_OF - timedelta(days)
    history = rising().as_of(day)
    later = filed("total_revenue", 2023, revenue, day + timedelta(1))
    before = multiple_state(Store(FACTS).as_of(day), "NVDA", history)
    assert multiple_state(Store([*FACTS, later]).as_of(day), "NVDA", history) == before
