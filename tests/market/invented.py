"""Invented prices and price facts, so that every case of a test can be read off."""

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

import numpy as np

from jevons.facts.fact import Fact
from jevons.facts.snapshot import Snapshot
from jevons.market import PriceHistory, PriceTable

REAL_PRICES = Path(__file__).parents[3] / "shared" / "data" / "prices" / "us_daily_adjusted.parquet"


def price_fact(
    value: float,
    day: date,
    *,
    metric: str = "close",
    ticker: str = "NVDA",
    known_on: date | None = None,
    stated_by: str = "Exchange",
) -> Fact:
    """A price or a high of one session."""
    return Fact(
        fact_id=f"{ticker}-{metric}-{day}-{stated_by}",
        entity=ticker,
        metric=metric,
        period_start=None,
        period_end=day,
        value=value,
        low=None,
        high=None,
        unit="USD/share",
        stated_by=stated_by,
        known_on=known_on or day,
        recorded_on=known_on or day,
        source_title="Prices",
        source_url="https://example.org/prices",
        note="",
    )


def snapshot(as_of: date, *facts: Fact) -> Snapshot:
    """What of the facts was known on a day."""
    return Snapshot(as_of, tuple(fact for fact in facts if fact.known_on <= as_of))


def daily(
    closes: Sequence[float], last: date, ticker: str = "NVDA", highs: Sequence[float] | None = None
) -> PriceHistory:
    """A price for every calendar day up to ``last``."""
    first = last - timedelta(days=len(closes) - 1)
    days = np.datetime64(first, "D") + np.arange(len(closes))
    return PriceHistory(ticker, days, np.array(closes), np.array(highs or closes))


def table(*histories: PriceHistory) -> PriceTable:
    """A table of the histories."""
    return PriceTable({history.ticker: history for history in histories})
