"""Signals for rules of buying, as a file of ladders holds them: each from the day it was known.

``regime`` is the quadrant of growth and inflation in the vintages of each day, for every share;
``thesis`` is 1 while fundamentals are intact and 0 from the report on that broke them;
``price_sales`` is the multiple at each close.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

import numpy as np

from jevons.facts.snapshot import Snapshot
from jevons.ladder.rule import EACH
from jevons.market import PriceTable
from jevons.market.macro_store import replayed
from jevons.market.regime import GROWTH, PRICES, LackingError, quadrant
from jevons.valuation.company import Company
from jevons.valuation.multiple_history import price_sales_history
from jevons.valuation.revisions import fundamentals_history

Signal = tuple[date, str, str, str]  # day, ticker, signal, value


def signals(
    snapshot: Snapshot,
    histories: PriceTable,
    companies: Sequence[Company],
    macro_store: Path | None,
) -> Iterator[Signal]:
    """Every signal up to the day of the snapshot.

    Args:
        histories: prices known, comparable over time. macro_store: none for no regime.
    """
    if macro_store is not None:
        yield from _regimes(macro_store, snapshot.as_of)
    for company in companies:
        for day, intact in fundamentals_history(snapshot, company.ticker):
            yield day, company.ticker, "thesis", str(int(intact))
        history = histories.of(company.ticker)
        if history is None or history.currency != "USD":
            continue
        values = price_sales_history(snapshot, company.ticker, history, company.shares_per_listed)
        for at in np.flatnonzero(np.isfinite(values)):
            yield history.day(int(at)), company.ticker, "price_sales", f"{values[at]:.6g}"


def _regimes(store: Path, until: date) -> Iterator[Signal]:
    """The quadrant on each day on which it changed."""
    last = ""
    for day, series in replayed(store, (GROWTH, PRICES), until):
        try:
            name = str(quadrant(series)["quadrant"])
        except LackingError:
            continue
        if name != last:
            last = name
            yield day, EACH, "regime", name
