"""What a receipt costs beyond the shares at home, by hand."""

import numpy as np
import pytest

from jevons.market import PriceHistory, PriceTable
from jevons.market.receipts import receipt_premium, receipts
from jevons.valuation.company import company_of


def table(**closes: float) -> PriceTable:
    """Two sessions with the same close; the last day of ``local`` is a holiday at home."""
    days = np.array(["2025-03-10", "2025-03-11"], dtype="datetime64[D]")
    names = {"receipt": "TSM", "local": "2330.TW", "rate": "TWD=X"}
    found = {}
    for name, close in closes.items():
        own = days[:1] if name == "local" else days
        values = np.full(len(own), close)
        found[names[name]] = PriceHistory(names[name], own, values, values)
    return PriceTable(found)


def test_premium_by_hand() -> None:
    # 165 USD x 33 TWD/USD = 5,445 TWD for five shares of 990 TWD, 4,950 TWD: a tenth more.
    state = receipt_premium(table(receipt=165, local=990, rate=33), "TSM")
    assert state == {"local": "2330.TW", "premium": 0.1, "date": "2025-03-10", "missing": None}


def test_what_is_missing_is_named_and_others_have_no_home_share() -> None:
    state = receipt_premium(table(receipt=165), "TSM")
    assert state is not None
    assert state["missing"].startswith(
        "no prices of 2330.TW and TWD=X; take them with: jevons pull"
    )
    assert receipt_premium(table(receipt=165), "NVDA") is None


@pytest.mark.parametrize("ticker", receipts())
def test_the_ratio_is_that_of_the_valuation(ticker: str) -> None:
    assert company_of(ticker).shares_per_listed == receipts()[ticker].ordinary_shares
