"""What shares cost among their own past, whether fundamentals hold, and the macro regime."""

from collections.abc import Mapping
from typing import Any

from jevons.market.macro_store import described
from jevons.note.document import Cell, Column, Figure
from jevons.note.edition import Edition, Record
from jevons.note.numbers import NOTHING

WHY = ("market",)
PARTS = (
    "sahm",
    "recession",
    "quadrant",
    "stagflation",
    "policy_uncertainty",
    "trade_policy_uncertainty",
)


def standing(edition: Edition) -> Figure | None:
    """Depth in deviations, days under water, price to sales and fundamentals; None without any."""
    companies = sorted(
        (c for c in edition.records("companies") if is_told(c)), key=lambda c: str(c["ticker"])
    )
    known = [c for c in companies if c["fundamentals"]["intact"] is not None]
    if not known:
        return None
    say, numbers = edition.say, edition.numbers
    sales = [(c.get("valuation") or {}).get("price_sales") or {} for c in companies]
    names = [Cell(str(c["ticker"]), below=edition.company_name(c)) for c in companies]
    columns: list[tuple[Column, list[Cell]]] = [
        (Column(say("column.company"), numeric=False), names)
    ]
    for name, decimals in (("scaled_drawdown", 2), ("days_under_water", 0)):
        shown = [Cell(numbers.plain(c.get(name), decimals), value=c.get(name)) for c in companies]
        columns.append((Column(say(f"column.{name}")), shown))
    ranks = ("price_sales", "value", 1), ("own_percentile", "percentile", 0)
    for column, field, decimals in ranks if any(sales) else ():
        shown = [Cell(numbers.plain(s.get(field), decimals), value=s.get(field)) for s in sales]
        columns.append((Column(say(f"column.{column}")), shown))
    growth = [
        edition.percent_cell(c["fundamentals"]["revenue_growth"], tone=True) for c in companies
    ]
    columns.append((Column(say("column.revenue_change")), growth))
    verdicts = [Cell(verdict(edition, c["fundamentals"])) for c in companies]
    columns.append((Column(say("column.fundamentals"), numeric=False), verdicts))
    words = edition.figure(
        "standing", WHY, intact=sum(c["fundamentals"]["intact"] for c in known), known=len(known)
    )
    return Figure(**words, table=edition.table(columns))


def is_told(company: Record) -> bool:
    """Whether a row about a company would say anything."""
    fundamentals = company.get("fundamentals")
    if not fundamentals:
        return False
    return fundamentals["intact"] is not None or company.get("scaled_drawdown") is not None


def verdict(edition: Edition, fundamentals: Record) -> str:
    """Intact, or what broke."""
    if fundamentals["intact"] is None:
        return NOTHING
    if fundamentals["intact"]:
        return edition.words.heading("fundamentals", "intact")
    first, *others = fundamentals["broken"]
    broken = [edition.words.heading("fundamentals", first)]
    broken += [edition.words.name("fundamentals", name) for name in others]
    return edition.say("note.comma").join(broken)


def regime(edition: Edition) -> Figure | None:
    """Readings of the market and the economy, each with its day; what is missing is named."""
    state = edition.mapping("market")
    if not state:
        return None
    plans = state["spending_plans"]
    rows = [*benchmark_rows(edition, state), *volatility_rows(edition, state)]
    rows += [part_row(edition, state["regime"], part) for part in PARTS]
    table = edition.table(
        [
            (Column(edition.say("column.indicator"), numeric=False), [row[0] for row in rows]),
            (Column(edition.say("column.reading"), numeric=False, wide=True), [r[1] for r in rows]),
            (
                Column(edition.say("column.known_on"), numeric=False, whole=True),
                [r[2] for r in rows],
            ),
        ]
    )
    words = edition.figure(
        "regime", WHY, raised=len(plans["raised"]), lowered=len(plans["lowered"])
    )
    return Figure(**words, table=table)


Row = tuple[Cell, Cell, Cell]


def benchmark_rows(edition: Edition, state: Record) -> list[Row]:
    """One row an index or fund; one that says so where there is none."""
    given = [row for row in state["benchmarks"] if row.get("drawdown") is not None]
    if not given:
        text = edition.say("regime.no_benchmark")
        return [(Cell(edition.say("regime.benchmark")), Cell(text), Cell(NOTHING))]
    return [
        (
            Cell(str(row["ticker"])),
            Cell(
                edition.say(
                    "regime.fallen",
                    drawdown=edition.numbers.percent(row["drawdown"], signed=True),
                    days=edition.numbers.plain(row["days_under_water"], 0),
                ),
                value=row["drawdown"],
            ),
            Cell(str(row["price_date"])),
        )
        for row in given
    ]


def volatility_rows(edition: Edition, state: Record) -> list[Row]:
    """The volatility index, where its prices are given."""
    found = state.get("volatility_index")
    if not found:
        return []
    text = edition.say("regime.ranked", **ranked(edition, found))
    return [(Cell("VIX"), Cell(text, value=found["value"]), Cell(str(found["date"])))]


def part_row(edition: Edition, state: Record, part: str) -> Row:
    """A part of the regime, or the series that it lacks."""
    name, found = Cell(edition.say(f"regime.{part}")), state.get(part)
    if not found:
        series = (
            edition.say("regime.series", name=label(edition, code), code=code)
            for code in state["needs"][part]
        )
        text = edition.say("regime.needs", series=edition.say("note.comma").join(series))
        return name, Cell(text), Cell(NOTHING)
    text, value = told(edition, part, found)
    return name, Cell(text, value=value), Cell(str(found["known_on"]))


def told(edition: Edition, part: str, found: Mapping[str, Any]) -> tuple[str, float | None]:
    """The reading of a part in words, and its number."""
    numbers = edition.numbers
    if part == "sahm":
        words = edition.say(
            "regime.sahm_told" if found["triggered"] else "regime.sahm_below",
            value=numbers.plain(found["value"], 2),
        )
        return words, found["value"]
    if part == "recession":
        words = edition.say(
            "regime.recession_told",
            probability=numbers.percent(found["probability"]),
            spread=numbers.plain(found["spread"], 2),
            recessions=found["recessions"],
        )
        return words, found["probability"]
    if part == "quadrant":
        words = edition.say(
            "regime.quadrant_told",
            quadrant=edition.words.heading("quadrant", found["quadrant"]),
            growth=numbers.percent(found["growth"], signed=True),
            inflation=numbers.percent(found["inflation"], signed=True),
        )
        return words, None
    if part == "stagflation":
        words = edition.say(
            "regime.stagflation_told",
            probability=numbers.percent(found["probability"]),
            base=numbers.percent(found["base_rate"]),
            spells=found["spells"],
        )
        return words, found["probability"]
    return edition.say("regime.ranked", **ranked(edition, found)), found["value"]


def ranked(edition: Edition, found: Mapping[str, Any]) -> dict[str, str]:
    """A level and its rank, as words."""
    return {
        "value": edition.numbers.plain(found["value"], 0),
        "percentile": edition.numbers.plain(found["percentile"], 0),
    }


def label(edition: Edition, code: str) -> str:
    """The name of a series in this language."""
    series = described()[code]
    return series.english if edition.language == "en" else series.chinese
