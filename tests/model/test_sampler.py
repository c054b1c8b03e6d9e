"""The sampler against posteriors known in closed form, and ranks that must be uniform."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.stats import chi2

from jevons.model.sampler import CHAINS, KEPT, posterior_draws, scale_of

NOISE = 0.1


def ridge(z: jax.Array, data: jax.Array) -> jax.Array:
    """One figure is the sum of two quantities; a third is not observed."""
    return -0.5 * ((data[0] - z[0] - z[1]) / NOISE) ** 2


def test_a_narrow_ridge_is_sampled_as_its_closed_form() -> None:
    """Normal prior, y = a'z + e: covariance I - a a' / (a'a + s^2), mean a y / (a'a + s^2).

    Errors allowed: four standard errors of a mean of 400 effective draws.
    """
    draws, divergent = posterior_draws(ridge, 3, jnp.array([1.0]), seed=1)
    flat = draws.reshape(-1, 3)
    a = np.array([1.0, 1.0, 0.0])
    total = a @ a + NOISE**2
    expected = np.eye(3) - np.outer(a, a) / total
    assert divergent == 0.0
    assert draws.shape == (CHAINS, KEPT, 3)
    np.testing.assert_allclose(flat.mean(0), a / total, atol=4 / 20)
    np.testing.assert_allclose(np.cov(flat.T), expected, atol=0.2)
    assert (flat @ a).std() == pytest.approx(np.sqrt(NOISE**2 / total * 2), rel=0.15)


def test_the_same_seed_gives_the_same_draws() -> None:
    first, second = (posterior_draws(ridge, 3, jnp.array([1.0]), seed=5)[0] for _ in range(2))
    np.testing.assert_array_equal(first, second)


def test_progress_starts_at_nothing_and_ends_at_all() -> None:
    seen: list[tuple[int, int]] = []
    posterior_draws(ridge, 3, jnp.array([1.0]), 1, lambda done, parts: seen.append((done, parts)))
    assert [done for done, _ in seen] == list(range(seen[-1][1] + 1))


def test_ranks_of_the_truth_are_uniform() -> None:
    """Simulation-based calibration (Talts and others 2018), small: 60 sets, five classes.

    Truths from the prior, data from the truth, the truth's rank among thinned draws. Over
    a closed form; the chain itself has not been put through it (docs/calibration.md).
    """
    generator = np.random.default_rng(3)
    ranks = []
    for number in range(60):
        truth = generator.standard_normal(3)
        figure = truth[0] + truth[1] + NOISE * generator.standard_normal()
        draws, _ = posterior_draws(ridge, 3, jnp.array([figure], jnp.float32), seed=number)
        thinned = draws[:, ::20].reshape(-1, 3)
        ranks.append((thinned < truth).mean(0))
    for quantity in range(3):
        counts, _ = np.histogram([rank[quantity] for rank in ranks], bins=5, range=(0, 1))
        statistic = ((counts - 12.0) ** 2 / 12.0).sum()
        assert statistic < chi2(4).ppf(0.999)


def test_the_scale_keeps_variances_and_shrinks_correlations() -> None:
    generator = np.random.default_rng(2)
    root = np.array([[2.0, 0.0], [0.9, 0.3]])
    draws = generator.standard_normal((500, 4, 2)) @ root.T + [1.0, -1.0]
    scale = scale_of(draws)
    covariance = np.asarray(scale.factor) @ np.asarray(scale.factor).T
    np.testing.assert_allclose(np.diag(covariance), np.diag(root @ root.T), rtol=0.1)
    assert covariance[0, 1] == pytest.approx(0.8 * 1.8, rel=0.1)
    np.testing.assert_allclose(scale.centre, [1.0, -1.0], atol=0.15)
