"""Depositary receipts against the shares at home: what a receipt costs beyond them.

premium = receipt x local currency for a dollar / (ordinary shares in a receipt x local price) - 1,
on the last day on which all three closed. Taipei closes before New York on the same date, so news
of the American day is in the receipt alone.
"""

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np

from jevons.market.price_table import PriceTable
from jevons.quantiles import rounded


@dataclass(frozen=True, slots=True)
class Receipt:
    """A receipt, the share at home, ordinary shares in one, and the ticker of the currency."""

    ticker: str
    local: str
    ordinary_shares: float
    currency: str


@cache
def receipts() -> dict[str, Receipt]:
    """The receipts that are known, by ticker; sources in ``receipts.csv``."""
    text = files("jevons.market").joinpath("receipts.csv").read_text(encoding="utf-8")
    return {
        row["ticker"]: Receipt(
            row["ticker"], row["local"], float(row["ordinary_shares"]), row["currency"]
        )
        for row in csv.DictReader(text.splitlines())
    }


def receipt_premium(table: PriceTable, ticker: str) -> dict[str, Any] | None:
    """``local``, ``premium`` (1), ``date``; None for no receipt.

    ``premium`` is None, and ``missing`` says why, where one of the three prices is not given.
    """
    receipt = receipts().get(ticker)
    if receipt is None:
        return None
    state: dict[str, Any] = {"local": receipt.local, "premium": None, "date": None, "missing": None}
    names = receipt.ticker, receipt.local, receipt.currency
    lacking = [name for name in names if table.of(name) is None]
    if lacking:
        take = f"take them with: jevons pull prices {' '.join(names)} --from yfinance"
        return state | {"missing": f"no prices of {' and '.join(lacking)}; {take}"}
    given = [table.histories[name] for name in names]
    common = np.intersect1d(np.intersect1d(given[0].days, given[1].days), given[2].days)
    if not len(common):
        return state | {"missing": f"{', '.join(names)} have no day in common"}
    price, local, rate = (
        float(history.close[np.searchsorted(history.days, common[-1])]) for history in given
    )
    premium = price * rate / (receipt.ordinary_shares * local) - 1
    return state | {"premium": rounded(premium), "date": str(common[-1])}
