"""The box under each figure: formula, facts with their sources, assumptions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from jevons.note.document import Cell
from jevons.note.edition import Edition, Record
from jevons.note.numbers import NOTHING

MOST = 12  # facts or assumptions listed in one box; the rest are counted and in figures.json


@dataclass(frozen=True, slots=True)
class Why:
    """What stands behind a figure; ``more_*`` say how many entries were left out."""

    formulas: Sequence[tuple[str, str]]
    facts: Sequence[Sequence[Cell]]
    more_facts: str
    assumptions: Sequence[Sequence[Cell]]
    more_assumptions: str
    nothing: str


def why(edition: Edition, names: Sequence[str]) -> Why:
    """Merge the entries of figures["why"] that exist under ``names``, the first names first."""
    entries = edition.mapping("why")
    found: Mapping[str, Record] = {
        name: entries[name] for name in dict.fromkeys(names) if name in entries
    }
    formulas = [(edition.label(n), str(e["formula"])) for n, e in found.items() if e.get("formula")]
    fact_ids = list(dict.fromkeys(i for e in found.values() for i in e.get("facts") or ()))
    inputs = list(dict.fromkeys(i for e in found.values() for i in e.get("assumptions") or ()))
    nothing = (
        "" if found else edition.say("why.nothing", names=edition.say("note.comma").join(names))
    )
    return Why(
        formulas,
        [fact_row(edition, fact_id) for fact_id in fact_ids[:MOST]],
        more(edition, len(fact_ids)),
        [input_row(edition, name) for name in inputs[:MOST]],
        more(edition, len(inputs)),
        nothing,
    )


def more(edition: Edition, count: int) -> str:
    """How many entries were left out."""
    return edition.say("note.more", n=count - MOST) if count > MOST else ""


def fact_row(edition: Edition, fact_id: str) -> list[Cell]:
    """A fact: what, of whom, when, how much, since when known, where it says so."""
    fact = edition.mapping("facts").get(fact_id)
    if not fact:
        return [Cell(fact_id), *[Cell(NOTHING)] * 5]
    start, end = fact.get("period_start"), fact.get("period_end")
    unit = str(fact.get("unit") or "")
    value, low, high = fact.get("value"), fact.get("low"), fact.get("high")
    if value is not None:
        shown = edition.numbers.amount(value, unit)
    elif low is not None and high is not None:
        shown = edition.numbers.between(low, high, unit)
    else:
        shown = NOTHING
    title, url = str(fact.get("source_title") or ""), str(fact.get("source_url") or "")
    return [
        Cell(edition.label(str(fact.get("metric"))), below=fact_id),
        Cell(str(fact.get("entity") or "")),
        Cell(str(end or NOTHING))
        if not start or start == end
        else Cell(f"{start} –", below=str(end)),
        Cell(shown, value=value),
        Cell(str(fact.get("known_on") or NOTHING)),
        Cell(title or url or NOTHING, link=url, foreign=edition.language != "en"),
    ]


def input_row(edition: Edition, name: str) -> list[Cell]:
    """An assumption: its distribution, median and 5-95 % range, source."""
    given = edition.mapping("inputs").get(name)
    if not given:
        return [Cell(edition.label(name), below=name), *[Cell(NOTHING)] * 3]
    unit = str(given.get("unit") or "")
    low, middle, high = (given.get(level) for level in ("p05", "p50", "p95"))
    shown = NOTHING if middle is None else edition.numbers.amount(middle, unit)
    spread = "" if low is None or high is None else edition.numbers.between(low, high, unit)
    return [
        Cell(edition.label(name), below=name),
        Cell(edition.words.name("distribution", str(given.get("distribution") or NOTHING))),
        Cell(shown, value=middle, below=spread),
        edition.free_cell(given, "source"),
    ]
