"""What moves a value: bull, base and bear as regions of the draws, and the swing of each input.

A region is named by the build-out alone: world AI capital spending in 2028 over that of the year of
the valuation date, draw by draw. Its probability is its mass, so scenarios and distribution cannot
disagree.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from jevons.facts.snapshot import Snapshot
from jevons.model.clock import FIRST_YEAR
from jevons.quantiles import rounded
from jevons.valuation.chain_inputs import ChainInputs, by_year, driver
from jevons.valuation.fair_value import Draws, chance_above
from jevons.valuation.implied import median_value
from jevons.valuation.priors import priors_of
from jevons.valuation.value import CompanyValue, value_company

# AI capital spending of 2028 over that of this year, at which bear ends and bull begins.
# Assumption: no growth is the bear's case, a doubling the bull's.
BEAR_BELOW, BULL_ABOVE = 1.0, 2.0
TEN_TO_NINETY = 1.2815515655446004  # standard normal at 90 %


def regions(chain: ChainInputs, snapshot: Snapshot) -> dict[str, np.ndarray]:
    """Which draws are bear, base and bull, (draw,) of truth each; every draw is in exactly one."""
    now = by_year(chain.ai_capex)[:, snapshot.as_of.year - FIRST_YEAR]
    growth = driver(chain, snapshot.as_of) / now
    bear, bull = growth < BEAR_BELOW, growth > BULL_ABOVE
    return {"bear": bear, "base": ~(bear | bull), "bull": bull}


def by_region(
    value: CompanyValue, chain: ChainInputs, snapshot: Snapshot
) -> dict[str, dict[str, float | None]]:
    """Probability of each region, and in it the median value and P(value > price).

    A region that no draw reaches has a probability of zero and no value.
    """
    found: dict[str, dict[str, float | None]] = {}
    for name, inside in regions(chain, snapshot).items():
        found[name] = {
            "probability": rounded(inside.mean()),
            "fair_value": None,
            "p_above_price": None,
        }
        if value.per_share is not None and inside.any():
            within = value.per_share[inside]
            found[name]["fair_value"] = rounded(np.median(within))
            if value.price is not None:
                found[name]["p_above_price"] = rounded(chance_above(within, value.price))
    return found


def common_factor_share(values: Draws, build_out: Draws) -> float | None:
    """Share of the variance of a value's ranks that the ranks of the build-out explain.

    The square of Spearman's correlation, 0 to 1; None where either does not vary.

    >>> common_factor_share(np.array([1.0, 2.0, 3.0]), np.array([1.0, 8.0, 27.0]))
    1.0
    """
    return _in_common(ranks(values), ranks(build_out))


def _in_common(one: Draws, other: Draws) -> float | None:
    if min(np.ptp(one), np.ptp(other)) == 0:
        return None
    return float(rounded(np.corrcoef(one, other)[0, 1] ** 2))


def ranks(values: Draws) -> Draws:
    """Ranks from 1, (draw,); equal values share the mean of theirs.

    As ``scipy.stats.rankdata``, which takes a second to import.

    >>> ranks(np.array([0.0, 5.0, 0.0, 3.0])).tolist()
    [1.5, 4.0, 1.5, 3.0]
    """
    _, places, counts = np.unique(values, return_inverse=True, return_counts=True)
    return np.asarray((np.cumsum(counts) - (counts - 1) / 2)[places])


def explained(values: Draws, inputs: Mapping[str, Draws]) -> dict[str, float]:
    """Share of the variance of a value's ranks that each input's ranks explain alone.

    The square of Spearman's correlation by input, the largest first; inputs that do not vary are
    left out. What several explain together is in none of them.

    Args:
        values: (draw,). inputs: by name, (draw,) each.

    >>> worth, other = np.array([1.0, 2.0, 3.0, 4.0]), np.array([1.0, 2.0, 2.0, 1.0])
    >>> explained(worth, {"other": other, "cause": -worth})
    {'cause': 1.0, 'other': 0.0}
    """
    of_values = ranks(values)
    shares = {name: _in_common(of_values, ranks(draws)) for name, draws in inputs.items()}
    known = {name: share for name, share in shares.items() if share is not None}
    return dict(sorted(known.items(), key=lambda item: -item[1]))


def tornado(
    value: CompanyValue,
    chain: ChainInputs,
    snapshot: Snapshot,
    normals: Mapping[str, Any],
    ends: Mapping[str, tuple[float, float]] | None = None,
) -> list[dict[str, Any]]:
    """Median value when one input stands at its 10 % and at its 90 % point, widest swing first.

    All other inputs keep their draws. ``ai_capex_2028`` scales the build-out to the 10 % and 90 %
    points of the driver over its median.

    Args:
        normals: standard normal draws by the names of the company's inputs, as it was valued.
        ends: 10 % and 90 % points on the scale of ``normals`` where an input was moved.
    """
    if value.missing is not None:
        return []
    rows: list[tuple[str, float, float]] = []
    for short, prior in priors_of(value.company).items():
        low, high = (
            _median_at({**normals, prior.name: np.full(chain.draws, z)}, value, chain, snapshot)
            for z in (ends or {}).get(prior.name, (-TEN_TO_NINETY, TEN_TO_NINETY))
        )
        rows.append((short, low, high))
    build_out, at = driver(chain, snapshot.as_of), median_value(value)
    # Spending reaches a scale only at the year's end, so the scale is read off the driver's slope.
    middle = float(np.median(build_out))
    slope = float(np.median(driver(chain, snapshot.as_of, 2.0))) - middle
    low, high = (
        at(max(1 + (float(point) - middle) / slope, 0.0))
        for point in np.quantile(build_out, [0.1, 0.9])
    )
    rows.append(("ai_capex_2028", low, high))
    rows.sort(key=lambda row: -abs(row[2] - row[1]))
    return [
        {"input": name, "at_p10": rounded(low), "at_p90": rounded(high)} for name, low, high in rows
    ]


def _median_at(
    normals: Mapping[str, Any], value: CompanyValue, chain: ChainInputs, snapshot: Snapshot
) -> float:
    moved = value_company(value.company, chain, snapshot, normals, value.price).per_share
    assert moved is not None  # the company has a value, and no fact has changed
    return float(np.median(moved))
