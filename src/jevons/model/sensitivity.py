"""Which input moves a result: exact derivatives, and the share of the variance it explains.

The derivative is that of the chain itself, by reverse-mode automatic differentiation, per draw,
with respect to an input's standard normal: units of the result per standard deviation. Where two
limits bind in different draws the result has a kink; the derivative is then that of the limit
that binds in the draw.

The first-order Sobol index of input i is Var(E[y | x_i]) / Var(y) (Sobol 1993): the share of the
variance that would vanish on average if the input became known. It is estimated from the draws
that were made anyway, by the variance of the means of equally filled classes of x_i, less what
chance alone gives them (Plischke, Borgonovo and Smith 2013). Sobol draws leave less to chance than
random ones: what the middle input of all gets, as most move a result by next to nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import jax
import jax.numpy as jnp
import numpy as np

from jevons.model.chain import chain
from jevons.model.clock import QUARTERS
from jevons.model.setting import Setting
from jevons.model.simulate import (
    Drawn,
    Experiment,
    Scales,
    arguments,
    input_normals,
    series,
    simulate,
)

CLASSES = 32  # of an input's draws; the finest that leave a hundred draws in each of 4,096
TAIL = 0.1  # the draws with the lowest and the highest tenth of an input


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """How one input moves the result.

    Attributes:
        derivative: mean over draws, unit of the result per standard deviation of the input.
        share: first-order index, 0 to 1. low, high: median of the result where the input is in its
            lowest and in its highest tenth.
    """

    name: str
    derivative: float
    share: float
    low: float
    high: float


def sensitivities(
    experiment: Experiment, name: str, quarter: str, draws: int
) -> tuple[np.ndarray, list[Sensitivity]]:
    """Inputs by the share of variance that they explain, the largest first.

    Args:
        name: a path of the chain, ``name.member`` where it has a leading axis.
        quarter: at which it is read. draws: number of draws; derivatives use the first block.

    Returns:
        the result (draw,), and one row an input.
    """
    at = QUARTERS.index(quarter)
    result = np.asarray(simulate(experiment, draws, [name])[name][:, at], np.float64)
    scales, drawn = arguments(experiment)
    names = [each for each, _ in scales]
    slopes = np.asarray(
        _derivatives(scales, *series(name))(drawn, experiment.setting, jnp.int32(at))
    )[:, :draws].mean(1)
    normals = input_normals(experiment, draws)
    between, tails = [], []
    for each in names:
        ordered = result[np.argsort(normals[each], kind="stable")]
        between.append(_between(ordered))
        tails.append(_tails(ordered))
    shares = _less_chance(np.array(between), draws)
    rows = [
        Sensitivity(name, float(slope), float(share), *ends)
        for name, slope, share, ends in zip(names, slopes, shares, tails, strict=True)
    ]
    return result, sorted(rows, key=lambda row: -row.share)


def _tails(ordered: np.ndarray) -> tuple[float, float]:
    count = max(int(TAIL * len(ordered)), 1)
    return float(np.median(ordered[:count])), float(np.median(ordered[-count:]))


def _classes(draws: int) -> int:
    return min(CLASSES, max(draws // 4, 2))


def _between(ordered: np.ndarray) -> float:
    """Share of the variance of a result (draw,) that lies between classes of draws in a row.

    >>> _between(np.arange(4096.0)) > 0.99
    True
    """
    total = ordered.var()
    classes = np.array_split(ordered, _classes(len(ordered)))
    sizes = np.array([len(each) for each in classes])
    means = np.array([each.mean() for each in classes])
    between = np.average((means - ordered.mean()) ** 2, weights=sizes)
    return float(between / total) if total else 0.0


def _less_chance(between: np.ndarray, draws: int) -> np.ndarray:
    """First-order indices (input,) from the shares between classes by each input.

    Means of classes of random noise vary by (classes - 1) / draws of the variance within them;
    those of evenly spread noise by less, as an input that moves nothing shows.

    >>> _less_chance(np.array([0.5, 0.002, 0.002]), 4096).round(3).tolist()
    [0.498, 0.0, 0.0]
    """
    classes = _classes(draws)
    random = (1 - between) * (classes - 1) / (draws - classes)
    shares: np.ndarray = np.clip(between - np.minimum(random, np.median(between)), 0.0, 1.0)
    return shares


Derivatives = Callable[[Drawn, Setting, jax.Array], jax.Array]


@cache
def _derivatives(scales: Scales, name: str, place: int | None) -> Derivatives:
    def run(drawn: Drawn, setting: Setting, at: jax.Array) -> jax.Array:
        normals = drawn.normals([each for each, _ in scales], jnp.uint32(0))

        def total(z: jax.Array) -> jax.Array:
            paths = chain(drawn.inputs(scales, z), setting)
            path = paths["tokens_by_workload"].sum(0) if name == "tokens" else paths[name]
            return jnp.take(path if place is None else path[place], at, axis=0).sum()

        # Draws are independent of each other, so the gradient of their sum is each one's own.
        slopes: jax.Array = jax.grad(total)(normals)
        return slopes

    return jax.jit(run)  # without options: sums over quarters are what the library is quick at
