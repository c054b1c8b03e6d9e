"""What gets built: survival, capacities, wishes and plans against closed forms."""

import math

import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jevons.model.demand import adjustment
from jevons.model.supply import (
    BUILD_SPEEDS,
    CAPACITIES,
    LIMITS,
    adjusted,
    build_speed,
    capacity_growth,
    desired_additions,
    grow,
    guided,
    looking_ahead,
    relative_growth,
    slack,
    smallest,
    survival,
    units_per_dollar,
)

from .invented import numbers, years

GROWTH = numbers(
    accelerator_spend_growth=0.9,
    capacity_growth_half_life=1.5,
    capacity_growth_floor=0.1,
    packaging_relative_growth=-0.05,
    memory_relative_growth=0.02,
    network_relative_growth=0.04,
)
LEADS = numbers(
    lead_time_chips=1.0,
    lead_time_packaging=0.5,
    lead_time_memory=2.0,
    lead_time_network=0.1,
    shortage_response=0.4,
)
WISH = numbers(demand_extrapolation=0.5, orders_over_deliveries=1.2)
COLUMN = jnp.ones((len(CAPACITIES), 1))


def test_half_of_a_vintage_is_left_at_its_economic_life() -> None:
    left = float(survival(jnp.asarray([5.0]), years(5.0))[0, 0])
    assert left == pytest.approx(0.5, rel=3e-4)  # the logistic's 0.5 over its value at age 0


def test_a_vintage_arrives_whole_and_leaves_whole() -> None:
    alive = np.asarray(survival(jnp.asarray([5.0]), years(0.0, 2.0, 4.0, 6.0, 20.0))[:, 0])
    assert (np.diff(alive) < 0).all()
    assert alive[0] == 1.0
    assert alive[-1] == pytest.approx(0.0, abs=1e-6)


def test_mean_life_is_the_economic_life() -> None:
    """The integral of survival over age is the mean age at retirement."""
    ages = np.linspace(0.0, 40.0, 8001)
    alive = np.asarray(survival(jnp.asarray([5.5]), years(*ages))[:, 0], np.float64)
    mean = float(np.sum((alive[1:] + alive[:-1]) / 2 * np.diff(ages)))
    assert mean == pytest.approx(5.5, rel=1e-3)


def test_growth_fades_from_the_anchors_rate_to_the_floor() -> None:
    """0.9 at the anchor and before, (0.9 + 0.1) / 2 after a half-life, 0.1 in the end."""
    growth = np.asarray(capacity_growth(GROWTH, years(-2.0, 0.0, 1.5, 60.0)))[:, 0]
    np.testing.assert_allclose(growth, [0.9, 0.9, 0.5, 0.1], rtol=1e-5)
    np.testing.assert_allclose(relative_growth(GROWTH)[:, 0], [0, -0.05, 0.02, 0.04], rtol=1e-4)


@pytest.mark.parametrize(("paid", "used"), [(20.0, 1.0), (15.0, 0.75), (1e-3, 0.0)])
def test_without_shortage_capacity_grows_by_itself_as_far_as_it_is_used(
    paid: float, used: float
) -> None:
    """At 0.8 a year, a quarter of it in a quarter; idle capacity is not added to."""
    twenty, ordered = math.log(20) * COLUMN, jnp.log(jnp.asarray([paid]))
    capacity, orders = grow(twenty, 0 * COLUMN, ordered, 0.8 * COLUMN, LEADS)
    np.testing.assert_allclose(np.exp(capacity), 20 * math.exp(0.2 * used), rtol=1e-4)
    assert not orders.any()


def test_shortage_is_answered_after_the_lead_time() -> None:
    """Wish twice the capacity: orders close a quarter, a half, an eighth, all of ln 2."""
    ten, twenty = math.log(10) * COLUMN, jnp.log(jnp.asarray([20.0]))
    capacity, orders = grow(ten, 0 * COLUMN, twenty, 0 * COLUMN, LEADS)
    expected = math.log(2) * np.array([0.25, 0.5, 0.125, 1.0])
    np.testing.assert_allclose(orders[:, 0], expected, rtol=1e-5)
    np.testing.assert_allclose(capacity[:, 0] - ten[:, 0], 0.25 * 0.4 * expected, rtol=1e-4)


def test_orders_lapse_when_the_shortage_is_over() -> None:
    ten, five = math.log(10) * COLUMN, jnp.log(jnp.asarray([5.0]))
    _, orders = grow(ten, COLUMN, five, 0 * COLUMN, LEADS)
    np.testing.assert_allclose(orders[:, 0], [0.75, 0.5, 0.875, 0.0], atol=1e-6)


def wish(demand: float, growth: float, fleet: float, retiring: float) -> float:
    """At a speed of 0.3 a quarter."""
    now = [jnp.asarray([each]) for each in (demand, growth, fleet, retiring, 0.3)]
    ahead = looking_ahead(now[0], now[1], WISH)
    return float(desired_additions(ahead, now[2], now[3], now[4])[0])


@given(st.floats(5.0, 100.0), st.floats(1.0, 50.0), st.floats(0.0, 0.5), st.floats(0.05, 10.0))
def test_who_builds_at_a_rate_wished_for_about_that_rate(
    ahead: float, fleet: float, retiring: float, built: float
) -> None:
    """The wish at the speed found is orders over deliveries times what was built, if in bounds."""
    a, f, r, b = (jnp.float32(each) for each in (ahead, fleet, retiring, built))
    speed = build_speed(a, f, r, b, WISH)
    assert BUILD_SPEEDS[0] * 0.9999 <= float(speed[0]) <= BUILD_SPEEDS[1]
    inside = BUILD_SPEEDS[0] * 1.001 < float(speed[0]) < BUILD_SPEEDS[1] * 0.999
    if inside and ahead - fleet > built:
        found = desired_additions(a, f, r, speed)
        assert float(found[0]) == pytest.approx(1.2 * built, rel=1e-4)


def test_a_fleet_that_suffices_is_only_replaced() -> None:
    assert wish(10.0, 0.0, 10.0, 0.4) == pytest.approx(0.4)


def test_buyers_close_a_share_of_the_gap_to_extrapolated_demand() -> None:
    """Half of a growth of 0.8 is built for, 30 % of the gap to it each quarter."""
    assert wish(10.0, 0.8, 9.0, 0.4) == pytest.approx(
        0.3 * (10 * math.exp(0.4) - 9) + 0.4, rel=1e-5
    )


def test_extrapolation_stops_at_a_log_growth_of_one_and_a_half() -> None:
    assert wish(10.0, 9.0, 9.0, 0.0) == wish(10.0, 1.5, 9.0, 0.0)
    assert wish(50.0, -9.0, 1.0, 0.0) == wish(50.0, -1.0, 1.0, 0.0)


@given(st.floats(0.01, 100), st.floats(-3, 3), st.floats(0.01, 500), st.floats(0.0, 10))
def test_no_chip_is_sent_back(demand: float, growth: float, fleet: float, retiring: float) -> None:
    assert wish(demand, growth, fleet, retiring) > 0


def test_spending_is_halfway_to_the_wish_after_a_half_life() -> None:
    """From 10 to 40 it passes 25; to a wish of nothing it halves."""
    speed = adjustment(jnp.float32(0.5))
    for wish, halfway in ((40.0, 25.0), (1e-12, 5.0)):
        plan = jnp.log(jnp.float32(10.0))
        for _ in range(2):
            plan = adjusted(plan, jnp.log(jnp.float32(wish)), speed)
        assert float(jnp.exp(plan)) == pytest.approx(halfway, rel=1e-5)


def test_a_plan_is_what_was_told_at_full_weight_and_stays_without() -> None:
    plan, told = jnp.log(jnp.array([10.0, 40.0]))
    assert float(jnp.exp(guided(plan, told, jnp.float32(1.0)))) == pytest.approx(40.0)
    assert float(jnp.exp(guided(plan, told, jnp.float32(0.0)))) == pytest.approx(10.0)


def test_a_billion_dollars_buys_its_chips() -> None:
    """50,000 GPUs at 20 kUSD; a fifth of it on custom chips at half the price buys 20 % more."""
    price = jnp.float32(20_000.0)
    gpus = units_per_dollar(price, jnp.float32(0.0), jnp.float32(0.5))
    mixed = units_per_dollar(price, jnp.float32(0.2), jnp.float32(0.5))
    assert float(gpus) == pytest.approx(0.05)
    assert float(mixed) == pytest.approx(0.06)


def test_the_limits_are_named_once_and_capacities_follow_the_wish() -> None:
    assert LIMITS[0] == "desired"
    assert LIMITS[1 : 1 + len(CAPACITIES)] == CAPACITIES
    assert set(LIMITS[1 + len(CAPACITIES) :]) == {"power", "capital"}


def test_chips_have_no_slack_and_the_others_their_own() -> None:
    x = numbers(packaging_slack=1.1, memory_slack=1.2, network_slack=1.3)
    np.testing.assert_allclose(slack(x)[:, 0], [1.0, 1.1, 1.2, 1.3], rtol=1e-6)


BOUNDS = st.lists(st.floats(0.0, 1000.0, width=32), min_size=2, max_size=7)


@given(BOUNDS, st.integers(0, 6), st.floats(0.0, 500.0, width=32))
def test_relaxing_a_limit_never_lowers_the_build_and_only_the_binding_one_raises_it(
    bounds: list[float], number: int, more: float
) -> None:
    """Closed form of min(): the build gains min(more, room) at the binding limit, 0 elsewhere."""
    number %= len(bounds)
    before, which, room = (part[0] for part in smallest(list(jnp.asarray(bounds)[:, None])))
    relaxed = jnp.asarray(bounds)[:, None].at[number].add(more)
    after = smallest(list(relaxed))[0][0]
    assert float(before) == min(bounds)
    assert bounds[int(which)] == min(bounds)
    assert float(room) == pytest.approx(sorted(bounds)[1] - min(bounds), abs=1e-3)
    gain = min(more, float(room)) if number == int(which) else 0.0
    assert float(after - before) == pytest.approx(gain, abs=1e-3)
