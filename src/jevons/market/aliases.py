"""One name for a share through its life: tickers that were renamed, or given to another company."""

import csv
import re
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files

CLASS_OF_SHARES = re.compile(r"([A-Z]+)[./]([A-C])")  # BRK.B and BRK/B are BRK-B


@dataclass(frozen=True, slots=True)
class Alias:
    """What a ticker stood for over some days.

    Attributes:
        ticker: as quoted from ``first`` to ``last``. name: under which its prices are kept.
        again_from: first day on which the ticker stands for the share of that name again; None if
            it has not been given anew.
    """

    ticker: str
    first: date
    last: date
    name: str
    again_from: date | None


@cache
def aliases() -> tuple[Alias, ...]:
    """The dated aliases that come with jevons; each has its source in ``aliases.csv``."""
    text = files("jevons.market").joinpath("aliases.csv").read_text(encoding="utf-8")
    return tuple(
        Alias(
            row["ticker"],
            date.fromisoformat(row["from"]),
            date.fromisoformat(row["until"]),
            row["name"],
            date.fromisoformat(row["again_from"]) if row["again_from"] else None,
        )
        for row in csv.DictReader(text.splitlines())
    )


def spelled(ticker: str) -> str:
    """A ticker in capitals, classes of shares with a hyphen.

    >>> spelled("brk.b"), spelled("2330.tw")
    ('BRK-B', '2330.TW')
    """
    whole = CLASS_OF_SHARES.fullmatch(ticker.upper())
    return f"{whole[1]}-{whole[2]}" if whole else ticker.upper()


def name_of(ticker: str, day: date) -> str | None:
    """The name under which prices of a ticker on a day are kept; None if it stood for no share.

    >>> name_of("FB", date(2020, 1, 2)), name_of("FB", date(2023, 1, 3))
    ('META', None)
    >>> name_of("CEG", date(2011, 6, 1)), name_of("CEG", date(2024, 6, 3))
    ('CEG-2012', 'CEG')
    """
    for alias in aliases():
        if alias.ticker == ticker and day >= alias.first:
            if day <= alias.last:
                return alias.name
            return ticker if alias.again_from and day >= alias.again_from else None
    return ticker


def today_of(ticker: str) -> str:
    """The name of a share that a user may still call by an old ticker.

    >>> today_of("FB"), today_of("CEG"), today_of("brk.b")
    ('META', 'CEG', 'BRK-B')
    """
    written = spelled(ticker)
    renamed = (a.name for a in aliases() if a.ticker == written and a.again_from is None)
    return next(renamed, written)
