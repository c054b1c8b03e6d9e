"""Gigawatts in the US: demand by the published definition, supply, options, shortfall.

Morgan Stanley's definition: demand is *new* capacity from 2025-01-01 on, gross of retirement, at
average draw (units x all-in watts x PUE x US share x coincidence); the gross shortfall subtracts
self-supplied capacity under construction and near-term grid access; the net shortfall subtracts
the four time-to-power options, each times the share of it that is built in time. Options are used
in order of delay, then cost, and only as far as needed.
"""

import jax
import jax.numpy as jnp

from jevons.model.demand import Inputs

# Order of delay, then cost (docs/power.md): fuel cells are delivered in months, sites stand,
# turbines wait for slots, nuclear waits for restarts; the years are those from which GW can arrive.
OPTIONS: tuple[str, ...] = ("fuel_cells", "bitcoin_sites", "gas_turbines", "nuclear_colocation")
STARTS: tuple[float, ...] = (2025.0, 2025.5, 2026.0, 2027.0)
WINDOW_START, WINDOW_END = 2025.0, 2029.0  # the published window: calendar years 2025 to 2028
UNCOUNTED = 1e6  # GW; before the window power is not counted


def ramp(year: jax.Array, start: float, after: jax.Array) -> jax.Array:
    """Share of a window's total that has arrived: linear to its end, then at ``after`` pace.

    Args:
        year: calendar time at the quarter's end, (quarter, 1). after: pace after it, (draw,).
    """
    length = WINDOW_END - start
    within = jnp.clip((year - start) / length, 0.0, 1.0)
    beyond = jnp.maximum(year - WINDOW_END, 0.0) / length
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
            x[name] * x["realisation_factor"] * ramp(year, start, after)
            for name, start in zip(OPTIONS, STARTS, strict=True)
        ]
    )


def headroom(
    supply: jax.Array, arriving: jax.Array, used: jax.Array, in_window: jax.Array
) -> jax.Array:
    """US GW that a quarter's builds may draw: what is left, never less than what arrives.

    Args:
        supply: slack plus all supply so far, GW. arriving: supply of this quarter, GW.
        used: GW drawn by earlier builds. in_window: false before 2025, when nothing is counted.
    """
    return jnp.where(in_window, jnp.maximum(supply - used, arriving), UNCOUNTED)


def merit_order(needed: jax.Array, available: jax.Array) -> jax.Array:
    """GW taken from each option, in order, until the need is met; shape of ``available``.

    Args:
        needed: GW, (...). available: GW, (option, ...).

    >>> merit_order(jnp.float32(7.0), jnp.array([5.0, 4.0, 9.0])).tolist()
    [5.0, 2.0, 0.0]
    """
    before = jnp.cumsum(available, axis=0) - available
    return jnp.clip(needed - before, 0.0, available)


def facility_gw(x: Inputs, million_units: jax.Array, watts: jax.Array) -> jax.Array:
    """Average US facility draw (GW) of new units: units x watts x PUE x US share x coincidence."""
    return million_units * watts / 1e3 * x["pue"] * x["us_share"] * x["coincidence"]


def electricity_use(x: Inputs, fleet_gw: jax.Array, year: jax.Array) -> jax.Array:
    """US data-centre electricity at a yearly rate (TWh), (quarter, draw).

    Args:
        fleet_gw: all-in IT power of the world fleet, (quarter, draw). year: (quarter, 1).
    """
    base = x["us_base_electricity"] * jnp.exp(x["us_base_electricity_growth"] * (year - 2023.5))
    return base + fleet_gw * x["pue"] * x["us_share"] * x["coincidence"] * 8.76
