"""Run a rule over a share: prepare, simulate, account for every cent, explain every fill."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jevons.errors import UserError
from jevons.ladder import loop
from jevons.ladder.bars import Bars
from jevons.ladder.phrases import Phrase
from jevons.ladder.rule import LadderRule, Rung
from jevons.ladder.series import SeriesTable, table_of

Numbers = NDArray[np.float64]
NO_SIGNALS: Mapping[str, NDArray[np.generic]] = MappingProxyType({})
DAYS_A_YEAR = 365
BASES = {"budget": loop.BUDGET, "remaining": loop.REMAINING, "nav": loop.WEALTH}
FILLS = ("open", "close")


@dataclass(frozen=True, slots=True)
class Costs:
    """What trading costs.

    Attributes:
        commission: USD a trade. per_share: USD a share. half_spread: of the price, 0.0005 is 5 bp.
        duty: of the price, on purchases and sales. withheld: share of a dividend kept as tax.
        lot: shares in a lot; 0 for fractions of a share.
    """

    commission: float = 0.0
    per_share: float = 0.0
    half_spread: float = 0.0
    duty: float = 0.0
    withheld: float = 0.0
    lot: float = 0.0

    def __post_init__(self) -> None:
        for name in self.__slots__:
            value = getattr(self, name)
            most = 1.0 if name in ("half_spread", "duty", "withheld") else np.inf
            if not 0 <= value < most:
                raise UserError(f"cost {name} is {value:g}; it must be 0 or more, a share below 1")


@dataclass(frozen=True, slots=True)
class Setting:
    """What every rule of a comparison shares.

    Attributes:
        budget: USD at the start. costs: of trading.
        cash_rate: what idle cash earns, 1/year, simple over calendar days.
        fill_at: orders decided on a close are filled at the next session's "open" or "close".
    """

    budget: float = 100_000.0
    costs: Costs = Costs()
    cash_rate: float = 0.0
    fill_at: str = "open"

    def __post_init__(self) -> None:
        if not 0 < self.budget < np.inf:
            raise UserError(f"the budget is {self.budget:g} USD; it must be above 0")
        if not -1 < self.cash_rate < 1:
            raise UserError(f"the cash rate is {self.cash_rate:g}; write 4 % a year as 0.04")
        if self.fill_at not in FILLS:
            raise UserError(f"fills at {self.fill_at!r} are not known; use {' or '.join(FILLS)}")


@dataclass(frozen=True, slots=True, eq=False)
class Run:
    """What a rule did on a share.

    Attributes:
        account: (session, column) see ``jevons.ladder.loop``. fills: (fill, column).
        seen: (series, session) what the tests read.
    """

    rule: LadderRule
    bars: Bars
    budget: float
    account: Numbers
    fills: Numbers
    seen: Numbers
    series: tuple[str, ...] = field(repr=False)
    rungs: tuple[Rung, ...] = field(repr=False)

    @property
    def wealth(self) -> Numbers:
        """USD, (session,)."""
        return self.account[:, loop.NAV]

    @property
    def returns(self) -> Numbers:
        """Daily returns of the whole budget, (session - 1,)."""
        return self.wealth[1:] / self.wealth[:-1] - 1

    @property
    def exposure(self) -> Numbers:
        """Share of the wealth that is in the share, (session,)."""
        return self.account[:, loop.SHARES] * self.bars.close / self.wealth

    @property
    def purchases(self) -> Numbers:
        """The fills that bought, (fill, column)."""
        return self.fills[self.fills[:, loop.COUNT] > 0]

    def identity_error(self) -> float:
        """Largest gap between the change of wealth and its parts, as a share of the budget."""
        a = self.account
        parts = a[:, [loop.PRICE_GAIN, loop.DIVIDENDS, loop.INTEREST]].sum(1) - a[:, loop.COSTS]
        gaps = np.diff(self.wealth, prepend=self.budget) - parts
        return float(np.abs(gaps).max() / self.budget)


def run(
    rule: LadderRule,
    bars: Bars,
    setting: Setting | None = None,
    signals: Mapping[str, NDArray[np.generic]] = NO_SIGNALS,
) -> Run:
    """Simulate a rule on a share.

    Args:
        rule: parsed. bars: of the share, whatever the rule's name. setting: the default if None.
        signals: see :class:`jevons.ladder.series.SeriesTable`.

    Raises:
        UserError: the rule reads a signal that is not given, or uses what one share cannot show.
    """
    setting = setting or Setting()
    budget, costs = setting.budget, setting.costs
    series = SeriesTable(bars, rule.reference, signals)
    rungs = _deepest_last(rule.rungs)
    rung_tests = table_of(series, [(r.trigger, *r.conditions) for r in rungs])
    exit_tests = table_of(series, [(sale.trigger,) for sale in rule.exits])
    halt_tests = table_of(series, [(halt,) for halt in rule.halts])
    seen = series.matrix()
    account = np.zeros((len(bars), 9))
    orders = len(rungs) + len(rule.exits) + 1
    fills = np.zeros((len(bars) * orders + 1, 6))
    count = loop.simulate(
        bars.open if setting.fill_at == "open" else bars.close,
        bars.close,
        bars.split,
        bars.dividend,
        bars.pay_at,
        setting.cash_rate * bars.gap_days / DAYS_A_YEAR,
        bars.end,
        bars.end_value,
        seen,
        np.array([_rung(rung) for rung in rungs]).reshape(-1, 4),
        rung_tests,
        np.array([_weight(sale.weight) for sale in rule.exits]).reshape(-1, 2),
        exit_tests,
        halt_tests,
        _limits(rule),
        np.array(
            [
                costs.commission,
                costs.per_share,
                costs.half_spread + costs.duty,
                costs.half_spread + costs.duty,
                costs.withheld,
                costs.lot,
            ]
        ),
        budget,
        account,
        fills,
    )
    names = tuple(series.name(row) for row in range(len(seen)))
    return Run(rule, bars, budget, account, fills[:count].copy(), seen, names, rungs)


def audit(result: Run) -> list[dict[str, Any]]:
    """One record a fill: decided when, on which rule and numbers, filled when and at what."""
    found = []
    for row in result.fills:
        decided, filled = int(row[loop.DECIDED]), int(row[loop.FILLED])
        numbers: dict[str, float] = {}
        if row[loop.BY] == loop.DELISTED:
            text = "delisting"
        elif row[loop.BY] == loop.REBALANCED:
            assert result.rule.hold is not None
            text = result.rule.hold.text()
        elif row[loop.BY] >= 0:
            text = result.rungs[int(row[loop.BY])].text()
        else:
            text = result.rule.exits[-1 - int(row[loop.BY])].text()
        for at, name in enumerate(result.series):
            if np.isfinite(result.seen[at, decided]):
                numbers[name] = float(f"{result.seen[at, decided]:.6g}")
        found.append(
            {
                "decided": str(result.bars.days[decided]),
                "filled": str(result.bars.days[filled]),
                "rule": text,
                "shares": float(row[loop.COUNT]),
                "price": float(row[loop.PRICE]),
                "costs": float(row[loop.COST]),
                "close_when_decided": float(result.bars.close[decided]),
                "seen": numbers,
            }
        )
    return found


def _deepest_last(rungs: tuple[Rung, ...]) -> tuple[Rung, ...]:
    """Rungs that fill on one bar do so in the order of their depth."""
    by_depth = "dd <= {depth}%"
    if any(rung.trigger.form != by_depth for rung in rungs):
        return rungs
    return tuple(sorted(rungs, key=lambda rung: -rung.trigger.number()))


def _weight(weight: Phrase) -> tuple[float, int]:
    if weight.form.startswith("kelly"):
        raise UserError(
            f"{weight.text()} needs an expected return, which no price file holds; "
            "write a share of the budget"
        )
    return weight.number() / 100, BASES[weight.form.rpartition(" ")[2]]


def _rung(rung: Rung) -> tuple[float, int, int, int]:
    # The clock strikes again by its nature; every other rung waits to be armed.
    repeats = int(rung.trigger.form.startswith("clock"))
    return (*_weight(rung.weight), rung.after or 0, repeats)


def _limits(rule: LadderRule) -> Numbers:
    limits = np.array([loop.NEVER, 0.0, np.inf, np.inf, 0.0, 1.0])
    if rule.rearm is not None and rule.rearm.form.startswith("rearm on"):
        rebound = bool(rule.rearm.values)
        limits[0] = loop.ON_REBOUND if rebound else loop.ON_NEW_PEAK
        limits[1] = rule.rearm.number() / 100 if rebound else 0.0
    for guard in rule.guards:
        if guard.form.startswith("max_layer"):
            raise UserError(
                f"{guard.text()} limits several shares together; a ladder is run on one share, "
                "so leave it out"
            )
        at, scale = (2, 1) if guard.form.startswith("max_tranches") else (3, 100)
        limits[at] = min(limits[at], guard.number() / scale)
    if rule.hold is not None:
        limits[4:] = rule.hold.number() / 100, rule.hold.number(1)
    return limits
