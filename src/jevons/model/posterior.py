"""What a calibration has learnt: shifts, widths and correlations of inputs, ready for the chain.

The posterior is kept as a normal distribution in the space in which the priors are standard
normal. So named random streams, blocks, scenarios, shocks and sensitivities work with it as they do
with the priors; how well a normal fits the sampled posterior is part of the diagnostics.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cache
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from jevons.model.evidence import Arrays, Evidence
from jevons.model.fit import Fit
from jevons.model.likelihood import log_likelihood
from jevons.model.observations import series
from jevons.model.simulate import Experiment, Scales, scales_of

INFORMED_SHIFT, INFORMED_WIDTH = 0.1, 0.05  # of a prior's deviation: less is sampling error
DIGITS = 4


@dataclass(frozen=True, slots=True)
class Posterior:
    """The posterior of one day's calibration.

    Attributes:
        key: hash of what was read. as_of: the day. names: inputs of which something was learnt;
            all others keep their prior. mean: shift, deviation: width, both in deviations of the
            prior on its normal scale, (name,). correlation: lower triangle without the diagonal.
        discrepancy: yearly log deviation of each observed series from the chain: p10, p50, p90.
        diagnostics: of the sampling; see :mod:`jevons.model.calibrate`.
        facts: behind the observations. influence: what each observed series moved each mean by, in
            deviations of the prior, (name,) by series. fit: one row an observation; see
            :func:`jevons.model.fit.fit_of`.
    """

    key: str
    as_of: str
    names: tuple[str, ...]
    mean: tuple[float, ...]
    deviation: tuple[float, ...]
    correlation: tuple[tuple[float, ...], ...]
    discrepancy: Mapping[str, tuple[float, float, float]]
    diagnostics: Mapping[str, float | str]
    facts: tuple[str, ...]
    influence: Mapping[str, tuple[float, ...]]
    fit: tuple[Fit, ...]

    def applied(self, experiment: Experiment) -> Experiment:
        """The experiment with its inputs at the posterior; the same random streams."""
        inputs = dict(experiment.inputs)
        for name, mean, deviation in zip(self.names, self.mean, self.deviation, strict=True):
            entry = inputs[name]
            centre = entry.location + entry.prior.scale * mean
            inputs[name] = replace(entry, location=centre, narrowed=deviation)
        return replace(experiment, inputs=inputs, correlation=(self.names, self.matrix))

    @property
    def matrix(self) -> np.ndarray:
        """Correlations of the named inputs, (name, name)."""
        matrix = np.eye(len(self.names))
        for row, values in enumerate(self.correlation):
            matrix[row, :row] = matrix[:row, row] = values
        return matrix

    def document(self) -> dict[str, Any]:
        """The posterior as JSON holds it."""
        return asdict(self)

    @staticmethod
    def read(document: Mapping[str, Any]) -> "Posterior":
        """The posterior from its document."""
        return Posterior(
            key=document["key"],
            as_of=document["as_of"],
            names=tuple(document["names"]),
            mean=tuple(document["mean"]),
            deviation=tuple(document["deviation"]),
            correlation=tuple(tuple(row) for row in document["correlation"]),
            discrepancy={name: tuple(row) for name, row in document["discrepancy"].items()},
            diagnostics=dict(document["diagnostics"]),
            facts=tuple(document["facts"]),
            influence={name: tuple(row) for name, row in document["influence"].items()},
            fit=tuple(Fit(*row) for row in document["fit"]),
        )


def log_likelihood_at(posterior: Posterior, evidence: Evidence) -> float:
    """Log likelihood at a posterior's mean, discrepancies at their medians before the data.

    A fingerprint of the model: whatever changes what the chain says of the observations changes it.
    """
    scales = scales_of(evidence.experiment.inputs)
    mean = dict(zip(posterior.names, posterior.mean, strict=True))
    z = jnp.asarray([mean.get(name, 0.0) for name, _ in scales], jnp.float32)
    normals = jnp.zeros(len(series()))
    return float(_likelihood(scales)(z, normals, evidence.arrays()))


@cache
def _likelihood(scales: Scales) -> Callable[[jax.Array, jax.Array, Arrays], jax.Array]:
    return jax.jit(lambda z, normals, data: log_likelihood(z, normals, scales, data))


def summarised(names: Sequence[str], draws: np.ndarray) -> dict[str, Any]:
    """Names, mean, deviation and correlation of the inputs that were informed.

    Args:
        names: of all inputs. draws: of their standard normals, (draw, input).
    """
    mean, deviation = draws.mean(0), draws.std(0)
    informed = (np.abs(mean) > INFORMED_SHIFT) | (1 - deviation > INFORMED_WIDTH)
    places = np.flatnonzero(informed)
    matrix = np.corrcoef(draws[:, places].T).reshape(len(places), len(places))
    return {
        "names": tuple(names[int(place)] for place in places),
        "mean": tuple(_rounded(mean[places])),
        "deviation": tuple(_rounded(deviation[places])),
        "correlation": tuple(tuple(_rounded(matrix[row, :row])) for row in range(len(places))),
    }


def _rounded(values: np.ndarray) -> list[float]:
    return [round(float(value), DIGITS) for value in values]
