"""What fixes a company's value, as arrays: priors, chain and reported facts meet here."""

from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

import jax
import numpy as np
from numpy.typing import ArrayLike

from jevons.model.clock import FIRST_YEAR, LAST_YEAR
from jevons.model.device import on_device
from jevons.valuation import cash_flow
from jevons.valuation.blocks import Gas, Plants, RateBase
from jevons.valuation.chain_inputs import (
    CONTRACT_PRICE,
    GAS_PRICE,
    ChainInputs,
    build_out_ramp,
    by_year,
    within,
)
from jevons.valuation.company import Company
from jevons.valuation.fair_value import Draws
from jevons.valuation.fundamentals import Fundamentals
from jevons.valuation.priors import draws_of, priors_of
from jevons.valuation.trade import MIDDLES, Line, Trade


class BaseYear(NamedTuple):
    """The last reported year of the business outside AI and regulation.

    ``revenue``, USD_bn, with the chain's AI revenue ``inside`` it, (draw,), and ``margin``, its
    operating margin. ``since`` (explicit year,): years from its middle to that of each year;
    ``arrived`` (explicit year,): part of the way from the reported margin to that of 2030.
    """

    revenue: jax.Array
    inside: jax.Array
    margin: jax.Array
    since: jax.Array
    arrived: jax.Array


class Case(NamedTuple):
    """Everything that fixes a company's value, as arrays in float64.

    ``x``: input draws by short name, (draw,). ``base``: the year that the base business starts
    from. ``ai``: AI revenue of a supplier or AI capital spending of a buyer, (draw, explicit year),
    USD_bn a year; ``ai_ramp``: what is added to it for each unit by which the build-out is scaled
    up. ``when``: timing over explicit and fade years. ``plants``, ``rate_base``, ``gas``: of those
    who sell power and gas, where they are known.
    """

    x: dict[str, jax.Array]
    base: BaseYear
    ai: jax.Array
    ai_ramp: jax.Array
    when: cash_flow.Timing
    plants: Plants | None = None
    rate_base: RateBase | None = None
    gas: Gas | None = None


def build_case(
    company: Company,
    chain: ChainInputs,
    reported: Fundamentals,
    known: Trade,
    valued_on: date,
    normals: Mapping[str, jax.typing.ArrayLike],
    *,
    mid_year: bool = True,
) -> tuple[Case, tuple[str, ...]]:
    """Arrays of a company's value, and warnings. To be called with 64-bit arithmetic on.

    Raises:
        UserError: the valuation date is past the end of the chain.
    """
    x = draws_of(company, {name: np.asarray(z, np.float64) for name, z in normals.items()})
    ai_revenue = chain.ai_revenue[company.ticker]
    ai_path = chain.buyer_ai_capex[company.ticker] if company.economics == "buyer" else ai_revenue
    ai_reported = within(ai_revenue, reported.start, reported.end)
    plants, rate_base, gas = _of_its_block(company, chain, reported, known)
    case = Case(
        x=x,
        base=_base_year(reported, known, ai_reported, valued_on),
        ai=_double(by_year(ai_path)),
        ai_ramp=_double(by_year(ai_path, build_out_ramp(valued_on))),
        when=cash_flow.timing(
            valued_on, FIRST_YEAR, LAST_YEAR + cash_flow.FADE_YEARS, mid_year=mid_year
        ),
        plants=plants,
        rate_base=rate_base,
        gas=gas,
    )
    return case, _warnings(company, reported, ai_reported, valued_on)


def _base_year(
    reported: Fundamentals, known: Trade, ai_reported: Draws, valued_on: date
) -> BaseYear:
    revenue, margin = _outside_regulation(reported, known)
    starts, ends = cash_flow.year_fraction(reported.start), cash_flow.year_fraction(reported.end)
    now = cash_flow.year_fraction(valued_on)
    arrived = np.clip((MIDDLES - now) / max(MIDDLES[-1] - now, 1.0), 0.0, 1.0)
    parts = (revenue, ai_reported, margin, MIDDLES - (starts + ends) / 2, arrived)
    return BaseYear(*map(_double, parts))


def _double(values: ArrayLike) -> jax.Array:
    return on_device(values, np.float64)


def _of_its_block(
    company: Company, chain: ChainInputs, reported: Fundamentals, known: Trade
) -> tuple[Plants | None, RateBase | None, Gas | None]:
    """What the economics of its block need, where it is known."""
    if company.economics == "gas" and known.netback is not None:
        unit_cost = known.netback.reported * (1 - reported.margin)
        price = _double(chain.unit_prices[GAS_PRICE])
        return None, None, Gas(known.netback, price, _double(unit_cost))
    if company.economics not in ("generator", "utility"):
        return None, None, None
    contract = _double(chain.unit_prices[CONTRACT_PRICE])
    rate_base = None
    if known.rate_base is not None:
        starts = np.arange(FIRST_YEAR, LAST_YEAR + 2) - cash_flow.year_fraction(known.rate_base.at)
        rate_base = RateBase(_double(known.rate_base.amount), _double(starts))
    if company.economics == "utility":
        return Plants(contract), rate_base, None
    cleared = None if known.cleared is None else _double(known.cleared)
    return Plants(contract, known.energy or _drawn(company), known.capacity, cleared), None, None


def _drawn(company: Company) -> Line:
    """Where the market's price is not known, the one drawn for 2030 stands in every year."""
    middle = priors_of(company)["energy_price_2030"].median
    return Line(np.zeros(len(MIDDLES)), np.ones(len(MIDDLES)), middle)


def _outside_regulation(reported: Fundamentals, known: Trade) -> tuple[float, float]:
    """Reported revenue and margin without those of a regulated utility whose capital is known."""
    if known.rate_base is None:
        return reported.revenue, reported.margin
    revenue = reported.revenue - known.rate_base.revenue
    income = reported.margin * reported.revenue - known.rate_base.income
    return max(revenue, 0.0), income / revenue if revenue > 0 else 0.0


def _warnings(
    company: Company, reported: Fundamentals, ai_reported: Draws, valued_on: date
) -> tuple[str, ...]:
    found = []
    over = float(np.mean(ai_reported > reported.revenue))
    if over > 0:
        draws = "under 1%" if over < 0.005 else f"{over:.0%}"
        found.append(
            f"{company.ticker}: the chain's AI revenue exceeds the reported revenue of "
            f"{reported.start} to {reported.end} in {draws} of draws; base business zero there"
        )
    if (valued_on - reported.end).days > 400:
        found.append(f"{company.ticker}: the last known year of revenue ended on {reported.end}")
    return tuple(found)
