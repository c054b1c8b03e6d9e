"""One share's sessions as a simulation reads them, with everything that happened on them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from jevons.errors import UserError
from jevons.market import PriceHistory, PriceTable
from jevons.market.actions import Action
from jevons.market.calendars import currency_of
from jevons.market.price_table import LONGEST_BREAK
from jevons.market.splits import unadjusted_splits

Numbers = NDArray[np.float64]
FEWEST_SESSIONS = 2  # one to decide on and one to fill at


@dataclass(frozen=True, slots=True, eq=False)
class Bars:
    """Sessions of one share, prices as they were quoted; all arrays are (session,).

    Prices are in the currency of the share.

    Attributes:
        days: days, rising. open, high, close: 1/share. split: new shares for one old before the
            open, 1 on other days. dividend: 1/share that goes ex. pay_at: session at which it
            is paid, one past the last if later.
        gap_days: calendar days since the session before, 0 for the first.
        low: of the price; volume: shares traded; None where a session lacks it.
        rate: USD for one of ``currency``; None if that is the dollar.
        end: session at whose open holders receive ``end_value`` and the listing ends; -1 if none.
    """

    ticker: str
    days: NDArray[np.datetime64]
    open: Numbers
    high: Numbers
    close: Numbers
    split: Numbers
    dividend: Numbers
    pay_at: NDArray[np.int64]
    gap_days: Numbers
    end: int = -1
    end_value: float = 0.0
    warnings: tuple[str, ...] = ()
    low: Numbers | None = None
    volume: Numbers | None = None
    currency: str = "USD"
    rate: Numbers | None = None

    def __len__(self) -> int:
        return len(self.days)

    @property
    def fx(self) -> Numbers:
        """USD for one of the currency, (session,)."""
        return np.ones(len(self)) if self.rate is None else self.rate

    @property
    def usd(self) -> Numbers:
        """Close in USD/share, (session,)."""
        return self.close if self.rate is None else self.close * self.rate

    @property
    def factor(self) -> Numbers:
        """Shares today of one share at the start, (session,).

        Prices times this factor are comparable over time, and no later split changes an earlier
        one, as it would if old prices were divided.
        """
        if (self.split == 1).all():
            return np.ones(len(self))
        return np.asarray(np.cumprod(self.split), dtype=np.float64)


def bars_of(
    history: PriceHistory, actions: Sequence[Action] = (), rates: PriceHistory | None = None
) -> Bars:
    """Put prices and actions together.

    Args:
        history: prices of one ticker as quoted, with opens.
        actions: of any ticker; those of this one are taken. Without any, prices should be adjusted
            for splits. One that falls between sessions counts at the next one; a delisting after
            the last session adds a session on which holders are paid.
        rates: units of the share's currency for a dollar (e.g. TWD=X), if it is not the dollar.

    Raises:
        UserError: there are no opens or too few sessions, prices go on after the delisting, or
            no rate of the currency is known.
    """
    ticker = history.ticker
    if len(history) < FEWEST_SESSIONS:
        raise UserError(f"{ticker} has {len(history)} prices; a ladder needs {FEWEST_SESSIONS}")
    if history.open is None:
        raise UserError(
            f"the prices of {ticker} have no open on some sessions; orders are filled at the next "
            "open, so add the column open to the file"
        )
    own = [action for action in actions if action.ticker == ticker]
    ends = [action for action in own if action.kind == "delisting"]
    days, end = history.days, -1
    opens, high, close = history.open, history.high, history.close
    low, volume = history.low, history.volume
    if ends:
        last, day = days[-1], np.datetime64(ends[0].day, "D")
        if len(ends) > 1 or last > day:
            raise UserError(f"{ticker} is delisted on {ends[0].day} but has prices to {last}")
        # Holders are paid on a session of its own; its prices are read by nobody.
        end = len(days)
        days = np.append(days, max(day, last + np.timedelta64(1, "D")))
        opens, high, close = (np.append(x, x[-1]) for x in (opens, high, close))
        low = None if low is None else np.append(low, low[-1])
        volume = None if volume is None else np.append(volume, 0.0)
    split, dividend = np.ones(len(days)), np.zeros(len(days))
    pay_at = np.arange(len(days))
    for action in own:
        at = int(np.searchsorted(days, np.datetime64(action.day, "D")))
        if at == len(days) or (at == 0 and np.datetime64(action.day, "D") < days[0]):
            continue
        if action.kind == "split":
            split[at] *= action.value
        elif action.kind == "dividend":
            dividend[at] += action.value
            paid = np.datetime64(action.paid_on or action.day, "D")
            pay_at[at] = max(at, int(np.searchsorted(days, paid)))
    return Bars(
        ticker,
        days,
        opens,
        high,
        close,
        split,
        dividend,
        pay_at,
        np.diff(days, prepend=days[0]).astype(np.float64),
        end,
        ends[0].value if ends else 0.0,
        (*history.warnings, *unadjusted_splits(ticker, days, close, split)),
        low,
        volume,
        history.currency,
        None if history.currency == "USD" else dollars(ticker, history.currency, days, rates),
    )


def bars_in(table: PriceTable, ticker: str, actions: Sequence[Action] = ()) -> Bars:
    """A share of a table, with the rate of its currency where that is not the dollar.

    A share whose exchange quotes in another currency is taken to be in it if the table holds the
    rate, e.g. TWD=X beside 2330.TW; otherwise its prices are in dollars.

    Raises:
        UserError: see :func:`bars_of`.
    """
    history = table.histories[ticker]
    if history.currency == "USD" and table.of(f"{currency_of(ticker)}=X") is not None:
        history = replace(history, currency=currency_of(ticker))
    return bars_of(history, actions, table.of(f"{history.currency}=X"))


def dollars(
    ticker: str, currency: str, days: NDArray[np.datetime64], rates: PriceHistory | None
) -> Numbers:
    """USD for one of a currency at each session: by the last rate up to its day.

    Raises:
        UserError: no rate is known, or none of the last :data:`LONGEST_BREAK` days.
    """
    name = f"{currency}=X"
    if rates is None:
        raise UserError(
            f"{ticker} is quoted in {currency}; give {name} ({currency} for a dollar) among the "
            "prices"
        )
    last = np.searchsorted(rates.days, days, side="right") - 1
    old = days - rates.days[np.maximum(last, 0)] > np.timedelta64(LONGEST_BREAK, "D")
    lacking = np.flatnonzero((last < 0) | old)
    if len(lacking):
        raise UserError(
            f"{name} has no rate in the {LONGEST_BREAK} days up to {days[lacking[0]]}, which "
            f"{ticker} needs; pull it again, or leave out those sessions"
        )
    return np.asarray(1 / rates.close[last], dtype=np.float64)
