"""What a note is made of, before it is HTML: sections of paragraphs, tables, charts and answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell. ``value`` is the number of figures.json behind the text; ``below`` a second line.

    ``tone`` is "", "rise" or "fall" (colours follow the language's market convention);
    ``foreign`` marks text in another language than the page; ``link`` is a source's address.
    """

    text: str
    value: float | None = None
    below: str = ""
    tone: str = ""
    foreign: bool = False
    link: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its heading, the unit under it, and whether it holds numbers.

    ``wide`` gives room to sentences; ``whole`` keeps a short text (a date) on one line.
    """

    heading: str
    unit: str = ""
    numeric: bool = True
    wide: bool = False
    whole: bool = False

    @property
    def kind(self) -> str:
        """The classes of its cells in the style sheet."""
        named = {"number": self.numeric, "wide": self.wide, "whole": self.whole}
        return " ".join(name for name, given in named.items() if given)


@dataclass(frozen=True, slots=True)
class Table:
    """A table of cells, row by row; the first cell of a row names it."""

    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]


@dataclass(frozen=True, slots=True)
class Key:
    """An entry of a chart's key: a mark (band, line, dot ...) in a colour, and its words."""

    mark: str
    colour: str
    text: str


@dataclass(frozen=True, slots=True)
class Chart:
    """A Vega-Lite specification, its description for those who do not see it, and its key.

    A ``wide`` one keeps its width on a phone and is scrolled sideways.
    """

    spec: Mapping[str, Any]
    description: str
    keys: Sequence[Key] = ()
    heading: str = ""
    wide: bool = False


@dataclass(frozen=True, slots=True)
class Figure:
    """A numbered chart (or several side by side) or table with the ways to ask "why?".

    ``why`` names entries of figures["why"]; those that exist are shown.
    """

    name: str
    title: str
    why: Sequence[str]
    charts: Sequence[Chart] = ()
    table: Table | None = None
    caption: str = ""


@dataclass(frozen=True, slots=True)
class Missing:
    """What is not shown, and which names of figures.json it would have needed."""

    text: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph of the note."""

    text: str


@dataclass(frozen=True, slots=True)
class Section:
    """One section: its anchor, title, the sentence of what was found, and its blocks."""

    name: str
    title: str
    finding: str
    blocks: Sequence[Figure | Missing | Paragraph] = field(default_factory=tuple)


class Numbering:
    """Numbers of figures and tables in the order of the page."""

    def __init__(self) -> None:
        self._next = {"figure": 1, "table": 1}

    def take(self, figure: Figure) -> tuple[str, int]:
        """Kind and number of the next figure: one with a chart is a figure, else a table."""
        kind = "figure" if figure.charts else "table"
        number = self._next[kind]
        self._next[kind] += 1
        return kind, number
