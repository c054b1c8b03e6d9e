"""Derivatives against differences, and shares of variance against closed forms."""

from dataclasses import replace
from datetime import date
from functools import cache

import numpy as np
import pytest

from jevons.facts import load
from jevons.model.priors import BLOCK
from jevons.model.sensitivity import Sensitivity, _share, sensitivities
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


def test_shares_of_a_sum_are_those_of_its_variances() -> None:
    """y = 3a + 4b + nothing c: 9/25, 16/25 and 0 (Sobol 1993, a linear function)."""
    a, b, c = np.random.default_rng(1).standard_normal((3, 20_000))
    y = 3 * a + 4 * b
    assert _share(y[np.argsort(a)]) == pytest.approx(0.36, abs=0.02)
    assert _share(y[np.argsort(b)]) == pytest.approx(0.64, abs=0.02)
    assert _share(y[np.argsort(c)]) == pytest.approx(0.0, abs=0.01)


def test_a_result_that_never_moves_has_no_shares() -> None:
    assert _share(np.full(1000, 3.0)) == 0
