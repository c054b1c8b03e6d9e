"""Run a rule over a share: prepare, simulate, account for every cent, explain every fill."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jevons.ladder import layout
from jevons.ladder.bars import Bars
from jevons.ladder.loop import begun, simulate
from jevons.ladder.phrases import Phrase
from jevons.ladder.plan import BEFORE, LIVE_NAMES, Planner, deepest_last
from jevons.ladder.quiet import next_hits
from jevons.ladder.rule import LadderRule, Rung
from jevons.ladder.series import SeriesTable
from jevons.ladder.setting import Setting

Numbers = NDArray[np.float64]
NO_SIGNALS: Mapping[str, NDArray[np.generic]] = MappingProxyType({})


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
        return self.account[:, layout.NAV]

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
        return self.account[:, layout.SHARES] * self.bars.usd / self.wealth

    @property
    def purchases(self) -> Numbers:
        """The fills that bought, (fill, column)."""
        return self.fills[self.fills[:, layout.COUNT] > 0]

    def identity_error(self) -> float:
        """Largest gap between the change of wealth and its parts, as a share of the budget."""
        a = self.account
        gains = [layout.PRICE_GAIN, layout.FX_GAIN, layout.DIVIDENDS, layout.INTEREST]
        parts = a[:, gains].sum(1) - a[:, layout.COSTS]
        gaps = np.diff(self.wealth, prepend=self.budget) - parts
        return float(np.abs(gaps).max() / self.budget)


def run(
    rule: LadderRule,
    bars: Bars,
    setting: Setting | None = None,
    signals: Mapping[str, NDArray[np.generic]] = NO_SIGNALS,
) -> Run:
    """Simulate a rule on a share, which by itself is the whole of its layer.

    Args:
        rule: parsed. bars: of the share, whatever the rule's name. setting: the default if None.
        signals: see :class:`jevons.ladder.series.SeriesTable`.

    Raises:
        UserError: the rule reads a signal that is not given, or uses what one share cannot show.
    """
    setting = setting or Setting()
    planner = Planner(setting.limits)
    plan = planner.plan(rule)
    market = market_of(bars, setting, planner, rule.reference, signals)
    account, lived, fills = room_for(plan, len(bars))
    wealth, invested = np.empty(len(bars)), np.empty(len(bars))
    count = simulate(
        market,
        plan,
        setting.rates(bars),
        float(setting.budget),
        begun(market, plan, float(setting.budget)),
        wealth,
        invested,
        account,
        lived,
        fills,
    )
    return run_of(rule, bars, setting, planner, market, account, lived, fills[:count])


def room_for(plan: layout.Plan, sessions: int) -> tuple[Numbers, Numbers, Numbers]:
    """Arrays for an account, what the tests read of the position, and fills."""
    most = sessions * (len(plan.rungs) + len(plan.exits) + 1) + 1
    return (
        np.zeros((sessions, layout.COLUMNS)),
        np.empty((layout.LIVE, sessions)),
        np.zeros((most, 6)),
    )


def run_of(
    rule: LadderRule,
    bars: Bars,
    setting: Setting,
    planner: Planner,
    market: layout.Market,
    account: Numbers,
    lived: Numbers,
    fills: Numbers,
) -> Run:
    """A run of what the loop wrote."""
    seen = market.seen
    seen[: layout.LIVE] = lived
    names = (*LIVE_NAMES, *(read.name for read in planner.reads))
    steps, kept = deepest_last(rule.steps), fills.copy()
    return Run(rule, bars, setting.budget, account, kept, seen, market.interest, names, steps)


def market_of(
    bars: Bars,
    setting: Setting,
    planner: Planner,
    reference: Phrase,
    signals: Mapping[str, NDArray[np.generic]] = NO_SIGNALS,
) -> layout.Market:
    """A share as the loop reads it, for the rules of a planner, which have one reference."""
    interest = setting.idle_returns(bars)
    series = SeriesTable(bars, reference, signals, setting.yields(bars))
    seen = series.matrix(planner.reads)
    blocks = np.arange(0, len(bars), layout.BLOCK)
    fill = bars.close if setting.fill_at == "close" else bars.open
    return layout.Market(
        fill * bars.fx,
        np.array(bars.usd),
        np.array(bars.close),
        bars.fx,
        bars.split,
        bars.dividend * bars.fx,
        bars.pay_at,
        setting.impact(bars),
        interest,
        bars.end,
        bars.end_value * float(bars.fx[-1]),
        seen,
        next_hits(seen, planner.groups),
        next_happening(bars),
        np.maximum.reduceat(bars.usd, blocks),
        np.minimum.reduceat(bars.usd, blocks),
        bool(interest.any()),
    )


def next_happening(bars: Bars) -> NDArray[np.int32]:
    """First session from each one on with an action or a payment, (session + 1,)."""
    happens = (bars.split != 1) | (bars.dividend != 0)
    if bars.end < 0 and not happens.any():
        return np.full(len(bars) + 1, len(bars), np.int32)
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
        decided, filled = int(row[layout.DECIDED]), int(row[layout.FILLED])
        numbers: dict[str, float] = {}
        if row[layout.BY] == layout.DELISTED:
            text = "delisting"
        elif row[layout.BY] == layout.REBALANCED:
            assert result.rule.hold is not None
            text = result.rule.hold.text()
        elif row[layout.BY] >= 0:
            text = result.rungs[int(row[layout.BY])].text()
        else:
            text = result.rule.exits[-1 - int(row[layout.BY])].text()
        for at, name in enumerate(result.series):
            # A limit order stands for the session that fills it.
            session = filled if "limit(" in name or name.endswith(BEFORE[2:]) else decided
            if np.isfinite(result.seen[at, session]):
                numbers[name] = float(f"{result.seen[at, session]:.6g}")
        found.append(
            {
                "decided": str(result.bars.days[decided]),
                "filled": str(result.bars.days[filled]),
                "rule": text,
                "shares": float(row[layout.COUNT]),
                "price": float(row[layout.PRICE]),
                "costs": float(row[layout.COST]),
                "close_when_decided": float(result.bars.close[decided]),
                "seen": numbers,
            }
        )
    return found
