"""Derivatives against differences, and shares of variance against closed forms."""

from dataclasses import replace
from datetime import date
from functools import cache

import numpy as np
import pytest

from jevons.facts import load
from jevons.model.priors import BLOCK, streams
from jevons.model.sensitivity import (
    CLASSES,
    Sensitivity,
    _between,
    _less_chance,
    sensitivities,
)
from jevons.model.simulate import Experiment, simulate

QUARTER, PLACE = "2028Q4", 23
STEP = 0.05  # standard deviations


@cache
def experiment() -> Experiment:
    return Experiment.of(load().as_of(date(2025, 3, 11)), 2025)


@cache
def of_power_demand() -> dict[str, Sensitivity]:
    _, rows = sensitivities(experiment(), "new_power_demand", QUARTER, BLOCK)
    return {row.name: row for row in rows}


def moved(name: str, step: float) -> float:
    """Mean result with one input's centre moved by ``step`` standard deviations."""
    one = experiment()
    entry = one.inputs[name]
    shifted = replace(entry, location=entry.location + step * entry.prior.scale)
    other = replace(one, inputs={**one.inputs, name: shifted})
    return float(simulate(other, BLOCK, ["new_power_demand"])["new_power_demand"][:, PLACE].mean())


@pytest.mark.parametrize("name", ["price_performance_growth", "elasticity", "us_share"])
def test_the_derivative_is_the_limit_of_a_difference(name: str) -> None:
    """Moving the centre moves every draw of the input by the same standard deviations."""
    difference = (moved(name, STEP) - moved(name, -STEP)) / (2 * STEP)
    assert of_power_demand()[name].derivative == pytest.approx(difference, rel=0.02)


def test_what_the_result_does_not_contain_explains_nothing() -> None:
    row = of_power_demand()["gas_netback"]
    assert row.derivative == 0
    assert row.share < 0.005  # chance alone: one in about two hundred and fifty


def test_tails_lie_on_the_side_of_the_derivative() -> None:
    for name in ("price_performance_growth", "elasticity", "us_share"):
        row = of_power_demand()[name]
        assert (row.high > row.low) == (row.derivative > 0)


def shares(result: np.ndarray, inputs: np.ndarray) -> np.ndarray:
    between = [_between(result[np.argsort(each, kind="stable")]) for each in inputs]
    return _less_chance(np.array(between), len(result))


def test_shares_of_a_sum_are_those_of_its_variances() -> None:
    """y = 3a + 4b + nothing c: 9/25, 16/25 and 0 (Sobol 1993, a linear function)."""
    a, b, c = np.random.default_rng(1).standard_normal((3, 20_000))
    found = shares(3 * a + 4 * b, np.stack([a, b, c]))
    assert found[:2] == pytest.approx([0.36, 0.64], abs=0.02)
    assert found[2] == pytest.approx(0.0, abs=0.01)


def test_even_draws_are_not_charged_the_noise_of_random_ones() -> None:
    """Of 30 inputs two move the result; Sobol draws leave less than half of chance's noise."""
    names = list(experiment().inputs)[:30]
    normals = np.asarray(streams(5, names, 0), np.float64)
    found = shares(normals[0] + 0.2 * normals[1], normals)
    assert found[0] == pytest.approx(1 / 1.04, abs=0.02)  # classes hide what varies within them
    assert found[1] == pytest.approx(0.04 / 1.04, abs=0.004)
    assert np.median(found[2:]) < 0.001
    random = (CLASSES - 1) / BLOCK
    unmoved = [_between(normals[0][np.argsort(each, kind="stable")]) for each in normals[2:]]
    assert np.median(unmoved) < random / 2


def test_a_result_that_never_moves_has_no_shares() -> None:
    assert _between(np.full(1000, 3.0)) == 0
