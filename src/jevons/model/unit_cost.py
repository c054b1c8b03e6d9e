"""What an hour of compute and a token cost their owner, along the quarters.

    hour  = price (1 + other capital) owner's yearly share / 8760 + watts PUE electricity
    token = hour / (3600 * tokens per second * efficiency)

Tokens per second of the reference set-up come from the roofline (jevons.model.efficiency);
efficiency is the gain since 2025Q1 in tokens served per unit of compute.
"""

import jax
import jax.numpy as jnp

from jevons.model.demand import Inputs, decaying_growth
from jevons.model.generations import Generations

HOURS_A_YEAR = 8760.0


def efficiency_gain(
    x: Inputs, since_anchor: jax.Array, since_2025: jax.Array, shock: jax.Array
) -> jax.Array:
    """Log of tokens served per unit of compute against 2025Q1, (quarter, draw).

    Args:
        x: inputs. since_anchor, since_2025: years (quarter, 1). shock: log gain added,
            broadcastable to (quarter, draw).
    """
    rate = jnp.log(x["software_efficiency_growth"])
    since = decaying_growth(rate, x["efficiency_growth_half_life"], since_anchor)
    anchor = rate * (since_2025 - since_anchor)
    return since + anchor + shock


def price_per_unit(x: Inputs, generations: Generations) -> jax.Array:
    """USD per H100-equivalent of GPUs, (quarter, draw): as counted, else by the designs shipped."""
    fall = jnp.log(x["price_performance_growth"]) * generations.uncounted[:, None]
    return x["accelerator_price"] * jnp.exp(generations.counted[:, None] - fall)


def watts_per_unit(x: Inputs, generations: Generations) -> jax.Array:
    """All-in IT watts per H100-equivalent shipped, before PUE, (quarter, draw)."""
    fall = jnp.log(x["energy_efficiency_growth"]) * generations.younger[:, None]
    return x["compute_power"] * jnp.exp(-fall)


def capital_multiple(x: Inputs) -> jax.Array:
    """All capital over accelerators: 1 + servers + network + power and cooling + shell, (draw,)."""
    return 1 + x["servers_ratio"] + x["network_ratio"] + x["power_cooling_ratio"] + x["shell_ratio"]


def hour_cost(x: Inputs, price: jax.Array, watts: jax.Array) -> jax.Array:
    """USD per H100-equivalent hour for its owner, (quarter, draw)."""
    capital = price * capital_multiple(x) * x["serving_cost_share"] / HOURS_A_YEAR
    energy = watts * x["coincidence"] * x["pue"] * x["industrial_power_price"] / 1e6
    return capital + energy


def token_cost(hour: jax.Array, tokens_per_second: jax.Array, gain: jax.Array) -> jax.Array:
    """USD per million tokens, (quarter, draw); tokens_per_second (draw,) in 2025Q1."""
    return hour * 1e6 / (3600.0 * tokens_per_second * jnp.exp(gain))
