"""What history says about a rule: supports, rejects, or not identified."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jevons.entry.episodes import Episode, clusters, episodes
from jevons.ladder import inference, statistics
from jevons.ladder.pooled import pooled
from jevons.ladder.run import Run
from jevons.ladder.series import scaled_depth
from jevons.ladder.stress import Stressed, stress_edge
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
# A test of this size (5 %, one-sided) finds such a multiple of the standard error in 80 %.
DETECTED = 2.49
MATCHED = "matched_exposure"


@dataclass(frozen=True, slots=True)
class Trials:
    """What was tried on the same data: how many rules, and the variance of their Sharpe ratios."""

    count: int = 1
    variance: float = 0.0


@dataclass(frozen=True, slots=True, eq=False)
class FamilyResult:
    """What the rules of a family did, for the judgement of one of them.

    Attributes:
        log_returns: (session, rule). best: position of the rule that is judged.
        overfitting: probability of backtest overfitting, None if it cannot be computed.
        walk_forward: see :func:`jevons.ladder.walk.walk_forward`.
    """

    log_returns: Numbers
    best: int
    overfitting: float | None = None
    walk_forward: dict[str, Any] | None = None


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
    family: FamilyResult | None = None,
    stressed: Stressed | None = None,
) -> dict[str, Any]:
    """Compare a rule with its controls.

    With fewer than :data:`FEWEST_CLUSTERS` separate falls nothing can be said. Otherwise the rule
    is rejected if the whole interval of its edge over one control is below zero, and supported if
    everything of :func:`_passed` holds.

    Args:
        own: a run a share. controls: runs of the same shares by name.
        trials: what was tried on these data. family: that the rule is the best of, if any.
        stressed: the rule in 2000-02; without it nothing is supported.

    Returns:
        The schema of the specification (``edge``, ``low``, ``high`` over the hardest control,
        ``clusters``, ``deflated_sharpe``, ``p_superior``, ``overfitting``,
        ``worst_universe_edge``, ``verdict``) and what stands behind it. Edges are 1/year, log.
    """
    trials = trials or Trials()
    mine = pooled(own)
    others = {name: pooled(runs) for name, runs in controls.items()}
    edges, superior, stepped = _edges(mine.log_returns, others, family)
    hardest = min(edges, key=lambda edge: float(edge["edge"]))
    stress = stress_edge(stressed)
    worst = None if stress is None else min(float(hardest["edge"]), stress["edge"])
    deflated = statistics.deflated_sharpe(mine.excess, trials.count, trials.variance)
    overfitting = None if family is None else family.overfitting
    found, separate = falls(own)
    passed = _passed(edges, deflated, superior, stepped, overfitting, worst)
    word, why = _word(separate, edges, passed)
    return {
        "verdict": word,
        "why": why,
        "edge": hardest["edge"],
        "low": hardest["low"],
        "high": hardest["high"],
        "hardest_control": hardest["control"],
        "names": len(own),
        "effective_names": rounded(inference.effective_names(mine.panel)),
        "episodes": found,
        "clusters": separate,
        "clusters_needed": FEWEST_CLUSTERS,
        "deflated_sharpe": rounded(deflated),
        "trials": trials.count,
        "effective_trials": None
        if family is None
        else rounded(inference.effective_trials(family.log_returns)),
        "p_superior": rounded(superior),
        "stepwise_superior": stepped,
        "overfitting": None if overfitting is None else rounded(overfitting),
        "walk_forward": None if family is None else family.walk_forward,
        "worst_universe_edge": None if worst is None else rounded(worst),
        "stress": stress,
        "power": f"an edge of {hardest['detectable']:.1%} a year over {hardest['control']} would "
        "be found four times in five",
        "alpha": _alpha(mine.excess, others.get("lump_start")),
        "edges": edges,
    }


def _edges(
    mine: Numbers, others: Mapping[str, Any], family: FamilyResult | None
) -> tuple[list[dict[str, Any]], float, bool]:
    """Edges over each control with intervals, the hardest p-value, and whether StepM finds it.

    All columns are resampled by the same days, so one bootstrap serves every comparison.
    """
    tried = mine[:, None] if family is None else family.log_returns
    best = 0 if family is None else family.best
    panel = np.column_stack((tried, *(other.log_returns for other in others.values())))
    # Long enough for the most persistent edge.
    block = max(statistics.block_length(mine - o.log_returns) for o in others.values())
    random = np.random.default_rng(SEED)
    samples = statistics.bootstrap_means(panel, DRAWS, block, random)
    rules, sessions = tried.shape[1], len(mine)
    edges, superior, stepped = [], 0.0, True
    for at, (name, other) in enumerate(others.items(), start=rules):
        difference = samples[:, :rules] - samples[:, at : at + 1]
        means = (tried - other.log_returns[:, None]).mean(axis=0)
        luck = inference.superior_ability(means, difference, sessions)
        superior = max(superior, luck)  # better than all controls: the hardest one decides
        stepped = stepped and bool(inference.step_down(means, difference, ALPHA)[best])
        edge = mine - other.log_returns
        low, high = inference.bca_interval(edge, difference[:, best], LEVELS)
        error = max(
            float(difference[:, best].std()),
            inference.mean_error(edge, int(np.ceil(1.5 * block))),
        )
        edges.append(
            {
                "control": name,
                "edge": rounded(edge.mean() * SESSIONS_A_YEAR),
                "low": rounded(low * SESSIONS_A_YEAR),
                "high": rounded(high * SESSIONS_A_YEAR),
                "block_sessions": rounded(block),
                "error_bootstrap": rounded(difference[:, best].std() * SESSIONS_A_YEAR),
                "error_newey_west": rounded(
                    inference.mean_error(edge, int(np.ceil(1.5 * block))) * SESSIONS_A_YEAR
                ),
                "p_superior": rounded(luck),
                "detectable": rounded(DETECTED * error * SESSIONS_A_YEAR),
            }
        )
    return edges, superior, stepped


def _passed(
    edges: Sequence[Mapping[str, Any]],
    deflated: float,
    superior: float,
    stepped: bool,
    overfitting: float | None,
    worst: float | None,
) -> dict[str, bool]:
    """What a rule that is supported has to show."""
    return {
        "every edge is above zero": all(edge["low"] > 0 for edge in edges),
        "deflated Sharpe ratio": deflated >= SURE,
        "test of superior ability": superior <= ALPHA and stepped,
        "no overfitting": overfitting is None or overfitting < 0.5,
        "the stress of 2000-02": worst is not None and worst > 0,
    }


def _word(
    separate: int, edges: Sequence[Mapping[str, Any]], passed: Mapping[str, bool]
) -> tuple[str, str]:
    """The verdict and why."""
    if separate < FEWEST_CLUSTERS:
        return (
            "not identified",
            f"{separate} separate falls to the first rung, and a test needs {FEWEST_CLUSTERS}",
        )
    worse = [edge["control"] for edge in edges if edge["high"] < 0]
    if worse:
        return "rejects", f"surely worse than {', '.join(worse)}"
    if all(passed.values()):
        return "supports", "better than every control, beyond what luck and the trials explain"
    missing = ", ".join(name for name, good in passed.items() if not good)
    return "not identified", f"not shown: {missing}"


def _alpha(excess: Numbers, held: Any) -> dict[str, Any] | None:
    """The part of the return that the same exposure to the shares does not explain."""
    if held is None:
        return None
    lags = int(np.ceil(1.5 * statistics.block_length(excess)))
    intercept, error, slope = inference.alpha(excess, held.excess, lags)
    return {
        "alpha": rounded(intercept * SESSIONS_A_YEAR),
        "error_newey_west": rounded(error * SESSIONS_A_YEAR),
        "beta": rounded(slope),
        "lags": lags,
    }
