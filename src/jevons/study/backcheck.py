"""Modelled against reported AI revenue, by company and reported quarter, as of a day.

Only revenue that a company reports for AI itself, or for the business that the chain models, can
be compared; a company that reports none is named with the reason. The chain is anchored on some of
these figures, so this is a check of fit, not of foresight; ``jevons replay`` scores forecasts.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from jevons.facts.snapshot import Snapshot
from jevons.model.clock import FIRST_YEAR
from jevons.model.revenue import companies
from jevons.quantiles import rounded, summarise
from jevons.valuation import ChainInputs
from jevons.valuation.chain_inputs import within
from jevons.valuation.fundamentals import MONEY, QUARTER_DAYS

# The reported metric that is the chain's AI revenue of the company.
REPORTED_AS: Mapping[str, str] = {
    "NVDA": "data_center_revenue",
    "AVGO": "ai_semiconductor_revenue",
}


def backcheck(snapshot: Snapshot, chain: ChainInputs) -> dict[str, Any]:
    """Every comparable quarter, the error by company, and who reports nothing to compare.

    Returns:
        ``quarters``: ``ticker, metric, start, end, known_on, fact_id, reported`` (USD_bn),
        ``modelled`` (quantiles over the same days), ``error`` = modelled median / reported - 1,
        ``inside`` (reported within 5 to 95 %). ``companies``: ``ticker, quarters,
        mean_absolute_error, bias, inside`` (share of quarters), ``missing``.
    """
    quarters = [row for ticker in REPORTED_AS for row in _quarters(ticker, snapshot, chain)]
    return {
        "as_of": snapshot.as_of.isoformat(),
        "companies": [_summary(ticker, quarters, snapshot) for ticker in companies()],
        "quarters": quarters,
    }


def _quarters(ticker: str, snapshot: Snapshot, chain: ChainInputs) -> list[dict[str, Any]]:
    rows = []
    metric = REPORTED_AS[ticker]
    for fact in snapshot.select(entity=ticker, metric=metric, stated_by="company"):
        start, end = fact.period_start, fact.period_end
        if start is None or start.year < FIRST_YEAR or end > snapshot.as_of:
            continue  # before the clock, or a forecast
        if not QUARTER_DAYS[0] <= (end - start).days + 1 <= QUARTER_DAYS[1]:
            continue
        reported = fact.central * MONEY[fact.unit]
        modelled = summarise(within(chain.ai_revenue[ticker], start, end), "USD_bn")
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


def _summary(ticker: str, quarters: list[dict[str, Any]], snapshot: Snapshot) -> dict[str, Any]:
    own = [row for row in quarters if row["ticker"] == ticker]
    errors = [row["error"] for row in own]
    missing = None
    if ticker not in REPORTED_AS:
        missing = f"{ticker} reports no revenue from AI alone"
    elif not own:
        missing = f"no quarter of {REPORTED_AS[ticker]} for {ticker} known by {snapshot.as_of}"
    return {
        "ticker": ticker,
        "quarters": len(own),
        "mean_absolute_error": rounded(np.mean(np.abs(errors))) if own else None,
        "bias": rounded(np.mean(errors)) if own else None,
        "inside": rounded(np.mean([row["inside"] for row in own])) if own else None,
        "missing": missing,
    }
