"""Spacing of steps and the rule they make."""

import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jevons.entry import Rule, equal_fill, fill_probability, linear, logarithmic, volatility_scaled


def test_logarithmic_steps_are_equal_falls() -> None:
    steps = logarithmic(-0.2, -0.6, 5)
    falls = [(1 + b) / (1 + a) for a, b in pairwise(steps)]
    assert falls == pytest.approx([falls[0]] * 4)
    assert (steps[0], steps[-1]) == pytest.approx((-0.2, -0.6))


def test_equal_fill_steps_have_the_probabilities() -> None:
    steps = equal_fill((0.75, 0.5, 0.25), 0.5, 1.0)
    chances = [fill_probability(-math.log1p(step), 0.5, 1.0) for step in steps]
    assert chances == pytest.approx([0.75, 0.5, 0.25])


def test_steps_scaled_by_volatility_are_as_likely_for_calm_and_wild_shares() -> None:
    # With no log drift the chance depends on k alone: 2 Phi(-k).
    for volatility in (0.2, 0.9):
        (step,) = volatility_scaled((1.0,), volatility, 1.0)
        chance = fill_probability(-math.log1p(step), volatility, 1.0, volatility**2 / 2)
        assert chance == pytest.approx(0.317311, abs=1e-6)


@pytest.mark.parametrize(
    "arguments", [(-0.5, -0.2, 3), (0.0, -0.5, 3), (-0.2, -1.0, 3), (-0.2, -0.5, 1)]
)
def test_steps_that_do_not_descend_are_refused(arguments: tuple[float, float, int]) -> None:
    for spacing in (linear, logarithmic):
        with pytest.raises(ValueError, match="two or more"):
            spacing(*arguments)


@given(st.lists(st.floats(0.01, 100), min_size=1, max_size=8))
def test_weights_sum_to_one(shares: list[float]) -> None:
    rule = Rule(multiples=tuple(range(1, len(shares) + 1)), shares=tuple(shares))
    assert sum(rule.weights) == pytest.approx(1)
    assert min(rule.weights) > 0


@given(st.floats(0.01, 3.0))
def test_every_credible_volatility_sets_distinct_steps(volatility: float) -> None:
    steps = Rule().drawdowns(volatility)
    assert list(steps) == sorted(set(steps), reverse=True)
    assert all(-1 < step < 0 for step in steps)


@pytest.mark.parametrize("volatility", [1e-5, 50.0])
def test_a_volatility_without_distinct_steps_is_refused(volatility: float) -> None:
    with pytest.raises(ValueError, match="no distinct steps"):
        Rule().drawdowns(volatility)


@pytest.mark.parametrize(
    "changes",
    [
        {"multiples": ()},
        {"multiples": (1.0, 0.5, 1.5, 2.0)},
        {"multiples": (0.0, 0.5, 1.5, 2.0)},
        {"shares": (1.0, 1.0)},
        {"shares": (1.0, 1.0, 1.0, 0.0)},
        {"gate": 0.0},
        {"gate": 1.0},
        {"sessions": 0},
    ],
)
def test_a_senseless_rule_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="must"):
        Rule(**changes)  # type: ignore[arg-type]


def test_the_text_of_a_rule_is_in_the_grammar_of_ladders() -> None:
    rule = Rule(multiples=(1.0, 2.0), shares=(1.0, 3.0), gate=0.6)
    assert rule.text("NVDA", (-0.25, -0.5)) == (
        "ladder NVDA on peak(lookback=252, field=high) { "
        "buy 25% of budget when dd <= -25.0% and p(fv>px) >= 0.6 "
        "buy 75% of budget when dd <= -50.0% and p(fv>px) >= 0.6 "
        "rearm never max_tranches 2 halt_if thesis_false }"
    )
