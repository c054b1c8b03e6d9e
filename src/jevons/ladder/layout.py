"""What the loop over sessions reads and writes: arrays of bare numbers, and what stands where."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
Whole = NDArray[np.int64]

AT_MOST, AT_LEAST, ABOVE, BELOW = 0, 1, 2, 3  # relations of a test
BUDGET, REMAINING, WEALTH, KELLY = 0, 1, 2, 3  # what a weight is a share of
NEVER, ON_NEW_PEAK, ON_REBOUND = 0, 1, 2  # when a rung may buy again
# Rows of ``seen`` that the loop itself knows; the rest are known from prices.
DAYS_SINCE_FILL, GAIN, HELD, NEW_PEAK = 0, 1, 2, 3
LIVE = 3
# Columns of the account, a row of which is the book at the close of a session.
CASH, ACCRUED, SHARES, NAV, PRICE_GAIN, DIVIDENDS, INTEREST, COSTS, STATE, FX_GAIN = range(10)
COLUMNS = 10
# What else the book holds: no part of the account.
BASIS, INVESTED, TRANCHES, FIRST_FILL, LAST_FILL = range(10, 15)
STOPPED, SOLD_OUT, BUY_FROM, WAITING, REBALANCE = range(15, 20)
HIGHEST, LOWEST_SHARE = range(20, 22)  # wealth so far, and its least share of the highest before
BOOK = 22
BLOCK = 32  # sessions whose extremes are known together
IDLE, WATCH, LADDERING, FULL, EXITED, HALTED, COOLDOWN = range(7)
STATES = ("idle", "watch", "laddering", "full", "exited", "halted", "cooldown")
# Rows of the state of rungs and of exits.
ARMED, DUE, ORDER, LOWEST = range(4)
READY, SALE = range(2)
# Columns of a rung and of an exit in a plan.
SHARE, BASE, AFTER, REPEATS, KELLY_ROW, LEVEL_ROW = range(6)
# Places of a plan's limits.
REARM, REBOUND, MOST_TRANCHES, MOST_WEIGHT, HELD_WEIGHT, HELD_EVERY, COOLING, REACHES = range(8)
# Places of the costs.
COMMISSION, PER_SHARE, BUY_RATE, SELL_RATE, WITHHELD, LOT = range(6)
# Columns of a fill; ``by`` is the rung, or -1 - the exit, or one of these two.
DECIDED, FILLED, BY, COUNT, PRICE, COST = range(6)
DELISTED, REBALANCED = 1000.0, 1001.0
DIGITS = 12  # of what a test reads, so that 90 / 100 - 1 is -10 %
DUST = 1e-9  # share of the budget below which no order is worth sending
NOTHING = 1e-3 * DUST  # share of the budget that no interest turns into an order
NEW_PEAK_GROUP = 0  # row of ``next_hit`` for a new peak


class Market(NamedTuple):
    """One share as the loop reads it; arrays are (session,) unless said otherwise.

    Attributes:
        fill: USD/share at which orders of the session before are filled.
        close, dividend, end_value: USD/share; split, pay_at, end: see ``Bars``.
        quoted: close in the currency of the share. fx: USD for one of that currency.
        impact: share of the price that a trade of one share costs by its size; a trade of q shares
            costs sqrt(q) times that.
        interest: earned on cash since the session before, 1.
        seen: (series, session) what tests read; the first :data:`LIVE` rows are not read.
        next_hit: (session + 1, group) first session from this one on at which all tests of a group
            hold, those that the loop knows left out; the number of sessions if there is none.
        tops, bottoms: highest and lowest close of each :data:`BLOCK` sessions, (block,).
        next_event: (session + 1) the same for splits, dividends, payments and the delisting.
        earns: whether any interest is not zero.
    """

    fill: Numbers
    close: Numbers
    quoted: Numbers
    fx: Numbers
    split: Numbers
    dividend: Numbers
    pay_at: Whole
    impact: Numbers
    interest: Numbers
    end: int
    end_value: float
    seen: Numbers
    next_hit: NDArray[np.int32]
    next_event: NDArray[np.int32]
    tops: Numbers
    bottoms: Numbers
    earns: bool


class Plan(NamedTuple):
    """A rule as the loop reads it.

    Attributes:
        rungs: (rung, [share, base, after, repeats, row of the Kelly share, row of the limit]);
            a rung with a limit (USD/share) buys within the session at it, one without (-1) at the
            next open.
        rung_tests: (rung, test, [row, relation, bound]), row -1 where there is none.
        rung_group: (rung,) row of ``next_hit``. exits: (exit, [share, base]).
        exit_tests: (exit, 1, 3). exit_group: (exit,). halt_tests: (halt, 1, 3).
        halt_group: (halt,).
        limits: rearm, rebound, most tranches, most weight, weight held, sessions between, cooldown,
            whether rungs are limit orders.
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


class State(NamedTuple):
    """What a run carries from one session to the next.

    Attributes:
        book: the account of the last session and what else is known of the position.
        rungs: (4, rung) whether it may buy, the session at which it does (-1: none), USD ordered,
            the lowest close since it bought. exits: (2, exit) whether it may sell, shares ordered.
        live: (:data:`LIVE`,) what tests read of the position.
        owed: (session + 1,) USD of dividends to be paid at each session; empty without any.
    """

    book: Numbers
    rungs: Numbers
    exits: Numbers
    live: Numbers
    owed: Numbers
