"""Who pays: each buyer's build against its money, and against what it reported."""

from collections.abc import Sequence

from jevons.note.document import Cell, Column, Figure, Missing
from jevons.note.edition import Edition, Record
from jevons.note.numbers import NOTHING
from jevons.note.sections import HORIZON
from jevons.note.sections.programmes import programme_columns

DEFINITIONS = ("cash", "with_leases", "net")


def funding(edition: Edition) -> list[Figure | Missing]:
    """The figures after capex by buyer."""
    part = edition.mapping("capital")
    if not part:
        return [edition.nothing("capex", "capital")]
    blocks: list[Figure | Missing] = []
    if part.get("funding"):
        blocks.append(money(edition, part["funding"]))
    if part.get("vehicles"):
        blocks.append(vehicles(edition, part["vehicles"]))
    if part.get("reconciliation"):
        blocks.append(reconciliation(edition, part["reconciliation"]))
    return blocks


def money(edition: Edition, rows: Sequence[Record]) -> Figure:
    """Capex, money for it and the chance that it does not suffice, now and at the horizon."""
    years = rows[0]["capex"]["year"]
    first = int(str(edition.mapping("provenance").get("as_of", ""))[:4] or years[0])
    names = [Cell(name(edition, row), below=flag(edition, row)) for row in rows]
    columns = [
        (Column(edition.say("column.company"), numeric=False), names),
        edition.number_column(
            edition.say("column.cash_flow"), [row["operating_cash_flow"] for row in rows], "USD_bn"
        ),
        edition.number_column(
            edition.say("column.net_debt"), [row["net_debt"] for row in rows], "USD_bn"
        ),
    ]
    for year in dict.fromkeys((max(first, years[0]), HORIZON)):
        at = years.index(year)
        for field in ("capex", "funding"):
            found = [at_year(row[field], at) for row in rows]
            columns.append(
                edition.quantity_column(edition.say(f"column.{field}_in", year=year), found)
            )
        columns.append(
            (
                Column(edition.say("column.p_exceeds", year=year)),
                [edition.percent_cell(row["p_exceeds"][at]) for row in rows],
            )
        )
    flagged = [name(edition, row) for row in rows if row["flag"]]
    text = edition.say("note.comma").join(flagged) if flagged else edition.say("note.nobody")
    return Figure(
        **edition.figure(
            "funding",
            ("funding", "capex_by_buyer"),
            who=text,
            reports=edition.say("note.reports"),
        ),
        table=edition.table(columns),
    )


def name(edition: Edition, row: Record) -> str:
    """A buyer's name."""
    return edition.company_name(edition.company(row["buyer"])) or str(row["buyer"])


def flag(edition: Edition, row: Record) -> str:
    """The years in which most draws build beyond the money."""
    years = row["flag"]
    if not years:
        return ""
    return edition.say("note.beyond_money", first=years[0], last=years[-1])


def at_year(path: Record, at: int) -> Record:
    """A yearly path at one year."""
    return {k: v[at] if isinstance(v, list) else v for k, v in path.items() if k != "year"}


def vehicles(edition: Edition, rows: Sequence[Record]) -> Figure:
    """Money outside the buyers' own capex."""
    columns = [
        *programme_columns(edition, rows),
        edition.number_column(
            edition.say("column.money"), [row["usd_bn"] for row in rows], "USD_bn"
        ),
    ]
    return Figure(**edition.figure("vehicles", ("funding",)), table=edition.table(columns))


def reconciliation(edition: Edition, rows: Sequence[Record]) -> Figure:
    """Bottom-up against reported, the last calendar year that is whole, definitions apart."""
    last = max(row["year"] for row in rows)
    kept = [row for row in rows if row["year"] == last]
    columns = [
        (
            Column(edition.say("column.company"), numeric=False),
            [Cell(name(edition, row)) for row in kept],
        ),
        edition.number_column(
            edition.say("column.non_ai"), [row["non_ai"] for row in kept], "USD_bn"
        ),
        edition.number_column(
            edition.say("column.ai"), [sum(row["ai"].values()) for row in kept], "USD_bn"
        ),
        edition.quantity_column(edition.say("column.bottom_up"), [row["modelled"] for row in kept]),
    ]
    columns += [
        edition.number_column(
            edition.say(f"column.reported_{definition}"),
            [row["reported"][definition] for row in kept],
            "USD_bn",
        )
        for definition in DEFINITIONS
    ]
    columns.append(
        (
            Column(edition.say("column.ratio_cash")),
            [Cell(edition.numbers.plain(row["ratio"], 2), value=row["ratio"]) for row in kept],
        )
    )
    total = sum(row["modelled"]["p50"] for row in kept)
    cash = [row["reported"]["cash"] for row in kept]
    whole = sum(cash) if None not in cash else None
    values = {
        "year": str(last),
        "ratio": NOTHING if not whole else edition.numbers.plain(total / whole, 2),
    }
    return Figure(
        **edition.figure("reconciliation", ("reconciliation", "capex_by_buyer"), **values),
        table=edition.table(columns),
    )
