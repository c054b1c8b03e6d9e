"""The compiled loop and the function that it was made from say the same, bit for bit."""

from dataclasses import replace
from datetime import date
from importlib import import_module
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jevons.ladder import (
    Bars,
    Costs,
    LadderRule,
    Scenario,
    Setting,
    bars_of,
    loop,
    quiet,
    run,
    run_all,
    trading,
    try_rules,
)
from jevons.ladder.compiled import code
from jevons.ladder.family import simulate_family
from jevons.ladder.outcome import drawdowns
from jevons.ladder.plan import Planner
from jevons.ladder.pooled import pooled
from jevons.market import PriceHistory
from jevons.market.actions import Action

from .rules import rules

# The package has a function of the same name.
run_module = import_module("jevons.ladder.run")
COMPILED = [
    (module, name)
    for module in (loop, quiet, trading, run_module)
    for name in dir(module)
    if hasattr(getattr(module, name), "py_func")
]


def invented(seed: int) -> Bars:
    """A volatile share with a split, two dividends and the end of its listing."""
    random = np.random.default_rng(seed)
    closes = 100 * np.exp(np.cumsum(0.05 * random.standard_normal(90)))
    opens = closes * np.exp(0.01 * random.standard_normal(90))
    closes[40:], opens[40:] = closes[40:] / 2, opens[40:] / 2
    days = np.datetime64("2020-01-01", "D") + np.arange(90)
    actions = (
        Action("A", date(2020, 1, 20), "dividend", 0.7, date(2020, 1, 25)),
        Action("A", date(2020, 2, 10), "split", 2.0),
        Action("A", date(2020, 3, 1), "dividend", 0.3),
        Action("A", date(2020, 4, 1), "delisting", 12.5),
    )
    return bars_of(PriceHistory("A", days, closes, np.maximum(opens, closes), open=opens), actions)


@settings(max_examples=60)
@given(
    rule=rules(prices_only=True),
    seed=st.integers(0, 50),
    lot=st.sampled_from([0.0, 1.0]),
    commission=st.sampled_from([0.0, 1.0]),
    cash_rate=st.sampled_from([0.0, 0.05]),
)
def test_compiled_and_plain_agree_to_the_bit(
    rule: LadderRule, seed: int, lot: float, commission: float, cash_rate: float
) -> None:
    costs = Costs(commission, 0.01, 0.0005, 0.001, 0.15, lot)
    setting = Setting(10_000.0, costs, cash_rate)
    bars = invented(seed)
    fast = run(rule, bars, setting)
    with pytest.MonkeyPatch.context() as patch:
        for module, name in COMPILED:
            patch.setattr(module, name, getattr(module, name).py_func)
        plain = run(rule, bars, setting)
    assert fast.account.tobytes() == plain.account.tobytes()
    assert fast.fills.tobytes() == plain.fills.tobytes()
    assert fast.seen.tobytes() == plain.seen.tobytes()


@settings(max_examples=150, deadline=None)
@given(
    rule=rules(prices_only=True),
    seed=st.integers(0, 200),
    lot=st.sampled_from([0.0, 1.0]),
    cash_rate=st.sampled_from([0.0, 0.05]),
)
def test_passing_over_quiet_sessions_changes_nothing(
    rule: LadderRule, seed: int, lot: float, cash_rate: float
) -> None:
    setting = Setting(10_000.0, Costs(1.0, 0.01, 0.0005, 0.001, 0.15, lot), cash_rate)
    bars = invented(seed)
    asleep = run(rule, bars, setting)
    hits = quiet.next_hits
    with pytest.MonkeyPatch.context() as patch:
        # Every test may hold at every session, so the loop looks at each.
        patch.setattr(run_module, "next_hits", lambda seen, tests: every(hits(seen, tests)))
        patch.setattr(run_module, "next_happening", lambda bars: np.arange(91, dtype=np.int32))
        awake = run(rule, bars, setting)
    assert asleep.account.tobytes() == awake.account.tobytes()
    assert asleep.fills.tobytes() == awake.fills.tobytes()
    assert asleep.seen.tobytes() == awake.seen.tobytes()


def every(hits: Any) -> Any:
    hits[:] = np.arange(len(hits))[:, None]
    return hits


@settings(max_examples=60, deadline=None)
@given(
    family=st.lists(rules(prices_only=True), min_size=1, max_size=4),
    seed=st.integers(0, 50),
    cash_rate=st.sampled_from([0.0, 0.05]),
)
def test_a_family_gives_what_each_rule_gives_alone(
    family: list[LadderRule], seed: int, cash_rate: float
) -> None:
    setting = Setting(10_000.0, Costs(1.0, 0.01, 0.0005, 0.001, 0.15), cash_rate)
    one, other = invented(seed), replace(invented(seed + 1), ticker="B")
    on = Scenario((one, other), setting)
    tried = try_rules(family, on)
    for k, rule in enumerate(family):
        runs = run_all(rule, on)
        assert tried.wealth[k].tolist() == [r.wealth[-1] / r.budget for r in runs]
        assert tried.returns[k].tobytes() == pooled(runs).returns.tobytes()
        assert tried.log_returns[k].tobytes() == pooled(runs).log_returns.tobytes()
        assert tried.fills[k].tolist() == [len(r.fills) for r in runs]
        assert tried.worst[k] == pytest.approx([drawdowns(r.wealth).min() for r in runs])
        assert tried.exposure[k] == pytest.approx([r.exposure.mean() for r in runs])


def test_the_plain_loop_is_python() -> None:
    assert {"simulate", "settle", "decide", "wakes", "rest"} <= {name for _, name in COMPILED}
    simulate: Any = loop.simulate
    assert simulate.py_func.__code__.co_filename.endswith("loop.py")


def test_machine_code_of_other_code_is_not_used() -> None:
    # The stamp of what Numba keeps is the code of the whole package, not of one file.
    assert len(code()) == 64
    simulate: Any = loop.simulate
    assert simulate._cache._cache_file._source_stamp == code()


@settings(max_examples=60, deadline=None)
@given(
    rule=rules(prices_only=True), seed=st.integers(0, 200), cash_rate=st.sampled_from([0.0, 0.05])
)
def test_without_paths_a_family_ends_and_falls_the_same(
    rule: LadderRule, seed: int, cash_rate: float
) -> None:
    bars, setting, planner = invented(seed), Setting(10_000.0, Costs(1.0), cash_rate), Planner()
    plans = planner.plans([rule, rule])
    market = run_module.market_of(bars, setting, planner, rule.reference)
    found = []
    for shape in ((2, len(bars)), (0, 0)):
        paths, others, told = np.empty(shape), np.empty(shape), np.empty((2, 2))
        fills, rates = np.empty(2, np.int64), setting.rates(bars)
        simulate_family(market, plans, 0, rates, 10_000.0, paths, others, told[0], told[1], fills)
        found.append(told.tobytes() + fills.tobytes())
    assert found[0] == found[1]
    assert told[1, 0] == pytest.approx(drawdowns(run(rule, bars, setting).wealth).min())
