"""GPU or custom chip: each workload weighs what an hour of compute costs against flexibility.

Buyers of workload k choose custom chips with the odds of a logit in the cost advantage a, the log
of the GPU's cost of an H100-equivalent hour over the custom chip's, less the flexibility premium
f_k, the log cost that they pay to keep a programmable chip (other models tomorrow, software,
resale):

    logit s_k(t) = (a(t) - f_k) / spread + gap 2^(-u / half-life)

``spread`` is how much buyers differ. ``gap`` is how far the choice of 2025Q1 was from the long-run
one; it is the one number that makes the shares add up to the share of spend observed then. It
closes with a half-life, because designs take years. Training pays the larger premium.
"""

import jax
import jax.numpy as jnp

from jevons.model import unit_cost
from jevons.model.demand import Inputs, logit, workload_shares

CHIP_WORKLOADS: tuple[str, ...] = ("training", "direct", "reasoning_agents", "multimodal")
NEWTON_STEPS = 6  # doubles the digits each time; six reach single precision from any start here


def advantage(x: Inputs, gpu_price: jax.Array, gpu_watts: jax.Array) -> jax.Array:
    """Log of the GPU's hourly cost over the custom chip's, per H100-equivalent, (quarter, draw).

    Args:
        gpu_price: USD per H100-equivalent. gpu_watts: all-in IT watts, each (quarter, draw).
    """
    gpu = unit_cost.hour_cost(x, gpu_price, gpu_watts)
    custom = unit_cost.hour_cost(
        x, gpu_price * x["asic_price_ratio"], gpu_watts * x["asic_watts_ratio"]
    )
    return jnp.log(gpu / custom)


def workload_weights(x: Inputs, anchor_since_2025: jax.Array) -> jax.Array:
    """Share of each of :data:`CHIP_WORKLOADS` in the compute of the anchor, (workload, draw)."""
    inference = x["inference_share"] * workload_shares(x, anchor_since_2025)
    return jnp.concatenate([1 - x["inference_share"][None], inference])


def gap_of(wish: jax.Array, weights: jax.Array, share: jax.Array) -> jax.Array:
    """The gap g for which sum of weights x logistic(wish + g) is ``share``, (draw,).

    Newton's steps on the log odds of the sum, which is close to linear in g.

    Args:
        wish: long-run log odds, (workload, draw). weights: adding to 1. share: (draw,).

    >>> wish = jnp.asarray([[0.0], [0.0]])
    >>> round(float(gap_of(wish, jnp.full((2, 1), 0.5), jnp.asarray([0.5]))[0]), 6)
    0.0
    """
    gap = logit(share) - (weights * wish).sum(0)
    for _ in range(NEWTON_STEPS):
        chosen = jax.nn.sigmoid(wish + gap)
        total = (weights * chosen).sum(0)
        slope = (weights * chosen * (1 - chosen)).sum(0) / (total * (1 - total))
        gap = gap - (logit(total) - logit(share)) / slope
    return gap


def share_by_workload(
    x: Inputs, advantage: jax.Array, since_2025: jax.Array, weights: jax.Array
) -> jax.Array:
    """Share of custom chips in the spend on each workload, (workload, quarter, draw).

    Args:
        advantage: (quarter, draw). since_2025: years (quarter, 1). weights: (workload, draw).
    """
    training, serving = x["flexibility_premium_training"], x["flexibility_premium_inference"]
    premium = jnp.stack([training, *(serving for _ in CHIP_WORKLOADS[1:])])
    wish = (advantage - premium[:, None]) / x["asic_choice_spread"]
    origin = jnp.argmin(jnp.abs(since_2025[:, 0]))
    gap = gap_of(jnp.take(wish, origin, axis=1), weights, x["asic_share"])
    left = 2.0 ** (-since_2025 / x["asic_half_life"])
    return jax.nn.sigmoid(wish + gap * left)


def share_of_spend(by_workload: jax.Array, weights: jax.Array) -> jax.Array:
    """Custom chips in accelerator spend, (quarter, draw): the workloads at their anchor weights."""
    return (by_workload * weights[:, None]).sum(0)
