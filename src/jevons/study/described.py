"""What the chain says of companies that a user describes: their part of its spending."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import jax.numpy as jnp
import numpy as np

from jevons.facts import Store
from jevons.model import revenue
from jevons.model.priors import Prior, standard_normals
from jevons.model.revenue import POOLS, Exposure
from jevons.model.simulate import Experiment, inputs_drawn
from jevons.valuation import Described
from jevons.valuation.chain_inputs import ChainInputs, Path
from jevons.valuation.described import SPENDING


def store_with(store: Store, described: Sequence[Described]) -> Store:
    """The facts with those of described companies in place of the bundled ones of their metrics."""
    added = [fact for each in described for fact in each.facts]
    replaced = {(fact.entity, fact.metric) for fact in added}
    kept = [fact for fact in store.facts if (fact.entity, fact.metric) not in replaced]
    return Store([*kept, *added])


def with_described(
    chain: ChainInputs,
    paths: Mapping[str, Path],
    experiment: Experiment,
    described: Sequence[Described],
) -> ChainInputs:
    """The chain's inputs to valuation with the AI revenue, and spending, of described companies.

    A share is drawn like a bundled one, from a stream of its own name; where it would exceed what
    nobody else sells of the pool, it is that rest.

    Args:
        paths: simulated paths, with ``spending_pools`` where anything is described.
    """
    earned, spent = dict(chain.ai_revenue), dict(chain.buyer_ai_capex)
    own = {each.company.ticker for each in described}
    for each in described:
        ticker = each.company.ticker
        parts = []
        for row in each.exposures:
            share = _share(row, experiment, chain.draws)
            if row.pool == SPENDING:
                spent[ticker] = share[:, None] * chain.ai_capex
                continue
            share = np.minimum(share, _rest(row.pool, own, experiment, chain.draws))
            parts.append(share[:, None] * paths["spending_pools"][:, POOLS.index(row.pool)])
        earned[ticker] = sum(parts[1:], parts[0]) if parts else np.zeros_like(chain.ai_capex)
    return replace(chain, ai_revenue=earned, buyer_ai_capex=spent)


def _share(row: Exposure, experiment: Experiment, draws: int) -> np.ndarray:
    prior = Prior(row.name, "logitnormal", row.p10, row.median, row.p90, "1", row.source)
    normals = standard_normals(experiment.seed, [row.name], draws)[row.name]
    return np.asarray(prior.draw(jnp.float32(prior.forward(row.median)), normals))


def _rest(pool: str, own: set[str], experiment: Experiment, draws: int) -> np.ndarray:
    """Part of a pool that no bundled company sells, those that are described anew aside."""
    rows = [row for row in revenue.exposures() if row.pool == pool and row.ticker not in own]
    drawn = inputs_drawn(experiment, [row.name for row in rows], draws) if rows else {}
    return np.asarray(np.maximum(1.0 - sum(drawn.values(), np.zeros(draws)), 0.0))
