"""Demand for tokens: use at constant price, the answer to price, and the lag between them.

For workload k and years tau since the anchor quarter,

    ln Q*_k = ln A_k(tau) - eps_k(s) ln(p / p_anchor)
    ln Q_k(t) = ln Q_k(t-1) + lambda (ln Q*_k - ln Q_k(t-1)),   lambda = 1 - 2^(-dt / half-life)

The elasticity falls in magnitude with the share s of world GDP that is spent on AI compute,
eps(s) = eps s_half / (s_half + s): lighting lost most of its elasticity as it became cheap
(Fouquet & Pearson 2012). Sources of the numbers: priors.toml; text: docs/demand.md.
"""

from collections.abc import Mapping

import jax
import jax.numpy as jnp

from jevons.model.clock import QUARTER_YEARS

WORKLOADS: tuple[str, ...] = ("direct", "reasoning_agents", "multimodal")
Inputs = Mapping[str, jax.Array]


def decaying_growth(rate: jax.Array, half_life: jax.Array, years: jax.Array) -> jax.Array:
    """Cumulated log growth when the rate halves every ``half_life``; constant rate before zero.

    Args:
        rate: log growth a year at zero. half_life: years. years: time, may be negative.

    Returns:
        ``rate * (1 - 2^(-years/half_life)) * half_life / ln 2`` for positive years.
    """
    decay = jnp.log(2.0) / half_life
    ahead = jnp.maximum(years, 0.0)
    return rate * (jnp.minimum(years, 0.0) + -jnp.expm1(-decay * ahead) / decay)


def logit(share: jax.Array) -> jax.Array:
    """Log odds of a share."""
    return jnp.log(share) - jnp.log1p(-share)


def users(x: Inputs, since_anchor: jax.Array) -> jax.Array:
    """Log of users against the anchor quarter, (quarter, draw): a logistic curve to its ceiling."""
    adoption = jnp.clip(x["users_level"] / x["users_ceiling"], 0.005, 0.98)
    later = jax.nn.log_sigmoid(logit(adoption) + x["adoption_speed"] * since_anchor)
    return later - jnp.log(adoption)


def use_at_constant_price(x: Inputs, since_anchor: jax.Array, since_2025: jax.Array) -> jax.Array:
    """ln A_k relative to the anchor quarter, (workload, quarter, draw).

    Users follow a logistic curve to their ceiling; answers move from direct to reasoning along
    another; tokens per task and multimodal use grow at rates that fade.

    Args:
        x: inputs (draw,). since_anchor, since_2025: years (quarter, 1) since the anchor quarter
            and since 2025Q1.
    """
    odds = logit(x["reasoning_answer_share"]) + x["reasoning_adoption_speed"] * since_2025
    moved = x["reasoning_adoption_speed"] * since_anchor
    reasoning = jax.nn.log_sigmoid(odds) - jax.nn.log_sigmoid(odds[:1] - moved[:1])
    direct = reasoning - moved  # ln(1 - share) is ln(share) less the log odds
    fade = x["growth_half_life"]
    per_user = decaying_growth(jnp.log(x["intensity_growth"]), fade, since_anchor)
    agents = decaying_growth(jnp.log(x["agents_growth"]), fade, since_anchor)
    multimodal = decaying_growth(jnp.log(x["multimodal_growth"]), fade, since_anchor)
    all_use = users(x, since_anchor) + per_user
    return jnp.stack([all_use + direct, all_use + reasoning + agents, all_use + multimodal])


def workload_shares(x: Inputs, anchor_since_2025: jax.Array) -> jax.Array:
    """Share of each workload in the inference compute of the anchor quarter, (workload, draw).

    A reasoning answer takes ``tokens_per_answer_ratio`` times the tokens of a direct one.
    """
    odds = logit(x["reasoning_answer_share"]) + x["reasoning_adoption_speed"] * anchor_since_2025
    answers = jax.nn.sigmoid(odds)
    reasoning = answers * x["tokens_per_answer_ratio"]
    reasoning = reasoning / (reasoning + 1 - answers)
    text = 1 - x["multimodal_share"]
    return jnp.stack([text * (1 - reasoning), text * reasoning, x["multimodal_share"]])


def elasticities(x: Inputs) -> jax.Array:
    """Long-run elasticity magnitudes before saturation, (workload, draw)."""
    market = x["elasticity"]
    return jnp.stack(
        [
            market,
            market * x["elasticity_ratio_reasoning"],
            market * x["elasticity_ratio_multimodal"],
        ]
    )


def saturated(elasticity: jax.Array, spend_share: jax.Array, half: jax.Array) -> jax.Array:
    """Elasticity once AI compute takes ``spend_share`` of GDP: eps * half / (half + share)."""
    return elasticity * half / (half + spend_share)


def affordable(spend_share: jax.Array, ceiling: jax.Array) -> jax.Array:
    """Share of wanted inference that budgets allow: 1 / (1 + spend share / ceiling).

    What is spent then tends to the ceiling however much is wanted: no economy spends more than
    itself on compute.

    Args:
        spend_share: yearly cost of the inference wanted, over world GDP. ceiling: share of GDP.

    >>> float(affordable(jnp.float32(0.06), jnp.float32(0.06)))
    0.5
    """
    return 1 / (1 + spend_share / ceiling)


def adjustment(half_life: jax.Array) -> jax.Array:
    """Share of the gap to long-run demand closed in one quarter, 1 - 2^(-dt / half-life)."""
    return -jnp.expm1(-jnp.log(2.0) * QUARTER_YEARS / half_life)


def scarcity(wanted: jax.Array, served: jax.Array, elasticity: jax.Array) -> jax.Array:
    """Price over cost-based price at which long-run demand clears: max(1, wanted/served)^(1/eps).

    From p* = p0 (A f / K)^(1/eps): a binding supply shows up as price.

    >>> float(scarcity(jnp.float32(4.0), jnp.float32(1.0), jnp.float32(2.0)))
    2.0
    """
    return jnp.maximum(wanted / served, 1.0) ** (1.0 / elasticity)
