"""Modelled against reported revenue, by company and reported quarter, as of a day.

Where a company reports revenue for AI itself, or for the business that the chain models, the chain
is held against that. Of the others all revenue is compared, as of each quarter: the chain's AI
revenue, and the base business as it would have been valued then, that is the last whole year that
had ended before the quarter and was known by its end, grown at the drawn rate and spread evenly
over the year. No quarter is in its own base. The chain is anchored on some of these figures, so
this is a check of fit, not of foresight; ``jevons replay`` scores forecasts.

Where prices go in cycles, a quarter is modelled at the prices of the year before it. What the
prices did is told by the margins of both: at the same unit cost they are (1 - m) / (1 - m') times
as high. With the base business at the quarter's own price, what is left is volume and AI.
"""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, NamedTuple

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
INCOME = "operating_income"
Draws = NDArray[np.float64]


class Revenue(NamedTuple):
    """Modelled revenue over a window, (draw,), USD_bn, and that at the window's own prices."""

    drawn: Draws
    at_its_price: Draws | None = None


# None where nothing before the window is known to start from.
Modelled = Callable[[date, date], Revenue | None]


def backcheck(
    snapshot: Snapshot, chain: ChainInputs, values: Mapping[str, CompanyValue]
) -> dict[str, Any]:
    """Every comparable quarter, the error by company, and who has nothing to compare.

    Args:
        values: the companies as valued, for the base business of those without AI revenue.

    Returns:
        ``quarters``: ``ticker, metric, start, end, known_on, fact_id, reported`` (USD_bn),
        ``modelled`` (quantiles over the same days), ``error`` = modelled median / reported - 1,
        ``error_at_its_price`` (of makers whose prices go in cycles), ``inside`` (reported within 5
        to 95 %). ``companies``: ``ticker, metric, quarters, mean_absolute_error, bias,
        error_at_its_price`` (mean absolute), ``inside`` (share of quarters), ``missing``.
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
        return lambda start, end: Revenue(within(path, start, end))
    if value is None or value.case is None:
        return None
    growth = 1 + np.asarray(value.case.x["base_growth"])
    cyclical = value.company.cyclical

    def whole(start: date, end: date) -> Revenue | None:
        year = _year_before(ticker, snapshot, start, end)
        if year is None:
            return None
        began, ended, amount = year
        base = np.maximum(amount - within(path, began, ended), 0.0)
        middle = (year_fraction(began) + year_fraction(ended)) / 2
        first, last = year_fraction(start), year_fraction(end) + 1 / 365
        grown = base * growth ** ((first + last) / 2 - middle) * (last - first)
        ai = within(path, start, end)
        price = _price(ticker, snapshot, (began, ended), (start, end)) if cyclical else None
        return Revenue(grown + ai, None if price is None else grown * price + ai)

    return whole


def _price(
    ticker: str, snapshot: Snapshot, year: tuple[date, date], quarter: tuple[date, date]
) -> float | None:
    """The price of a quarter over that of a year before it, from both margins at one unit cost."""
    before, own = (_margin(ticker, snapshot, window) for window in (year, quarter))
    return None if before is None or own is None else (1 - before) / (1 - own)


def _margin(ticker: str, snapshot: Snapshot, window: tuple[date, date]) -> float | None:
    revenue, income = (_amount(ticker, snapshot, metric, window) for metric in (WHOLE, INCOME))
    return None if revenue is None or income is None else income / revenue


def _amount(
    ticker: str, snapshot: Snapshot, metric: str, window: tuple[date, date]
) -> float | None:
    """What was reported over a year, or else over a quarter, USD_bn."""
    year = trailing_years(snapshot, ticker, metric).get(window)
    if year is not None:
        return year.amount
    for fact in snapshot.select(ticker, metric, "company"):
        if (fact.period_start, fact.period_end) == window:
            return fact.central * MONEY[fact.unit]
    return None


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
        found = revenue(start, end)
        if found is None:
            continue  # no whole year before it is known
        reported = fact.central * MONEY[fact.unit]
        modelled = summarise(found.drawn, "USD_bn")
        dated = None if found.at_its_price is None else float(np.median(found.at_its_price))
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
                "error_at_its_price": None if dated is None else rounded(dated / reported - 1),
                "inside": modelled["p05"] <= reported <= modelled["p95"],
            }
        )
    return sorted(rows, key=lambda row: row["end"])


def _summary(
    ticker: str, quarters: list[dict[str, Any]], snapshot: Snapshot, value: CompanyValue | None
) -> dict[str, Any]:
    own = [row for row in quarters if row["ticker"] == ticker]
    errors = [row["error"] for row in own]
    dated = [row["error_at_its_price"] for row in own if row["error_at_its_price"] is not None]
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
        "error_at_its_price": rounded(np.mean(np.abs(dated))) if dated else None,
        "inside": rounded(np.mean([row["inside"] for row in own])) if own else None,
        "missing": missing,
    }
