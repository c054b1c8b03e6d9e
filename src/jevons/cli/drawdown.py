"""``jevons drawdown``: how far prices have fallen, what shares cost, and the regime they are in."""

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from jevons.cli.options import (
    DRAWS,
    SEED,
    AsOf,
    FactFiles,
    Json,
    PriceFiles,
    Ticker,
    existing,
    kept_prices,
    open_study,
    parse_day,
    pick,
    today,
)
from jevons.cli.output import progress, show
from jevons.errors import UserError

if TYPE_CHECKING:
    from jevons.study import Study

# Figures of a share on one line of a table; all of them with --json or for one ticker.
BRIEF = ("ticker", "price", "price_date", "drawdown", "scaled_drawdown", "days_under_water")


def drawdown(
    ticker: Ticker = None,
    as_of: AsOf = None,
    as_json: Json = False,
    facts: FactFiles = None,
    prices: PriceFiles = None,
    signals: Annotated[
        Path | None,
        typer.Option(
            "--signals",
            metavar="FILE",
            help="Write regime, thesis and price_sales of every day to a CSV file for ladders.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """How far each share and the market have fallen, what they cost, and the macro regime."""
    from jevons.market.aliases import today_of

    study = open_study(as_of, SEED, DRAWS, facts, prices or ())
    if signals is not None:
        show(_write_signals(study, signals), as_json)
        return
    if ticker is not None:
        found = pick(study.drawdown(), today_of(ticker))
        show(found if as_json else [_whole(row) for row in found], as_json)
        return
    answer = {"as_of": study.as_of.isoformat(), "shares": study.shares(), **study.market()}
    show(answer if as_json else _readable(answer), as_json)


def _write_signals(study: "Study", file: Path) -> dict[str, Any]:
    """The signals as a file that ``jevons ladder run --signals`` reads, and how many of each."""
    from jevons.market.macro_store import default_macro_store

    store = default_macro_store()
    counts = dict.fromkeys(("regime", "thesis", "price_sales"), 0)
    half = file.with_name(f"{file.name}.half")
    try:
        with progress("Replaying what was known"), half.open("w", newline="") as stream:
            writer = csv.writer(stream)
            writer.writerow(("date", "ticker", "signal", "value"))
            for day, name, signal, value in study.signals(store if store.exists() else None):
                counts[signal] += 1
                writer.writerow((day.isoformat(), name, signal, value))
        half.replace(file)
    except OSError as error:
        raise UserError(f"--signals {file} cannot be written ({error.strerror})") from error
    return {"file": str(file), **counts}


def universe(
    name: Annotated[
        str | None, typer.Argument(metavar="[NAME]", help="Default: the names.", show_default=False)
    ] = None,
    on: Annotated[
        str, typer.Option("--on", metavar="YYYY-MM-DD", help="The day whose members are listed.")
    ] = "2000-01-03",
    prices: PriceFiles = None,
    as_json: Json = False,
) -> None:
    """Who belonged to a universe on a day, what became of them, and whose prices are held."""
    from jevons.market.universes import coverage, universes

    if name is None:
        rows = [{"universe": key, "shares": len(found)} for key, found in universes().items()]
        show(rows, as_json)
        return
    day = parse_day(on, "--on")
    files = existing(prices, "--prices")
    table = kept_prices(today())
    if files:
        from jevons.market import read_prices

        table = read_prices(files)
    show(coverage(name, day, table), as_json)


def _whole(row: Mapping[str, Any]) -> dict[str, Any]:
    """Everything about one share, lists on one line."""
    whole = {**row, "worst_days": _days(row.get("worst_days", ()))}
    if "fundamentals" in row:
        told = [
            f"{each['metric']} to {each['period_end']}: {each['change']:+.1%} on {each['known_on']}"
            for each in row["fundamentals"]["revisions"]
        ]
        whole["fundamentals"] = {**row["fundamentals"], "revisions": "; ".join(told) or "none"}
    return whole


def _readable(answer: Mapping[str, Any]) -> dict[str, Any]:
    """The answer as tables that fit on a screen, and what is missing in sentences."""
    regime = answer["regime"]
    shares = [_brief(row) | _standing(row) for row in answer["shares"]]
    rows = (*answer["shares"], *answer["benchmarks"])
    missing = dict.fromkeys(str(row["missing"]) for row in (*rows, answer) if row.get("missing"))
    warnings = [warning for row in rows for warning in row.get("warnings", ())]
    plans = answer["spending_plans"]
    tables = {
        "shares": shares,
        "market": [_brief(row) for row in answer["benchmarks"]],
        "missing": [{"what": sentence} for sentence in (*missing, *regime["missing"])],
        "warnings": [{"of": sentence} for sentence in (*warnings, *regime["warnings"])],
    }
    return {
        "as_of": answer["as_of"],
        "buyers_that_raised_spending": ", ".join(plans["raised"]) or "none",
        "buyers_that_lowered_spending": ", ".join(plans["lowered"]) or "none",
        "volatility_index": answer["volatility_index"],
        **{name: part for name, part in regime.items() if _is_part(name, part)},
        **{name: table for name, table in tables.items() if table},
    }


def _is_part(name: str, part: object) -> bool:
    """Whether an entry of the regime is a reading of it."""
    return isinstance(part, Mapping) and name != "needs"


def _brief(row: Mapping[str, Any]) -> dict[str, Any]:
    worst = row.get("worst_days", ())
    return {name: row.get(name) for name in BRIEF} | {"worst_day": _days(worst[:1]) or None}


def _standing(row: Mapping[str, Any]) -> dict[str, Any]:
    """Percentile of price to sales, and whether fundamentals hold."""
    if "valuation" not in row:
        return {}
    sales, fundamentals = row["valuation"]["price_sales"], row["fundamentals"]
    words = {True: "intact", False: "broken: " + ", ".join(fundamentals["broken"])}
    return {
        "price_sales_percentile": None if sales is None else sales["percentile"],
        "fundamentals": words.get(fundamentals["intact"], "not known"),
    }


def _days(worst: Sequence[Mapping[str, Any]]) -> str:
    """Worst days on one line."""
    return ", ".join(f"{each['day']} {each['change']:+.1%}" for each in worst)
