"""What of the chain is observed: paths that reported series are held against.

A row is one quantity by quarter, for a single draw. Each is a path of the chain, or follows from
its paths and inputs by one line below.
"""

import jax
import jax.numpy as jnp

from jevons.model import demand
from jevons.model.anchors import BUYERS
from jevons.model.chain import Timeline, chain
from jevons.model.demand import Inputs
from jevons.model.revenue import companies
from jevons.model.setting import Setting

ROWS: tuple[str, ...] = (
    *(f"capex_by_buyer.{buyer}" for buyer in BUYERS),
    "ai_revenue.NVDA",
    "ai_revenue.AVGO",
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
    split as the compute that is wanted. The rest are paths of the same name.
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
    for ticker in ("NVDA", "AVGO"):
        found[f"ai_revenue.{ticker}"] = paths["ai_revenue"][companies().index(ticker)]
    return jnp.stack([found[name][:, 0] for name in ROWS])
