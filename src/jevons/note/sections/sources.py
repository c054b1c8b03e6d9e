"""The sources behind the facts that the note cites."""

from jevons.note.document import Cell, Column, Figure, Section
from jevons.note.edition import Edition, Record

MOST_SOURCES = 80


def sources(edition: Edition) -> Section:
    """Each source once, the most cited first."""
    facts = edition.mapping("facts")
    grouped: dict[tuple[str, str], list[Record]] = {}
    for fact in facts.values():
        key = (str(fact.get("source_title") or ""), str(fact.get("source_url") or ""))
        grouped.setdefault(key, []).append(fact)
    if not grouped:
        return edition.missing("sources", "facts")
    ordered = sorted(grouped.items(), key=lambda item: (-len(item[1]), item[0]))
    shown = ordered[:MOST_SOURCES]
    say = edition.say
    titles = [
        Cell(title or url, link=url, foreign=edition.language != "en") for (title, url), _ in shown
    ]
    columns = [
        (Column(say("column.source"), numeric=False, wide=True), titles),
        (Column(say("column.facts")), [Cell(str(len(f)), value=len(f)) for _, f in shown]),
        (
            Column(say("column.last_known_on"), numeric=False, whole=True),
            [Cell(max(str(x.get("known_on") or "") for x in f)) for _, f in shown],
        ),
    ]
    values = {"sources": len(ordered), "facts": len(facts)}
    figure = edition.figure("sources", (), **values)
    if len(ordered) > len(shown):
        figure["caption"] = say("note.more", n=len(ordered) - len(shown))
    return edition.section(
        "sources",
        say("finding.sources", **values),
        [Figure(**figure, table=edition.table(columns))],
    )
