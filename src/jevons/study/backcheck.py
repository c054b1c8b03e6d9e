"""Modelled against reported revenue, by company and reported quarter, as of a day.

Where a company reports revenue for AI itself, or for the business that the chain models, the chain
is held against that. Of the others all revenue is compared, as of each quarter: the chain's AI
revenue, and the base business as it would have been valued then, that is the last whole year that
had ended before the quarter and was known by its end, grown at the drawn rate and spread evenly
over the year. No quarter is in its own base. The chain is anchored on some of these figures, so
this is a check of fit, not of foresight; ``jevons replay`` scores forecasts.
"""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jevons.facts.snapshot import Snapshot
from jevons.model.clock import FIRST_YEAR
from jevons.model.revenue import companies
from jevons.quantiles import rounded, summarise
from jevons.valuation import ChainInputs, CompanyValue
from jevons.valuation.cash_flow import year_fraction
from jevons.valuation.chain_inputs import within
from jevons.valuation.fundamentals import MONEY, QUARTER_DAYS, trailing_years

# The reported metric that is the chain's AI revenue of the company.
REPORTED_AS: Mapping[str, str] = {
    "NVDA": "data_center_revenue",
    "AVGO": "ai_semiconductor_revenue",
}
WHOLE = "total_revenue"  # of a company that reports no AI revenue
# Revenue over a window, (draw,), USD_bn; None where nothing before it is known to start from.
Modelled = Callable[[date, date], NDArray[np.float64] | None]


def backcheck(
    snapshot: Snapshot, chain: ChainInputs, values: Mapping[str, CompanyValue]
) -> dict[str, Any]:
    """Every comparable quarter, the error by company, and who has nothing to compare.

    Args:
        values: the companies as valued, for the base business of those without AI revenue.

    Returns:
        ``quarters``: ``ticker, metric, start, end, known_on, fact_id, reported`` (USD_bn),
        ``modelled`` (quantiles over the same days), ``error`` = modelled median / reported - 1,
        ``inside`` (reported within 5 to 95 %). ``companies``: ``ticker, metric, quarters,
        mean_absolute_error, bias, inside`` (share of quarters), ``missing``.
    """
    quarters = []
    for ticker in companies():
        modelled = _modelled(ticker, snapshot, chain, values.get(ticker))
        if modelled is not None:
            quarters += _quarters(ticker, snapshot, modelled)
    return {
        "as_of": snapshot.as_of.isoformat(),
        "companies": [
            _summary(ticker, quarters, snapshot, values.get(ticker)) for ticker in companies()
        ],
        "quarters": quarters,
    }


def _modelled(
    ticker: str, snapshot: Snapshot, chain: ChainInputs, value: CompanyValue | None
) -> Modelled | None:
    path = chain.ai_revenue.get(ticker)
    if path is None:
        return None
    if ticker in REPORTED_AS:
        return lambda start, end: within(path, start, end)
    if value is None or value.case is None:
        return None
    growth = 1 + np.asarray(value.case.x["base_growth"])

    def whole(start: date, end: date) -> NDArray[np.float64] | None:
        year = _year_before(ticker, snapshot, start, end)
        if year is None:
            return None
        began, ended, amount = year
        base = np.maximum(amount - within(path, began, ended), 0.0)
        middle = (year_fraction(began) + year_fraction(ended)) / 2
        first, last = year_fraction(start), year_fraction(end) + 1 / 365
        grown = base * growth ** ((first + last) / 2 - middle)
        return np.asarray(grown * (last - first) + within(path, start, end))

    return whole


def _year_before(
    ticker: str, snapshot: Snapshot, start: date, end: date
) -> tuple[date, date, float] | None:
    """The last whole year of revenue that had ended by ``start`` and was known by ``end``."""
    known = snapshot.earlier_view(end, ticker, (WHOLE,))
    years = trailing_years(known, ticker, WHOLE)
    ended = [window for window in years if window[1] < start]
    if not ended:
        return None
    last = max(ended, key=lambda window: (window[1], window[0]))
    return *last, years[last].amount


def _quarters(ticker: str, snapshot: Snapshot, revenue: Modelled) -> list[dict[str, Any]]:
    rows = []
    metric = REPORTED_AS.get(ticker, WHOLE)
    for fact in snapshot.select(entity=ticker, metric=metric, stated_by="company"):
        start, end = fact.period_start, fact.period_end
        if start is None or start.year < FIRST_YEAR or end > snapshot.as_of:
            continue  # before the clock, or a forecast
        if not QUARTER_DAYS[0] <= (end - start).days + 1 <= QUARTER_DAYS[1]:
            continue
        drawn = revenue(start, end)
        if drawn is None:
            continue  # no whole year before it is known
        reported = fact.central * MONEY[fact.unit]
        modelled = summarise(drawn, "USD_bn")
        rows.append(
            {
                "ticker": ticker,
                "metric": metric,
                "start": start.isoformat(),
                "end": end.isoformat(),
                "known_on": fact.known_on.isoformat(),
                "fact_id": fact.fact_id,
                "reported": rounded(reported),
                "modelled": modelled,
                "error": rounded(modelled["p50"] / reported - 1),
                "inside": modelled["p05"] <= reported <= modelled["p95"],
            }
        )
    return sorted(rows, key=lambda row: row["end"])


def _summary(
    ticker: str, quarters: list[dict[str, Any]], snapshot: Snapshot, value: CompanyValue | None
) -> dict[str, Any]:
    own = [row for row in quarters if row["ticker"] == ticker]
    errors = [row["error"] for row in own]
    metric = REPORTED_AS.get(ticker, WHOLE)
    missing = None
    if not own and metric == WHOLE and (value is None or value.missing is not None):
        why = "" if value is None else f": {value.missing}"
        missing = f"{ticker} reports no revenue from AI alone and has no value{why}"
    elif not own:
        after = " after a whole year" if metric == WHOLE else ""
        missing = f"no quarter of {metric} for {ticker}{after} known by {snapshot.as_of}"
    return {
        "ticker": ticker,
        "metric": metric,
        "quarters": len(own),
        "mean_absolute_error": rounded(np.mean(np.abs(errors))) if own else None,
        "bias": rounded(np.mean(errors)) if own else None,
        "inside": rounded(np.mean([row["inside"] for row in own])) if own else None,
        "missing": missing,
    }
