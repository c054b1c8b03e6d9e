"""The ladder beside vectorbt and backtesting.py: the same numbers first, then the time.

The rule is one that all three can express: five rungs below the highest close so far, each a fifth
of the budget, armed again by a new peak, everything sold when the gain on the average cost reaches
a bound; decided on the close, filled at the next open, with a proportional cost. The answers are
the final wealth and the deepest drawdown of each of the runs.

Needs bench/ladder_peers.txt in an environment of its own beside what the project needs.
"""

import os
import sys
import warnings
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from itertools import product
from time import perf_counter, process_time
from typing import Any

os.environ["TQDM_DISABLE"] = "1"  # no bars of progress; read when a peer is imported

import numpy as np
import pandas as pd
import vectorbt as vbt
from backtesting import Backtest, Strategy
from numba import njit
from vectorbt.portfolio import nb

from jevons.ladder import Bars, Costs, LadderRule, Setting, bars_of, layout, parse, run
from jevons.ladder.family import simulate_family
from jevons.ladder.plan import Planner
from jevons.ladder.run import market_of
from jevons.market import PriceHistory

SESSIONS, SHARES, ROUNDS = 4000, 10, 3
OFTEN = 50  # a run of ours is over in the time in which a busy machine does something else
BUDGET, RATE = 100_000.0, 0.0005
FIRST, STEPS = (5, 8, 11, 14), (4, 5, 7, 9)  # % of the first rung and between rungs
GAINS = (0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.7)
RULE = (
    "ladder A on peak(lookback=all, field=close) {{ "
    "buy 20% of budget when dd <= linear(-{0}%, -{1}%, 5) rearm on_new_peak "
    "sell 100% of remaining when gain >= {2} }}"
)
Answers = tuple[np.ndarray, np.ndarray]  # wealth at the end and deepest drawdown, (share, rule)


def main() -> None:
    """Print what agrees and what it costs."""
    grid = list(product(FIRST, STEPS, GAINS))
    rules = [parse(RULE.format(a, a + 4 * b, g)) for a, b, g in grid]
    shares = [_share(seed) for seed in range(SHARES)]
    setting = Setting(BUDGET, Costs(half_spread=RATE))
    work = SESSIONS * SHARES * len(rules) / 1e6
    print(f"{SESSIONS:,} sessions x {SHARES} shares x {len(rules)} rules, {os.cpu_count()} cores")
    ours = _jevons(shares, rules, setting)
    theirs, simulation = _vectorbt(shares, grid)
    _agree("vectorbt", ours, theirs)
    _agree_with_backtesting(shares, grid)
    seconds: dict[str, list[tuple[float, float]]] = {}
    for _ in range(ROUNDS):  # in turn, so that other work on the machine meets all of them
        for _ in range(OFTEN):
            _time(seconds, "jevons", lambda: _jevons(shares, rules, setting))
        _time(seconds, "vectorbt", lambda: _vectorbt(shares, grid))
        _time(seconds, "vectorbt, simulation only", simulation)
    best = {
        name: [min(kind) for kind in zip(*found, strict=True)] for name, found in seconds.items()
    }
    for name, (wall, processor) in best.items():
        # One thread alone on a machine would take as long as its processor time.
        alone = processor if name.startswith("vectorbt") else wall
        ratios = [best["vectorbt"][1] / alone, best["vectorbt"][1] / processor]
        print(
            f"{name:26} {wall:8.4f} s, alone {alone:8.4f} s: {work / alone:8.2f} M bars x rules/s, "
            f"{ratios[0]:6.1f} x;  of processors {processor:8.4f} s, {ratios[1]:6.1f} x"
        )
    many = [parse(RULE.format(a, b, g)) for a, b, g in _wide()]
    start = perf_counter()
    _jevons(shares, many, setting)
    spent = perf_counter() - start
    work = SESSIONS * SHARES * len(many) / 1e6
    print(f"jevons, {len(many):,} rules: {work / spent:.0f} M bars x rules/s")


def _wide() -> list[tuple[float, float, float]]:
    return [(a, a + 40, g / 100) for a in range(4, 36) for g in range(10, 42)]


def _share(seed: int) -> Bars:
    """A share with a small drift, whose open is not the close before."""
    random = np.random.default_rng(seed)
    close = 100 * np.exp(np.cumsum(0.0003 + 0.02 * random.standard_normal(SESSIONS)))
    opens = np.concatenate((close[:1], close[:-1])) * np.exp(
        0.005 * random.standard_normal(SESSIONS)
    )
    days = np.datetime64(date(2000, 1, 3), "D") + np.arange(SESSIONS)
    return bars_of(PriceHistory("A", days, close, np.maximum(opens, close), open=opens))


def _jevons(shares: list[Bars], rules: list[LadderRule], setting: Setting) -> Answers:
    """Every share on a thread of its own; series and tests are made anew each time."""
    planner = Planner()
    plans = planner.plans(rules)
    wealth, worst = (np.empty((len(shares), len(rules))) for _ in range(2))

    def one(share: int) -> None:
        market = market_of(shares[share], setting, planner, rules[0].reference)
        rates, no_path = setting.rates(shares[share]), np.empty((0, 0))
        ends, falls, fills = wealth[share], worst[share], np.empty(len(rules), np.int64)
        simulate_family(market, plans, 0, rates, BUDGET, no_path, no_path, ends, falls, fills)

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(one, range(len(shares))))
    return wealth, worst


@njit
def _order(
    c: Any,
    depth: np.ndarray,
    rises: np.ndarray,
    opens: np.ndarray,
    rungs: np.ndarray,
    gains: np.ndarray,
    armed: np.ndarray,
    ready: np.ndarray,
    basis: np.ndarray,
) -> Any:
    """What yesterday's close decided, filled at today's open."""
    i, k = c.i, c.col
    if i == 0:
        return nb.order_nothing_nb()
    t = i - 1
    if rises[t, k]:
        armed[k, :] = True
    held = c.position_now
    if held > 0 and ready[k] and held * c.close[t, k] / basis[k] - 1 >= gains[k]:
        ready[k] = False
        basis[k] = 0.0
        return nb.order_nb(size=-held, price=opens[i, k], fees=RATE)
    spend = 0.0
    for r in range(rungs.shape[1]):
        if armed[k, r] and depth[t, k] <= rungs[k, r]:
            amount = min(0.2 * BUDGET, c.cash_now - spend)
            if amount > 1e-9 * BUDGET:
                spend += amount
                armed[k, r] = False
    if spend == 0:
        return nb.order_nothing_nb()
    basis[k] += spend
    ready[k] = True
    return nb.order_nb(size=spend / (opens[i, k] * (1 + RATE)), price=opens[i, k], fees=RATE)


def _vectorbt(
    shares: list[Bars], grid: list[tuple[int, int, float]]
) -> tuple[Answers, Callable[[], object]]:
    """Final value and drawdown of all columns, and the bare simulation to be timed alone."""
    close = np.repeat(np.stack([one.close for one in shares], axis=1), len(grid), axis=1)
    opens = np.repeat(np.stack([one.open for one in shares], axis=1), len(grid), axis=1)
    highest = np.maximum.accumulate(close, axis=0)
    depth, rises = np.round(close / highest - 1, layout.DIGITS), close >= highest
    rises[0] = False
    rungs = -np.tile([[a + i * b for i in range(5)] for a, b, _ in grid], (len(shares), 1)) / 100
    gains = np.tile([g for *_, g in grid], len(shares)).astype(float)
    columns = close.shape[1]

    def simulation() -> Any:
        state = np.ones((columns, 5), bool), np.zeros(columns, bool), np.zeros(columns)
        return vbt.Portfolio.from_order_func(
            close, _order, depth, rises, opens, rungs, gains, *state, init_cash=BUDGET, freq="1D"
        )

    found = simulation()
    shape = len(shares), len(grid)
    ends = np.asarray(found.final_value()).reshape(shape)
    return (ends, np.asarray(found.max_drawdown()).reshape(shape)), simulation


def _agree(name: str, ours: Answers, theirs: Answers) -> None:
    gap = np.abs(ours[0] / theirs[0] - 1).max()
    fall = np.abs(ours[1] - theirs[1]).max()
    print(f"{name}: largest gap {gap:.1e} of the final wealth, {fall:.1e} of the drawdown")
    if not max(gap, fall) < 1e-9:
        sys.exit(f"{name} disagrees")


class _Ladder(Strategy):  # type: ignore[misc]
    """The same rule for backtesting.py, in whole shares."""

    first, step, bound = 5, 5, 0.2

    def init(self) -> None:
        self.armed, self.ready, self.basis = [True] * 5, False, 0.0
        self.peak = self.data.Close[0]  # the first session comes without a call

    def next(self) -> None:
        t = len(self.data) - 1
        close, following = self.data.Close[-1], self.following
        if close >= self.peak:
            self.armed = [True] * 5
        self.peak = max(self.peak, close)
        if t + 1 == len(following):
            return
        held = self.position.size
        if held and self.ready and held * close / self.basis - 1 >= self.bound:
            self.position.close()
            self.ready, self.basis = False, 0.0
        cash = self.equity - held * close
        for r in range(5):
            if (
                self.armed[r]
                and round(close / self.peak - 1, 12) <= -(self.first + r * self.step) / 100
            ):
                amount = min(0.2 * BUDGET, cash)
                shares = int(amount / (following[t + 1] * (1 + RATE)) + 1e-12)
                if amount <= 1e-9 * BUDGET:
                    continue
                self.armed[r] = False
                cash -= amount
                if shares:
                    self.buy(size=shares)
                    paid = shares * following[t + 1] * (1 + RATE)
                    self.basis, self.ready = self.basis + paid, True


def _agree_with_backtesting(shares: list[Bars], grid: list[tuple[int, int, float]]) -> None:
    """A few runs one at a time, in whole shares at prices so low that a share is small."""
    warnings.simplefilter("ignore")
    worst, timed = 0.0, []
    setting = Setting(BUDGET, Costs(half_spread=RATE, lot=1.0))
    for bars, (a, b, g) in zip(shares[:6], grid[::5], strict=False):
        frame = pd.DataFrame(
            {
                "Open": bars.open,
                "High": bars.high,
                "Low": np.minimum(bars.open, bars.close),
                "Close": bars.close,
            },
            index=pd.DatetimeIndex(bars.days),
        )
        _Ladder.first, _Ladder.step, _Ladder.bound, _Ladder.following = a, b, g, bars.open
        start = perf_counter()
        stats = Backtest(frame, _Ladder, cash=BUDGET, commission=RATE).run()
        timed.append(perf_counter() - start)
        ours = run(parse(RULE.format(a, a + 4 * b, g)), bars, setting).wealth[-1]
        worst = max(worst, abs(ours / stats["Equity Final [$]"] - 1))
    speed = SESSIONS / min(timed) / 1e6
    print(f"backtesting.py: largest gap {worst:.1e} of the final wealth; {speed:.3f} M bars/s")
    if not worst < 1e-9:
        sys.exit("backtesting.py disagrees")


def _time(
    seconds: dict[str, list[tuple[float, float]]], name: str, work: Callable[[], object]
) -> None:
    """Seconds on the wall and of all processors; other work on the machine slows the first."""
    start, used = perf_counter(), process_time()
    work()
    found = perf_counter() - start, process_time() - used
    seconds.setdefault(name, []).append(found)


if __name__ == "__main__":
    main()
