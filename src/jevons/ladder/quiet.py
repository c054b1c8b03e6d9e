"""The sessions on which nothing happens: how long they last, and what they do to the wealth.

Most sessions are quiet: no order is open, nothing is paid, and no test can hold before a session
that is known in advance (``wake``) or while the price stays between two levels. On those only the
value of the position changes, and the loop does no more than that.
"""

import numpy as np
from numpy.typing import NDArray

from jevons.ladder.compiled import compiled, part
from jevons.ladder.layout import (
    ABOVE,
    ACCRUED,
    AFTER,
    ARMED,
    AT_LEAST,
    AT_MOST,
    BASIS,
    BLOCK,
    BUY_FROM,
    CASH,
    COLUMNS,
    COSTS,
    DAYS_SINCE_FILL,
    DIGITS,
    DIVIDENDS,
    DUE,
    FIRST_FILL,
    FX_GAIN,
    GAIN,
    HELD,
    HELD_EVERY,
    HELD_WEIGHT,
    HIGHEST,
    INTEREST,
    INVESTED,
    LIVE,
    LOWEST_SHARE,
    MOST_TRANCHES,
    NAV,
    NEW_PEAK_GROUP,
    NOTHING,
    ON_NEW_PEAK,
    ON_REBOUND,
    PRICE_GAIN,
    READY,
    REARM,
    SHARES,
    STOPPED,
    TRANCHES,
    WAITING,
    Market,
    Numbers,
    Plan,
    State,
)

CLOSE_BY = 1e-9  # a price this near to a level wakes the loop, which then looks exactly


@compiled
def next_hits(seen: Numbers, tests: Numbers) -> NDArray[np.int32]:
    """First session from each one on at which a group's tests hold (session + 1, group).

    Args:
        tests: (group, test, [row, relation, bound]); those that the loop knows count as held.
    """
    sessions, groups = seen.shape[1], len(tests)
    good = np.ones((sessions, groups), np.bool_)
    for g in range(groups):
        for k in range(tests.shape[1]):
            row, relation, bound = int(tests[g, k, 0]), tests[g, k, 1], tests[g, k, 2]
            if row >= LIVE:
                keep(good[:, g], seen[row], relation, bound)
    found = np.full((sessions + 1, groups), sessions, np.int32)
    for t in range(sessions - 1, -1, -1):
        for g in range(groups):
            found[t, g] = t if good[t, g] else found[t + 1, g]
    return found


@part
def keep(good: NDArray[np.bool_], x: Numbers, relation: float, bound: float) -> None:
    """Keep those sessions whose number is so related to a bound; an unknown one is not."""
    if relation == AT_MOST:
        for t in range(len(x)):
            good[t] &= x[t] <= bound
    elif relation == AT_LEAST:
        for t in range(len(x)):
            good[t] &= x[t] >= bound
    elif relation == ABOVE:
        for t in range(len(x)):
            good[t] &= x[t] > bound
    else:
        for t in range(len(x)):
            good[t] &= x[t] < bound


@part
def rounded(x: float) -> float:
    """The number to :data:`DIGITS`, the same bits compiled or not."""
    return float(np.rint(x * 10.0**DIGITS) / 10.0**DIGITS)


@part
def levels(tests: Numbers, ready: Numbers, cost: float) -> tuple[float, float]:
    """Prices between which no sale by gain or loss on the average cost (USD/share) is due."""
    low, high = 0.0, np.inf
    for e in range(len(ready)):
        if ready[e] > 0 and tests[e, 0, 0] == GAIN:
            level = cost * (1 + tests[e, 0, 2])
            if tests[e, 0, 1] == AT_LEAST:
                high = min(high, level * (1 - CLOSE_BY))
            else:
                low = max(low, level * (1 + CLOSE_BY))
    return low, high


@part
def next_purchase(market: Market, plan: Plan, state: State, after: int, full: bool) -> int:
    """The first session from ``after`` on at which a rung may buy or be armed again.

    Args:
        full: no tranche or no money is left before a sale, a payment or a new peak.
    """
    hits, rearm = market.next_hit, plan.limits[REARM]
    if rearm == ON_REBOUND:
        return after  # the low since a purchase moves every session
    wake = len(hits)
    start = min(max(after, int(state.book[BUY_FROM])), wake - 1)
    for r in range(len(plan.rungs)):
        armed, due = state.rungs[ARMED, r], state.rungs[DUE, r]
        if due >= 0:
            wake = min(wake, int(due))
        elif armed == 0 and rearm == ON_NEW_PEAK:
            wake = min(wake, int(hits[after, NEW_PEAK_GROUP]))
        elif armed > 0 and not (full and plan.rungs[r, AFTER] == 0):
            wake = min(wake, int(hits[start, plan.rung_group[r]]))
    return wake


@part
def next_halt(after: int, hits: NDArray[np.int32], groups: NDArray[np.int64]) -> int:
    """The first session from ``after`` on at which all buying may stop."""
    wake = len(hits)
    for group in groups:
        wake = min(wake, int(hits[after, group]))
    return wake


@part
def next_sale(market: Market, plan: Plan, state: State, after: int) -> int:
    """The first session from ``after`` on at which a sale other than at a level may be due."""
    hits, ready = market.next_hit, state.exits[READY]
    wake = len(hits)
    for e in range(len(ready)):
        row = plan.exit_tests[e, 0, 0]
        if ready[e] > 0 and row == HELD:
            held = int(state.book[FIRST_FILL]) + int(plan.exit_tests[e, 0, 2])
            wake = min(wake, max(after, held))
        elif ready[e] > 0 and row != GAIN:
            wake = min(wake, int(hits[after, plan.exit_group[e]]))
    return wake


@part
def wakes(
    market: Market, plan: Plan, state: State, t: int, budget: float
) -> tuple[int, float, float]:
    """When to look again after a session: a session, or a close not between two levels.

    That is tomorrow if an order is open, else when something may happen.
    """
    book, limits, after = state.book, plan.limits, t + 1
    if book[WAITING] > 0:
        return after, 0.0, np.inf
    wake = min(int(market.next_event[after]), next_sale(market, plan, state, after))
    if book[STOPPED] == 0:
        full = book[SHARES] > 0 and book[TRANCHES] >= limits[MOST_TRANCHES]
        full = full or book[CASH] <= NOTHING * budget
        wake = min(wake, next_purchase(market, plan, state, after, full))
        wake = min(wake, next_halt(after, market.next_hit, plan.halt_group))
        if book[BUY_FROM] > t:
            wake = min(wake, int(book[BUY_FROM]))
        if limits[HELD_WEIGHT] > 0:
            every = limits[HELD_EVERY]
            wake = min(wake, int((t // every + 1) * every))
    if book[SHARES] > 0:
        low, high = levels(plan.exit_tests, state.exits[READY], book[BASIS] / book[SHARES])
        return wake, low, high
    return wake, 0.0, np.inf


@part
def awake_at(market: Market, start: int, wake: int, low: float, high: float) -> int:
    """The first session from ``start`` on that is not quiet."""
    if low == 0 and high == np.inf:
        return max(start, wake)
    t = start
    while t < wake:
        block = t // BLOCK
        stop = min((block + 1) * BLOCK, wake)
        if low < market.bottoms[block] and market.tops[block] < high:
            t = stop
        while t < stop:
            if not low < market.close[t] < high:
                return t
            t += 1
    return t


@part
def pass_over(
    market: Market,
    book: Numbers,
    start: int,
    stop: int,
    wealths: Numbers,
    invested: Numbers,
    account: Numbers,
    lived: Numbers,
) -> None:
    """Pass over the quiet sessions from ``start`` to ``stop`` and write what is wanted of them."""
    if len(account) > 0:
        record_rest(market, book, start, stop, account, lived)
    if len(wealths) > 0:
        rest(market, book, start, stop, wealths, invested)
    else:
        sink(market, book, start, stop)


@part
def sink(market: Market, book: Numbers, start: int, stop: int) -> None:
    """Pass over the quiet sessions from ``start`` to ``stop`` with an eye on the drawdown alone."""
    cash, accrued, shares = book[CASH], book[ACCRUED], book[SHARES]
    t = start
    while t < stop and not market.earns:
        block, base = t // BLOCK, cash + accrued
        end = min((block + 1) * BLOCK, stop)
        # Neither a new high nor a new low in the block: wealth rises and falls with the price.
        if (
            base + shares * market.tops[block] <= book[HIGHEST]
            and base + shares * market.bottoms[block] >= book[LOWEST_SHARE] * book[HIGHEST]
        ):
            t = end
        while t < end:
            deepen(book, base + shares * market.close[t])
            t += 1
    while t < stop:
        cash += cash * market.interest[t]
        deepen(book, cash + accrued + shares * market.close[t])
        t += 1
    book[CASH], book[INVESTED] = cash, shares * market.close[stop - 1]
    book[NAV] = cash + accrued + book[INVESTED]


@part
def deepen(book: Numbers, wealth: float) -> None:
    """Take a wealth into its highest and its lowest share of that so far."""
    book[HIGHEST] = max(book[HIGHEST], wealth)
    if wealth < book[LOWEST_SHARE] * book[HIGHEST]:
        book[LOWEST_SHARE] = wealth / book[HIGHEST]


@part
def rest(
    market: Market, book: Numbers, start: int, stop: int, wealths: Numbers, invested: Numbers
) -> None:
    """Pass over the quiet sessions from ``start`` to ``stop``: only prices and cash move."""
    cash, accrued, shares = book[CASH], book[ACCRUED], book[SHARES]
    price, worth, wealth = market.close[start:stop], invested[start:stop], wealths[start:stop]
    for t in range(len(worth)):
        worth[t] = shares * price[t]
    if market.earns:
        for t in range(len(price)):
            cash += cash * market.interest[start + t]
            wealth[t] = cash + accrued + shares * price[t]
        book[CASH] = cash
    else:
        base = cash + accrued
        for t in range(len(price)):
            wealth[t] = base + shares * price[t]
    book[NAV], book[INVESTED] = wealth[-1], shares * price[-1]


@part
def record_rest(
    market: Market, book: Numbers, start: int, stop: int, account: Numbers, lived: Numbers
) -> None:
    """Write what :func:`rest` passes over into the account, before it does."""
    cash, shares, close = book[CASH], book[SHARES], market.close
    for t in range(start, stop):
        earned = cash * market.interest[t]
        cash += earned
        worth = shares * close[t]
        for column in range(COLUMNS):
            account[t, column] = book[column]
        account[t, CASH], account[t, INTEREST] = cash, earned
        account[t, NAV] = cash + book[ACCRUED] + worth
        account[t, DIVIDENDS], account[t, COSTS] = 0.0, 0.0
        moved = market.quoted[t] - market.quoted[t - 1]
        account[t, PRICE_GAIN] = shares * moved * market.fx[t]
        account[t, FX_GAIN] = shares * market.quoted[t - 1] * (market.fx[t] - market.fx[t - 1])
        lived[DAYS_SINCE_FILL, t] = lived[DAYS_SINCE_FILL, t - 1] + 1
        lived[HELD, t] = lived[HELD, t - 1] + 1
        lived[GAIN, t] = rounded(worth / book[BASIS] - 1) if shares > 0 else np.nan
