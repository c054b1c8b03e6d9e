"""From spending pools to companies: AI revenue = pools x exposure shares.

Pools are final spending in USD_bn a quarter. ``accelerators`` is split into ``gpu`` and
``custom_silicon``; a foundry's pool is the accelerators whole, so its revenue is part of its
customers' revenue and never added to theirs. Adding a company is adding rows to ``exposures.csv``.
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import jax
import jax.numpy as jnp

from jevons.model.clock import QUARTER_YEARS
from jevons.model.demand import Inputs
from jevons.model.power import OPTIONS

POOLS: tuple[str, ...] = (
    "accelerators",
    "gpu",
    "custom_silicon",
    "network",
    "power_cooling",
    "gas_turbines",
    "fuel_cells",
    "electricity",
    "natural_gas",
    "compute_services",
)
HEAT_RATE = 7.0  # MMBtu per MWh of a new gas plant. Assumption: combined cycle 6.4, peakers 9-10.


@dataclass(frozen=True, slots=True)
class Exposure:
    """A company's share of a pool, with its 80 % range and source."""

    ticker: str
    pool: str
    p10: float
    median: float
    p90: float
    centre: str | None
    source: str

    @property
    def name(self) -> str:
        """Name of the input that draws this share."""
        return f"{self.ticker}_exposure_{self.pool}"


@cache
def exposures() -> tuple[Exposure, ...]:
    """The table of exposures, in file order."""
    text = files("jevons.model").joinpath("exposures.csv").read_text(encoding="utf-8")
    return tuple(
        Exposure(
            row["ticker"],
            row["pool"],
            float(row["p10"]),
            float(row["median"]),
            float(row["p90"]),
            row["centre"] or None,
            row["source"],
        )
        for row in csv.DictReader(text.splitlines())
    )


@cache
def companies() -> tuple[str, ...]:
    """Tickers that have an exposure, in file order."""
    return tuple(dict.fromkeys(exposure.ticker for exposure in exposures()))


def pools(x: Inputs, paths: Mapping[str, jax.Array], us_ai_gw: jax.Array) -> jax.Array:
    """Spending pools in USD_bn a quarter, (pool, quarter, draw), in the order of :data:`POOLS`.

    Args:
        x: inputs. paths: the chain's accelerator spend, ASIC share, options, compute services.
        us_ai_gw: average US draw of the AI fleet, (quarter, draw).
    """
    spend = paths["accelerator_spend"]
    custom = spend * paths["asic_share"]
    arriving = jnp.maximum(jnp.diff(paths["power_options"], axis=1, prepend=0.0), 0.0)
    deployed = dict(zip(OPTIONS, arriving, strict=True))
    energy = us_ai_gw * 8760 * QUARTER_YEARS / 1e6  # billion MWh a quarter
    return jnp.stack(
        [
            spend,
            spend - custom,
            custom,
            spend * x["network_ratio"],
            spend * x["power_cooling_ratio"],
            deployed["gas_turbines"] * x["gas_turbine_price"] / 1e3,
            deployed["fuel_cells"] * x["fuel_cell_price"] / 1e3,
            energy * x["electricity_contract_price"],
            energy * x["gas_share_of_power"] * HEAT_RATE * x["gas_netback"],
            paths["compute_services"],
        ]
    )


def ai_revenue(x: Inputs, spending: jax.Array) -> jax.Array:
    """AI-linked revenue by company, USD_bn a quarter, (company, quarter, draw)."""
    rows = []
    for ticker in companies():
        parts = [
            x[exposure.name] * spending[POOLS.index(exposure.pool)]
            for exposure in exposures()
            if exposure.ticker == ticker
        ]
        rows.append(sum(parts[1:], parts[0]))
    return jnp.stack(rows)
