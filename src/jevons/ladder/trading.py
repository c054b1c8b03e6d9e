"""Purchases and sales: what they cost, what they leave, and how large an order may be."""

import numpy as np

from jevons.ladder.compiled import part
from jevons.ladder.layout import (
    ABOVE,
    ARMED,
    AT_LEAST,
    AT_MOST,
    BASE,
    BASIS,
    BELOW,
    BUDGET,
    BUY_FROM,
    BUY_RATE,
    BY,
    CASH,
    COMMISSION,
    COOLING,
    COST,
    COSTS,
    COUNT,
    DECIDED,
    DUST,
    FILLED,
    FIRST_FILL,
    INVESTED,
    KELLY,
    KELLY_ROW,
    LAST_FILL,
    LEVEL_ROW,
    LIVE,
    LOT,
    LOWEST,
    MOST_TRANCHES,
    MOST_WEIGHT,
    NAV,
    ORDER,
    PER_SHARE,
    PRICE,
    PRICE_GAIN,
    READY,
    REBALANCE,
    REBALANCED,
    REPEATS,
    SALE,
    SELL_RATE,
    SHARE,
    SHARES,
    SOLD_OUT,
    TRANCHES,
    WEALTH,
    Market,
    Numbers,
    Plan,
    State,
)


@part
def trade(
    market: Market,
    plan: Plan,
    costs: Numbers,
    state: State,
    t: int,
    fills: Numbers,
    count: int,
) -> int:
    """Orders of the session before: sales first, then purchases in the order of the rungs."""
    book, split = state.book, market.split[t]
    for e in range(len(plan.exits)):
        wanted = state.exits[SALE, e] * split
        if wanted > 0:
            state.exits[SALE, e] = 0
            count = sell(market, plan, costs, state, t, wanted, -1.0 - e, fills, count)
    if book[REBALANCE] < 0:
        wanted = -book[REBALANCE] * split
        count = sell(market, plan, costs, state, t, wanted, REBALANCED, fills, count)
    price = market.fill[t]
    for r in range(len(plan.rungs)):
        wanted = state.rungs[ORDER, r]
        if wanted > 0:
            state.rungs[ORDER, r] = 0
            count = buy(market, costs, state, t, price, wanted, float(r), fills, count)
    if book[REBALANCE] > 0:
        wanted = book[REBALANCE]
        count = buy(market, costs, state, t, price, wanted, REBALANCED, fills, count)
    book[REBALANCE] = 0
    return count


@part
def reach(
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
    """Limit orders that the session reaches, decided on the close before, the shallow first.

    A limit fills at the open if that is below it. What is bought is sized by the wealth at the
    close before and by the cash that is left.
    """
    book, seen, rungs = state.book, market.seen, plan.rungs
    bought = 0.0
    for r in range(len(rungs)):
        if rungs[r, LEVEL_ROW] < 0 or state.rungs[ARMED, r] == 0:
            continue
        if market.next_hit[t, plan.rung_group[r]] != t:
            continue
        if not holds(plan.rung_tests[r], seen, state.live, t):
            continue
        amount = size(plan, state, r, budget, bought, room, kelly(plan, seen, r, t))
        if amount > DUST * budget and book[TRANCHES] < plan.limits[MOST_TRANCHES]:
            price = min(seen[int(rungs[r, LEVEL_ROW]), t] * market.fx[t], market.fill[t])
            cash = book[CASH]
            count = buy(market, costs, state, t, price, amount, float(r), fills, count)
            bought += cash - book[CASH]
            book[TRANCHES] += 1
            state.rungs[ARMED, r] = rungs[r, REPEATS]
    return count


@part
def sell(
    market: Market,
    plan: Plan,
    costs: Numbers,
    state: State,
    t: int,
    wanted: float,
    by: float,
    fills: Numbers,
    count: int,
) -> int:
    """Sell so many shares, or all if there are no more; not for less than it costs."""
    book, price = state.book, market.fill[t]
    shares = book[SHARES]
    q = min(wanted, shares)
    q = q if q == shares else lots(q, costs[LOT])
    size = market.impact[t] * np.sqrt(q)
    fee = costs[COMMISSION] + q * costs[PER_SHARE] + q * price * (costs[SELL_RATE] + size)
    if q > 0 and q * price > fee:
        count = note(fills, count, t - 1, t, by, -q, price, fee)
        book[BASIS] *= 1 - q / shares
        book[SHARES] -= q
        book[CASH] += q * price - fee
        book[PRICE_GAIN] -= q * (market.close[t] - price)
        book[COSTS] += fee
        if book[SHARES] == 0:
            book[SOLD_OUT] = 1
            book[BUY_FROM] = t + plan.limits[COOLING]
            state.exits[READY] = 0
    return count


@part
def buy(
    market: Market,
    costs: Numbers,
    state: State,
    t: int,
    price: float,
    wanted: float,
    by: float,
    fills: Numbers,
    count: int,
) -> int:
    """Spend so many USD, or the cash if there is less, costs included."""
    book = state.book
    spend = min(wanted, book[CASH]) - costs[COMMISSION]
    each = price * (1 + costs[BUY_RATE]) + costs[PER_SHARE]
    q = lots(affordable(spend, each, price * market.impact[t]), costs[LOT])
    if q > 0:
        rate = costs[BUY_RATE] + market.impact[t] * np.sqrt(q)
        fee = costs[COMMISSION] + q * costs[PER_SHARE] + q * price * rate
        count = note(fills, count, t - 1, t, by, q, price, fee)
        if book[SHARES] == 0:
            book[FIRST_FILL] = t
        book[LAST_FILL] = t
        book[SHARES] += q
        book[BASIS] += q * price + fee
        book[CASH] = max(book[CASH] - q * price - fee, 0.0)
        book[PRICE_GAIN] += q * (market.close[t] - price)
        book[COSTS] += fee
        book[SOLD_OUT] = 0
        state.exits[READY] = 1
        if by < REBALANCED:
            state.rungs[LOWEST, int(by)] = market.quoted[t]
    return count


@part
def affordable(spend: float, each: float, impact: float) -> float:
    """Shares q with q each + q sqrt(q) impact = spend, by Newton's method in sqrt(q)."""
    if impact == 0 or spend <= 0:
        return spend / each
    x = np.sqrt(spend / each)  # too many: from there the steps only fall
    for _ in range(100):
        step = (x * x * (impact * x + each) - spend) / (x * (3 * impact * x + 2 * each))
        x -= step
        if step <= 1e-16 * x:
            break
    return float(x * x * (1 - 1e-15))


@part
def size(
    plan: Plan, state: State, r: int, budget: float, ordered: float, room: float, best: float
) -> float:
    """USD that a rung buys after ``ordered`` of this session, within cash and limits.

    Args:
        best: the Kelly share of the wealth.
    """
    book, base = state.book, plan.rungs[r, BASE]
    cash = book[CASH] if plan.rungs[r, LEVEL_ROW] >= 0 else book[CASH] - ordered
    wealth, worth = book[NAV], book[INVESTED]
    amount = plan.rungs[r, SHARE] * (budget if base == BUDGET else cash)
    if base == WEALTH:
        amount = plan.rungs[r, SHARE] * wealth
    if base == KELLY:
        amount = plan.rungs[r, SHARE] * best * wealth - worth - ordered
    most = plan.limits[MOST_WEIGHT] * wealth - worth - ordered
    return float(min(amount, cash, most, room - ordered))


@part
def kelly(plan: Plan, seen: Numbers, r: int, t: int) -> float:
    """The Kelly share that a rung knows; unknown or below 0, nothing is bought."""
    if plan.rungs[r, BASE] != KELLY:
        return 0.0
    best = float(seen[int(plan.rungs[r, KELLY_ROW]), t])
    return best if best > 0 else 0.0


@part
def holds(tests: Numbers, seen: Numbers, live: Numbers, t: int) -> bool:
    """Whether all tests (test, [row, relation, bound]) hold; an unknown number fulfils none."""
    for k in range(len(tests)):
        if tests[k, 0] < 0:
            continue
        row, relation, bound = int(tests[k, 0]), tests[k, 1], tests[k, 2]
        x = live[row] if row < LIVE else seen[row, t]
        good = (
            (relation == AT_MOST and x <= bound)
            or (relation == AT_LEAST and x >= bound)
            or (relation == ABOVE and x > bound)
            or (relation == BELOW and x < bound)
        )
        if not good:
            return False
    return True


@part
def lots(shares: float, lot: float) -> float:
    """Whole lots, or the shares themselves if there are no lots (0)."""
    return np.floor(shares / lot + 1e-12) * lot if lot > 0 else shares


@part
def note(
    fills: Numbers,
    count: int,
    decided: int,
    filled: int,
    by: float,
    shares: float,
    price: float,
    cost: float,
) -> int:
    """Write a fill, if fills are kept, and return how many there are."""
    if len(fills) > 0:
        fills[count, DECIDED] = decided
        fills[count, FILLED] = filled
        fills[count, BY] = by
        fills[count, COUNT] = shares
        fills[count, PRICE] = price
        fills[count, COST] = cost
    return count + 1
