"""What an as-of date fixes of a run, as arrays: anchor, buyers, history, guidance, debt, shocks."""

from collections.abc import Mapping
from typing import NamedTuple

import jax
import numpy as np

from jevons.model.capex import outside_growth
from jevons.model.clock import FIRST_YEAR, QUARTER_YEARS, QUARTERS
from jevons.model.device import on_device
from jevons.model.generations import Generations, steady_generations
from jevons.model.guidance import Guided
from jevons.model.observations import SALES
from jevons.model.shocks import Shocks

SELLERS = tuple(SALES)  # that report what they sell for AI every quarter


class Setting(NamedTuple):
    """What an as-of date fixes, as arrays, so that one compiled function serves every date."""

    anchor: jax.Array  # index of the last historical quarter, scalar
    buyer_before: jax.Array  # capex outside AI in mid-2022 at most, USD_bn/quarter, (buyer,)
    buyer_now: jax.Array  # capex at the anchor, USD_bn/quarter, (buyer,)
    shocks: Shocks  # logs of factors by quarter
    surge: jax.Array  # log of reported revenue over its trend through the anchor, (quarter,)
    told: jax.Array  # capex as buyers guide it, USD_bn/quarter, 0 if they do not, (buyer, quarter)
    net_debt: jax.Array  # of the buyers together, USD_bn, scalar
    reported: jax.Array  # AI revenue at the anchor of SELLERS, USD_bn/quarter, 0 if not, (seller,)
    generations: Generations  # how price and watts of compute move


def setting_of(
    anchor: str,
    buyers: Mapping[str, tuple[float, float]],
    shocks: Shocks | None = None,
    surge: Mapping[str, float] | None = None,
    guidance: Guided | None = None,
    net_debt: float = 0.0,
    reported: Mapping[str, float] | None = None,
    generations: Generations | None = None,
) -> Setting:
    """Arrays of a setting.

    Args:
        anchor: last quarter of history. buyers: each one's capex before and now. shocks: none by
            default. surge: log of revenue over its trend by quarter, 0 where it is not given.
        guidance: growth that buyers tell, none by default. net_debt: of the buyers together,
            USD_bn.
        reported: AI revenue of :data:`SELLERS` at the anchor where it is known, USD_bn/quarter.
        generations: of the chips shipped, a quarter younger every quarter by default.
    """
    ahead = np.arange(len(QUARTERS)) - QUARTERS.index(anchor)
    guidance = guidance or Guided()
    off = [0.0 if surge is None else surge.get(quarter, 0.0) for quarter in QUARTERS]
    levels = np.array(list(buyers.values()), dtype=np.float32)
    return Setting(
        anchor=on_device(QUARTERS.index(anchor)),
        buyer_before=on_device(levels[:, 0]),
        buyer_now=on_device(levels[:, 1]),
        shocks=Shocks.none() if shocks is None else shocks,
        surge=on_device(off),
        told=on_device([guidance.path(name, now, ahead) for name, (_, now) in buyers.items()]),
        net_debt=on_device(net_debt),
        reported=on_device([(reported or {}).get(name, 0.0) for name in SELLERS]),
        generations=Generations(*map(on_device, generations or steady_generations())),
    )


def ai_part(setting: Setting, outside: float) -> np.ndarray:
    """AI's part of each buyer's capex in the anchor quarter, 0 to 1, (buyer,).

    Args:
        outside: capex outside AI over the most of it, the input ``capex_outside_ai``.
    """
    year_end = FIRST_YEAR + (float(setting.anchor) + 1) * QUARTER_YEARS
    most = np.asarray(setting.buyer_before, np.float64) * outside_growth(year_end)
    part: np.ndarray = 1 - outside * most / np.asarray(setting.buyer_now, np.float64)
    return part
