"""Draws from a posterior whose prior is standard normal: the No-U-Turn sampler of NumPyro.

Hoffman and Gelman (2014); several chains side by side in one compiled step. On the prior's scale
a posterior is a narrow, tilted ridge, which takes long steps in small pieces. So a first run scouts
its mean and covariance, and the second samples on that scale, where few steps cross it.
"""

from collections.abc import Callable
from functools import cache, partial
from typing import TYPE_CHECKING, Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from jevons.model.device import compiler_options

if TYPE_CHECKING:
    from numpyro.infer import NUTS

CHAINS = 4
SCOUTED, WARM_UP, KEPT = 150, 75, 225  # iterations of each chain; the scouts warm up too
STEP = 25  # iterations between two reports of progress
START = 0.3  # deviations of the scale by which the chains start apart
DEPTH = 7  # of the sampler's tree: at most 127 gradients an iteration
SHRINKAGE = 0.2  # of the scouted correlations towards none

Likelihood = Callable[[jax.Array, Any], jax.Array]  # of z (quantity,) and data: log, scalar


class Scale(NamedTuple):
    """Where the sampler thinks the posterior lies: z = centre + factor u."""

    centre: jax.Array  # (quantity,)
    factor: jax.Array  # lower triangular, (quantity, quantity)

    def at(self, u: jax.Array) -> jax.Array:
        """z at points u, both (..., quantity)."""
        return self.centre + (self.factor * u[..., None, :]).sum(-1)


def posterior_draws(
    likelihood: Likelihood,
    size: int,
    data: Any,
    seed: int,
    progress: Callable[[int, int], None] | None = None,
) -> tuple[np.ndarray, float]:
    """Sample z, standard normal before the data.

    Args:
        likelihood: log likelihood of z (size,) and the data. data: arrays in any tree.
        progress: called with parts done and parts in all, first with none done.

    Returns:
        draws after warm-up (chain, draw, quantity), and the share of them that diverged.
    """
    parts = (SCOUTED + WARM_UP + KEPT) // STEP
    done = 0

    def report(more: int) -> None:
        nonlocal done
        done += more
        if progress is not None:
            progress(done, parts)

    report(0)
    scouting, sampling = jax.random.split(jax.random.key(seed))
    first = Scale(jnp.zeros(size), jnp.eye(size))
    draws, _ = _run(likelihood, data, first, scouting, SCOUTED, report)
    scale = scale_of(draws[WARM_UP:])
    draws, divergent = _run(likelihood, data, scale, sampling, WARM_UP + KEPT, report)
    return np.moveaxis(draws[WARM_UP:], 0, 1), float(divergent[WARM_UP:].mean())


def _run(
    likelihood: Likelihood,
    data: Any,
    scale: Scale,
    key: jax.Array,
    iterations: int,
    report: Callable[[int], None],
) -> tuple[np.ndarray, np.ndarray]:
    """Draws (iteration, chain, quantity), and which of them diverged (iteration, chain)."""
    begin, advance = _compiled(likelihood, len(scale.centre))
    state = begin(jax.random.split(key, CHAINS), data, scale)
    parts = []
    for _ in range(iterations // STEP):
        state, drawn = advance(state, data, scale)
        parts.append(jax.tree.map(np.asarray, drawn))
        report(1)
    draws, divergent = (np.concatenate(each) for each in zip(*parts, strict=True))
    return draws, divergent


def scale_of(draws: np.ndarray) -> Scale:
    """Mean and Cholesky factor of draws (iteration, chain, quantity), correlations shrunk."""
    flat = draws.reshape(-1, draws.shape[-1])
    covariance = np.cov(flat.T)
    shrunk = (1 - SHRINKAGE) * covariance + SHRINKAGE * np.diag(np.diag(covariance))
    factor = np.linalg.cholesky(shrunk)
    return Scale(jnp.asarray(flat.mean(0), jnp.float32), jnp.asarray(factor, jnp.float32))


def kernel_of(likelihood: Likelihood, size: int) -> "NUTS":
    """The sampler's transition for arguments (data, scale): it moves u of a :class:`Scale`."""
    # NumPyro takes a second to import, and few commands sample.
    import numpyro
    from numpyro.distributions import Normal
    from numpyro.infer import NUTS

    def model(data: Any, scale: Scale) -> None:
        u = numpyro.sample("u", Normal(0, 1).expand([size]).to_event(1))
        z = scale.at(u)
        # The density is that of z, standard normal before the data.
        numpyro.factor("prior", 0.5 * ((u**2).sum() - (z**2).sum()))
        numpyro.factor("observed", likelihood(z, data))

    return NUTS(model, max_tree_depth=DEPTH)


@cache
def _compiled(likelihood: Likelihood, size: int) -> tuple[Callable[..., Any], Callable[..., Any]]:
    """Begin and advance of the sampler, compiled once for a likelihood."""
    kernel = kernel_of(likelihood, size)

    # Compiled as a whole: begun step by step, the sampler compiles each of its small steps.
    @jax.jit
    def begin(keys: jax.Array, data: Any, scale: Scale) -> Any:
        start = {"u": START * jax.vmap(lambda key: jax.random.normal(key, (size,)))(keys)}
        return kernel.init(keys, WARM_UP, start, (data, scale), {})

    @partial(jax.jit, compiler_options=compiler_options())
    def advance(state: Any, data: Any, scale: Scale) -> Any:
        def one(state: Any, _: None) -> Any:
            state = kernel.sample(state, (data, scale), {})
            return state, (scale.at(state.z["u"]), state.diverging)

        return jax.lax.scan(one, state, None, length=STEP)

    return begin, advance
