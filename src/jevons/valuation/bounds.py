"""Whether a value leans on what has hardly been seen: what a reader should doubt first."""

from typing import Any

import jax
import numpy as np

from jevons.facts.snapshot import Snapshot
from jevons.quantiles import rounded
from jevons.valuation.fundamentals import trailing_years
from jevons.valuation.segments import base_margin
from jevons.valuation.value import CompanyValue

MOST_BEYOND = 0.75  # of enterprise value after the fade. Assumption: above it the rest is a detail.
FEWEST_YEARS = 3  # of reported margins, below which they are no history
BEYOND, MARGIN, SHARE = "beyond_2040", "margin_above_history", "sells_more_than_reported"


def bounds(value: CompanyValue, snapshot: Snapshot) -> dict[str, Any]:
    """Shares and rates at the edge of a value, and the flags that they raise.

    Returns:
        ``terminal_share``, ``terminal_growth`` beside ``risk_free_rate``, ``margin_2030`` beside
        ``margin_history_p90`` (over windows of a year that have been reported, None where fewer
        than :data:`FEWEST_YEARS` are known), all medians, and ``flags``; nothing where the company
        has no value.
    """
    if value.case is None or value.terminal_share is None:
        return {}
    x = value.case.x
    with jax.enable_x64(True):
        margin = float(np.median(np.asarray(base_margin(value.case))[:, -1]))
    history = _margins(value.company.ticker, snapshot)
    highest = float(np.quantile(history, 0.9)) if len(history) >= FEWEST_YEARS else None
    beyond = float(np.median(value.terminal_share))
    raised = {
        BEYOND: beyond > MOST_BEYOND,
        MARGIN: highest is not None and margin > highest,
        SHARE: any("exceeds the reported revenue" in text for text in value.warnings),
    }
    return {
        "terminal_share": rounded(beyond),
        "terminal_growth": rounded(np.median(np.asarray(x["terminal_growth"]))),
        "risk_free_rate": rounded(np.median(np.asarray(x["risk_free_rate"]))),
        "margin_2030": rounded(margin),
        "margin_history_p90": None if highest is None else rounded(highest),
        "flags": [name for name, up in raised.items() if up],
    }


def _margins(ticker: str, snapshot: Snapshot) -> list[float]:
    """Operating margin of every reported window of a year."""
    revenue = trailing_years(snapshot, ticker, "total_revenue")
    income = trailing_years(snapshot, ticker, "operating_income")
    return [
        income[window].amount / revenue[window].amount
        for window in revenue.keys() & income.keys()
        if revenue[window].amount > 0
    ]
