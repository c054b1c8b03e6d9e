"""Which days an exchange traded, and at which exchange a ticker is quoted."""

import warnings
from datetime import date
from functools import cache

import numpy as np

from jevons.errors import UserError, did_you_mean
from jevons.market.price_table import Days

HOME = "XNYS"  # of a ticker without a suffix; Nasdaq keeps the same days
# Suffixes of Yahoo Finance and the exchange (ISO 10383) that each stands for.
SUFFIXES = {
    "HK": "XHKG",
    "SS": "XSHG",
    "SZ": "XSHG",  # Shenzhen keeps the days of Shanghai
    "TW": "XTAI",
    "TWO": "XTAI",
    "KS": "XKRX",
    "KQ": "XKRX",
    "T": "XTKS",
    "L": "XLON",
    "AS": "XAMS",
    "PA": "XPAR",
    "DE": "XETR",
    "MI": "XMIL",
    "TO": "XTSE",
}
# Currency of prices by exchange; London quotes in pence.
CURRENCIES = {
    "XNYS": "USD",
    "XHKG": "HKD",
    "XSHG": "CNY",
    "XTAI": "TWD",
    "XKRX": "KRW",
    "XTKS": "JPY",
    "XLON": "GBp",
    "XAMS": "EUR",
    "XPAR": "EUR",
    "XETR": "EUR",
    "XMIL": "EUR",
    "XTSE": "CAD",
}
DOLLAR = "USD"
FIRST = date(1985, 1, 1)  # earlier bars are not judged by a calendar


def exchange_of(ticker: str) -> str | None:
    """The exchange of a ticker by its suffix; None where it is not known, or not one exchange.

    >>> exchange_of("NVDA"), exchange_of("2330.TW"), exchange_of("^GSPC"), exchange_of("BTC-USD")
    ('XNYS', 'XTAI', 'XNYS', None)
    >>> exchange_of("TWD=X"), exchange_of("BRK.B")
    (None, 'XNYS')
    """
    if "=" in ticker or ticker.endswith("-USD"):
        return None
    name, _, suffix = ticker.rpartition(".")
    if not name or (len(suffix) == 1 and suffix not in SUFFIXES):  # a class of shares
        return HOME
    return SUFFIXES.get(suffix)


def currency_of(ticker: str, exchange: str | None = None) -> str:
    """The currency in which a ticker is quoted, by its exchange or its suffix.

    >>> currency_of("TSM"), currency_of("2330.TW"), currency_of("TWD=X"), currency_of("BTC-USD")
    ('USD', 'TWD', 'TWD', 'USD')
    """
    if ticker.endswith("=X"):  # units of the currency for one dollar
        return ticker[:-2][-3:]
    return CURRENCIES.get(exchange or exchange_of(ticker) or "", DOLLAR)


@cache
def sessions(exchange: str) -> Days:
    """Days on which an exchange trades, from 1985 or its own start to the end of its calendar.

    Source: the package exchange_calendars, which keeps holidays and unplanned closures.

    Raises:
        UserError: there is no calendar of that name.
    """
    import exchange_calendars as known

    names = known.get_calendar_names(include_aliases=False)
    if exchange not in names:
        raise UserError(
            f"--exchange {exchange!r} has no calendar{did_you_mean(exchange, names)}; give its "
            "market code, e.g. XNYS"
        )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of pandas to the package, about its own future
        earliest = known.get_calendar(exchange).bound_min()
        start = FIRST if earliest is None else max(FIRST, earliest.date())
        calendar = known.get_calendar(exchange, start=start)
        days = calendar.sessions.to_numpy().astype("datetime64[D]")
    days.flags.writeable = False
    found: Days = days
    return found


def missing_sessions(exchange: str, days: Days) -> Days:
    """Sessions of an exchange between the first and the last of some days that are not among them.

    Sessions before the calendar begins, or after it ends, are not told.
    """
    known = sessions(exchange)
    within = known[(known >= days[0]) & (known <= days[-1])]
    found: Days = np.setdiff1d(within, days)
    return found
