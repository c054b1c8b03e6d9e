"""Gigawatts: what arrives when, in which order it is used, and what the fleet draws."""

import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jevons.model.power import (
    OPTIONS,
    STARTS,
    UNCOUNTED,
    electricity_use,
    facility_gw,
    firm_supply,
    headroom,
    merit_order,
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
    arrived = ramp(years(2026.0, 2027.5, 2029.0, 2030.5), 2026.0, jnp.asarray([1.0]))
    np.testing.assert_allclose(arrived[:, 0], [0, 0.5, 1.0, 1.5], atol=1e-6)


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


def test_options_are_in_order_of_delay() -> None:
    assert len(OPTIONS) == len(STARTS)
    assert list(STARTS) == sorted(STARTS)


@given(st.floats(-50.0, 150.0, width=32), st.lists(GIGAWATTS, min_size=4, max_size=4))
def test_options_meet_the_need_as_far_as_they_reach_and_in_order(
    needed: float, available: list[float]
) -> None:
    taken = np.asarray(merit_order(jnp.float32(needed), jnp.asarray(available)), np.float64)
    assert taken.sum() == pytest.approx(min(max(needed, 0.0), sum(available)), abs=1e-4)
    assert (taken >= 0).all()
    assert (taken <= np.asarray(available)).all()
    for cheaper, dearer in zip(range(3), range(1, 4), strict=True):
        if taken[dearer] > 1e-4:
            assert taken[cheaper] == pytest.approx(available[cheaper], abs=1e-4)


def test_builds_may_draw_what_is_left_and_always_what_arrives() -> None:
    left = headroom(jnp.float32(20.0), jnp.float32(1.5), jnp.float32(12.0), jnp.asarray(True))
    late = headroom(jnp.float32(20.0), jnp.float32(1.5), jnp.float32(19.9), jnp.asarray(True))
    before = headroom(jnp.float32(0.0), jnp.float32(0.0), jnp.float32(0.0), jnp.asarray(False))
    assert (float(left), float(late), float(before)) == (8.0, 1.5, UNCOUNTED)


def test_a_million_chips_draw_their_watts_at_the_meter() -> None:
    """1 M x 1.4 kW = 1.4 GW of IT; x 1.25 overhead x 60 % in the US x 70 % average = 0.735 GW."""
    draw = facility_gw(X, jnp.asarray([1.0]), jnp.asarray([1400.0]))
    assert float(draw[0]) == pytest.approx(0.735, rel=1e-6)


def test_a_gigawatt_all_year_is_8_76_terawatt_hours() -> None:
    whole = X | numbers(pue=1.0, us_share=1.0, coincidence=1.0)
    use = electricity_use(whole, jnp.asarray([[0.0], [1.0]]), years(2023.5, 2023.5))[:, 0]
    np.testing.assert_allclose(use, [160.0, 168.76], rtol=1e-6)


def test_other_data_centres_grow_from_the_middle_of_2023() -> None:
    use = electricity_use(X, jnp.zeros((2, 1)), years(2024.5, 2033.5))[:, 0]
    np.testing.assert_allclose(use, 160 * np.exp([0.03, 0.3]), rtol=1e-5)
