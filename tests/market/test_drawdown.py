"""Drawdown from the 52-week high, and what is said when it is not known."""

from datetime import date, timedelta
from typing import Any

import duckdb
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jevons.facts.fact import Fact
from jevons.market import PriceTable, drawdown_state, read_prices

from .invented import REAL_PRICES, daily, price_fact, snapshot, table

DAY = date(2025, 3, 10)


def state(*facts: Fact, own: PriceTable | None = None, as_of: date = DAY) -> dict[str, Any]:
    (record,) = drawdown_state(snapshot(as_of, *facts), ["NVDA"], own)
    return record


def high(value: float, day: date) -> Fact:
    return price_fact(value, day, metric="high_52_week")


def test_drawdown_is_price_over_the_stated_high_less_one() -> None:
    record = state(price_fact(75.0, DAY), high(100.0, DAY))
    assert record["drawdown"] == -0.25
    assert record["price_date"] == "2025-03-10"
    assert record["age_days"] == 0
    assert record["high_52_week_date"] is None  # the fact does not say when
    assert record["facts"] == [
        "NVDA-close-2025-03-10-Exchange",
        "NVDA-high_52_week-2025-03-10-Exchange",
    ]
    assert record["missing"] is None
    assert not record["warnings"]


def test_a_high_of_the_users_sessions_above_the_stated_one_counts() -> None:
    own = table(daily([110.0, 90.0, 75.0], DAY, highs=[120.0, 91.0, 76.0]))
    record = state(high(100.0, DAY), own=own)
    assert record["high_52_week"] == 120.0
    assert record["high_52_week_date"] == "2025-03-08"
    assert record["drawdown"] == -0.375
    assert record["facts"] == []  # both numbers are the user's


def test_a_price_above_every_known_high_is_no_drawdown() -> None:
    assert state(price_fact(130.0, DAY), high(100.0, DAY))["drawdown"] == 0.0


def test_the_window_is_364_days() -> None:
    closes = [500.0, 400.0] + [100.0] * 362 + [50.0]  # 365 days: the first has left the window
    record = state(own=table(daily(closes, DAY)))
    assert record["high_52_week"] == 400.0
    assert record["drawdown"] == -0.875


def test_a_short_history_without_a_stated_high_has_no_drawdown() -> None:
    record = state(own=table(daily([100.0] * 60 + [50.0], DAY)))
    assert record["price"] == 50.0
    assert record["drawdown"] is None
    assert "do not cover 52 weeks" in record["missing"]


def test_a_gap_in_the_history_hides_the_high() -> None:
    old = [price_fact(100.0 + i, DAY - timedelta(days=363 - 30 * i)) for i in range(12)]
    assert state(*old, price_fact(50.0, DAY))["high_52_week"] is None


def test_an_old_stated_high_is_used_with_a_warning_and_a_lapsed_one_is_not() -> None:
    price = price_fact(75.0, DAY)
    old = state(price, high(100.0, DAY - timedelta(days=80)))
    assert old["drawdown"] == -0.25
    assert "80 days before its price" in old["warnings"][0]
    assert "lower or higher" in old["warnings"][0]
    lapsed = state(price, high(100.0, DAY - timedelta(days=364)))
    assert lapsed["drawdown"] is None


def test_an_absent_price_is_a_record_with_a_reason() -> None:
    record = state(high(100.0, DAY))
    assert record["price"] is None
    assert record["drawdown"] is None
    assert record["missing"].startswith("no closing price of NVDA is known by 2025-03-10")


def test_nothing_later_is_seen() -> None:
    facts = (price_fact(75.0, DAY), high(100.0, DAY))
    later = date(2025, 3, 11)
    more = (*facts, price_fact(40.0, later), high(200.0, later))
    own = table(daily([30.0], later))
    assert state(*more, own=own) == state(*facts)


@given(
    closes=st.lists(st.floats(0.01, 1e5), min_size=365, max_size=380),
    stated=st.none() | st.floats(0.01, 1e5),
)
def test_drawdown_is_between_minus_one_and_zero(closes: list[float], stated: float | None) -> None:
    facts = () if stated is None else (high(stated, DAY),)
    record = state(*facts, own=table(daily(closes, DAY)))
    assert -1 <= record["drawdown"] <= 0
    assert record["high_52_week"] >= record["price"]


def test_records_keep_the_order_asked_for() -> None:
    records = drawdown_state(snapshot(DAY, price_fact(1.0, DAY)), ["VST", "NVDA", "AVGO"])
    assert [record["ticker"] for record in records] == ["VST", "NVDA", "AVGO"]


def test_days_under_water_count_from_the_last_highest_close() -> None:
    record = state(own=table(daily([100.0, 120.0, 120.0] + [90.0] * 70, DAY)))
    assert record["days_under_water"] == 70
    assert state(own=table(daily([90.0] * 69 + [120.0], DAY)))["days_under_water"] == 0
    assert state(own=table(daily([120.0] + [90.0] * 20, DAY)))["days_under_water"] is None


def test_worst_days_are_the_lowest_changes_of_52_weeks() -> None:
    closes = [100.0, 50.0] + [100.0] * 201 + [90.0] * 160 + [81.0, 80.0]
    assert state(own=table(daily([*closes, 80.0], DAY)))["worst_days"] == [
        {"day": (DAY - timedelta(days=162)).isoformat(), "change": -0.1},
        {"day": (DAY - timedelta(days=2)).isoformat(), "change": -0.1},
        {"day": (DAY - timedelta(days=1)).isoformat(), "change": pytest.approx(-1 / 81, abs=1e-6)},
    ]  # the fall by a half, 364 days ago, has left the window


def test_a_fall_is_scaled_by_the_volatility_before_it() -> None:
    # Changes of one hundredth up and down in turn, then a fall of a fifth on the last day.
    ripples = 100 * np.exp(0.01 * (np.arange(400) % 2))
    record = state(own=table(daily([*ripples, 80.0], DAY)))
    deviation = 0.01 * (252 / 251) ** 0.5 * 252**0.5
    wanted = np.log(80 / ripples.max()) / deviation
    assert record["scaled_drawdown"] == pytest.approx(wanted, rel=1e-4)


@pytest.mark.skipif(not REAL_PRICES.exists(), reason="../shared/data/prices is absent")
@pytest.mark.parametrize("ticker", ["IXIC", "GSPC", "TSLA"])
def test_10_march_2025_is_a_worst_day(ticker: str) -> None:
    known = read_prices([REAL_PRICES])
    (record,) = drawdown_state(snapshot(date(2025, 3, 11)), [ticker], known)
    found = {each["day"]: each["change"] for each in record["worst_days"]}
    published = {"IXIC": -0.0400, "GSPC": -0.0270, "TSLA": -0.1543}
    assert found["2025-03-10"] == pytest.approx(published[ticker], abs=5e-4)


@pytest.mark.skipif(not REAL_PRICES.exists(), reason="../shared/data/prices is absent")
def test_real_falls_to_10_march_2025_agree_with_a_query_of_the_file() -> None:
    query = """
        SELECT arg_max(close, date), max(high), arg_max(date, high) FROM read_parquet(?)
        WHERE ticker = ? AND date > DATE '2025-03-10' - 364 AND date <= DATE '2025-03-10'
    """
    tickers = ["NVDA", "VST", "MSFT"]
    connection = duckdb.connect(":memory:")
    for record in drawdown_state(snapshot(DAY), tickers, read_prices([REAL_PRICES])):
        ((close, peak, day),) = connection.execute(
            query, [str(REAL_PRICES), record["ticker"]]
        ).fetchall()
        assert record["price"] == pytest.approx(close)
        assert record["high_52_week_date"] == day.isoformat()
        assert record["drawdown"] == pytest.approx(close / peak - 1, abs=1e-5)
        assert record["drawdown"] < -0.15
    connection.close()


def test_a_fall_as_at_a_split_is_warned_of() -> None:
    own = table(daily([1000.0] * 80 + [100.0] * 20, DAY))
    (warning,) = state(high(1000.0, DAY), own=own)["warnings"]
    assert "from 1000 to 100 on 2025-02-19, which looks like a split of 10 for 1" in warning
    fallen = table(daily([1000.0] * 80 + [620.0] * 20, DAY))
    assert state(high(1000.0, DAY), own=fallen)["warnings"] == []
