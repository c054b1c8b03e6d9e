"""One company as a workbook that a reader can audit by hand: live cash flows, inputs, sources.

The sheets hold the central case: every input at its median, and the chain's median path year by
year. Its value differs from the median of the simulated values, which stands beside it, because a
median of results is not the result of medians.
"""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from jevons.errors import UserError
from jevons.facts.snapshot import Snapshot
from jevons.model.priors import Z_90, Input
from jevons.quantiles import rounded
from jevons.study.block_formulas import BlockFormulas, block_formulas
from jevons.study.export import whole_file
from jevons.valuation import CompanyValue
from jevons.valuation.cash_flow import FADE_YEARS, year_fraction
from jevons.valuation.chain_inputs import ChainInputs, within
from jevons.valuation.priors import priors_of

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

Row = Sequence[object]
WIDTHS = {"A": 34, "B": 18, "C": 18}


def write_workbook(
    file: Path,
    central: CompanyValue,
    chain: ChainInputs,
    simulated: CompanyValue,
    snapshot: Snapshot,
    settled: Mapping[str, Input],
    head: Mapping[str, Any],
) -> dict[str, Any]:
    """Write the central case of one company.

    Args:
        central: the company valued over one draw, the medians. chain: of that draw.
        simulated: the company over all draws. settled: the inputs, by stream. head: what
            fixes the figures, by name.

    Returns:
        ``file``, ``ticker`` and ``value_per_share`` of the central case.

    Raises:
        UserError: the company has no value, or the file cannot be written.
    """
    if central.per_share is None:
        raise UserError(f"no workbook for {central.company.ticker}: {central.missing}")
    from openpyxl import Workbook

    from jevons.study.dcf_sheet import write_cash_flows

    book = Workbook()
    summary = book.worksheets[0]
    summary.title = "summary"
    inputs, flows, sources = (book.create_sheet(name) for name in ("assumptions", "dcf", "sources"))
    buyer = central.company.economics == "buyer"
    assert central.case is not None  # it has a value
    block = block_formulas(central.case, central.trade)
    _assumptions(book, inputs, central, chain, snapshot, settled, block)
    results = write_cash_flows(flows, central.case, block, buyer=buyer)
    _summary(summary, central, simulated, results, head)
    _sources(sources, central, snapshot)
    for sheet in book.worksheets:
        for letter, width in WIDTHS.items():
            sheet.column_dimensions[letter].width = width
    flows.freeze_panes = "C2"
    with whole_file(file) as temporary:
        book.save(temporary)
    value = float(rounded(central.per_share[0]))
    return {"file": str(file), "ticker": central.company.ticker, "value_per_share": value}


def _title(sheet: "Worksheet", row: Row) -> None:
    from openpyxl.styles import Font

    sheet.append(list(row))
    for cell in sheet[sheet.max_row]:
        cell.font = Font(bold=True)


def _named(book: "Workbook", sheet: "Worksheet", name: str, row: Row) -> None:
    """Append a row of name, value and notes, and give its value the name."""
    from openpyxl.workbook.defined_name import DefinedName

    sheet.append([name, *row])
    at = f"'{sheet.title}'!$B${sheet.max_row}"
    book.defined_names[name] = DefinedName(name, attr_text=at)


def _assumptions(
    book: "Workbook",
    sheet: "Worksheet",
    central: CompanyValue,
    chain: ChainInputs,
    snapshot: Snapshot,
    settled: Mapping[str, Input],
    block: BlockFormulas,
) -> None:
    """Inputs at their medians, the rates that follow, what was reported, and of its trade."""
    company, reported, claims = central.company, central.reported, central.claims
    assert reported is not None
    assert claims is not None
    priors = priors_of(company)
    _title(sheet, ("assumption", "value", "unit", "10 %", "90 %", "source"))
    for name, prior in priors.items():
        entry = settled[prior.name]
        low, middle, high = (entry.quantile(z) for z in (-Z_90, 0.0, Z_90))
        source = ", ".join(entry.facts) or prior.source
        _named(book, sheet, name, (middle, prior.unit, low, high, source))
    for name, formula in {
        "wacc": "=risk_free_rate+asset_beta*equity_risk_premium",
        "terminal_growth": "=terminal_growth_share*risk_free_rate",
        "ronic": "=wacc+ronic_spread",
    }.items():
        _named(book, sheet, name, (formula, "1/year"))
    sheet.append([])
    _title(sheet, ("convention", "value", "unit"))
    _named(book, sheet, "valued_on", (year_fraction(snapshot.as_of), "year"))
    _named(book, sheet, "mid_year", (1, "1", None, None, "1: cash in mid-year; 0: at its end"))
    _named(book, sheet, "fade_years", (FADE_YEARS, "year"))
    sheet.append([])
    _title(sheet, ("reported or of the chain", "value", "unit"))
    middle = (year_fraction(reported.start) + year_fraction(reported.end)) / 2
    inside = within(chain.ai_revenue[company.ticker], reported.start, reported.end)[0]
    window = f"{reported.start} to {reported.end}"
    figures: dict[str, tuple[float | str | None, ...]] = {
        "reported_revenue": (reported.revenue, "USD_bn", None, None, window),
        "reported_middle": (middle, "year"),
        "reported_margin": (reported.margin, "1"),
        "ai_in_reported_year": (float(inside), "USD_bn", None, None, "median of the chain"),
        "net_debt": (claims.net_debt, "USD_bn", None, None, f"{reported.balance_date}"),
        "other_claims": (claims.other_claims, "USD_bn"),
        "shares": (claims.shares, "share_bn"),
        "shares_per_listed": (claims.shares_per_listed, "1"),
        "exchange_rate": (claims.exchange_rate, "1"),
    }
    for name, figure in figures.items():
        _named(book, sheet, name, figure)
    for name, (value, unit, *note) in block.assumptions.items():
        _named(book, sheet, name, (value, unit, None, None, *note))
    sheet.column_dimensions["F"].width = 90


def _summary(
    sheet: "Worksheet",
    central: CompanyValue,
    simulated: CompanyValue,
    results: Mapping[str, str],
    head: Mapping[str, Any],
) -> None:
    company, price = central.company, central.price
    values = simulated.per_share
    assert values is not None  # as the central case
    equity = "MAX(B4-net_debt-other_claims,0)"
    lines: list[Row] = [
        (company.name, company.ticker, company.currency),
        (),
        ("central case: every input at its median", None),
        ("enterprise value", f"=dcf!{results['enterprise_value']}", "USD_bn"),
        ("of which after the fade", f"=dcf!{results['terminal_value']}/B4", "1"),
        ("equity value", f"={equity}", "USD_bn"),
        ("value per share", "=B6*exchange_rate*shares_per_listed/shares", company.currency),
        ("price", price, company.currency),
        ("value over price", None if price is None else "=B7/B8", "1"),
        (),
        ("simulated values per share", None, company.currency),
        *(
            (f"{level:.0%} point", float(rounded(np.quantile(values, level))), company.currency)
            for level in (0.05, 0.25, 0.5, 0.75, 0.95)
        ),
        (),
        *((name, str(value)) for name, value in head.items()),
        ("not investment advice",),
    ]
    for line in lines:
        sheet.append(list(line))


def _sources(sheet: "Worksheet", central: CompanyValue, snapshot: Snapshot) -> None:
    """Every fact behind the case, with its dates and source."""
    columns = ("fact_id", "metric", "value", "unit", "period_start", "period_end", "known_on")
    _title(sheet, (*columns, "source", "address", "note"))
    for row in fact_rows(central.facts, snapshot):
        sheet.append(list(row))
    sheet.freeze_panes = "A2"


def fact_rows(names: Iterable[str], snapshot: Snapshot) -> list[Row]:
    """Facts as rows of a sheet of sources."""
    rows: list[Row] = []
    for name in names:
        fact = snapshot.get(name)
        start = None if fact.period_start is None else fact.period_start.isoformat()
        days = start, fact.period_end.isoformat(), fact.known_on.isoformat()
        origin = fact.source_title, fact.source_url, fact.note
        rows.append((fact.fact_id, fact.metric, fact.central, fact.unit, *days, *origin))
    return rows
