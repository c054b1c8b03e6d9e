"""Compute that training wants: pre-training bounded by budgets, post-training as a rising ratio."""

import jax
import jax.numpy as jnp

from jevons.model.demand import Inputs, decaying_growth, logit


def post_training_ratio(x: Inputs, since_2025: jax.Array) -> jax.Array:
    """Post-training over pre-training compute, (quarter, draw): logistic towards its ceiling."""
    start = jnp.clip(x["post_training_ratio"] / x["post_training_ceiling"], 0.01, 0.95)
    rise = jax.nn.sigmoid(logit(start) + x["post_training_speed"] * since_2025)
    return x["post_training_ceiling"] * rise


def pretraining_growth(x: Inputs, since_anchor: jax.Array) -> jax.Array:
    """Log growth of wanted pre-training compute since the anchor, (quarter, draw)."""
    return decaying_growth(jnp.log(x["pretraining_growth"]), x["growth_half_life"], since_anchor)


def within_budget(wanted: jax.Array, fleet: jax.Array, share: jax.Array) -> jax.Array:
    """Training compute that budgets allow: min(wanted, share of the fleet), same unit as fleet."""
    return jnp.minimum(wanted, share * fleet)
