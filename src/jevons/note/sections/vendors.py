"""What vendors shipped and were paid, and packaging and memory in their own units."""

import math
from collections.abc import Sequence
from statistics import fmean

from jevons.note.document import Cell, Column, Figure, Missing, Table
from jevons.note.edition import Edition, Record
from jevons.note.numbers import NOTHING

RECENT, PAID = 6, 4  # quarters shown of chips and of revenue; jevons supply has them all
QUANTITIES = ("units", "compute", "it_power")


def vendors(edition: Edition, supply: Record) -> list[Figure | Missing]:
    """Capacities in their own units, then the history by vendor."""
    blocks: list[Figure | Missing] = []
    if supply.get("packaging"):
        blocks.append(capacity(edition, supply))
    history = supply.get("history") or {}
    if history.get("units"):
        blocks.append(shipped(edition, history))
    if history.get("revenue"):
        blocks.append(paid(edition, history))
    if history.get("gap"):
        blocks.append(gap(edition, history["gap"]))
    before = [row for row in history.get("before_clock") or () if row["ratio"] is not None]
    if before:
        blocks.append(before_clock(edition, before))
    return blocks


def capacity(edition: Edition, supply: Record) -> Figure:
    """Wafers and memory: what builds need, what the limit allows, what is published."""
    wafers, memory = supply["packaging"], supply["memory"]
    years = [Cell(edition.period(str(row["year"]))) for row in wafers]
    columns = [(Column(edition.say("column.year"), numeric=False), years)]
    for rows, name in ((wafers, "wafers"), (memory, "memory")):
        for field in ("needed", "capacity"):
            heading = edition.say(f"column.{name}_{field}")
            columns.append(edition.quantity_column(heading, [row[field] for row in rows]))
        columns.append(
            (
                Column(edition.say(f"column.{name}_stated")),
                [stated(edition, row) for row in rows],
            )
        )
    leads = {row["limit"]: row["ours"]["p50"] for row in supply.get("lead_times") or ()}
    values = {
        name: edition.numbers.plain(leads.get(limit), 1)
        for name, limit in (("wafer_lead", "packaging"), ("memory_lead", "memory"))
    }
    return Figure(
        **edition.figure("own_units", ("binding", "bottlenecks"), **values),
        table=edition.table(columns),
    )


def stated(edition: Edition, row: Record) -> Cell:
    """The middle of what publishers say, its range and who they are below."""
    if row["stated"] is None:
        return Cell(NOTHING)
    ends = ""
    if row["stated_low"] != row["stated_high"]:
        ends = edition.numbers.between(row["stated_low"], row["stated_high"], "") + ", "
    return Cell(
        edition.numbers.plain(row["stated"], 0),
        value=row["stated"],
        below=ends + str(row["stated_by"]),
    )


def shipped(edition: Edition, history: Record) -> Figure:
    """Ours over what was counted, by vendor and quantity, in the last quarters and over all."""
    quarters = sorted({row["quarter"] for row in history["compute"]})[-RECENT:]
    found = {
        (quantity, row["vendor"], row["quarter"]): row
        for quantity in QUANTITIES
        for row in history[quantity]
    }
    kinds = list(dict.fromkeys((vendor, q) for q, vendor, _ in sorted(found)))
    kinds.sort(key=lambda kind: (kind[0], QUANTITIES.index(kind[1])))
    names = [
        Cell(edition.words.heading("vendor", vendor), below=edition.say(f"counted.{quantity}"))
        for vendor, quantity in kinds
    ]
    columns = [(Column(edition.say("column.vendor"), numeric=False), names)]
    for quarter in quarters:
        rows = [found.get((quantity, vendor, quarter)) for vendor, quantity in kinds]
        columns.append((Column(quarter), [ratio(edition, row) for row in rows]))
    columns += error_columns(edition, history["errors"], kinds)
    of = {(row["of"], row["quantity"]): row for row in history["errors"]}
    compute, units = of[("NVIDIA", "compute")], of[("NVIDIA", "units")]
    values = {
        "compute": edition.numbers.percent(compute["error"]),
        "units": edition.numbers.percent(units["error"]),
        "n": str(compute["quarters"]),
    }
    return Figure(
        **edition.figure("vendor_counts", ("fleet_by_vendor",), **values),
        table=edition.table(columns),
    )


def ratio(edition: Edition, row: Record | None) -> Cell:
    """Ours over theirs."""
    if row is None:
        return Cell(NOTHING)
    return Cell(edition.numbers.plain(row["ratio"], 2), value=row["ratio"])


def error_columns(
    edition: Edition, errors: Sequence[Record], kinds: Sequence[tuple[str, str]]
) -> list[tuple[Column, list[Cell]]]:
    """Bias and size of the error over all quarters, as percentages of a logarithm."""
    found = {(row["of"], row["quantity"]): row for row in errors}
    rows = [found.get(kind) for kind in kinds]
    return [
        (
            Column(edition.say("column.bias")),
            [Cell(NOTHING) if r is None else signed(edition, r["bias"]) for r in rows],
        ),
        (
            Column(edition.say("column.mean_error")),
            [edition.percent_cell(None if r is None else r["error"]) for r in rows],
        ),
    ]


def signed(edition: Edition, share: float) -> Cell:
    """A signed percentage, in no colour: an error is neither a rise nor a fall."""
    return Cell(edition.numbers.percent(share, signed=True), value=share)


def paid(edition: Edition, history: Record) -> Figure:
    """Revenue by line in the last periods: ours, with what was reported below."""
    rows = history["revenue"]
    lines = list(dict.fromkeys(row["line"] for row in rows))
    periods = sorted({row["period"] for row in rows if "Q" in row["period"]})[-PAID:]
    yearly = sorted({row["period"] for row in rows if "Q" not in row["period"]})
    found = {(row["line"], row["period"]): row for row in rows}
    names = [Cell(edition.say(f"revenue_line.{line}")) for line in lines]
    columns = [(Column(edition.say("column.revenue_line"), numeric=False), names)]
    unit = edition.numbers.scale("USD_bn", max(row["reported"] for row in rows), table=True)
    for period in [*periods, *yearly]:
        cells = []
        for line in lines:
            row = found.get((line, period))
            if row is None:
                cells.append(Cell(NOTHING))
                continue
            ours, theirs = (
                edition.numbers.plain(value * unit.factor, 1)
                for value in (row["ours"]["p50"], row["reported"])
            )
            below = edition.say("note.reported", x=theirs)
            cells.append(Cell(ours, value=row["ours"]["p50"], below=below))
        columns.append((Column(period, unit.label), cells))
    columns += error_columns(edition, history["errors"], [(line, "revenue") for line in lines])
    return Figure(**edition.figure("vendor_revenue", ("ai_revenue",)), table=edition.table(columns))


def gap(edition: Edition, rows: Sequence[Record]) -> Figure:
    """Why NVIDIA's compute differs from its count: money or price, quarter by quarter."""
    kept = rows[-RECENT:]
    columns: list[tuple[Column, list[Cell]]] = [
        edition.text_column(edition.say("column.of_quarter"), [row["quarter"] for row in kept]),
        edition.number_column(
            edition.say("column.price_ours"), [row["price"] for row in kept], "USD"
        ),
        edition.number_column(
            edition.say("column.price_implied"), [row["price_implied"] for row in kept], "USD"
        ),
    ]
    columns += [
        (
            Column(edition.say(f"column.{field}")),
            [signed(edition, row[field]) for row in kept],
        )
        for field in ("from_money", "from_price", "total")
    ]
    worst = min(rows, key=lambda row: row["total"])
    values = {
        "quarter": worst["quarter"],
        "total": edition.numbers.percent(worst["total"], signed=True),
        "price": edition.numbers.percent(worst["from_price"], signed=True),
    }
    table: Table = edition.table(columns)
    return Figure(**edition.figure("vendor_gap", ("fleet_by_vendor",), **values), table=table)


def before_clock(edition: Edition, rows: Sequence[Record]) -> Figure:
    """NVIDIA in the year before the model's first quarter: ours, what was counted, the error."""
    quarters = list(dict.fromkeys(row["quarter"] for row in rows))
    of = {
        quantity: [row for row in rows if row["quantity"] == quantity]
        for quantity in (*QUANTITIES, "price")
    }
    columns = [edition.text_column(edition.say("column.of_quarter"), quarters)]
    columns += beside(edition, "compute", of["compute"], "MH100e", 3)
    columns += beside(edition, "price", of["price"], "USD", None)
    columns += [
        (
            Column(edition.say(f"column.{quantity}_ratio")),
            [ratio(edition, row) for row in of[quantity]],
        )
        for quantity in QUANTITIES
    ]
    error = fmean(abs(math.log(row["ratio"])) for row in of["compute"])
    values = {"year": quarters[0][:4], "error": edition.numbers.percent(error)}
    return Figure(
        **edition.figure("vendor_before", ("fleet_by_vendor",), **values),
        table=edition.table(columns),
    )


def beside(
    edition: Edition, quantity: str, rows: Sequence[Record], unit: str, places: int | None
) -> list[tuple[Column, list[Cell]]]:
    """Our quantity with its range, and the count, in one scale."""
    ours, scale = edition.column(
        edition.say(f"column.{quantity}_ours"), unit, max(row["ours"]["p95"] for row in rows)
    )
    counted = [
        Cell(edition.numbers.plain(row["counted"] * scale.factor, places), value=row["counted"])
        for row in rows
    ]
    return [
        (ours, [edition.quantity_cell(row["ours"], scale, places) for row in rows]),
        (Column(edition.say(f"column.{quantity}_implied"), scale.label), counted),
    ]
