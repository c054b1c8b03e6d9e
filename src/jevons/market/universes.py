"""Universes: which shares belonged to a group on a day, those included that have ended since.

A rule that is tried on today's survivors is tried on those for which buying the fall worked. The
universe of 2000 holds the technology and telecommunications members of the S&P 500 by the days on
which they joined and left the index, and McLeodUSA beside them. The placebo universe holds members
of the same sector whose business is payments, payroll, advice or analogue chips, and not the
build-out of AI. Which members belong to either is our reading.
"""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

from jevons.errors import UserError, did_you_mean
from jevons.market.price_table import PriceTable

DOTCOM = "technology-telecom-2000"
PLACEBO = "technology-placebo"


@dataclass(frozen=True, slots=True)
class Member:
    """A share in a universe.

    Attributes:
        first, last: days on which it belonged; last is None while it does. ended: day on which its
            company failed, None if it did not or that is not known. last_price: USD/share, of the
            last close before; None if not known. note, source_url: where that is from.
    """

    ticker: str
    company: str
    first: date
    last: date | None
    ended: date | None
    last_price: float | None
    note: str
    source_url: str

    def belongs(self, day: date) -> bool:
        """Whether it belonged on a day."""
        return self.first <= day and (self.last is None or day < self.last)


@cache
def universes() -> dict[str, tuple[Member, ...]]:
    """The universes that come with jevons, by name."""
    text = files("jevons.market").joinpath("universes.csv").read_text(encoding="utf-8")
    found: dict[str, list[Member]] = {}
    for row in csv.DictReader(text.splitlines()):
        member = Member(
            row["ticker"],
            row["company"],
            date.fromisoformat(row["from"]),
            _day(row["until"]),
            _day(row["ended"]),
            float(row["last_price"]) if row["last_price"] else None,
            row["note"],
            row["source_url"],
        )
        found.setdefault(row["universe"], []).append(member)
    return {name: tuple(members) for name, members in found.items()}


def members(name: str, day: date) -> tuple[Member, ...]:
    """Those that belonged to a universe on a day, by ticker; later ones are not known then.

    Raises:
        UserError: there is no such universe.
    """
    known = universes()
    if name not in known:
        raise UserError(f"no universe {name!r}{did_you_mean(name, known)}")
    return tuple(member for member in known[name] if member.belongs(day))


def coverage(name: str, day: date, table: PriceTable | None) -> dict[str, Any]:
    """The members on a day, what became of them, and which of them the prices hold.

    Raises:
        UserError: as in :func:`members`.
    """
    found = members(name, day)
    held = () if table is None else table.tickers
    rows = [
        {
            "ticker": member.ticker,
            "company": member.company,
            "from": member.first.isoformat(),
            "until": _text(member.last),
            "ended": _text(member.ended),
            "last_price": member.last_price,
            "has_prices": member.ticker in held,
        }
        for member in found
    ]
    return {
        "universe": name,
        "day": day.isoformat(),
        "members": rows,
        "have_left_since": sum(member.last is not None for member in found),
        "have_prices": sum(row["has_prices"] for row in rows),
        "without_prices": [row["ticker"] for row in rows if not row["has_prices"]],
    }


def ended_by(tickers: Sequence[str], name: str, day: date) -> frozenset[str]:
    """Tickers of a universe whose membership or company had ended by a day."""
    return frozenset(
        member.ticker
        for member in universes()[name]
        if member.ticker in tickers
        and any(end is not None and end <= day for end in (member.last, member.ended))
    )


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def _text(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
