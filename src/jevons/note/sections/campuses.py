"""Campuses: named sites by date against the build-out."""

from jevons.note.charts import SERIES, stack
from jevons.note.document import Cell, Column, Figure, Section
from jevons.note.edition import Edition, Record
from jevons.note.figures import series_keys
from jevons.note.numbers import NOTHING
from jevons.note.sections import HORIZON
from jevons.note.sections.programmes import programme_columns

NAMED = 6  # sites with a colour of their own; the rest are one area


def campuses(edition: Edition) -> Section:
    """Timeline of sites, sites against the model, announced programmes."""
    part = edition.mapping("campuses")
    against = part.get("against") or []
    sites = part.get("sites") or []
    programmes = part.get("programmes") or []
    if not against or not (sites or programmes):
        return edition.missing("campuses", "campuses")
    blocks = []
    row = next(row for row in against if row["year"] == HORIZON)
    values = {
        "sites": str(row["sites"]),
        "gw": edition.numbers.amount(row["sites_gw"], "GW"),
        "year": str(HORIZON),
        "share": NOTHING if row["share"] is None else edition.numbers.percent(row["share"]),
        "model": edition.quantity(row["model_us_gw"], "GW"),
    }
    finding = "finding.campuses"
    if sites:
        blocks += [timeline(edition, sites, values), held_against(edition, against, values)]
        blocks.append(site_table(edition, sites))
    else:
        finding = "finding.campuses_none"
    if programmes:
        blocks.append(announced(edition, programmes))
    return edition.section("campuses", edition.say(finding, **values), blocks)


def timeline(edition: Edition, sites: list[Record], values: dict[str, str]) -> Figure:
    """Power of the largest sites at each year's end, the rest together."""
    years = list(sites[0]["by_year"])
    largest, rest = sites[:NAMED], sites[NAMED:]
    series = [(site["site"], [site["by_year"][year] for year in years]) for site in largest]
    if rest:
        other = [sum(site["by_year"][year] for site in rest) for year in years]
        series.append((edition.say("note.other_sites", n=len(rest)), other))
    scale = edition.numbers.scale("GW", 1.0)
    spec = stack(series, [f"{year}Q4" for year in years], scale)
    keys = series_keys([name for name, _ in series], colours=SERIES)
    chart = edition.chart(spec, "campus_timeline", keys)
    return Figure(**edition.figure("campus_timeline", ("campuses",), **values), charts=[chart])


def held_against(edition: Edition, rows: list[Record], values: dict[str, str]) -> Figure:
    """Named sites and the model's US AI sites by year."""
    scale = edition.numbers.scale("GW", 1.0)
    columns = [
        (
            Column(edition.say("column.year"), numeric=False),
            [Cell(edition.period(str(row["year"]))) for row in rows],
        ),
        (Column(edition.say("column.sites")), [Cell(str(row["sites"])) for row in rows]),
        edition.number_column(edition.say("column.named_gw"), [r["sites_gw"] for r in rows], "GW"),
        (
            Column(edition.say("note.this_note"), scale.label),
            [edition.quantity_cell(row["model_us_gw"], scale, 1) for row in rows],
        ),
        (
            Column(edition.say("column.named_share")),
            [edition.percent_cell(row["share"]) for row in rows],
        ),
    ]
    return Figure(
        **edition.figure("campus_against", ("campuses", "fleet"), **values),
        table=edition.table(columns),
    )


def site_table(edition: Edition, sites: list[Record]) -> Figure:
    """Each site: operating, planned and for when, cost."""
    columns = [
        (
            Column(edition.say("column.site"), numeric=False, wide=True),
            [
                Cell(
                    site["site"],
                    below=edition.say(f"place.{site['region']}") if site.get("region") else "",
                    foreign=edition.language != "en",
                )
                for site in sites
            ],
        ),
        edition.number_column(
            edition.say("column.operating"), [site["operating_gw"] for site in sites], "GW"
        ),
        edition.number_column(
            edition.say("column.planned"), [site["planned_gw"] for site in sites], "GW"
        ),
        (
            Column(edition.say("column.planned_for"), numeric=False, whole=True),
            [Cell(site["planned_for"]) for site in sites],
        ),
        edition.number_column(
            edition.say("column.site_cost"), [site["cost_usd_bn"] for site in sites], "USD_bn"
        ),
    ]
    return Figure(**edition.figure("campus_table", ("campuses",)), table=edition.table(columns))


def announced(edition: Edition, rows: list[Record]) -> Figure:
    """Programmes in GW without a path by date."""
    columns = [
        *programme_columns(edition, rows),
        edition.number_column(edition.say("column.capacity"), [row["gw"] for row in rows], "GW"),
    ]
    return Figure(**edition.figure("programmes", ("campuses",)), table=edition.table(columns))
