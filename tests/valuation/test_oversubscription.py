"""Prices that can, and cannot, all be right at once."""

import numpy as np
import pytest

from jevons.model.clock import QUARTERS
from jevons.valuation.chain_inputs import ChainInputs, build_out_ramp
from jevons.valuation.oversubscription import oversubscription, suppliers

from .reports import AS_OF

ONES = np.ones((3, len(QUARTERS)))
CHAIN = ChainInputs({"NVDA": 3 * ONES, "ANET": ONES}, {"MSFT": 5 * ONES, "META": ONES}, 10 * ONES)


def test_a_foundry_and_power_are_not_suppliers_of_capital() -> None:
    """The foundry is inside its customers' sales; power and gas are running costs."""
    assert set(suppliers()) == {"NVDA", "AMD", "AVGO", "ANET", "VRT", "ETN"}


def test_prices_of_one_build_out_go_together() -> None:
    """Four and four of six: NVDA 12 and ANET 4 a year against MSFT 20 and META 4, all times s."""
    answer = oversubscription({"NVDA": 2.0, "ANET": 2.0, "MSFT": 2.0, "META": 2.0}, CHAIN, AS_OF)
    assert answer["base_ratio"] == pytest.approx(16 / 24, rel=1e-5)
    assert answer["oversubscription"] == pytest.approx(1.0)


def test_suppliers_of_twice_the_build_out_are_oversubscribed() -> None:
    """Only NVDA has a root among suppliers: twice the base, but for the ramp within 2028."""
    answer = oversubscription({"NVDA": 2.0, "ANET": None, "MSFT": 1.0, "META": None}, CHAIN, AS_OF)
    year = 1 + build_out_ramp(AS_OF)[20:24].mean()
    assert answer["oversubscription"] == pytest.approx(year, rel=1e-5)
    assert answer["supplier_revenue"] == pytest.approx(12 * year, rel=1e-5)
    assert answer["buyer_spending"] == pytest.approx(20)
    assert set(answer["without_root"]) == {"AMD", "AVGO", "ANET", "VRT", "ETN", "META"}


def test_no_buyer_with_a_root_is_a_reason() -> None:
    answer = oversubscription({"NVDA": 2.0, "MSFT": None}, CHAIN, AS_OF)
    assert answer["ratio"] is None
    assert answer["reason"] == "no price of a buyer implies a build-out"
