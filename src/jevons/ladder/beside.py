"""What a rule is seen beside: its controls, the stress, placebo names, and other yields of cash."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jevons.errors import UserError
from jevons.ladder import inference, statistics
from jevons.ladder.controls import controls, screened
from jevons.ladder.pooled import pooled
from jevons.ladder.rule import LadderRule
from jevons.ladder.run import Run, run
from jevons.ladder.scenario import Scenario
from jevons.ladder.stress import Stressed
from jevons.ladder.together import run_all
from jevons.ladder.verdict import DRAWS, LEVELS, MATCHED, SEED, verdict
from jevons.market.bills import bill_yields
from jevons.market.volatility import SESSIONS_A_YEAR
from jevons.quantiles import rounded

Numbers = NDArray[np.float64]
BILLS = "bills"
THESIS = "thesis"


def control_runs(own: Sequence[Run], scenario: Scenario) -> dict[str, list[Run]]:
    """Runs of each control on every share.

    Where the ladder never bought there is nothing to match, and the control stays in cash with it.
    A rule that reads the thesis or the fair value is also held against itself without it, and with
    the thesis turned round.
    """
    rules = [controls(result) for result in own]
    names = dict.fromkeys(name for found in rules for name in found)
    runs = {
        name: [
            run(found.get(name, r.rule), r.bars, scenario.setting, scenario.of(r.bars.ticker))
            for found, r in zip(rules, own, strict=True)
        ]
        for name in names
    }
    rule = own[0].rule
    for name, other in screened(rule).items():
        runs[name] = run_all(other, scenario)
    if "no_thesis" in runs:
        runs["thesis_flipped"] = run_all(rule, replace(scenario, signals=flipped(scenario)))
    return runs


def flipped(scenario: Scenario) -> Mapping[str, Mapping[str, NDArray[np.generic]]]:
    """The signals with the thesis false where it held, and true where it did not."""
    return {
        ticker: {
            name: 1 - np.asarray(values, np.float64) if name == THESIS else values
            for name, values in named.items()
        }
        for ticker, named in scenario.signals.items()
    }


def stressed(rule: LadderRule, scenario: Scenario) -> Stressed | None:
    """The rule in 2000-02; None without prices of then, or if it reads what nobody knew then."""
    if not scenario.stress:
        return None
    then = replace(scenario, bars=scenario.stress, signals={}, setting=scenario.setting)
    try:
        own = run_all(rule, then)
    except UserError:  # a signal, a volume or a low that is not given for these shares
        return None
    return Stressed(own, control_runs(own, then))


def placebo_names(
    own: Sequence[Run], against: Mapping[str, Sequence[Run]], scenario: Scenario
) -> dict[str, Any] | None:
    """The rule's edge at the same exposure, less that of the rule on technology without AI.

    If the thesis is about AI, its timing should be worth more where AI is. None without prices of
    such names, or if the rule reads signals that they lack.

    Returns:
        ``names``, ``edge`` and ``placebo_edge`` (1/year, log), their ``difference`` with a 90 %
        interval by the joint bootstrap, over the days that both have.
    """
    if not scenario.placebo or MATCHED not in against:
        return None
    there = replace(scenario, bars=scenario.placebo, signals={})
    try:
        other = run_all(own[0].rule, there)
    except UserError:  # a signal, a volume or a low that is not given for these shares
        return None
    others = control_runs(other, there)
    if MATCHED not in others:
        return None
    first, second = (
        (pooled(runs), pooled(matched))
        for runs, matched in ((own, against[MATCHED]), (other, others[MATCHED]))
    )
    _, at, to = np.intersect1d(first[0].days, second[0].days, return_indices=True)
    if not len(at):
        return None
    edge = (first[0].log_returns - first[1].log_returns)[at]
    placebo = (second[0].log_returns - second[1].log_returns)[to]
    gap = edge - placebo
    random, block = np.random.default_rng(SEED), statistics.block_length(gap)
    samples = statistics.bootstrap_means(gap[:, None], DRAWS, block, random)[:, 0]
    low, high = inference.bca_interval(gap, samples, LEVELS)
    return {
        "names": len(other),
        "edge": rounded(edge.mean() * SESSIONS_A_YEAR),
        "placebo_edge": rounded(placebo.mean() * SESSIONS_A_YEAR),
        "difference": rounded(gap.mean() * SESSIONS_A_YEAR),
        "low": rounded(low * SESSIONS_A_YEAR),
        "high": rounded(high * SESSIONS_A_YEAR),
    }


def yields(
    own: Sequence[Run], against: Mapping[str, Sequence[Run]], scenario: Scenario
) -> list[dict[str, Any]]:
    """The same with cash that earns nothing and with cash that earns the bill rate of each day.

    Args:
        own, against: runs at the yield of the scenario, used again where that is one of the two.
    """
    found: list[dict[str, Any]] = []
    for name, rates in (("0", ()), (BILLS, bill_yields())):
        setting = replace(scenario.setting, cash_rate=0.0, bills=rates)
        at, mine, others = replace(scenario, setting=setting), own, against
        if setting != scenario.setting:
            try:
                mine = run_all(own[0].rule, at)
            except UserError as error:  # prices from before the first yield
                found.append({"cash_yield": name, "missing": str(error)})
                continue
            others = control_runs(mine, at)
        judged = verdict(mine, others)
        ends = [result.wealth[-1] / result.budget for result in mine]
        interest = float(np.mean([result.idle[1:].mean() for result in mine]))
        found.append(
            {
                "cash_yield": name,
                "mean_yield": rounded(interest * SESSIONS_A_YEAR),
                "median_terminal_wealth": rounded(np.median(ends)),
                **{key: judged[key] for key in ("edge", "low", "high", "hardest_control")},
            }
        )
    return found
