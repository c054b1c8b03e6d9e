"""Read a table of facts (CSV text) and refuse what is wrong, naming file, row and column."""

import csv
import io
import math
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, fields
from datetime import date

from jevons.errors import UserError, did_you_mean, refuse
from jevons.facts.fact import Fact, Series
from jevons.facts.units import conversion_factor
from jevons.facts.variables import Variable, variables

COLUMNS = tuple(field.name for field in fields(Fact))
NEEDED = ("fact_id", "entity", "metric", "unit", "stated_by", "source_title", "source_url")
NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Row:
    """A fact and the place where it stands, for messages."""

    fact: Fact
    place: str


class _Cells:
    """One line of a table: cells by column, and errors that name the place."""

    def __init__(self, cells: dict[str, str], place: str) -> None:
        self.cells, self.place = cells, place

    def error(self, column: str, message: str) -> UserError:
        return UserError(f"{self.place}:{column}: {message}")

    def text(self, column: str) -> str:
        text = self.cells[column].strip()
        if not text and column in NEEDED:
            raise self.error(column, "is empty; every fact needs one")
        return text

    def number(self, column: str, factor: float) -> float | None:
        text = self.cells[column].strip()
        if not text:
            return None
        if not NUMBER.fullmatch(text) or not math.isfinite(float(text)):
            raise self.error(column, f"{text!r} is not a number; write it plainly, e.g. 1234.5")
        number = float(text)
        return number if factor == 1.0 else float(f"{number * factor:.12g}")

    def day(self, column: str) -> date | None:
        text = self.cells[column].strip()
        if not text:
            return None
        try:
            if DAY.fullmatch(text):
                return date.fromisoformat(text)
        except ValueError:
            pass
        raise self.error(column, f"{text!r} is not a day; write it as YYYY-MM-DD, e.g. 2025-03-11")

    def needed_day(self, column: str, default: date | None = None) -> date:
        found = self.day(column) or default
        if found is None:
            raise self.error(column, "is empty; every fact needs one")
        return found


def read_table(text: str, name: str, recorded_on: date | None = None) -> list[Row]:
    """Read and check a table row by row; :func:`check_together` checks rows against each other.

    Args:
        text: CSV with the header ``COLUMNS`` in any order; ``note``, ``low``, ``high`` and
            ``period_start`` may be left out.
        name: file name for messages.
        recorded_on: day of entry for rows that give none; without it they are refused.

    Returns:
        One row a fact, figures in the unit of their metric.

    Raises:
        UserError: the header is wrong or the text is no CSV; else the first thing that is wrong
            in every faulty row, as ``file:row:column: what``.
    """
    rows: list[Row] = []
    mistakes: list[UserError] = []
    for header, cells, place in _lines(text.lstrip("\ufeff"), name):
        try:
            rows.append(Row(_fact(_named(header, cells, place), recorded_on), place))
        except UserError as error:
            mistakes.append(error)
    refuse(mistakes)
    return rows


def check_together(rows: Iterable[Row]) -> None:
    """Refuse a fact_id that is used twice, a fact that is stated twice and a contradiction.

    Raises:
        UserError: every such fact, each with both places.
    """
    mistakes: list[UserError] = []
    by_name: dict[str, Row] = {}
    by_vintage: dict[tuple[Series, date], Row] = {}
    for row in rows:
        fact = row.fact
        other = by_name.setdefault(fact.fact_id, row)
        if other is not row:
            mistakes.append(_same_name(row, other))
            continue
        other = by_vintage.setdefault((fact.series, fact.known_on), row)
        if other is not row:
            mistakes.append(_clash(row, other))
    refuse(mistakes)


def _same_name(row: Row, other: Row) -> UserError:
    return UserError(
        f"{row.place}:fact_id: {row.fact.fact_id!r} already names the fact at {other.place}; "
        "give each fact its own name"
    )


def _clash(row: Row, other: Row) -> UserError:
    fact, before = row.fact, other.fact
    where = f"{before.fact_id} at {other.place}"
    if (fact.value, fact.low, fact.high) == (before.value, before.low, before.high):
        return UserError(
            f"{row.place}:value: {fact.fact_id} states the same figure of the same day as {where}; "
            "keep one of the two"
        )
    return UserError(
        f"{row.place}:value: {fact.fact_id} states {_figure(fact)} where {where} states "
        f"{_figure(before)} for the same series and known_on; keep one, or say in stated_by "
        "whose figure each is"
    )


def _figure(fact: Fact) -> str:
    if fact.value is not None:
        return f"{fact.value:g} {fact.unit}"
    return f"{fact.low:g} to {fact.high:g} {fact.unit}"


def _lines(text: str, name: str) -> Iterator[tuple[list[str], list[str], str]]:
    """Header, cells and place of every line that is not empty."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = [cell.strip() for cell in next(reader, [])]
        _check_header(header, name)
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield header, cells, f"{name}:{reader.line_num}"
    except csv.Error as error:
        raise UserError(f"{name}:{reader.line_num}: is not CSV ({error})") from error


def _named(header: list[str], cells: list[str], place: str) -> _Cells:
    """The cells by column; a column that the table leaves out is empty."""
    if len(cells) != len(header):
        raise UserError(
            f"{place}: has {len(cells)} cells where the header has {len(header)}; "
            'put a text with a comma in "quotes"'
        )
    return _Cells(dict.fromkeys(COLUMNS, "") | dict(zip(header, cells, strict=True)), place)


def _check_header(header: list[str], name: str) -> None:
    for column in header:
        if column not in COLUMNS:
            hint = did_you_mean(column, COLUMNS)
            raise UserError(f"{name}:1: column {column!r} is not known{hint}")
        if header.count(column) > 1:
            raise UserError(f"{name}:1: column {column!r} stands there twice")
    optional = {"note", "low", "high", "period_start", "recorded_on"}
    missing = [column for column in COLUMNS if column not in header and column not in optional]
    if missing:
        raise UserError(
            f"{name}:1: column {missing[0]!r} is missing; the header is {','.join(COLUMNS)}"
        )


def _fact(cells: _Cells, recorded_on: date | None) -> Fact:
    metric = _metric(cells)
    factor = _factor(cells, metric)
    start, end = cells.day("period_start"), cells.needed_day("period_end")
    fact = Fact(
        fact_id=cells.text("fact_id"),
        entity=cells.text("entity"),
        metric=metric.name,
        period_start=None if start == end else start,
        period_end=end,
        value=cells.number("value", factor),
        low=cells.number("low", factor),
        high=cells.number("high", factor),
        unit=metric.unit,
        stated_by=cells.text("stated_by"),
        known_on=cells.needed_day("known_on"),
        recorded_on=cells.needed_day("recorded_on", recorded_on),
        source_title=cells.text("source_title"),
        source_url=cells.text("source_url"),
        note=cells.text("note"),
    )
    _check_days(fact, metric, cells.error)
    _check_figures(fact, metric, cells.error)
    return fact


def _metric(cells: _Cells) -> Variable:
    name = cells.text("metric")
    found = variables().get(name)
    if found is None or not found.is_metric:
        known = [variable.name for variable in variables().values() if variable.is_metric]
        raise cells.error("metric", f"{name!r} is not a metric{did_you_mean(name, known)}")
    return found


def _factor(cells: _Cells, metric: Variable) -> float:
    unit = cells.text("unit")
    try:
        return conversion_factor(unit, metric.unit)
    except UserError as error:
        raise cells.error("unit", f"{error} ({metric.name} is in {metric.unit!r})") from None


def _check_days(fact: Fact, metric: Variable, error: Callable[[str, str], UserError]) -> None:
    if fact.period_start is not None and fact.period_start > fact.period_end:
        raise error(
            "period_start", f"{fact.period_start} is after period_end {fact.period_end}; swap them?"
        )
    if metric.kind == "fact" and fact.known_on < fact.period_end:
        raise error(
            "known_on",
            f"{fact.known_on} is before the period ends on {fact.period_end}, when "
            f"{metric.name} could not yet be known; check both days",
        )
    if fact.recorded_on < fact.known_on:
        raise error(
            "recorded_on",
            f"{fact.recorded_on} is before known_on {fact.known_on}; a fact cannot be entered "
            "before it is public",
        )


def _check_figures(fact: Fact, metric: Variable, error: Callable[[str, str], UserError]) -> None:
    if (fact.low is None) != (fact.high is None):
        raise error("low", "a range needs both low and high")
    if fact.value is None and fact.low is None:
        raise error("value", "is empty, and low and high give no range instead")
    if fact.low is not None and fact.high is not None:
        if fact.low > fact.high:
            raise error("low", f"{fact.low:g} is above high {fact.high:g}; swap them?")
        if fact.value is not None and not fact.low <= fact.value <= fact.high:
            raise error(
                "value", f"{fact.value:g} is outside low {fact.low:g} to high {fact.high:g}"
            )
    for column, number in (("value", fact.value), ("low", fact.low), ("high", fact.high)):
        if number is None:
            continue
        if metric.lower is not None and number < metric.lower:
            raise error(
                column,
                f"{number:g} {fact.unit} is below {metric.lower:g}, the least {metric.name} can be",
            )
        if metric.upper is not None and number > metric.upper:
            raise error(
                column,
                f"{number:g} {fact.unit} is above {metric.upper:g}, the most {metric.name} can be",
            )
