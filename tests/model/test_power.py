"""Gigawatts: what arrives when, in which order it is used, and what the fleet draws."""

import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jevons.model.power import (
    OPTIONS,
    UNCOUNTED,
    electricity_use,
    facility_gw,
    firm_supply,
    headroom,
    merit_cost,
    merit_order,
    option_energy_cost,
    option_supply,
    ramp,
)

from .invented import numbers, years

GIGAWATTS = st.floats(0.0, 60.0, width=32)
X = numbers(
    under_construction=6.0,
    grid_access=15.0,
    fuel_cells=4.0,
    bitcoin_sites=10.0,
    gas_turbines=18.0,
    nuclear_colocation=8.0,
    fuel_cells_lead_time=0.25,
    bitcoin_sites_lead_time=0.5,
    gas_turbines_lead_time=1.0,
    nuclear_colocation_lead_time=2.0,
    realisation_factor=0.5,
    power_growth_after_2028=1.5,
    pue=1.25,
    us_share=0.6,
    coincidence=0.7,
    us_base_electricity=160.0,
    us_base_electricity_growth=0.03,
)


def test_a_windows_total_arrives_linearly_and_goes_on_at_its_pace() -> None:
    """All at the end of 2028; half a pace more in 2029-30 where additions halve after it."""
    arrived = ramp(years(2024.0, 2025.0, 2027.0, 2029.0, 2031.0), 2025.0, jnp.asarray([0.5]))
    np.testing.assert_allclose(arrived[:, 0], [0, 0, 0.5, 1.0, 1.25], atol=1e-6)


def test_a_late_start_still_delivers_by_the_windows_end() -> None:
    """After it the pace is the window's whole total in four years, whenever it started."""
    arrived = ramp(years(2026.0, 2027.5, 2029.0, 2030.5), 2026.0, jnp.asarray([1.0]))
    np.testing.assert_allclose(arrived[:, 0], [0, 0.5, 1.0, 1.375], atol=1e-6)


def test_firm_supply_is_whole_at_the_end_of_2028() -> None:
    building, grid = firm_supply(X, years(2025.0, 2029.0, 2031.0))
    np.testing.assert_allclose(building[:, 0], [0.0, 6.0, 6.0 * 1.75], rtol=1e-6)
    np.testing.assert_allclose(grid[:, 0], [0.0, 15.0, 15.0 * 1.75], rtol=1e-6)


def test_options_deliver_what_is_announced_times_what_is_realised() -> None:
    supply = option_supply(X, years(2025.0, 2029.0))
    assert supply.shape == (len(OPTIONS), 2, 1)
    assert not supply[:, 0].any()
    expected = [0.5 * float(X[name][0]) for name in OPTIONS]
    np.testing.assert_allclose(supply[:, 1, 0], expected, rtol=1e-6)


def test_a_start_past_the_window_delivers_nothing_in_it() -> None:
    arrived = ramp(years(2028.9, 2029.0, 2030.0), jnp.asarray([2029.5]), jnp.asarray([1.0]))
    np.testing.assert_allclose(arrived[:, 0], [0.0, 0.0, 1.25], atol=1e-6)


@given(st.floats(0.0, 8.0, width=32), st.floats(0.0, 3.0, width=32), st.floats(0.0, 2.0, width=32))
def test_a_longer_lead_time_never_delivers_more(lead: float, more: float, after: float) -> None:
    """At any time, within the window and after it: so it never lowers a shortfall."""
    time = years(*np.arange(2024.0, 2034.0, 0.25))
    early, late = (
        ramp(time, jnp.asarray([2025.0 + each]), jnp.asarray([after]))
        for each in (lead, lead + more)
    )
    assert (np.asarray(late) <= np.asarray(early) + 1e-5).all()
    need = jnp.linspace(0.0, 60.0, len(time))[:, None]
    short_early, short_late = (jnp.maximum(need - 20 * each, 0.0) for each in (early, late))
    assert (np.asarray(short_late) >= np.asarray(short_early) - 1e-4).all()


COSTS = st.lists(st.sampled_from([20.0, 40.0, 40.5, 90.0]), min_size=4, max_size=4)


@given(st.floats(-50.0, 150.0, width=32), st.lists(GIGAWATTS, min_size=4, max_size=4), COSTS)
def test_options_meet_the_need_as_far_as_they_reach_cheapest_first(
    needed: float, available: list[float], cost: list[float]
) -> None:
    """The pairwise comparison is what a sort would give, equals in the order of their names."""
    taken = np.asarray(
        merit_order(jnp.float32(needed), jnp.asarray(available), jnp.asarray(cost)), np.float64
    )
    assert taken.sum() == pytest.approx(min(max(needed, 0.0), sum(available)), abs=1e-4)
    left = max(needed, 0.0)
    for option in np.argsort(cost, kind="stable"):
        assert taken[option] == pytest.approx(min(left, available[option]), abs=1e-3)
        left = max(left - available[option], 0.0)


def test_more_of_an_option_never_raises_what_is_left() -> None:
    cost = jnp.asarray([30.0, 10.0, 20.0, 40.0])
    some = jnp.asarray([3.0, 4.0, 5.0, 6.0])
    for option in range(4):
        more = some.at[option].add(2.0)
        before, after = (merit_order(jnp.float32(30.0), each, cost).sum() for each in (some, more))
        assert float(after) == pytest.approx(float(before) + 2.0)


MONEY = numbers(
    coincidence=0.5,
    power_fixed_charge_rate=0.1,
    fuel_cell_price=4380.0,
    gas_turbines_capital_cost=2190.0,
    bitcoin_sites_capital_cost=438.0,
    nuclear_colocation_capital_cost=0.0,
    fuel_cells_running_cost=50.0,
    gas_turbines_running_cost=30.0,
    nuclear_colocation_running_cost=90.0,
    industrial_power_price=80.0,
    fuel_cells_lead_time=0.0,
    bitcoin_sites_lead_time=1.0,
    gas_turbines_lead_time=2.0,
    nuclear_colocation_lead_time=3.0,
)


def test_energy_costs_what_capital_and_running_add_up_to() -> None:
    """4,380 hours a year: 4,380 USD/kW at 10 % is 100 USD/MWh on top of what it runs on."""
    cost = option_energy_cost(MONEY)[:, 0]
    np.testing.assert_allclose(cost, [50 + 100, 80 + 10, 30 + 50, 90], rtol=1e-6)


def test_a_year_of_idle_compute_is_charged_like_capital() -> None:
    """At 1,000 USD for each idle MWh a year of delay adds 100; where nothing idles, nothing."""
    idle = merit_cost(MONEY, jnp.asarray([1000.0]))[:, 0]
    np.testing.assert_allclose(idle, [150, 190, 280, 390], rtol=1e-6)
    np.testing.assert_array_equal(merit_cost(MONEY, jnp.asarray([0.0])), option_energy_cost(MONEY))


def test_builds_may_draw_what_is_left_and_always_what_arrives() -> None:
    left = headroom(jnp.float32(20.0), jnp.float32(1.5), jnp.float32(12.0), jnp.asarray(True))
    late = headroom(jnp.float32(20.0), jnp.float32(1.5), jnp.float32(19.9), jnp.asarray(True))
    taken = headroom(jnp.float32(9.0), jnp.float32(-8.0), jnp.float32(12.0), jnp.asarray(True))
    assert 0 < float(taken) < 0.01  # supply that is taken away takes no site back
    before = headroom(jnp.float32(0.0), jnp.float32(0.0), jnp.float32(0.0), jnp.asarray(False))
    assert (float(left), float(late), float(before)) == (8.0, 1.5, UNCOUNTED)


def test_a_million_chips_draw_their_watts_at_the_meter() -> None:
    """1 M x 1.4 kW = 1.4 GW of IT; x 1.25 overhead x 70 % average = 1.225 GW."""
    draw = facility_gw(X, jnp.asarray([1.0]), jnp.asarray([1400.0]))
    assert float(draw[0]) == pytest.approx(1.225, rel=1e-6)


def test_a_gigawatt_all_year_is_8_76_terawatt_hours() -> None:
    use = electricity_use(X, jnp.asarray([[0.0], [1.0]]), years(2023.5, 2023.5))[:, 0]
    np.testing.assert_allclose(use, [160.0, 168.76], rtol=1e-6)


def test_other_data_centres_grow_from_the_middle_of_2023() -> None:
    use = electricity_use(X, jnp.zeros((2, 1)), years(2024.5, 2033.5))[:, 0]
    np.testing.assert_allclose(use, 160 * np.exp([0.03, 0.3]), rtol=1e-5)
