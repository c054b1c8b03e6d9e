"""What valuation takes from the chain: quarterly AI revenue and AI capital spending.

The chain's paths can be scaled after a date, which is how a price is turned into a build-out.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

import numpy as np
from numpy.typing import NDArray

from jevons.errors import UserError
from jevons.model.anchors import BUYERS
from jevons.model.clock import FIRST_YEAR, QUARTER_YEARS, QUARTERS
from jevons.model.revenue import companies
from jevons.valuation.cash_flow import year_fraction

Path = NDArray[np.floating]
DRIVER_YEAR = 2028  # the year whose world AI capital spending is the shared driver
QUARTER_STARTS = FIRST_YEAR + QUARTER_YEARS * np.arange(len(QUARTERS))
QUARTERS_A_YEAR = round(1 / QUARTER_YEARS)
CONTRACT_PRICE, GAS_PRICE = "electricity_contract_price", "gas_netback"
UNIT_PRICES = (CONTRACT_PRICE, GAS_PRICE)  # inputs of the chain at which energy is sold to AI


@dataclass(frozen=True, slots=True)
class ChainInputs:
    """Quarterly paths of the chain, USD_bn a quarter, on the model's clock 2023Q1 to 2030Q4.

    ``ai_revenue`` by ticker and ``buyer_ai_capex`` by buyer: (draw, quarter) each; ``ai_capex``:
    the world's, (draw, quarter). ``unit_prices``: the chain's :data:`UNIT_PRICES`, (draw,).
    """

    ai_revenue: Mapping[str, Path]
    buyer_ai_capex: Mapping[str, Path]
    ai_capex: Path
    unit_prices: Mapping[str, Path] = field(default_factory=dict)

    @property
    def draws(self) -> int:
        """Number of draws."""
        return int(self.ai_capex.shape[0])

    def median(self) -> "ChainInputs":
        """One draw that holds the median of every path and price, quarter by quarter."""

        def middle(path: Path) -> Path:
            return np.asarray(np.median(path, axis=0, keepdims=True))

        return ChainInputs(
            {name: middle(path) for name, path in self.ai_revenue.items()},
            {name: middle(path) for name, path in self.buyer_ai_capex.items()},
            middle(self.ai_capex),
            {name: middle(prices) for name, prices in self.unit_prices.items()},
        )

    @staticmethod
    def of(paths: Mapping[str, Path]) -> "ChainInputs":
        """Take the inputs from a simulation.

        Args:
            paths: ``simulate``'s arrays ``ai_revenue`` (draw, company, quarter),
                ``ai_capex_by_buyer`` (draw, buyer, quarter), ``ai_capex`` (draw, quarter).
        """
        revenue, spending = paths["ai_revenue"], paths["ai_capex_by_buyer"]
        return ChainInputs(
            {name: revenue[:, i] for i, name in enumerate(companies())},
            {name: spending[:, i] for i, name in enumerate(BUYERS)},
            paths["ai_capex"],
        )


def by_year(quarterly: Path, weight: Path | None = None) -> NDArray[np.float64]:
    """Sum quarters to calendar years, each times its weight: (draw, quarter) -> (draw, year)."""
    parts = []
    for part in range(QUARTERS_A_YEAR):
        of_year = slice(part, None, QUARTERS_A_YEAR)
        amount = quarterly[:, of_year].astype(np.float64)
        parts.append(amount if weight is None else amount * weight[of_year])
    first, *others = parts
    return np.asarray(sum(others, first))


def within(quarterly: Path, start: date, end: date) -> NDArray[np.float64]:
    """Sum over the days from ``start`` to ``end`` inclusive, (draw,), even within a quarter.

    A window that reaches before the clock is carried at the first quarter's rate.
    """
    first, last = year_fraction(start), year_fraction(end) + 1 / 365
    begins = np.maximum(QUARTER_STARTS, first)
    begins[0] = first if first < QUARTER_STARTS[0] else begins[0]
    ends = np.minimum(QUARTER_STARTS + QUARTER_YEARS, last)
    weight = np.maximum(ends - begins, 0.0) / QUARTER_YEARS
    inside = weight > 0
    return np.asarray(quarterly[:, inside].astype(np.float64) @ weight[inside])


def build_out_ramp(as_of: date) -> NDArray[np.float64]:
    """How much of a scale on the build-out has arrived by each quarter, (quarter,), 0 to 1.

    0 up to ``as_of``, a straight line to 1 at the end of 2028, then 1: a path times
    ``1 + (s - 1) ramp`` is the path of a build-out ``s`` times as large from 2028 on.

    Raises:
        UserError: ``as_of`` is past the driver's year, so nothing is left to imply.
    """
    now, there = year_fraction(as_of), float(DRIVER_YEAR + 1)
    if now >= there:
        raise UserError(
            f"AI capital spending in {DRIVER_YEAR} is past as of {as_of}; "
            f"choose a date up to {DRIVER_YEAR}-12-31"
        )
    middles = QUARTER_STARTS + QUARTER_YEARS / 2
    return np.asarray(np.clip((middles - now) / (there - now), 0.0, 1.0))


def driver(chain: ChainInputs, as_of: date, scale: float = 1.0) -> NDArray[np.float64]:
    """World AI capital spending in 2028 under a scaled build-out, (draw,), USD_bn a year."""
    start = (DRIVER_YEAR - FIRST_YEAR) * QUARTERS_A_YEAR
    year = slice(start, start + QUARTERS_A_YEAR)
    multiplier = 1 + (scale - 1) * build_out_ramp(as_of)[year]
    return by_year(chain.ai_capex[:, year], multiplier)[:, 0]
