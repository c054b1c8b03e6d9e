"""Universes as they were: members by day, those that are gone included."""

from datetime import date, timedelta

import numpy as np
import pytest

from jevons.errors import UserError
from jevons.market import PriceHistory, PriceTable
from jevons.market.universes import DOTCOM, coverage, ended_by, members, universes
from jevons.study.ladder_trial import ladder_trial

PEAK = date(2000, 3, 24)


def tickers(day: date) -> set[str]:
    return {member.ticker for member in members(DOTCOM, day)}


def test_membership_is_that_of_the_day() -> None:
    peak = tickers(PEAK)
    assert {"CSCO", "WCOEQ", "GX", "NRTLQ", "LU", "MCLD"} <= peak
    # NVIDIA joined on 2001-11-30 and JDS Uniphase on 2000-07-27: nobody could know that.
    assert not {"NVDA", "VIAV"} & peak
    assert "VIAV" in tickers(date(2000, 7, 27))
    assert "GX" not in tickers(date(2001, 10, 10))
    assert "WCOEQ" not in tickers(date(2002, 5, 15))


def test_most_of_the_universe_has_left_since() -> None:
    found = coverage(DOTCOM, PEAK, None)
    assert found["have_left_since"] > len(found["members"]) / 2
    failed = {row["ticker"]: row["ended"] for row in found["members"] if row["ended"]}
    assert failed == {"GX": "2002-01-28", "MCLD": "2002-01-31", "WCOEQ": "2002-07-21"}


def test_every_member_has_a_source_and_rising_days() -> None:
    for member in universes()[DOTCOM]:
        assert member.source_url.startswith("http")
        assert member.last is None or member.first < member.last


def test_an_unknown_universe_names_the_known() -> None:
    with pytest.raises(UserError, match="no universe 'dotcom'"):
        members("dotcom", PEAK)


def history(ticker: str, last: date, end_price: float) -> PriceHistory:
    """Daily prices from 1999 on that fall evenly in logarithms from 100 to a last price."""
    first = date(1999, 1, 4)
    days = np.arange(np.datetime64(first, "D"), np.datetime64(last + timedelta(1), "D"))
    days = days[np.is_busday(days)]
    close = np.geomspace(100, end_price, len(days))
    return PriceHistory(ticker, days, close, close, open=close)


def test_the_stress_counts_those_that_ended_on_the_way() -> None:
    survivor = history("CSCO", date(2002, 12, 31), 20)
    gone = history("GX", date(2002, 1, 25), 0.51)
    with_dead = ladder_trial(PriceTable({"CSCO": survivor, "GX": gone}), ["CSCO"]).stress
    without = ladder_trial(PriceTable({"CSCO": survivor}), ["CSCO"]).stress
    assert with_dead is not None
    assert without is not None
    assert (with_dead.names, with_dead.ended, without.names) == (2, 1, 1)
    # Nearly all of what was put into Global Crossing is lost, and that is the worst of the two.
    assert with_dead.worst < 0.1 < without.worst
    assert ended_by(("GX", "CSCO", "LU"), DOTCOM, date(2002, 12, 31)) == {"GX"}


def test_a_survivor_whose_prices_stop_is_not_covered() -> None:
    stopped = history("CSCO", date(2002, 6, 28), 20)
    assert ladder_trial(PriceTable({"CSCO": stopped}), ["CSCO"]).stress is None
