"""Prices in the facts and prices in the user's files, as one table."""

from datetime import date

import numpy as np

from jevons.facts.fact import Fact
from jevons.facts.snapshot import Snapshot
from jevons.market.price_table import PriceHistory, PriceTable

DISAGREE = 0.02  # two closes of one session this far apart are not rounding


def prices(snapshot: Snapshot, table: PriceTable | None = None) -> PriceTable:
    """Closing prices known on the day of a snapshot.

    Args:
        snapshot: facts of the metric ``close``; the entity is the ticker.
        table: the user's own prices. They win where both have a session, and a warning says so
            where the two differ by more than :data:`DISAGREE`: often one is not split-adjusted.

    Returns:
        Both together, up to ``snapshot.as_of``.
    """
    own = PriceTable({}) if table is None else table.as_of(snapshot.as_of)
    stated: dict[str, dict[date, Fact]] = {}
    for fact in snapshot.select(metric="close"):
        by_day = stated.setdefault(fact.entity, {})
        other = by_day.get(fact.period_end)
        if other is None or (fact.known_on, fact.stated_by) > (other.known_on, other.stated_by):
            by_day[fact.period_end] = fact
    merged = dict(own.histories)
    for ticker, by_day in stated.items():
        merged[ticker] = _merge(ticker, by_day, own.of(ticker))
    return PriceTable(merged)


def _merge(ticker: str, stated: dict[date, Fact], own: PriceHistory | None) -> PriceHistory:
    """The user's sessions, and those of the facts that the user does not have."""
    taken: dict[date, float] = {}
    if own is not None:
        taken = dict(zip(own.days.tolist(), own.close.tolist(), strict=True))
    added = [fact for day, fact in sorted(stated.items()) if day not in taken]
    days = np.array([fact.period_end for fact in added], dtype="datetime64[D]")
    close = np.array([fact.central for fact in added], dtype=np.float64)
    high = close
    if own is not None:
        days, close, high = (
            np.concatenate(pair)
            for pair in ((days, own.days), (close, own.close), (high, own.high))
        )
    order = np.argsort(days, kind="stable")
    return PriceHistory(
        ticker,
        days[order],
        close[order],
        high[order],
        {fact.period_end: fact.fact_id for fact in added},
        _disagreements(ticker, stated, taken),
        currency="USD" if own is None else own.currency,
        splits=None if own is None else own.splits,
    )


def _disagreements(
    ticker: str, stated: dict[date, Fact], taken: dict[date, float]
) -> tuple[str, ...]:
    apart = [
        (day, fact)
        for day, fact in sorted(stated.items())
        if day in taken and abs(taken[day] / fact.central - 1) > DISAGREE
    ]
    if not apart:
        return ()
    day, fact = apart[-1]
    return (
        f"{ticker} closed on {day} at {taken[day]:g} in your file and at {fact.central:g} in the "
        f"fact {fact.fact_id}; your file is used: check that it is adjusted for splits and not "
        "for dividends",
    )
