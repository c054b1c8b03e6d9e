"""What changed since an earlier note."""

from jevons.note.document import Cell, Column, Figure, Section
from jevons.note.edition import Edition, Record

WHY = ("revisions",)


def revisions(edition: Edition) -> Section:
    """Headline figures and values of shares, then and now."""
    since = edition.mapping("since")
    rows = since["rows"]
    changes = {row["name"]: change(row["then"], row["now"]) for row in rows}
    known = {name: value for name, value in changes.items() if value is not None}
    largest = max(known, key=lambda name: (abs(known[name]), name), default="")
    values = {
        "day": edition.numbers.day(since["as_of"]),
        "up": sum(value > 0 for value in known.values()),
        "down": sum(value < 0 for value in known.values()),
        "all": len(rows),
        "what": edition.label(largest),
        "change": edition.numbers.percent(known.get(largest), signed=True),
    }
    blocks = [headlines(edition, since, values)]
    if since["shares"]:
        blocks.append(shares(edition, since, values))
    return edition.section("revisions", edition.say("finding.revisions", **values), blocks)


def change(then: float | None, now: float | None) -> float | None:
    """Relative change, nothing from nothing."""
    return now / then - 1 if then and now is not None else None


def headlines(edition: Edition, since: Record, values: dict[str, object]) -> Figure:
    """One row a quantity, each in its own unit."""
    say, rows = edition.say, since["rows"]
    columns = [
        (
            Column(say("column.quantity"), numeric=False),
            [
                Cell(edition.label(row["name"]), below=edition.period(row["quarter"]))
                for row in rows
            ],
        )
    ]
    for when in ("then", "now"):
        cells = [Cell(edition.numbers.amount(r[when], r["unit"]), value=r[when]) for r in rows]
        columns.append((Column(say(f"column.{when}_note")), cells))
    moved = [edition.percent_cell(change(row["then"], row["now"]), tone=True) for row in rows]
    columns.append((Column(say("column.change")), moved))
    return Figure(**edition.figure("revisions", WHY, **values), table=edition.table(columns))


def shares(edition: Edition, since: Record, values: dict[str, object]) -> Figure:
    """Price and median fair value of each share."""
    say, rows = edition.say, since["shares"]
    columns = [edition.text_column(say("column.company"), [row["ticker"] for row in rows])]
    for name in ("price_then", "price_now", "fair_value_then", "fair_value_now"):
        cells = [Cell(edition.numbers.plain(row[name], 2), value=row[name]) for row in rows]
        columns.append((edition.money_column(f"note_{name}"), cells))
    moved = [
        edition.percent_cell(change(row["fair_value_then"], row["fair_value_now"]), tone=True)
        for row in rows
    ]
    columns.append((Column(say("column.fair_value_change")), moved))
    return Figure(**edition.figure("revised_shares", WHY, **values), table=edition.table(columns))
