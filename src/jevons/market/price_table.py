"""Closing prices by ticker and session, read-only, and what of them was known on a day."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from hashlib import sha256
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

Days = NDArray[np.datetime64]
Numbers = NDArray[np.float64]

# Longest break of a market that is no gap: a week's closure with its weekends.
LONGEST_BREAK = 10  # days


@dataclass(frozen=True, slots=True, eq=False)
class PriceHistory:
    """Prices of one ticker.

    Attributes:
        days: (session,) days, rising, each once. close: (session,) USD/share, above zero.
        high: (session,) USD/share, the highest price known of the session; the close where no
            other is known.
        fact_ids: the fact behind a session, for sessions that come from the facts.
        warnings: what a reader of these prices should know.
        open, low, volume: (session,) USD/share, the first and the lowest price of the session, and
            the shares traded; None if one of them is unknown.
        currency: of the prices, where it is not USD.
        splits: day and ratio of the splits by which the prices before them were divided; None if
            that is not known, because the prices came adjusted.
    """

    ticker: str
    days: Days
    close: Numbers
    high: Numbers
    fact_ids: Mapping[date, str] = field(default_factory=lambda: MappingProxyType({}))
    warnings: tuple[str, ...] = ()
    open: Numbers | None = None
    currency: str = "USD"
    splits: tuple[tuple[date, float], ...] | None = None
    low: Numbers | None = None
    volume: Numbers | None = None

    def __post_init__(self) -> None:
        days = np.array(self.days, dtype="datetime64[D]")
        close, high = (np.array(values, np.float64) for values in (self.close, self.high))
        assert days.shape == close.shape == high.shape, "one close and one high a session"
        assert (np.diff(days) > np.timedelta64(0, "D")).all(), "days rise"
        assert (close > 0).all(), "prices are above zero"
        for name, values in (("days", days), ("close", close), ("high", high)):
            values.flags.writeable = False
            object.__setattr__(self, name, values)
        for name in ("open", "low", "volume"):
            object.__setattr__(self, name, self._whole(name))
        object.__setattr__(self, "fact_ids", MappingProxyType(dict(self.fact_ids)))

    def __len__(self) -> int:
        return len(self.days)

    def as_of(self, day: date) -> "PriceHistory":
        """The sessions up to a day; a session's prices are known on its own day."""
        count = int(np.searchsorted(self.days, np.datetime64(day, "D"), side="right"))
        return self._slice(slice(0, count))

    def between(self, first: date, last: date) -> "PriceHistory":
        """The sessions from ``first`` to ``last``, both counted."""
        start = int(np.searchsorted(self.days, np.datetime64(first, "D"), side="left"))
        stop = int(np.searchsorted(self.days, np.datetime64(last, "D"), side="right"))
        return self._slice(slice(start, stop))

    def day(self, position: int) -> date:
        """The day of a session, counted from 0, or from the end if negative."""
        found: Any = self.days[position].astype(object)
        assert isinstance(found, date)
        return found

    def longest_gap(self) -> int:
        """Most calendar days between two neighbouring sessions; 0 for fewer than two sessions."""
        return int(np.diff(self.days).astype(np.int64).max()) if len(self) > 1 else 0

    def unbroken(self) -> "PriceHistory":
        """The last sessions without a break of more than :data:`LONGEST_BREAK` days between them.

        Returns over longer gaps are not those of a day.
        """
        breaks = np.flatnonzero(np.diff(self.days).astype(np.int64) > LONGEST_BREAK)
        return self._slice(slice(int(breaks[-1]) + 1 if len(breaks) else 0, len(self)))

    def _whole(self, name: str) -> Numbers | None:
        """Opens, lows or volumes, read-only, if every session has one."""
        given = getattr(self, name)
        if given is None or not np.isfinite(given).all():
            return None
        values = np.array(given, np.float64)
        assert values.shape == self.close.shape, f"one {name} a session"
        assert (values >= 0 if name == "volume" else values > 0).all(), "prices are above zero"
        values.flags.writeable = False
        return values

    def _slice(self, part: slice) -> "PriceHistory":
        days = self.days[part]
        kept = set(days.tolist()) if self.fact_ids else set()
        fact_ids = {day: fact_id for day, fact_id in self.fact_ids.items() if day in kept}
        opens, low, volume = (
            None if values is None else values[part]
            for values in (self.open, self.low, self.volume)
        )
        return replace(
            self,
            days=days,
            close=self.close[part],
            high=self.high[part],
            fact_ids=fact_ids,
            open=opens,
            low=low,
            volume=volume,
        )


@dataclass(frozen=True, slots=True, eq=False)
class PriceTable:
    """Histories by ticker, in alphabetical order; tickers without a session are left out."""

    histories: Mapping[str, PriceHistory]

    def __post_init__(self) -> None:
        filled = {
            ticker: self.histories[ticker]
            for ticker in sorted(self.histories)
            if len(self.histories[ticker])
        }
        object.__setattr__(self, "histories", MappingProxyType(filled))

    def __len__(self) -> int:
        return sum(len(history) for history in self.histories.values())

    @property
    def tickers(self) -> tuple[str, ...]:
        """Every ticker with a price."""
        return tuple(self.histories)

    def of(self, ticker: str) -> PriceHistory | None:
        """The history of a ticker, or None if it has no price."""
        return self.histories.get(ticker)

    def as_of(self, day: date) -> "PriceTable":
        """The rows up to a day, and nothing later."""
        return PriceTable({name: history.as_of(day) for name, history in self.histories.items()})

    @property
    def price_hash(self) -> str:
        """SHA-256 of the content; the order of rows and files does not matter."""
        digest = sha256()
        for ticker, history in self.histories.items():
            digest.update(f"{ticker} {len(history)}\n".encode())
            for values in (history.days, history.close, history.high, history.open):
                digest.update(b"" if values is None else values.tobytes())
        return digest.hexdigest()
