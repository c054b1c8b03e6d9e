"""Scenario files: what they move, how they join, and mistakes named with their line."""

import math
from pathlib import Path

import numpy as np
import pytest

from jevons.errors import UserError
from jevons.model.simulate import simulate
from jevons.study import Study
from jevons.study.scenario import Scenario, bundled, find, joined, parse

from .invented import AS_OF, experiment, store

HEAD = 'name = "Mine"\nabout = "A test."\n'
ELASTIC = """
[inputs.elasticity]
median = 1.8
unit = "1"
why = "Assumption for a test."
"""


def scenario(text: str, name: str = "mine") -> Scenario:
    return parse(HEAD + text, f"{name}.toml", name)


def test_five_scenarios_come_with_jevons_and_run() -> None:
    assert bundled() == (
        "base", "capex-bust", "efficiency-shock", "power-starved", "reasoning-boom",
    )  # fmt: skip
    for name in bundled():
        each = find(name)
        assert all(each.texts.values()), name
        assert np.isfinite(simulate(each.applied(experiment()), 20, ["fleet"])["fleet"]).all()


def test_base_changes_no_bit() -> None:
    base = find("base").applied(experiment())
    for name, path in simulate(base, 50).items():
        np.testing.assert_array_equal(path, simulate(experiment(), 50)[name])


def test_a_median_and_a_factor_move_the_centre() -> None:
    before = experiment().inputs["elasticity"].quantile(0)
    to = scenario(ELASTIC).applied(experiment()).inputs["elasticity"]
    assert to.quantile(0) == pytest.approx(1.8)
    half = scenario('[inputs.elasticity]\nfactor = 0.5\nwhy = "Assumption."\n')
    by = half.applied(experiment()).inputs["elasticity"]
    assert by.quantile(0) == pytest.approx(before / 2)
    assert by.prior.scale == experiment().inputs["elasticity"].prior.scale


def test_a_range_moves_the_spread() -> None:
    text = '[inputs.elasticity]\nmedian = 1.0\np10 = 0.5\np90 = 2.0\nunit = "1"\nwhy = "A."\n'
    found = scenario(text).applied(experiment()).inputs["elasticity"]
    assert found.quantile(1.2815515655446004) == pytest.approx(2.0)
    assert found.prior.scale == pytest.approx(math.log(4) / (2 * 1.2815515655446004))


def test_units_are_converted() -> None:
    text = '[inputs.under_construction]\nmedian = 9000\nunit = "MW"\nwhy = "Assumption."\n'
    found = scenario(text).applied(experiment()).inputs["under_construction"]
    assert found.quantile(0) == pytest.approx(9.0)


def test_scenarios_join_in_any_order() -> None:
    one, two = find("power-starved"), scenario(ELASTIC)
    first, second = (joined(experiment(), each) for each in ((one, two), (two, one)))
    for name, path in simulate(first, 20, ["fleet"]).items():
        np.testing.assert_array_equal(path, simulate(second, 20, ["fleet"])[name])


def test_contradictions_are_refused() -> None:
    other = scenario(ELASTIC.replace("1.8", "0.4"), "other")
    with pytest.raises(UserError, match="mine and other contradict each other about elasticity"):
        joined(experiment(), [scenario(ELASTIC), other])
    shock = '[shocks]\npower = 2\nwhy = "A."\n'
    with pytest.raises(UserError, match="contradict each other about the shock power"):
        joined(experiment(), [find("power-starved"), scenario(shock)])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[input.elasticity]\n", "mine.toml:1: input is not known; did you mean inputs"),
        ('[inputs.elasticity]\nmedain = 1\nwhy = "A."\n', "mine.toml:4: medain is not known"),
        ("[inputs.elasticity]\nmedian = 1.8\nunit = '1'\n", "mine.toml:3: elasticity needs a why"),
        ("[inputs.elasticity]\nwhy = 'A.'\n", "mine.toml:3: elasticity moves nothing"),
        (ELASTIC + "factor = 2.0\n", "mine.toml:8: factor and median contradict each other"),
        (
            "[inputs.elasticity]\nmedian = 1.8\nwhy = 'A.'\n",
            "mine.toml:3: elasticity needs the unit",
        ),
        (
            "[inputs.elasticity]\nmedian = 'x'\nwhy = 'A.'\n",
            "mine.toml:4: median 'x' is not a number",
        ),
        (
            "[inputs.elasticity]\np10 = 2.0\np90 = 1.0\nunit = '1'\nwhy = 'A.'\n",
            "mine.toml:4: p10 is out of order",
        ),
        ("[shocks]\npower = 0\nwhy = 'A.'\n", "mine.toml:4: power 0 must be a factor above 0"),
        ("[shocks]\npowr = 2\nwhy = 'A.'\n", "mine.toml:4: powr is not known; did you mean power"),
        ("[shocks]\npower = 2\n", "mine.toml:4: power needs a why"),
        ("[shocks]\nat = '2041Q1'\n", "mine.toml:4: at '2041Q1' is not a quarter"),
        ("[shocks\n", "mine.toml:3:"),
    ],
)
def test_a_mistake_is_named_with_its_line(text: str, message: str) -> None:
    with pytest.raises(UserError) as caught:
        scenario(text)
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('[inputs.elastic]\nfactor = 2\nwhy = "A."\n', "there is no input 'elastic'"),
        ('[inputs.pue]\nmedian = 1.2\nunit = "GW"\nwhy = "A."\n', "pue: "),
        ('[inputs.pue]\nmedian = 0.9\nunit = "1"\nwhy = "A."\n', "pue: 0.9 1 with a range"),
        ('[inputs.us_share]\nmedian = 1.2\nunit = "1"\nwhy = "A."\n', "us_share: 1.2 1"),
        ('[shocks]\nat = "2024Q1"\npower = 2\nwhy = "A."\n', "already observed"),
    ],
)
def test_what_does_not_fit_the_chain_is_refused(text: str, message: str) -> None:
    with pytest.raises(UserError) as caught:
        scenario(text).applied(experiment())
    assert "mine.toml" in str(caught.value)
    assert message in str(caught.value)


def test_an_empty_file_is_called_empty(tmp_path: Path) -> None:
    file = tmp_path / "own.toml"
    file.write_text("\n", encoding="utf-8")
    with pytest.raises(UserError, match=r"own\.toml is empty; give it a name"):
        find(str(file))


def test_a_name_or_a_file(tmp_path: Path) -> None:
    file = tmp_path / "own.toml"
    file.write_text(HEAD + ELASTIC, encoding="utf-8")
    assert find(str(file)).name == "own"
    with pytest.raises(UserError, match="no scenario 'power-starving'; did you mean power-starved"):
        find("power-starving")


def test_the_study_says_which_scenarios_it_ran() -> None:
    study = Study(store(), AS_OF, draws=50, scenarios=[find("reasoning-boom")])
    assert study.provenance["scenarios"] == ["reasoning-boom"]
    plain = Study(store(), AS_OF, draws=50)
    moved, same = (each.chain.quantities["compute_wanted"]["p50"] for each in (study, plain))
    assert moved[-1] > same[-1]


@pytest.mark.parametrize("name", bundled())
def test_a_bundled_scenario_is_finite_in_every_draw_of_the_last_day(name: str) -> None:
    """A shock that takes supply away must not make a build negative."""
    day = store().last_known_on
    study = Study(store(), day, draws=4096, scenarios=[find(name)])
    for path, values in simulate(study.experiment, 4096).items():
        assert np.isfinite(values).all(), path
