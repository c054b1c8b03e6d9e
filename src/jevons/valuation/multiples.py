"""Enterprise multiples today and their place in the share's own history, point in time.

On each past day the price of that day meets what had been reported by that day, so nothing later
enters. The percentile is the mid-rank of today's multiple among its own values: the share of days
below it, and half of those equal. A loss has no multiple; such days are missing, and counted.
Prices over sales and over earnings, day by day, are in :mod:`jevons.valuation.multiple_history`.
"""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import numpy as np

from jevons.facts.snapshot import Snapshot
from jevons.quantiles import rounded
from jevons.valuation.company import Company
from jevons.valuation.fair_value import multiples
from jevons.valuation.fundamentals import NotKnownError, fundamentals

YEARS = 5  # of history
FEWEST = 8  # days with a multiple, below which a percentile says nothing
NAMES = ("ev_to_revenue", "ev_to_operating_income")
METRICS = (
    "total_revenue",
    "operating_income",
    "total_debt",
    "cash_and_investments",
    "net_debt",
    "other_claims",
    "diluted_shares",
    "shares_outstanding",
)


def on_day(company: Company, known: Snapshot, price: float) -> dict[str, float] | None:
    """Trailing multiples at a price with what was known on a day; None where too little was.

    EV / revenue and EV / operating income of the trailing year; a multiple of a loss is left out.
    """
    try:
        reported = fundamentals(company, known)
    except NotKnownError:
        return None
    value = price * reported.shares / company.shares_per_listed / company.listing_per_dollar
    enterprise = value + reported.net_debt + reported.other_claims
    return multiples(enterprise, reported.revenue, reported.margin * reported.revenue)


def own_history(
    company: Company, snapshot: Snapshot, closes: Sequence[tuple[date, float]], price: float | None
) -> dict[str, dict[str, Any]]:
    """Today's multiples with their percentile in the share's own history.

    Args:
        closes: days and closing prices before the snapshot's day, comparable with today's count
            of shares. price: today's.

    Returns:
        by name of :data:`NAMES`: ``value``, ``percentile`` (0 to 1, None with ``reason``),
        ``days`` with a multiple, ``since``, and ``missing``, the share of days without one.
    """
    today = None if price is None else on_day(company, snapshot, price)
    if today is None:
        return {}
    own = snapshot.earlier_view(snapshot.as_of, company.ticker, METRICS)  # few facts, often read
    first = snapshot.as_of - timedelta(round(365.25 * YEARS))
    past = [
        (day, on_day(company, known, close))
        for day, close in closes
        if first <= day < snapshot.as_of
        for known in [own.earlier_view(day, company.ticker, METRICS)]
    ]
    valued = [(day, found) for day, found in past if found is not None]
    return {name: _placed(name, today, valued) for name in NAMES if name in today}


def _placed(
    name: str, today: Mapping[str, float], past: Sequence[tuple[date, Mapping[str, float]]]
) -> dict[str, Any]:
    values = np.array([found[name] for _, found in past if name in found])
    answer: dict[str, Any] = {
        "value": rounded(today[name]),
        "percentile": None,
        "days": len(values),
        "since": min((day for day, found in past if name in found), default=None),
        "missing": rounded(1 - len(values) / len(past)) if past else None,
        "reason": None,
    }
    if answer["since"] is not None:
        answer["since"] = answer["since"].isoformat()
    if len(values) < FEWEST:
        return answer | {"reason": f"{len(values)} days of history, fewer than {FEWEST}"}
    below = np.mean(values < today[name]) + np.mean(values == today[name]) / 2
    return answer | {"percentile": rounded(below)}
