"""Gigawatts in the US: demand by the published definition, supply, options, shortfall.

Morgan Stanley's definition: demand is *new* capacity from 2025-01-01 on, gross of retirement, at
average draw (units x all-in watts x PUE x US share x coincidence); the gross shortfall subtracts
self-supplied capacity under construction and near-term grid access; the net shortfall subtracts
the four time-to-power options, each times the share of it that is built in time. Options are used
in merit order, cheapest first, and only as far as needed. The cost that ranks them counts delay:
a site that waits leaves its accelerators idle.
"""

from collections.abc import Mapping

import jax
import jax.numpy as jnp

from jevons.model.clock import QUARTER_YEARS
from jevons.model.demand import Inputs
from jevons.model.priors import Draws

OPTIONS: tuple[str, ...] = ("fuel_cells", "bitcoin_sites", "gas_turbines", "nuclear_colocation")
WINDOW_START, WINDOW_END = 2025.0, 2029.0  # the published window: calendar years 2025 to 2028
LEAST_HEADROOM = 1e-3  # GW a quarter
UNCOUNTED = 1e6  # GW; before the window power is not counted


def ramp(year: jax.Array, start: jax.Array | float, after: jax.Array) -> jax.Array:
    """Share of a window's total that has arrived: linear from ``start`` to the window's end.

    After the window the same total a window goes on to arrive at ``after`` times the pace, so that
    a later start never delivers more. A start past the window delivers all within a quarter.

    Args:
        year: calendar time at the quarter's end, (quarter, 1). start: scalar or (draw,).
        after: pace after the window over the pace in it, (draw,).
    """
    length = jnp.maximum(WINDOW_END - start, QUARTER_YEARS)
    within = jnp.clip((year - start) / length, 0.0, 1.0)
    beyond = jnp.maximum(year - WINDOW_END, 0.0) / (WINDOW_END - WINDOW_START)
    return within + after * beyond


def firm_supply(x: Inputs, year: jax.Array) -> tuple[jax.Array, jax.Array]:
    """Under construction and grid access in GW, cumulative since 2025, each (quarter, draw)."""
    arrived = ramp(year, WINDOW_START, x["power_growth_after_2028"])
    return x["under_construction"] * arrived, x["grid_access"] * arrived


def option_supply(x: Inputs, year: jax.Array) -> jax.Array:
    """GW that each option delivers, realisation included, (option, quarter, draw)."""
    after = x["power_growth_after_2028"]
    return jnp.stack(
        [
            x[name]
            * x["realisation_factor"]
            * ramp(year, WINDOW_START + x[f"{name}_lead_time"], after)
            for name in OPTIONS
        ]
    )


def option_capital(x: Inputs) -> jax.Array:
    """Capital cost of each option, USD/kW, (option, draw)."""
    return jnp.stack([x["fuel_cell_price"], *(x[f"{name}_capital_cost"] for name in OPTIONS[1:])])


def option_energy_cost(x: Inputs) -> jax.Array:
    """Cost of each option's energy over a contract, USD/MWh, (option, draw).

    (capital x fixed charge rate / hours run) + fuel, operation or purchased power; a load of
    ``coincidence`` runs 8760 times that a year. A converted bitcoin site buys from its grid.
    """
    running = jnp.stack(
        [
            x["industrial_power_price"] if name == "bitcoin_sites" else x[f"{name}_running_cost"]
            for name in OPTIONS
        ]
    )
    hours = 8.76 * x["coincidence"]  # thousand hours a year: USD/kW over them is USD/MWh
    return option_capital(x) * x["power_fixed_charge_rate"] / hours + running


def merit_cost(x: Inputs, idle: jax.Array) -> jax.Array:
    """What ranks the options: energy cost plus the cost of the delay, USD/MWh, (option, draw).

    A site that waits for its lead time loses that many years of ``idle``; the loss is recovered
    over the contract like capital, at the fixed charge rate.

    Args:
        idle: owner's cost of the compute that one MWh would have fed, USD/MWh, (draw,).
    """
    delay = jnp.stack([x[f"{name}_lead_time"] for name in OPTIONS])
    return option_energy_cost(x) + delay * idle * x["power_fixed_charge_rate"]


def headroom(
    supply: jax.Array, arriving: jax.Array, used: jax.Array, in_window: jax.Array
) -> jax.Array:
    """US GW that a quarter's builds may draw: what is left, never less than what arrives.

    Where history drew more than all supply so far, only what is firm can be drawn as it arrives:
    options that start later arrive faster from then on, which must not count for them. And what
    could be connected in the anchor quarter can be in a later one. A shock may take supply away;
    what is built already keeps its power, and what arrives is the shock's share of what would have;
    no quarter has less than :data:`LEAST_HEADROOM`.

    Args:
        supply: slack plus all supply so far, GW. arriving: firm supply of this quarter, or what
            the anchor quarter's builds drew, the larger, GW.
        used: GW drawn by earlier builds. in_window: false before 2025, when nothing is counted.
    """
    left = jnp.maximum(jnp.maximum(supply - used, arriving), LEAST_HEADROOM)
    return jnp.where(in_window, left, UNCOUNTED)


def merit_order(needed: jax.Array, available: jax.Array, cost: jax.Array) -> jax.Array:
    """GW taken from each option, cheapest first, until the need is met; shape of ``available``.

    No sorting and no solver: what lies before an option is the sum of all that rank lower, and of
    equals those named earlier.

    Args:
        needed: GW, (...). available: GW, (option, ...). cost: ranks them, (option, ...), broadcast
            against ``available``.

    >>> cost = jnp.array([30.0, 10.0, 20.0])
    >>> merit_order(jnp.float32(7.0), jnp.array([5.0, 4.0, 9.0]), cost).tolist()
    [0.0, 4.0, 3.0]
    """
    number = range(len(available))
    before = [
        sum(
            jnp.where((cost[j] <= cost[i]) if j < i else (cost[j] < cost[i]), available[j], 0.0)
            for j in number
            if j != i
        )
        for i in number
    ]
    return jnp.clip(needed - jnp.stack(before), 0.0, available)


def facility_gw(x: Inputs, million_units: jax.Array, watts: jax.Array) -> jax.Array:
    """Average facility draw (GW) of new units: units x watts x PUE x coincidence."""
    return million_units * watts / 1e3 * x["pue"] * x["coincidence"]


def world_build(x: Inputs, wished: jax.Array, at_home: jax.Array) -> jax.Array:
    """What US power, and that abroad, lets the world build, in the unit of ``wished``, (draw,).

    Where US power is short, the US builds what it feeds, and sites abroad

        min( (1 - us_share) wished + builds_moved_abroad (us_share wished - at_home), fed_abroad );

    at most at_home / us_share in all where it is not: from there on it would be.

    Args:
        x: with us_share, of builds that are free to choose; builds_moved_abroad, the part of those
            turned away that is built there; power_abroad. wished: what would be built without the
            limit. at_home: what US power feeds.

    >>> inputs = {"us_share": 0.5, "builds_moved_abroad": 0.25, "power_abroad": 1.5}
    >>> x = {name: jnp.float32(value) for name, value in inputs.items()}
    >>> [float(world_build(x, jnp.float32(10), jnp.float32(fed))) for fed in (1, 4.75, 5, 6)]
    [2.5, 9.8125, 10.0, 12.0]
    """
    us_share = x["us_share"]
    turned_away = us_share * wished - at_home
    abroad = (1 - us_share) * wished + x["builds_moved_abroad"] * turned_away
    short = at_home + jnp.minimum(abroad, fed_abroad(x, at_home))
    return jnp.where(turned_away > 0, short, at_home / us_share)


def fed_abroad(x: Mapping[str, Draws], at_home: Draws) -> Draws:
    """What power abroad feeds, in the unit of ``at_home``, what that of the US does, (draw,).

    ``power_abroad`` of it, and never less than what would be built there with it.
    """
    return at_home * jnp.maximum(x["power_abroad"], (1 - x["us_share"]) / x["us_share"])


def electricity_use(x: Inputs, ai_gw: jax.Array, year: jax.Array) -> jax.Array:
    """US data-centre electricity at a yearly rate (TWh), (quarter, draw).

    Args:
        ai_gw: average draw of the AI fleet in the US, (quarter, draw). year: (quarter, 1).
    """
    base = x["us_base_electricity"] * jnp.exp(x["us_base_electricity_growth"] * (year - 2023.5))
    return base + ai_gw * 8.76
