"""The answers of the ladder commands."""

import re
from collections.abc import Mapping, Sequence
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np

from jevons.errors import UserError
from jevons.ladder import ledger, statistics
from jevons.ladder.beside import BILLS, control_runs, placebo_names, stressed, yields
from jevons.ladder.breakdown import after_fills, by_depth, by_regime
from jevons.ladder.controls import NAMES
from jevons.ladder.engine import Engine, Progress, sweep
from jevons.ladder.lots import tax_lots
from jevons.ladder.nulls import null_document
from jevons.ladder.outcome import outcome
from jevons.ladder.pooled import pooled
from jevons.ladder.rule import LadderRule
from jevons.ladder.run import Run, audit
from jevons.ladder.scenario import Scenario, sessions
from jevons.ladder.sweep import mean_idle
from jevons.ladder.together import run_all
from jevons.ladder.verdict import FamilyResult, Trials, verdict
from jevons.ladder.walk import walk_forward
from jevons.market.volatility import SESSIONS_A_YEAR
from jevons.quantiles import rounded, summarise
from jevons.valuation.company import companies

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


def run_document(
    rule: LadderRule,
    scenario: Scenario,
    log: bool = False,
    trials: Path | None = None,
    histories: int = 0,
) -> dict[str, Any]:
    """One rule on one or more shares: outcomes, controls, verdict and, if wanted, the log."""
    bars = scenario.bars
    own = run_all(rule, scenario)
    against = control_runs(own, scenario)
    counted = None
    if trials is not None:
        ratio = statistics.sharpe(pooled(own).excess)
        counted = ledger.record(trials, ledger.data_hash(list(bars)), {rule.rule_hash: ratio})
    answer: dict[str, Any] = {
        "rule": rule.text(),
        "rule_hash": rule.rule_hash,
        "cash_rate": BILLS if scenario.setting.bills else scenario.setting.cash_rate,
        "verdict": verdict(own, against, counted, stressed=stressed(rule, scenario)),
        "yields": yields(own, against, scenario),
        "after_fills": after_fills(own),
        "by_depth": by_depth(own),
        "by_regime": by_regime(own, scenario, layers()),
        "outcomes": [_named(result, at, against) for at, result in enumerate(own)],
        "controls": [_control(name, runs, own) for name, runs in against.items()],
        "placebo_names": placebo_names(own, against, scenario),
        "warnings": [warning for one in bars for warning in one.warnings],
    }
    if histories:
        answer["nulls"] = null_document(rule, scenario, histories)
    if log:
        answer["fills"] = [
            {"ticker": result.bars.ticker, **entry} for result in own for entry in audit(result)
        ]
        answer["lots"] = [lot.document() for result in own for lot in tax_lots(result)]
    return answer


def family_document(
    rules: Sequence[LadderRule],
    scenario: Scenario,
    trials: Path | None = None,
    engine: Engine | None = None,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Several rules on the same shares: each counts as a trial, the best is judged for luck."""
    distinct = list({rule.rule_hash: rule for rule in rules}.values())
    tried = sweep(distinct, scenario, engine, progress)
    # Over cash, or a rule that hardly buys would look best by its interest.
    excess = tried.returns - mean_idle(scenario)
    ratios = [statistics.sharpe(path) for path in excess]
    by_hash = {rule.rule_hash: ratio for rule, ratio in zip(distinct, ratios, strict=True)}
    counted = (
        Trials(len(ratios), float(np.var(ratios)))
        if trials is None
        else ledger.record(trials, ledger.data_hash(list(scenario.bars)), by_hash)
    )
    best = int(np.argmax(ratios))
    days = sessions(scenario.bars)
    enough = len(distinct) > 1 and len(days) >= FEWEST_SESSIONS
    family = FamilyResult(
        tried.log_returns.T,
        best,
        statistics.overfitting(excess.T) if enough else None,
        walk_forward(excess, days),
    )
    own = run_all(distinct[best], scenario)
    against = control_runs(own, scenario)
    judged = verdict(own, against, counted, family, stressed(distinct[best], scenario))
    records = [
        {
            "rule": rule.text(),
            "sharpe": rounded(ratio * SESSIONS_A_YEAR**0.5),
            "median_terminal_wealth": rounded(np.median(tried.wealth[k])),
            "worst_terminal_wealth": rounded(tried.wealth[k].min()),
            "worst_drawdown": rounded(tried.worst[k].min()),
            "exposure": rounded(tried.exposure[k].mean()),
            "fills": int(tried.fills[k].sum()),
        }
        for k, (rule, ratio) in enumerate(zip(distinct, ratios, strict=True))
    ]
    records.sort(key=lambda record: -float(record["sharpe"]))
    return {
        "best": distinct[best].text(),
        "verdict": judged,
        "rules": records,
        "warnings": [warning for one in scenario.bars for warning in one.warnings],
    }


def layers() -> dict[str, str]:
    """The layer of the chain of each company that is modelled, by ticker."""
    return {ticker: company.layer for ticker, company in companies().items()}


def _named(result: Run, at: int, against: Mapping[str, Sequence[Run]]) -> dict[str, Any]:
    ends = [runs[at].wealth[-1] for runs in against.values()]
    return {
        "ticker": result.bars.ticker,
        **outcome(result),
        # What was given up against the best control, and won against the worst, of the wealth.
        "against_best": rounded(result.wealth[-1] / max(ends) - 1),
        "against_worst": rounded(result.wealth[-1] / max(min(ends), 1e-9) - 1),
    }


def _control(name: str, runs: Sequence[Run], own: Sequence[Run]) -> dict[str, Any]:
    wealth = [result.wealth[-1] / result.budget for result in runs]
    ratio = [
        mine.wealth[-1] / max(theirs.wealth[-1], 1e-9)
        for mine, theirs in zip(own, runs, strict=True)
    ]
    return {
        "control": name,
        "meaning": NAMES.get(name, NAMES["random"]),
        "rule": next((r.rule for r in runs if len(r.purchases)), runs[0].rule).text(),
        "median_terminal_wealth": rounded(np.median(wealth)),
        "wealth_ratio": summarise(ratio, "1"),
        "exposure": rounded(np.mean([result.exposure.mean() for result in runs])),
    }
