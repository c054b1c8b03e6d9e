"""The answers of the ladder commands."""

import re
from collections.abc import Sequence
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np

from jevons.errors import UserError
from jevons.ladder import ledger, statistics
from jevons.ladder.bars import Bars
from jevons.ladder.controls import NAMES, controls
from jevons.ladder.outcome import after_fills, outcome
from jevons.ladder.rule import LadderRule
from jevons.ladder.run import Run, Setting, audit, run
from jevons.ladder.verdict import Trials, pooled_returns, verdict
from jevons.quantiles import rounded

MOST_VARIANTS = 10_000
FEWEST_SESSIONS = 100  # ten a block of the test for overfitting
VARIED = re.compile(r"\[([^\[\]]+)\]")


def variants(text: str, source: str = "rule") -> list[str]:
    """The rules of a family: a list such as ``[10|20|30]`` stands for each of its values.

    Raises:
        UserError: the family is empty or larger than :data:`MOST_VARIANTS`.

    >>> variants("dd <= [-10|-20]%")
    ['dd <= -10%', 'dd <= -20%']
    """
    lists = [found.split("|") for found in VARIED.findall(text)]
    size = int(np.prod([len(values) for values in lists])) if lists else 1
    if size > MOST_VARIANTS:
        raise UserError(f"{source}: the family has {size:,} rules; {MOST_VARIANTS:,} are the most")
    found = []
    between = VARIED.split(text)[::2]
    for values in product(*lists):
        pairs = zip(between, [*values, ""], strict=True)
        found.append("".join(fixed + value.strip() for fixed, value in pairs))
    return found


def memory_needed(rules: Sequence[LadderRule], bars: Sequence[Bars]) -> int:
    """Bytes that the results of a comparison take, before it starts.

    Each run keeps its account and what its tests read, float64, and briefly its table of fills.
    """
    series = 6 + max(len(rule.rungs) + len(rule.exits) + len(rule.halts) for rule in rules)
    largest = max(len(one) for one in bars)
    kept = sum(len(one) for one in bars) * len(rules) * (9 + series)
    return 8 * (kept + 6 * largest * series)


def run_document(
    rule: LadderRule,
    bars: Sequence[Bars],
    setting: Setting,
    log: bool = False,
    trials: Path | None = None,
) -> dict[str, Any]:
    """One rule on one or more shares: outcomes, controls, verdict and, if wanted, the log."""
    own = [run(rule, one, setting) for one in bars]
    against = control_runs(own, setting)
    counted = None
    if trials is not None:
        ratio = statistics.sharpe(pooled_returns(own))
        counted = ledger.record(trials, ledger.data_hash(list(bars)), {rule.rule_hash: ratio})
    answer: dict[str, Any] = {
        "rule": rule.text(),
        "rule_hash": rule.rule_hash,
        "cash_rate": setting.cash_rate,
        "verdict": verdict(own, against, counted),
        "after_fills": after_fills(own),
        "outcomes": [_named(result) for result in own],
        "controls": [_control(name, runs) for name, runs in against.items()],
        "warnings": [warning for one in bars for warning in one.warnings],
    }
    if log:
        answer["fills"] = [
            {"ticker": result.bars.ticker, **entry} for result in own for entry in audit(result)
        ]
    return answer


def family_document(
    rules: Sequence[LadderRule],
    bars: Sequence[Bars],
    setting: Setting,
    trials: Path | None = None,
) -> dict[str, Any]:
    """Several rules on the same shares: each counts as a trial, the best is judged for luck."""
    distinct = list({rule.rule_hash: rule for rule in rules}.values())
    family = [[run(rule, one, setting) for one in bars] for rule in distinct]
    returns = np.stack([pooled_returns(runs) for runs in family], axis=1)
    ratios = [statistics.sharpe(returns[:, k]) for k in range(len(distinct))]
    by_hash = {rule.rule_hash: ratio for rule, ratio in zip(distinct, ratios, strict=True)}
    counted = (
        Trials(len(ratios), float(np.var(ratios)))
        if trials is None
        else ledger.record(trials, ledger.data_hash(list(bars)), by_hash)
    )
    best = int(np.argmax(ratios))
    enough = len(distinct) > 1 and len(returns) >= FEWEST_SESSIONS
    probability = statistics.overfitting(returns) if enough else None
    against = control_runs(family[best], setting)
    judged = verdict(family[best], against, counted, probability, family)
    records = []
    for rule, runs, ratio in zip(distinct, family, ratios, strict=True):
        wealth = [result.wealth[-1] / result.budget for result in runs]
        records.append(
            {
                "rule": rule.text(),
                "sharpe": rounded(ratio * 252**0.5),
                "median_terminal_wealth": rounded(np.median(wealth)),
                "worst_terminal_wealth": rounded(np.min(wealth)),
                "exposure": rounded(np.mean([result.exposure.mean() for result in runs])),
                "fills": sum(len(result.purchases) for result in runs),
            }
        )
    records.sort(key=lambda record: -record["sharpe"])
    return {
        "best": distinct[best].text(),
        "verdict": judged,
        "rules": records,
        "warnings": [warning for one in bars for warning in one.warnings],
    }


def control_runs(own: Sequence[Run], setting: Setting) -> dict[str, list[Run]]:
    """Runs of each control on every share.

    Where the ladder never bought there is nothing to match, and the control stays in cash with it.
    """
    rules = [controls(result) for result in own]
    names = dict.fromkeys(name for found in rules for name in found)
    return {
        name: [
            run(found.get(name, r.rule), r.bars, setting)
            for found, r in zip(rules, own, strict=True)
        ]
        for name in names
    }


def _named(result: Run) -> dict[str, Any]:
    return {"ticker": result.bars.ticker, **outcome(result)}


def _control(name: str, runs: Sequence[Run]) -> dict[str, Any]:
    wealth = [result.wealth[-1] / result.budget for result in runs]
    return {
        "control": name,
        "meaning": NAMES.get(name, NAMES["random"]),
        "rule": next((r.rule for r in runs if len(r.purchases)), runs[0].rule).text(),
        "median_terminal_wealth": rounded(np.median(wealth)),
        "exposure": rounded(np.mean([result.exposure.mean() for result in runs])),
    }
