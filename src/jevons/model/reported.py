"""Facts as companies report them, by calendar quarter and year, and a figure settled from facts."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from jevons.facts.fact import Fact
from jevons.model.clock import fiscal_quarter_of


@dataclass(frozen=True, slots=True)
class Anchor:
    """A figure settled from facts; ``value`` is None when none was known."""

    value: float | None
    facts: tuple[str, ...]


def quarterly(facts: Sequence[Fact]) -> dict[str, Fact]:
    """Facts about periods of about a quarter, by the calendar quarter of their middle."""
    found = {}
    for fact in facts:
        if (
            fact.period_start is not None
            and 80 <= (fact.period_end - fact.period_start).days <= 100
        ):
            found[fiscal_quarter_of(fact.period_start, fact.period_end)] = fact
    return dict(sorted(found.items()))


def yearly(facts: Iterable[Fact]) -> dict[int, Fact]:
    """Facts about periods of about a year, by the calendar year of their end."""
    years = [fact for fact in facts if 350 <= fact.days <= 380]
    ordered = sorted(years, key=lambda fact: fact.period_end)
    return {fact.period_end.year: fact for fact in ordered}


def last_year(facts: Iterable[Fact]) -> Fact | None:
    """The fact about the latest period of about a year."""
    years = yearly(facts)
    return years[max(years)] if years else None
