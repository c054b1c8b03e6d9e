"""Capital spending from the bottom up: categories of AI capex, and each buyer's reported total."""

import math
from collections.abc import Mapping

import jax
import jax.numpy as jnp

from jevons.model.demand import Inputs

CATEGORIES: tuple[str, ...] = ("accelerators", "servers", "network", "power_cooling", "shell")
OTHER_CAPEX_GROWTH = (
    0.03  # log a year of capex outside AI. Assumption: nominal growth of the economy.
)


def by_category(x: Inputs, accelerator_spend: jax.Array) -> Mapping[str, jax.Array]:
    """AI capital spending (USD_bn a quarter) by category, each (quarter, draw)."""
    ratios = {name: x[f"{name}_ratio"] for name in CATEGORIES[1:]}
    others = {name: accelerator_spend * ratio for name, ratio in ratios.items()}
    return {"accelerators": accelerator_spend, **others}


def outside_growth(year_end: float) -> float:
    """Capex outside AI in the quarter that ends at ``year_end``, over that of mid-2022.

    >>> round(outside_growth(2025.0), 4)  # 2024Q4, two and a half years at 3 %
    1.0779
    """
    return math.exp(OTHER_CAPEX_GROWTH * (year_end - 2022.5))


def outside(before: jax.Array, since_2022: jax.Array) -> jax.Array:
    """Capex outside AI, in the unit of ``before``, that of mid-2022; years since then broadcast."""
    return before * jnp.exp(OTHER_CAPEX_GROWTH * since_2022)
