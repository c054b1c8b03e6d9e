"""Whose revenue the build-out is."""

from dataclasses import replace

from jevons.note.charts import BAND, SERIES
from jevons.note.document import Cell, Column, Figure, Missing, Section
from jevons.note.edition import Edition, Record, at, last_quarter
from jevons.note.figures import level_names, range_keys
from jevons.note.numbers import NOTHING
from jevons.note.row_charts import INK, ranges
from jevons.note.sankey import sankey
from jevons.note.sections import HORIZON

WHY = ("ai_revenue", "value_chain", "revenue", "companies")
DOLLAR_WHY = ("value_chain",)
OTHERS = "others"
# Sectors by how far they are from the buyer's dollar, each left of those that it pays.
STAGES = (
    ("gpu", "custom_silicon", "servers", "network", "power_cooling", "shell"),
    ("memory", "processors", "optics"),
    ("foundry",),
    ("wafer_equipment",),
)
LEAST_SHOWN = 0.004  # of a dollar; a smaller part would be a line thinner than its label


def annual(q: Record | None) -> Record | None:
    """A quarterly flow at an annual rate; other units as they are."""
    if not q or not q["unit"].endswith("/quarter"):
        return q
    levels = {name: 4 * value for name, value in q.items() if name != "unit"}
    return {"unit": q["unit"].replace("/quarter", "/year"), **levels}


def suppliers(edition: Edition) -> list[tuple[Record, Record | None, Record]]:
    """Company, AI revenue now and at the horizon (annual rates), the largest first."""
    found = []
    for company in edition.records("companies"):
        path = company.get("ai_revenue")
        if not path or not path.get("quarter"):
            continue
        then = annual(at(path, last_quarter(path, HORIZON)))
        if then and then["p95"] > 0:
            found.append((company, annual(at(path, edition.quarter)), then))
    return sorted(found, key=lambda item: (-item[2]["p50"], item[0]["ticker"]))


def value_chain(edition: Edition) -> Section:
    """AI revenue by company, beside all revenue of the last year."""
    found = suppliers(edition)
    if not found:
        return edition.missing("value_chain", "companies.ai_revenue")
    whole = sum(then["mean"] for _, _, then in found)
    top, _, largest = found[0]
    path = top["ai_revenue"]
    values = {
        "company": edition.company_name(top),
        "revenue": edition.quantity(largest),
        "share": edition.numbers.percent(largest["mean"] / whole),
        "all": len(found),
        "quarter": last_quarter(path, HORIZON),
        "reports": edition.say("note.reports"),
    }
    scale = edition.numbers.scale(largest["unit"], largest["p95"], table=True)
    named = [(company["ticker"], then) for company, _, then in found]
    marks = {c["ticker"]: c["revenue_ttm"] for c, _, _ in found if c.get("revenue_ttm")}
    spec = ranges(named, scale, level_names(edition), marks=marks, log=True)
    keys = range_keys(edition, edition.say("key.revenue_ttm"))
    figure = edition.figure("ai_revenue", WHY, **values)
    charts = [edition.chart(spec, "ai_revenue", keys)]
    accounts = edition.mapping("value_chain")
    blocks: list[Figure | Missing] = [edition.nothing("value_chain", "value_chain")]
    if accounts:
        blocks = [dollar(edition, accounts), sectors(edition, accounts)]
    blocks += [Figure(**figure, charts=charts), table(edition, found)]
    return edition.section("value_chain", edition.say("finding.value_chain", **values), blocks)


def table(edition: Edition, found: list[tuple[Record, Record | None, Record]]) -> Figure:
    """Layer, revenue, AI revenue now and then, and how it grows."""
    say = edition.say
    companies = [company for company, _, _ in found]
    growth = [
        then["p50"] / now["p50"] if now and now["p50"] > 0 else None for _, now, then in found
    ]
    names = [Cell(c["ticker"], below=edition.company_name(c)) for c in companies]
    layers = (edition.words.name("layer", c.get("layer") or "") for c in companies)
    ratios = [
        Cell(NOTHING if g is None else edition.numbers.plain(g, 1) + "×", value=g) for g in growth
    ]
    columns = [
        (Column(say("column.company"), numeric=False), names),
        edition.text_column(say("column.layer"), layers),
        edition.number_column(
            say("column.revenue_ttm"), [c.get("revenue_ttm") for c in companies], "USD_bn"
        ),
        edition.quantity_column(say("column.ai_revenue_now"), [now for _, now, _ in found]),
        edition.quantity_column(say("column.ai_revenue_then"), [then for _, _, then in found]),
        (Column(say("column.growth")), ratios),
    ]
    return Figure(**edition.figure("value_chain", WHY), table=edition.table(columns))


def dollar(edition: Edition, accounts: Record) -> Figure:
    """One dollar of capital spending on its way to those who keep it."""
    keepers = {row["ticker"]: row["of_a_dollar"] for row in accounts["companies"]}
    named = [t for t, part in keepers.items() if t != OTHERS and part >= LEAST_SHOWN]
    links = [
        link if link["target"] in (*named, *sum(STAGES, ())) else {**link, "target": OTHERS}
        for link in accounts["sankey"]["links"]
    ]
    flows: dict[str, float] = {}
    for link in links:
        flows[link["target"]] = flows.get(link["target"], 0.0) + link["value"]
    percent, heading = edition.numbers.percent, edition.words.heading
    labels = {node: f"{heading('sector', node)} {percent(part)}" for node, part in flows.items()}
    labels |= {ticker: f"{ticker} {percent(flows[ticker], decimals=1)}" for ticker in named}
    labels |= {"capex": edition.say("note.one_dollar")}
    labels[OTHERS] = f"{edition.say('note.others')} {percent(flows[OTHERS])}"
    colours = dict.fromkeys((*sum(STAGES[1:], ()), *named), SERIES[6]) | {
        OTHERS: BAND,
        "capex": INK,
    }
    colours |= dict(zip(STAGES[0], SERIES, strict=False))
    spec = sankey(links, (("capex",), *STAGES, (*named, OTHERS)), labels, colours)
    values = {
        "year": accounts["year"],
        "capex": edition.quantity(accounts["capex"]),
        "first": edition.company_name(edition.company(named[0])) if named else "",
        "share": percent(keepers[named[0]]) if named else "",
    }
    figure = edition.figure("dollar", DOLLAR_WHY, **values)
    return Figure(**figure, charts=[replace(edition.chart(spec, "dollar"), wide=True)])


def sectors(edition: Edition, accounts: Record) -> Figure:
    """What each sector sells, what it keeps, and how much of it is sold by nobody followed."""
    rows, say = accounts["sectors"], edition.say
    columns = [
        edition.text_column(
            say("column.sector"), (edition.words.heading("sector", r["sector"]) for r in rows)
        ),
        edition.quantity_column(say("column.gross_output"), [r["gross_output"] for r in rows]),
        edition.quantity_column(say("column.value_added"), [r["value_added"] for r in rows]),
        (
            Column(say("column.of_a_dollar")),
            [edition.percent_cell(r["of_a_dollar"]) for r in rows],
        ),
        (
            Column(say("column.not_followed")),
            [edition.percent_cell(r["not_followed"]["p50"]) for r in rows],
        ),
    ]
    figure = edition.figure("sectors", DOLLAR_WHY, year=accounts["year"])
    return Figure(**figure, table=edition.table(columns))
