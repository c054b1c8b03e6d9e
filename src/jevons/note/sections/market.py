"""Prices and how far they have fallen."""

from statistics import median

from jevons.note.document import Cell, Figure, Section
from jevons.note.edition import Edition, Record
from jevons.note.numbers import NOTHING
from jevons.note.row_charts import bars
from jevons.note.sections.regime import regime, standing

DEEP = -0.20  # the usual word for a bear market in one share: a fifth below its high
WHY = ("drawdown", "drawdowns", "market")


def fallen(edition: Edition) -> list[Record]:
    """Companies with a drawdown, the deepest first."""
    known = [c for c in edition.records("companies") if c.get("drawdown") is not None]
    return sorted(known, key=lambda company: (company["drawdown"], company["ticker"]))


def market(edition: Edition) -> Section:
    """Drawdowns from the 52-week highs."""
    companies = fallen(edition)
    if not companies:
        return edition.missing("market", "companies.drawdown")
    percent = edition.numbers.percent
    deep = sum(company["drawdown"] <= DEEP for company in companies)
    middle = median(company["drawdown"] for company in companies)
    values = {
        "deep": deep,
        "all": len(companies),
        "worst": edition.company_name(companies[0]),
        "worst_drawdown": percent(companies[0]["drawdown"], signed=True),
        "median": percent(middle, signed=True),
        "best": edition.company_name(companies[-1]),
        "best_drawdown": percent(companies[-1]["drawdown"], signed=True),
    }
    finding = edition.say("finding.market", **values)
    rows = [(c["ticker"], 100 * c["drawdown"], "var(--fall)") for c in companies]
    texts = [percent(c["drawdown"], signed=True) for c in companies]
    chart = edition.chart(bars(rows, edition.say("axis.drawdown"), texts), "drawdowns")
    figure = edition.figure("drawdowns", WHY, **values)
    known = regime(edition) or edition.nothing("market", "market")
    tables = (prices(edition), standing(edition), known)
    blocks = [Figure(**figure, charts=[chart]), *(table for table in tables if table)]
    return edition.section("market", finding, blocks)


def prices(edition: Edition) -> Figure:
    """Prices with their dates and highs."""
    companies = sorted(edition.records("companies"), key=lambda c: str(c.get("ticker")))
    say, numbers = edition.say, edition.numbers
    columns = [
        (
            edition.text_column(say("column.company"), ())[0],
            [Cell(str(c["ticker"]), below=edition.company_name(c)) for c in companies],
        ),
        edition.text_column(
            say("column.layer"),
            (edition.words.name("layer", c.get("layer") or "") for c in companies),
        ),
        edition.text_column(
            say("column.price_date"),
            (str(c.get("price_date") or NOTHING) for c in companies),
            whole=True,
        ),
    ]
    for name in ("price", "high_52_week"):
        column, _ = edition.number_column(say(f"column.{name}"), [], "USD/share")
        shown = [Cell(numbers.plain(c.get(name), 2), value=c.get(name)) for c in companies]
        columns.append((column, shown))
    column = edition.number_column(say("column.drawdown"), [], "1")[0]
    columns.append(
        (column, [edition.percent_cell(c.get("drawdown"), tone=True) for c in companies])
    )
    pe = [
        Cell(numbers.plain(c["forward_price_earnings"], 1), value=c["forward_price_earnings"])
        if c.get("forward_price_earnings") is not None
        else Cell(NOTHING)
        for c in companies
    ]
    columns.append((edition.number_column(say("column.forward_price_earnings"), [], "1")[0], pe))
    return Figure(
        **edition.figure("prices", ("price", "prices", "companies", *WHY)),
        table=edition.table(columns),
    )
