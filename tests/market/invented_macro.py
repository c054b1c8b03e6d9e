"""Invented macroeconomic series whose regime can be worked out by hand."""

from datetime import date

import numpy as np

from jevons.market.macro_store import MacroSeries


def monthly(name: str, first: str, *values: float) -> MacroSeries:
    """A monthly series from a month on (``2015-01``), each figure known on the 7th of the next."""
    months = np.datetime64(first, "M") + np.arange(len(values))
    known = (months + 1).astype("datetime64[D]") + 6
    return MacroSeries(name, months.astype("datetime64[D]"), np.array(values, float), known)


def daily(name: str, first: date, *values: float) -> MacroSeries:
    """A daily series, each figure known on the next day."""
    days = np.datetime64(first, "D") + np.arange(len(values))
    return MacroSeries(name, days, np.array(values, float), days + 1)
