"""What one more unit of each limit would be worth, quarter by quarter and draw by draw.

Only the limit that binds is worth anything, and no more than the room to the next one:

    extra build = 1(limit binds) x min(accelerator spend that one unit allows, room)

Its worth is the rent of scarce compute: the price over cost at which the market clears,

    rent = hour cost x (scarcity - 1),   USD per H100-equivalent hour

so that a limit that binds while nobody is short is worth nothing.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from jevons.model.capex import CATEGORIES
from jevons.model.power import fed_abroad
from jevons.model.supply import LIMITS

Floats = NDArray[np.float64]
Named = Mapping[str, Floats]
# One unit of each limit, as reports write it. "desired" is the buyers' own plan, no limit.
UNITS: Mapping[str, str] = {
    "accelerators": "USD_bn/quarter",
    "packaging": "1000 wafer/month",
    "memory": "PB/quarter",
    "network": "USD_bn/quarter",
    "power": "GW",
    "capital": "USD_bn/quarter",
}
HOURS = 8.76  # thousand hours a year


def watts_per_unit(inputs: Named, younger: Floats) -> Floats:
    """All-in IT watts per H100-equivalent shipped, (quarter, draw); as in unit_cost.

    Args:
        younger: of :class:`jevons.model.generations.Generations`, (quarter,).
    """
    fall: Floats = inputs["energy_efficiency_growth"] ** -younger[:, None]
    return inputs["compute_power"] * fall


def gigawatts_per_spend(inputs: Named, paths: Named, watts: Floats) -> Floats:
    """US GW for a USD_bn of accelerators more in the world where power binds, (quarter, draw).

    Where power abroad is left, a part of what more power lets be built in the US,
    ``builds_moved_abroad``, would have been built there without it. Where it is not, power abroad
    is taken to grow with that of the US.

    Args:
        watts: per H100-equivalent, (quarter, draw).
    """
    units = paths["compute_built"] / paths["accelerator_spend"]
    in_us = paths["us_share_of_builds"]
    spent = 1 - in_us >= 0.999 * np.asarray(fed_abroad(inputs, in_us))
    gained = np.where(spent, 1 / in_us, 1 - inputs["builds_moved_abroad"])
    result: Floats = units * watts / 1e3 * inputs["pue"] * inputs["coincidence"] / gained
    return result


def spend_per_unit(
    inputs: Named, paths: Named, watts: Floats, wafers_per_spend: Floats, memory_per_spend: Floats
) -> dict[str, Floats]:
    """Accelerator spend (USD_bn/quarter) that one unit of each limit allows, (quarter, draw).

    Args:
        watts: per H100-equivalent. wafers_per_spend: thousand CoWoS wafers a month for a
            USD_bn/quarter. memory_per_spend: PB of HBM a quarter for it, each (quarter, draw).
    """
    one = np.ones_like(paths["accelerator_spend"])
    multiple = 1 + sum(inputs[f"{name}_ratio"] for name in CATEGORIES[1:])
    return {
        "accelerators": one,
        "packaging": 1 / wafers_per_spend,
        "memory": 1 / memory_per_spend,
        "network": one / inputs["network_ratio"],
        "power": 1 / gigawatts_per_spend(inputs, paths, watts),
        "capital": one / multiple,
    }


def extra_build(paths: Named, per_unit: Mapping[str, Floats]) -> dict[str, Floats]:
    """Accelerator spend that relaxing each limit by one unit adds, (quarter, draw) a limit."""
    return {
        limit: np.where(
            paths["binding"] == LIMITS.index(limit),
            np.minimum(allowed, paths["room_to_next_limit"]),
            0.0,
        )
        for limit, allowed in per_unit.items()
    }


def rent(paths: Named, extra: Floats) -> Floats:
    """USD_bn a year that the compute of an extra build earns above its cost, (quarter, draw)."""
    compute = extra * paths["compute_built"] / paths["accelerator_spend"]
    result: Floats = compute * paths["hour_cost"] * (paths["scarcity"] - 1) * HOURS
    return result
