"""Speed of the ladder: sessions times rules a second of the loop, replicates of the bootstrap."""

from datetime import date
from time import perf_counter

import numpy as np

from jevons.ladder import bars_of, parse, run, statistics
from jevons.market import PriceHistory

SESSIONS, RULES, ROUNDS = 4000, 16, 3
REPLICATES, BLOCK = 2000, 20.0

RULE = (
    "ladder A on peak(lookback=all, field=close) {{ "
    "buy 20% of budget when dd <= -{0}% buy 20% of budget when dd <= -{1}% "
    "buy 20% of budget when dd <= -{2}% buy 20% of budget when dd <= -{3}% "
    "buy 20% of budget when dd <= -{4}% rearm on_new_peak "
    "sell 100% of remaining when gain >= 0.2 }}"
)


def main() -> None:
    """Print one line a measurement."""
    random = np.random.default_rng(0)
    close = 100 * np.exp(np.cumsum(0.02 * random.standard_normal(SESSIONS)))
    days = np.datetime64(date(2000, 1, 3), "D") + np.arange(SESSIONS)
    bars = bars_of(PriceHistory("A", days, close, close, open=close))
    rules = [parse(RULE.format(*range(5 + k, 55 + k, 10))) for k in range(RULES)]
    run(rules[0], bars)
    best = min(_seconds(lambda: [run(rule, bars) for rule in rules]) for _ in range(ROUNDS))
    speed = SESSIONS * RULES / best / 1e6
    print(f"compiled loop: {speed:.3f} M sessions x rules/s")
    x = 0.01 * random.standard_normal((SESSIONS, 1))
    best = min(
        _seconds(lambda: statistics.bootstrap_means(x, REPLICATES, BLOCK, random))
        for _ in range(ROUNDS)
    )
    print(
        f"stationary bootstrap of a mean: {1e3 * best:.1f} ms, {REPLICATES / best:,.0f} samples/s"
    )


def _seconds(work: object) -> float:
    assert callable(work)
    start = perf_counter()
    work()
    return perf_counter() - start


if __name__ == "__main__":
    main()
