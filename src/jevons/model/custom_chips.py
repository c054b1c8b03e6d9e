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
from jevons.model.demand import Inputs, workload_shares
from jevons.model.timeline import Timeline

CHIP_WORKLOADS: tuple[str, ...] = ("training", "direct", "reasoning_agents", "multimodal")
WIDEST = 40.0  # log odds between two workloads: more is as good as all against nothing


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


def gap_of(
    training: jax.Array, serving: jax.Array, weight: jax.Array, share: jax.Array
) -> jax.Array:
    """The gap g for which weight logistic(training + g) + rest logistic(serving + g) is ``share``.

    With A and B the odds of the two at the larger one's zero and y = exp(g), the positive root of
    A B (1 - share) y^2 + (weight A + rest B - share (A + B)) y - share = 0.

    Args:
        training, serving: long-run log odds. weight: of training. share: all (draw,).

    >>> round(float(gap_of(*map(jnp.float32, (0.0, 0.0, 0.6, 0.5)))), 6)
    0.0
    """
    top = jnp.maximum(training, serving)
    a, b = (jnp.exp(jnp.maximum(each - top, -WIDEST)) for each in (training, serving))
    square = a * b * (1 - share)
    linear = weight * a + (1 - weight) * b - share * (a + b)
    root = jnp.sqrt(linear**2 + 4 * square * share)
    # Of the two forms of the root the one that takes no difference of near equals.
    falling = linear < 0
    upper = jnp.where(falling, root - linear, 2 * share)
    lower = jnp.where(falling, 2 * square, root + linear)
    return jnp.log(upper / lower) - top


def share_by_workload(
    x: Inputs, advantage: jax.Array, since_2025: jax.Array, weights: jax.Array
) -> jax.Array:
    """Share of custom chips in the spend on each workload, (workload, quarter, draw).

    Args:
        advantage: (quarter, draw). since_2025: years (quarter, 1). weights: (workload, draw).
    """
    premiums = x["flexibility_premium_training"], x["flexibility_premium_inference"]
    wishes = [(advantage - premium) / x["asic_choice_spread"] for premium in premiums]
    origin = jnp.argmin(jnp.abs(since_2025[:, 0]))
    now = [jnp.take(wish, origin, axis=0) for wish in wishes]
    gap = gap_of(now[0], now[1], weights[0], x["asic_share"])
    left = gap * 2.0 ** (-since_2025 / x["asic_half_life"])
    training, serving = (jax.nn.sigmoid(wish + left) for wish in wishes)
    return jnp.stack([training, *(serving for _ in CHIP_WORKLOADS[1:])])


def share_of_spend(by_workload: jax.Array, weights: jax.Array) -> jax.Array:
    """Custom chips in accelerator spend, (quarter, draw): the workloads at their anchor weights."""
    return (by_workload * weights[:, None]).sum(0)


def share(x: Inputs, time: Timeline, gpu_price: jax.Array, gpu_watts: jax.Array) -> jax.Array:
    """Custom chips in accelerator spend, (quarter, draw); see :func:`advantage` for the rest."""
    weights = workload_weights(x, time.anchor_since_2025)
    gain = advantage(x, gpu_price, gpu_watts)
    return share_of_spend(share_by_workload(x, gain, time.since_2025, weights), weights)
