"""What each share is worth, and which build-out its price already implies."""

from collections.abc import Sequence
from statistics import median

from jevons.note.document import Cell, Column, Figure, Missing, Section, Table
from jevons.note.edition import Edition, Record
from jevons.note.figures import level_names, range_keys
from jevons.note.numbers import NOTHING
from jevons.note.row_charts import ranges
from jevons.note.sections.value_drivers import drivers

WHY = ("value", "fair_value", "valuation", "companies")
IMPLIED_WHY = ("implied", "price_implied", *WHY)


def valued(edition: Edition) -> list[Record]:
    """Companies with a fair value and a price, the likeliest to be worth more than it first."""
    found = [
        c
        for c in edition.records("companies")
        if c.get("fair_value") and c.get("price") and c.get("p_above_price") is not None
    ]
    return sorted(found, key=lambda c: (-c["p_above_price"], c["ticker"]))


def ratio_of(company: Record) -> Record:
    """Fair value over price, a quantity."""
    q, price = company["fair_value"], company["price"]
    levels = {name: value / price for name, value in q.items() if name != "unit"}
    return {"unit": "ratio", **levels}


def words(edition: Edition, companies: list[Record]) -> dict[str, object]:
    """The whole list in words."""
    percent = edition.numbers.percent
    first, last = companies[0], companies[-1]
    return {
        "above": sum(c["fair_value"]["p50"] > c["price"] for c in companies),
        "all": len(companies),
        "first": edition.company_name(first),
        "first_p": percent(first["p_above_price"]),
        "last": edition.company_name(last),
        "last_p": percent(last["p_above_price"]),
    }


def football(edition: Edition, name: str = "football") -> Figure | Missing:
    """Fair value over price by company: right of the line is worth more than it costs."""
    companies = valued(edition)
    if not companies:
        return edition.nothing("valuation", "companies.fair_value")
    rows = [(c["ticker"], floored(ratio_of(c))) for c in companies]
    scale = edition.numbers.scale("ratio", 1.0)
    title = edition.say("axis.value_over_price")
    spec = ranges(rows, scale, level_names(edition), title=title, reference=1.0, log=True)
    figure = edition.figure(name, WHY, **words(edition, companies))
    return Figure(**figure, charts=[edition.chart(spec, name, range_keys(edition))])


def floored(q: Record) -> Record:
    """A ratio for a logarithmic axis: a value of zero is drawn at one hundredth of the price."""
    return {k: v if k == "unit" else max(v, 0.01) for k, v in q.items()}


def valuation(edition: Edition) -> Section:
    """Fair values, and the build-outs implied by prices."""
    companies = valued(edition)
    blocks: list[Figure | Missing] = []
    finding = ""
    if companies:
        finding = edition.say("finding.valuation", **words(edition, companies))
        blocks.append(table(edition))
        blocks += [*beside(edition), *drivers(edition)]
    else:
        blocks.append(edition.nothing("valuation", "companies.fair_value"))
    blocks.append(implied(edition))
    return edition.section("valuation", finding, blocks)


def table(edition: Edition) -> Figure:
    """Every company, also those without a value, with the reason."""
    say, numbers = edition.say, edition.numbers
    companies = valued(edition)
    known = {c["ticker"] for c in companies}
    without = [c for c in edition.records("companies") if c.get("ticker") not in known]
    rows = [*companies, *sorted(without, key=lambda c: str(c.get("ticker")))]
    columns = [
        (Column(say("column.company"), numeric=False), [named(edition, c) for c in rows]),
        (edition.money_column("price"), [price(edition, c) for c in rows]),
        (edition.money_column("fair_value"), [fair(edition, c, "p05", "p95") for c in rows]),
        (edition.money_column("quartiles"), [quartiles(edition, c) for c in rows]),
        (
            Column(say("column.value_over_price")),
            [
                Cell(NOTHING)
                if c.get("ticker") not in known
                else Cell(numbers.plain(ratio_of(c)["p50"], 2) + "×", value=ratio_of(c)["p50"])
                for c in rows
            ],
        ),
        (
            Column(say("column.p_above")),
            [edition.percent_cell(c.get("p_above_price")) for c in rows],
        ),
    ]
    figure = edition.figure("values", WHY)
    figure["caption"] += unvalued(edition, without)
    return Figure(**figure, table=edition.table(columns))


def beside(edition: Edition) -> list[Figure]:
    """Multiples in their own history, and what each value leans on."""
    rows = [c for c in valued(edition) if c.get("multiples")]
    leaning = [c for c in valued(edition) if c.get("bounds")]
    found = [multiples(edition, rows)] if rows else []
    return [*found, bounds(edition, leaning)] if leaning else found


def multiples(edition: Edition, rows: Sequence[Record]) -> Figure:
    """Market multiples, each with its percentile in the share's own history below."""
    say = edition.say
    columns = [(Column(say("column.company"), numeric=False), [named(edition, c) for c in rows])]
    for name in ("ev_to_revenue", "ev_to_operating_income"):
        cells = [placed(edition, c["multiples"].get(name)) for c in rows]
        columns.append((Column(say(f"column.{name}")), cells))
    return Figure(**edition.figure("multiples", WHY), table=edition.table(columns))


def placed(edition: Edition, multiple: Record | None) -> Cell:
    """A multiple over its percentile, or over how few days it has been known."""
    if not multiple:
        return Cell(NOTHING)
    shown = edition.numbers.plain(multiple["value"], 1) + "×"
    if multiple["percentile"] is None:
        below = edition.say("note.days", n=multiple["days"])
    else:
        below = edition.say("note.percentile", p=edition.numbers.percent(multiple["percentile"]))
    return Cell(shown, value=multiple["value"], below=below)


def bounds(edition: Edition, rows: Sequence[Record]) -> Figure:
    """What lies after the fade, and margins beside those that were reported."""
    say, percent = edition.say, edition.percent_cell
    flags = (
        say("note.comma").join(edition.words.name("flag", name) for name in c["bounds"]["flags"])
        for c in rows
    )
    columns = [
        (Column(say("column.company"), numeric=False), [named(edition, c) for c in rows]),
        (Column(say("column.beyond")), [percent(c["bounds"]["terminal_share"]) for c in rows]),
        (Column(say("column.margin_2030")), [percent(c["bounds"]["margin_2030"]) for c in rows]),
        (
            Column(say("column.margin_history")),
            [percent(c["bounds"]["margin_history_p90"]) for c in rows],
        ),
        edition.text_column(say("column.flags"), flags),
    ]
    return Figure(**edition.figure("bounds", WHY), table=edition.table(columns))


def unvalued(edition: Edition, companies: Sequence[Record]) -> str:
    """The companies without a value, with the reasons."""
    given = [(str(c.get("ticker")), edition.free(c, "missing") or NOTHING) for c in companies]
    rows = [edition.say("note.reason", name=name, reason=reason) for name, reason in given]
    return edition.say("note.unvalued", list=edition.say("claim.joint").join(rows)) if rows else ""


def named(edition: Edition, company: Record) -> Cell:
    """Ticker over name."""
    return Cell(str(company.get("ticker")), below=edition.company_name(company))


def price(edition: Edition, company: Record) -> Cell:
    """Price over its date."""
    value = company.get("price")
    shown = edition.numbers.plain(value, 2)
    return Cell(shown, value=value, below=str(company.get("price_date") or ""))


def fair(edition: Edition, company: Record, low: str, high: str) -> Cell:
    """Median fair value over its range."""
    q = company.get("fair_value")
    if not q:
        return Cell(NOTHING)
    places = 0 if q[high] >= 100 else 1
    ends = (edition.numbers.plain(q[level], places) for level in (low, high))
    shown = edition.numbers.plain(q["p50"], places)
    return Cell(shown, value=q["p50"], below="–".join(ends))


def quartiles(edition: Edition, company: Record) -> Cell:
    """The middle half of the fair values."""
    q = company.get("fair_value")
    if not q:
        return Cell(NOTHING)
    places = 0 if q["p95"] >= 100 else 1
    return Cell("–".join(edition.numbers.plain(q[level], places) for level in ("p25", "p75")))


def solved(edition: Edition) -> list[Record]:
    """Implied build-outs that have a number, the boldest price first."""
    found = [
        r for r in edition.records("implied") if r.get("implied") is not None and r.get("base")
    ]
    return sorted(found, key=lambda r: (-r["implied"], r["ticker"]))


def implied_words(edition: Edition, found: list[Record]) -> dict[str, object]:
    """How far the prices disagree."""
    first, last, base = found[0], found[-1], found[0]["base"]
    amount, unit = edition.numbers.amount, first["unit"]
    return {
        "high": amount(first["implied"], unit),
        "high_company": edition.company_name(edition.company(first["ticker"])) or first["ticker"],
        "low": amount(last["implied"], unit),
        "low_company": edition.company_name(edition.company(last["ticker"])) or last["ticker"],
        "median": amount(median(r["implied"] for r in found), unit),
        "base": edition.quantity(base, unit),
        "solved": len(found),
        "all": len(edition.records("implied")),
    }


def implied(edition: Edition) -> Figure | Missing:
    """The build-out that each price implies, against the model's own range."""
    found = solved(edition)
    if not found:
        return edition.nothing("valuation", "implied")
    scale = edition.numbers.scale(
        found[0]["unit"], max(r["base"]["p95"] for r in found), table=True
    )
    rows = [(r["ticker"], r["base"]) for r in found]
    marks = {r["ticker"]: r["implied"] for r in found}
    spec = ranges(rows, scale, level_names(edition), marks=marks, log=True)
    keys = range_keys(edition, edition.say("key.implied"))
    chart = edition.chart(spec, "implied", keys)
    figure = edition.figure("implied", IMPLIED_WHY, **implied_words(edition, found))
    return Figure(**figure, charts=[chart], table=implied_table(edition))


def implied_table(edition: Edition) -> Table:
    """Implied against base, with the reason where no build-out gives the price."""
    rows = sorted(edition.records("implied"), key=lambda r: str(r["ticker"]))
    say = edition.say
    multiples = []
    for r in rows:
        base = (r.get("base") or {}).get("p50")
        multiple = r["implied"] / base if r.get("implied") is not None and base else None
        shown = NOTHING if multiple is None else edition.numbers.plain(multiple, 2) + "×"
        multiples.append(Cell(shown, value=multiple))
    columns = [
        (
            Column(say("column.company"), numeric=False),
            [
                Cell(r["ticker"], below=edition.company_name(edition.company(r["ticker"])))
                for r in rows
            ],
        ),
        edition.number_column(
            say("column.implied"), [r.get("implied") for r in rows], rows[0]["unit"]
        ),
        (Column(say("column.multiple")), multiples),
        *in_units(edition, rows),
    ]
    bases = [r.get("base") for r in rows]
    if any(base != bases[0] for base in bases):
        columns.insert(2, edition.quantity_column(say("column.base"), bases))
    if any(r.get("reason") for r in rows):
        reasons = [reason(edition, r) for r in rows]
        columns.append((Column(say("column.reason"), numeric=False, wide=True), reasons))
    return edition.table(columns)


def in_units(edition: Edition, rows: Sequence[Record]) -> list[tuple[Column, list[Cell]]]:
    """The same build-out in gigawatts, growth of tokens, and a share of the company's pool."""
    told = [r.get("units") or {} for r in rows]
    if not any(told):
        return []
    say = edition.say
    gigawatts = [unit.get("fleet_gw", {}).get("implied") for unit in told]
    growth = [unit.get("token_growth", {}).get("implied") for unit in told]
    return [
        edition.number_column(say("column.fleet_gw"), gigawatts, "GW"),
        (Column(say("column.token_growth")), [edition.percent_cell(g) for g in growth]),
        (Column(say("column.share_needed")), [share(edition, unit) for unit in told]),
    ]


def share(edition: Edition, units: Record) -> Cell:
    """The share of its largest pool that a price needs, over the one it has."""
    found = units.get("share")
    if not found or (found["implied"] is None and not found.get("reason")):
        return Cell(NOTHING)
    base = edition.numbers.percent(found["base"])
    shown = ">100%" if found["implied"] is None else edition.numbers.percent(found["implied"])
    return Cell(shown, value=found["implied"], below=edition.say("note.now", x=base))


def reason(edition: Edition, record: Record) -> Cell:
    """Why a price implies no build-out: the nearest one tried, else as the study tells it."""
    nearest = record.get("nearest")
    if record.get("implied") is not None or nearest is None:
        return edition.free_cell(record, "reason")
    shown = edition.numbers.amount(nearest, record["unit"])
    return Cell(edition.say("note.nearest", amount=shown), value=nearest)
