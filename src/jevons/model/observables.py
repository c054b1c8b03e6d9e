"""What of the chain is observed: paths that reported series are held against.

A row is one quantity by quarter, for a single draw. Each is a path of the chain, or follows from
its paths and inputs by one line below.
"""

import jax
import jax.numpy as jnp

from jevons.model import demand
from jevons.model.anchors import BUYERS
from jevons.model.chain import chain
from jevons.model.demand import Inputs
from jevons.model.priors import Draws
from jevons.model.revenue import companies
from jevons.model.setting import SELLERS, Setting
from jevons.model.timeline import Timeline

ROWS: tuple[str, ...] = (
    *(f"capex_by_buyer.{buyer}" for buyer in BUYERS),
    *(f"ai_revenue.{seller}" for seller in SELLERS),
    "tokens",
    "users",
    "price_decline",
    "efficiency_gain",
    "us_electricity",
    "inference_cost",
    "training_cost",
)


def observables(x: Inputs, setting: Setting) -> jax.Array:
    """Rows of :data:`ROWS` by quarter, (row, quarter), for inputs of one draw each, (1,).

    ``users``: weekly users of the largest assistant, millions. ``price_decline``: price of a token
    in the anchor quarter over that of the quarter, as demand sees it (pass-through included).
    ``inference_cost`` and ``training_cost``: what AI compute in use sells for, USD_bn a quarter,
    split as the compute that is wanted. ``ai_revenue``: see :func:`from_report`. The rest are paths
    of the same name.
    """
    paths = chain(x, setting)
    time = Timeline.of(setting.anchor)
    cost = paths["token_cost"]
    at_anchor = jnp.take(cost, setting.anchor.astype(jnp.int32), axis=0)
    inference = paths["compute_by_workload"].sum(0) / paths["compute_wanted"]
    found = {
        "tokens": paths["tokens_by_workload"].sum(0),
        "users": x["users_level"] * jnp.exp(demand.users(x, time.since_anchor)),
        "price_decline": (at_anchor / cost) ** x["price_pass_through"],
        "efficiency_gain": paths["efficiency_gain"],
        "us_electricity": paths["us_electricity"],
        "inference_cost": paths["compute_services"] * inference,
        "training_cost": paths["compute_services"] * (1 - inference),
    }
    for number, buyer in enumerate(BUYERS):
        found[f"capex_by_buyer.{buyer}"] = paths["capex_by_buyer"][number]
    for number, seller in enumerate(SELLERS):
        path = paths["ai_revenue"][companies().index(seller)]
        now = jnp.take(path, setting.anchor.astype(jnp.int32), axis=0)
        found[f"ai_revenue.{seller}"] = from_report(path, now, setting.reported[number])
    return jnp.stack([found[name][:, 0] for name in ROWS])


def from_report(path: Draws, now: Draws, reported: jax.Array) -> jax.Array:
    """A seller's revenue as a forecast of its reports: the path's growth on its last report.

    What was sold at the anchor is known, whatever the draw's shares and ratios make of it; where
    nothing was reported the path stands.

    Args:
        path: (quarter, draw). now: the path at the anchor, (draw,). reported: scalar, 0 if not.
    """
    return jnp.where(reported > 0, path * reported / now, path)
