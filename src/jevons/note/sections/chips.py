"""What is built, in chips: fleet by vendor and vintage, and what more of a limit is worth."""

from collections.abc import Mapping

from jevons.note.charts import SERIES, stack
from jevons.note.document import Cell, Column, Figure, Missing
from jevons.note.edition import Edition, Record
from jevons.note.figures import series_keys
from jevons.note.sections import HORIZON
from jevons.note.sections.vendors import vendors

OLD = ("before", "2023", "2024")  # vintages shown as one, so that each area has its own colour


def chips(edition: Edition) -> list[Figure | Missing]:
    """The figures after the binding limit."""
    supply = edition.mapping("supply")
    if not supply:
        return [edition.nothing("build_out", "supply")]
    fleet = supply.get("fleet") or {}
    blocks: list[Figure | Missing] = [worth(edition, supply["bottlenecks"])]
    blocks += [
        areas(edition, "by_vendor", means(fleet["by_vendor"])),
        areas(edition, "by_vintage", joined(means(fleet["by_vintage"]))),
        custom(edition, supply["custom_chips"]),
    ]
    if supply.get("counted"):
        blocks.append(counted(edition, supply["counted"]))
    return blocks + vendors(edition, supply)


def worth(edition: Edition, rows: list[Record]) -> Figure:
    """One more unit of each limit: how often it would help, how much, and what that earns."""
    words = edition.words
    columns = [
        (
            Column(edition.say("column.limit"), numeric=False),
            [Cell(words.heading("limit", row["limit"])) for row in rows],
        ),
        (
            Column(edition.say("column.one_more"), numeric=False, whole=True),
            [Cell(words.name("one_more", row["limit"])) for row in rows],
        ),
    ]
    for when, heading in (("soon", edition.say("note.soon")), ("2028", "2028Q4")):
        columns += [
            (
                Column(edition.say("column.binds", when=heading)),
                [edition.percent_cell(row[when]["share"]) for row in rows],
            ),
            (
                Column(edition.say("column.adds"), edition.say("unit.USD_mn/quarter")),
                [money(edition, row[when]["build"]) for row in rows],
            ),
            (
                Column(edition.say("column.rent"), edition.say("unit.USD_mn/year")),
                [money(edition, row[when]["rent"]) for row in rows],
            ),
        ]
    best = max(rows, key=lambda row: row["2028"]["rent"])
    values = {
        "limit": words.name("limit", best["limit"]),
        "unit": words.name("one_more", best["limit"]),
    }
    figure = edition.figure("worth", ("bottlenecks", "binding"), **values)
    return Figure(**figure, table=edition.table(columns))


def money(edition: Edition, billions: float) -> Cell:
    """A small amount in USD mn."""
    return Cell(edition.numbers.plain(billions * 1e3, 0), value=billions)


def means(paths: Mapping[str, Record]) -> dict[str, Record]:
    """Year and mean of each part, which add up."""
    return {name: {"year": path["year"], "mean": path["mean"]} for name, path in paths.items()}


def joined(paths: Mapping[str, Record]) -> dict[str, Record]:
    """The oldest vintages as one part."""
    old = [paths[name]["mean"] for name in OLD if name in paths]
    total = [sum(values) for values in zip(*old, strict=True)]
    rest = {name: path for name, path in paths.items() if name not in OLD}
    return {"before": {"year": next(iter(paths.values()))["year"], "mean": total}, **rest}


def areas(edition: Edition, name: str, paths: Mapping[str, Record]) -> Figure:
    """Stack of the means at each year's end."""
    labels = {key: edition.words.heading("vendor", key) for key in paths}
    years = next(iter(paths.values()))["year"]
    peak = max(sum(path["mean"][i] for path in paths.values()) for i in range(len(years)))
    scale = edition.numbers.scale("MH100e", peak, table=True)
    series = [(labels[key], path["mean"]) for key, path in paths.items()]
    spec = stack(series, [f"{year}Q4" for year in years], scale)
    at = years.index(HORIZON)
    whole = sum(path["mean"][at] for path in paths.values())
    largest = max(paths, key=lambda key: paths[key]["mean"][at])
    values = {
        "largest": labels[largest],
        "share": edition.numbers.percent(paths[largest]["mean"][at] / whole),
        "year": str(HORIZON),
    }
    chart = edition.chart(spec, name, series_keys(list(labels.values()), colours=SERIES))
    return Figure(**edition.figure(name, ("fleet_by_vendor", "fleet"), **values), charts=[chart])


def custom(edition: Edition, shares: Record) -> Figure:
    """Share of custom chips in the spend on each workload, by year."""
    rows = {**shares["by_workload"], "total": shares["all"]}
    names = [Cell(edition.words.heading("workload", name)) for name in rows]
    columns = [(Column(edition.say("column.workload"), numeric=False), names)]
    for at, year in enumerate(shares["all"]["year"]):
        columns.append(
            (
                Column(edition.period(str(year))),
                [share_cell(edition, row, at) for row in rows.values()],
            )
        )
    return Figure(
        **edition.figure("custom_chips", ("custom_silicon_share",)), table=edition.table(columns)
    )


def share_cell(edition: Edition, path: Record, at: int) -> Cell:
    """A share's median at a year, its range below."""
    low, high = (edition.numbers.percent(path[level][at]) for level in ("p05", "p95"))
    return Cell(
        edition.numbers.percent(path["p50"][at]),
        value=path["p50"][at],
        below=edition.say("note.ends", low=low, high=high),
    )


def counted(edition: Edition, rows: list[Record]) -> Figure:
    """Compute built beside chips counted, quarter by quarter."""
    quarters = [row["quarter"] for row in rows]
    ours, scale = edition.column(
        edition.say("note.this_note"), "MH100e", max(row["ours"]["p95"] for row in rows)
    )
    columns = [
        edition.text_column(edition.say("column.of_quarter"), quarters),
        (ours, [edition.quantity_cell(row["ours"], scale, 2) for row in rows]),
        (
            Column("Epoch AI", scale.label),
            [
                Cell(edition.numbers.plain(row["counted"] * scale.factor, 2), value=row["counted"])
                for row in rows
            ],
        ),
        (
            Column(edition.say("column.ratio")),
            [Cell(edition.numbers.plain(row["ratio"], 2), value=row["ratio"]) for row in rows],
        ),
    ]
    return Figure(**edition.figure("counted", ("fleet_by_vendor",)), table=edition.table(columns))
