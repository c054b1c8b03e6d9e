"""Where today's multiple stands among a share's own of the last five years, as they were known.

multiple(t) = price(t) x shares(t) / amount(t), with the trailing-year amount and the share count
that had been filed by t. The percentile is a mid-rank (Asness et al 2000 compare a share with its
own history in this way). Nothing known later enters an earlier multiple.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import numpy as np

from jevons.facts.fact import Fact
from jevons.facts.snapshot import Snapshot
from jevons.market import PriceHistory
from jevons.market.price_table import Numbers
from jevons.market.splits import NEAR_COUNT, nearest_split
from jevons.quantiles import rounded
from jevons.valuation.fundamentals import SHARES, trailing_years

YEARS = 5
FEWEST_SESSIONS = 252  # a rank among less than a year says little
AMOUNTS = {"price_sales": "total_revenue", "price_earnings": "net_income"}
COUNTS = ("diluted_shares", "shares_outstanding")


@dataclass(frozen=True, slots=True)
class Known:
    """What was known from a day on: amount over shares, USD a share of the last price, or None."""

    since: date
    per_share: float | None


def multiple_state(
    snapshot: Snapshot, ticker: str, history: PriceHistory | None, shares_per_listed: float = 1.0
) -> dict[str, dict[str, Any] | str | None]:
    """Price to sales and price to trailing earnings, each with its percentile.

    Args:
        history: prices adjusted for splits, up to the day. shares_per_listed: ordinary shares in
            one that is quoted.

    Returns:
        By multiple: ``value``, ``median``, ``percentile`` (0 to 100), ``sessions``, ``first_day``,
        ``share_missing`` (of sessions without a multiple, as where earnings are negative), or None;
        and ``missing``: why, or None.
    """
    state: dict[str, dict[str, Any] | str | None] = dict.fromkeys((*AMOUNTS, "missing"))
    if history is None or not len(history):
        return state | {"missing": f"no price of {ticker} is known by {snapshot.as_of}"}
    if history.currency != "USD":
        return state | {"missing": f"prices of {ticker} are in {history.currency}, figures in USD"}
    recent = history.between(history.day(-1) - timedelta(days=365 * YEARS), history.day(-1))
    if len(recent) >= FEWEST_SESSIONS:
        own = snapshot.earlier_view(snapshot.as_of, ticker, (*AMOUNTS.values(), *COUNTS))
        try:
            for name, metric in AMOUNTS.items():
                known = _known(own, ticker, metric, recent)
                state[name] = _ranked(_multiples(known, recent) / shares_per_listed, recent)
        except _UnknownSplitError as error:
            return state | {"missing": str(error)}
    if all(state[name] is None for name in AMOUNTS):
        reason = (
            f"revenue and shares of {ticker} with a year of daily prices after their filing are "
            "not known; take filings with: jevons pull filings, and prices with: jevons pull prices"
        )
        return state | {"missing": reason}
    return state


def price_sales_history(
    snapshot: Snapshot, ticker: str, history: PriceHistory, shares_per_listed: float = 1.0
) -> Numbers:
    """(session,) price to sales as it was known at each close; NaN where it was not.

    Everywhere NaN where the share count jumps as at a split that the prices do not tell.
    """
    metric = AMOUNTS["price_sales"]
    own = snapshot.earlier_view(snapshot.as_of, ticker, (metric, *COUNTS))
    try:
        known = _known(own, ticker, metric, history)
    except _UnknownSplitError:
        return np.full(len(history), np.nan)
    found: Numbers = _multiples(known, history) / shares_per_listed
    return found


class _UnknownSplitError(Exception):
    """The share count jumps as at a split that the prices do not tell."""


def _known(snapshot: Snapshot, ticker: str, metric: str, history: PriceHistory) -> list[Known]:
    """Amount per share from each day on which a figure became known."""
    wanted = (metric, *COUNTS)
    days = sorted(
        {
            fact.known_on
            for fact in (*snapshot.earlier, *snapshot.facts)
            if fact.metric in wanted and fact.stated_by == "company"
        }
    )
    counts: list[Fact] = []
    found = []
    for day in days:
        view = snapshot.earlier_view(day, ticker, wanted)
        years = trailing_years(view, ticker, metric)
        count = _shares(view, ticker)
        if count is not None and (not counts or counts[-1] is not count):
            counts.append(count)
        if not years or count is None:
            found.append(Known(day, None))
            continue
        amount = years[max(years, key=lambda window: (window[1], window[0]))].amount
        shares = count.central * SHARES[count.unit] * _later_splits(history, count.known_on)
        found.append(Known(day, amount / shares))
    _check_counts(ticker, counts, history)
    return found


def _shares(view: Snapshot, ticker: str) -> Fact | None:
    facts = [fact for name in COUNTS if (fact := view.latest(ticker, name, "company")) is not None]
    usable = [fact for fact in facts if fact.unit in SHARES and fact.central > 0]
    return max(usable, key=lambda fact: fact.period_end, default=None)


def _later_splits(history: PriceHistory, day: date) -> float:
    """Shares of the last price for one of a filing; filings restate for the splits before them."""
    return float(np.prod([ratio for split, ratio in history.splits or () if split > day]))


def _check_counts(ticker: str, counts: Sequence[Fact], history: PriceHistory) -> None:
    """Refuse a jump of the count as at a split, where the prices do not tell their splits."""
    if history.splits is not None:
        return
    for before, after in pairwise(counts):
        if after.known_on < history.day(0):
            continue
        ratio = after.central * SHARES[after.unit] / (before.central * SHARES[before.unit])
        if nearest_split(ratio, NEAR_COUNT) is not None:
            raise _UnknownSplitError(
                f"the share count of {ticker} went from {before.fact_id} to {after.fact_id} as at "
                "a split, and the price file tells no splits; take prices with: jevons pull prices"
            )


def _multiples(known: Sequence[Known], history: PriceHistory) -> Numbers:
    """(session,) price over the amount per share known at its close; NaN where not, or not > 0."""
    since = np.array([entry.since for entry in known], dtype="datetime64[D]")
    amounts = [np.nan, *(np.nan if k.per_share is None else k.per_share for k in known)]
    at = np.searchsorted(since, history.days, side="right")
    per_share = np.array(amounts)[at]
    found: Numbers = np.full(len(history), np.nan)
    np.divide(history.close, per_share, out=found, where=per_share > 0)
    return found


def _ranked(multiples: Numbers, history: PriceHistory) -> dict[str, Any] | None:
    known = np.isfinite(multiples)
    if not known.any() or not known[-1]:
        return None
    first = int(np.flatnonzero(known)[0])
    if known.sum() < FEWEST_SESSIONS:
        return None
    values, last = multiples[known], multiples[-1]
    rank = ((values < last).mean() + (values <= last).mean()) / 2
    return {
        "value": rounded(float(last)),
        "median": rounded(float(np.median(values))),
        "percentile": rounded(100 * float(rank)),
        "sessions": int(known.sum()),
        "first_day": history.day(first).isoformat(),
        "share_missing": rounded(float(1 - known[first:].mean())),
    }
