"""The commands about companies: who is paid, what a share is worth, what its price assumes."""

from pathlib import Path
from typing import Annotated, Any

import typer

from jevons.cli.options import CompanyFiles, PriceFiles, Tickers
from jevons.cli.output import progress, show
from jevons.cli.run import RUN, Run
from jevons.errors import UserError


def chain(
    year: Annotated[
        int | None,
        typer.Option(
            "--year", metavar="YEAR", help="Year of the accounts; that of the day by default."
        ),
    ] = None,
    run: Run = RUN,
) -> None:
    """Who is paid out of a year's AI capital spending, and who keeps what of each dollar."""
    with progress(f"Simulating {run.draws:,} draws") as report:
        study = run.study(report)
        answer = study.value_chain(year)
    if not run.as_json:
        answer["sankey"] = answer["sankey"]["links"]
    show(answer, run.as_json)


def value(
    tickers: Tickers = None,
    run: Run = RUN,
    prices: PriceFiles = None,
    company: CompanyFiles = None,
    file: Annotated[
        Path | None,
        typer.Option(
            "--export",
            metavar="FILE",
            help="Write one company as a workbook (.xlsx) with live formulas, to audit by hand.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """What a share is worth, as a distribution; without a ticker, every company."""
    chosen = [ticker.upper() for ticker in tickers or ()]
    if file is not None:
        if file.suffix.lower() != ".xlsx":
            raise UserError(f"--export {file}: a company is a workbook; end the name in .xlsx")
        if len(chosen) != 1:
            raise UserError(f"--export {file} takes one company; name one ticker, e.g. NVDA")
    with progress(f"Simulating {run.draws:,} draws") as report:
        study = run.study(report, prices or (), company)
        answer: Any
        if file is not None:
            answer = study.workbook(chosen[0], file)
        else:
            found = [study.value(ticker) for ticker in chosen]
            answer = found[0] if len(found) == 1 else found or study.values()
    show(answer, run.as_json)


def implied(
    tickers: Tickers = None,
    run: Run = RUN,
    prices: PriceFiles = None,
    company: CompanyFiles = None,
    other: Annotated[
        str | None,
        typer.Option(
            "--with",
            metavar="INPUT",
            help="Trade the build-out against one input of the company, e.g. margin_change: "
            "the pairs that give the price.",
            show_default=False,
        ),
    ] = None,
    driver: Annotated[
        str | None,
        typer.Option(
            "--driver",
            metavar="NAME",
            help="Solve for token_growth, or for another input of the chain such as elasticity, "
            "with the chain simulated anew, instead of scaling the build-out.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Which build-out today's price already implies; without a ticker, every company."""
    chosen = [ticker.upper() for ticker in tickers or ()]
    if other is not None and len(chosen) != 1:
        raise UserError(f"--with {other} takes one company; name one ticker, e.g. NVDA")
    if other is not None and driver is not None:
        raise UserError(f"--with {other} and --driver {driver} are two questions; ask one")
    with progress(f"Simulating {run.draws:,} draws") as report:
        study = run.study(report, prices or (), company)
        answer: Any
        if other is not None:
            answer = study.iso_value(chosen[0], other)
        elif driver is not None:
            answer = study.implied_driver(driver, chosen)
        else:
            found = [study.implied(ticker) for ticker in chosen]
            answer = found[0] if len(found) == 1 else found or study.side_by_side()
            if not found and not run.as_json:
                answer = _side_by_side(answer)
    show(answer, run.as_json)


def _side_by_side(answer: dict[str, Any]) -> dict[str, Any]:
    """A line a company: what its price implies in each unit; below, who has no root, and why."""
    rows, reasons = [], []
    for row in answer["companies"]:
        units = row.get("units", {})
        line = {f"{name} ({each['unit']})": each["implied"] for name, each in units.items()}
        pool = units.get("share", {}).get("pool")
        rows.append({"ticker": row["ticker"], **line, "pool": pool, "scale": row.get("scale")})
        if row.get("reason"):
            reasons.append({"ticker": row["ticker"], "reason": row["reason"]})
    base = {f"{row['driver']}, base": row["base"] for row in answer["companies"][:1]}
    return base | {
        "companies": rows,
        "no_root": reasons,
        "oversubscription": answer["oversubscription"],
    }


def backcheck(run: Run = RUN) -> None:
    """Modelled against reported revenue, by company and quarter."""
    with progress(f"Simulating {run.draws:,} draws") as report:
        answer = run.study(report).backcheck()
    show(answer, run.as_json)
