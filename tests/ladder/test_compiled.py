"""The compiled loop and the function that it was made from say the same, bit for bit."""

from datetime import date
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jevons.ladder import Bars, Costs, LadderRule, Setting, bars_of, loop, run
from jevons.market import PriceHistory
from jevons.market.actions import Action

from .rules import rules

HELPERS = ("holds", "rounded", "lots", "note", "simulate")


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
        for name in HELPERS:
            function: Any = getattr(loop, name)
            patch.setattr(loop, name, function.py_func)
        plain = run(rule, bars, setting)
    assert fast.account.tobytes() == plain.account.tobytes()
    assert fast.fills.tobytes() == plain.fills.tobytes()
    assert fast.seen.tobytes() == plain.seen.tobytes()


def test_the_plain_loop_is_python() -> None:
    for name in HELPERS:
        function: Any = getattr(loop, name)
        assert function.py_func.__code__.co_filename.endswith("loop.py")
