"""What history says about a rule: supports, rejects, or not identified."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jevons.entry.episodes import Episode, clusters, episodes
from jevons.ladder import statistics
from jevons.ladder.run import Run
from jevons.ladder.series import scaled_depth
from jevons.market import PriceHistory
from jevons.market.volatility import SESSIONS_A_YEAR
from jevons.quantiles import rounded

Numbers = NDArray[np.float64]
FEWEST_CLUSTERS = 10
DRAWS = 1000
LEVELS = (0.05, 0.95)
SURE = 0.95  # deflated Sharpe that supports
ALPHA = 0.05  # of the test of superior ability
SEED = 2025


@dataclass(frozen=True, slots=True)
class Trials:
    """What was tried on the same data: how many rules, and the variance of their Sharpe ratios."""

    count: int = 1
    variance: float = 0.0


def edge_series(own: Sequence[Run], other: Sequence[Run]) -> Numbers:
    """Daily log return of a rule less that of a control, mean over the shares open that day.

    Both lists are of the same shares in the same order.

    Returns:
        (session,) over the union of the sessions.
    """
    days = np.unique(np.concatenate([result.bars.days[1:] for result in own]))
    total, count = np.zeros(len(days)), np.zeros(len(days))
    for mine, theirs in zip(own, other, strict=True):
        at = np.searchsorted(days, mine.bars.days[1:])
        total[at] += np.diff(_log(mine.wealth)) - np.diff(_log(theirs.wealth))
        count[at] += 1
    return total / count


def falls(runs: Sequence[Run]) -> tuple[int, int]:
    """Falls to the first rung: how many in all shares, and how many separate in time.

    Falls that begin within 21 sessions of the one before, in whatever share, are one.
    """
    days = np.unique(np.concatenate([result.bars.days for result in runs]))
    found: list[Episode] = []
    for result in runs:
        bars = result.bars
        price = bars.close * bars.factor
        depth = _first_depth(result, price)
        if depth is None:
            continue
        for fall in episodes(PriceHistory(bars.ticker, bars.days, price, price), depth):
            start = int(np.searchsorted(days, bars.days[fall.start]))
            found.append(replace(fall, start=start))
    return len(found), clusters(found)


def _first_depth(result: Run, price: Numbers) -> Numbers | None:
    """Drawdown that reaches the first rung, a session at a time; None if no rung is a drawdown."""
    for rung in result.rungs:
        bound = rung.trigger.number() if rung.trigger.values else 0.0
        if rung.trigger.form == "dd <= {depth}%":
            return np.full(len(price), bound / 100)
        if rung.trigger.form == "zdd <= {negative}":
            return scaled_depth(price, bound)
    return None


def verdict(
    own: Sequence[Run],
    controls: Mapping[str, Sequence[Run]],
    trials: Trials | None = None,
    overfitting: float | None = None,
    family: Sequence[Sequence[Run]] | None = None,
) -> dict[str, Any]:
    """Compare a rule with its controls.

    The rule is supported if its edge over every control is above zero with its whole interval, its
    deflated Sharpe ratio is at least :data:`SURE` and the test of superior ability rejects luck
    at :data:`ALPHA` against each; it is rejected if the whole interval against one control is
    below zero. With fewer than :data:`FEWEST_CLUSTERS` separate falls nothing can be said.

    Args:
        own: a run a share. controls: runs of the same shares by name.
        trials: what was tried on these data. overfitting: of the family, if it is one.
        family: runs of every rule of the family, this one too.

    Returns:
        ``edges`` (1/year, log) with intervals, ``p_superior``, ``deflated_sharpe``, counts,
        ``verdict`` and ``why``.
    """
    trials = trials or Trials()
    random = np.random.default_rng(SEED)
    edges, superior = [], 0.0
    for name, runs in controls.items():
        edge = edge_series(own, runs)
        tried = [edge_series(rule, runs) for rule in family or (own,)]
        luck = statistics.superior_ability(np.stack(tried, axis=1), DRAWS, random)
        superior = max(superior, luck)  # better than all controls: the hardest one decides
        block = statistics.block_length(edge)
        samples = statistics.bootstrap_means(edge, DRAWS, block, random) * SESSIONS_A_YEAR
        low, high = np.quantile(samples, LEVELS)
        edges.append(
            {
                "control": name,
                "edge": rounded(edge.mean() * SESSIONS_A_YEAR),
                "low": rounded(low),
                "high": rounded(high),
                "block_sessions": rounded(block),
                "p_superior": rounded(luck),
                # What a test of this size would find four times in five.
                "detectable": rounded(2.49 * samples.std()),
            }
        )
    pooled = pooled_returns(own)
    deflated = statistics.deflated_sharpe(pooled, trials.count, trials.variance)
    found, separate = falls(own)
    passed = {
        "every edge is above zero": all(edge["low"] > 0 for edge in edges),
        "deflated Sharpe ratio": deflated >= SURE,
        "test of superior ability": superior <= ALPHA,
        "no overfitting": overfitting is None or overfitting < 0.5,
    }
    worse = [edge["control"] for edge in edges if edge["high"] < 0]
    if separate < FEWEST_CLUSTERS:
        word = "not identified"
        why = f"{separate} separate falls to the first rung, and a test needs {FEWEST_CLUSTERS}"
    elif worse:
        word, why = "rejects", f"surely worse than {', '.join(worse)}"
    elif all(passed.values()):
        word, why = "supports", "better than every control, beyond what luck and the trials explain"
    else:
        word = "not identified"
        why = "not shown: " + ", ".join(name for name, good in passed.items() if not good)
    return {
        "verdict": word,
        "why": why,
        "names": len(own),
        "episodes": found,
        "clusters": separate,
        "clusters_needed": FEWEST_CLUSTERS,
        "deflated_sharpe": rounded(deflated),
        "trials": trials.count,
        "p_superior": rounded(superior),
        "overfitting": None if overfitting is None else rounded(overfitting),
        "edges": edges,
    }


def pooled_returns(runs: Sequence[Run]) -> Numbers:
    """Mean daily return over the shares open that day, (session,)."""
    days = np.unique(np.concatenate([result.bars.days[1:] for result in runs]))
    total, count = np.zeros(len(days)), np.zeros(len(days))
    for result in runs:
        at = np.searchsorted(days, result.bars.days[1:])
        total[at] += result.returns
        count[at] += 1
    return total / count


def _log(wealth: Numbers) -> Numbers:
    """Log wealth; a wealth of nothing counts as a millionth of the start, so it stays finite."""
    return np.asarray(np.log(np.maximum(wealth, 1e-6 * wealth[0])), dtype=np.float64)
