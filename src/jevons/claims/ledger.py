"""The ledger: dated, sourced statements that can turn out false, as rows of ``ledger.csv``."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from functools import cache
from importlib.resources import files

from jevons.errors import UserError, did_you_mean
from jevons.facts.units import conversion_factor
from jevons.facts.variables import variables

MEASURES = ("", "change", "last")
NEEDED = ("id", "text", "text_zh", "who", "entity", "metric", "unit", "source_title", "source_url")


@dataclass(frozen=True, slots=True)
class Claim:
    """One statement.

    It is true if the figure of ``entity`` and ``metric`` over ``period_start`` to ``period_end``
    (a stock at ``period_end`` if there is no start) lies from ``low`` to ``high``, either of which
    may be open, in ``unit``. A flow of several entities, joined by ``+``, is their sum; entities
    joined by ``|`` are judged one by one, and the claim is partly true if some hold.
    ``measure``: what of the figures counts. "": as above. "change": the level at ``period_end``
    over that at ``period_start``, less 1, in ``unit``; with ``benchmark``, less the benchmark's
    change. "last": the last level stated within the period.
    ``not_resolvable``: why nothing could decide the claim; only then may ``low`` and ``high`` both
    be empty. ``stated_by``: the publisher whose figure decides, None for any.
    ``resolves_on``: the day by which the figure is public. ``quantity``: the chain's output of the
    same meaning, empty where the chain does not speak.
    """

    id: str
    text: str
    text_zh: str
    who: str
    said_on: date
    entity: str
    metric: str
    stated_by: str | None
    period_start: date | None
    period_end: date
    low: float | None
    high: float | None
    unit: str
    resolves_on: date
    quantity: str
    source_title: str
    source_url: str
    measure: str = ""
    benchmark: str = ""
    not_resolvable: str = ""
    not_resolvable_zh: str = ""
    note: str = ""

    @property
    def parts(self) -> tuple[str, ...]:
        """Entities that are judged one by one."""
        return tuple(self.entity.split("|"))

    def holds(self, figure: float) -> bool:
        """Whether a figure in ``unit`` makes the claim true."""
        above = self.low is None or figure >= self.low
        return above and (self.high is None or figure <= self.high)


@cache
def ledger() -> tuple[Claim, ...]:
    """The bundled ledger, in file order."""
    text = files("jevons.claims").joinpath("ledger.csv").read_text(encoding="utf-8")
    return read_ledger(text, "ledger.csv")


def read_ledger(text: str, name: str) -> tuple[Claim, ...]:
    """Claims from CSV text.

    Raises:
        UserError: the first thing that is wrong, as ``file:row:column: what``.
    """
    columns = [field.name for field in fields(Claim)]
    reader = csv.DictReader(io.StringIO(text, newline=""))
    for column in reader.fieldnames or ():
        if column not in columns:
            hint = did_you_mean(column, columns)
            raise UserError(f"{name}:1: column {column!r} is not known{hint}")
    found: dict[str, Claim] = {}
    for cells in reader:
        claim = _claim(cells, f"{name}:{reader.line_num}")
        if claim.id in found:
            raise UserError(f"{name}:{reader.line_num}:id: {claim.id!r} stands there twice")
        found[claim.id] = claim
    return tuple(found.values())


def ledger_text(every: Sequence[Claim]) -> str:
    """Claims as CSV text that :func:`read_ledger` reads back."""
    names = [field.name for field in fields(Claim)]
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, names, lineterminator="\n")
    writer.writeheader()
    for claim in every:
        cells = {name: getattr(claim, name) for name in names}
        writer.writerow({name: "" if cell is None else str(cell) for name, cell in cells.items()})
    return text.getvalue()


@dataclass(frozen=True, slots=True)
class _Cells:
    """One line of the ledger: cells by column, and errors that name the place."""

    cells: Mapping[str, str | None]
    place: str

    def error(self, column: str, message: str) -> UserError:
        return UserError(f"{self.place}:{column}: {message}")

    def text(self, column: str) -> str:
        value = (self.cells.get(column) or "").strip()
        if not value and column in NEEDED:
            raise self.error(column, "is empty; every claim needs one")
        return value

    def day(self, column: str) -> date | None:
        value = self.text(column)
        try:
            return date.fromisoformat(value) if value else None
        except ValueError:
            message = f"{value!r} is not a day; write it as YYYY-MM-DD"
            raise self.error(column, message) from None

    def needed_day(self, column: str) -> date:
        value = self.day(column)
        if value is None:
            raise self.error(column, "is empty; every claim needs one")
        return value

    def number(self, column: str) -> float | None:
        value = self.text(column)
        try:
            return float(value) if value else None
        except ValueError:
            raise self.error(column, f"{value!r} is not a number") from None


def _claim(values: Mapping[str, str | None], place: str) -> Claim:
    cells = _Cells(values, place)
    claim = Claim(
        id=cells.text("id"),
        text=cells.text("text"),
        text_zh=cells.text("text_zh"),
        who=cells.text("who"),
        said_on=cells.needed_day("said_on"),
        entity=cells.text("entity"),
        metric=cells.text("metric"),
        stated_by=cells.text("stated_by") or None,
        period_start=cells.day("period_start"),
        period_end=cells.needed_day("period_end"),
        low=cells.number("low"),
        high=cells.number("high"),
        unit=cells.text("unit"),
        resolves_on=cells.needed_day("resolves_on"),
        quantity=cells.text("quantity"),
        source_title=cells.text("source_title"),
        source_url=cells.text("source_url"),
        measure=cells.text("measure"),
        benchmark=cells.text("benchmark"),
        not_resolvable=cells.text("not_resolvable"),
        not_resolvable_zh=cells.text("not_resolvable_zh"),
        note=cells.text("note"),
    )
    _check(claim, cells)
    return claim


def _check(claim: Claim, cells: _Cells) -> None:
    if claim.resolves_on < claim.said_on:
        message = f"{claim.resolves_on} is before it was said, {claim.said_on}"
        raise cells.error("resolves_on", message)
    if claim.low is None and claim.high is None and not claim.not_resolvable:
        message = "low and high are both empty; then nothing refutes the claim"
        raise cells.error("low", f"{message}: give one, or say why under not_resolvable")
    if claim.measure not in MEASURES:
        hint = did_you_mean(claim.measure, MEASURES)
        raise cells.error("measure", f"{claim.measure!r} is not known{hint}")
    if claim.measure and claim.period_start is None:
        raise cells.error("period_start", f"is empty; a {claim.measure!r} needs one")
    if claim.benchmark and claim.measure != "change":
        raise cells.error("benchmark", "only a 'change' is held against a benchmark")
    if claim.low is not None and claim.high is not None and claim.low > claim.high:
        raise cells.error("high", f"{claim.high:g} is below low, {claim.low:g}")
    if claim.metric not in variables():
        hint = did_you_mean(claim.metric, variables())
        raise cells.error("metric", f"{claim.metric!r} is not known{hint}")
    try:
        unit = "1" if claim.measure == "change" else variables()[claim.metric].unit
        conversion_factor(claim.unit, unit)
    except UserError as error:
        raise cells.error("unit", str(error)) from error
