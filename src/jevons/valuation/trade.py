"""What a company's trade is made of, as reported: capacity sold, a rate base, gas and its price.

Only facts of the snapshot are read. Where a figure is not known by the day, the part of the value
that rests on it is left out, the company is valued there as a margin on revenue, and ``missing``
says so: nothing is filled in.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from jevons.facts.fact import Fact
from jevons.facts.snapshot import Snapshot
from jevons.model.clock import FIRST_YEAR, LAST_YEAR
from jevons.valuation.cash_flow import year_fraction
from jevons.valuation.company import Company
from jevons.valuation.fundamentals import Fundamentals, trailing_years

MARKET = "PJM"  # whose auctions and prices generators are held against
END = LAST_YEAR + 0.5  # middle of the last explicit year, where a drawn price stands
MIDDLES = np.arange(FIRST_YEAR, LAST_YEAR + 1) + 0.5
MONTHS = 12
PLAIN = "it is valued as a margin on revenue"
Floats = NDArray[np.float64]


class Line(NamedTuple):
    """A price by explicit year: as known, then in a straight line to a level drawn for 2030.

    price[year] = ``known``[year] + ``drawn``[year] x level, both (year,); ``reported``: the price
    in the last reported year of revenue.
    """

    known: Floats
    drawn: Floats
    reported: float


@dataclass(frozen=True, slots=True)
class RegulatedCapital:
    """``amount`` of the rate base, USD_bn, on the day ``at``; income and revenue of its year."""

    amount: float
    at: date
    revenue: float
    income: float


@dataclass(frozen=True, slots=True)
class Trade:
    """Figures of a company's trade known by a day.

    ``cleared``: GW sold in the last capacity auction, at ``capacity`` prices, USD/MW/day.
    ``energy``: market price of power, USD/MWh. ``rate_base``: of a regulated utility. ``netback``:
    revenue over gas sold, USD/Mcfe. Each None where not known or not of this block.
    """

    cleared: float | None = None
    capacity: Line | None = None
    energy: Line | None = None
    rate_base: RegulatedCapital | None = None
    netback: Line | None = None
    facts: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


def trade(company: Company, snapshot: Snapshot, reported: Fundamentals) -> Trade:
    """Figures of a company's trade; an empty one for makers of products and buyers."""
    if company.economics == "generator":
        return _generator(company, snapshot, reported)
    if company.economics == "utility":
        return _utility(company, snapshot, reported)
    if company.economics == "gas":
        return _gas(company, snapshot, reported)
    return Trade()


def _generator(company: Company, snapshot: Snapshot, reported: Fundamentals) -> Trade:
    """Capacity cleared, what capacity and energy cost in the market."""
    missing, facts = [], []
    auctions = snapshot.select(MARKET, "capacity_price")
    sold = max(
        snapshot.select(company.ticker, "cleared_capacity"),
        key=lambda fact: (fact.period_end, fact.known_on),
        default=None,
    )
    capacity = _capacity_line(auctions, reported)
    if sold is None or capacity is None:
        effect = "changes of capacity prices are left out"
        missing.append(_unknown("cleared_capacity", effect, company, snapshot))
    else:
        facts += [sold.fact_id, *(fact.fact_id for fact in auctions)]
    price = snapshot.latest(MARKET, "power_market_price")
    if price is None or price.period_start is None:
        energy = None
        effect = "contracts are held against the price drawn for 2030"
        missing.append(_unknown("power_market_price", effect, company, snapshot))
    else:
        facts.append(price.fact_id)
        energy = line(price.central, _middle(price.period_start, price.period_end))
    known = sold is not None and capacity is not None
    return Trade(
        cleared=sold.central if sold is not None and known else None,
        capacity=capacity if known else None,
        energy=energy,
        facts=tuple(facts),
        missing=tuple(missing),
    )


def _capacity_line(auctions: Sequence[Fact], reported: Fundamentals) -> Line | None:
    """Auctioned prices month by month, held before the first and led to 2030 after the last."""
    years = sorted(
        (fact.period_start, fact.period_end, fact.central)
        for fact in auctions
        if fact.period_start is not None
    )
    if not years:
        return None
    last_day, last = years[-1][1] + timedelta(1), years[-1][2]

    def known_at(moment: float) -> tuple[float, float]:
        """Known part and weight of the drawn level at a moment."""
        for start, end, price in years:
            if moment < year_fraction(start) or moment < year_fraction(end + timedelta(1)):
                return price, 0.0
        gone = (moment - year_fraction(last_day)) / (END - year_fraction(last_day))
        weight = min(max(gone, 0.0), 1.0)
        return last * (1 - weight), weight

    months = (np.arange(MONTHS) + 0.5) / MONTHS
    table = np.array(
        [
            np.mean([known_at(year + month) for month in months], axis=0)
            for year in range(FIRST_YEAR, LAST_YEAR + 1)
        ]
    )
    start, end = year_fraction(reported.start), year_fraction(reported.end)
    window = [known_at(start + (end - start) * month) for month in months]
    return Line(table[:, 0], table[:, 1], float(np.mean([price for price, _ in window])))


def line(amount: float, at: float) -> Line:
    """From an amount at a moment (decimal year) in a straight line to 2030's drawn level."""
    gone = np.clip((MIDDLES - at) / max(END - at, 1.0), 0.0, 1.0)
    return Line(amount * (1 - gone), gone, amount)


def _utility(company: Company, snapshot: Snapshot, reported: Fundamentals) -> Trade:
    """The rate base, and the regulated part of the reported year."""
    base = snapshot.latest(company.ticker, "rate_base", "company")
    flows = [
        trailing_years(snapshot, company.ticker, metric).get((reported.start, reported.end))
        for metric in ("regulated_revenue", "regulated_operating_income")
    ]
    revenue, income = flows
    if base is None or revenue is None or income is None:
        lacking = "rate_base with regulated income and revenue of the reported year"
        return Trade(missing=(_unknown(lacking, PLAIN, company, snapshot),))
    return Trade(
        rate_base=RegulatedCapital(base.central, base.period_end, revenue.amount, income.amount),
        facts=(base.fact_id, *revenue.facts, *income.facts),
    )


def _gas(company: Company, snapshot: Snapshot, reported: Fundamentals) -> Trade:
    """Revenue over gas sold, in the last year that has ended and both are known for."""
    revenues = trailing_years(snapshot, company.ticker, "total_revenue")
    volumes = trailing_years(
        snapshot, company.ticker, "gas_sales_volume", lambda fact: fact.central
    )
    both = revenues.keys() & volumes.keys()
    if not both:
        lacking = "gas_sales_volume over a year of known revenue"
        return Trade(missing=(_unknown(lacking, PLAIN, company, snapshot),))
    volume = volumes[max(both, key=lambda window: (window[1], window[0]))]
    netback = reported.revenue / volume.amount * 1e3  # USD_bn over Bcfe is a thousand USD/Mcfe
    return Trade(
        netback=line(netback, _middle(reported.start, reported.end)), facts=tuple(volume.facts)
    )


def _middle(start: date, end: date) -> float:
    return (year_fraction(start) + year_fraction(end)) / 2


def _unknown(metric: str, effect: str, company: Company, snapshot: Snapshot) -> str:
    return f"{company.ticker}: no {metric} known by {snapshot.as_of}; {effect}"
