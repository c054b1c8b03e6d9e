"""Ladders on one share: levels, sizes, chances, and a verdict that can say no."""

import json
from datetime import date
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jevons.entry import Ladder, Rule, fill_probability, propose
from jevons.market import PriceHistory, Volatility

MEASURED = Volatility(0.5, 253, "253 daily closes")
ASSUMED = Volatility(0.5, None, "Assumption of ours.")
PRICE, HIGH = 100.0, 125.0


def ladder(fair_value: Any = None, **changes: Any) -> Ladder:
    arguments: dict[str, Any] = {
        "price": PRICE,
        "high_52_week": HIGH,
        "volatility": MEASURED,
        "fair_value": fair_value,
    }
    return propose("NVDA", **(arguments | changes))


def worth(p_above: float, above: float = PRICE + 1, below: float = PRICE - 1) -> np.ndarray:
    """A hundred draws of which a share is above the price."""
    return np.where(np.arange(100) < round(100 * p_above), above, below)


def falling(falls: int) -> PriceHistory:
    """A daily history with so many separate falls by half, each a hundred days apart."""
    closes = np.full(100 * falls + 100, 100.0)
    closes[50::100] = 50.0
    closes[-50] = 100.0
    days = np.datetime64(date(2010, 1, 1), "D") + np.arange(len(closes))
    return PriceHistory("NVDA", days, closes, closes)


def test_levels_are_half_a_deviation_apart_under_the_high() -> None:
    found = ladder().rungs
    assert [rung.drawdown for rung in found] == [
        pytest.approx(np.expm1(-0.5 * k), abs=5e-4) for k in (0.5, 1.0, 1.5, 2.0)
    ]
    assert [rung.level_usd for rung in found] == [HIGH * (1 + rung.drawdown) for rung in found]
    assert [rung.weight for rung in found] == pytest.approx([0.1, 0.2, 0.3, 0.4])


def test_chances_are_measured_from_the_price_and_a_passed_level_is_filled() -> None:
    found = ladder(price=90.0).rungs
    assert found[0].level_usd > 90
    assert found[0].fill_probability == 1.0
    depth = np.log(90 / found[1].level_usd)
    assert found[1].fill_probability == fill_probability(depth, 0.5, 1.0)


def test_no_at_every_step_halts() -> None:
    found = ladder(np.full(10, 5.0))
    assert (found.verdict, found.gate, found.halt) == ("halt", False, True)
    assert found.reason.english.startswith("even at 46.00 USD the chance that a share is worth")


def test_no_at_this_price_waits_and_names_the_price_that_opens() -> None:
    found = ladder(np.linspace(50, 110, 601))
    assert (found.verdict, found.gate, found.halt) == ("wait", False, False)
    opened = [rung.gate for rung in found.rungs]
    assert opened == [False, True, True, True]
    assert f"met at {found.rungs[1].level_usd:,.2f} USD and lower" in found.reason.english


@pytest.mark.parametrize(("p_above", "gate"), [(0.49, False), (0.5, True), (0.51, True)])
def test_the_gate_opens_at_its_probability(p_above: float, gate: bool) -> None:
    found = ladder(worth(p_above))
    assert found.p_above_price == p_above
    assert found.gate is gate
    assert found.verdict == ("not identified" if gate else "wait")


def test_an_open_gate_is_not_identified_because_the_rule_is_untested() -> None:
    found = ladder(np.full(10, 300.0))
    assert found.verdict == "not identified"
    assert "no daily prices" in found.reason.english
    few = ladder(np.full(10, 300.0), history=falling(3))
    assert (few.verdict, few.clusters) == ("not identified", 3)
    assert "3 separate falls" in few.reason.english
    assert "a test needs 10" in few.reason.english
    many = ladder(np.full(10, 300.0), history=falling(12))
    assert (many.verdict, many.clusters) == ("not identified", 12)
    assert "controls is not made" in many.reason.english


def test_a_false_thesis_halts_whatever_the_price() -> None:
    found = ladder(np.full(10, 300.0), thesis_false="buyers cut their plans")
    assert (found.verdict, found.halt) == ("halt", True)
    assert found.reason.english.startswith("the thesis no longer holds: buyers cut their plans; ")


def test_an_assumed_volatility_is_named() -> None:
    assert "assumed volatility of 50 %" in ladder(volatility=ASSUMED).reason.english
    assert "assumed" not in ladder().reason.english


def test_an_unknown_value_leaves_levels_and_no_verdict() -> None:
    found = ladder(None)
    assert found.verdict == "not identified"
    assert not found.halt
    assert {rung.price_to_fair_value for rung in found.rungs} == {None}
    assert found.reason.english.startswith("no fair value is known")


@pytest.mark.parametrize(
    ("name", "english"),
    [
        ("price", "the price is not known"),
        ("high_52_week", "the 52-week high is not known"),
        ("volatility", "the volatility is not known"),
    ],
)
def test_an_unknown_price_leaves_no_step_and_a_reason(name: str, english: str) -> None:
    document = ladder(np.full(10, 300.0), **{name: None}).document()
    assert document["rungs"] == []
    assert document["verdict"] == "not identified"
    assert document["why"].endswith(english)
    assert document["why_zh"]
    assert document["rule"] is None


def test_a_worthless_median_has_no_ratio() -> None:
    found = ladder(np.array([0.0, 0.0, 300.0]))
    assert {rung.price_to_fair_value for rung in found.rungs} == {None}


def test_the_document_is_plain_json_and_the_same_each_time() -> None:
    one, other = (
        json.dumps(
            ladder(np.linspace(50, 150, 101), history=falling(3)).document(), allow_nan=False
        )
        for _ in range(2)
    )
    assert one == other
    document = json.loads(one)
    assert {"ticker", "rungs", "gate", "halt", "verdict", "why"} <= set(document)
    assert {
        "level_usd",
        "drawdown",
        "weight",
        "fill_probability",
        "price_to_fair_value",
    } <= set(document["rungs"][0])
    assert document["rungs"][0]["price_to_fair_value"] == pytest.approx(HIGH * 0.779 / 100)


@given(
    price=st.floats(0.5, 1e4),
    below=st.floats(0.0, 0.95),
    volatility=st.floats(0.02, 2.5),
    values=st.lists(st.floats(0, 1e4), min_size=1, max_size=20),
)
def test_what_holds_for_every_ladder(
    price: float, below: float, volatility: float, values: list[float]
) -> None:
    found = propose(
        "NVDA", price, price / (1 - below), Volatility(volatility, 253, "closes"), values
    )
    rungs = found.rungs
    assert sum(rung.weight for rung in rungs) == pytest.approx(1)
    for shallow, deep in pairwise(rungs):
        assert -1 < deep.drawdown < shallow.drawdown < 0
        assert deep.level_usd < shallow.level_usd
        assert deep.fill_probability <= shallow.fill_probability
        assert deep.p_above is not None
        assert shallow.p_above is not None
        assert deep.p_above >= shallow.p_above
        assert deep.gate >= shallow.gate
    assert found.verdict in ("halt", "wait", "not identified")
    assert not (found.gate and found.verdict != "not identified")


@given(st.floats(0.1, 0.9))
def test_a_stricter_gate_opens_no_step_more(gate: float) -> None:
    values = np.linspace(20, 150, 200)
    strict = ladder(values, rule=Rule(gate=gate))
    loose = ladder(values, rule=Rule(gate=gate / 2))
    assert sum(rung.gate for rung in strict.rungs) <= sum(rung.gate for rung in loose.rungs)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"price": 0.0}, "must be above 0"),
        ({"price": 130.0}, "above its 52-week high"),
        ({"fair_value": []}, "at least one"),
        ({"fair_value": [1.0, np.nan]}, "finite"),
    ],
)
def test_senseless_arguments_are_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        ladder(**changes)
