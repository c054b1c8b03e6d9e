"""A scenario moves inputs of the valuation as it moves those of the chain."""

from dataclasses import replace
from datetime import timedelta
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from openpyxl import load_workbook

from jevons.errors import UserError
from jevons.model.priors import Z_90, Input, standard_normals
from jevons.study import Study
from jevons.study.scenario import parse
from jevons.study.valuation_inputs import settled_inputs, valuation_inputs
from jevons.valuation import company_of, input_names, value_company
from jevons.valuation.iso_value import iso_value
from jevons.valuation.priors import draws_of, standard_points

from .invented import AS_OF, fact, known, store

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
    names = sorted(study().valuation_inputs.settled)
    normals = standard_normals(study().experiment.seed, names, 200)["risk_free_rate"]
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


@pytest.mark.parametrize(("age", "moves"), [(0, True), (120, True), (121, False)])
def test_the_rate_is_centred_on_a_recent_yield(age: int, moves: bool) -> None:
    declared = valuation_inputs()
    day = AS_OF - timedelta(days=age)
    yielded = fact("US", "treasury_yield_10y", 0.031, day, day, known_on=day)
    settled = settled_inputs(declared, known(yielded))
    rate = settled["risk_free_rate"]
    if moves:
        assert rate.quantile(0.0) == pytest.approx(0.031)
        assert rate.facts == (yielded.fact_id,)
        # The range keeps its width on the scale of logarithms: 80 % within 0.037 to 0.05.
        assert rate.quantile(Z_90) / rate.quantile(-Z_90) == pytest.approx(0.05 / 0.037)
    assert {**settled, "risk_free_rate": declared["risk_free_rate"]} == declared
    assert moves or settled == declared


def test_without_a_positive_yield_the_declared_rate_stands() -> None:
    declared = valuation_inputs()
    zero = fact("US", "treasury_yield_10y", -0.001, AS_OF, AS_OF, known_on=AS_OF)
    other = fact("US", "population", 1.0, AS_OF, AS_OF, known_on=AS_OF)
    for facts in ((other,), (zero,)):
        assert settled_inputs(declared, known(*facts)) == declared


def test_the_yield_is_a_fact_of_every_value() -> None:
    central = study().companies.central("NVDA")
    assert study().inputs["risk_free_rate"]["p50"] == pytest.approx(0.04213)
    assert "CFU-0576" in central.facts
    assert "CFU-0576" in study().companies.value_facts


def test_the_central_case_stands_at_the_moved_input(tmp_path: Path) -> None:
    """By hand: the rate of the sheet, and the value with the moved median put in by force."""
    companies = study(RATE).companies
    point = standard_points(
        valuation_inputs()["risk_free_rate"], companies.inputs.settled["risk_free_rate"], 0.0
    )
    nvidia = company_of("NVDA")
    centre = {name: np.zeros(1) for name in input_names(nvidia)}
    forced = {**centre, "risk_free_rate": np.full(1, point)}
    by_hand = value_company(nvidia, companies.chain.median(), companies.snapshot, forced, None)
    assert companies.central("NVDA").per_share == pytest.approx(by_hand.per_share)
    assert companies.central("NVDA").per_share != study().companies.central("NVDA").per_share
    companies.workbook("NVDA", tmp_path / "a.xlsx", {})
    sheet = load_workbook(tmp_path / "a.xlsx")["assumptions"]
    row = next(row for row in sheet.values if row[0] == "risk_free_rate")
    assert row[1] == pytest.approx(0.065)
    assert row[3:5] == pytest.approx((0.060, 0.0704), rel=1e-2)


def test_a_curve_stands_at_the_levels_of_the_moved_input() -> None:
    # No price in the bundled facts' study: the levels are read off the function itself.
    companies = study(RATE).companies
    valued = replace(companies.valued("NVDA"), price=50.0)
    normals = {name: companies.normals[name] for name in input_names(valued.company)}
    settled = companies.inputs.settled
    curve = iso_value(
        valued, companies.chain, companies.snapshot, normals, "risk_free_rate", settled
    )
    assert curve["points"][4]["level"] == pytest.approx(0.065)
    plain = iso_value(valued, companies.chain, companies.snapshot, normals, "risk_free_rate")
    assert plain["points"][4]["level"] == pytest.approx(0.043)


def test_an_unknown_input_is_named() -> None:
    with pytest.raises(UserError, match="there is no input 'risk_free'; did you mean risk_free"):
        _ = study(RATE.replace("risk_free_rate", "risk_free")).experiment


def test_an_impossible_rate_is_refused_before_anything_runs() -> None:
    with pytest.raises(
        UserError, match=r"r\.toml: risk_free_rate: -0\.065 1/year .* is impossible"
    ):
        _ = study(TEXT.format(-0.065, -0.07, -0.06)).experiment
