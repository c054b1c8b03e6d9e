"""A scenario moves inputs of the valuation as it moves those of the chain."""

from functools import cache

import numpy as np
import pytest

from jevons.errors import UserError
from jevons.model.priors import Z_90, Input
from jevons.study import Study
from jevons.study.scenario import parse
from jevons.study.valuation_inputs import standard_points, valuation_inputs
from jevons.valuation import company_of
from jevons.valuation.priors import draws_of

from .invented import AS_OF, store

TEXT = """
name = "Rates"
about = "A test."
[inputs.risk_free_rate]
median = {0}
p10 = {1}
p90 = {2}
unit = "1/year"
why = "Assumption for a test."
"""
RATE = TEXT.format(0.065, 0.060, 0.070)


@cache
def study(text: str = "") -> Study:
    return Study(store(), AS_OF, draws=200, scenarios=[parse(text, "r.toml", "r")] if text else [])


def test_points_of_a_moved_input_by_hand() -> None:
    declared = valuation_inputs()["risk_free_rate"]
    prior = declared.prior
    shifted = Input(prior, declared.location + 2 * prior.scale, ())
    assert standard_points(declared, shifted, 0.5) == pytest.approx(2.5)
    assert standard_points(declared, declared, -1.3) == pytest.approx(-1.3)


def test_the_discount_rate_is_drawn_as_the_scenario_says() -> None:
    nvidia = company_of("NVDA")
    before, after = (draws_of(nvidia, study(text).companies.normals) for text in ("", RATE))
    moved = study(RATE).valuation_inputs.settled["risk_free_rate"]
    normals = study().companies.normals["risk_free_rate"]
    expected = [moved.quantile(float(z)) for z in normals]
    assert np.asarray(after["risk_free_rate"]) == pytest.approx(np.array(expected), rel=1e-5)
    assert moved.quantile(0.0) == pytest.approx(0.065)
    # WACC = risk-free rate + asset beta x premium, and the other two kept their draws.
    assert np.asarray(after["wacc"] - before["wacc"]) == pytest.approx(
        np.asarray(after["risk_free_rate"] - before["risk_free_rate"]), abs=1e-6
    )
    assert study(RATE).inputs["risk_free_rate"]["p50"] == pytest.approx(0.065)


def test_a_higher_rate_lowers_every_value_and_moves_no_path() -> None:
    before, after = study(), study(RATE)
    assert before.chain.quantities == after.chain.quantities
    values = {row["ticker"]: row["fair_value"] for row in before.values() if row["fair_value"]}
    assert values
    for row in after.values():
        if row["ticker"] in values:
            assert row["fair_value"]["p50"] < values[row["ticker"]]["p50"], row["ticker"]


def test_the_tornado_stands_at_the_moved_points() -> None:
    """At the moved 10 % and 90 % points the value is that of a rate fixed there."""
    swing = next(
        row for row in study(RATE).value("NVDA")["tornado"] if row["input"] == "risk_free_rate"
    )
    moved = study(RATE).valuation_inputs.settled["risk_free_rate"]
    for end, z in (("at_p10", -Z_90), ("at_p90", Z_90)):
        rate = moved.quantile(z)
        fixed = TEXT.format(rate, rate * (1 - 1e-6), rate * (1 + 1e-6))
        held = study(fixed).value("NVDA")["fair_value"]["p50"]
        assert swing[end] == pytest.approx(held, rel=1e-4)


def test_an_unknown_input_is_named() -> None:
    with pytest.raises(UserError, match="there is no input 'risk_free'; did you mean risk_free"):
        _ = study(RATE.replace("risk_free_rate", "risk_free")).experiment


def test_an_impossible_rate_is_refused_before_anything_runs() -> None:
    with pytest.raises(
        UserError, match=r"r\.toml: risk_free_rate: -0\.065 1/year .* is impossible"
    ):
        _ = study(TEXT.format(-0.065, -0.07, -0.06)).experiment
