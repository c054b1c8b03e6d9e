"""One build-out told in several units: dollars, gigawatts, tokens, a company's share.

A scale s on what is built after a day (see :mod:`jevons.valuation.implied`) is the only unknown.
Its other names follow by accounting, all else at its draws:

- gigawatts: what the world's AI fleet draws at the end of 2028, each year's growth scaled like its
  spending;
- tokens: their growth a year from the day to the end of 2028, if tokens served follow the fleet's
  compute at the model's own efficiency;
- share: what a company would have to sell of its largest pool with the build-out left as it is,
  since its revenue is share times pool. More than one cannot be.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from jevons.model.clock import FIRST_YEAR, QUARTER_YEARS, QUARTERS
from jevons.quantiles import rounded
from jevons.valuation.cash_flow import year_fraction
from jevons.valuation.chain_inputs import DRIVER_YEAR, ChainInputs, Path, build_out_ramp, driver

PATHS = ("fleet", "fleet_power", "tokens")  # of the chain
END = QUARTERS.index(f"{DRIVER_YEAR}Q4")
UNITS = {"ai_capex": "USD_bn", "fleet_gw": "GW", "token_growth": "1/year", "share": "1"}


@dataclass(frozen=True)
class DriverUnits:
    """The paths that translate a scale, (draw, quarter) each."""

    chain: ChainInputs
    paths: Mapping[str, Path]
    as_of: date

    @cached_property
    def base(self) -> dict[str, float]:
        """Medians as the chain has them."""
        return self.at(1.0)

    def at(self, scale: float) -> dict[str, float]:
        """Medians under a scaled build-out, by name of :data:`UNITS`, the share aside."""
        return {
            "ai_capex": float(np.median(driver(self.chain, self.as_of, scale))),
            "fleet_gw": float(np.median(self._fleet_power.at(scale))),
            "token_growth": float(np.median(self._token_growth(scale))),
        }

    @cached_property
    def _fleet_power(self) -> "Growing":
        return Growing.of(self.paths["fleet_power"], self.as_of)

    @cached_property
    def _fleet(self) -> "Growing":
        return Growing.of(self.paths["fleet"], self.as_of)

    def _token_growth(self, scale: float) -> NDArray[np.float64]:
        now = min(int((year_fraction(self.as_of) - FIRST_YEAR) / QUARTER_YEARS), END - 1)
        before, end = (self.paths["tokens"][:, at].astype(np.float64) for at in (now, END))
        more = self._fleet.at(scale) / self._fleet.end
        years = (END - now) * QUARTER_YEARS
        ratio = np.maximum(end * more / before, 1e-12)
        return np.asarray(ratio ** (1 / years) - 1)


class Growing(NamedTuple):
    """A fleet at the end of the driver's year, and what a scale of one adds to it, each (draw,)."""

    end: NDArray[np.float64]
    added: NDArray[np.float64]

    @staticmethod
    def of(path: Path, as_of: date) -> "Growing":
        """From a path (draw, quarter); what is built after the day counts as it arrives."""
        until = path[:, : END + 1].astype(np.float64)
        growth = np.diff(until, axis=1, prepend=until[:, :1])
        return Growing(until[:, END], growth @ build_out_ramp(as_of)[: END + 1])

    def at(self, scale: float) -> NDArray[np.float64]:
        """The fleet under a scaled build-out, (draw,)."""
        return self.end + (scale - 1) * self.added


def in_units(
    units: DriverUnits, scale: float | None, share: tuple[str, float] | None
) -> dict[str, dict[str, Any]]:
    """What a scale is in every unit, beside the base; ``implied`` is None where it cannot be.

    Args:
        scale: the root, None where there is none. share: a company's largest pool and its median
            share of it, None where it has none.

    Returns:
        by name of :data:`UNITS`: ``implied, base, unit``, for the share also ``pool`` and, where
        it would have to exceed one, ``reason``.
    """
    base = units.base
    there = {} if scale is None else units.at(scale)
    found: dict[str, dict[str, Any]] = {
        name: {
            "implied": rounded(there[name]) if there else None,
            "base": rounded(base[name]),
            "unit": UNITS[name],
        }
        for name in base
    }
    if share is not None:
        pool, own = share
        needed = None if scale is None else own * scale
        found["share"] = {"implied": None, "base": rounded(own), "unit": "1", "pool": pool}
        if needed is not None and needed <= 1:
            found["share"]["implied"] = rounded(needed)
        elif needed is not None:
            found["share"]["reason"] = f"{needed:.2f} of the pool would be needed: more than all"
    return found
