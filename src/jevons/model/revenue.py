"""From spending pools to companies: AI revenue = pools x exposure shares.

Pools are spending in USD_bn a quarter: gross outputs of the sectors of
:mod:`jevons.model.input_output`, and what is paid for energy and for compute. The pool of a foundry
or of memory is part of its customers' revenue and never added to theirs. Adding a company is adding
rows to ``exposures.csv``.
"""

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import jax
import jax.numpy as jnp

from jevons.errors import UserError
from jevons.model import input_output
from jevons.model.clock import QUARTER_YEARS
from jevons.model.demand import Inputs
from jevons.model.power import OPTIONS

POOLS: tuple[str, ...] = (
    *input_output.SECTORS,
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
        x: inputs. paths: the chain's capital spending by category, custom silicon's share, power
            options, compute services.
        us_ai_gw: average US draw of the AI fleet, (quarter, draw).
    """
    final = input_output.final_demand(paths, paths["asic_share"])
    output = input_output.gross_output(x, final)
    arriving = jnp.maximum(jnp.diff(paths["power_options"], axis=1, prepend=0.0), 0.0)
    deployed = dict(zip(OPTIONS, arriving, strict=True))
    energy = us_ai_gw * 8760 * QUARTER_YEARS / 1e6  # billion MWh a quarter
    return jnp.stack(
        [
            *(output[sector] for sector in input_output.SECTORS),
            deployed["gas_turbines"] * x["gas_turbine_price"] / 1e3,
            deployed["fuel_cells"] * x["fuel_cell_price"] / 1e3,
            energy * x["electricity_contract_price"],
            energy * x["gas_share_of_power"] * HEAT_RATE * x["gas_netback"],
            paths["compute_services"],
        ]
    )


def shares(x: Inputs, rows: Sequence[Exposure]) -> dict[str, jax.Array]:
    """Each exposure's share by name, (draw,); where those of a pool exceed it, scaled to its whole.

    No dollar is sold twice: what nobody of the table sells, 1 - sum of the shares, is never
    below zero.
    """
    total = {
        pool: sum(x[row.name] for row in rows if row.pool == pool)
        for pool in dict.fromkeys(row.pool for row in rows)
    }
    return {row.name: x[row.name] / jnp.maximum(total[row.pool], 1.0) for row in rows}


def ai_revenue(x: Inputs, spending: jax.Array) -> jax.Array:
    """AI-linked revenue by company, USD_bn a quarter, (company, quarter, draw)."""
    allocated = shares(x, exposures())
    rows = []
    for ticker in companies():
        parts = [
            allocated[exposure.name] * spending[POOLS.index(exposure.pool)]
            for exposure in exposures()
            if exposure.ticker == ticker
        ]
        rows.append(sum(parts[1:], parts[0]))
    return jnp.stack(rows)


def refuse_overallocated(rows: Iterable[Exposure]) -> None:
    """Refuse exposures whose medians sell more of a pool than there is.

    Raises:
        UserError: the medians of a pool add to more than one; the message names who holds them.
    """
    by_pool: dict[str, list[Exposure]] = {}
    for row in rows:
        by_pool.setdefault(row.pool, []).append(row)
    for pool, held in by_pool.items():
        total = sum(row.median for row in held)
        if total > 1:
            parts = " + ".join(f"{row.ticker} {row.median:g}" for row in held)
            raise UserError(
                f"exposures to the pool '{pool}' add to {total:.3g}, which is more than all of "
                f"it: {parts}; lower one of the medians"
            )
