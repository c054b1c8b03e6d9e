"""Centres of the shares that companies have of a pool of spending.

Where a company reports what it sells into a pool its share is centred on that over the pool in the
anchor quarter, other inputs at their centres; the rest stand as ``exposures.csv`` has them.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import jax
import jax.numpy as jnp

from jevons.facts.snapshot import Snapshot
from jevons.model import custom_chips, revenue, unit_cost
from jevons.model.demand import Inputs
from jevons.model.nvidia import networking_at_anchor
from jevons.model.priors import Input, Prior
from jevons.model.reported import Anchor, quarterly
from jevons.model.setting import Setting
from jevons.model.timeline import Timeline

LEAST, MOST = 0.005, 0.95  # of a pool: a share is a company's part, neither nothing nor all


def broadcom(snapshot: Snapshot) -> Anchor:
    """Broadcom's AI revenue (USD_bn/quarter) of the last quarter that the company reported."""
    metric = "ai_semiconductor_revenue"
    known = quarterly(snapshot.select(entity="AVGO", metric=metric, stated_by="company"))
    if not known:
        return Anchor(None, ())
    last = known[max(known)]
    return Anchor(last.central, (last.fact_id,))


@dataclass(frozen=True, slots=True)
class Sold:
    """What a company reports (USD_bn/quarter), and the part of it that a pool pays."""

    revenue: Callable[[Snapshot], Anchor]
    part: float
    pool: str


# How the share of a row of exposures.csv is centred, by the name that the row gives. Broadcom's
# split of three to one is an assumption.
RULES: Mapping[str, Sold] = {
    "nvidia_network_share": Sold(networking_at_anchor, 1.0, "network"),
    "broadcom_custom_share": Sold(broadcom, 0.75, "custom_silicon"),
    "broadcom_network_share": Sold(broadcom, 0.25, "network"),
}


def settle_exposures(
    snapshot: Snapshot, settled: Mapping[str, Input], setting: Setting
) -> dict[str, Input]:
    """Inputs for the exposure shares, centred on reported revenue where it is known.

    Args:
        settled: the inputs of the chain. setting: of the day.
    """
    spend = settled["accelerator_spend_at_anchor"]
    pools = pools_at_anchor(settled, setting)
    found = {}
    for row in revenue.exposures():
        prior = Prior(
            row.name, "logitnormal", row.p10, row.median, row.p90, "1", row.source, row.centre
        )
        centre, facts = row.median, tuple[str, ...]()
        if row.centre is not None:
            rule = RULES[row.centre]
            sold = rule.revenue(snapshot)
            if sold.value is not None:
                share = rule.part * sold.value / pools[rule.pool]
                centre = min(max(share, LEAST), MOST)
                facts = tuple(dict.fromkeys((*sold.facts, *spend.facts)))
        found[row.name] = Input(prior, prior.forward(centre), facts)
    return found


def pools_at_anchor(settled: Mapping[str, Input], setting: Setting) -> dict[str, float]:
    """The pools of :data:`RULES` in the anchor quarter, USD_bn, at the centres of the inputs."""
    x = {name: jnp.asarray([entry.quantile(0.0)]) for name, entry in settled.items()}
    spend = float(x["accelerator_spend_at_anchor"][0])
    custom = float(_custom_share_at_anchor(x, setting))
    return {"custom_silicon": spend * custom, "network": spend * float(x["network_ratio"][0])}


@jax.jit
def _custom_share_at_anchor(x: Inputs, setting: Setting) -> jax.Array:
    """Custom chips in accelerator spend in the anchor quarter, scalar, for one draw, (1,)."""
    price = unit_cost.price_per_unit(x, setting.generations)
    watts = unit_cost.watts_per_unit(x, setting.generations)
    share = custom_chips.share(x, Timeline.of(setting.anchor), price, watts)
    return jnp.take(share[:, 0], setting.anchor.astype(jnp.int32))
