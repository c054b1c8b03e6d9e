"""What the note says, as data: its sentences and tables, for figures.json.

The page works out some numbers from the study's figures (annual rates, sums of years, ratios,
gaps). They are kept beside the figures, so that every number shown is in figures.json.
"""

from collections.abc import Sequence
from typing import Any

from jevons.note.document import Cell, Figure, Missing, Paragraph, Section, Table
from jevons.note.sections.page_one import PageOne


def shown(first: PageOne, sections: Sequence[Section]) -> dict[str, Any]:
    """Claim and answers of page one; finding, titles and tables of each section.

    A table is {"columns": [heading], "rows": [[cell]]}; a cell is a number where one stands behind
    its text, in the unit of figures.json, else the text.
    """
    return {
        "claim": first.claim,
        "answers": {answer.name: answer.sentence for answer in first.answers},
        "sections": {
            "answers": {"finding": first.claim, "figures": figures((first.table, first.football))},
            **{
                section.name: {"finding": section.finding, "figures": figures(section.blocks)}
                for section in sections
            },
        },
    }


def figures(blocks: Sequence[Figure | Missing | Paragraph]) -> dict[str, Any]:
    """Title and table of each figure by name."""
    return {
        block.name: {"title": block.title} | ({"table": table(block.table)} if block.table else {})
        for block in blocks
        if isinstance(block, Figure)
    }


def table(given: Table) -> dict[str, Any]:
    """Headings and rows."""
    return {
        "columns": [column.heading for column in given.columns],
        "rows": [[cell(part) for part in row] for row in given.rows],
    }


def cell(given: Cell) -> float | str:
    """The number behind a cell, else its text."""
    return given.text if given.value is None else given.value
