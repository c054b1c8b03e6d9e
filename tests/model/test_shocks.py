"""Shocks: each reaches its own link, from its quarter on, and none is no change at all."""

import math
from functools import cache

import numpy as np
import pytest

from jevons.errors import UserError
from jevons.model.clock import QUARTERS
from jevons.model.shocks import Shocks, shocks_of
from jevons.model.simulate import simulate

from .invented import experiment, in_double

AT = "2026Q1"
BEFORE = slice(0, QUARTERS.index(AT))
DRAWS = 200


@cache
def ratio(name: str, factor: float, of: str) -> np.ndarray:
    """A path with a shock over the same draws without it, (draw, quarter)."""
    base = in_double(simulate(experiment(), DRAWS, [of]))[of]
    moved = in_double(simulate(experiment().shocked({name: factor}, AT), DRAWS, [of]))[of]
    change: np.ndarray = np.divide(moved, base, out=np.ones_like(base), where=base > 0)
    return change


def test_a_shock_is_a_lasting_log_factor() -> None:
    shocks = shocks_of({"chips": 2.0}, AT, "2025Q1")
    chips = np.asarray(shocks.chips)
    assert not chips[BEFORE].any()
    np.testing.assert_allclose(chips[BEFORE.stop :], math.log(2), rtol=1e-6)
    assert not any(np.asarray(getattr(shocks, name)).any() for name in ("efficiency", "power"))


def test_factors_multiply() -> None:
    twice = shocks_of({"demand": 2.0}, AT, "2025Q1").joined(shocks_of({"demand": 3.0}, AT, AT))
    np.testing.assert_allclose(np.asarray(twice.demand)[-1], math.log(6), rtol=1e-6)
    assert not any(shock.any() for shock in Shocks.none())


@pytest.mark.parametrize("name", Shocks._fields)
def test_nothing_moves_before_its_quarter_nor_by_a_factor_of_one(name: str) -> None:
    same = experiment().shocked({name: 1.0}, AT)
    for of in ("compute_wanted", "accelerator_spend"):
        np.testing.assert_array_equal(ratio(name, 3.0, of)[:, BEFORE], 1.0)
        np.testing.assert_array_equal(
            simulate(same, 50, [of])[of], simulate(experiment(), 50, [of])[of]
        )


@pytest.mark.parametrize("name", ["chips", "power", "capital"])
def test_more_of_a_limit_never_lowers_the_first_quarters_build(name: str) -> None:
    spend = ratio(name, 3.0, "accelerator_spend")
    assert (spend[:, BEFORE.stop] >= 1 - 1e-6).all()


def test_power_that_arrives_is_multiplied() -> None:
    for of in ("power_under_construction", "power_grid_access"):
        np.testing.assert_allclose(ratio("power", 0.5, of)[:, BEFORE.stop + 1 :], 0.5, rtol=1e-5)


def test_a_wish_for_tokens_is_answered_with_the_lag_of_demand() -> None:
    """Without a budget a demand shock moves ln tokens by 1 - 2^(-quarter / half-life) at once."""
    wanted = ratio("demand", 2.0, "compute_wanted")
    assert (wanted[:, BEFORE.stop] > 1).all()
    assert (wanted[:, BEFORE.stop] < 2).all()


def test_tokens_per_answer_reach_reasoning_first() -> None:
    base = simulate(experiment(), DRAWS, ["compute_by_workload"])["compute_by_workload"]
    other = experiment().shocked({"tokens_per_answer": 10.0}, AT)
    moved = simulate(other, DRAWS, ["compute_by_workload"])["compute_by_workload"]
    change = (moved / base)[:, :, BEFORE.stop]
    direct, reasoning, multimodal = change.T
    assert (reasoning > direct).all()
    np.testing.assert_allclose(direct, multimodal, rtol=1e-4)  # the budget cuts both alike


def test_mistakes() -> None:
    with pytest.raises(UserError, match="unknown shock 'chip'; did you mean chips"):
        shocks_of({"chip": 2.0}, AT, "2025Q1")
    with pytest.raises(UserError, match="power 0 must be a factor above 0"):
        shocks_of({"power": 0.0}, AT, "2025Q1")
    with pytest.raises(UserError, match="lies in what was already observed"):
        shocks_of({"power": 2.0}, "2024Q4", "2025Q1")
    with pytest.raises(UserError, match="is not a quarter of the model"):
        shocks_of({"power": 2.0}, "2041Q1", "2025Q1")
