"""Prices known on a day: no later row, and the user's own over the facts."""

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jevons.market import PriceHistory, PriceTable, prices

from .invented import daily, price_fact, snapshot, table

DAY = date(2025, 3, 10)
closes = st.lists(st.floats(1.0, 1e4), min_size=1, max_size=40)


@given(closes=closes, offset=st.integers(-50, 5))
def test_as_of_is_the_prefix_of_what_is_known_later(closes: list[float], offset: int) -> None:
    history = daily(closes, DAY)
    day = DAY + timedelta(days=offset)
    early = PriceTable({"NVDA": history}).as_of(day).of("NVDA")
    known = [stop for stop in history.days.tolist() if stop <= day]
    if not known:
        assert early is None
        return
    assert early is not None
    assert early.days.tolist() == known
    assert early.close.tolist() == closes[: len(known)]


@given(closes=closes, later=closes)
def test_rows_of_later_days_change_nothing_known_before(
    closes: list[float], later: list[float]
) -> None:
    longer = daily(closes + later, DAY + timedelta(days=len(later)))
    before, after = (
        prices(snapshot(DAY), table(history)) for history in (daily(closes, DAY), longer)
    )
    assert before.price_hash == after.price_hash


def test_facts_and_user_rows_merge_and_the_user_wins() -> None:
    facts = snapshot(
        DAY,
        price_fact(100.0, date(2025, 3, 7)),
        price_fact(90.0, DAY),
        price_fact(50.0, DAY, ticker="VST"),
        price_fact(95.0, date(2025, 3, 11)),  # later
    )
    own = table(daily([91.0], DAY))
    merged = prices(facts, own)
    assert merged.tickers == ("NVDA", "VST")
    history = merged.of("NVDA")
    assert history is not None
    assert history.days.tolist() == [date(2025, 3, 7), DAY]
    assert history.close.tolist() == [100.0, 91.0]
    assert history.fact_ids == {date(2025, 3, 7): "NVDA-close-2025-03-07-Exchange"}
    assert not history.warnings  # 91 and 90 are within 2 %


def test_an_unadjusted_split_is_named() -> None:
    day = date(2024, 6, 7)  # one share became ten the session after
    merged = prices(snapshot(day, price_fact(1200.0, day)), table(daily([120.0], day)))
    history = merged.of("NVDA")
    assert history is not None
    assert history.close.tolist() == [120.0]
    assert "adjusted for splits" in history.warnings[0]


def test_two_publishers_of_one_close_give_the_one_published_last() -> None:
    early = price_fact(100.0, DAY, stated_by="B")
    late = price_fact(101.0, DAY, known_on=date(2025, 3, 12), stated_by="A")
    for facts in ((early, late), (late, early)):
        history = prices(snapshot(date(2025, 3, 12), *facts)).of("NVDA")
        assert history is not None
        assert history.close.tolist() == [101.0]


def test_a_table_cannot_be_written_to() -> None:
    history = daily([1.0, 2.0], DAY)
    with pytest.raises(ValueError, match="read-only"):
        history.close[0] = 9.0
    with pytest.raises(TypeError):
        table(history).histories["X"] = history  # type: ignore[index]


def test_the_caller_keeps_their_array_writable() -> None:
    values = np.array([1.0])
    PriceHistory("A", np.array([DAY], dtype="datetime64[D]"), values, values)
    values[0] = 2.0
    assert values[0] == 2.0


def test_only_sessions_after_the_last_long_break_are_unbroken() -> None:
    days = np.array(["2025-01-02", "2025-02-03", "2025-02-04", "2025-02-14"], "datetime64[D]")
    history = PriceHistory("A", days, np.ones(4), np.ones(4))
    assert history.unbroken().days.tolist() == days[1:].tolist()
    assert history.longest_gap() == 32
