"""What past days are told too early: declarations that cite a later source are named in docs."""

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from jevons.facts import load
from jevons.model.input_output import coefficients
from jevons.model.priors import Prior, priors
from jevons.model.revenue import exposures
from jevons.valuation.priors import declared

DAY = date(2025, 3, 11)  # of the question that jevons was built for
CHAIN = Path(__file__).parents[1] / "docs" / "chain.md"
SECTION = "## What a past day is told too early"
KNOWN = {fact.fact_id: fact.known_on for fact in load().facts}
MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def _sources() -> Iterator[tuple[str, str]]:
    """Name and source of each declaration as it stands on the day."""
    for name, prior in priors().items():
        yield name, prior.as_of(DAY).source
    for row in coefficients():
        yield row.name, row.source
    for exposure in exposures():
        yield f"{exposure.ticker}.{exposure.pool}", exposure.source
    for scope, entries in declared().items():
        for name, entry in entries.items():
            yield f"{scope}.{name}", entry["source"]


def _cited(source: str) -> list[str]:
    return re.findall(r"\b[A-Z]{3}-\d{4}\b", source)


def _days(source: str) -> list[date]:
    """Days on which what a source names was public: of its facts, and as written."""
    written = re.findall(r"\b20\d\d-\d\d-\d\d\b", source)
    months = re.findall(rf"\b({'|'.join(MONTHS)}) (20\d\d)\b", source)
    return [
        *(KNOWN[fact] for fact in _cited(source)),
        *(date.fromisoformat(day) for day in written),
        *(date(int(year), MONTHS.index(month) + 1, 1) for month, year in months),
    ]


def _vintages(prior: Prior) -> Iterator[Prior]:
    yield prior
    if prior.earlier is not None:
        yield from _vintages(prior.earlier)


def test_a_source_names_only_facts_that_are_held() -> None:
    sources = [each.source for prior in priors().values() for each in _vintages(prior)]
    sources += [source for _, source in _sources()]
    cited = {fact for source in sources for fact in _cited(source)}
    assert cited
    assert cited - set(KNOWN) == set()


def test_what_stands_from_a_day_on_cites_nothing_later() -> None:
    dated = [each for prior in priors().values() for each in _vintages(prior) if each.known_on]
    assert dated
    for prior in dated:
        assert prior.known_on is not None
        assert all(day <= prior.known_on for day in _days(prior.source)), prior.name
        assert prior.earlier is not None
        assert all(day < prior.known_on for day in _days(prior.earlier.source)), prior.name


def test_declarations_with_a_later_source_are_those_that_the_docs_name() -> None:
    later = {name for name, source in _sources() if any(day > DAY for day in _days(source))}
    section = CHAIN.read_text(encoding="utf-8").partition(SECTION)[2].partition("\n## ")[0]
    bullets = "\n".join(line for line in section.splitlines() if line.startswith("* Cites"))
    assert later == set(re.findall(r"`(.+?)`", bullets))


def test_only_the_chain_has_vintages() -> None:
    entries = [entry for scope in declared().values() for entry in scope.values()]
    assert not any("earlier" in entry or "known_on" in entry for entry in entries)
