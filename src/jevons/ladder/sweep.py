"""Many rules over many shares: what the comparison of a family needs of each, and no more."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jevons.ladder import layout
from jevons.ladder.bars import Bars
from jevons.ladder.family import simulate_family, worst_fall
from jevons.ladder.plan import Planner
from jevons.ladder.rule import LadderRule
from jevons.ladder.run import Run, market_of
from jevons.ladder.scenario import Scenario, sessions
from jevons.ladder.together import run_all

Numbers = NDArray[np.float64]
TOGETHER = 16  # rules whose paths stay in the cache of a core
FIELDS = ("returns", "log_returns", "wealth", "worst", "exposure", "fills")


@dataclass(frozen=True, slots=True, eq=False)
class Tried:
    """What rules did on the same shares.

    Attributes:
        returns, log_returns: mean over the shares open that day, (rule, session), over
            :func:`sessions`. wealth: at the end over the budget, (rule, share).
        worst: deepest drawdown of the wealth. exposure: mean share of the wealth in the share.
        fills: their number, all (rule, share).
    """

    returns: Numbers
    log_returns: Numbers
    wealth: Numbers
    worst: Numbers
    exposure: Numbers
    fills: NDArray[np.int64]

    @staticmethod
    def joined(parts: Sequence["Tried"]) -> "Tried":
        """Parts of one family as one, in their order."""
        return Tried(*(np.concatenate([getattr(part, name) for part in parts]) for name in FIELDS))


def try_rules(rules: Sequence[LadderRule], scenario: Scenario) -> Tried:
    """Run every rule on every share.

    Each rule is simulated on its own, so the numbers do not depend on what it is tried with.

    Raises:
        UserError: see :func:`jevons.ladder.run.run`.
    """
    days = sessions(scenario.bars)
    count = np.zeros(len(days))
    by_day, by_share = (len(rules), len(days)), (len(rules), len(scenario.bars))
    found = Tried(
        returns=np.zeros(by_day),
        log_returns=np.zeros(by_day),
        wealth=np.zeros(by_share),
        worst=np.zeros(by_share),
        exposure=np.zeros(by_share),
        fills=np.zeros(by_share, np.int64),
    )
    alone = [i for i, rule in enumerate(rules) if rule.layer_cap is None]
    references = dict.fromkeys(rules[i].reference for i in alone)
    planned = []
    for reference in references:
        chosen = [i for i in alone if rules[i].reference == reference]
        planner = Planner(scenario.setting.limits)
        planned.append((reference, planner, planner.plans([rules[i] for i in chosen]), chosen))
    for share, one in enumerate(scenario.bars):
        at = np.searchsorted(days, one.days[1:])
        count[at] += 1
        named = scenario.of(one.ticker)
        for reference, planner, plans, chosen in planned:
            market = market_of(one, scenario.setting, planner, reference, named)
            rates, budget = scenario.setting.rates(one), float(scenario.setting.budget)
            _share(market, plans, rates, budget, found, chosen, share, at)
    for i in sorted(set(range(len(rules))) - set(alone)):
        _together(run_all(rules[i], scenario), found, i, days)
    found.returns[:] /= count
    found.log_returns[:] /= count
    return found


def _share(
    market: layout.Market,
    plans: layout.Plans,
    rates: Numbers,
    budget: float,
    found: Tried,
    chosen: Sequence[int],
    share: int,
    at: NDArray[np.int64],
) -> None:
    """Run the rules of one reference on one share and add what they did."""
    for first in range(0, len(chosen), TOGETHER):
        which = np.array(chosen[first : first + TOGETHER])
        wealth = np.empty((len(which), len(market.close)))
        invested, (ends, worst) = np.empty_like(wealth), np.empty((2, len(which)))
        fills = np.empty(len(which), np.int64)
        simulate_family(market, plans, first, rates, budget, wealth, invested, ends, worst, fills)
        place = _place(which, at)
        found.returns[place] += wealth[:, 1:] / wealth[:, :-1] - 1
        found.log_returns[place] += np.diff(log_wealth(wealth), axis=1)
        found.wealth[which, share] = ends / budget
        found.worst[which, share] = worst
        found.exposure[which, share] = (invested / wealth).mean(axis=1)
        found.fills[which, share] = fills


def _together(runs: Sequence[Run], found: Tried, i: int, days: NDArray[np.datetime64]) -> None:
    """Add what one rule did on all shares at once."""
    for share, result in enumerate(runs):
        at, wealth = np.searchsorted(days, result.bars.days[1:]), result.wealth
        found.returns[i, at] += result.returns
        found.log_returns[i, at] += np.diff(log_wealth(wealth))
        found.wealth[i, share] = wealth[-1] / result.budget
        found.worst[i, share] = worst_fall(np.ascontiguousarray(wealth))
        found.exposure[i, share] = result.exposure.mean()
        found.fills[i, share] = len(result.fills)


def _place(rows: NDArray[np.int64], columns: NDArray[np.int64]) -> tuple[Any, ...]:
    """Where rows and columns lie, as slices where they follow one another, which are faster."""
    if all(len(one) == one[-1] - one[0] + 1 for one in (rows, columns)):
        return slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)
    return np.ix_(rows, columns)


def mean_idle(scenario: Scenario) -> Numbers:
    """What cash earns, mean over the shares open that day, (session,)."""
    days = sessions(scenario.bars)
    total, count = np.zeros(len(days)), np.zeros(len(days))
    for one in scenario.bars:
        at = np.searchsorted(days, one.days[1:])
        total[at] += scenario.setting.idle_returns(one)[1:]
        count[at] += 1
    return total / count


def log_wealth(wealth: Numbers) -> Numbers:
    """Log wealth (..., session); one of nothing counts as a millionth of the start."""
    return np.asarray(np.log(np.maximum(wealth, 1e-6 * wealth[..., :1])), dtype=np.float64)


def memory_needed(rules: int, bars: Sequence[Bars]) -> int:
    """Bytes that a sweep takes at its peak: the results, once more while they are joined."""
    kept = 2 * len(sessions(bars)) + 4 * len(bars)
    longest = max(len(one) for one in bars)
    return 8 * (2 * rules * kept + 6 * TOGETHER * longest)
