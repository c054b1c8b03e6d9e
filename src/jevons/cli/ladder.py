"""``jevons ladder``: test a rule of buying in steps on price files, against its controls."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from jevons.cli.options import AsOf, Json, existing, parse_day
from jevons.cli.output import progress, show
from jevons.errors import UserError, did_you_mean

if TYPE_CHECKING:
    from jevons.ladder import Engine, LadderRule, Scenario, Setting

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
    str,
    typer.Option(
        "--cash-rate",
        metavar="SHARE|bills",
        help="What idle cash earns a year, or bills for the three-month bill of each day.",
    ),
]
Spread = Annotated[
    float, typer.Option("--half-spread", metavar="BP", help="Half the spread in basis points.")
]
Commission = Annotated[float, typer.Option("--commission", metavar="USD", help="Cost of a trade.")]
PerShare = Annotated[
    float, typer.Option("--per-share", metavar="USD", help="Cost of a share traded.")
]
Duty = Annotated[
    float, typer.Option("--duty", metavar="BP", help="Tax on a trade in basis points.")
]
Withheld = Annotated[
    float, typer.Option("--withheld", metavar="SHARE", help="Tax kept from dividends.")
]
Lot = Annotated[
    float, typer.Option("--lot", metavar="N", help="Shares in a lot; 0 for fractions of a share.")
]
Impact = Annotated[
    float,
    typer.Option(
        "--impact", metavar="C", help="Market impact: C x volatility x sqrt(size / daily volume)."
    ),
]
FxCost = Annotated[
    float,
    typer.Option(
        "--fx-cost", metavar="BP", help="Changing currency for a share that is not in dollars."
    ),
]
Fill = Annotated[
    str,
    typer.Option(
        "--fill",
        metavar="open|close|limit",
        help="Fill at the next open or close, or rungs as limit orders within the session.",
    ),
]
Signals = Annotated[
    list[Path] | None,
    typer.Option(
        "--signals",
        metavar="FILE",
        help="Signals that the rule reads (CSV): date, ticker or each, signal, value.",
    ),
]
Nulls = Annotated[
    int,
    typer.Option(
        "--nulls",
        metavar="N",
        help="Also N made-up histories of each kind with nothing to find, and moved days.",
    ),
]
EngineName = Annotated[
    str, typer.Option("--engine", metavar="local|dask", help="Where the sweep runs.")
]
Scheduler = Annotated[
    str | None,
    typer.Option("--scheduler", metavar="ADDRESS", help="Dask scheduler, e.g. tcp://host:8786."),
]
Log = Annotated[bool, typer.Option("--log", help="Also every fill with the numbers seen.")]

# Columns of a table of outcomes that fit a terminal; --json has them all.
SHOWN = (
    "ticker",
    "terminal_wealth",
    "against_best",
    "fills",
    "first_fill",
    "exposure",
    "exhausted",
    "sharpe",
    "worst_drawdown",
    "worst_from_cost",
    "final_state",
)
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


def _scenario(
    name: str,
    prices: Sequence[Path] | None,
    actions: Sequence[Path] | None,
    signals: Sequence[Path] | None,
    as_of: str | None,
    setting: "Setting",
) -> "Scenario":
    """What a rule of this name is run on."""
    from jevons.ladder import EACH, Scenario, bars_in, read_signals
    from jevons.ladder.document import layers
    from jevons.ladder.groups import placebo_bars, stressed_bars
    from jevons.market import read_prices
    from jevons.market.actions import read_actions
    from jevons.market.price_store import default_store, stored_actions, stored_prices

    known = read_actions(existing(actions, "--actions"))
    if prices:
        table = read_prices(existing(prices, "--prices"))
    else:
        table = stored_prices(default_store())
        known += stored_actions(default_store())
    day = None if as_of is None else parse_day(as_of)
    if day is not None:
        table, known = table.as_of(day), tuple(a for a in known if a.day <= day)
    if name != EACH and name not in table.tickers:
        raise UserError(
            f"the rule is for {name}, which has no prices there{did_you_mean(name, table.tickers)}"
        )
    # A rate of exchange is no share.
    each = tuple(ticker for ticker in table.tickers if not ticker.endswith("=X"))
    tickers = each if name == EACH else (name,)
    bars = tuple(bars_in(table, ticker, known) for ticker in tickers)
    return Scenario(
        bars,
        setting,
        read_signals(existing(signals, "--signals"), bars, day),
        layers(),
        stressed_bars(table, known),
        placebo_bars(table, known, tickers),
    )


def _setting(budget: float, cash_rate: str, fill: str, costs: tuple[float, ...]) -> "Setting":
    """The setting of a run; spread, duty and the cost of a currency are in basis points."""
    from jevons.ladder import Costs, Setting
    from jevons.market.bills import bill_yields

    commission, per_share, half_spread, duty, withheld, lot, impact, fx = costs
    paid = Costs(
        commission, per_share, half_spread / 1e4, duty / 1e4, withheld, lot, impact, fx / 1e4
    )
    if cash_rate == "bills":
        return Setting(budget, paid, 0.0, fill, bill_yields())
    try:
        return Setting(budget, paid, float(cash_rate), fill)
    except ValueError as error:
        raise UserError(
            f"--cash-rate is {cash_rate!r}; write 4 % a year as 0.04, or bills"
        ) from error


@app.command("run")
def run_rule(
    rule: Rule,
    prices: Prices = None,
    actions: Actions = None,
    signals: Signals = None,
    as_of: AsOf = None,
    budget: Budget = 100_000.0,
    cash_rate: CashRate = "0",
    half_spread: Spread = 5.0,
    commission: Commission = 0.0,
    per_share: PerShare = 0.0,
    duty: Duty = 0.0,
    withheld: Withheld = 0.0,
    lot: Lot = 0.0,
    impact: Impact = 0.0,
    fx_cost: FxCost = 0.0,
    fill: Fill = "open",
    nulls: Nulls = 0,
    ledger: Ledger = None,
    log: Log = False,
    as_json: Json = False,
) -> None:
    """Run one rule and its controls: outcomes, edges, and what history can tell."""
    from jevons.ladder import run_document

    parsed = _read(rule)
    setting = _setting(
        budget,
        cash_rate,
        fill,
        (commission, per_share, half_spread, duty, withheld, lot, impact, fx_cost),
    )
    with progress("Simulating"):
        scenario = _scenario(parsed.name, prices, actions, signals, as_of, setting)
        answer = run_document(
            parsed, scenario, log=log or as_json, trials=ledger or _beside(rule), histories=nulls
        )
    if not as_json:
        answer["controls"] = [_without(control, "rule") for control in answer["controls"]]
        answer["outcomes"] = [
            {name: outcome[name] for name in SHOWN} for outcome in answer["outcomes"]
        ]
    show(answer, as_json)


@app.command("sweep")
def sweep(
    family: Rule,
    prices: Prices = None,
    actions: Actions = None,
    signals: Signals = None,
    as_of: AsOf = None,
    budget: Budget = 100_000.0,
    cash_rate: CashRate = "0",
    half_spread: Spread = 5.0,
    commission: Commission = 0.0,
    per_share: PerShare = 0.0,
    duty: Duty = 0.0,
    withheld: Withheld = 0.0,
    lot: Lot = 0.0,
    impact: Impact = 0.0,
    fx_cost: FxCost = 0.0,
    fill: Fill = "open",
    ledger: Ledger = None,
    engine: EngineName = "local",
    scheduler: Scheduler = None,
    as_json: Json = False,
) -> None:
    """Run every rule of a family, e.g. dd <= [-10|-20|-30]%, and judge the best one for luck.

    A sweep that is stopped goes on where it was when it is started again.
    """
    from jevons.ladder import parse, variants

    where = _engine(engine, scheduler)
    rules = [parse(text, str(family)) for text in variants(_text(family), str(family))]
    setting = _setting(
        budget,
        cash_rate,
        fill,
        (commission, per_share, half_spread, duty, withheld, lot, impact, fx_cost),
    )
    scenario = _scenario(_name(rules), prices, actions, signals, as_of, setting)
    _compare(rules, scenario, ledger or _beside(family), where, as_json)


@app.command("compare")
def compare(
    rules: Rules,
    prices: Prices = None,
    actions: Actions = None,
    signals: Signals = None,
    as_of: AsOf = None,
    budget: Budget = 100_000.0,
    cash_rate: CashRate = "0",
    half_spread: Spread = 5.0,
    commission: Commission = 0.0,
    per_share: PerShare = 0.0,
    duty: Duty = 0.0,
    withheld: Withheld = 0.0,
    lot: Lot = 0.0,
    impact: Impact = 0.0,
    fx_cost: FxCost = 0.0,
    fill: Fill = "open",
    ledger: Ledger = None,
    as_json: Json = False,
) -> None:
    """Compare rules on the same shares, and judge the best one for luck."""
    read = [_read(rule) for rule in rules]
    setting = _setting(
        budget,
        cash_rate,
        fill,
        (commission, per_share, half_spread, duty, withheld, lot, impact, fx_cost),
    )
    scenario = _scenario(_name(read), prices, actions, signals, as_of, setting)
    _compare(read, scenario, ledger or _beside(rules[0]), _engine("local", None), as_json)


def _compare(
    rules: "Sequence[LadderRule]",
    scenario: "Scenario",
    ledger: Path,
    engine: "Engine",
    as_json: bool,
) -> None:
    from jevons.ladder import family_document, memory_needed

    needed = memory_needed(len(rules), scenario.bars) / 2**20
    runs = len(rules) * len(scenario.bars)
    with progress(f"Simulating {runs:,} runs (about {needed:,.0f} MiB)") as done:
        answer = family_document(rules, scenario, ledger, engine, done)
    show(answer, as_json)


def _name(rules: "Sequence[LadderRule]") -> str:
    """The one share that all rules are for."""
    names = {rule.name for rule in rules}
    if len(names) > 1:
        raise UserError(
            f"the rules are for {', '.join(sorted(names))}; compare rules for the same share, or "
            "write each"
        )
    return names.pop()


def _engine(name: str, scheduler: str | None) -> "Engine":
    """Where a sweep runs; its finished parts are kept beside the store of prices until it ends."""
    from jevons.ladder import Engine
    from jevons.market.price_store import default_store

    return Engine(name, scheduler, default_store().with_name("sweeps"))


def _without(record: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in record.items() if key != name}


def _beside(rule: Path) -> Path:
    """The ledger of trials beside a rule."""
    from jevons.ladder.ledger import NAME

    return rule.parent / NAME
