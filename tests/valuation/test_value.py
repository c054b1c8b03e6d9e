"""The value of a company as a whole: invariances, missing facts, the price-implied build-out."""

from dataclasses import replace
from datetime import date

import jax
import numpy as np
import pytest

from jevons.errors import UserError
from jevons.valuation import implied
from jevons.valuation.chain_inputs import build_out_ramp, by_year, driver, within
from jevons.valuation.company import company_of
from jevons.valuation.priors import input_names
from jevons.valuation.segments import ai_margin, ai_worth, base_margin, base_worth
from jevons.valuation.value import CompanyValue, value_company

from .reports import AS_OF, DRAWS, annual_report, chain, normals, snapshot

NVDA, MSFT = company_of("NVDA"), company_of("MSFT")


def valued(
    company_ticker: str = "NVDA", *, money: float = 1.0, shares: float = 2e9
) -> CompanyValue:
    company = company_of(company_ticker)
    facts = snapshot(annual_report(company_ticker, money=money, shares=shares))
    return value_company(
        company, chain(company_ticker, money=money), facts, normals(company), price=100.0
    )


def per_share(value: CompanyValue) -> np.ndarray:
    assert value.per_share is not None
    return value.per_share


def test_scale_of_money_and_split_of_shares() -> None:
    """All money times k: value times k. Ten times the shares: a tenth each."""
    base = per_share(valued())
    np.testing.assert_allclose(per_share(valued(money=3.0)), 3 * base, rtol=1e-9)
    np.testing.assert_allclose(per_share(valued(shares=20e9)), base / 10, rtol=1e-9)


def test_value_is_the_sum_of_its_parts() -> None:
    value = valued()
    assert value.case is not None
    assert value.enterprise is not None
    with jax.enable_x64(True):
        parts = (
            base_worth(value.case).enterprise + ai_worth(value.case, 1.0, buyer=False).enterprise
        )
    np.testing.assert_allclose(value.enterprise, parts, rtol=1e-12)


def test_prices_of_a_cycle_lead_to_the_margin_over_the_cycle() -> None:
    """Reported at 40 %, so cost is 0.6 of the price. A margin of 20 % is a price of 0.75, and the
    profit of 0.15 stands over revenue at the reported price. AI is sold at its own price."""
    micron = company_of("MU")
    drawn = {name: np.zeros(DRAWS) for name in input_names(micron)}
    facts = snapshot(annual_report("MU"))
    case = value_company(micron, chain("MU"), facts, drawn, price=100.0).case
    assert case is not None
    with jax.enable_x64(True):
        base, ai = np.asarray(base_margin(case)), np.asarray(ai_margin(case))
    assert case.x["cycle_margin"][0] == pytest.approx(0.2)
    np.testing.assert_allclose(base[:, [0, -1]], np.tile([0.4, 0.15], (DRAWS, 1)))
    np.testing.assert_allclose(ai[:, [0, -1]], np.tile([0.4, 0.2], (DRAWS, 1)))


def test_value_is_repeatable_and_reports_what_it_used() -> None:
    one, two = valued(), valued()
    np.testing.assert_array_equal(per_share(one), per_share(two))
    assert len(one.facts) == 5
    assert one.p_above_price is not None
    assert 0 <= one.p_above_price <= 1
    # Market: 100 USD x 2 bn shares - 20 net cash = 180 on revenue of 100 and profit of 40.
    assert one.market_multiples == {"ev_to_revenue": 1.8, "ev_to_operating_income": 4.5}


def test_missing_facts_are_a_reason_and_never_a_zero() -> None:
    reports = [r for r in annual_report("NVDA") if r.metric != "shares_outstanding"]
    value = value_company(NVDA, chain("NVDA"), snapshot(reports), normals(NVDA), 100.0)
    assert value.missing == "no shares_outstanding for NVDA known by 2025-03-11"
    assert value.per_share is None
    assert value.p_above_price is None
    assert implied.implied_capex(value, chain("NVDA"), AS_OF)["reason"] == value.missing


def test_a_company_without_exposure_is_missing() -> None:
    value = value_company(MSFT, chain("NVDA"), snapshot(annual_report("MSFT")), normals(MSFT), None)
    assert value.missing is not None
    assert "exposures.csv" in value.missing


def test_a_chain_above_reported_revenue_warns() -> None:
    """AI revenue of about 25 bn a year at a company that reported 10 in all."""
    facts = snapshot(annual_report("NVDA", money=0.1))
    value = value_company(NVDA, chain("NVDA"), facts, normals(NVDA), None)
    assert any("exceeds the reported revenue" in text for text in value.warnings)


@pytest.mark.parametrize("ticker", ["NVDA", "TSM", "VST", "NEE", "EQT", "BE"])
def test_a_supplier_is_worth_more_in_a_larger_build_out(ticker: str) -> None:
    at = implied.median_value(valued(ticker))
    values = [at(scale) for scale in (0.25, 0.5, 1.0, 2.0, 4.0)]
    assert np.all(np.diff(values) > 0)


def test_a_buyer_gains_from_the_build_out_only_above_its_cost_of_capital() -> None:
    company = MSFT
    draws = normals(company)
    facts = snapshot(annual_report("MSFT"))

    def slope(return_level: float) -> float:
        fixed = draws | {"MSFT_ai_return": np.full_like(draws["MSFT_ai_return"], return_level)}
        at = implied.median_value(value_company(company, chain("MSFT"), facts, fixed, 1.0))
        return at(1.5) - at(1.0)

    assert slope(1.5) > 0 > slope(-1.5)


@pytest.mark.parametrize("scale", [0.4, 1.0, 1.7])
def test_round_trip_price_to_build_out_to_price(scale: float) -> None:
    value = valued()
    at = implied.median_value(value)
    price = at(scale)
    answer = implied.implied_capex(replace(value, price=price), chain("NVDA"), AS_OF)
    assert answer["scale"] == pytest.approx(scale, rel=1e-8)
    assert at(answer["scale"]) == pytest.approx(price, rel=1e-8)
    expected = np.median(driver(chain("NVDA"), AS_OF, scale))
    assert answer["implied"] == pytest.approx(expected, rel=1e-5)


def test_no_root_is_an_answer() -> None:
    answer = implied.implied_capex(replace(valued(), price=1e7), chain("NVDA"), AS_OF)
    assert answer["implied"] is None
    assert answer["roots"] == []
    assert answer["reason"].startswith("no root in [")
    assert answer["nearest"] == pytest.approx(
        np.median(driver(chain("NVDA"), AS_OF, 20.0)), rel=1e-5
    )


def test_no_price_is_an_answer() -> None:
    answer = implied.implied_capex(replace(valued(), price=None), chain("NVDA"), AS_OF)
    assert answer["implied"] is None
    assert answer["reason"] == "no price for NVDA known by 2025-03-11"


def test_every_root_is_found() -> None:
    found, _ = implied.roots(lambda s: (s - 0.3) * (s - 2) * (s - 7), 0.05, 20)
    np.testing.assert_allclose(found, [0.3, 2, 7], rtol=1e-12)


def test_ramp_starts_at_the_date_and_is_whole_after_2028() -> None:
    ramp = build_out_ramp(AS_OF)
    assert ramp[:8].max() == 0
    assert ramp[24:].min() == 1
    assert np.all(np.diff(ramp[9:24]) > 0)
    with pytest.raises(UserError, match="2028 is past as of 2029-01-02"):
        build_out_ramp(date(2029, 1, 2))


def test_windows_of_quarters() -> None:
    """A calendar year is its four quarters; half a quarter counts half."""
    path = np.arange(1.0, 33.0)[None, :]
    assert within(path, date(2024, 1, 1), date(2024, 12, 31))[0] == pytest.approx(26, rel=2e-3)
    assert by_year(path)[0, 1] == 26
    half = within(path, date(2023, 1, 1), date(2023, 2, 14))[0]
    assert half == pytest.approx(0.5, abs=0.02)
