"""The rule on prices that hold nothing to find, and its purchases on days that mean nothing.

Three kinds of made-up prices keep what a share's prices have except a reason to buy a fall: days
drawn anew in blocks (drift, volatility and, within a block, order are kept; all shares draw the
same days), geometric Brownian motion, and GARCH(1,1), each fitted to the share; the shocks of the
last two share a factor, so that shares are as correlated as they were.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jevons.errors import UserError
from jevons.ladder import layout
from jevons.ladder.bars import Bars
from jevons.ladder.controls import matched_exposure
from jevons.ladder.garch import Garch, fit, path
from jevons.ladder.inference import mean_correlation
from jevons.ladder.outcome import QUIET_RETURN
from jevons.ladder.pooled import pooled
from jevons.ladder.rule import LadderRule
from jevons.ladder.run import Run, run
from jevons.ladder.scenario import Scenario, sessions
from jevons.ladder.setting import Setting
from jevons.ladder.statistics import block_length
from jevons.ladder.together import run_all
from jevons.market.volatility import SESSIONS_A_YEAR
from jevons.quantiles import rounded, summarise

Numbers = NDArray[np.float64]
Maker = Callable[[np.random.Generator], list[Bars]]
SEED = 2025
SHIFTS = 1000
FEWEST = 20  # made-up histories that a share of them can be told from
SIGNALS = ("px/fv", "p(fv>px)", "pctile", "regime", "thesis", "kelly")


def null_document(rule: LadderRule, scenario: Scenario, histories: int) -> dict[str, Any]:
    """The rule's edge over a constant share of the wealth, on real and on made-up prices.

    Args:
        histories: made-up histories of each kind.

    Returns:
        ``actual`` (1/year, log), by kind the quantiles of its edges and the share of them that is
        at least the actual one, and the same for shifted days of purchase.

    Raises:
        UserError: too few histories, or the rule reads signals, which made-up prices lack.
    """
    if histories < FEWEST:
        raise UserError(f"{histories} made-up histories are too few; ask for {FEWEST} or more")
    read = next((word for word in SIGNALS if word in rule.text()), None)
    if read is not None:
        raise UserError(f"the rule reads {read!r}, which made-up prices do not have")
    random = np.random.default_rng(SEED)
    own = run_all(rule, scenario)
    actual = _edge(own, scenario.setting)
    found = []
    for name, make in _makers(scenario, own).items():
        edges = []
        for _ in range(histories):
            runs = run_all(rule, replace(scenario, bars=tuple(make(random)), signals={}))
            edges.append(_edge(runs, scenario.setting))
        found.append(
            {
                "null": name,
                "histories": histories,
                "edge": summarise(edges, "1/year"),
                "p": rounded((1 + np.sum(np.array(edges) >= actual)) / (1 + histories)),
            }
        )
    return {"actual": rounded(actual), "nulls": found, "placebo_days": placebo_days(own, random)}


def placebo_days(
    runs: Sequence[Run], random: np.random.Generator, sessions: int = SESSIONS_A_YEAR
) -> dict[str, Any] | None:
    """What the price did after the purchases, against the same purchases on other days.

    All days of purchase of all shares are moved by one random number of sessions, round the end to
    the start, so that their spacing and their clustering stay as they are.

    Returns:
        Mean change over ``sessions`` after the purchases, weighted by what was spent, the mean
        after the moved ones, and the share of those that is at least the actual one; None if
        nothing was bought early enough to be followed.
    """
    shares = []
    for result in runs:
        price = result.bars.close * result.bars.factor
        bought = result.purchases[result.purchases[:, layout.FILLED] < len(price) - sessions]
        if len(bought):
            change = price[sessions:] / price[:-sessions] - 1
            spent = bought[:, layout.COUNT] * bought[:, layout.PRICE]
            shares.append((change, bought[:, layout.FILLED].astype(int), spent))
    if not shares:
        return None
    total = sum(float(spent.sum()) for _, _, spent in shares)

    def mean(shift: int) -> float:
        return sum(float(c[(at + shift) % len(c)] @ spent) for c, at, spent in shares) / total

    longest = max(len(change) for change, _, _ in shares)
    moved = np.array([mean(int(shift)) for shift in random.integers(1, longest, SHIFTS)])
    actual = mean(0)
    return {
        "actual": rounded(actual),
        "moved": summarise(moved, "1"),
        "p": rounded((1 + np.sum(moved >= actual)) / (1 + SHIFTS)),
        "sessions": sessions,
    }


def _edge(own: Sequence[Run], setting: Setting) -> float:
    """Edge over the same mean exposure held all along, 1/year, log; 0 where nothing was bought."""
    pairs = [(one, matched_exposure(one)) for one in own]
    held = [one if rule is None else run(rule, one.bars, setting) for one, rule in pairs]
    gap = pooled(own).log_returns - pooled(held).log_returns
    return float(gap.mean()) * SESSIONS_A_YEAR


def _makers(scenario: Scenario, own: Sequence[Run]) -> dict[str, Maker]:
    bars = scenario.bars
    logs = [_log_returns(one) for one in bars]
    panel = np.full((len(sessions(bars)), len(bars)), np.nan)
    for share, (one, returns) in enumerate(zip(bars, logs, strict=True)):
        panel[np.searchsorted(sessions(bars), one.days[1:]), share] = returns
    together = mean_correlation(panel)
    fitted = [fit(returns) for returns in logs]
    flat = [Garch(float(x.mean()), float(x.var()), 0.0, 0.0) for x in logs]
    block = block_length(pooled(own).log_returns)

    def drawn(models: Sequence[Garch]) -> Maker:
        def make(random: np.random.Generator) -> list[Bars]:
            common = random.standard_normal(len(panel))
            return [
                _of_returns(one, path(model, _shocks(common, one, together, random)))
                for one, model in zip(bars, models, strict=True)
            ]

        return make

    def _shocks(common: Numbers, one: Bars, rho: float, random: np.random.Generator) -> Numbers:
        at = np.searchsorted(sessions(bars), one.days[1:])
        alone = random.standard_normal(len(at))
        return np.asarray(rho**0.5 * common[at] + (1 - rho) ** 0.5 * alone, dtype=np.float64)

    def reordered(random: np.random.Generator) -> list[Bars]:
        return _reordered(bars, panel, block, random)

    return {"reordered days": reordered, "Brownian motion": drawn(flat), "GARCH": drawn(fitted)}


def _reordered(
    bars: Sequence[Bars], panel: Numbers, block: float, random: np.random.Generator
) -> list[Bars]:
    """Every share's days in a new order, in blocks, the same for all shares."""
    new = random.random(len(panel)) < 1 / block
    new[0] = True
    starts = random.integers(0, len(panel), len(panel))
    since = np.arange(len(panel)) - np.maximum.accumulate(np.where(new, np.arange(len(panel)), 0))
    begin = starts[np.maximum.accumulate(np.where(new, np.arange(len(panel)), 0))]
    order = (begin + since) % len(panel)
    found = []
    for share, one in enumerate(bars):
        returns = panel[order, share]
        found.append(_of_returns(one, returns[np.isfinite(returns)]))
    return found


def _log_returns(bars: Bars) -> Numbers:
    """Daily log returns with dividends, (session - 1,)."""
    paid = (bars.close[1:] + bars.dividend[1:]) * bars.split[1:]
    if bars.end >= 0:
        paid[bars.end - 1] = bars.end_value
    ratio = paid / bars.close[:-1]
    return np.asarray(np.log(np.maximum(ratio, QUIET_RETURN)), dtype=np.float64)


def _of_returns(like: Bars, returns: Numbers) -> Bars:
    """Sessions of a share that moved so, on the days of another as far as they last.

    The open is the close before: nothing happens overnight.
    """
    close = like.close[0] * np.exp(np.concatenate(([0.0], np.cumsum(returns))))
    opens = np.concatenate((close[:1], close[:-1]))
    days = like.days[0] + np.arange(len(close))
    if len(close) <= len(like):
        days = like.days[: len(close)]
    return replace(
        like,
        days=days,
        open=opens,
        high=np.maximum(opens, close),
        close=close,
        split=np.ones(len(close)),
        dividend=np.zeros(len(close)),
        pay_at=np.arange(len(close)),
        gap_days=np.diff(days, prepend=days[0]).astype(np.float64),
        end=-1,
        end_value=0.0,
        warnings=(),
    )
