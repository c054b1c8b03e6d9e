"""The checks of a valuation, held by every bundled company on the bundled facts.

One by one: additivity, economic profit, capital and perpetuity, round trip, scale, what a supplier
may sell, bounds, time, limits. Identities hold draw by draw; nothing here is a tuned number.
"""

from dataclasses import replace
from functools import cache
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jevons.facts import load
from jevons.model.clock import FIRST_YEAR, LAST_YEAR
from jevons.study import Study
from jevons.valuation import CompanyValue, companies, implied
from jevons.valuation import cash_flow as cf
from jevons.valuation.blocks import netback_gain
from jevons.valuation.bounds import BEYOND, MARGIN, MOST_BEYOND, bounds
from jevons.valuation.case import Case
from jevons.valuation.fair_value import Claims, value_per_share
from jevons.valuation.priors import priors_of, with_rates
from jevons.valuation.segments import (
    ai_segment,
    ai_worth,
    base_margin,
    base_segment,
    base_worth,
    terminal_of,
)

DRAWS = 200
YEARS = LAST_YEAR - FIRST_YEAR + 1 + cf.FADE_YEARS
every_company = pytest.mark.parametrize("ticker", list(companies()))


@cache
def study() -> Study:
    store = load()
    return Study(store, store.last_known_on, draws=DRAWS)


class Valued(NamedTuple):
    """A company that has a value, with the parts of it that are optional elsewhere."""

    value: CompanyValue
    case: Case
    claims: Claims
    buyer: bool

    @property
    def segments(self) -> tuple[cf.Segment, cf.Segment]:
        with jax.enable_x64(True):
            return base_segment(self.case), ai_segment(self.case, 1.0, buyer=self.buyer)


def valued(ticker: str) -> Valued:
    value = study().companies.valued(ticker)
    if value.missing is not None:
        pytest.skip(f"{ticker} has no value: {value.missing}")
    assert value.case is not None
    assert value.claims is not None
    return Valued(value, value.case, value.claims, value.company.economics == "buyer")


def year_ends(start: int = 0) -> cf.Timing:
    """Whole years paid at their ends; those before ``start`` are past."""
    time = np.maximum(np.arange(YEARS) + 1.0 - start, 0.0)
    return cf.Timing(jnp.asarray(time > 0, jnp.float64), jnp.asarray(time), jnp.asarray(time[-1]))


def enterprise(of: Valued, scale: float = 1.0) -> jax.Array:
    with jax.enable_x64(True):
        ai = ai_worth(of.case, scale, buyer=of.buyer).enterprise
        whole: jax.Array = base_worth(of.case).enterprise + ai
        return whole


@every_company
def test_1_a_whole_is_the_sum_of_its_parts(ticker: str) -> None:
    """Segments valued apart, or their cash flows valued together, give the same enterprise."""
    of = valued(ticker)
    base, ai = of.segments
    with jax.enable_x64(True):
        whole = cf.Segment(base.nopat + ai.nopat, base.investment + ai.investment)
        together = cf.present_value(whole, of.case.x["wacc"], terminal_of(of.case), of.case.when)
    assert of.value.enterprise is not None
    np.testing.assert_allclose(of.value.enterprise, together.enterprise, rtol=1e-9, atol=1e-9)


@every_company
def test_2_invested_capital_and_economic_profit_make_the_value(ticker: str) -> None:
    """K0 + PV(NOPAT - WACC x K) = PV(FCFF) up to any year, K carried at the end: K0 is free."""
    of = valued(ticker)
    wacc = np.asarray(of.case.x["wacc"])[:, None]
    discount = (1 + wacc) ** -np.arange(1.0, YEARS + 1)
    for segment in of.segments:
        nopat, spent = np.asarray(segment.nopat), np.asarray(segment.investment)
        opening = 50.0 + np.cumsum(np.pad(spent, ((0, 0), (1, 0))), axis=1)
        profit = nopat - wacc * opening[:, :-1]
        flows = ((nopat - spent) * discount).sum(1) + opening[:, -1] * discount[:, -1]
        np.testing.assert_allclose(50.0 + (profit * discount).sum(1), flows, rtol=1e-9, atol=1e-9)


def values_by_year(of: Valued) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """FCFF by year, enterprise value at the end of each year from now on, and WACC, by draw."""
    base, ai = of.segments
    x = {name: np.asarray(value) for name, value in of.case.x.items()}
    flows = np.asarray(base.free_cash_flow + ai.free_cash_flow)
    coming = np.asarray(base.nopat + ai.nopat)[:, -1] * (1 + x["terminal_growth"])
    kept = 1 - x["terminal_growth"] / x["ronic"]
    worth = [coming * kept / (x["wacc"] - x["terminal_growth"])]
    for year in reversed(range(YEARS)):
        worth.append((worth[-1] + flows[:, year]) / (1 + x["wacc"]))
    return flows, np.stack(worth[::-1], axis=1), x["wacc"]


@every_company
def test_1_firm_equity_and_adjusted_present_value_agree(ticker: str) -> None:
    """FCFF at WACC, FCFE at the cost of equity, and APV (Miles and Ezzell 1980), one value.

    Debt is a quarter of the value at each year's end, at 5 %, with a tax shield. WACC is given, so
    the cost of equity and of the unlevered firm follow from it.
    """
    of = valued(ticker)
    flows, worth, wacc = values_by_year(of)
    tax, part, interest = np.asarray(of.case.x["tax_rate"]), 0.25, 0.05
    years = np.arange(1, YEARS + 1)
    with jax.enable_x64(True):
        firm = sum(
            cf.present_value(s, of.case.x["wacc"], terminal_of(of.case), year_ends()).enterprise
            for s in of.segments
        )
    np.testing.assert_allclose(worth[:, 0], firm, rtol=1e-6, atol=1e-6)
    debt = part * worth
    to_equity = flows - interest * (1 - tax)[:, None] * debt[:, :-1] + np.diff(debt)
    equity_rate = (wacc - part * interest * (1 - tax)) / (1 - part)
    equity = (to_equity / (1 + equity_rate)[:, None] ** years).sum(1)
    equity += (1 - part) * worth[:, -1] / (1 + equity_rate) ** YEARS
    np.testing.assert_allclose(equity + debt[:, 0], worth[:, 0], rtol=1e-6, atol=1e-6)
    saved = part * interest * tax / (1 + interest)
    unlevered = (wacc + saved) / (1 - saved)
    shields = interest * tax[:, None] * debt[:, :-1]
    adjusted = (flows / (1 + unlevered)[:, None] ** years).sum(1)
    adjusted += (shields / (1 + unlevered)[:, None] ** (years - 1) / (1 + interest)).sum(1)
    adjusted += worth[:, -1] / (1 + unlevered) ** YEARS
    np.testing.assert_allclose(adjusted, worth[:, 0], rtol=1e-6, atol=1e-6)


@every_company
def test_2_growth_is_neutral_when_new_capital_earns_its_cost(ticker: str) -> None:
    """In the perpetuity with RONIC = WACC: V = NOPAT / WACC, whatever the growth."""
    of = valued(ticker)
    wacc, growth = of.case.x["wacc"], of.case.x["terminal_growth"]
    with jax.enable_x64(True):
        value = cf.value_driver(jnp.ones_like(wacc), growth, wacc, wacc)
    np.testing.assert_allclose(value, 1 / np.asarray(wacc), rtol=1e-9)


@every_company
def test_3_capital_pays_for_growth_into_the_perpetuity(ticker: str) -> None:
    """The last fade year reinvests g / RONIC of its profit; each fade year earns on the last."""
    of = valued(ticker)
    growth, ronic = (np.asarray(of.case.x[name]) for name in ("terminal_growth", "ronic"))
    for segment in of.segments:
        nopat, spent = np.asarray(segment.nopat), np.asarray(segment.investment)
        np.testing.assert_allclose(spent[:, -1], nopat[:, -1] * growth / ronic, rtol=1e-9)
        gained, paid = np.diff(nopat)[:, -1], spent[:, -2]
        np.testing.assert_allclose(gained, ronic * paid, rtol=1e-9, atol=1e-12)


@every_company
def test_3_the_balance_sheet_balances(ticker: str) -> None:
    """Capital and cash are debt and equity at every year's end, when profit is kept as cash."""
    of = valued(ticker)
    for segment in of.segments:
        nopat, spent = np.asarray(segment.nopat), np.asarray(segment.investment)
        debt, interest = 10.0, 0.5
        capital = 50.0 + np.cumsum(spent, axis=1)
        cash = np.cumsum(nopat - spent - interest, axis=1)
        equity = 40.0 + np.cumsum(nopat - interest, axis=1)
        np.testing.assert_allclose(capital + cash, debt + equity, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("ticker", [t for t, c in companies().items() if c.economics == "buyer"])
def test_3_depreciation_of_a_vintage_sums_to_its_cost(ticker: str) -> None:
    """What one dollar spent once has lost after n years and what is left of it are one dollar."""
    of = valued(ticker)
    with jax.enable_x64(True):
        once = jnp.zeros((DRAWS, 8)).at[:, 0].set(1.0)
        life = of.case.x["ai_capital_life"]
        segment = cf.capital_segment(once, life, of.case.x["ai_return"], terminal_of(of.case))
    # Investment is net: +1 in the first year, then minus the depreciation of each year.
    lost = -np.asarray(segment.investment)[:, 1:7].sum(1)
    np.testing.assert_allclose(lost, 1 - (1 - 1 / np.asarray(life)) ** 6, rtol=1e-9)


@every_company
@pytest.mark.parametrize("scale", [0.6, 1.5])
def test_4_price_to_build_out_to_price(ticker: str, scale: float) -> None:
    """The price of a build-out implies build-outs of exactly that price, and where the median rises
    throughout, that build-out itself. A buyer's median may turn, with several roots, all listed."""
    of = valued(ticker)
    at = implied.median_value(of.value)
    price = at(scale)
    if price == 0:
        pytest.skip(f"{ticker}: worthless in most draws at this build-out, so any scale fits")
    found, _ = implied.roots(lambda s: at(s) / price - 1, *implied.SCALES)
    assert found
    near = scale * np.geomspace(0.95, 1.05, 41)  # a median of draws may turn between coarse steps
    scales = np.sort(np.concatenate((np.geomspace(*implied.SCALES, 40), near)))
    if np.all(np.diff([at(s) for s in np.unique(scales)]) > 0):
        assert found == pytest.approx([scale], rel=1e-8)
    for root in found:
        assert at(root) == pytest.approx(price, rel=1e-8)


@every_company
def test_5_money_and_splits_change_units_only(ticker: str) -> None:
    """All money times three: value times three. Ten for one: a tenth each. Currency: dollars."""
    of = valued(ticker)
    case, claims = of.case, of.claims
    owed = claims._replace(net_debt=3 * claims.net_debt, other_claims=3 * claims.other_claims)
    whole = enterprise(of)
    with jax.enable_x64(True):
        start = case.base._replace(revenue=3 * case.base.revenue, inside=3 * case.base.inside)
        money = case._replace(base=start, ai=3 * case.ai, ai_ramp=3 * case.ai_ramp)
        if case.rate_base is not None:
            money = money._replace(
                rate_base=case.rate_base._replace(amount=3 * case.rate_base.amount)
            )
        if (
            case.plants is not None and case.plants.cleared is not None
        ):  # as much of it at its price
            money = money._replace(plants=case.plants._replace(cleared=3 * case.plants.cleared))
        base = np.asarray(value_per_share(whole, claims))
        tripled = value_per_share(enterprise(of._replace(case=money)), owed)
        split = value_per_share(whole, claims._replace(shares=10 * claims.shares))
        # Reported in a money of which 32 make a dollar, listed in dollars.
        foreign = claims._replace(
            net_debt=32 * claims.net_debt,
            other_claims=32 * claims.other_claims,
            exchange_rate=claims.exchange_rate / 32,
        )
        abroad = value_per_share(32 * whole, foreign)
    np.testing.assert_allclose(tripled, 3 * base, rtol=1e-9)
    np.testing.assert_allclose(10 * np.asarray(split), base, rtol=1e-9)
    np.testing.assert_allclose(abroad, base, rtol=1e-9)


@every_company
def test_7_bounds(ticker: str) -> None:
    """g below the risk-free rate and WACC in every draw; no margin of all revenue; worth >= 0."""
    of = valued(ticker)
    x = {name: np.asarray(values) for name, values in of.case.x.items()}
    assert (x["terminal_growth"] < x["risk_free_rate"]).all()
    assert (x["terminal_growth"] < x["wacc"]).all()
    assert (x["ronic"] > x["terminal_growth"]).all()
    with jax.enable_x64(True):
        margin = np.asarray(base_margin(of.case))
        if of.case.gas is not None:  # stated over revenue at the reported netback
            margin = margin / (1 + np.asarray(netback_gain(of.case.x, of.case.gas)))
        assert margin.max() < 1
    assert of.value.per_share is not None
    assert of.value.per_share.min() >= 0


@every_company
def test_7_edges_of_a_value_are_told(ticker: str) -> None:
    """Terminal share, growth and the risk-free rate, margin and its history, and the flags."""
    of = valued(ticker)
    told = bounds(of.value, study().snapshot)
    assert told["terminal_growth"] < told["risk_free_rate"]
    assert (BEYOND in told["flags"]) == (told["terminal_share"] > MOST_BEYOND)
    history = told["margin_history_p90"]
    assert (MARGIN in told["flags"]) == (history is not None and told["margin_2030"] > history)


@every_company
def test_8_nothing_known_later_is_used(ticker: str) -> None:
    known = study().snapshot
    facts = [known.get(fact_id) for fact_id in valued(ticker).value.facts]
    assert facts
    assert max(fact.known_on for fact in facts) <= known.as_of


@every_company
def test_8_a_year_later_the_holder_has_earned_the_cost_of_capital(ticker: str) -> None:
    """V0 (1 + WACC) = FCFF1 + V1 at unchanged expectations, in every draw."""
    of = valued(ticker)
    wacc = of.case.x["wacc"]
    for segment in of.segments:
        with jax.enable_x64(True):
            now, later = (
                cf.present_value(segment, wacc, terminal_of(of.case), year_ends(start)).enterprise
                for start in (0, 1)
            )
            grown, held = now * (1 + wacc), later + segment.free_cash_flow[:, 0]
        np.testing.assert_allclose(grown, held, rtol=1e-9, atol=1e-9)


@every_company
def test_9_without_ai_there_is_the_base_business(ticker: str) -> None:
    """No AI path, no AI worth, and no NaN; no base revenue, no base worth."""
    of = valued(ticker)
    nothing = [jnp.zeros_like(path) for path in (of.case.ai, of.case.ai_ramp)]
    unsold = of.case.base._replace(revenue=jnp.asarray(0.0))
    empty = of.case._replace(ai=nothing[0], ai_ramp=nothing[1], base=unsold, rate_base=None)
    np.testing.assert_array_equal(enterprise(of._replace(case=empty)), 0.0)


@every_company
def test_gradient_in_the_build_out_equals_differences(ticker: str) -> None:
    """Slope of every draw's enterprise value in the shared driver, by autodiff and differences."""
    of = valued(ticker)
    step = 1e-5

    def total(scale: jax.Array) -> jax.Array:
        return ai_worth(of.case, scale, buyer=of.buyer).enterprise

    with jax.enable_x64(True):
        slope = jax.jvp(total, (jnp.asarray(1.0),), (jnp.asarray(1.0),))[1]
        difference = (total(jnp.asarray(1 + step)) - total(jnp.asarray(1 - step))) / (2 * step)
    np.testing.assert_allclose(slope, difference, rtol=1e-5, atol=1e-6 * np.abs(slope).max())


def _mean_value(shift: dict[str, jax.Array], case: Case, buyer: bool) -> jax.Array:
    x = with_rates({name: x + shift.get(name, 0.0) for name, x in case.x.items()})
    moved = case._replace(x=x)
    return jnp.mean(base_worth(moved).enterprise + ai_worth(moved, 1.0, buyer=buyer).enterprise)


mean_value = jax.jit(_mean_value, static_argnums=2)
slopes_of_mean_value = jax.jit(jax.grad(_mean_value), static_argnums=2)


@every_company
def test_gradient_in_each_input_equals_differences(ticker: str) -> None:
    """Slope of the mean value in each input of the company, moved together in all draws; the cost
    of capital and the perpetuity follow from theirs."""
    of = valued(ticker)
    with jax.enable_x64(True):
        here = {name: jnp.asarray(0.0) for name in priors_of(of.value.company)}
        slopes = slopes_of_mean_value(here, of.case, of.buyer)
        for name in here:
            ahead, behind = (
                float(mean_value({**here, name: jnp.asarray(step)}, of.case, of.buyer))
                for step in (1e-7, -1e-7)
            )
            difference = (ahead - behind) / 2e-7
            assert float(slopes[name]) == pytest.approx(difference, rel=2e-4, abs=1e-3), name


def test_a_missing_value_names_its_reason() -> None:
    """Nobody is silently zero: who has no value has a reason with the metric and the date."""
    for ticker in companies():
        value = study().companies.valued(ticker)
        assert (value.per_share is None) == (value.missing is not None)
        if value.missing is not None:
            assert ticker in value.missing
            assert str(study().as_of) in value.missing
            assert (
                implied.implied_capex(
                    replace(value, price=1.0), study().companies.chain, study().as_of
                )["reason"]
                == value.missing
            )
