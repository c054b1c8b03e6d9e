"""``jevons ladder``: test a rule of buying in steps on price files, against its controls."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from jevons.cli.options import AsOf, Json, existing, parse_day
from jevons.cli.output import progress, show
from jevons.errors import UserError, did_you_mean

if TYPE_CHECKING:
    from jevons.ladder import Bars, LadderRule, Setting

app = typer.Typer(
    help="Test rules of buying in steps on your price files, against their controls.",
    rich_markup_mode=None,
)

Rule = Annotated[Path, typer.Argument(metavar="RULE.ladder", help="A file with one rule.")]
Rules = Annotated[
    list[Path], typer.Argument(metavar="RULE.ladder...", help="Files with one rule each.")
]
Prices = Annotated[
    list[Path] | None,
    typer.Option(
        "--prices",
        metavar="FILE",
        help="Prices: date, ticker, open, close (CSV or Parquet). Default: the store of prices.",
        show_default=False,
    ),
]
Actions = Annotated[
    list[Path] | None,
    typer.Option(
        "--actions", metavar="FILE", help="Splits, dividends, delistings: date, ticker, action."
    ),
]
Budget = Annotated[float, typer.Option("--budget", metavar="USD", help="Money at the start.")]
CashRate = Annotated[
    float, typer.Option("--cash-rate", metavar="SHARE", help="What idle cash earns a year.")
]
Spread = Annotated[
    float, typer.Option("--half-spread", metavar="BP", help="Half the spread in basis points.")
]
Commission = Annotated[float, typer.Option("--commission", metavar="USD", help="Cost of a trade.")]
Log = Annotated[bool, typer.Option("--log", help="Also every fill with the numbers seen.")]


Ledger = Annotated[
    Path | None,
    typer.Option(
        "--ledger",
        metavar="FILE",
        help="Ledger in which every trial is counted. Default: trials.csv beside the rule.",
        show_default=False,
    ),
]


def _read(file: Path) -> "LadderRule":
    from jevons.ladder import parse

    return parse(_text(file), str(file))


def _text(file: Path) -> str:
    (path,) = existing([file], "the rule")
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{file} cannot be read as UTF-8 text; check the file") from error


def _bars(
    name: str, prices: Sequence[Path] | None, actions: Sequence[Path] | None, as_of: str | None
) -> "list[Bars]":
    """The shares that a rule of this name is run on."""
    from jevons.ladder import EACH, bars_of
    from jevons.market import read_prices
    from jevons.market.actions import read_actions
    from jevons.market.price_store import default_store, stored_actions, stored_prices

    known = read_actions(existing(actions, "--actions"))
    if prices:
        table = read_prices(existing(prices, "--prices"))
    else:
        table = stored_prices(default_store())
        known += stored_actions(default_store())
    if as_of is not None:
        day = parse_day(as_of)
        table, known = table.as_of(day), tuple(a for a in known if a.day <= day)
    if name != EACH and name not in table.tickers:
        raise UserError(
            f"the rule is for {name}, which has no prices there{did_you_mean(name, table.tickers)}"
        )
    tickers = table.tickers if name == EACH else (name,)
    return [bars_of(table.histories[ticker], known) for ticker in tickers]


def _setting(budget: float, cash_rate: float, half_spread: float, commission: float) -> "Setting":
    from jevons.ladder import Costs, Setting

    return Setting(budget, Costs(commission=commission, half_spread=half_spread / 1e4), cash_rate)


@app.command("run")
def run_rule(
    rule: Rule,
    prices: Prices = None,
    actions: Actions = None,
    as_of: AsOf = None,
    budget: Budget = 100_000.0,
    cash_rate: CashRate = 0.0,
    half_spread: Spread = 5.0,
    commission: Commission = 0.0,
    ledger: Ledger = None,
    log: Log = False,
    as_json: Json = False,
) -> None:
    """Run one rule and its controls: outcomes, edges, and what history can tell."""
    from jevons.ladder import run_document

    parsed = _read(rule)
    with progress("Simulating"):
        bars = _bars(parsed.name, prices, actions, as_of)
        setting = _setting(budget, cash_rate, half_spread, commission)
        answer = run_document(
            parsed, bars, setting, log=log or as_json, trials=ledger or _beside(rule)
        )
    if not as_json:
        answer["controls"] = [
            {name: value for name, value in control.items() if name != "rule"}
            for control in answer["controls"]
        ]
    show(answer, as_json)


@app.command("sweep")
def sweep(
    family: Rule,
    prices: Prices = None,
    actions: Actions = None,
    as_of: AsOf = None,
    budget: Budget = 100_000.0,
    cash_rate: CashRate = 0.0,
    half_spread: Spread = 5.0,
    commission: Commission = 0.0,
    ledger: Ledger = None,
    as_json: Json = False,
) -> None:
    """Run every rule of a family, e.g. dd <= [-10|-20|-30]%, and judge the best one for luck."""
    from jevons.ladder import parse, variants

    rules = [parse(text, str(family)) for text in variants(_text(family), str(family))]
    setting = _setting(budget, cash_rate, half_spread, commission)
    _compare(rules, prices, actions, as_of, setting, ledger or _beside(family), as_json)


@app.command("compare")
def compare(
    rules: Rules,
    prices: Prices = None,
    actions: Actions = None,
    as_of: AsOf = None,
    budget: Budget = 100_000.0,
    cash_rate: CashRate = 0.0,
    half_spread: Spread = 5.0,
    commission: Commission = 0.0,
    ledger: Ledger = None,
    as_json: Json = False,
) -> None:
    """Compare rules on the same shares, and judge the best one for luck."""
    read = [_read(rule) for rule in rules]
    setting = _setting(budget, cash_rate, half_spread, commission)
    _compare(read, prices, actions, as_of, setting, ledger or _beside(rules[0]), as_json)


def _compare(
    rules: "Sequence[LadderRule]",
    prices: Sequence[Path] | None,
    actions: Sequence[Path] | None,
    as_of: str | None,
    setting: "Setting",
    ledger: Path,
    as_json: bool,
) -> None:
    from jevons.ladder import family_document, memory_needed

    names = {rule.name for rule in rules}
    if len(names) > 1:
        raise UserError(
            f"the rules are for {', '.join(sorted(names))}; compare rules for the same share, or "
            "write each"
        )
    bars = _bars(names.pop(), prices, actions, as_of)
    needed = memory_needed(rules, bars) / 2**20
    runs = len(rules) * len(bars)
    with progress(f"Simulating {runs:,} runs ({needed:,.0f} MiB)"):
        answer = family_document(rules, bars, setting, ledger)
    show(answer, as_json)


def _beside(rule: Path) -> Path:
    """The ledger of trials beside a rule."""
    from jevons.ladder.ledger import NAME

    return rule.parent / NAME
