"""Derivatives of the chain: finite in every draw, also far out, and right beside the kinks.

The smallest of six limits has kinks where two limits are equal. There the derivative is that of
the limit that is taken: one of the two one-sided derivatives, never a NaN.
"""

from functools import cache

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jevons.model.chain import chain
from jevons.model.clock import QUARTERS
from jevons.model.simulate import arguments

from .invented import experiment

DRAWS = 256


@cache
def derivatives() -> jax.stages.Wrapped:
    """Values and derivatives of all paths along a direction of the inputs' standard normals."""
    declared, drawn = arguments(experiment())

    def paths(z: jax.Array) -> dict[str, jax.Array]:
        return chain(drawn.inputs(declared, z), experiment().setting)

    return jax.jit(lambda z, direction: jax.jvp(paths, (z,), (direction,)))


@pytest.mark.parametrize("reach", [1.0, 2.0, 3.0], ids=lambda reach: f"{reach:g} deviations")
def test_every_derivative_is_finite(reach: float) -> None:
    """Every output, quarter and draw, along a direction that moves all inputs at once."""
    generator = np.random.default_rng(round(10 * reach))
    shape = (len(experiment().inputs), DRAWS)
    z = jnp.asarray(reach * generator.uniform(-1, 1, shape), jnp.float32)
    direction = jnp.asarray(generator.standard_normal(shape), jnp.float32)
    values, slopes = derivatives()(z, direction)
    for name, slope in slopes.items():
        assert np.isfinite(np.asarray(values[name])).all(), name
        if slope.dtype != jax.dtypes.float0:  # the limit that binds is a number without slope
            assert np.isfinite(np.asarray(slope)).all(), name


def test_a_derivative_is_the_difference_of_two_runs() -> None:
    """Against steps of 0.002 deviations, in the nine draws of ten that no kink comes near."""
    generator = np.random.default_rng(3)
    shape = (len(experiment().inputs), DRAWS)
    z = jnp.asarray(generator.standard_normal(shape), jnp.float32)
    direction = jnp.asarray(generator.standard_normal(shape), jnp.float32)
    values, slopes = derivatives()(z, direction)
    step = 2e-3
    above, _ = derivatives()(z + step * direction, direction)
    below, _ = derivatives()(z - step * direction, direction)
    at = QUARTERS.index("2028Q4")
    for name in ("ai_capex", "compute_wanted", "us_electricity"):
        exact = np.asarray(slopes[name])[at] / np.asarray(values[name])[at]
        differences = (np.log(np.asarray(above[name])) - np.log(np.asarray(below[name])))[at]
        gap = np.abs(exact - differences / (2 * step))
        assert np.quantile(gap, 0.9) < 0.02 + 0.02 * np.abs(exact).mean(), name
