"""Around the shortfall: options with date and cost, definitions, chip counts, prices."""

from collections.abc import Sequence

from jevons.note.document import Cell, Column, Figure, Missing
from jevons.note.edition import Edition, Record
from jevons.note.numbers import NOTHING
from jevons.note.sections import HORIZON


def options(edition: Edition) -> list[Figure | Missing]:
    """The figures after the published shortfall."""
    context = edition.mapping("power_context")
    if not context:
        return [edition.nothing("power", "power_context")]
    blocks: list[Figure | Missing] = [
        option_table(edition, context["options"]),
        definitions(edition, context["total_capacity"]),
        realisation(edition, context["realisation"]),
        chip_count(edition, context["chip_count"]),
        electricity(edition, context["electricity"]),
    ]
    if context.get("by_region"):
        blocks.append(regions(edition, context["by_region"]))
    blocks.append(prices(edition, context["capacity_prices"], context["cost_of_delay"]))
    return blocks


def option_table(edition: Edition, rows: Sequence[Record]) -> Figure:
    """What each option brings, when, and at what price."""
    names = [Cell(edition.words.heading("option", row["option"])) for row in rows]
    columns = [(Column(edition.say("column.option"), numeric=False), names)]
    columns += [
        edition.quantity_column(edition.say(f"column.{field}"), [row[field] for row in rows])
        for field in ("announced_gw", "realised_gw")
    ]
    columns.append(
        (
            Column(edition.say("column.first_power"), numeric=False, whole=True),
            [
                Cell(
                    row["first_power"]["median"],
                    below=edition.say(
                        "note.from_to",
                        low=row["first_power"]["early"],
                        high=row["first_power"]["late"],
                    ),
                )
                for row in rows
            ],
        )
    )
    columns += [
        edition.quantity_column(edition.say(f"column.{field}"), [row[field] for row in rows])
        for field in ("usd_per_kw", "usd_per_mwh", "merit_usd_per_mwh")
    ]
    columns.append(
        (
            Column(edition.say("column.first")),
            [edition.percent_cell(row["first"]) for row in rows],
        )
    )
    return Figure(
        **edition.figure("power_options", ("power_options", "power")), table=edition.table(columns)
    )


def definitions(edition: Edition, rows: Sequence[Record]) -> Figure:
    """The shortfall under both definitions, year by year."""
    years = {row["year"]: row for row in edition.records("power")}
    kept = [row for row in rows if row["year"] in years]
    names = [Cell(edition.period(str(row["year"]))) for row in kept]
    columns = [(Column(edition.say("column.year"), numeric=False), names)]
    for field in ("gross_shortfall_gw", "net_shortfall_gw"):
        found = [years[row["year"]].get(field) for row in kept]
        columns.append(edition.quantity_column(edition.say(f"column.ms_{field}"), found))
    columns += [
        edition.quantity_column(edition.say(f"column.total_{field}"), [row[field] for row in kept])
        for field in ("added_gw", "shortfall_gw")
    ]
    return Figure(
        **edition.figure("definitions", ("power", "total_capacity")), table=edition.table(columns)
    )


def realisation(edition: Edition, found: Record) -> Figure:
    """Net shortfall for each value of the factor, and the value that a published net implies."""
    factors = list(found["mean_net_gw_2028"])
    published = found.get("published") or {}
    columns = [
        (
            Column(edition.say("column.factor"), numeric=False),
            [Cell(edition.numbers.percent(float(factor))) for factor in factors],
        ),
        edition.number_column(
            edition.say("column.net_2028"),
            [found["mean_net_gw_2028"][factor] for factor in factors],
            "GW",
        ),
    ]
    if published:
        nets = [published["net_gw_at"][factor] for factor in factors]
        columns.append(edition.number_column(edition.say("column.net_published"), nets, "GW"))
    implied = published.get("implied_factor")
    values = {
        "ours": edition.numbers.percent(found["ours"]["p50"]),
        "implied": NOTHING if implied is None else edition.numbers.percent(implied),
        "year": str(HORIZON),
    }
    name = "realisation" if implied is None else "realisation_published"
    return Figure(**edition.figure(name, ("power",), **values), table=edition.table(columns))


def chip_count(edition: Edition, found: Record) -> Figure:
    """IT power of the chips shipped each year by line, and the US demand that follows."""
    rows = found["volumes"]
    years = list(dict.fromkeys(row["year"] for row in rows))
    lines = list(dict.fromkeys(row["line"] for row in rows))
    at = {(row["line"], row["year"]): row for row in rows}
    names = [Cell(edition.words.heading("chip_line", line)) for line in lines]
    total = Cell(edition.say("note.total"))
    columns = [
        (Column(edition.say("column.line"), edition.say("unit.GW"), numeric=False), [*names, total])
    ]
    for year in years:
        values = [at[line, year]["it_gw"] for line in lines]
        cells = [
            Cell(
                edition.numbers.plain(value, 1),
                value=value,
                below=edition.say(
                    "note.units_watts",
                    units=edition.numbers.plain(at[line, year]["million_units"], 1),
                    watts=edition.numbers.plain(at[line, year]["watts"], 0),
                )
                + ("" if at[line, year]["fact"] else " *"),
            )
            for line, value in zip(lines, values, strict=True)
        ]
        whole = sum(values)
        columns.append(
            (
                Column(edition.period(str(year))),
                [*cells, Cell(edition.numbers.plain(whole, 1), value=whole)],
            )
        )
    demand = edition.quantity(found["us_demand_gw"], "GW")
    world = edition.numbers.amount(found["it_gw"], "GW")
    return Figure(
        **edition.figure("chip_count", ("chip_count", "power_published"), us=demand, world=world),
        table=edition.table(columns),
    )


def regions(edition: Edition, rows: Sequence[Record]) -> Figure:
    """Electricity by region as one publisher tells it, and its share of the world."""
    names = [
        Cell(edition.say(f"region.{row['region']}"), below=f"{row['stated_by']}, {row['year']}")
        for row in rows
    ]
    columns = [
        (Column(edition.say("column.region"), numeric=False), names),
        (
            Column(edition.say("column.energy"), edition.say("unit.TWh")),
            [Cell(edition.numbers.plain(row["twh"], 0), value=row["twh"]) for row in rows],
        ),
        (
            Column(edition.say("column.share_of_world")),
            [edition.percent_cell(row["share"]) for row in rows],
        ),
        edition.quantity_column(edition.say("note.this_note"), [row["ours"] for row in rows]),
    ]
    return Figure(**edition.figure("by_region", ("us_electricity",)), table=edition.table(columns))


def electricity(edition: Edition, rows: Sequence[Record]) -> Figure:
    """TWh, GW and the load factor between them, source by source; ours where the years overlap."""
    kept = [row for row in rows if row["ours"] is not None]
    who = [Cell(row["stated_by"], below=str(row["year"])) for row in kept]

    def plain(value: float | None, places: int) -> Cell:
        return Cell(edition.numbers.plain(value, None if value is None else places), value=value)

    def stated(row: Record) -> Cell:
        below = ""
        if row["low"] is not None and row["high"] is not None:
            below = edition.numbers.between(row["low"], row["high"], "")
        return Cell(edition.numbers.plain(row["twh"], 0), value=row["twh"], below=below)

    columns = [
        (Column(edition.say("column.stated_by"), numeric=False), who),
        (
            Column(edition.say("column.energy"), edition.say("unit.TWh")),
            [stated(row) for row in kept],
        ),
        (
            Column(edition.say("column.capacity"), edition.say("unit.GW")),
            [plain(row["gw"], 0) for row in kept],
        ),
        (
            Column(edition.say("column.load_factor")),
            [edition.percent_cell(row["load_factor"]) for row in kept],
        ),
        edition.quantity_column(edition.say("note.this_note"), [row["ours"] for row in kept]),
    ]
    return Figure(
        **edition.figure("electricity", ("us_electricity",)), table=edition.table(columns)
    )


def prices(edition: Edition, rows: Sequence[Record], delay: Record) -> Figure:
    """PJM's capacity price by delivery year."""
    kept = [row for row in rows if row["metric"] == "capacity_price"]
    years = [Cell(row["delivery_from"][:4], below=row["known_on"]) for row in kept]
    columns = [
        (Column(edition.say("column.delivery"), numeric=False), years),
        (
            Column(edition.say("column.market"), numeric=False),
            [Cell(edition.words.name("market", row["entity"])) for row in kept],
        ),
        (
            Column(edition.say("column.capacity_price"), edition.say("unit.USD/MW/day")),
            [Cell(edition.numbers.plain(row["value"], 0), value=row["value"]) for row in kept],
        ),
    ]
    amount = edition.numbers.amount
    values = {
        "day": amount(delay["usd_per_gb200_day"]["p50"], "USD", digits=0),
        "year": amount(delay["usd_mn_per_mw_year"]["p50"] / 1e3, "USD_bn", digits=0),
        "quarter": delay["quarter"],
    }
    return Figure(
        **edition.figure("capacity_prices", ("cost_of_delay",), **values),
        table=edition.table(columns),
    )
