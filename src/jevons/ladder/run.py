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
from jevons.ladder.plan import LIVE_NAMES, Planner, deepest_last
from jevons.ladder.rule import LadderRule, Rung
from jevons.ladder.series import SeriesTable

Numbers = NDArray[np.float64]
NO_SIGNALS: Mapping[str, NDArray[np.generic]] = MappingProxyType({})
DAYS_A_YEAR = 365
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

    @property
    def rates(self) -> Numbers:
        """The costs as the loop reads them."""
        costs = self.costs
        share = costs.half_spread + costs.duty
        return np.array(
            [costs.commission, costs.per_share, share, share, costs.withheld, costs.lot]
        )


@dataclass(frozen=True, slots=True, eq=False)
class Run:
    """What a rule did on a share.

    Attributes:
        account: (session, column) see ``jevons.ladder.loop``. fills: (fill, column).
        seen: (series, session) what the tests read. idle: return of cash, (session,).
    """

    rule: LadderRule
    bars: Bars
    budget: float
    account: Numbers
    fills: Numbers
    seen: Numbers
    idle: Numbers
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
    def excess(self) -> Numbers:
        """Daily returns of the whole budget over those of cash, (session - 1,)."""
        return self.returns - self.idle[1:]

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
    planner = Planner()
    plan = planner.plan(rule)
    series = SeriesTable(bars, rule.reference, signals, setting.cash_rate)
    market = market_of(bars, setting, series.matrix(planner.reads), planner.groups())
    wealth, invested = np.empty(len(bars)), np.empty(len(bars))
    account, lived = np.zeros((len(bars), 9)), np.empty((loop.LIVE, len(bars)))
    fills = np.zeros((len(bars) * (len(plan.rungs) + len(plan.exits) + 1) + 1, 6))
    count = loop.simulate(
        market, plan, setting.rates, float(setting.budget), wealth, invested, account, lived, fills
    )
    seen = market.seen
    seen[: loop.LIVE] = lived
    names = (*LIVE_NAMES, *(name for name, _ in planner.reads))
    steps = deepest_last(rule.steps)
    kept, idle = fills[:count].copy(), market.interest
    return Run(rule, bars, setting.budget, account, kept, seen, idle, names, steps)


def market_of(bars: Bars, setting: Setting, seen: Numbers, groups: Numbers) -> loop.Market:
    """A share as the loop reads it.

    Args:
        seen, groups: what the rules read and test, see :class:`jevons.ladder.plan.Planner`.
    """
    interest = idle_returns(bars, setting)
    return loop.Market(
        bars.open if setting.fill_at == "open" else bars.close,
        bars.close,
        bars.split,
        bars.dividend,
        bars.pay_at,
        interest,
        bars.end,
        bars.end_value,
        seen,
        loop.next_hits(seen, groups),
        next_happening(bars),
        bool(interest.any()),
    )


def idle_returns(bars: Bars, setting: Setting) -> Numbers:
    """What cash earns since the session before, (session,)."""
    return np.asarray(setting.cash_rate * bars.gap_days / DAYS_A_YEAR, dtype=np.float64)


def next_happening(bars: Bars) -> NDArray[np.int32]:
    """First session from each one on with an action or a payment, (session + 1,)."""
    happens = (bars.split != 1) | (bars.dividend != 0)
    paid = bars.pay_at[bars.dividend != 0]
    happens[paid[paid < len(bars)]] = True
    if bars.end >= 0:
        happens[bars.end] = True
    at = np.append(np.where(happens, np.arange(len(bars)), len(bars)), len(bars))
    return np.minimum.accumulate(at[::-1])[::-1].astype(np.int32)


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
