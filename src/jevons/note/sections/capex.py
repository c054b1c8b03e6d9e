"""Capital spending: the total, by category, by buyer, against what is reported."""

from collections.abc import Mapping, Sequence

from jevons.note.charts import SERIES, fan, stack
from jevons.note.document import Cell, Column, Figure, Missing, Section
from jevons.note.edition import Edition, Record, at, last_quarter
from jevons.note.figures import fan_keys, level_names, series_keys, today
from jevons.note.numbers import NOTHING, common_decimals
from jevons.note.sections import HORIZON
from jevons.note.sections.funding import funding

WHY = ("capex", "ai_capex", "buyers_capex", "capex_by_category", "capex_by_buyer")


def capex(edition: Edition) -> Section:
    """Total, categories, buyers."""
    total = edition.path("ai_capex")
    part = edition.mapping("capex")
    blocks: list[Figure | Missing] = []
    finding = ""
    if total:
        end = last_quarter(total, HORIZON)
        then, now = at(total, end), at(total, edition.quarter) or at(total, total["quarter"][0])
        values = {"quarter": end, "now_quarter": edition.quarter or total["quarter"][0]}
        for name, q in (("then", then), ("now", now)):
            values[name] = edition.quantity(q, total["unit"]) if q else NOTHING
            shown = edition.numbers.amount(q["p50"], total["unit"]) if q else NOTHING
            values[f"{name}_short"] = shown
        finding = edition.say("finding.capex", **values)
        scale = edition.numbers.scale(total["unit"], max(total["p95"]), table=True)
        points = edition.observed("ai_capex")
        spec = fan(total, scale, level_names(edition), observed=points, today=today(edition))
        chart = edition.chart(spec, "ai_capex", fan_keys(edition, observed=bool(points)))
        blocks.append(
            Figure(**edition.figure("ai_capex", ("ai_capex", *WHY), **values), charts=[chart])
        )
    else:
        blocks.append(edition.nothing("capex", "quantities.ai_capex"))
    for name, kind in (("by_category", "category"), ("by_buyer", "buyer")):
        paths = {key: path for key, path in (part.get(name) or {}).items() if path.get("quarter")}
        if paths:
            blocks += parts(edition, name, kind, paths)
        else:
            blocks.append(edition.nothing("capex", f"capex.{name}"))
    return edition.section("capex", finding, [*blocks, *funding(edition)])


def parts(edition: Edition, name: str, kind: str, paths: Mapping[str, Record]) -> list[Figure]:
    """Stack of means (means add) and the table of years."""
    labels = {key: part_name(edition, kind, key) for key in paths}
    quarters = next(iter(paths.values()))["quarter"]
    peak = max(sum(path["mean"][i] for path in paths.values()) for i in range(len(quarters)))
    unit = next(iter(paths.values()))["unit"]
    scale = edition.numbers.scale(unit, peak, table=True)
    spec = stack([(labels[key], path["mean"]) for key, path in paths.items()], quarters, scale)
    totals = {key: year_sum(path, str(HORIZON)) for key, path in paths.items()}
    known = {key: value for key, value in totals.items() if value}
    largest = max(known, key=lambda key: known[key]) if known else next(iter(paths))
    whole = sum(known.values())
    values = {
        "largest": labels[largest],
        "share": edition.numbers.percent(known[largest] / whole) if whole else NOTHING,
        "year": str(HORIZON),
    }
    chart = edition.chart(spec, name, series_keys(list(labels.values()), colours=SERIES))
    why = (f"capex_{name}", *WHY)
    return [
        Figure(**edition.figure(name, why, **values), charts=[chart]),
        years_table(edition, name, labels, paths, why),
    ]


def part_name(edition: Edition, kind: str, key: str) -> str:
    """A category in words, a buyer by its name."""
    if kind == "buyer":
        return edition.company_name(edition.company(key)) or key
    return edition.words.heading("category", key)


def year_sum(path: Record, year: str) -> float | None:
    """Sum of the means of a year's four quarters, nothing for a part of a year."""
    kept = [path["mean"][i] for i, quarter in enumerate(path["quarter"]) if quarter[:4] == year]
    return sum(kept) if len(kept) == 4 else None


def years_table(
    edition: Edition,
    name: str,
    labels: Mapping[str, str],
    paths: Mapping[str, Record],
    why: Sequence[str],
) -> Figure:
    """Means by calendar year with their total."""
    years = sorted({quarter[:4] for path in paths.values() for quarter in path["quarter"]})
    names = [Cell(label) for label in labels.values()]
    sums = {year: [year_sum(path, year) for path in paths.values()] for year in years}
    whole = {
        year: [value for value in values if value is not None]
        for year, values in sums.items()
        if None not in values
    }
    largest = max((sum(values) for values in whole.values()), default=0.0)
    unit = next(iter(paths.values()))["unit"].removesuffix("/quarter")
    scale = edition.numbers.scale(unit, largest, table=True)
    heading = Column(edition.say("column.part"), scale.label, numeric=False)
    columns = [(heading, [*names, Cell(edition.say("note.total"))])]
    places = common_decimals([largest * scale.factor])
    for year, values in whole.items():
        columns.append(
            (
                Column(edition.period(year)),
                [
                    Cell(edition.numbers.plain(value * scale.factor, places), value=value)
                    for value in (*values, sum(values))
                ],
            )
        )
    return Figure(**edition.figure(f"{name}_table", why), table=edition.table(columns))
