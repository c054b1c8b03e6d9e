"""What past days are told too early: declarations that cite a later source are named in docs."""

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from jevons.facts import load
from jevons.model.priors import priors
from jevons.model.revenue import exposures
from jevons.valuation.priors import declared

DAY = date(2025, 3, 11)  # of the question that jevons was built for
CHAIN = Path(__file__).parents[1] / "docs" / "chain.md"
SECTION = "## What a past day is told too early"


def _sources() -> Iterator[tuple[str, str]]:
    """Name and source of each declaration as it stands on the day, where no rule centres it."""
    for name, prior in priors().items():
        if prior.centre is None:
            yield name, prior.as_of(DAY).source
    for row in exposures():
        if row.centre is None:
            yield f"{row.ticker}.{row.pool}", row.source
    for scope, entries in declared().items():
        for name, entry in entries.items():
            yield f"{scope}.{name}", entry["source"]


def _cited(source: str) -> list[str]:
    return re.findall(r"\b[A-Z]{3}-\d{4}\b", source)


def test_a_source_names_only_facts_that_are_held() -> None:
    held = {fact.fact_id for fact in load().facts}
    latest = [prior.source for prior in priors().values()]
    cited = {fact for _, source in _sources() for fact in _cited(source)}
    cited |= {fact for source in latest for fact in _cited(source)}
    assert cited
    assert cited - held == set()


def test_declarations_with_a_later_source_are_those_that_the_docs_name() -> None:
    known = {fact.fact_id: fact.known_on for fact in load().facts}
    later = set()
    for name, source in _sources():
        days = [known[fact] for fact in _cited(source)]
        days += [date.fromisoformat(day) for day in re.findall(r"20\d\d-\d\d-\d\d", source)]
        if any(day > DAY for day in days):
            later.add(name)
    section = CHAIN.read_text(encoding="utf-8").partition(SECTION)[2].partition("\n## ")[0]
    bullets = "\n".join(line for line in section.splitlines() if line.startswith("* "))
    assert later == set(re.findall(r"`(.+?)`", bullets))
