"""Speed of the ladder: whole runs, families of rules, and the bootstrap beside `arch`."""

from collections.abc import Callable
from datetime import date
from time import process_time

import numpy as np
from arch.bootstrap import StationaryBootstrap

from jevons.ladder import Scenario, bars_of, parse, run, statistics, try_rules
from jevons.market import PriceHistory

SESSIONS, ROUNDS = 4000, 5
REPLICATES, BLOCK = 2000, 20.0

RULE = (
    "ladder A on peak(lookback=all, field=close) {{ "
    "buy 20% of budget when dd <= linear(-{0}%, -{1}%, 5) rearm on_new_peak "
    "sell 100% of remaining when gain >= {2} }}"
)


def main() -> None:
    """Print one line a measurement; times are of the processor, best of all rounds."""
    random = np.random.default_rng(0)
    close = 100 * np.exp(np.cumsum(0.02 * random.standard_normal(SESSIONS)))
    days = np.datetime64(date(2000, 1, 3), "D") + np.arange(SESSIONS)
    bars = bars_of(PriceHistory("A", days, close, close, open=close))
    rules = [
        parse(RULE.format(first, first + 4 * step, gain / 10))
        for first in range(5, 13)
        for step in range(2, 10)
        for gain in range(1, 5)
    ]
    scenario = Scenario((bars,))
    runs = _seconds(lambda: [run(rule, bars) for rule in rules[:16]])
    print(f"whole runs: {16 * SESSIONS / runs / 1e6:.1f} M sessions x rules/s")
    family = _seconds(lambda: try_rules(rules, scenario))
    print(
        f"a family of {len(rules)}: {len(rules) * SESSIONS / family / 1e6:.1f} M sessions x rules/s"
    )
    _bootstrap(0.01 * random.standard_normal(SESSIONS) + 0.0003)


def _bootstrap(x: np.ndarray) -> None:
    """The mean and the Sharpe ratio, a function of two moments, by both."""

    def ours() -> np.ndarray:
        moments = np.stack((x, x**2), axis=1)
        samples = statistics.bootstrap_means(moments, REPLICATES, BLOCK, np.random.default_rng(1))
        mean, square = samples.T
        return np.column_stack((mean, mean / np.sqrt(square - mean**2)))

    def theirs() -> np.ndarray:
        bootstrap = StationaryBootstrap(BLOCK, x, seed=1)
        return np.asarray(
            bootstrap.apply(lambda y: np.array([y.mean(), y.mean() / y.std()]), REPLICATES)
        )

    fast, slow = _seconds(ours), _seconds(theirs)
    errors = ours().std(axis=0) / theirs().std(axis=0) - 1
    print(
        f"bootstrap of mean and Sharpe: {1e3 * fast:.1f} ms, arch {1e3 * slow:.1f} ms, "
        f"{slow / fast:.1f} x; standard errors differ by {errors[0]:+.1%} and {errors[1]:+.1%}"
    )


def _seconds(work: Callable[[], object]) -> float:
    found = []
    for _ in range(ROUNDS):
        start = process_time()
        work()
        found.append(process_time() - start)
    return min(found)


if __name__ == "__main__":
    main()
