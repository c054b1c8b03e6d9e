"""The sections of a note as plain data for the PDF's template: texts, cells, charts as SVG."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from jevons.note.document import Cell, Chart, Figure, Missing, Numbering, Paragraph, Section, Table
from jevons.note.drawn import HALF, WHOLE, svg
from jevons.note.edition import Edition
from jevons.note.palette import painted, palette
from jevons.note.sections.page_one import PageOne
from jevons.note.why import Why, why

WORDS = (
    "note.title", "note.kind", "note.why", "note.contents", "note.coming", "note.wrong_first",
    "section.answers", "section.disclosures", "section.provenance", "section.why",
    "finding.why", "disclosure.advice", "disclosure.text", "why.facts", "why.assumptions",
)  # fmt: skip


def typeset(edition: Edition, first: PageOne, sections: Sequence[Section]) -> dict[str, Any]:
    """Everything that the template sets, in the order of the page.

    ``why`` holds each explanation once, with the figures and answers that point to it.
    """
    setter = _Setter(edition)
    answers = [
        {"question": a.question, "shown": a.shown, "of": a.of, "sentence": a.sentence}
        | {"why": setter.explained(a.why, a.question)}
        for a in first.answers
    ]
    return {
        "language": edition.language,
        "words": {key: edition.say(key) for key in WORDS},
        "colours": dict(palette(edition.language)),
        "as_of": edition.as_of or "",
        "dateline": edition.say("note.dateline", day=edition.numbers.day(edition.as_of)),
        "claim": first.claim,
        "answers": answers,
        "first": setter.blocks([first.table, first.football]),
        "coming": list(first.coming),
        "wrong": list(first.wrong),
        "sections": [
            {
                "name": section.name,
                "title": section.title,
                "finding": section.finding,
                "blocks": setter.blocks(section.blocks),
            }
            for section in sections
        ],
        "computed_from": edition.computed_from(),
        "provenance": edition.provenance(),
        "why": setter.reasons,
    }


class _Setter:
    """Blocks of one edition as data, and the explanations that they point to."""

    def __init__(self, edition: Edition) -> None:
        self.edition, self.numbering = edition, Numbering()
        self.reasons: list[dict[str, Any]] = []
        self._places: dict[tuple[str, ...], int] = {}

    def blocks(self, given: Sequence[Figure | Missing | Paragraph]) -> list[dict[str, Any]]:
        return [self.figure(b) if isinstance(b, Figure) else {"text": b.text} for b in given]

    def figure(self, figure: Figure) -> dict[str, Any]:
        kind, number = self.numbering.take(figure)
        label = self.edition.say(f"note.{kind}", n=number)
        width = WHOLE if len(figure.charts) == 1 else HALF
        return {
            "label": label,
            "title": figure.title,
            "caption": figure.caption,
            "charts": [self.chart(chart, width) for chart in figure.charts],
            "keys": [
                asdict(key) | {"colour": painted(key.colour, self.edition.language)}
                for key in (figure.charts[0].keys if figure.charts else ())
            ],
            "table": None if figure.table is None else table(figure.table),
            "why": self.explained(figure.why, label),
        }

    def chart(self, chart: Chart, width: int) -> dict[str, str]:
        drawn = svg(chart.spec, self.edition.language, width)
        return {"svg": drawn, "alt": chart.description, "heading": chart.heading}

    def explained(self, names: Sequence[str], label: str) -> int | None:
        """The place of the explanation among all, which learns who points to it."""
        if not names:
            return None
        key = tuple(names)
        if key not in self._places:
            self._places[key] = len(self.reasons)
            self.reasons.append({"of": [], **reason(why(self.edition, names))})
        self.reasons[self._places[key]]["of"].append(label)
        return self._places[key]


def reason(given: Why) -> dict[str, Any]:
    """An explanation as data."""
    return {
        "formulas": [list(pair) for pair in given.formulas],
        "facts": [[cell(c) for c in row] for row in given.facts],
        "more_facts": given.more_facts,
        "assumptions": [[cell(c) for c in row] for row in given.assumptions],
        "more_assumptions": given.more_assumptions,
        "nothing": given.nothing,
    }


def table(given: Table) -> dict[str, Any]:
    """Columns and cells."""
    return {
        "columns": [asdict(column) for column in given.columns],
        "rows": [[cell(c) for c in row] for row in given.rows],
    }


def cell(given: Cell) -> dict[str, str]:
    """What of a cell is set; an address that is none of the web's is no link."""
    link = given.link if given.link.startswith(("http://", "https://")) else ""
    return {"text": given.text, "below": given.below, "tone": given.tone, "link": link}
