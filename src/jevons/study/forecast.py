"""Forecasts of what companies will report: the chain's paths, and what moves a report beyond them.

A reported figure is the chain's path times exp(common walk + own walk + measurement error), a
seller's path put on its report of the anchor. The walks start at the anchor quarter; their yearly
deviations are those that the calibration found, or before it the declared ones.
"""

from collections.abc import Mapping
from zlib import crc32

import numpy as np

from jevons.model.anchors import BUYERS
from jevons.model.clock import QUARTERS
from jevons.model.evidence import common_parts
from jevons.model.observables import from_report
from jevons.model.observations import series
from jevons.model.posterior import Posterior
from jevons.model.priors import Z_90
from jevons.model.revenue import companies
from jevons.model.setting import SELLERS
from jevons.model.simulate import Experiment, simulate

# Reported series by the entity that reports it, and the observed series that says how it errs.
REPORTED: Mapping[str, str] = {
    **{buyer: f"capex.{buyer}" for buyer in BUYERS},
    "NVDA": "nvidia",
    "AVGO": "broadcom",
}
TOTAL = "five buyers"


def reports_ahead(
    experiment: Experiment, posterior: Posterior | None, draws: int, ahead: int
) -> dict[str, np.ndarray]:
    """Draws of the reports of the quarters after the anchor, (draw, quarter), USD_bn a quarter.

    Args:
        experiment: at the posterior, or at the priors if there is none. ahead: quarters.

    Returns:
        by entity: each buyer's cash capex, their sum under :data:`TOTAL`, NVIDIA's data-centre
        and Broadcom's AI revenue.
    """
    paths = simulate(experiment, draws, ("capex_by_buyer", "ai_revenue"))
    first = QUARTERS.index(experiment.anchor) + 1
    quarters = slice(first, first + ahead)
    common = _walk(experiment, posterior, "build_out", "build_out", draws, ahead)
    parts = common_parts(experiment)
    found = {}
    for entity, name in REPORTED.items():
        part = 1.0
        if entity in BUYERS:
            path = paths["capex_by_buyer"][:, BUYERS.index(entity), quarters]
            part = parts[f"capex_by_buyer.{entity}"]
        else:
            sold = paths["ai_revenue"][:, companies().index(entity)].T
            reported = experiment.setting.reported[SELLERS.index(entity)]
            path = np.asarray(from_report(sold[quarters], sold[first - 1], reported)).T
        own = _walk(experiment, posterior, name, entity, draws, ahead)
        # Of each report, and of the one at the anchor that all are forecast from.
        errors = _normals(experiment, f"report of {entity}", (draws, ahead + 1))
        error = series()[name].measurement * (errors[:, 1:] - errors[:, :1])
        found[entity] = path * np.exp(part * common + own + error)
    return found | {TOTAL: sum(found[buyer] for buyer in BUYERS)}


def _walk(
    experiment: Experiment,
    posterior: Posterior | None,
    name: str,
    entity: str,
    draws: int,
    ahead: int,
) -> np.ndarray:
    """Random walks in logs, (draw, quarter): increments of a quarter, deviations drawn once."""
    if posterior is None:
        declared = series()[name].discrepancy
        low, high = declared["p10"], declared["p90"]
        middle = np.sqrt(low * high)
    else:
        low, middle, high = posterior.discrepancy[name]
    width = np.log(high / low) / (2 * Z_90)
    deviation = middle * np.exp(width * _normals(experiment, f"deviation of {name}", (draws, 1)))
    steps = _normals(experiment, f"walk of {entity}", (draws, ahead))
    walk: np.ndarray = deviation * 0.5 * np.cumsum(steps, axis=1)
    return walk


def _normals(experiment: Experiment, stream: str, shape: tuple[int, ...]) -> np.ndarray:
    generator = np.random.default_rng([experiment.seed, crc32(stream.encode())])
    return generator.standard_normal(shape)
