"""How likely the observations are, given inputs of the chain: one function of standard normals.

    ln L = sum over blocks of ln N( y - ln chain(x);  fixed + sum_s d_s^2 walk_s )

``x`` are the inputs at standard normals z (a prior's draw is centre + width z on its scale), the
same z at every origin; ``d_s`` is the yearly deviation of the discrepancy of series s, with its
own standard normal. Gaussian errors are integrated out, so the random walks need no sampling.
"""

import jax
import jax.numpy as jnp

from jevons.model.evidence import Arrays, deviations
from jevons.model.observables import observables
from jevons.model.setting import Setting
from jevons.model.simulate import Scales, inputs_at


def predicted(z: jax.Array, scales: Scales, data: Arrays) -> jax.Array:
    """What the chain says of each observation, as a log, (block, observation).

    Args:
        z: standard normals of the inputs, (input,). scales: of the inputs.
    """

    def one(locations: jax.Array, widths: jax.Array, setting: Setting) -> jax.Array:
        return observables(inputs_at(scales, locations, widths, z[:, None]), setting)

    rows = jax.vmap(one)(data.locations, data.widths, data.setting)
    paths = rows[data.segment[:, None], data.row]
    last = jnp.log((data.last * paths).sum(-1))
    start = (data.first * paths).sum(-1)
    first = jnp.log(jnp.where(start > 0, start, 1.0))
    return data.scale * (last - first)


def covariance(deviation: jax.Array, data: Arrays) -> jax.Array:
    """Covariance of the observations about the chain, (block, observation, observation).

    Args:
        deviation: yearly deviation of each series' discrepancy, (series,).
    """
    return data.fixed + (deviation[:, None, None, None] ** 2 * data.walks).sum(0)


def discrepancies(normals: jax.Array) -> jax.Array:
    """Yearly deviations from their standard normals, each (series,)."""
    centre, width = (jnp.asarray(each, jnp.float32) for each in deviations())
    return jnp.exp(centre + width * normals)


def log_likelihood(z: jax.Array, normals: jax.Array, scales: Scales, data: Arrays) -> jax.Array:
    """Log density of the observations, up to a constant, scalar.

    Args:
        z: standard normals of the inputs, (input,). normals: of the discrepancies, (series,).
    """
    residual = data.known * (data.value - predicted(z, scales, data))
    return gaussian(residual, covariance(discrepancies(normals), data)).sum()


@jax.custom_vjp
def gaussian(residual: jax.Array, sigma: jax.Array) -> jax.Array:
    """Log density of residuals under a normal of mean zero, less its constant, (...).

    Args:
        residual: (..., n). sigma: covariance, (..., n, n), positive definite.

    >>> float(gaussian(jnp.array([2.0]), jnp.array([[4.0]])))  # -1/2 - ln 2
    -1.1931471824645996
    """
    return _gaussian(residual, sigma)[0]


Kept = tuple[jax.Array, jax.Array]


def _gaussian(residual: jax.Array, sigma: jax.Array) -> tuple[jax.Array, Kept]:
    inverse, log_det = _inverse(sigma)
    white = (inverse * residual[..., None, :]).sum(-1)
    return -0.5 * ((residual * white).sum(-1) + log_det), (inverse, white)


def _slope(kept: Kept, slope: jax.Array) -> tuple[jax.Array, jax.Array]:
    """Derivatives by residual and covariance: -S^-1 r, and (S^-1 r r' S^-1 - S^-1) / 2."""
    inverse, white = kept
    by_sigma = 0.5 * (white[..., :, None] * white[..., None, :] - inverse)
    return -slope[..., None] * white, slope[..., None, None] * by_sigma


gaussian.defvjp(_gaussian, _slope)


def _inverse(sigma: jax.Array) -> tuple[jax.Array, jax.Array]:
    """Inverse and log determinant of small covariances by the sweep operator, (..., n, n), (...).

    Element by element: a library's factorisation starts threads for matrices far too small for it,
    and waits for them on a busy machine longer than all the rest takes.
    """

    def sweep(k: jax.Array, state: tuple[jax.Array, jax.Array]) -> tuple[jax.Array, jax.Array]:
        matrix, log_det = state
        column = jax.lax.dynamic_index_in_dim(matrix, k, axis=-1, keepdims=False)
        pivot = jax.lax.dynamic_index_in_dim(column, k, axis=-1)
        here = jnp.arange(column.shape[-1]) == k
        scaled = column / pivot
        # Where row or column is k the swept entry is the scaled column, at (k, k) -1/pivot.
        swept = matrix - scaled[..., :, None] * column[..., None, :]
        swept = jnp.where(here[:, None], scaled[..., None, :], swept)
        swept = jnp.where(here[None, :], scaled[..., :, None], swept)
        swept = jnp.where(here[:, None] & here[None, :], -1 / pivot[..., None], swept)
        return swept, log_det + jnp.log(pivot[..., 0])

    start = (sigma, jnp.zeros(sigma.shape[:-2], sigma.dtype))
    negative, log_det = jax.lax.fori_loop(0, sigma.shape[-1], sweep, start)
    return -negative, log_det
