"""The simulation: one loop over sessions, decided on the close, filled at the next open.

Bare numbers and arrays only, so that a compiler takes it as it stands. The accounting is in USD:

    wealth = cash + accrued + shares x close
    wealth[t] - wealth[t-1] = price gain + currency gain + dividends + interest - costs

with every term of the second line computed on its own, so that the two lines check each other.
"""

import numpy as np

from jevons.ladder.compiled import bare, compiled, part
from jevons.ladder.layout import (
    ACCRUED,
    AFTER,
    ARMED,
    BASE,
    BASIS,
    BOOK,
    BUY_FROM,
    CASH,
    COLUMNS,
    COOLDOWN,
    COSTS,
    DAYS_SINCE_FILL,
    DELISTED,
    DIVIDENDS,
    DUE,
    DUST,
    EXITED,
    FIRST_FILL,
    FULL,
    FX_GAIN,
    GAIN,
    HALTED,
    HELD,
    HELD_EVERY,
    HELD_WEIGHT,
    IDLE,
    INTEREST,
    INVESTED,
    LADDERING,
    LAST_FILL,
    LEVEL_ROW,
    LIVE,
    LOWEST,
    LOWEST_SHARE,
    MOST_TRANCHES,
    NAV,
    NEW_PEAK,
    ON_NEW_PEAK,
    ON_REBOUND,
    ORDER,
    PRICE_GAIN,
    REACHES,
    READY,
    REARM,
    REBALANCE,
    REBOUND,
    REMAINING,
    REPEATS,
    SALE,
    SHARE,
    SHARES,
    SOLD_OUT,
    STATE,
    STOPPED,
    TRANCHES,
    WAITING,
    WATCH,
    WEALTH,
    WITHHELD,
    Market,
    Numbers,
    Plan,
    State,
)
from jevons.ladder.quiet import awake_at, deepen, pass_over, rounded, wakes
from jevons.ladder.trading import holds, kelly, note, reach, size, trade

NO_ROOM_NEEDED = np.inf  # USD that a run alone may add to its position


@bare
def simulate(
    market: Market,
    plan: Plan,
    costs: Numbers,
    budget: float,
    state: State,
    wealths: Numbers,
    invested: Numbers,
    account: Numbers,
    lived: Numbers,
    fills: Numbers,
) -> int:
    """Run one rule over one share.

    Args:
        costs: commission USD, USD/share, rate of a purchase, rate of a sale, withheld, lot.
        budget: USD at the start. state: as :func:`begun` makes it.
        wealths: result, USD, (session,); where it is empty, the book keeps the drawdown instead.
        invested, account, lived, fills: results, USD (session,), (session, 10),
            (:data:`LIVE`, session) and (fill, 6); empty where a comparison has no use for them.

    Returns:
        Number of fills.
    """
    sessions, book, count = len(market.close), state.book, 0
    wake, low, high = 0, 0.0, np.inf
    t = -1
    while t + 1 < sessions:
        start = t + 1
        t = awake_at(market, start, wake, low, high)
        if t > start:
            pass_over(market, book, start, t, wealths, invested, account, lived)
        if t == sessions:
            break
        count = settle(market, plan, costs, state, t, budget, NO_ROOM_NEEDED, fills, count)
        decide(market, plan, state, t, budget, NO_ROOM_NEEDED)
        if len(wealths) > 0:
            wealths[t] = book[NAV]
        else:
            deepen(book, book[NAV])
        if len(invested) > 0:
            invested[t] = book[INVESTED]
        if len(account) > 0:
            for column in range(COLUMNS):
                account[t, column] = book[column]
            for row in range(LIVE):
                lived[row, t] = state.live[row]
        wake, low, high = wakes(market, plan, state, t, budget)
    return count


@compiled
def begun(market: Market, plan: Plan, budget: float) -> State:
    """The state before the first session: nothing but cash."""
    pays = market.next_event[0] < len(market.close)
    owed = np.zeros(len(market.close) + 1 if pays else 0)
    rungs, exits = np.zeros((4, len(plan.rungs))), np.zeros((2, len(plan.exits)))
    rungs[ARMED], rungs[DUE], rungs[LOWEST] = 1, -1, np.inf
    book = np.zeros(BOOK)
    book[CASH] = book[NAV] = budget
    book[LOWEST_SHARE] = 1
    book[FIRST_FILL] = book[LAST_FILL] = -1
    return State(book, rungs, exits, np.array([np.inf, np.nan, np.nan]), owed)


@part
def settle(
    market: Market,
    plan: Plan,
    costs: Numbers,
    state: State,
    t: int,
    budget: float,
    room: float,
    fills: Numbers,
    count: int,
) -> int:
    """A session up to its close: what happens without us, then orders; returns the fills so far.

    Args:
        room: USD that limit orders may add to the position.
    """
    book, live, close = state.book, state.live, market.close
    count = happen(market, costs, state, t, fills, count)
    if market.end < 0 or t < market.end:
        if book[WAITING] > 0:
            count = trade(market, plan, costs, state, t, fills, count)
        if plan.limits[REACHES] > 0 and book[STOPPED] == 0 and t > book[BUY_FROM]:
            count = reach(market, plan, costs, state, t, budget, room, fills, count)
    shares = book[SHARES]
    worth = shares * close[t]
    book[INVESTED], book[NAV] = worth, book[CASH] + book[ACCRUED] + worth
    live[DAYS_SINCE_FILL] = t - book[LAST_FILL] if book[LAST_FILL] >= 0 else np.inf
    live[GAIN] = rounded(worth / book[BASIS] - 1) if shares > 0 else np.nan
    live[HELD] = t - book[FIRST_FILL] if shares > 0 else np.nan
    return count


@part
def happen(market: Market, costs: Numbers, state: State, t: int, fills: Numbers, count: int) -> int:
    """What happens without us: interest, currency, split, dividend, payment, end of the listing."""
    book, owed, split, before = state.book, state.owed, market.split[t], max(t - 1, 0)
    shares, was = book[SHARES], market.quoted[before]
    book[INTEREST] = book[CASH] * market.interest[t]
    book[PRICE_GAIN] = shares * (split * market.quoted[t] - was) * market.fx[t]
    book[FX_GAIN] = shares * was * (market.fx[t] - market.fx[before])
    book[DIVIDENDS], book[COSTS] = 0.0, 0.0
    book[SHARES] *= split
    for r in range(state.rungs.shape[1] if split != 1 else 0):
        state.rungs[LOWEST, r] /= split
    book[CASH] += book[INTEREST]
    if len(owed) > 0:
        received = book[SHARES] * market.dividend[t] * (1 - costs[WITHHELD])
        owed[market.pay_at[t]] += received
        book[CASH] += owed[t]
        book[ACCRUED] += received - owed[t]
        book[DIVIDENDS] = received
    if t == market.end:
        shares = book[SHARES]
        if shares > 0:
            count = note(fills, count, t, t, DELISTED, -shares, market.end_value, 0.0)
        book[PRICE_GAIN] += shares * (market.end_value - market.close[t])
        book[CASH] += shares * market.end_value
        book[SHARES], book[BASIS] = 0.0, 0.0
        book[SOLD_OUT] = 1
        state.exits[READY] = 0
    return count


@part
def decide(market: Market, plan: Plan, state: State, t: int, budget: float, room: float) -> None:
    """Decide on the close of a session what is done at the next open.

    Args:
        room: USD that may be added to the position.
    """
    book, exits, limits = state.book, state.exits, plan.limits
    watching, selling = False, False
    if market.end < 0 or t < market.end:
        book[TRANCHES] = 0 if book[SHARES] == 0 else book[TRANCHES]
        rearm(market, plan, state, t)
        for h in range(len(plan.halt_tests)):
            if book[STOPPED] == 0 and market.next_hit[t, plan.halt_group[h]] == t:
                book[STOPPED] = holds(plan.halt_tests[h], market.seen, state.live, t)
        for e in range(len(plan.exits)):
            if (
                exits[READY, e] > 0
                and market.next_hit[t, plan.exit_group[e]] == t
                and holds(plan.exit_tests[e], market.seen, state.live, t)
            ):
                base, close = plan.exits[e, BASE], market.close[t]
                part = book[SHARES] if base == REMAINING else budget / close
                part = book[NAV] / close if base == WEALTH else part
                exits[SALE, e] = plan.exits[e, SHARE] * part
                exits[READY, e] = 0
                selling = True
        ordered = order(market, plan, state, t, budget, room) if book[STOPPED] == 0 else 0.0
        watching = ordered > 0
        held = limits[HELD_WEIGHT]
        if held > 0 and t % limits[HELD_EVERY] == 0 and book[STOPPED] == 0:
            gap = min(held * book[NAV] - book[INVESTED], room)
            book[REBALANCE] = gap if gap > 0 else gap / market.close[t]
    book[WAITING] = watching or selling or book[REBALANCE] != 0
    book[STATE] = standing(plan, state, t, budget, watching)


@part
def rearm(market: Market, plan: Plan, state: State, t: int) -> None:
    """Let rungs buy again after a new peak or a rebound."""
    when, rungs, close = plan.limits[REARM], state.rungs, market.quoted[t]
    if when == ON_NEW_PEAK and market.seen[NEW_PEAK, t] > 0:
        for r in range(len(plan.rungs)):
            if rungs[ARMED, r] == 0:
                rungs[ARMED, r] = 1
                state.book[TRANCHES] = 0
    if when == ON_REBOUND:
        for r in range(len(plan.rungs)):
            rungs[LOWEST, r] = min(rungs[LOWEST, r], close)
            if rungs[ARMED, r] == 0 and close >= rungs[LOWEST, r] * (1 + plan.limits[REBOUND]):
                rungs[ARMED, r] = 1


@part
def order(market: Market, plan: Plan, state: State, t: int, budget: float, room: float) -> float:
    """Order what the rungs buy at the next open, and return its USD."""
    book, rungs = state.book, state.rungs
    ordered = 0.0
    for r in range(len(plan.rungs)):
        if (
            rungs[ARMED, r] > 0
            and rungs[DUE, r] < 0
            and plan.rungs[r, LEVEL_ROW] < 0
            and t >= book[BUY_FROM]
            and market.next_hit[t, plan.rung_group[r]] == t
            and holds(plan.rung_tests[r], market.seen, state.live, t)
        ):
            rungs[DUE, r] = t + plan.rungs[r, AFTER]
        if rungs[DUE, r] != t:
            continue
        rungs[DUE, r] = -1
        amount = size(plan, state, r, budget, ordered, room, kelly(plan, market.seen, r, t))
        if (
            amount > DUST * budget
            and book[TRANCHES] < plan.limits[MOST_TRANCHES]
            and t >= book[BUY_FROM]
        ):
            rungs[ORDER, r] = amount
            ordered += amount
            book[TRANCHES] += 1
            rungs[ARMED, r] = plan.rungs[r, REPEATS]
    return ordered


@part
def standing(plan: Plan, state: State, t: int, budget: float, watching: bool) -> int:
    """The name of where the ladder stands after a close."""
    book = state.book
    if book[STOPPED] > 0:
        return HALTED
    if book[SHARES] > 0:
        left = len(plan.rungs) == 0 and plan.limits[HELD_WEIGHT] > 0
        for r in range(len(plan.rungs)):
            left = left or state.rungs[ARMED, r] > 0
        spent = book[TRANCHES] >= plan.limits[MOST_TRANCHES] or book[CASH] <= DUST * budget
        return FULL if spent or not left else LADDERING
    if watching:
        return WATCH
    if book[SOLD_OUT] == 0:
        return IDLE
    return COOLDOWN if t < book[BUY_FROM] else EXITED
