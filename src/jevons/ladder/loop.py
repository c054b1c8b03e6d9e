"""The simulation: one loop over sessions, decided on the close, filled at the next open.

Bare numbers and arrays only, so that a compiler takes it as it stands. The accounting is in USD:

    wealth = cash + accrued + shares x close
    wealth[t] - wealth[t-1] = price gain + dividends + interest - costs

with every term of the second line computed on its own, so that the two lines check each other.
"""

import numpy as np
from numpy.typing import NDArray

from jevons.ladder.compiled import compiled

Numbers = NDArray[np.float64]

AT_MOST, AT_LEAST, ABOVE, BELOW = 0, 1, 2, 3  # relations of a test
BUDGET, REMAINING, WEALTH = 0, 1, 2  # what a weight is a share of
NEVER, ON_NEW_PEAK, ON_REBOUND = 0, 1, 2  # when a rung may buy again
# Rows of ``seen`` that the loop itself writes; the rest are known from prices.
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


@compiled
def holds(tests: Numbers, seen: Numbers, t: int) -> bool:
    """Whether all tests (test, [row, relation, bound]) hold; an unknown number fulfils none."""
    for k in range(len(tests)):
        if tests[k, 0] < 0:
            continue
        x, relation, bound = seen[int(tests[k, 0]), t], tests[k, 1], tests[k, 2]
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
    """Write a fill and return how many there are."""
    fills[count, DECIDED] = decided
    fills[count, FILLED] = filled
    fills[count, BY] = by
    fills[count, COUNT] = shares
    fills[count, PRICE] = price
    fills[count, COST] = cost
    return count + 1


@compiled
def simulate(  # noqa: C901  one loop that reads from top to bottom
    fill: Numbers,
    close: Numbers,
    split: Numbers,
    dividend: Numbers,
    pay_at: NDArray[np.int64],
    interest: Numbers,
    end: int,
    end_value: float,
    seen: Numbers,
    rungs: Numbers,
    rung_tests: Numbers,
    exits: Numbers,
    exit_tests: Numbers,
    halt_tests: Numbers,
    limits: Numbers,
    costs: Numbers,
    budget: float,
    account: Numbers,
    fills: Numbers,
) -> int:
    """Run one rule over one share.

    Args:
        fill: (session,) USD/share at which orders of the session before are filled.
        close, split, dividend, pay_at, end, end_value: see ``Bars``.
        interest: (session,) earned on cash since the session before, 1.
        seen: (series, session) what a test reads; the first :data:`LIVE` rows are written here.
        rungs: (rung, [share, base, after, repeats]). rung_tests: (rung, test, 3).
        exits: (exit, [share, base]). exit_tests: (exit, 1, 3). halt_tests: (halt, 1, 3).
        limits: rearm, rebound, most tranches, most weight, weight held, sessions between.
        costs: commission USD, USD/share, rate of a purchase, rate of a sale, withheld, lot.
        budget: USD at the start.
        account, fills: results, (session, 9) and (fill, 6).

    Returns:
        Number of fills.
    """
    commission, per_share, buy_rate = costs[0], costs[1], costs[2]
    sell_rate, withheld, lot = costs[3], costs[4], costs[5]
    rearm, rebound, most_tranches = limits[0], limits[1], limits[2]
    most_weight, held_weight, held_every = limits[3], limits[4], limits[5]
    cash, shares, accrued, basis, previous = budget, 0.0, 0.0, 0.0, 0.0
    tranches, count, last_fill, first_fill = 0, 0, -1, -1
    halted, exited, rebalance = False, False, 0.0
    owed = np.zeros(len(close) + 1)
    armed, due = np.ones(len(rungs)), -np.ones(len(rungs))
    order, lowest = np.zeros(len(rungs)), np.full(len(rungs), np.inf)
    ready, sale = np.ones(len(exits)), np.zeros(len(exits))
    for t in range(len(close)):
        # What happens without us: interest, split, dividend, payment, end of the listing.
        earned = cash * interest[t]
        gain = shares * (split[t] * close[t] - previous)
        shares *= split[t]
        for r in range(len(rungs)):
            lowest[r] /= split[t]
        received = shares * dividend[t] * (1 - withheld)
        owed[pay_at[t]] += received
        cash += earned + owed[t]
        accrued += received - owed[t]
        fees = 0.0
        if t == end:
            if shares > 0:
                count = note(fills, count, t, t, DELISTED, -shares, end_value, 0.0)
            gain += shares * (end_value - close[t])
            cash += shares * end_value
            shares, basis = 0.0, 0.0
            exited = True

        # Orders of the session before: sales first, then purchases in the order of the rungs.
        open_orders = t > 0 and (end < 0 or t < end)
        for e in range(len(exits) + 1):
            wanted = -rebalance if e == len(exits) else sale[e]
            if not open_orders or wanted <= 0:
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
                exited = exited or shares == 0
        for r in range(len(rungs) + 1):
            wanted = rebalance if r == len(rungs) else order[r]
            if not open_orders or wanted <= 0:
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
        order[:] = 0
        sale[:] = 0
        rebalance = 0.0

        wealth = cash + accrued + shares * close[t]
        account[t, CASH], account[t, ACCRUED], account[t, SHARES] = cash, accrued, shares
        account[t, NAV], account[t, PRICE_GAIN], account[t, DIVIDENDS] = wealth, gain, received
        account[t, INTEREST], account[t, COSTS] = earned, fees
        previous = close[t]
        seen[DAYS_SINCE_FILL, t] = t - last_fill if last_fill >= 0 else np.inf
        seen[GAIN, t] = rounded(shares * close[t] / basis - 1) if shares > 0 else np.nan
        seen[HELD, t] = t - first_fill if shares > 0 else np.nan

        # Decide on the close of today what is done tomorrow.
        watching = False
        if end < 0 or t < end:
            tranches = 0 if shares == 0 else tranches
            for r in range(len(rungs)):
                lowest[r] = min(lowest[r], close[t])
                if armed[r] == 0 and (
                    (rearm == ON_NEW_PEAK and seen[NEW_PEAK, t] > 0)
                    or (rearm == ON_REBOUND and close[t] >= lowest[r] * (1 + rebound))
                ):
                    armed[r] = 1
                    tranches = 0 if rearm == ON_NEW_PEAK else tranches
            for h in range(len(halt_tests)):
                halted = halted or holds(halt_tests[h], seen, t)
            for e in range(len(exits)):
                if shares > 0 and ready[e] > 0 and holds(exit_tests[e], seen, t):
                    part = shares if exits[e, 1] == REMAINING else budget / close[t]
                    part = wealth / close[t] if exits[e, 1] == WEALTH else part
                    sale[e] = exits[e, 0] * part
                    ready[e] = 0
            ordered = 0.0
            for r in range(len(rungs)):
                if halted:
                    break
                if armed[r] > 0 and due[r] < 0 and holds(rung_tests[r], seen, t):
                    due[r] = t + rungs[r, 2]
                if due[r] != t:
                    continue
                due[r] = -1
                base = budget if rungs[r, 1] == BUDGET else cash - ordered
                base = wealth if rungs[r, 1] == WEALTH else base
                room = most_weight * wealth - shares * close[t] - ordered
                amount = min(rungs[r, 0] * base, cash - ordered, room)
                if amount > DUST * budget and tranches < most_tranches:
                    order[r] = amount
                    ordered += amount
                    tranches += 1
                    armed[r] = rungs[r, 3]
                    watching = True
            if held_weight > 0 and t % held_every == 0 and not halted:
                gap = held_weight * wealth - shares * close[t]
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
        account[t, STATE] = HALTED if halted else state
    return count
