"""A rule on several shares at once, where what one may buy depends on the others.

``max_layer_weight`` limits what the shares of one layer of the chain weigh together, of the wealth
of all. Shares go through each day side by side: first everybody's orders fill and the closes are
known, then each decides in turn on what is left of its layer.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from jevons.ladder import layout
from jevons.ladder.loop import begun, decide, settle
from jevons.ladder.plan import Planner
from jevons.ladder.rule import LadderRule
from jevons.ladder.run import Run, market_of, room_for, run, run_of
from jevons.ladder.scenario import Scenario

Numbers = NDArray[np.float64]


@dataclass(slots=True, eq=False)
class _Share:
    """One share on its way through the days; ``place`` is its session of a day, -1 for none."""

    layer: str
    market: layout.Market
    state: layout.State
    rates: Numbers
    account: Numbers
    lived: Numbers
    fills: Numbers
    place: NDArray[np.int64]
    count: int = 0

    @property
    def committed(self) -> float:
        """USD in the share, or on the way there."""
        ordered = self.state.rungs[layout.ORDER].sum()
        rebalance = max(self.state.book[layout.REBALANCE], 0.0)
        return float(self.state.book[layout.INVESTED] + ordered + rebalance)


def run_all(rule: LadderRule, scenario: Scenario) -> list[Run]:
    """A rule on every share of a scenario.

    Raises:
        UserError: see :func:`jevons.ladder.run.run`.
    """
    if rule.layer_cap is None:
        return [run(rule, one, scenario.setting, scenario.of(one.ticker)) for one in scenario.bars]
    setting, budget = scenario.setting, float(scenario.setting.budget)
    planner = Planner(setting.limits, alone=False)
    plan = planner.plan(rule)
    days = np.unique(np.concatenate([one.days for one in scenario.bars]))
    shares = []
    for one in scenario.bars:
        market = market_of(one, setting, planner, rule.reference, scenario.of(one.ticker))
        place = np.full(len(days), -1)
        place[np.searchsorted(days, one.days)] = np.arange(len(one))
        layer = scenario.layers.get(one.ticker, one.ticker)
        state, rates = begun(market, plan, budget), setting.rates(one)
        room = room_for(plan, len(one))
        shares.append(_Share(layer, market, state, rates, *room, place))
    for day in range(len(days)):
        _pass(shares, plan, day, budget, rule.layer_cap)
    return [
        run_of(rule, one, setting, planner, s.market, s.account, s.lived, s.fills[: s.count])
        for one, s in zip(scenario.bars, shares, strict=True)
    ]


def _pass(shares: Sequence[_Share], plan: layout.Plan, day: int, budget: float, cap: float) -> None:
    """One day of all shares: everybody settles, then each decides in turn."""
    trading = [share for share in shares if share.place[day] >= 0]
    for share in trading:
        room, at = _room(shares, cap)[share.layer], int(share.place[day])
        share.count = settle(
            share.market,
            plan,
            share.rates,
            share.state,
            at,
            budget,
            room,
            share.fills,
            share.count,
        )
    for share in trading:
        at = int(share.place[day])
        decide(share.market, plan, share.state, at, budget, _room(shares, cap)[share.layer])
        share.account[at] = share.state.book[: layout.COLUMNS]
        share.lived[:, at] = share.state.live


def _room(shares: Sequence[_Share], cap: float) -> Mapping[str, float]:
    """USD that may be added to each layer."""
    most = cap * sum(float(share.state.book[layout.NAV]) for share in shares)
    room: dict[str, float] = {}
    for share in shares:
        room[share.layer] = room.get(share.layer, most) - share.committed
    return room
