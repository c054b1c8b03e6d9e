"""The cash flows of one company as live formulas, year by year, in a sheet of a workbook.

Each row is one line of :mod:`jevons.valuation.cash_flow`, in the same order and with the same
conventions; assumptions are cells with names, so that a reader changes one and all follows.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from jevons.model.clock import FIRST_YEAR, LAST_YEAR
from jevons.study.block_formulas import BlockFormulas
from jevons.valuation.blocks import LOWEST_MARGIN
from jevons.valuation.case import Case
from jevons.valuation.cash_flow import ENTRY_GROWTH_BOUNDS, FADE_YEARS

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

FIRST_COLUMN = 3  # A holds the line's name, B its unit
YEARS = range(FIRST_YEAR, LAST_YEAR + FADE_YEARS + 1)
EXPLICIT = LAST_YEAR - FIRST_YEAR + 1
LOW_GROWTH, HIGH_GROWTH = ENTRY_GROWTH_BOUNDS
Content = str | float | None  # a formula starts with =
Line = Content | list[str] | list[float] | list[int] | list[Content]  # for all years, or one each
REFERENCE = re.compile(r"\{(\w+)(?:\.(next|before|last|third_last))?\}")


@dataclass
class Lines:
    """Writes lines of formulas; ``{name}`` in a formula is that line in the same year.

    ``.before`` and ``.next`` are the neighbouring years, ``.last`` the last explicit year and
    ``.third_last`` two years before it. A line may refer to lines below it once it is declared.
    """

    sheet: "Worksheet"
    rows: dict[str, int] = field(default_factory=dict)

    def declare(self, names: Sequence[str], start: int) -> None:
        """Fix the rows of lines, one below the other."""
        self.rows |= {name: start + i for i, name in enumerate(names)}

    def cell(self, name: str, position: int) -> str:
        """Address of a line in the year at a position from the first."""
        return f"{get_column_letter(FIRST_COLUMN + position)}{self.rows[name]}"

    def span(self, name: str) -> str:
        """Address of a line over all years."""
        return f"{self.cell(name, 0)}:{self.cell(name, len(YEARS) - 1)}"

    def formula(self, template: str, position: int) -> str:
        """A formula with its references filled in for one year."""
        shift = {None: position, "next": position + 1, "before": position - 1}
        shift |= {"last": EXPLICIT - 1, "third_last": EXPLICIT - 3}
        return REFERENCE.sub(lambda found: self.cell(found[1], shift[found[2]]), template)

    def write(self, name: str, unit: str, explicit: Line, fade: Line = None) -> None:
        """One line: formulas (texts that start with =) or numbers, for explicit and fade years."""
        row = self.rows[name]
        self.sheet.cell(row, 1, name.replace("_", " "))
        self.sheet.cell(row, 2, unit)
        for position in range(len(YEARS)):
            line = explicit if position < EXPLICIT else fade
            content: Content = None
            if not isinstance(line, list):
                content = line
            elif position < len(line):
                content = line[position]
            if isinstance(content, str):
                content = self.formula(content, position)
            if content is not None:
                self.sheet.cell(row, FIRST_COLUMN + position, content)

    def heading(self, row: int, text: str) -> None:
        """A heading of a block."""
        self.sheet.cell(row, 1, text).font = Font(bold=True)


TIME = ("weight", "time", "discount_factor")
SEGMENT = ("margin", "nopat", "growth", "return_on_new_capital", "investment", "free_cash_flow")
MIDDLE = "({year}+0.5)"
FADED = "({year}-{year.last})/fade_years"


RESULTS, TRADE = 26, 38  # first rows of the results and of what a block adds


def write_cash_flows(
    sheet: "Worksheet", case: Case, block: BlockFormulas, *, buyer: bool
) -> dict[str, str]:
    """Fill the sheet and return the addresses of its results.

    Args:
        case: the central case, of one draw. block: what the company's block changes.
        buyer: AI earns a return on capital, not a margin on revenue.

    Returns:
        addresses of ``enterprise_value`` and ``terminal_value`` within the sheet.
    """
    lines = Lines(sheet)
    lines.declare(("year", *TIME), 1)
    lines.declare([f"base_{name}" for name in ("revenue", *SEGMENT)], 7)
    level = "spending" if buyer else "revenue"
    lines.declare([f"ai_{name}" for name in (level, "capital", *SEGMENT)], 16)
    _time(lines)
    _trade(lines, block)
    lines.heading(6, "Base business, USD_bn")
    revenue = f"=MAX({block.revenue}-{block.inside},0)*(1+base_growth)^({MIDDLE}-reported_middle)"
    lines.write("base_revenue", "USD_bn", revenue)
    arrived = f"MAX(0,MIN(1,({MIDDLE}-valued_on)/MAX({{year.last}}+0.5-valued_on,1)))"
    base_margin, ai_margin = (
        f"MAX({LOWEST_MARGIN},{block.margin}+{change}*{arrived}" for change in block.margin_changes
    )
    margin = f"=MAX({LOWEST_MARGIN},{base_margin}){block.gain})"
    _operating(lines, "base", "sales_to_capital", margin)
    lines.heading(15, "AI segment, USD_bn")
    lines.write(f"ai_{level}", "USD_bn", [float(amount) for amount in np.asarray(case.ai)[0]])
    if buyer:
        _capital(lines)
    else:
        of_company = f"={ai_margin}+ai_margin_premium)"
        _operating(
            lines, "ai", block.ai_turnover, block.ai_margin or of_company, block.ai_entry_return
        )
    segments = ("base", "ai", "regulated") if block.regulated else ("base", "ai")
    return _results(lines, RESULTS, segments)


def _trade(lines: Lines, block: BlockFormulas) -> None:
    """Prices of the company's market year by year, and its regulated business."""
    row = TRADE
    if block.prices:
        lines.heading(row, "Prices of its market")
    for name, (price, unit, level) in block.prices.items():
        lines.declare((f"{name}_known", f"{name}_part_of_2030", name), row + 1)
        lines.write(f"{name}_known", unit, [float(each) for each in price.known])
        lines.write(f"{name}_part_of_2030", "1", [float(each) for each in price.drawn])
        lines.write(name, unit, f"={{{name}_known}}+{{{name}_part_of_2030}}*{level}")
        row += 3
    if block.market_price is not None:
        lines.declare(("market_price",), row + 1)
        lines.write("market_price", "USD/MWh", block.market_price)
    if block.regulated:
        lines.heading(row, "Regulated business, USD_bn")
        names = ("opening", "capital", *SEGMENT[1:])
        lines.declare([f"regulated_{name}" for name in names], row + 1)
        grown = f"=rate_base*(1+rate_base_growth)^({{year}}-{FIRST_YEAR}-rate_base_years"
        lines.write("regulated_opening", "USD_bn", f"{grown})")
        lines.write("regulated_capital", "USD_bn", f"{grown}+1)")
        nopat = "=allowed_return*{regulated_opening}"
        later = "={regulated_nopat.before}*(1+{regulated_growth})"
        lines.write("regulated_nopat", "USD_bn", nopat, later)
        change = "={regulated_capital}-{regulated_opening}"
        _fade(lines, "regulated", "regulated_capital", "allowed_return", change)


def _time(lines: Lines) -> None:
    lines.write("year", "", list(YEARS), list(YEARS))
    weight = "=MAX(0,MIN(1,{year}+1-MAX({year},valued_on)))"
    lines.write("weight", "1", weight, weight)
    time = "=IF({weight}>0,{year}+1-{weight}/2*mid_year-valued_on,0)"
    lines.write("time", "year", time, time)
    discount = "=(1+wacc)^-{time}"
    lines.write("discount_factor", "1", discount, discount)
    for position in range(len(YEARS)):
        lines.sheet.cell(1, FIRST_COLUMN + position).font = Font(bold=True)


def _operating(
    lines: Lines, name: str, turnover: str, margin: str, entry_return: str | None = None
) -> None:
    """NOPAT = revenue x margin x (1 - tax); investment ahead of next year's revenue; fade."""
    lines.write(f"{name}_margin", "1", margin)
    nopat = f"={{{name}_revenue}}*{{{name}_margin}}*(1-tax_rate)"
    lines.write(f"{name}_nopat", "USD_bn", nopat, f"={{{name}_nopat.before}}*(1+{{{name}_growth}})")
    earned = f"MAX({{{name}_margin.last}}*(1-tax_rate)*{turnover},ronic)"
    change = f"=({{{name}_revenue.next}}-{{{name}_revenue}})/{turnover}"
    _fade(lines, name, f"{name}_revenue", entry_return or earned, change)


def _capital(lines: Lines) -> None:
    """K[t] = K[t-1] (1 - 1/life) + spending[t]; NOPAT[t] = return x K[t-1]; fade."""
    first = ["={ai_spending}"]
    later = ["={ai_capital.before}*(1-1/ai_capital_life)+{ai_spending}"] * (EXPLICIT - 1)
    lines.write("ai_capital", "USD_bn", first + later)
    nopat = ["=0", *["=ai_return*{ai_capital.before}"] * (EXPLICIT - 1)]
    lines.write("ai_nopat", "USD_bn", nopat, "={ai_nopat.before}*(1+{ai_growth})")
    change = ["={ai_capital}", *["={ai_capital}-{ai_capital.before}"] * (EXPLICIT - 2)]
    _fade(lines, "ai", "ai_capital", "ai_return", change)


def _fade(lines: Lines, name: str, level: str, entry_return: str, change: Line) -> None:
    """Growth and return move in straight lines; investment pays for the next year's growth."""
    last, before = f"{{{level}.last}}", f"{{{level}.third_last}}"
    grown = f"SQRT({last}/{before})-1"
    entry = f"IF(AND({last}>0,{before}>0),MIN({HIGH_GROWTH},MAX({LOW_GROWTH},{grown})),0)"
    # The last explicit year holds the entry values, from which the fade starts.
    at_end: list[Content] = [None] * (EXPLICIT - 1)
    growth, returns = f"{name}_growth", f"{name}_return_on_new_capital"
    for row, start, target in (
        (growth, f"={entry}", "terminal_growth"),
        (returns, f"={entry_return}", "ronic"),
    ):
        straight = f"={{{row}.last}}+({target}-{{{row}.last}})*{FADED}"
        lines.write(row, "1/year", [*at_end, start], straight)
    changes = change if isinstance(change, list) else [change] * (EXPLICIT - 1)
    ahead = f"={{{name}_nopat}}*{{{growth}.next}}/{{{returns}.next}}"
    row, end = f"{name}_investment", len(YEARS) - 1
    lines.write(row, "USD_bn", [*changes, ahead], ahead)
    forever = lines.formula(f"={{{name}_nopat}}*terminal_growth/ronic", end)
    lines.sheet[lines.cell(row, end)] = forever
    flow = f"={{{name}_nopat}}-{{{row}}}"
    lines.write(f"{name}_free_cash_flow", "USD_bn", flow, flow)


def _results(lines: Lines, row: int, segments: Sequence[str]) -> dict[str, str]:
    """Present values, terminal values, and their sums; addresses by name."""
    lines.heading(row, "Present values, USD_bn")
    sheet, end = lines.sheet, len(YEARS) - 1
    weights, factors = lines.span("weight"), lines.span("discount_factor")
    found: dict[str, str] = {}
    horizon = f"({lines.cell('year', end)}+1-valued_on-0.5*mid_year)"
    for name in segments:
        flows = lines.span(f"{name}_free_cash_flow")
        coming = f"{lines.cell(f'{name}_nopat', end)}*(1+terminal_growth)"
        driver = f"{coming}*(1-terminal_growth/ronic)/(wacc-terminal_growth)"
        parts = {
            f"{name}_present_value_to_2040": f"=SUMPRODUCT({weights},{flows},{factors})",
            f"{name}_terminal_value": f"={driver}*(1+wacc)^-{horizon}",
        }
        for label, formula in parts.items():
            row += 1
            sheet.cell(row, 1, label.replace("_", " "))
            sheet.cell(row, 2, "USD_bn")
            found[label] = f"C{row}"
            sheet[found[label]] = formula
    sums = {
        "terminal_value": "=" + "+".join(found[f"{name}_terminal_value"] for name in segments),
        "enterprise_value": "=" + "+".join(found.values()),
    }
    for label, formula in sums.items():
        row += 1
        sheet.cell(row, 1, label.replace("_", " ")).font = Font(bold=True)
        sheet.cell(row, 2, "USD_bn")
        found[label] = f"C{row}"
        sheet[found[label]] = formula
    return {label: found[label] for label in sums}
