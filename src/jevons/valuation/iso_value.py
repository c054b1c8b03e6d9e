"""Iso-value curves: pairs of build-out and one other input at which the median value is the price.

The second input stands at one level in all draws; everything else keeps its draws. A pair is worth
as much as both of its parts are likely, so the place of each in its own distribution is given.
"""

from collections.abc import Mapping
from typing import Any

import jax
import numpy as np

from jevons.errors import UserError, did_you_mean
from jevons.facts.snapshot import Snapshot
from jevons.model.priors import Input
from jevons.quantiles import rounded
from jevons.valuation.chain_inputs import ChainInputs, driver
from jevons.valuation.implied import SCALES, UNIT, median_value, roots
from jevons.valuation.priors import priors_of, settle, standard_points
from jevons.valuation.value import CompanyValue, value_company

# Levels of the second input, in standard deviations of its prior: its 2 % to its 98 % point.
LEVELS = tuple(np.linspace(-2.0, 2.0, 9).tolist())


def iso_value(
    value: CompanyValue,
    chain: ChainInputs,
    snapshot: Snapshot,
    normals: Mapping[str, jax.typing.ArrayLike],
    name: str,
    settled: Mapping[str, Input] | None = None,
) -> dict[str, Any]:
    """The curve of a company's price over the build-out and one of its inputs.

    Args:
        normals: standard normal draws of the company's inputs, as it was valued.
        name: short name of the second input, e.g. ``margin_change``.
        settled: inputs that were moved, by stream; as declared where left out.

    Returns:
        ``ticker, price, input, unit, driver_unit, points``: for each level ``level``, its
        ``percentile`` in the prior, ``implied`` (AI capital spending of 2028, nearest root to the
        base; None where no build-out gives the price), its ``implied_percentile`` in the draws,
        and ``roots`` (all of them).

    Raises:
        UserError: the company has no such input, no value or no price.
    """
    from scipy.special import ndtr  # slow to import, and few commands need it

    ticker, priors = value.company.ticker, priors_of(value.company)
    if name not in priors:
        raise UserError(f"{ticker} has no input '{name}'{did_you_mean(name, priors)}")
    if value.missing is not None or value.price is None:
        raise UserError(f"no curve for {ticker}: {value.missing or 'its price is not known'}")
    prior, base = priors[name], driver(chain, snapshot.as_of)
    declared = settle(value.company)[prior.name]
    entry = (settled or {}).get(prior.name, declared)
    points = []
    for z in LEVELS:
        point = standard_points(declared, entry, z)
        fixed = {**normals, prior.name: np.full(chain.draws, point)}
        moved = value_company(value.company, chain, snapshot, fixed, value.price)
        found = _scales(moved, value.price)
        dollars = [float(np.median(driver(chain, snapshot.as_of, scale))) for scale in found]
        nearest = min(found, key=lambda scale: abs(np.log(scale)), default=None)
        implied = None if nearest is None else dollars[found.index(nearest)]
        points.append(
            {
                "level": rounded(entry.quantile(z)),
                "percentile": rounded(ndtr(z)),
                "implied": None if implied is None else rounded(implied),
                "implied_percentile": None
                if implied is None
                else rounded(np.mean(base <= implied)),
                "roots": [rounded(each) for each in dollars],
            }
        )
    return {
        "ticker": ticker,
        "price": value.price,
        "input": name,
        "unit": prior.unit,
        "driver_unit": UNIT,
        "points": points,
    }


def _scales(value: CompanyValue, price: float) -> list[float]:
    """Every scale on the build-out at which the median value is the price."""
    at = median_value(value)
    return roots(lambda scale: at(scale) / price - 1, *SCALES)[0]
