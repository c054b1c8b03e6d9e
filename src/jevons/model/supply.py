"""What gets built: the wish of the buyers cut to the smallest of five limits, fleet by vintage.

All limits are put in one unit, accelerator spend in USD_bn a quarter, so that the smallest is the
one that binds. Chips, packaging and network are capacities that grow by themselves and, after a
lead time, in answer to shortage:

    o(t) = o(t-1) + (ln(wish / capacity)+ - o(t-1)) dt / lead time
    d ln capacity = (growth + response o) dt
"""

import jax
import jax.numpy as jnp

from jevons.model.clock import QUARTER_YEARS
from jevons.model.demand import Inputs

LIMITS: tuple[str, ...] = ("desired", "accelerators", "packaging", "network", "power", "capital")
CAPACITIES = 3  # of the limits, those with a capacity path: accelerators, packaging, network
SURVIVAL_WIDTH = 0.6  # years; spread of retirement ages about the economic life


def survival(life: jax.Array, age_years: jax.Array) -> jax.Array:
    """Share of a vintage still in service, logistic in age from 1; life (draw,), age (age, 1)."""
    return jax.nn.sigmoid((life - age_years) / SURVIVAL_WIDTH) / jax.nn.sigmoid(
        life / SURVIVAL_WIDTH
    )


def capacity_growth(x: Inputs, years_ahead: jax.Array) -> jax.Array:
    """Own log growth a year of chips, packaging and network, (capacity, quarter, draw).

    Growth fades from the anchor's rate to a floor: floor + (rate - floor) 2^(-years / half-life).
    """
    fade = 2.0 ** (-jnp.maximum(years_ahead, 0.0) / x["capacity_growth_half_life"])
    floor = x["capacity_growth_floor"]
    chips = floor + (x["accelerator_spend_growth"] - floor) * fade
    return jnp.stack(
        [chips, chips + x["packaging_relative_growth"], chips + x["network_relative_growth"]]
    )


def grow(
    capacity: jax.Array, orders: jax.Array, wish: jax.Array, growth: jax.Array, x: Inputs
) -> tuple[jax.Array, jax.Array]:
    """One quarter of capacity growth with lagged response to shortage.

    Args:
        capacity, orders: (capacity, draw), USD_bn/quarter and log shortage. wish: (draw,).
        growth: (capacity, draw), log a year.

    Returns:
        capacity and orders one quarter on.
    """
    lead = jnp.stack([x["lead_time_chips"], x["lead_time_packaging"], x["lead_time_network"]])
    shortage = jnp.maximum(jnp.log(wish / capacity), 0.0)
    orders = orders + (shortage - orders) * jnp.minimum(QUARTER_YEARS / lead, 1.0)
    rate = growth + x["shortage_response"] * orders
    return capacity * jnp.exp(QUARTER_YEARS * rate), orders


def desired_additions(
    demand: jax.Array, growth: jax.Array, fleet: jax.Array, retiring: jax.Array, x: Inputs
) -> jax.Array:
    """H100-equivalents (millions) that buyers want to add in a quarter.

    They extrapolate a share of recent demand growth one year ahead, close a share of the gap to
    it, and replace what retires. Never negative: a fleet shrinks by age, not by decision.
    """
    ahead = demand * jnp.exp(x["demand_extrapolation"] * jnp.clip(growth, -1.0, 1.5))
    return jnp.maximum(x["build_speed"] * (ahead - fleet) + retiring, 1e-4)


def follow(plan: jax.Array, wish: jax.Array, speed: jax.Array) -> jax.Array:
    """One quarter of planned spending on its way to the wish: plan (wish / plan)^speed, (draw,).

    Orders are placed quarters ahead and budgets set once a year, so spending neither jumps to a
    new wish nor drops to it at once.
    """
    return plan * (wish / plan) ** speed


def asic_share(x: Inputs, since_2025: jax.Array) -> jax.Array:
    """Custom chips in accelerator spend, (quarter, draw): logistic in time."""
    share = x["asic_share"]
    return jax.nn.sigmoid(jnp.log(share / (1 - share)) + x["asic_share_speed"] * since_2025)


def units_per_dollar(price: jax.Array, asic: jax.Array, ratio: jax.Array) -> jax.Array:
    """Millions of H100-equivalents per USD_bn of accelerators: GPU and custom chips together."""
    return 1e3 / price * (1 - asic + asic / ratio)
