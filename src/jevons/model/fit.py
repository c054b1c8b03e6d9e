"""How well the calibrated chain says what was observed, and which observations taught it what.

Fit: for each observation the chain's predictive interval, discrepancy and measurement error
included, with the observation's place in it. Influence: how much a series moved the posterior mean
of each input, to first order (the infinitesimal jackknife; Giordano and others 2019), no refit.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from jevons.model.evidence import Evidence
from jevons.model.likelihood import covariance, discrepancies, predicted
from jevons.model.observations import Observation, series
from jevons.model.simulate import Scales

MOST_DRAWS = 300  # of the sampled ones, evenly spaced
DIGITS = 4


@dataclass(frozen=True, slots=True)
class Predictions:
    """Log predictions for posterior draws, block by block, and their covariances.

    Attributes:
        means: (draw, block, observation). sigmas: (draw, block, observation, observation).
        values: logs of the figures less known biases, (block, observation).
    """

    means: np.ndarray
    sigmas: np.ndarray
    values: np.ndarray


def predictions(
    scales: Scales, evidence: Evidence, inputs: np.ndarray, deviations: np.ndarray
) -> Predictions:
    """Predictions for draws of standard normals (draw, input) and (draw, series)."""
    data = evidence.arrays()
    z, d = jnp.asarray(inputs, jnp.float32), jnp.asarray(deviations, jnp.float32)
    means = jax.jit(lambda z: jax.lax.map(lambda one: predicted(one, scales, data), z))(z)
    sigmas = jax.lax.map(lambda one: covariance(discrepancies(one), data), d)
    return Predictions(
        np.asarray(means, np.float64), np.asarray(sigmas, np.float64), np.asarray(data.value)
    )


class Fit(NamedTuple):
    """One observation beside what the calibrated chain says of it; logs, biases taken off."""

    series: str
    row: str
    anchor: str  # of the chain that says it: an origin before the quarters, or the day's own
    quarters: tuple[int, ...]  # positions on the clock
    value: float
    p05: float
    p50: float
    p95: float
    place: float  # of the value among the draws, 0 to 1


def fit_of(evidence: Evidence, found: Predictions, seed: int) -> list[Fit]:
    """Every observation beside its prediction; a free level as growth since the first report."""
    noise = np.random.default_rng(seed).standard_normal(found.means.shape)
    factors = np.linalg.cholesky(found.sigmas)
    seen = found.means + (factors @ noise[..., None])[..., 0]
    rows = []
    for block, (segment, observations) in enumerate(evidence.blocks):
        for place, each in enumerate(observations):
            draws, value = seen[:, block, place], float(found.values[block, place])
            if series()[each.series].free:
                draws, value = _growth(each, observations, seen[:, block], found.values[block])
            points = [*np.quantile(draws, [0.05, 0.5, 0.95]), np.mean(draws <= value)]
            anchor = evidence.segments[segment].experiment.anchor
            rows.append(
                Fit(
                    each.series,
                    each.row,
                    anchor,
                    each.quarters,
                    round(value, DIGITS),
                    *(round(float(point), DIGITS) for point in points),
                )
            )
    return rows


def _growth(
    each: Observation,
    observations: tuple[Observation, ...],
    seen: np.ndarray,
    values: np.ndarray,
) -> tuple[np.ndarray, float]:
    """Growth since the first report of the group, where the level itself says nothing."""
    group = [place for place, other in enumerate(observations) if other.group == each.group]
    first = min(group, key=lambda place: observations[place].year)
    here = observations.index(each)
    return seen[:, here] - seen[:, first], float(values[here] - values[first])


def thinned(draws: np.ndarray) -> np.ndarray:
    """Evenly spaced draws, :data:`MOST_DRAWS` at most."""
    return draws[:: -(-len(draws) // MOST_DRAWS)]


def influence(
    scales: Scales, evidence: Evidence, mean: np.ndarray, deviations: np.ndarray
) -> Mapping[str, np.ndarray]:
    """What each series has moved the mean of each input by, (input,) by series.

    With J the derivative of the predictions at the posterior mean and r what is left there, a
    series' log likelihood given all others has the gradient g = J' S^-1 r less the same without the
    series, and its move is C g, C = (1 + J' S^-1 J)^-1.

    Args:
        mean: of the inputs' standard normals, (input,). deviations: medians, (series,).
    """
    data = evidence.arrays()
    at = jnp.asarray(mean, jnp.float32)
    slopes = np.asarray(jax.jit(jax.jacfwd(lambda z: predicted(z, scales, data)))(at), np.float64)
    residual = np.asarray(data.value - predicted(at, scales, data), np.float64)
    sigma = np.asarray(covariance(jnp.asarray(deviations, jnp.float32), data), np.float64)
    precision = np.eye(len(mean))
    gradients: dict[str, np.ndarray] = {}
    for block, (_, observations) in enumerate(evidence.blocks):
        names = [each.series for each in observations]
        everything = list(range(len(names)))

        def pull(kept: list[int], block: int = block) -> tuple[np.ndarray, np.ndarray]:
            among = sigma[block][np.ix_(kept, kept)]
            whitened = np.linalg.solve(among, slopes[block, kept])
            return whitened.T @ residual[block, kept], slopes[block, kept].T @ whitened

        whole, information = pull(everything)
        precision += information
        for name in dict.fromkeys(names):
            rest, _ = pull([place for place in everything if names[place] != name])
            gradients[name] = gradients.get(name, np.zeros(len(mean))) + whole - rest
    return {name: np.linalg.solve(precision, each) for name, each in gradients.items()}
