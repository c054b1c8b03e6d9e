"""Ladders: buying in steps while the price falls, and whether the gate is open."""

from typing import Any

from jevons.note.document import Cell, Column, Figure, Key, Section
from jevons.note.edition import Edition, Record
from jevons.note.figures import level_names
from jevons.note.numbers import NOTHING
from jevons.note.row_charts import bubbles

WHY = ("ladders", "ladder", "entry")
MOST = 6  # open gates that a sentence names


def ladders(edition: Edition) -> Section:
    """Rungs, gates and verdicts."""
    records = [r for r in edition.records("ladders") if r.get("rungs")]
    if not records:
        return edition.missing("ladders", "ladders")
    values = words(edition, records)
    rows: list[dict[str, Any]] = []
    for record in records:
        now = edition.company(record["ticker"]).get("drawdown")
        rows += [
            {
                "name": record["ticker"],
                "drawdown": rung["drawdown"],
                "level": rung.get("level_usd"),
                "weight": rung.get("weight"),
                "chance": rung.get("fill_probability"),
                "now": now,
            }
            for rung in record["rungs"]
        ]
    title = edition.say("axis.rung_drawdown")
    keys = [
        Key("circle", "var(--line)", edition.say("key.rung")),
        Key("tick", "var(--dot)", edition.say("key.now")),
    ]
    chart = edition.chart(bubbles(rows, title, level_names(edition)), "rungs", keys)
    blocks = [
        Figure(**edition.figure("rungs", WHY, **values), charts=[chart]),
        table(edition, records),
    ]
    finding = edition.say("finding.ladders", **values)
    if values["reached"] and edition.as_of:
        finding += edition.say("note.one_episode", day=edition.numbers.day(edition.as_of))
    return edition.section("ladders", finding, blocks)


def is_open(record: Record) -> bool:
    """Whether a ladder's gate lets it buy: the gate is open and no halt applies."""
    return flag(record.get("gate")) and not flag(record.get("halt"))


def flag(value: object) -> bool:
    """A gate or halt as yes or no, however the study words it."""
    if isinstance(value, dict):
        value = value.get("open", value.get("state"))
    if isinstance(value, str):
        return value.lower() in ("open", "yes", "true", "pass", "on")
    return bool(value)


def words(edition: Edition, records: list[Record]) -> dict[str, object]:
    """The ladders in words."""
    chances = [r["rungs"][0].get("fill_probability") for r in records]
    opened = [str(r["ticker"]) for r in records if is_open(r)]
    return {
        "open": len(opened),
        "all": len(records),
        "which": edition.say("note.brackets", text=edition.say("note.comma").join(opened[:MOST]))
        if opened
        else "",
        "reached": sum(chance is not None and chance >= 1 for chance in chances),
    }


def table(edition: Edition, records: list[Record]) -> Figure:
    """One row a company: gate, verdict and the rungs."""
    say = edition.say
    most = max(len(r["rungs"]) for r in records)
    columns = [
        (
            Column(say("column.company"), numeric=False),
            [
                Cell(r["ticker"], below=edition.company_name(edition.company(r["ticker"])))
                for r in records
            ],
        ),
        (
            Column(say("column.gate"), numeric=False),
            [Cell(say("gate.open" if is_open(r) else "gate.shut")) for r in records],
        ),
    ]
    for i in range(most):
        cells = [
            rung_cell(edition, r["rungs"][i]) if i < len(r["rungs"]) else Cell(NOTHING)
            for r in records
        ]
        columns.append((Column(say("column.rung", n=i + 1), say("unit.USD")), cells))
    shared = shared_clauses(edition, records)
    verdicts = [verdict_cell(edition, r, shared) for r in records]
    columns.append((Column(say("column.verdict"), numeric=False, wide=True), verdicts))
    figure = edition.figure("ladder_table", WHY)
    if shared:
        text = edition.say("claim.joint").join(shared)
        figure["caption"] += edition.say("note.shared", text=text)
    return Figure(**figure, table=edition.table(columns))


def clauses(edition: Edition, record: Record) -> list[str]:
    """The clauses of a verdict's reason."""
    return edition.free(record, "why").split(edition.say("claim.joint"))


def shared_clauses(edition: Edition, records: list[Record]) -> list[str]:
    """Clauses that every ladder gives, told once under the table instead of in each row."""
    if len(records) < 2:
        return []
    others = [set(clauses(edition, r)) for r in records[1:]]
    return [c for c in clauses(edition, records[0]) if c and all(c in other for other in others)]


def rung_cell(edition: Edition, rung: Record) -> Cell:
    """Price of a rung over its drawdown and its chance."""
    level = rung.get("level_usd")
    percent = edition.numbers.percent
    below = edition.say(
        "note.rung",
        drawdown=percent(rung.get("drawdown"), signed=True),
        chance=percent(rung.get("fill_probability")),
    )
    places = 0 if level is not None and level >= 1000 else 2
    return Cell(edition.numbers.plain(level, places), value=level, below=below)


def verdict_cell(edition: Edition, record: Record, shared: list[str]) -> Cell:
    """The verdict over the part of its reason that is its own."""
    verdict = edition.words.name("ladder_verdict", str(record.get("verdict") or NOTHING))
    own = [clause for clause in clauses(edition, record) if clause not in shared]
    why = edition.say("claim.joint").join(own)
    return Cell(verdict, below=why, foreign=bool(why) and edition.is_foreign(record, "why"))
