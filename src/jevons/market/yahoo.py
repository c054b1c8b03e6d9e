"""Daily bars and actions from the chart documents of Yahoo Finance, turned back into quoted prices.

The source divides prices by every later split; they are multiplied again, so that what is stored
never changes with a later split. Dividends are given the same way.
"""

import csv
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from math import prod
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import quote

from jevons.errors import UserError
from jevons.facts.fetch import Source
from jevons.market.calendars import currency_of
from jevons.market.price_store import pull

ADDRESS = "https://query1.finance.yahoo.com"
NAME = "Yahoo Finance"
FIELDS = ("open", "high", "low", "close")
DIGITS = 6  # significant; the source's are those of a 32-bit number
DAY = 86_400  # s


def pull_charts(
    store: Path, tickers: Sequence[str], source: Source, pulled_at: datetime
) -> dict[str, Any]:
    """Fetch every ticker, then take all of them into the store in one transaction or none.

    Sessions of the day of the pull are left out: they may not be over. Where the source keeps its
    answers, a pull that was interrupted goes on on the same day without asking for them again.

    Args:
        store, pulled_at: see :func:`jevons.market.price_store.pull`.

    Raises:
        UserError: as there, or an answer does not come, or is no chart.
    """
    currencies: dict[str, str] = {}
    with TemporaryDirectory() as folder:
        prices, actions = Path(folder) / "prices.csv", Path(folder) / "actions.csv"
        with (
            prices.open("w", encoding="utf-8", newline="") as bars_stream,
            actions.open("w", encoding="utf-8", newline="") as actions_stream,
        ):
            bars, acts = csv.writer(bars_stream), csv.writer(actions_stream)
            bars.writerow(("date", "ticker", *FIELDS, "volume"))
            acts.writerow(("date", "ticker", "action", "value"))
            for ticker in tickers:
                chart = _chart(source, ticker, pulled_at)
                found, splits = rows(chart, ticker, pulled_at)
                currencies[ticker] = str(chart["meta"].get("currency") or currency_of(ticker))
                bars.writerows(found)
                acts.writerows(splits)
        name = f"{source.address} {' '.join(tickers)}"
        answer = pull(store, [prices], [actions], pulled_at, source=name, currencies=currencies)
    source.done()
    return answer


def rows(
    chart: Mapping[str, Any], ticker: str, pulled_at: datetime
) -> tuple[list[tuple[str, ...]], list[tuple[str, ...]]]:
    """Bars and actions of a chart, as texts.

    Returns:
        Rows of date, ticker, open, high, low, close, volume; rows of date, ticker, action, value.
    """
    try:
        offset = int(chart["meta"]["gmtoffset"])
        quotes = chart["indicators"]["quote"][0]
        days = [_day(stamp, offset) for stamp in chart["timestamp"]]
        events = chart.get("events") or {}
        splits = {
            _day(event["date"], offset): event["numerator"] / event["denominator"]
            for event in (events.get("splits") or {}).values()
        }
        dividends = {
            _day(event["date"], offset): event["amount"]
            for event in (events.get("dividends") or {}).values()
        }
        columns = [quotes[field] for field in FIELDS]
        volumes = quotes.get("volume") or [None] * len(days)
        bars = [
            (
                day.isoformat(),
                ticker,
                *(_quoted(value, day, splits) for value in values),
                _traded(volume, day, splits),
            )
            for day, volume, *values in zip(days, volumes, *columns, strict=True)
            if day < _day(int(pulled_at.timestamp()), offset)
        ]
        actions = [(day.isoformat(), ticker, "split", repr(r)) for day, r in splits.items()]
        actions += [
            (day.isoformat(), ticker, "dividend", _quoted(amount, day, splits))
            for day, amount in dividends.items()
        ]
    except (KeyError, IndexError, TypeError, ValueError, ZeroDivisionError) as error:
        raise UserError(
            f"{NAME} answered for {ticker} with no chart that can be read; nothing was taken"
        ) from error
    return bars, sorted(actions)


def _chart(source: Source, ticker: str, pulled_at: datetime) -> Mapping[str, Any]:
    # The end of the day, so that the same day asks the same question.
    until = int(pulled_at.timestamp()) // DAY * DAY + DAY
    document = source.json(
        f"v8/finance/chart/{quote(ticker)}?period1=0&period2={until}&interval=1d&events=div%7Csplit"
    )
    chart = document.get("chart") if isinstance(document, dict) else None
    if not isinstance(chart, dict) or not chart.get("result"):
        error = (chart or {}).get("error") or {}
        raise UserError(
            f"{NAME} gives no prices of {ticker} ({error.get('description', 'no reason told')}); "
            "check the ticker"
        )
    found: Mapping[str, Any] = chart["result"][0]
    return found


def _day(stamp: int, offset: int) -> date:
    """The day of a session on its exchange; ``offset`` in s east of Greenwich."""
    return datetime.fromtimestamp((stamp + offset) // DAY * DAY, UTC).date()


def _quoted(value: float | None, day: date, splits: Mapping[date, float]) -> str:
    """A number as it was before the splits that came after the day; nothing where there is none."""
    if value is None:
        return ""
    return repr(float(f"{value * _later(day, splits):.{DIGITS}g}"))


def _traded(volume: float | None, day: date, splits: Mapping[date, float]) -> str:
    """Shares that changed hands, in shares of that day."""
    return "" if volume is None else str(round(volume / _later(day, splits)))


def _later(day: date, splits: Mapping[date, float]) -> float:
    """New shares for one of the day, by the splits that came after it."""
    return prod(ratio for split, ratio in splits.items() if split > day)
