"""Macroeconomic series with their vintages from FRED and ALFRED (Federal Reserve Bank of St Louis).

ALFRED tells for each figure the days on which it stood. A request may cover at most 2,000 days on
which a series was changed, so a daily series is asked for in spans of years; a figure that stood
already when a span begins is told again with the first day of the span, and is merged here.
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

from jevons.errors import UserError, did_you_mean
from jevons.facts.fetch import Source
from jevons.market.macro_store import Figure, described, write_series

ADDRESS = "https://api.stlouisfed.org/fred"
NAME = "FRED"
KEY = "FRED_API_KEY"
PAUSE = 0.6  # s between requests; the source allows 120 a minute
FIRST, LAST = date(1776, 7, 4), date(9999, 12, 31)  # of the source's own calendar
SPAN = 5  # years of a request for a daily series: at most about 1,300 vintages
DAILY_FROM = 1995  # no daily vintages are older
LIMIT = 100_000  # rows of an answer


def pull_series(
    store: Path, names: Sequence[str], source: Source, key: str | None, pulled_at: datetime
) -> dict[str, Any]:
    """Fetch every series, then take all of them into the store in one transaction or none.

    Args:
        store: see :func:`jevons.market.macro_store.write_series`. names: as FRED names them; those
            that the regime reads if none. key: of the source's interface, free on registration.

    Raises:
        UserError: a name is unknown, the key is missing, an answer does not come or is no series.
    """
    known = described()
    wanted = [name.upper() for name in names] or list(known)
    for name in wanted:
        if name not in known:
            raise UserError(
                f"{name!r} is no series that jevons reads{did_you_mean(name, known)}; it reads "
                f"{', '.join(known)}"
            )
    if not key:
        raise UserError(
            f"{NAME} asks for a key; get one for nothing at https://fredaccount.stlouisfed.org and "
            f"set {KEY}"
        )
    figures: list[Figure] = []
    for name in wanted:
        figures += _vintages(name, source, key, pulled_at.date())
    digest = sha256(repr(figures).encode()).hexdigest()
    told = f"{source.address} {' '.join(wanted)}"
    answer = write_series(store, figures, digest, told, pulled_at)
    source.done()
    return {"store": str(store), "series": wanted, **answer, "hash": digest}


def _vintages(name: str, source: Source, key: str, today: date) -> list[Figure]:
    """Each figure of a series with the day from which it stood, oldest vintage first."""
    series = described()[name]
    if not series.revised:  # what was told on the day after is what is told today
        rows = _rows(source, name, key, today, today)
        return [(name, day, day + timedelta(1), value) for day, _, value in rows]
    found: dict[date, list[tuple[date, float | None]]] = {}
    for first, last in _spans(series.frequency, today):
        for day, since, value in _rows(source, name, key, first, last):
            told = found.setdefault(day, [])
            if not told or told[-1][1] != value:
                told.append((since, value))
    return [(name, day, since, value) for day, told in found.items() for since, value in told]


def _spans(frequency: str, today: date) -> Iterator[tuple[date, date]]:
    """Spans of real time that one request each may cover, in order."""
    if frequency != "day":
        yield FIRST, LAST
        return
    starts = [FIRST, *(date(year, 1, 1) for year in range(DAILY_FROM, today.year + 1, SPAN))]
    for first, following in zip(starts, [*starts[1:], None], strict=True):
        yield first, LAST if following is None else following - timedelta(1)


def _rows(
    source: Source, name: str, key: str, first: date, last: date
) -> Iterator[tuple[date, date, float | None]]:
    """Day, day from which it stood, and value of each row that stood in a span, in order."""
    offset = 0
    while True:
        document = source.json(
            f"series/observations?series_id={name}&file_type=json&realtime_start={first}"
            f"&realtime_end={last}&limit={LIMIT}&offset={offset}",
            secret=f"&api_key={key}",
        )
        try:
            rows = [
                (
                    date.fromisoformat(row["date"]),
                    date.fromisoformat(row["realtime_start"]),
                    None if row["value"] == "." else float(row["value"]),
                )
                for row in document["observations"]
            ]
            count = int(document["count"])
        except (KeyError, TypeError, ValueError) as error:
            raise UserError(
                f"{NAME} answered for {name} with no series that can be read; nothing was taken"
            ) from error
        yield from sorted(rows, key=lambda row: row[:2])
        offset += len(rows)
        if offset >= count or not rows:
            return
