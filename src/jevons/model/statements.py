"""What buyers said that they would spend, what they then reported, and how the two differ.

Each buyer's guidance counts capex in its own way, so what it reports is put on that definition
before the two are compared.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from math import log
from statistics import mean

from jevons.facts.fact import Fact
from jevons.facts.snapshot import Snapshot
from jevons.model.anchors import year_end
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
# Years of kept words that every buyer is credited with. Assumption: by Meta's words for 2022 and
# 2023 (0.04 and -0.25 in logs, known by October 2023) words and deeds part by 0.2 in a year, and
# how much one buyer differs from another for good is taken to be of the same size.
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
            near = min(both, key=lambda other: abs(year_end(other) - year_end(quarter)))
            amount *= counted[near].central / cash[near].central
        found[quarter] = Spent(amount, fact)
    return found


def overrun(snapshot: Snapshot, buyer: str) -> Anchor:
    """By how much a buyer goes beyond its word, log a year that what it guides lies ahead.

    A random walk with drift from the first word on a time to its outcome, or to the last word on it
    so far, on what was then still to be spent: the sum of the moves over the sum of the times
    and :data:`CREDITED_YEARS` without a move, the posterior mean of the drift under a prior around
    0. A time is how far the quarters lie ahead of the last one reported, on the mean, as far as
    reports have come since. No quarter counts twice: the first word on it is its word. Only words
    and deeds known by the snapshot's day count.
    """
    reported = spent(snapshot, buyer)
    moves, years, used, taken = 0.0, CREDITED_YEARS, list[str](), set[str]()
    said = _words(statements(snapshot, buyer))
    for word in said:
        last = _last_reported(reported, word.facts[0].known_on)
        ahead = {each for each in word.quarters if last is not None and each > last}
        if last is None or not ahead or ahead & taken:
            continue
        taken |= ahead
        before = sum(reported[each].amount for each in word.quarters if each not in ahead)
        if ahead <= set(reported):
            left = sum(reported[each].amount for each in ahead)
            until, facts = max(ahead), [reported[each].fact for each in sorted(ahead)]
        else:
            same = [each for each in said if each.quarters == word.quarters]
            left, facts = same[-1].amount - before, list(same[-1].facts)
            until = _last_reported(reported, facts[0].known_on) or last
        passed = year_end(until) - year_end(last)
        distance = mean(min(year_end(each) - year_end(last), passed) for each in ahead)
        if min(left, word.amount - before) > 0 and distance > 0:
            moves += log(left / (word.amount - before))
            years += distance
            used += [fact.fact_id for fact in (*word.facts, *facts)]
    return Anchor(moves / years, tuple(dict.fromkeys(used)))


@dataclass(frozen=True, slots=True)
class Word:
    """What a buyer said on one day of a time: quarters named one by one are one path."""

    amount: float
    quarters: tuple[str, ...]
    facts: tuple[Fact, ...]


def _words(said: Sequence[Statement]) -> list[Word]:
    """Statements by the day they were made; a quarter within a year of the same day is no word."""
    found = []
    for _, day in groupby(sorted(said, key=_known_on), key=_known_on):
        whole, single = list[Statement](), list[Statement]()
        for each in day:
            (single if len(each.quarters) == 1 else whole).append(each)
        within = {quarter for each in whole for quarter in each.quarters}
        single = [each for each in single if not within & set(each.quarters)]
        for parts in ([single] if single else []) + [[each] for each in whole]:
            quarters = sorted(quarter for each in parts for quarter in each.quarters)
            facts = tuple(each.fact for each in parts)
            found.append(Word(sum(each.amount for each in parts), tuple(quarters), facts))
    return found


def _known_on(said: Statement) -> date:
    return said.fact.known_on


def _last_reported(reported: Mapping[str, Spent], day: date) -> str | None:
    """The last quarter whose spending was known on a day."""
    return max((each for each, it in reported.items() if it.fact.known_on <= day), default=None)
