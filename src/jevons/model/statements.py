"""What buyers said that they would spend, what they then reported, and how the two differ.

Each buyer's guidance counts capex in its own way, so what it reports is put on that definition
before the two are compared.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from itertools import groupby
from math import log

from jevons.facts.fact import Fact
from jevons.facts.snapshot import Snapshot
from jevons.model.clock import QUARTER_YEARS, quarter_of
from jevons.model.reported import Anchor, quarterly

# What each buyer's guidance counts: Microsoft's whole finance leases, Amazon's is net of proceeds
# and incentives, Meta's has the principal of finance leases in it.
COUNTED: Mapping[str, str] = {
    "MSFT": "capex_incl_finance_leases",
    "AMZN": "capex_net_of_proceeds",
    "GOOGL": "capex_cash_ppe",
    "META": "capex_incl_finance_leases",
    "ORCL": "capex_cash_ppe",
}
QUARTER_DAYS = 365.25 * QUARTER_YEARS
# Years of kept words that every buyer is credited with. Assumption: by Meta's first three guided
# years (2022 to 2024: 0.04, -0.25 and 0.19 in logs) words and deeds part by 0.2 in a year, and how
# much one buyer differs from another for good is taken to be of the same size.
CREDITED_YEARS = 1.0


@dataclass(frozen=True, slots=True)
class Statement:
    """A sum (USD_bn) that a buyer said it would spend over some quarters, and the fact of it."""

    amount: float
    quarters: tuple[str, ...]
    fact: Fact


def statements(snapshot: Snapshot, buyer: str) -> tuple[Statement, ...]:
    """Everything that a buyer said of a quarter or a year, by the period and the day it was said.

    Statements of a part of a quarter or of more than a year are not read.
    """
    found = []
    for fact in (*snapshot.earlier, *snapshot.facts):
        said = (fact.entity, fact.metric, fact.stated_by) == (buyer, "capex_guidance", "company")
        number = round(fact.days / QUARTER_DAYS)
        if said and fact.period_start is not None and 1 <= number <= 4:
            middles = (timedelta(QUARTER_DAYS * (k + 0.5)) for k in range(number))
            quarters = tuple(quarter_of(fact.period_start + middle) for middle in middles)
            found.append(Statement(fact.central, quarters, fact))
    return tuple(sorted(found, key=lambda each: (each.quarters[::-1], each.fact.known_on)))


@dataclass(frozen=True, slots=True)
class Spent:
    """Capex of a quarter as a buyer's guidance counts it, USD_bn, and the fact of it."""

    amount: float
    fact: Fact


def spent(snapshot: Snapshot, buyer: str) -> dict[str, Spent]:
    """What a buyer spent by quarter, as its guidance counts it.

    Where only cash capex is known it stands in, times what the definition was over cash in the
    nearest quarter with both, of two the earlier.
    """
    cash = quarterly(snapshot.select(buyer, "capex_cash_ppe"))
    counted = quarterly(snapshot.select(buyer, COUNTED[buyer]))
    both = [quarter for quarter in cash if quarter in counted]
    found = {}
    for quarter, fact in sorted({**cash, **counted}.items()):
        amount = fact.central
        if quarter not in counted and both:
            near = min(both, key=lambda other: abs(_number(other) - _number(quarter)))
            amount *= counted[near].central / cash[near].central
        found[quarter] = Spent(amount, fact)
    return found


def overrun(snapshot: Snapshot, buyer: str) -> Anchor:
    """By how much a buyer goes beyond its word, log a year of what it had left to spend.

    Taken as a random walk with drift from the first word on a period to its outcome or the last
    word on it, all on what was then still to be spent: the sum of the moves over the sum of the
    years and :data:`CREDITED_YEARS` without a move, the posterior mean of the drift under a prior
    around 0. Only words and deeds known by the snapshot's day count.
    """
    reported = spent(snapshot, buyer)
    moves, years, used = 0.0, CREDITED_YEARS, list[str]()
    for quarters, said in groupby(statements(snapshot, buyer), key=lambda each: each.quarters):
        first, *later = said
        told_on = first.fact.known_on
        deeds = [reported[each] for each in quarters if each in reported]
        before = sum(each.amount for each in deeds if each.fact.known_on <= told_on)
        if len(deeds) == len(quarters):
            amount, facts = sum(each.amount for each in deeds), [each.fact for each in deeds]
        elif later:
            amount, facts = later[-1].amount, [later[-1].fact]
        else:
            continue
        known_on = max(fact.known_on for fact in facts)
        if min(amount, first.amount) > before and known_on > told_on:
            moves += log((amount - before) / (first.amount - before))
            years += (known_on - told_on).days / 365.25
            used += [fact.fact_id for fact in (first.fact, *facts)]
    return Anchor(moves / years, tuple(used))


def _number(quarter: str) -> int:
    """Quarters since the year 0.

    >>> _number("2025Q1") - _number("2024Q3")
    2
    """
    year, number = quarter.split("Q")
    return 4 * int(year) + int(number)
