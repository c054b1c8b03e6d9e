"""The Jevons index against closed forms and against the chain run twice."""

import math
from functools import cache

import numpy as np
import pytest

from jevons.errors import UserError
from jevons.model.clock import QUARTER_YEARS, QUARTERS
from jevons.model.demand import WORKLOADS
from jevons.model.priors import BLOCK
from jevons.model.rebound import HORIZONS, jevons_index
from jevons.model.simulate import Experiment, simulate

from .invented import drawn, experiment, in_double, moved

START = QUARTERS.index("2025Q1")  # the first forecast quarter, from which a gain lasts
NO_CEILING = {"spend_share_ceiling": 1e30}
NO_SATURATION = {"saturation_spend_share": 1e30}
# Pre-training that fades, with the whole fleet as its budget, does not answer efficiency.
STEADY_TRAINING = {"pretraining_growth": 0.3, "training_budget_share": 1 - 1e-6}


@cache
def free() -> Experiment:
    return moved(experiment(), **NO_CEILING, **NO_SATURATION, **STEADY_TRAINING)


def closed_share(run: Experiment, horizon: str) -> np.ndarray:
    """Share of the gap to long-run demand that is closed by a horizon, (draw,)."""
    steps = HORIZONS[horizon] + 1  # the onset's own quarter closes a part as well
    return np.asarray(1 - 2 ** (-steps * QUARTER_YEARS / drawn(run)["adjustment_half_life"]))


def elasticities(run: Experiment) -> np.ndarray:
    x = drawn(run)
    reasoning, multimodal = x["elasticity_ratio_reasoning"], x["elasticity_ratio_multimodal"]
    ratio = np.stack([np.ones_like(reasoning), reasoning, multimodal])
    return np.asarray(x["elasticity"] * ratio)


def plain_index(run: Experiment, horizon: str) -> np.ndarray:
    """eps x pass-through x (1 - 2^(-t / half-life)) - 1, (workload, draw)."""
    through = drawn(run)["price_pass_through"] * closed_share(run, horizon)
    return np.asarray(elasticities(run) * through - 1)


@pytest.mark.parametrize("horizon", HORIZONS)
def test_without_saturation_the_index_is_elasticity_times_pass_through_less_one(
    horizon: str,
) -> None:
    index = jevons_index(free(), BLOCK)[horizon]["by_workload"]
    assert index.shape == (len(WORKLOADS), BLOCK)
    np.testing.assert_allclose(index, plain_index(free(), horizon), atol=1e-5)


def test_in_the_long_run_a_large_elasticity_passes_through_whole() -> None:
    """Price follows cost fully and at once: J = eps - 1, above zero where demand is elastic."""
    run = moved(
        free(),
        elasticity=2.0,
        price_pass_through=1 - 1e-6,
        adjustment_half_life=0.02,
        # Little else lowers cost, so that demand of an elasticity of 16 stays a number.
        software_efficiency_growth=1.02,
        price_performance_growth=1.02,
    )
    index = jevons_index(run, BLOCK)["long_run"]["by_workload"]
    elasticity = elasticities(run)
    np.testing.assert_allclose(index, elasticity - 1, rtol=1e-4, atol=1e-4)
    clear = np.abs(elasticity - 1) > 1e-3
    np.testing.assert_array_equal((index > 0)[clear], (elasticity > 1)[clear])


def test_demand_that_ignores_price_saves_what_efficiency_saves() -> None:
    """J of each workload is -1; in all it is -1 x inference's share of the compute wanted.

    Where training takes nearly all of a fleet that shrinks, it answers as well: such draws are few.
    """
    run = moved(free(), elasticity=1e-9)
    index = jevons_index(run, BLOCK)
    names = ["compute_by_workload", "compute_wanted", "pretraining_compute", "fleet"]
    paths = in_double(simulate(run, BLOCK, names))
    share = paths["compute_by_workload"].sum(1) / paths["compute_wanted"]
    ahead_of_all = slice(START, START + max(HORIZONS.values()) + 1)
    part = paths["pretraining_compute"][:, ahead_of_all] / paths["fleet"][:, ahead_of_all]
    steady = part.max(1) < 0.9
    assert steady.mean() > 0.99
    for horizon, ahead in HORIZONS.items():
        np.testing.assert_allclose(index[horizon]["by_workload"], -1.0, atol=1e-5)
        expected = -share[:, START + ahead]
        np.testing.assert_allclose(index[horizon]["total"][steady], expected[steady], atol=1e-5)


def test_the_total_is_the_mix_of_its_workloads_where_training_does_not_move() -> None:
    paths = in_double(simulate(free(), BLOCK, ["compute_by_workload", "compute_wanted"]))
    shares = paths["compute_by_workload"] / paths["compute_wanted"][:, None]
    for horizon, ahead in HORIZONS.items():
        index = jevons_index(free(), BLOCK)[horizon]
        mix = (shares[:, :, START + ahead].T * index["by_workload"]).sum(0)
        np.testing.assert_allclose(index["total"], mix, atol=1e-5)


def test_a_ceiling_on_spending_takes_back_its_part_of_the_rebound() -> None:
    """Spending S = C u / (1 + u), u = wanted / C: d ln S = (1 - S / C) d ln wanted.

    Every workload is cut alike, so J_k = J_k without ceiling - (S / C) x their mean over the mix.
    """
    run = moved(experiment(), **NO_SATURATION)
    names = ["compute_by_workload", "hour_cost"]
    paths, ceiling = in_double(simulate(run, BLOCK, names)), drawn(run)["spend_share_ceiling"]
    for horizon, ahead in HORIZONS.items():
        inference = paths["compute_by_workload"][:, :, START + ahead].T
        gdp = 118_000 * np.exp(0.05 * ahead * QUARTER_YEARS)
        spent = inference.sum(0) * paths["hour_cost"][:, START + ahead] * 8.76 / gdp
        plain = plain_index(run, horizon)
        mean = (inference * plain).sum(0) / inference.sum(0)
        index = jevons_index(run, BLOCK)[horizon]["by_workload"]
        np.testing.assert_allclose(index, plain - spent / ceiling * mean, atol=1e-4)


@pytest.mark.parametrize("horizon", HORIZONS)
def test_the_derivative_is_that_of_the_chain(horizon: str) -> None:
    """Central differences of two runs.

    Where a draw passes from one limit to another between the runs the slope jumps. That happens
    in proportion to the step, so the few draws that differ must become fewer with it.
    """
    index, at = jevons_index(experiment(), BLOCK)[horizon]["total"], START + HORIZONS[horizon]
    differ = []
    for step in (0.08, 0.005):
        up, down = (
            in_double(
                simulate(
                    experiment().shocked({"efficiency": factor}, "2025Q1"),
                    BLOCK,
                    ["compute_wanted"],
                )
            )
            for factor in (math.exp(step), math.exp(-step))
        )
        slope = np.log(up["compute_wanted"] / down["compute_wanted"])[:, at] / (2 * step)
        differ.append(np.mean(np.abs(slope - index) > 5e-3))
    assert differ[1] < 0.01
    assert differ[1] < differ[0] / 3


def test_fewer_draws_are_the_first_of_more() -> None:
    few, many = jevons_index(experiment(), 10), jevons_index(experiment(), BLOCK)
    for horizon in HORIZONS:
        for part in ("total", "by_workload"):
            np.testing.assert_array_equal(few[horizon][part], many[horizon][part][..., :10])


def test_a_shock_leaves_what_came_before_it() -> None:
    names = ["compute_wanted", "token_cost", "accelerator_spend"]
    at = QUARTERS.index("2026Q2")
    base = simulate(experiment(), 200, names)
    moved_by = simulate(experiment().shocked({"efficiency": 10.0}, "2026Q2"), 200, names)
    for name in names:
        np.testing.assert_array_equal(moved_by[name][:, :at], base[name][:, :at])
    ratio = moved_by["token_cost"][:, at:] / base["token_cost"][:, at:]
    np.testing.assert_allclose(ratio, 0.1, rtol=1e-4)


def test_a_gain_of_one_changes_nothing() -> None:
    base = simulate(experiment(), 50)
    for name, values in simulate(experiment().shocked({"efficiency": 1.0}, "2025Q1"), 50).items():
        np.testing.assert_array_equal(values, base[name])


def test_a_shock_in_history_is_refused_with_the_first_quarter_that_is_not() -> None:
    with pytest.raises(UserError, match=r"2024Q4 lies in what was already observed.*2025Q1"):
        experiment().shocked({"efficiency": 10.0}, "2024Q4")


def test_a_shock_outside_the_clock_is_refused() -> None:
    with pytest.raises(UserError, match="'2035Q1' is not a quarter"):
        experiment().shocked({"efficiency": 10.0}, "2035Q1")


@pytest.mark.parametrize("efficiency", [0.0, -2.0, float("nan")])
def test_a_gain_must_be_positive(efficiency: float) -> None:
    with pytest.raises(UserError, match="must be a factor above 0"):
        experiment().shocked({"efficiency": efficiency}, "2025Q1")
