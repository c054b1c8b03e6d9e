"""How price and watts of compute move along the quarters of a run: by generation, not by year.

Within a generation an H100-equivalent costs and draws what it did; both fall as newer designs
displace older ones. ``younger`` is by how much the designs shipped are younger on average than
those of :data:`REFERENCE`, in years; a factor of improvement a year is taken to its power.

    watts(t) = compute_power x energy_efficiency_growth^-younger(t)
    price(t) = accelerator_price x price_performance_growth^-uncounted(t) x exp(counted(t))

Where NVIDIA's chips are counted the price is revenue over chips: ``accelerator_price`` is that of
the last quarter counted, ``counted`` is the log of the others over it, and ``uncounted``, the years
of decline since then, is 0 in all of them. While no count is public it is ``younger``.
"""

import math
from typing import NamedTuple

import jax
import numpy as np

from jevons.facts.snapshot import Snapshot
from jevons.model.clock import QUARTER_YEARS, QUARTERS
from jevons.model.nvidia import counted_price
from jevons.model.products import design_dates, products

REFERENCE = "2024Q4"  # what compute_power describes, and accelerator_price until chips are counted


class Generations(NamedTuple):
    """Three paths, see above, each (quarter,)."""

    younger: np.ndarray | jax.Array
    uncounted: np.ndarray | jax.Array
    counted: np.ndarray | jax.Array


def generations_of(snapshot: Snapshot) -> Generations:
    """The paths by what is known of designs announced and chips counted."""
    dates = design_dates(products(snapshot.as_of), "NVIDIA")
    prices = counted_price(snapshot)
    last = max(prices, default=REFERENCE)
    uncounted, counted = dates - dates[QUARTERS.index(last)], np.zeros(len(QUARTERS))
    for quarter, (price, _) in prices.items():
        uncounted[QUARTERS.index(quarter)] = 0.0
        counted[QUARTERS.index(quarter)] = math.log(price / prices[last][0])
    return Generations(dates - dates[QUARTERS.index(REFERENCE)], uncounted, counted)


def steady_generations() -> Generations:
    """Designs that are a quarter younger every quarter, no chip counted."""
    younger = (np.arange(len(QUARTERS)) - QUARTERS.index(REFERENCE)) * QUARTER_YEARS
    return Generations(younger, younger, np.zeros(len(QUARTERS)))
