"""What a token costs, by model and chip, and how that cost moves."""

from collections import Counter
from collections.abc import Sequence

from jevons.note.charts import OTHERS, SERIES, fan, scatter, spread
from jevons.note.document import Cell, Chart, Column, Figure, Key, Missing, Section
from jevons.note.edition import Edition, Record, at, last_quarter
from jevons.note.figures import fan_keys, level_names, range_keys, series_keys, today
from jevons.note.row_charts import ranges
from jevons.note.sections import HORIZON

WHY = ("cost", "usd_per_mtok", "token_cost")
WITHIN = 1.6  # the factor of the dashed lines, and of the share of rows between them
FEWEST_DOTS = 4  # fewer measurements than that are told by the table alone
MOST_ROWS = 24  # of the cost chart; the table shows all


def efficiency(edition: Edition) -> Section:
    """The cost table, its chart, and the cost of a token over time."""
    rows = [row for row in edition.mapping("cost").get("rows") or () if row.get("usd_per_mtok")]
    blocks: list[Figure | Missing] = []
    finding = ""
    if rows:
        rows.sort(key=lambda row: (row["usd_per_mtok"]["p50"], set_up(edition, row)))
        values = extremes(edition, rows)
        finding = edition.say("finding.efficiency", **values)
        blocks += [costs(edition, rows, values), cost_table(edition, rows)]
    else:
        blocks.append(edition.nothing("efficiency", "cost.rows"))
    checked = edition.mapping("cost_checked")
    points = checked.get("points")
    if points is None:
        blocks.append(edition.nothing("efficiency", "cost_checked"))
    elif points:
        blocks += [measured(edition, checked)] if len(points) >= FEWEST_DOTS else []
        blocks.append(errors(edition, checked))
    path = edition.path("token_cost") or edition.path("token_price")
    if path:
        blocks.append(cost_path(edition, path))
    return edition.section("efficiency", finding, blocks)


def set_up(edition: Edition, row: Record) -> str:
    """Model, chip and phase as the name of a row."""
    phase = edition.words.name("phase", str(row.get("phase", "")))
    return edition.say("note.set_up", model=row["model"], chip=row["chip"], phase=phase)


def extremes(edition: Edition, rows: list[Record]) -> dict[str, str]:
    """The dearest set-up in words, and the cheapest of its phase: reading is no writing."""
    alike = [row for row in rows if row["phase"] == rows[-1]["phase"]]
    first, last = alike[0]["usd_per_mtok"], alike[-1]["usd_per_mtok"]
    return {
        "cheapest": set_up(edition, alike[0]),
        "low": edition.numbers.amount(first["p50"], first["unit"]),
        "dearest": set_up(edition, alike[-1]),
        "high": edition.numbers.amount(last["p50"], last["unit"]),
        "ratio": edition.numbers.plain(last["p50"] / first["p50"] if first["p50"] else None),
    }


def costs(edition: Edition, rows: list[Record], values: dict[str, str]) -> Figure:
    """Cost per token as ranges."""
    shown = rows[:MOST_ROWS]
    phases = sorted({str(row["phase"]) for row in shown})
    scale = edition.numbers.scale("USD/Mtoken", 1.0)
    extent = spread((row["usd_per_mtok"] for row in shown), ("p05", "p95"))
    charts: list[Chart] = []
    for phase in phases:
        named = [
            (edition.say("note.on_chip", model=row["model"], chip=row["chip"]), row["usd_per_mtok"])
            for row in shown
            if row["phase"] == phase
        ]
        spec = ranges(named, scale, level_names(edition), log=True, extent=extent)
        keys = [] if charts else range_keys(edition)
        heading = edition.words.heading("phase", phase)
        charts.append(edition.chart(spec, "costs", keys, heading if len(phases) > 1 else ""))
    return Figure(**edition.figure("costs", WHY, **values), charts=charts)


def cost_table(edition: Edition, rows: list[Record]) -> Figure:
    """Speed, cost and energy of each set-up, and what limits it."""
    say = edition.say
    names = [
        Cell(str(row["model"]), below=f"{row['chip']}, {edition.words.name('phase', row['phase'])}")
        for row in rows
    ]
    columns = [(Column(say("column.set_up"), numeric=False), names)]
    for field in ("tokens_per_s_per_chip", "usd_per_mtok", "joule_per_token"):
        quantities = [row.get(field) for row in rows]
        columns.append(edition.quantity_column(say(f"column.{field}"), quantities, unit=False))
    bounds = (edition.words.heading("bound", str(row.get("bound") or "")) for row in rows)
    columns.append(edition.text_column(say("column.bound"), bounds))
    return Figure(**edition.figure("cost_table", WHY), table=edition.table(columns))


def measured(edition: Edition, checked: Record) -> Figure:
    """Predicted against measured serving figures, a chart for each metric."""
    points = [
        point | {"group": point["chip"], "name": f"{set_up_of(edition, point)}, {point['source']}"}
        for point in checked["points"]
    ]
    counts = Counter(point["chip"] for point in points)
    chips = sorted(counts, key=lambda name: (-counts[name], name))  # most measured: own colours
    names = level_names(edition) | {
        field: edition.say(f"hover.{field}") for field in ("measured", "predicted")
    }
    charts: list[Chart] = []
    for metric in sorted({point["metric"] for point in points}):
        shown = [point for point in points if point["metric"] == metric]
        unit = edition.words.name("metric", metric)
        spec = scatter(shown, chips, unit, names, WITHIN)
        keys = [] if charts else dot_keys(edition, chips)
        heading = edition.words.heading("metric", metric)
        charts.append(edition.chart(spec, "cost_checked", keys, heading))
    everything = checked["errors"][0]
    values = {
        "rows": len(points),
        "error": edition.numbers.percent(everything["median_absolute_error"]),
        "within": edition.numbers.percent(everything["within_1_6"]),
    }
    return Figure(**edition.figure("cost_checked", ("cost_checked",), **values), charts=charts)


def dot_keys(edition: Edition, chips: Sequence[str]) -> list[Key]:
    """The chips that have a colour of their own, and the others together."""
    rest = chips[len(SERIES) :]
    others = edition.say("key.others", names=edition.say("note.comma").join(rest))
    return series_keys(chips, "dot") + ([Key("dot", OTHERS, others)] if rest else [])


def set_up_of(edition: Edition, point: Record) -> str:
    """Model and chip of a measurement."""
    return edition.say("note.on_chip", model=point["model"], chip=point["chip"])


def errors(edition: Edition, checked: Record) -> Figure:
    """Errors by source, chip, engine and phase."""
    say, rows = edition.say, checked["errors"]
    names = [
        say("note.all")
        if row["group"] == "all"
        else edition.words.name("checked_group", str(row["group"]))
        for row in rows
    ]
    columns = [
        edition.text_column(say("column.group"), names),
        (
            Column(say("column.rows")),
            [Cell(edition.numbers.plain(row["rows"], 0), value=row["rows"]) for row in rows],
        ),
        edition.number_column(say("column.ratio"), [row["median_ratio"] for row in rows], "1"),
        (
            Column(say("column.error")),
            [edition.percent_cell(row["median_absolute_error"]) for row in rows],
        ),
        (Column(say("column.within")), [edition.percent_cell(row["within_1_6"]) for row in rows]),
    ]
    figure = edition.figure("cost_errors", ("cost_checked",))
    return Figure(**figure, table=edition.table(columns))


def cost_path(edition: Edition, path: Record) -> Figure:
    """Cost of a token by quarter."""
    end = last_quarter(path, HORIZON)
    then, now = at(path, end), at(path, edition.quarter) or at(path, path["quarter"][0])
    fall = now["p50"] / then["p50"] if now and then and then["p50"] else None
    values = {
        "quarter": end,
        "fall": edition.numbers.plain(fall, 0 if fall and fall >= 10 else None),
    }
    scale = edition.numbers.scale(path["unit"], max(path["p95"]), table=True)
    spec = fan(path, scale, level_names(edition), today=today(edition), log=True)
    chart = edition.chart(spec, "token_cost", fan_keys(edition))
    return Figure(**edition.figure("token_cost", ("token_cost", *WHY), **values), charts=[chart])
