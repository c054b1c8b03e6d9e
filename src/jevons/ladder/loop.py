"""The simulation: one loop over sessions, decided on the close, filled at the next open.

Bare numbers and arrays only, so that a compiler takes it as it stands. The accounting is in USD:

    wealth = cash + accrued + shares x close
    wealth[t] - wealth[t-1] = price gain + dividends + interest - costs

with every term of the second line computed on its own, so that the two lines check each other.

Most sessions are quiet: no order is open, nothing is paid, and no test can hold before a session
that is known in advance (``wake``) or while the price stays between two levels. On those only the
value of the position changes, and the loop does no more than that.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from jevons.ladder.compiled import compiled

Numbers = NDArray[np.float64]
Whole = NDArray[np.int64]

AT_MOST, AT_LEAST, ABOVE, BELOW = 0, 1, 2, 3  # relations of a test
BUDGET, REMAINING, WEALTH, KELLY = 0, 1, 2, 3  # what a weight is a share of
NEVER, ON_NEW_PEAK, ON_REBOUND = 0, 1, 2  # when a rung may buy again
# Rows of ``seen`` that the loop itself knows; the rest are known from prices.
DAYS_SINCE_FILL, GAIN, HELD, NEW_PEAK = 0, 1, 2, 3
LIVE = 3
# Columns of the account.
CASH, ACCRUED, SHARES, NAV, PRICE_GAIN, DIVIDENDS, INTEREST, COSTS, STATE = range(9)
IDLE, WATCH, LADDERING, FULL, EXITED, HALTED = range(6)
STATES = ("idle", "watch", "laddering", "full", "exited", "halted")
# Columns of a fill; ``by`` is the rung, or -1 - the exit, or one of these two.
DECIDED, FILLED, BY, COUNT, PRICE, COST = range(6)
DELISTED, REBALANCED = 1000.0, 1001.0
DIGITS = 12  # of what a test reads, so that 90 / 100 - 1 is -10 %
DUST = 1e-9  # share of the budget below which no order is worth sending
NOTHING = 1e-3 * DUST  # share of the budget that no interest turns into an order
CLOSE_BY = 1e-9  # a price this near to a level wakes the loop, which then looks exactly
BLOCK = 32  # sessions that are looked at together
NEW_PEAK_GROUP = 0  # row of ``next_hit`` for a new peak


class Market(NamedTuple):
    """One share as the loop reads it; arrays are (session,) unless said otherwise.

    Attributes:
        fill: USD/share at which orders of the session before are filled.
        close, split, dividend, pay_at, end, end_value: see ``Bars``.
        interest: earned on cash since the session before, 1.
        seen: (series, session) what tests read; the first :data:`LIVE` rows are not read.
        next_hit: (group, session + 1) first session from this one on at which all tests of a group
            hold, those that the loop knows left out; the number of sessions if there is none.
        next_event: (session + 1) the same for splits, dividends, payments and the delisting.
        earns: whether any interest is not zero.
    """

    fill: Numbers
    close: Numbers
    split: Numbers
    dividend: Numbers
    pay_at: Whole
    interest: Numbers
    end: int
    end_value: float
    seen: Numbers
    next_hit: NDArray[np.int32]
    next_event: NDArray[np.int32]
    earns: bool


class Position(NamedTuple):
    """What is owned: USD, USD owed, shares, and their cost in USD."""

    cash: float
    accrued: float
    shares: float
    basis: float


class Plan(NamedTuple):
    """A rule as the loop reads it.

    Attributes:
        rungs: (rung, [share, base, after, repeats, row of the Kelly share]).
        rung_tests: (rung, test, [row, relation, bound]), row -1 where there is none.
        rung_group: (rung,) row of ``next_hit``. exits: (exit, [share, base]).
        exit_tests: (exit, 1, 3). exit_group: (exit,). halt_tests: (halt, 1, 3).
        halt_group: (halt,).
        limits: rearm, rebound, most tranches, most weight, weight held, sessions between.
    """

    rungs: Numbers
    rung_tests: Numbers
    rung_group: Whole
    exits: Numbers
    exit_tests: Numbers
    exit_group: Whole
    halt_tests: Numbers
    halt_group: Whole
    limits: Numbers


@compiled
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


@compiled
def rounded(x: float) -> float:
    """The number to :data:`DIGITS`, the same bits compiled or not."""
    return float(np.rint(x * 10.0**DIGITS) / 10.0**DIGITS)


@compiled
def lots(shares: float, lot: float) -> float:
    """Whole lots, or the shares themselves if there are no lots (0)."""
    return np.floor(shares / lot + 1e-12) * lot if lot > 0 else shares


@compiled
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
    if len(fills) == 0:
        return count + 1
    fills[count, DECIDED] = decided
    fills[count, FILLED] = filled
    fills[count, BY] = by
    fills[count, COUNT] = shares
    fills[count, PRICE] = price
    fills[count, COST] = cost
    return count + 1


@compiled
def next_hits(seen: Numbers, tests: Numbers) -> NDArray[np.int32]:
    """First session from each one on at which a group's tests hold (group, session + 1).

    Args:
        tests: (group, test, [row, relation, bound]); those that the loop knows count as held.
    """
    sessions = seen.shape[1]
    found = np.empty((len(tests), sessions + 1), np.int32)
    for g in range(len(tests)):
        good = np.ones(sessions, np.bool_)
        for k in range(tests.shape[1]):
            row, relation, bound = int(tests[g, k, 0]), tests[g, k, 1], tests[g, k, 2]
            if row < LIVE:
                continue
            if relation == AT_MOST:
                good &= seen[row] <= bound
            elif relation == AT_LEAST:
                good &= seen[row] >= bound
            elif relation == ABOVE:
                good &= seen[row] > bound
            else:
                good &= seen[row] < bound
        hit = found[g, sessions] = sessions
        for t in range(sessions - 1, -1, -1):
            hit = t if good[t] else hit
            found[g, t] = hit
    return found


@compiled
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


@compiled
def next_purchase(
    after: int,
    hits: NDArray[np.int32],
    groups: Whole,
    rungs: Numbers,
    rearm: float,
    armed: Numbers,
    due: Numbers,
    full: bool,
) -> int:
    """The first session from ``after`` on at which a rung may buy or be armed again.

    Args:
        groups: of the rungs, rows of ``hits``. full: no tranche or no money is left before a sale,
            a payment or a new peak.
    """
    if rearm == ON_REBOUND:
        return after  # the low since a purchase moves every session
    wake = int(hits.shape[1])
    for r in range(len(armed)):
        if due[r] >= 0:
            wake = min(wake, int(due[r]))
        elif armed[r] == 0 and rearm == ON_NEW_PEAK:
            wake = min(wake, int(hits[NEW_PEAK_GROUP, after]))
        elif armed[r] > 0 and not (full and rungs[r, 2] == 0):
            wake = min(wake, int(hits[groups[r], after]))
    return wake


@compiled
def next_halt(after: int, hits: NDArray[np.int32], groups: Whole) -> int:
    """The first session from ``after`` on at which all buying may stop."""
    wake = int(hits.shape[1])
    for group in groups:
        wake = min(wake, int(hits[group, after]))
    return wake


@compiled
def next_sale(
    after: int,
    hits: NDArray[np.int32],
    groups: Whole,
    tests: Numbers,
    ready: Numbers,
    first_fill: int,
) -> int:
    """The first session from ``after`` on at which a sale other than at a level may be due.

    Args:
        ready: of exits, all zero while nothing is held. first_fill: of the position held.
    """
    wake = int(hits.shape[1])
    for e in range(len(ready)):
        row = tests[e, 0, 0]
        if ready[e] > 0 and row == HELD:
            wake = min(wake, max(after, first_fill + int(tests[e, 0, 2])))
        elif ready[e] > 0 and row != GAIN:
            wake = min(wake, int(hits[groups[e], after]))
    return wake


@compiled
def awake_at(close: Numbers, start: int, wake: int, low: float, high: float) -> int:
    """The first session from ``start`` on that is not quiet."""
    if low == 0 and high == np.inf:
        return max(start, wake)
    t = start
    while t < wake:
        # Blocks without a branch inside are compared several sessions at a time.
        block = close[t : min(t + BLOCK, wake)]
        inside = True
        for s in range(len(block)):
            inside &= (low < block[s]) & (block[s] < high)
        if not inside:
            break
        t += len(block)
    while t < wake and low < close[t] < high:
        t += 1
    return t


@compiled
def rest(
    close: Numbers,
    interest: Numbers,
    earns: bool,
    start: int,
    stop: int,
    held: Position,
    wealths: Numbers,
    invested: Numbers,
) -> float:
    """Pass over the quiet sessions from ``start`` to ``stop`` and return the cash after them."""
    cash, base = held.cash, held.cash + held.accrued
    price, worth, wealth = close[start:stop], invested[start:stop], wealths[start:stop]
    for t in range(len(price)):
        worth[t] = held.shares * price[t]
    if not earns:
        for t in range(len(price)):
            wealth[t] = base + worth[t]
        return cash
    for t in range(len(price)):
        cash += cash * interest[start + t]
        wealth[t] = cash + held.accrued + worth[t]
    return cash


@compiled
def record_rest(
    close: Numbers,
    interest: Numbers,
    start: int,
    stop: int,
    held: Position,
    state: int,
    account: Numbers,
    lived: Numbers,
) -> None:
    """Write what :func:`rest` passed over into the account."""
    cash = held.cash
    for t in range(start, stop):
        earned = cash * interest[t]
        cash += earned
        worth = held.shares * close[t]
        account[t, CASH], account[t, ACCRUED], account[t, SHARES] = cash, held.accrued, held.shares
        account[t, NAV], account[t, INTEREST] = cash + held.accrued + worth, earned
        account[t, PRICE_GAIN] = held.shares * (close[t] - close[t - 1])
        account[t, STATE] = state
        lived[DAYS_SINCE_FILL, t] = lived[DAYS_SINCE_FILL, t - 1] + 1
        lived[HELD, t] = lived[HELD, t - 1] + 1
        lived[GAIN, t] = rounded(worth / held.basis - 1) if held.shares > 0 else np.nan


@compiled
def simulate(  # noqa: C901  one loop that reads from top to bottom
    market: Market,
    plan: Plan,
    costs: Numbers,
    budget: float,
    wealths: Numbers,
    invested: Numbers,
    account: Numbers,
    lived: Numbers,
    fills: Numbers,
) -> int:
    """Run one rule over one share.

    Args:
        costs: commission USD, USD/share, rate of a purchase, rate of a sale, withheld, lot.
        budget: USD at the start.
        wealths, invested: results, USD, (session,).
        account, lived, fills: results, (session, 9), (:data:`LIVE`, session) and (fill, 6); empty
            where a comparison has no use for them.

    Returns:
        Number of fills.
    """
    fill, close, split, dividend = market.fill, market.close, market.split, market.dividend
    pay_at, interest, seen, hits = market.pay_at, market.interest, market.seen, market.next_hit
    end, end_value = market.end, market.end_value
    next_event, rungs, exits, limits = market.next_event, plan.rungs, plan.exits, plan.limits
    rung_tests, exit_tests, halt_tests = plan.rung_tests, plan.exit_tests, plan.halt_tests
    rung_group, exit_group, halt_group = plan.rung_group, plan.exit_group, plan.halt_group
    commission, per_share, buy_rate = costs[0], costs[1], costs[2]
    sell_rate, withheld, lot = costs[3], costs[4], costs[5]
    rearm, rebound, most_tranches = limits[0], limits[1], limits[2]
    most_weight, held_weight, held_every = limits[3], limits[4], limits[5]
    cash, shares, accrued, basis = budget, 0.0, 0.0, 0.0
    tranches, count, last_fill, first_fill = 0, 0, -1, -1
    halted, exited, waiting, rebalance = False, False, False, 0.0
    pays = next_event[0] < len(close)
    owed = np.zeros(len(close) + 1 if pays else 0)
    armed, due = np.ones(len(rungs)), -np.ones(len(rungs))
    order, lowest = np.zeros(len(rungs)), np.full(len(rungs), np.inf)
    ready, sale = np.zeros(len(exits)), np.zeros(len(exits))
    live = np.array([np.inf, np.nan, np.nan])
    wake, low, high, state = 0, 0.0, np.inf, IDLE
    t = -1
    while t + 1 < len(close):
        start = t + 1
        t = awake_at(close, start, wake, low, high)
        if t > start:
            held = Position(cash, accrued, shares, basis)
            cash = rest(close, interest, market.earns, start, t, held, wealths, invested)
            if len(account) > 0:
                record_rest(close, interest, start, t, held, state, account, lived)
        if t == len(close):
            break
        earned = cash * interest[t]

        # What happens without us: interest, split, dividend, payment, end of the listing.
        gain = shares * (split[t] * close[t] - close[t - 1]) if t > 0 else 0.0
        shares *= split[t]
        for r in range(0 if split[t] == 1 else len(rungs)):
            lowest[r] /= split[t]
        cash += earned
        received, fees = 0.0, 0.0
        if pays:
            received = shares * dividend[t] * (1 - withheld)
            owed[pay_at[t]] += received
            cash += owed[t]
            accrued += received - owed[t]
        if t == end:
            if shares > 0:
                count = note(fills, count, t, t, DELISTED, -shares, end_value, 0.0)
            gain += shares * (end_value - close[t])
            cash += shares * end_value
            shares, basis = 0.0, 0.0
            exited = True
            ready[:] = 0

        # Orders of the session before: sales first, then purchases in the order of the rungs.
        open_orders = waiting and (end < 0 or t < end)
        for e in range(len(exits) + 1 if open_orders else 0):
            wanted = -rebalance if e == len(exits) else sale[e]
            if wanted <= 0:
                continue
            q = min(wanted * split[t], shares)
            q = q if q == shares else lots(q, lot)
            fee = commission + q * per_share + q * fill[t] * sell_rate
            if q > 0 and q * fill[t] > fee:
                by = REBALANCED if e == len(exits) else -1.0 - e
                count = note(fills, count, t - 1, t, by, -q, fill[t], fee)
                basis *= 1 - q / shares
                shares -= q
                cash += q * fill[t] - fee
                gain -= q * (close[t] - fill[t])
                fees += fee
                if shares == 0:
                    exited = True
                    ready[:] = 0
        for r in range(len(rungs) + 1 if open_orders else 0):
            wanted = rebalance if r == len(rungs) else order[r]
            if wanted <= 0:
                continue
            spend = min(wanted, cash)
            q = lots((spend - commission) / (fill[t] * (1 + buy_rate) + per_share), lot)
            if q > 0:
                fee = commission + q * per_share + q * fill[t] * buy_rate
                by = REBALANCED if r == len(rungs) else float(r)
                count = note(fills, count, t - 1, t, by, q, fill[t], fee)
                first_fill = t if shares == 0 else first_fill
                last_fill = t
                shares += q
                basis += q * fill[t] + fee
                cash = max(cash - q * fill[t] - fee, 0.0)
                gain += q * (close[t] - fill[t])
                fees += fee
                exited = False
                ready[:] = 1
                if r < len(rungs):
                    lowest[r] = close[t]
        if waiting:
            order[:] = 0
            sale[:] = 0
            rebalance = 0.0

        worth = shares * close[t]
        wealth = cash + accrued + worth
        wealths[t], invested[t] = wealth, worth
        live[DAYS_SINCE_FILL] = t - last_fill if last_fill >= 0 else np.inf
        live[GAIN] = rounded(worth / basis - 1) if shares > 0 else np.nan
        live[HELD] = t - first_fill if shares > 0 else np.nan

        # Decide on the close of today what is done tomorrow.
        watching, selling = False, False
        if end < 0 or t < end:
            tranches = 0 if shares == 0 else tranches
            for r in range(0 if rearm == NEVER else len(rungs)):
                lowest[r] = min(lowest[r], close[t])
                if armed[r] == 0 and (
                    (rearm == ON_NEW_PEAK and seen[NEW_PEAK, t] > 0)
                    or (rearm == ON_REBOUND and close[t] >= lowest[r] * (1 + rebound))
                ):
                    armed[r] = 1
                    tranches = 0 if rearm == ON_NEW_PEAK else tranches
            for h in range(len(halt_tests)):
                if not halted and hits[halt_group[h], t] == t:
                    halted = holds(halt_tests[h], seen, live, t)
            for e in range(len(exits)):
                if (
                    ready[e] > 0
                    and hits[exit_group[e], t] == t
                    and holds(exit_tests[e], seen, live, t)
                ):
                    part = shares if exits[e, 1] == REMAINING else budget / close[t]
                    part = wealth / close[t] if exits[e, 1] == WEALTH else part
                    sale[e] = exits[e, 0] * part
                    ready[e] = 0
                    selling = True
            ordered = 0.0
            for r in range(len(rungs)):
                if halted:
                    break
                if (
                    armed[r] > 0
                    and due[r] < 0
                    and hits[rung_group[r], t] == t
                    and holds(rung_tests[r], seen, live, t)
                ):
                    due[r] = t + rungs[r, 2]
                if due[r] != t:
                    continue
                due[r] = -1
                base = budget if rungs[r, 1] == BUDGET else cash - ordered
                base = wealth if rungs[r, 1] == WEALTH else base
                amount = rungs[r, 0] * base
                if rungs[r, 1] == KELLY:
                    best = seen[int(rungs[r, 4]), t]  # unknown: nothing is bought
                    best = best if best > 0 else 0.0
                    amount = rungs[r, 0] * best * wealth - worth - ordered
                room = most_weight * wealth - worth - ordered
                amount = min(amount, cash - ordered, room)
                if amount > DUST * budget and tranches < most_tranches:
                    order[r] = amount
                    ordered += amount
                    tranches += 1
                    armed[r] = rungs[r, 3]
                    watching = True
            if held_weight > 0 and t % held_every == 0 and not halted:
                gap = held_weight * wealth - worth
                rebalance = gap if gap > 0 else gap / close[t]

        armed_left = len(rungs) == 0 and held_weight > 0
        for r in range(len(rungs)):
            armed_left = armed_left or armed[r] > 0
        state = WATCH if watching else IDLE
        if shares > 0:
            spent = not armed_left or tranches >= most_tranches or cash <= DUST * budget
            state = FULL if spent else LADDERING
        elif exited and not watching:
            state = EXITED
        state = HALTED if halted else state
        if len(account) > 0:
            lived[:, t] = live
            account[t, CASH], account[t, ACCRUED], account[t, SHARES] = cash, accrued, shares
            account[t, NAV], account[t, PRICE_GAIN], account[t, DIVIDENDS] = wealth, gain, received
            account[t, INTEREST], account[t, COSTS], account[t, STATE] = earned, fees, state

        # When to look again: tomorrow if an order is open, else when something may happen.
        low, high = 0.0, np.inf
        wake = t + 1
        waiting = watching or selling or rebalance != 0
        if not waiting:
            full = (shares > 0 and tranches >= most_tranches) or cash <= NOTHING * budget
            sells = next_sale(t + 1, hits, exit_group, exit_tests, ready, first_fill)
            wake = min(int(next_event[t + 1]), sells)
            if not halted:
                buys = next_purchase(t + 1, hits, rung_group, rungs, rearm, armed, due, full)
                wake = min(wake, buys, next_halt(t + 1, hits, halt_group))
                if held_weight > 0:
                    wake = min(wake, int((t // held_every + 1) * held_every))
            if shares > 0:
                low, high = levels(exit_tests, ready, basis / shares)
    return count


class Plans(NamedTuple):
    """Several rules with one reference, each padded to the longest; see :class:`Plan`.

    Attributes:
        counts: (rule, [rungs, exits, halts]) that a rule really has.
    """

    counts: Whole
    rungs: Numbers
    rung_tests: Numbers
    rung_group: Whole
    exits: Numbers
    exit_tests: Numbers
    exit_group: Whole
    halt_tests: Numbers
    halt_group: Whole
    limits: Numbers


@compiled
def simulate_family(
    market: Market,
    plans: Plans,
    first: int,
    costs: Numbers,
    budget: float,
    wealths: Numbers,
    invested: Numbers,
    fill_counts: Whole,
) -> None:
    """Run the rules from ``first`` on over one share, as many as ``wealths`` (rule, session) has.

    The same loop as for one rule, without account and fills.
    """
    none, no_seen, no_fills = np.empty((0, 9)), np.empty((LIVE, 0)), np.empty((0, 6))
    for k in range(len(wealths)):
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
        fill_counts[k] = simulate(
            market, plan, costs, budget, wealths[k], invested[k], none, no_seen, no_fills
        )


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
