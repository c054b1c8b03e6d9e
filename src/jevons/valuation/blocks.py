"""Economics by block: what power contracts, capacity, a rate base and gas earn, draw by draw.

Kernels of :mod:`jevons.valuation.value`: pure, differentiable, ``draw`` leading. Power and gas are
told by quantity and price, so that a value moves with the prices of its own market:

- capacity: GW cleared x (price of the year - price of the reported year), kept in part;
- a contract from a standing plant earns what it pays above the market, since the plant would have
  sold there; one from a new plant earns that plant's margin and pays for it;
- a rate base earns the return that regulators allow on the capital of the year's start;
- gas: volume x netback less the unit cost of the reported year.
"""

from collections.abc import Mapping
from typing import NamedTuple

import jax
import jax.numpy as jnp

from jevons.valuation import cash_flow
from jevons.valuation.trade import Line

HOURS = 8.76  # thousands of hours in a year: USD/MWh at full load -> USD a kW a year
DAY_HOURS = 24.0
CAPACITY_YEAR = 365e-6  # GW x USD/MW/day -> USD_bn a year
HEAT_CONTENT = 1.037  # MMBtu in a thousand cubic feet of US natural gas. Assumption near EIA's.
LOWEST_MARGIN = 0.01  # a business that cannot earn 1 % is restructured. Assumption.
Draws = Mapping[str, jax.Array]


class Plants(NamedTuple):
    """Power sold under contracts: ``contract``, USD/MWh, (draw,), against the market's prices.

    ``energy`` is None where everything sold comes from new plants; ``capacity`` and ``cleared``
    (GW) are None where the company's auctions are not known.
    """

    contract: jax.Array
    energy: Line | None = None
    capacity: Line | None = None
    cleared: jax.Array | None = None


class RateBase(NamedTuple):
    """``amount``, USD_bn, and ``years`` from its day to the start of each explicit year and on to
    the end of the last, (year + 1,)."""

    amount: jax.Array
    years: jax.Array


class Gas(NamedTuple):
    """``netback`` by year, ``price`` of AI's gas at the well, USD/MMBtu, (draw,), and
    ``unit_cost``, USD/Mcfe."""

    netback: Line
    price: jax.Array
    unit_cost: jax.Array


def along(line: Line, level: jax.Array) -> jax.Array:
    """A price by draw and explicit year, (draw, year)."""
    return jnp.asarray(line.known) + level[:, None] * jnp.asarray(line.drawn)


def market_price(x: Draws, plants: Plants) -> jax.Array:
    """What the market pays for a MWh of steady power, energy and capacity, (draw, year)."""
    assert plants.energy is not None
    price = along(plants.energy, x["energy_price_2030"])
    if plants.capacity is None:
        return price
    return price + along(plants.capacity, x["capacity_price_2030"]) / DAY_HOURS


def reported_market_price(plants: Plants) -> jax.Array:
    """The same in the reported year, (draw,)."""
    assert plants.energy is not None
    capacity = 0.0 if plants.capacity is None else plants.capacity.reported / DAY_HOURS
    return jnp.full_like(plants.contract, plants.energy.reported + capacity)


def above_market(plants: Plants, market: jax.Array) -> jax.Array:
    """Part of a contract's revenue that standing plants would not have had, never below zero."""
    contract = plants.contract if market.ndim == 1 else plants.contract[:, None]
    return jnp.maximum(1 - market / contract, 0.0)


def new_share(x: Draws, plants: Plants) -> jax.Array:
    """Part of contracted power that comes from new plants, (draw,)."""
    return x["new_build_share"] if plants.energy is not None else jnp.ones_like(plants.contract)


def added_revenue(x: Draws, plants: Plants) -> jax.Array:
    """Part of contracts' revenue of the reported year that is not in the market's, (draw,)."""
    new = new_share(x, plants)
    if plants.energy is None:
        return new
    return new + (1 - new) * above_market(plants, reported_market_price(plants))


def contract_margin(x: Draws, plants: Plants) -> jax.Array:
    """Operating margin of contracts' revenue beyond what the market would have paid, (draw, year)
    or (draw, 1)."""
    new = new_share(x, plants)[:, None]
    margin = new * x["new_plant_margin"][:, None]
    if plants.energy is None:
        return margin
    return margin + (1 - new) * above_market(plants, market_price(x, plants))


def plant_turnover(x: Draws, plants: Plants) -> jax.Array:
    """Yearly sales of a new plant for each dollar of its cost, (draw,)."""
    return plants.contract * HOURS / x["plant_cost"]


def capacity_gain(x: Draws, plants: Plants, revenue: jax.Array) -> jax.Array:
    """Operating margin that changed capacity prices add to a base revenue, (draw, year)."""
    if plants.capacity is None or plants.cleared is None:
        return jnp.zeros_like(revenue)
    change = along(plants.capacity, x["capacity_price_2030"]) - plants.capacity.reported
    income = x["capacity_kept"][:, None] * plants.cleared * change * CAPACITY_YEAR
    return jnp.where(revenue > 0, income / jnp.where(revenue > 0, revenue, 1.0), 0.0)


def netback_gain(x: Draws, gas: Gas) -> jax.Array:
    """Operating margin that a changed netback adds to revenue at the reported one, (draw, year)."""
    return along(gas.netback, x["netback_2030"]) / gas.netback.reported - 1


def gas_margin(gas: Gas) -> jax.Array:
    """Operating margin of gas sold for AI at the well, (draw, 1)."""
    margin = 1 - gas.unit_cost / (gas.price * HEAT_CONTENT)
    return jnp.maximum(margin, LOWEST_MARGIN)[:, None]


def regulated_segment(
    x: Draws, rate_base: RateBase, terminal: cash_flow.Terminal
) -> cash_flow.Segment:
    """A utility's regulated business over explicit and fade years, (draw, year).

    K[t] = amount (1 + growth)^years; NOPAT[t] = allowed return x K at the year's start;
    investment[t] = K at its end less K at its start.
    """
    grown = jnp.exp(jnp.log1p(x["rate_base_growth"])[:, None] * rate_base.years)
    capital = rate_base.amount * grown
    earned = x["allowed_return"]
    explicit = cash_flow.Segment(earned[:, None] * capital[:, :-1], jnp.diff(capital, axis=1))
    return cash_flow.fade(explicit, cash_flow.entry_growth(capital[:, 1:]), earned, terminal)
