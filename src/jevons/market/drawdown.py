"""How far each share is below the highest price of the 52 weeks before."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np

from jevons.facts.fact import Fact
from jevons.facts.snapshot import Snapshot
from jevons.market.known_prices import prices
from jevons.market.price_table import LONGEST_BREAK, PriceHistory, PriceTable
from jevons.market.splits import unadjusted_splits
from jevons.market.volatility import FEWEST_CLOSES, SESSIONS_A_YEAR, annual_volatility
from jevons.quantiles import rounded

WINDOW = timedelta(days=364)  # 52 weeks
WORST = 3  # days that are named


@dataclass(frozen=True, slots=True)
class High:
    """The highest price of 52 weeks: when it was reached if that is known, and its fact if any."""

    price: float
    day: date | None
    fact_id: str | None
    warning: str | None = None


def drawdown_state(
    snapshot: Snapshot, tickers: Sequence[str], table: PriceTable | None = None
) -> list[dict[str, Any]]:
    """Price, 52-week high and drawdown of each ticker on the day of a snapshot.

    Drawdown = price / high - 1, in [-1, 0]. The high is the larger of the fact ``high_52_week``
    and of the prices of the 364 days up to the price. Without such a fact it is given only if
    closes cover the 52 weeks without a break of more than :data:`LONGEST_BREAK` days.

    Args:
        snapshot: facts known on the day. tickers: which, in the order wanted.
        table: the user's own prices; they win over the facts on the same day.

    Returns:
        A record for each ticker: ``ticker``, ``price`` and ``high_52_week`` (USD/share),
        ``price_date``, ``high_52_week_date`` (None if unknown), ``age_days`` of the price,
        ``drawdown`` (1), ``scaled_drawdown`` (1, see :func:`scaled_drawdown`),
        ``days_under_water`` since the last session at the highest close so far, ``worst_days``
        (``day`` and ``change``, the lowest of the 52 weeks first), ``currency``, ``facts`` (ids),
        ``warnings``, and ``missing``: why a number is None, or None.
    """
    known = prices(snapshot, table)
    return [_record(snapshot, ticker, known.of(ticker)) for ticker in tickers]


def _record(snapshot: Snapshot, ticker: str, history: PriceHistory | None) -> dict[str, Any]:
    record: dict[str, Any] = {
        "ticker": ticker,
        "price": None,
        "price_date": None,
        "age_days": None,
        "high_52_week": None,
        "high_52_week_date": None,
        "drawdown": None,
        "scaled_drawdown": None,
        "days_under_water": None,
        "worst_days": [],
        "currency": "USD",
        "facts": [],
        "warnings": [],
        "missing": None,
    }
    if history is None:
        reason = (
            f"no closing price of {ticker} is known by {snapshot.as_of}; give a file of prices, "
            "or add a fact of the metric close"
        )
        return record | {"missing": reason}
    day, price = history.day(-1), float(history.close[-1])
    fact_id = history.fact_ids.get(day)
    record |= {
        "price": price,
        "price_date": day.isoformat(),
        "age_days": (snapshot.as_of - day).days,
        "currency": history.currency,
        "facts": [fact_id] if fact_id else [],
        "warnings": [*history.warnings, *_splits(history)],
        "days_under_water": days_under_water(history),
        "worst_days": worst_days(history),
    }
    high = _high(history, snapshot.latest(ticker, "high_52_week"))
    if high is None:
        reason = (
            f"the 52-week high of {ticker} on {day} is not known: its closes do not cover 52 "
            "weeks, and no fact of the metric high_52_week is of those weeks"
        )
        return record | {"missing": reason}
    record["facts"] += [high.fact_id] if high.fact_id else []
    record["warnings"] += [high.warning] if high.warning else []
    return record | {
        "high_52_week": high.price,
        "high_52_week_date": high.day.isoformat() if high.day else None,
        "drawdown": rounded(price / high.price - 1),
        "scaled_drawdown": scaled_drawdown(history, high.price),
    }


def scaled_drawdown(history: PriceHistory, high: float) -> float | None:
    """ln(P / H) / s: the fall in standard deviations of a year.

    s is the volatility of the 252 returns before the last one, so that the day itself does not
    excuse its own fall. None without enough unbroken closes.
    """
    volatility = annual_volatility(history.unbroken().close[-SESSIONS_A_YEAR - 2 : -1])
    if not volatility:
        return None
    return float(rounded(math.log(float(history.close[-1]) / high) / volatility))


def days_under_water(history: PriceHistory) -> int | None:
    """Calendar days since the last session at the highest close of the unbroken history.

    None with fewer closes than a volatility needs.
    """
    daily = history.unbroken()
    if len(daily) < FEWEST_CLOSES:
        return None
    peak = np.flatnonzero(daily.close == daily.close.max())[-1]
    return (daily.day(-1) - daily.day(int(peak))).days


def worst_days(history: PriceHistory, count: int = WORST) -> list[dict[str, Any]]:
    """The sessions of the last 52 weeks with the lowest change of the close from the one before.

    Sessions without a change below zero are not named; a change over a long break is not a day's.
    """
    daily = history.unbroken()
    if len(daily) < FEWEST_CLOSES:
        return []
    change = daily.close[1:] / daily.close[:-1] - 1
    change[daily.days[1:] <= np.datetime64(daily.day(-1) - WINDOW, "D")] = 0.0
    order = np.argsort(change, kind="stable")[:count]
    return [
        {"day": daily.day(int(at) + 1).isoformat(), "change": rounded(change[at])}
        for at in order
        if change[at] < 0
    ]


def _high(history: PriceHistory, stated: Fact | None) -> High | None:
    last = history.day(-1)
    first = last - WINDOW + timedelta(days=1)
    window = history.between(first, last)
    position = int(window.high.argmax())
    day = window.day(position)
    own = High(float(window.high[position]), day, window.fact_ids.get(day))
    if stated is None or stated.period_end < first:
        return own if _covers(window, first) else None
    warning = _age_warning(window, stated)
    if stated.central >= own.price:
        return High(stated.central, None, stated.fact_id, warning)
    return High(own.price, own.day, own.fact_id, warning)


def _age_warning(window: PriceHistory, stated: Fact) -> str | None:
    age = (window.day(-1) - stated.period_end).days
    if age <= LONGEST_BREAK:
        return None
    # Weeks that have left the window since then make it too high; unseen ones make it too low.
    seen = _covers(window, stated.period_end)
    doubt = "lower than this" if seen else "lower or higher than this"
    return (
        f"the high of {stated.entity} was published for {stated.period_end}, {age} days before "
        f"its price; the 52-week high may be {doubt}"
    )


def _splits(history: PriceHistory) -> tuple[str, ...]:
    """Warnings of the 52 weeks' overnight changes that look like a split that nothing tells."""
    recent = history.between(history.day(-1) - WINDOW, history.day(-1))
    if len(recent) < FEWEST_CLOSES:  # single days lie too far apart
        return ()
    return unadjusted_splits(
        history.ticker, recent.days, recent.close, np.ones(len(recent), dtype=np.float64)
    )


def _covers(history: PriceHistory, first: date) -> bool:
    """Whether there are closes from a day on without a long break."""
    since = history.between(first, history.day(-1))
    late = (since.day(0) - first).days
    return max(late, since.longest_gap()) <= LONGEST_BREAK
