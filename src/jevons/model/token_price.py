"""What an hour of a chip costs and how much power it draws."""

from dataclasses import dataclass

import numpy as np

from jevons.errors import UserError
from jevons.model.chip import Chip
from jevons.model.roofline_terms import Array
from jevons.model.service_rate import Factors

HOURS_PER_YEAR = 8760.0


@dataclass(frozen=True, slots=True)
class Hour:
    """USD per chip-hour (draw,), how it was found, and its sources."""

    usd: Array
    basis: str
    sources: list[str]


def power(chip: Chip, factors: Factors) -> Array:
    """Site watts drawn per chip (draw,): rated IT power times mean draw times PUE.

    Rated IT power is a sourced figure where one was known, else server power, else TDP, each
    scaled up by its own factor.
    """
    rated = chip.value("it_power")
    watts: Array
    if rated is not None:
        watts = rated * np.ones_like(factors["pue"])
    elif (server := chip.value("server_power")) is not None:
        watts = server * factors["it_overhead"]
    else:
        tdp = chip.needed("tdp", "energy per token")
        watts = tdp * factors["server_over_chip"] * factors["it_overhead"]
    return watts * factors["power_draw"] * factors["pue"]


def hourly_price(chip: Chip, factors: Factors, watts: Array, given: float | None) -> Hour:
    """USD per chip-hour (draw,): given, else rented, else the purchase price spread plus energy.

    Raises:
        UserError: the catalogue has neither a rental nor a purchase price known by the date.
    """
    ones = np.ones_like(factors["pue"])
    if given is not None:
        return Hour(given * ones, f"given: {given:g} USD per chip-hour", [])
    rental = chip.figures.get("hourly_price")
    if rental is not None:
        basis = f"rental price of {rental.period_start}: {rental.value:g} USD per chip-hour"
        return Hour(rental.value * ones, basis, [rental.source])
    bought = chip.figures.get("purchase_price")
    if bought is None:
        raise UserError(
            f"no dated price of {chip.name} is known; give USD per chip-hour, --price-per-hour"
        )
    capital = bought.value * factors["cluster_over_chip"] / (factors["life"] * HOURS_PER_YEAR)
    energy = watts * factors["energy_price"] * 1e-6  # W and USD/MWh
    basis = (
        f"purchase price of {bought.period_start}, {bought.value:,.0f} USD, with server and "
        "network, spread over 4 to 5 years, plus electricity"
    )
    return Hour(capital + energy, basis, [bought.source])
