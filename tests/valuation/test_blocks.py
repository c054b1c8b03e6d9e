"""Economics by block against cases worked by hand."""

from collections.abc import Iterator

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jevons.valuation import blocks
from jevons.valuation import cash_flow as cf
from jevons.valuation.blocks import Gas, Plants, RateBase
from jevons.valuation.trade import Line

YEARS = 8


@pytest.fixture(autouse=True)
def _double_precision() -> Iterator[None]:
    with jax.enable_x64(True):
        yield


def x(**levels: float) -> dict[str, jax.Array]:
    return {name: jnp.array([level]) for name, level in levels.items()}


def steady(price: float, reported: float) -> Line:
    """A price that is known in every year."""
    return Line(np.full(YEARS, price), np.zeros(YEARS), reported)


def plants(energy: float = 50.0, capacity: float = 240.0, cleared: float = 10.0) -> Plants:
    """Contracts at 75 USD/MWh; 230 USD/MW/day of capacity in the reported year."""
    lines = steady(energy, 40.0), steady(capacity, 230.0)
    return Plants(jnp.array([75.0]), *lines, cleared=jnp.asarray(cleared))


def drawn() -> dict[str, jax.Array]:
    return x(
        energy_price_2030=0.0,
        capacity_price_2030=0.0,
        capacity_kept=1.0,
        new_build_share=0.25,
        new_plant_margin=0.4,
        plant_cost=3000.0,
    )


def test_steady_power_in_the_market_costs_energy_and_a_day_of_capacity() -> None:
    """50 + 240 / 24 = 60 USD/MWh."""
    np.testing.assert_allclose(blocks.market_price(drawn(), plants()), 60.0)


def test_a_contract_earns_above_the_market_and_the_margin_of_new_plants() -> None:
    """A quarter at 40 %, three quarters at (75 - 60) / 75 = 20 %: 25 % of revenue."""
    np.testing.assert_allclose(blocks.contract_margin(drawn(), plants()), 0.25, rtol=1e-12)


def test_nobody_signs_below_the_market() -> None:
    np.testing.assert_allclose(
        blocks.contract_margin(drawn(), plants(energy=90.0)), 0.1, rtol=1e-12
    )


def test_a_utility_sells_from_new_plants_alone() -> None:
    sold = Plants(jnp.array([75.0]))
    np.testing.assert_allclose(blocks.contract_margin(drawn(), sold), 0.4, rtol=1e-12)
    np.testing.assert_allclose(blocks.new_share(drawn(), sold), 1.0)


def test_a_new_plant_sells_a_year_of_hours_for_its_cost() -> None:
    """75 USD/MWh over 8,760 hours are 657 USD a kW, over 3,000 USD/kW 0.219 a year."""
    assert float(blocks.plant_turnover(drawn(), plants())[0]) == pytest.approx(0.219)


@pytest.mark.parametrize(("kept", "points"), [(1.0, 0.1), (0.6, 0.06)])
def test_dearer_capacity_is_profit_in_part(kept: float, points: float) -> None:
    """10 GW x 100 USD/MW/day x 365 = 0.365 USD bn: ten points of a revenue of 3.65."""
    levels = drawn() | x(capacity_kept=kept)
    gain = blocks.capacity_gain(levels, plants(capacity=330.0), jnp.full((1, YEARS), 3.65))
    np.testing.assert_allclose(gain, points, rtol=1e-9)


def test_a_company_without_revenue_gains_nothing_and_no_nan() -> None:
    gain = blocks.capacity_gain(drawn(), plants(capacity=330.0), jnp.zeros((1, YEARS)))
    np.testing.assert_array_equal(gain, 0.0)


def test_what_the_reported_year_holds_of_contracts() -> None:
    """At 40 + 230 / 24 USD/MWh standing plants had (75 - 49.58) / 75 = 33.9 % more; a quarter is
    new altogether."""
    expected = 0.25 + 0.75 * (1 - (40 + 230 / 24) / 75)
    assert float(blocks.added_revenue(drawn(), plants())[0]) == pytest.approx(expected)


def test_a_price_goes_in_a_straight_line_to_its_drawn_level() -> None:
    half = Line(np.array([30.0, 15.0, 0.0]), np.array([0.0, 0.5, 1.0]), 30.0)
    np.testing.assert_allclose(blocks.along(half, jnp.array([50.0])), [[30.0, 40.0, 50.0]])


def test_volume_times_netback_less_unit_cost() -> None:
    """Sold at 4 USD/Mcfe with a margin of 25 %, unit cost 3. At 5 the profit is 2 on revenue of 4
    at the reported price: a margin of 50 %, a gain of 25 points."""
    gas = Gas(steady(5.0, 4.0), jnp.array([4.0]), jnp.asarray(3.0))
    np.testing.assert_allclose(blocks.netback_gain(x(netback_2030=0.0), gas), 0.25)
    well = 4.0 * blocks.HEAT_CONTENT
    np.testing.assert_allclose(blocks.gas_margin(gas), 1 - 3 / well, rtol=1e-12)


def test_gas_below_its_cost_earns_the_lowest_margin() -> None:
    gas = Gas(steady(2.0, 4.0), jnp.array([2.0]), jnp.asarray(3.0))
    np.testing.assert_allclose(blocks.gas_margin(gas), blocks.LOWEST_MARGIN)


def regulated(allowed: float, growth: float = 0.05) -> tuple[cf.Segment, cf.Terminal]:
    terminal = cf.Terminal(jnp.array([0.03]), jnp.array([0.07]))
    base = RateBase(jnp.asarray(100.0), jnp.arange(YEARS + 1.0))
    drawn = x(rate_base_growth=growth, allowed_return=allowed)
    return blocks.regulated_segment(drawn, base, terminal), terminal


def test_a_rate_base_earns_what_is_allowed_on_its_opening() -> None:
    """100 at 8 % is 8, and 5 are put in; the next year 105 at 8 % is 8.4."""
    segment, _ = regulated(0.08)
    np.testing.assert_allclose(segment.nopat[0, :2], [8.0, 8.4])
    np.testing.assert_allclose(segment.investment[0, :2], [5.0, 5.25])


@pytest.mark.parametrize("growth", [0.0, 0.05, 0.09])
def test_a_rate_base_allowed_its_cost_of_capital_is_worth_its_capital(growth: float) -> None:
    """With return = RONIC = WACC the value is the capital itself, however fast it grows."""
    segment, terminal = regulated(0.07, growth)
    years = jnp.arange(segment.nopat.shape[1]) + 1.0
    when = cf.Timing(jnp.ones_like(years), years, years[-1])
    worth = cf.present_value(segment, jnp.array([0.07]), terminal, when)
    assert float(worth.enterprise[0]) == pytest.approx(100.0, rel=1e-9)
