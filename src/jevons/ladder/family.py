"""Many rules over one share in one compiled call."""

import numpy as np

from jevons.ladder.compiled import compiled
from jevons.ladder.layout import (
    BLOCK,
    COLUMNS,
    LIVE,
    LOWEST_SHARE,
    NAV,
    Market,
    Numbers,
    Plan,
    Plans,
    Whole,
)
from jevons.ladder.loop import begun, simulate


@compiled
def simulate_family(
    market: Market,
    plans: Plans,
    first: int,
    costs: Numbers,
    budget: float,
    wealths: Numbers,
    invested: Numbers,
    ends: Numbers,
    worst: Numbers,
    fill_counts: Whole,
) -> None:
    """Run the rules from ``first`` on over one share, as many as ``ends`` (rule,) has.

    The same loop as for one rule, without account and fills.

    Args:
        wealths, invested: results, USD, (rule, session); (0, 0) where no paths are wanted.
        ends: wealth at the end, USD. worst: its deepest drawdown. fill_counts: all (rule,).
    """
    nothing = np.empty(0)
    none, no_seen, no_fills = np.empty((0, COLUMNS)), np.empty((LIVE, 0)), np.empty((0, 6))
    for k in range(len(ends)):
        i = first + k
        rungs, exits, halts = plans.counts[i]
        plan = Plan(
            plans.rungs[i, :rungs],
            plans.rung_tests[i, :rungs],
            plans.rung_group[i, :rungs],
            plans.exits[i, :exits],
            plans.exit_tests[i, :exits],
            plans.exit_group[i, :exits],
            plans.halt_tests[i, :halts],
            plans.halt_group[i, :halts],
            plans.limits[i],
        )
        wealth = wealths[k] if len(wealths) > 0 else nothing
        worth = invested[k] if len(invested) > 0 else nothing
        state = begun(market, plan, budget)
        fill_counts[k] = simulate(
            market, plan, costs, budget, state, wealth, worth, none, no_seen, no_fills
        )
        ends[k] = state.book[NAV]
        worst[k] = worst_fall(wealth) if len(wealth) > 0 else state.book[LOWEST_SHARE] - 1


@compiled
def worst_fall(wealths: Numbers) -> float:
    """The deepest drawdown of a path, in [-1, 0]."""
    highest, worst = wealths[0], 1.0
    for start in range(0, len(wealths), BLOCK):
        block = wealths[start : start + BLOCK]
        quiet = True
        for t in range(len(block)):
            quiet &= (block[t] <= highest) & (block[t] >= worst * highest)
        if quiet:
            continue  # neither a new high nor a new low in the block
        for x in block:
            highest = max(highest, x)
            if x < worst * highest:
                worst = x / highest
    return worst - 1
