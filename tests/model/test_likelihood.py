"""The likelihood: a normal density, its derivatives, and how errors move together."""

from datetime import date

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.stats import multivariate_normal

from jevons.model.anchors import BUYERS
from jevons.model.clock import QUARTERS
from jevons.model.evidence import (
    Segment,
    block_arrays,
    declared_covariance,
    deviations,
    gather,
    walk_covariance,
)
from jevons.model.likelihood import covariance, discrepancies, gaussian
from jevons.model.observations import FREE_LEVEL, Observation, series
from jevons.model.setting import ai_part
from jevons.model.simulate import Experiment

from .invented import experiment, store


def covariances(count: int, size: int) -> np.ndarray:
    """Well-conditioned covariances, (count, size, size)."""
    roots = np.random.default_rng(7).normal(size=(count, size, 2 * size))
    return roots @ roots.transpose(0, 2, 1) / (2 * size)


def test_the_density_is_that_of_scipy() -> None:
    sigma, residual = covariances(3, 12), np.random.default_rng(8).normal(size=(3, 12))
    found = gaussian(jnp.asarray(residual, jnp.float32), jnp.asarray(sigma, jnp.float32))
    constant = 6 * np.log(2 * np.pi)
    for row in range(3):
        expected = multivariate_normal(np.zeros(12), sigma[row]).logpdf(residual[row]) + constant
        assert float(found[row]) == pytest.approx(expected, rel=1e-5)


def test_the_derivatives_are_those_of_the_textbook() -> None:
    """By the residual -S^-1 r, by the covariance (S^-1 r r' S^-1 - S^-1) / 2."""
    sigma, residual = covariances(1, 6)[0], np.random.default_rng(9).normal(size=6)
    by_residual, by_sigma = jax.grad(lambda r, s: gaussian(r, s), argnums=(0, 1))(
        jnp.asarray(residual, jnp.float32), jnp.asarray(sigma, jnp.float32)
    )
    inverse = np.linalg.inv(sigma)
    white = inverse @ residual
    np.testing.assert_allclose(by_residual, -white, rtol=2e-4, atol=2e-5)
    expected = (np.outer(white, white) - inverse) / 2
    np.testing.assert_allclose(by_sigma, expected, rtol=2e-3, atol=2e-3)


def observation(name: str, row: str, group: str, at: int, value: float = 1.0) -> Observation:
    return Observation(name, row, group, (at,), value, (f"{group}-{at}",))


ORIGIN = QUARTERS.index("2024Q4")  # the anchor of the shared experiment


def test_walks_of_one_origin_grow_from_it_and_share_the_common_part() -> None:
    """h and k quarters ahead: covariance d^2 min(h, k)/4, across series by the common walk only.

    The common walk moves Meta's capex by the part of it that is AI, NVIDIA's revenue whole.
    """
    near = observation("capex.META", "capex_by_buyer.META", "META", ORIGIN + 1)
    far = observation("capex.META", "capex_by_buyer.META", "META", ORIGIN + 4)
    other = observation("nvidia", "ai_revenue.NVDA", "NVDA", ORIGIN + 2)
    segment = Segment(experiment(), (near, far, other), origin=True)
    assert walk_covariance(near, far, "capex.META", segment) == pytest.approx(0.25)
    assert walk_covariance(far, far, "capex.META", segment) == pytest.approx(1.0)
    assert walk_covariance(far, other, "capex.META", segment) == 0.0
    assert walk_covariance(far, other, "nvidia", segment) == 0.0
    part = ai_part(experiment().setting, 0.72)[BUYERS.index("META")]
    assert walk_covariance(other, other, "build_out", segment) == pytest.approx(0.5)
    assert walk_covariance(far, other, "build_out", segment) == pytest.approx(0.5 * part)
    assert walk_covariance(far, far, "build_out", segment) == pytest.approx(part**2)


def test_a_free_level_counts_growth_alone() -> None:
    """Twice the level of every report changes the density by next to nothing."""
    reports = [
        observation("users", "users", "ChatGPT", at, value)
        for at, value in ((1, 100.0), (4, 180.0), (7, 300.0))
    ]
    segment = Segment(experiment(), tuple(reports), origin=False)
    fields = block_arrays(reports, segment)
    place = list(series()).index("users")
    sigma = fields["fixed"] + 0.2**2 * fields["walks"][place]
    growth = np.zeros(len(fields["value"]), np.float32)
    growth[:3] = [0.05, -0.02, 0.1]
    shifted = growth.copy()
    shifted[:3] += np.log(2.0)
    densities = gaussian(jnp.asarray([growth, shifted]), jnp.asarray([sigma, sigma]))
    assert float(densities[0] - densities[1]) == pytest.approx(0.0, abs=0.05)
    assert declared_covariance(reports[0], reports[1]) == pytest.approx(FREE_LEVEL**2)


def test_discrepancies_have_the_declared_range() -> None:
    centre, width = deviations()
    assert centre.shape == (len(series()),)
    low, high = (np.asarray(discrepancies(jnp.full(len(series()), z))) for z in (-1.28155, 1.28155))
    declared = [entry.discrepancy for entry in series().values()]
    np.testing.assert_allclose(low, [each["p10"] for each in declared], rtol=1e-4)
    np.testing.assert_allclose(high, [each["p90"] for each in declared], rtol=1e-4)
    assert (width > 0).all()


@pytest.mark.parametrize("day", [date(2024, 6, 30), date(2025, 3, 11), date(2026, 9, 24)], ids=str)
def test_every_covariance_is_one(day: date) -> None:
    """Symmetric and positive definite at small and large discrepancies, padding included."""
    snapshot = store().as_of(day)
    data = gather(snapshot, Experiment.of(snapshot, 1)).arrays()
    for normal in (-3.0, 0.0, 3.0):
        sigma = np.asarray(covariance(discrepancies(jnp.full(len(series()), normal)), data))
        np.testing.assert_allclose(sigma, sigma.transpose(0, 2, 1), atol=1e-6)
        assert (np.linalg.eigvalsh(sigma.astype(np.float64)) > 1e-5).all()
