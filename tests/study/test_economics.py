"""Blocks told in their own units, and each put back together to the value's own numbers."""

from datetime import date
from functools import cache
from typing import Any

import jax
import numpy as np
import pytest

from jevons.facts import load
from jevons.model.simulate import inputs_drawn
from jevons.study import Study
from jevons.valuation.chain_inputs import by_year
from jevons.valuation.segments import ai_margin

DRAWS = 300


@cache
def study() -> Study:
    store = load()
    return Study(store, store.last_known_on, draws=DRAWS)


def told(ticker: str) -> dict[str, Any]:
    found: dict[str, Any] = study().value(ticker)["economics"]
    return found


def test_gigawatts_times_hours_times_price_are_the_revenue() -> None:
    own = study().companies
    revenue = by_year(own.chain.ai_revenue["VST"])[:, 5]
    drawn = inputs_drawn(own.experiment, ["electricity_contract_price"], DRAWS)
    gigawatts = revenue * 1e9 / (drawn["electricity_contract_price"] * 8760) / 1e3
    assert told("VST")["ai_gw"]["p50"] == pytest.approx(np.median(gigawatts), rel=1e-4)
    assert told("VST")["ai_gw"]["unit"] == "GW"


def test_contracts_known_and_begun_by_2028_are_added() -> None:
    """Comanche Peak 1.2 GW and Meta's 2.609 GW; Constellation 0.835 and 1.121; one of NextEra's
    begins in 2029 and is left out."""
    assert told("VST")["contracted"]["amount"] == pytest.approx(3.809)
    assert told("CEG")["contracted"]["amount"] == pytest.approx(1.956)
    assert "CAR-0157" not in told("NEE")["contracted"]["facts"]
    assert told("EQT")["contracted"] == {
        "amount": 665_000.0, "of": "MMBtu/day", "facts": ["CAR-0161"],
    }  # fmt: skip


def test_volume_times_the_price_at_the_well_is_the_revenue_of_ais_gas() -> None:
    own = study().companies
    revenue = by_year(own.chain.ai_revenue["EQT"])[:, 5]
    drawn = inputs_drawn(own.experiment, ["gas_netback"], DRAWS)
    volume = revenue * 1e9 / drawn["gas_netback"] / 365
    assert told("EQT")["ai_volume"]["p50"] == pytest.approx(np.median(volume), rel=1e-4)


def test_netback_starts_at_revenue_over_volume_and_costs_are_its_margin() -> None:
    reported = study().companies.valued("EQT").reported
    assert reported is not None
    found = told("EQT")
    assert found["netback_reported"] == pytest.approx(reported.revenue / 2.350, rel=1e-4)
    expected = found["netback_reported"] * (1 - reported.margin)
    assert found["unit_cost"] == pytest.approx(expected, rel=1e-4)


def test_merchant_gigawatts_are_those_that_are_not_under_contract() -> None:
    """Talen owns 13.2 GW and sold 8.745 at auction; standing plants serve part of AI's."""
    found = told("TLN")
    assert found["generating_gw"] == 13.2
    assert found["cleared_gw"] == 8.745
    assert 13.2 - found["ai_gw"]["p95"] < found["merchant_gw"]["p50"] < 13.2


def test_a_dearer_market_leaves_less_above_it() -> None:
    """1 - market / contract at the medians, up to what medians of ratios differ by."""
    found = told("VST")
    above = 1 - found["market_price"]["p50"] / found["contract_price"]["p50"]
    assert found["above_market"]["p50"] == pytest.approx(above, abs=0.02)


def test_the_rate_base_grows_from_the_reported_one() -> None:
    """79.7 USD bn in the middle of 2026 to the start of 2028 at about 7.5 % a year."""
    assert told("NEE")["rate_base"]["p50"] == pytest.approx(79.7 * 1.075**1.5, rel=0.01)


def test_a_buyer_earns_its_own_return_on_ai_capital() -> None:
    block = told("MSFT")
    assert block["block"] == "buyer"
    assert 0 < block["p_return_above_cost"] < 1
    assert block["ai_capital"]["p50"] > 0


def test_new_capital_of_a_maker_returns_margin_times_turnover() -> None:
    case = study().companies.valued("NVDA").case
    assert case is not None
    x = {name: np.asarray(draws) for name, draws in case.x.items()}
    with jax.enable_x64(True):
        margin = np.asarray(ai_margin(case))[:, 5]
    earned = margin * (1 - x["tax_rate"]) * x["ai_sales_to_capital"]
    assert told("NVDA")["return_on_new_capital"]["p50"] == pytest.approx(
        np.median(earned), rel=1e-5
    )


def test_memory_starts_from_where_its_price_stands_on_the_day() -> None:
    """The margin over the cycle is one range for every day: early in 2025, after a lean year, the
    price has to rise to it; late in 2026, at a margin of two thirds, to fall."""
    for day, rises in ((date(2025, 3, 11), True), (date(2026, 9, 24), False)):
        value = Study(load(), day, draws=100).companies.valued("MU")
        assert value.case is not None
        assert value.reported is not None
        with jax.enable_x64(True):
            level = float(np.median(np.asarray(ai_margin(value.case))[:, -1]))
        assert level == pytest.approx(0.2, abs=0.02)
        assert (level > value.reported.margin) == rises


def test_talens_contract_was_enlarged_in_june_2025() -> None:
    """Up to 960 MW became up to 1,920: the later statement replaces the earlier one."""
    store = load()
    for day, gigawatts in ((date(2025, 6, 10), 0.96), (date(2025, 6, 11), 1.92)):
        (contract,) = store.as_of(day).select("TLN", "data_center_power_contract")
        assert contract.central / 1e3 == gigawatts
    assert told("TLN")["contracted"]["amount"] == 1.92


def test_no_value_no_economics() -> None:
    early = Study(load(), date(2025, 3, 11), draws=50)
    assert early.value("ASML")["economics"] == {}


def test_what_moves_nvidia_and_what_would_be_worth_learning() -> None:
    """The widest swing is the tornado's first; of all inputs the best explanation comes first, and
    it is no fact of NVIDIA's own books but of how the chain goes on."""
    found = study().companies.drivers("NVDA")
    rows = study().value("NVDA")["tornado"]
    assert found["swings"] == rows[:10]
    shares = [row["share"] for row in found["worth_learning"]]
    assert shares == sorted(shares, reverse=True)
    assert 0 < shares[0] < 1
    for row in found["worth_learning"]:
        assert row["p10"] < row["p90"]


def test_nothing_moves_a_share_without_a_value() -> None:
    early = Study(load(), date(2025, 3, 11), draws=50)
    assert early.companies.drivers("ASML")["swings"] == []
