"""What each buyer spends: capex outside AI, AI capex at the anchor, and what it has told of it.

A buyer tells a sum for capex as a whole. Less what it spends outside AI, a share of the most that
its leanest year allows, the rest is AI capex as told:

    outside = capex_outside_ai x most,    ln told = ln (guided - outside) - ln (now - outside).

All buyers' plan is drawn to the told of those that guide a quarter, by their part in AI capex; a
buyer whose word goes beyond the plan moves its own part.
"""

from typing import NamedTuple

import jax
import jax.numpy as jnp

from jevons.model import capex
from jevons.model.demand import Inputs
from jevons.model.setting import Setting
from jevons.model.timeline import Timeline

LEAST_TOLD = 0.02  # of AI capex at the anchor: who guides less than it spends outside AI stops AI


class Budgets(NamedTuple):
    """Each buyer's capex outside AI and in it, and what buyers have told; draw axis last."""

    outside: jax.Array  # capex outside AI, USD_bn/quarter, (buyer, quarter, draw)
    now: jax.Array  # AI capex at the anchor, USD_bn/quarter, (buyer, 1, draw)
    told: jax.Array  # log of AI capex as told over that, as at the last word, like outside
    plan: jax.Array  # log of AI capex of those that guide a quarter over theirs, (quarter, draw)
    part: jax.Array  # their part in the AI capex of all buyers at the anchor, (quarter, draw)
    held: jax.Array  # the quarter whose word holds: the last told by then, (buyer, quarter)


def budgets(x: Inputs, setting: Setting, time: Timeline) -> Budgets:
    """The buyers' budgets."""
    anchor = setting.anchor.astype(jnp.int32)
    most = capex.outside(setting.buyer_before[:, None], time.year_end[:, 0] - 2022.5)
    outside = most[..., None] * x["capex_outside_ai"]
    now = setting.buyer_now[:, None, None] - jnp.take(outside, anchor[None], axis=1)
    quarters = jnp.arange(len(time.year_end))
    guides = (setting.told > 0)[..., None]
    amount = jnp.maximum(setting.told[..., None] - outside, LEAST_TOLD * now)
    spent = jnp.where(guides, now, 0.0)
    anyone = spent.sum(0) > 0
    plan = jnp.where(guides, amount, 0.0).sum(0) / jnp.where(anyone, spent.sum(0), 1.0)
    surprise = x["guidance_surprise"] * jnp.maximum(time.since_anchor, 0.0)
    last = jnp.where(setting.told > 0, quarters, anchor).max(1, keepdims=True)
    held = jnp.clip(quarters, anchor, last)
    word = jnp.where(quarters[:, None] > anchor, jnp.log(amount / now) + surprise, 0.0)
    return Budgets(
        outside,
        now,
        jnp.take_along_axis(word, held[..., None], axis=1),
        jnp.log(jnp.where(anyone, plan, 1.0)) + surprise,
        spent.sum(0) / now.sum(0),
        held,
    )


def ai_capex(x: Inputs, given: Budgets, grown: jax.Array, plan: jax.Array) -> jax.Array:
    """AI capex of each buyer, USD_bn/quarter, (buyer, quarter, draw).

    It grows as all of it, and by the guidance's weight as far as the buyer's own word goes beyond
    the plan; that part then stays.

    Args:
        grown: AI capex over the anchor's. plan: log of what was planned over the anchor's, each
            (quarter, draw).
    """
    beyond = x["guidance_weight"] * (given.told - jnp.take(plan, given.held, axis=0))
    return given.now * jnp.exp(beyond) * grown
