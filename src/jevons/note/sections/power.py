"""Gigawatts: from demand to the shortfall that is left."""

from typing import Any

from jevons.note.charts import exact
from jevons.note.document import Cell, Column, Figure, Key, Missing, Section
from jevons.note.edition import Edition, Record, central
from jevons.note.figures import level_names, range_keys
from jevons.note.numbers import NOTHING
from jevons.note.row_charts import ranges, waterfall
from jevons.note.sections import HORIZON
from jevons.note.sections.options import options as around

WHY = ("power", "net_shortfall", "gross_shortfall", "power_demand")
PUBLISHED = ("demand", "under_construction", "grid", "gross")
SHARES = ("realisation_factor", "us_share_of_builds")
TOTALS = ("demand_gw", "gross_shortfall_gw", "net_shortfall_gw")


def horizon_year(edition: Edition) -> Record | None:
    """The record of the horizon, else the last one."""
    years = [row for row in edition.records("power") if row.get("demand_gw")]
    return next((row for row in years if row.get("year") == HORIZON), years[-1] if years else None)


def power(edition: Edition) -> Section:
    """Waterfall, table by year, and the published figures beside ours."""
    row = horizon_year(edition)
    if not row:
        return edition.missing("power", "power")
    values = words(edition, row)
    blocks: list[Figure | Missing] = [
        steps(edition, row, values),
        by_year(edition),
        published(edition, row),
        *around(edition),
    ]
    return edition.section("power", edition.say("finding.power", **values), blocks)


def options(row: Record) -> dict[str, Record]:
    """The time-to-power options that have a range."""
    return {name: q for name, q in (row.get("options_gw") or {}).items() if q}


def words(edition: Edition, row: Record) -> dict[str, str]:
    """The horizon in words."""
    amount = edition.numbers.amount
    closed = row["gross_shortfall_gw"]["mean"] - row["net_shortfall_gw"]["mean"]
    largest = max(options(row).items(), key=lambda item: item[1]["p50"], default=("", {"p50": 0.0}))
    return {
        "year": str(row["year"]),
        "demand": edition.quantity(row["demand_gw"], "GW"),
        "gross": edition.quantity(row["gross_shortfall_gw"], "GW"),
        "net": edition.quantity(row["net_shortfall_gw"], "GW"),
        "demand_mean": amount(row["demand_gw"]["mean"], "GW"),
        "gross_mean": amount(row["gross_shortfall_gw"]["mean"], "GW"),
        "net_mean": amount(row["net_shortfall_gw"]["mean"], "GW"),
        "closed": amount(closed, "GW"),
        "option": edition.words.name("option", largest[0]),
        "option_gw": amount(largest[1]["p50"], "GW"),
    }


def steps(edition: Edition, row: Record, values: dict[str, str]) -> Figure:
    """The waterfall: means, because means add; the line is each figure's own 5-95 % range."""
    say = edition.say
    bars: list[dict[str, Any]] = []
    level = 0.0

    def add(label: str, q: Record, *, whole: bool, minus: bool) -> None:
        nonlocal level
        mean = q["mean"]
        start, end = (0.0, mean) if whole else (level, level - mean)
        shift = 0.0 if whole else end + mean if minus else 0.0
        low, high = (q["p05"], q["p95"]) if whole else (shift - q["p95"], shift - q["p05"])
        sign = "−" if minus else ""
        bars.append(
            {
                "name": label,
                "start": exact(start),
                "end": exact(end),
                "low": exact(low),
                "high": exact(high),
                "edge": exact(max(start, end, high)),
                "colour": "var(--line)" if whole else "var(--quiet)",
                "text": sign + edition.numbers.plain(mean, 1),
            }
        )
        level = end

    add(say("power.demand_gw"), row["demand_gw"], whole=True, minus=False)
    for name in ("under_construction_gw", "grid_gw"):
        if row.get(name):
            add(say(f"power.{name}"), row[name], whole=False, minus=True)
    add(say("power.gross_shortfall_gw"), row["gross_shortfall_gw"], whole=True, minus=False)
    for name, q in options(row).items():
        add(edition.words.heading("option", name), q, whole=False, minus=True)
    add(say("power.net_shortfall_gw"), row["net_shortfall_gw"], whole=True, minus=False)
    keys = [
        Key("block", "var(--line)", say("key.total")),
        Key("block", "var(--quiet)", say("key.step")),
        Key("line", "var(--ink)", say("key.outer")),
    ]
    chart = edition.chart(waterfall(bars, edition.say("unit.GW")), "waterfall", keys)
    return Figure(**edition.figure("waterfall", WHY, **values), charts=[chart])


def by_year(edition: Edition) -> Figure:
    """Every year, every step."""
    rows = [row for row in edition.records("power") if row.get("demand_gw")]
    names = list(dict.fromkeys(name for row in rows for name in options(row)))
    lines: list[tuple[str, str | None]] = [
        ("demand_gw", None),
        ("under_construction_gw", None),
        ("grid_gw", None),
    ]
    lines += [("gross_shortfall_gw", None), *((name, name) for name in names)]
    lines += [("net_shortfall_gw", None), *((name, None) for name in SHARES)]
    labels = [
        Cell(edition.words.heading("option", option) if option else edition.say(f"power.{name}"))
        for name, option in lines
    ]
    gigawatts = edition.numbers.scale("GW", 1.0)
    columns = [(Column(edition.say("column.step"), gigawatts.label, numeric=False), labels)]
    for row in rows:
        cells = []
        for name, option in lines:
            q = as_quantity(options(row).get(option) if option else row.get(name))
            if name in SHARES:
                cells.append(share_cell(edition, q))
            else:
                cells.append(edition.quantity_cell(q, gigawatts, 1))
        columns.append((Column(edition.period(str(row["year"]))), cells))
    return Figure(**edition.figure("power_table", WHY), table=edition.table(columns))


def share_cell(edition: Edition, q: Record | None) -> Cell:
    """A share as percentages, its range below."""
    if not q:
        return Cell(NOTHING)
    low, high = (edition.numbers.percent(q[level]) for level in ("p05", "p95"))
    ends = edition.say("note.ends", low=low, high=high)
    return Cell(edition.numbers.percent(q["p50"]), value=q["p50"], below=ends)


def as_quantity(value: Any) -> Record | None:
    """A random quantity, also where it is a bare number."""
    if isinstance(value, int | float):
        return dict.fromkeys(("p05", "p25", "p50", "p75", "p95", "mean"), value)
    return value or None


def stated(value: Any) -> Record | None:
    """A published figure, which may be a number or a record of value, low and high."""
    if isinstance(value, int | float):
        return {"value": value}
    return value if isinstance(value, dict) and central(value) is not None else None


def published(edition: Edition, row: Record) -> Figure | Missing:
    """Published vintages in a table, and the last ones as marks on our ranges."""
    vintages = [v for v in edition.records("power_published") if v.get("stated_by")]
    if not vintages:
        return edition.nothing("power", "power_published")
    ours = {
        "demand": row["demand_gw"],
        "under_construction": row.get("under_construction_gw"),
        "grid": row.get("grid_gw"),
        "gross": row["gross_shortfall_gw"],
    }
    names = {
        field: edition.say(f"power.{field}_gw" if field != "gross" else "power.gross_shortfall_gw")
        for field in PUBLISHED
    }
    last = max(vintages, key=lambda v: str(v.get("known_on")))
    marks = {names[f]: central(s) for f in PUBLISHED if ours[f] and (s := stated(last.get(f)))}
    scale = edition.numbers.scale("GW", 1.0)
    rows = [(names[field], q) for field, q in ours.items() if q]
    spec = ranges(
        rows, scale, level_names(edition), marks={k: v for k, v in marks.items() if v is not None}
    )
    who = edition.say("note.pair", first=last["stated_by"], second=str(last.get("known_on", "")))
    values = {
        "who": last["stated_by"],
        "gross": edition.numbers.amount(marks.get(names["gross"]), "GW"),
        "ours": edition.numbers.amount(row["gross_shortfall_gw"]["p50"], "GW"),
        "year": str(row["year"]),
    }
    return Figure(
        **edition.figure("published", ("power_published", *WHY), **values),
        charts=[edition.chart(spec, "published", range_keys(edition, who))],
        table=published_table(edition, vintages, ours, names, str(row["year"])),
    )


def published_table(
    edition: Edition, vintages: list[Record], ours: dict[str, Any], names: dict[str, str], year: str
) -> Any:
    """One row a vintage, ours last."""
    scale = edition.numbers.scale("GW", 1.0)
    who = [Cell(str(v["stated_by"]), below=str(v.get("known_on") or "")) for v in vintages]
    who.append(Cell(edition.say("note.this_note"), below=year))
    columns = [(Column(edition.say("column.stated_by"), numeric=False), who)]
    for field in PUBLISHED:
        cells = []
        for vintage in vintages:
            figure = stated(vintage.get(field))
            value = central(figure) if figure else None
            below = ""
            if figure and figure.get("low") is not None and figure.get("high") is not None:
                below = edition.numbers.between(figure["low"], figure["high"], "")
            cells.append(
                Cell(
                    edition.numbers.plain(value, None if value is None else 1),
                    value=value,
                    below=below,
                )
            )
        cells.append(edition.quantity_cell(ours[field], scale, 1))
        columns.append((Column(names[field], scale.label), cells))
    return edition.table(columns)
