"""Announced programmes and vehicles: the columns that every table of them begins with."""

from collections.abc import Sequence

from jevons.note.document import Cell, Column
from jevons.note.edition import Edition, Record


def programme_columns(
    edition: Edition, rows: Sequence[Record]
) -> list[tuple[Column, Sequence[Cell]]]:
    """Whose programme it is with the day it was known, and what is stated of it."""
    return [
        (
            Column(edition.say("column.programme"), numeric=False, wide=True),
            [
                Cell(row["programme"], below=row["known_on"], foreign=edition.language != "en")
                for row in rows
            ],
        ),
        (
            Column(edition.say("column.what"), numeric=False),
            [Cell(edition.label(row["metric"])) for row in rows],
        ),
    ]
