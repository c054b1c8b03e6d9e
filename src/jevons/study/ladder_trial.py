"""The proposed ladder tried on the prices that are given: its verdict and the stress of 2000-02.

The rule of the proposals (standard deviations below the 52-week high, sizes, a year's horizon) is
one rule for every share, and volatility is what was known on each day. Its gate is left out: no
fair value of earlier years is known.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from jevons.entry import RULE, Rule, Trial
from jevons.entry.reasons import Reason, phrase, points
from jevons.errors import UserError
from jevons.ladder import (
    EACH,
    Bars,
    Costs,
    LadderRule,
    Run,
    Scenario,
    Setting,
    bars_of,
    parse,
    run,
)
from jevons.ladder.beside import control_runs, stressed
from jevons.ladder.groups import STRESS, stressed_bars, stressed_members
from jevons.ladder.outcome import outcome
from jevons.ladder.verdict import verdict
from jevons.market import PriceTable
from jevons.quantiles import rounded

COSTS = Costs(half_spread=0.0005)
FEWEST_SESSIONS = 2 * 252  # a year to know the high and a year to hold


@dataclass(frozen=True, slots=True)
class Stress:
    """The rule through 2000-02 on the shares whose prices cover it.

    Attributes:
        names: shares. ended: those of them whose prices end on the way.
        ladder, at_once: median wealth at the end over the budget. worst: the lowest of the
            ladder's.
    """

    names: int
    ended: int
    ladder: float
    at_once: float
    worst: float


@dataclass(frozen=True, slots=True)
class LadderTrial:
    """What history says of the rule, for all shares together.

    Attributes:
        judged: see :func:`jevons.ladder.verdict.verdict`; None without prices to try it on.
        runs: by ticker, over all its prices. stress: None where no prices cover it.
    """

    judged: dict[str, Any] | None
    runs: dict[str, Run]
    stress: Stress | None

    @property
    def trial(self) -> Trial | None:
        """The trial as every ladder quotes it, the rule being one; None without prices for it."""
        if self.judged is None:
            return None
        # Among survivors every purchase of a fall looks good, so they support no rule; a rule that
        # loses to its controls is told so, beside its edge at the same exposure.
        word = "rejects" if self.judged["verdict"] == "rejects" else "not identified"
        return Trial(word, self.judged["clusters"], self._reason(word))

    def _matched(self) -> dict[str, Any] | None:
        """The edge over a constant share of the wealth as high as the ladder's on average."""
        edges = self.judged["edges"] if self.judged else []
        return next((edge for edge in edges if edge["control"] == "matched_exposure"), None)

    def document(self, ticker: str) -> dict[str, Any] | None:
        """The trial as reports show it: the share's own outcome beside what all say together."""
        trial, own = self.trial, self.runs.get(ticker)
        if trial is None or self.judged is None:
            return None
        stress = self.stress
        return {
            "verdict": trial.verdict,
            "names": self.judged["names"],
            "clusters": self.judged["clusters"],
            "edges": self.judged["edges"],
            "worst_universe_edge": self.judged["worst_universe_edge"],
            "first_day": None if own is None else str(own.bars.days[0]),
            "outcome": None if own is None else outcome(own),
            "stress": None
            if stress is None
            else {
                "members": len(stressed_members()),
                "names": stress.names,
                "ended": stress.ended,
                "terminal_wealth": rounded(stress.ladder),
                "terminal_wealth_at_once": rounded(stress.at_once),
                "worst_terminal_wealth": rounded(stress.worst),
            },
        }

    def _reason(self, word: str) -> Reason:
        assert self.judged is not None
        count, needed = self.judged["clusters"], self.judged["clusters_needed"]
        same = self._matched()
        if count < needed or same is None:
            reason = phrase("few", count=count, needed=needed)
        else:
            reason = phrase(
                "rejected" if word == "rejects" else "not_shown",
                count=count,
                names=self.judged["names"],
                worse=sum(edge["high"] < 0 for edge in self.judged["edges"]),
                controls=len(self.judged["edges"]),
                **{name: points(same[name]) for name in ("edge", "low", "high")},
            )
        if self.stress is None:
            return reason + phrase("no_stress", members=len(stressed_members()))
        return reason + phrase(
            "stress",
            names=self.stress.names,
            members=len(stressed_members()),
            ended=self.stress.ended,
            ladder=points(self.stress.ladder - 1),
            once=points(self.stress.at_once - 1),
            worst=points(self.stress.worst - 1),
        )


def ladder_trial(table: PriceTable, tickers: Sequence[str], rule: Rule = RULE) -> LadderTrial:
    """Try the rule on every share whose prices have opens and are long enough.

    Args:
        table: prices up to the day, comparable over time. tickers: of the universe.
    """
    setting, tested = Setting(costs=COSTS), rule_on_trial(rule)
    bars = [one for ticker in tickers if (one := _bars(table, ticker)) is not None]
    runs = [run(tested, one, setting) for one in bars]
    scenario = Scenario(tuple(bars), setting, stress=stressed_bars(table))
    by_ticker = {result.bars.ticker: result for result in runs}
    judged = None
    if runs:
        judged = verdict(runs, control_runs(runs, scenario), stressed=stressed(tested, scenario))
    return LadderTrial(judged, by_ticker, _stress(table, tested, setting))


def rule_on_trial(rule: Rule) -> LadderRule:
    """The rule as a test can run it: on each share, again after each new peak, sold on horizon."""
    buys = " ".join(
        f"buy {100 * weight:.4g}% of budget when zdd <= -{multiple:g}"
        for weight, multiple in zip(rule.weights, rule.multiples, strict=True)
    )
    ends = f"rearm on_new_peak sell 100% of remaining when held {rule.sessions} sessions"
    return parse(f"ladder {EACH} on peak(lookback=252, field=high) {{ {buys} {ends} }}")


def _bars(table: PriceTable, ticker: str) -> Bars | None:
    history = table.of(ticker)
    if history is None:
        return None
    history = history.unbroken()
    if len(history) < FEWEST_SESSIONS:
        return None
    try:
        return bars_of(history)
    except UserError:  # no opens
        return None


def _stress(table: PriceTable, tested: LadderRule, setting: Setting) -> Stress | None:
    """The mandatory stress, held to the end: nothing is sold before 2002 is over.

    It takes the members of its own universe whose prices begin with it, those that ended on the way
    included: what is left of them is their last price.
    """
    held = replace(tested, exits=())
    once = parse(
        f"ladder {EACH} on {tested.reference.text()} "
        "{ buy 100% of budget when clock every 1 sessions max_tranches 1 }"
    )
    first = np.datetime64(STRESS[0], "D")
    covered = [one for one in stressed_bars(table, since=STRESS[0]) if one.days[0] <= first + 7]
    ends, at_once = (
        [_end(run(which, bars, setting)) for bars in covered] for which in (held, once)
    )
    if not ends:
        return None
    stopped = sum(bars.end >= 0 for bars in covered)
    return Stress(len(ends), stopped, float(np.median(ends)), float(np.median(at_once)), min(ends))


def _end(result: Run) -> float:
    return float(result.wealth[-1] / result.budget)
