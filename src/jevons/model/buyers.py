"""Each buyer's money against its build: cash flow, largest intensity, debt, a flag when short.

    funding = operating cash flow x largest intensity + borrowing, as in capital.py

Outside vehicles (Stargate, Hyperion's joint venture, ...) are facts of their own beside it: they
pay for capacity that a buyer uses and does not show in its own cash capex.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from jevons.facts.fact import Fact
from jevons.facts.snapshot import Snapshot
from jevons.model.anchors import BUYERS
from jevons.model.capital import borrowing
from jevons.model.reported import last_year

Floats = NDArray[np.float64]


SUPPLIERS = ("BE",)  # financing of those that sell to the sites, not of the sites


@dataclass(frozen=True, slots=True)
class Balance:
    """A buyer's last fiscal year: operating cash flow and net debt, USD_bn."""

    buyer: str
    cash_flow: float
    net_debt: float
    facts: tuple[str, ...]


def balances(snapshot: Snapshot) -> tuple[Balance, ...]:
    """The last balance of each buyer whose cash flow, debt and cash are known by the day."""
    found = []
    for buyer in BUYERS:
        flow = last_year(snapshot.select(buyer, "operating_cash_flow"))
        debt, cash = (snapshot.latest(buyer, n) for n in ("total_debt", "cash_and_investments"))
        if flow is None or debt is None or cash is None:
            continue
        facts = (flow.fact_id, debt.fact_id, cash.fact_id)
        found.append(Balance(buyer, flow.central, debt.central - cash.central, facts))
    return tuple(found)


def funding(balance: Balance, growth: Floats, intensity: Floats, years: Floats) -> Floats:
    """Money for capex in a year, USD_bn, (year, draw).

    Args:
        growth: log growth a year of cash flow, (draw,). intensity: largest share of it that goes
            to capex, (draw,). years: from the balance to the middle of each year, (year,).
    """
    cash_flow = balance.cash_flow * np.exp(growth * years[:, None])
    result: Floats = cash_flow * intensity + np.asarray(borrowing(cash_flow, balance.net_debt))
    return result


def outside_vehicles(snapshot: Snapshot) -> Sequence[Fact]:
    """Announced programmes and vehicles with their money, last vintage known, oldest first."""
    facts = [
        fact
        for metric in ("announced_investment", "financing")
        for fact in snapshot.select(metric=metric)
        if fact.unit == "USD_bn" and fact.entity not in (*BUYERS, *SUPPLIERS)
    ]
    return sorted(facts, key=lambda fact: (fact.known_on, fact.entity))
