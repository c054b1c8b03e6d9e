"""GARCH(1,1) with a constant mean: v[t] = w + a e[t-1]^2 + b v[t-1] (Bollerslev 1986)."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from jevons.ladder.compiled import compiled

Numbers = NDArray[np.float64]
STARTS = ((0.05, 0.9), (0.1, 0.8), (0.03, 0.96))
MOST = 0.9999  # of a + b, so that the variance has a mean


class Garch(NamedTuple):
    """A fitted model.

    Attributes:
        mean: of a session's log return. variance: long-run, w / (1 - a - b). a: weight of the last
            squared shock. b: of the last variance.
    """

    mean: float
    variance: float
    a: float
    b: float


@compiled
def loss(shocks: Numbers, variance: float, a: float, b: float) -> float:
    """Minus the Gaussian log likelihood, constants left out; starts at the long-run variance."""
    w, v, total = variance * (1 - a - b), variance, 0.0
    for e in shocks:
        total += np.log(v) + e * e / v
        v = w + a * e * e + b * v
    return 0.5 * total


def fit(returns: Numbers) -> Garch:
    """Quasi maximum likelihood, the long-run variance being that of the sample.

    Variance targeting (Engle & Mezrich 1996) leaves a and b to be found.

    Args:
        returns: log returns, (session,).
    """
    mean, variance = float(returns.mean()), float(returns.var())
    if variance == 0:
        return Garch(mean, 0.0, 0.0, 0.0)
    shocks = returns - mean

    def objective(x: Numbers) -> float:
        a, b = float(x[0]), float(x[1])
        if a < 0 or b < 0 or a + b > MOST:
            return np.inf
        return loss(shocks, variance, a, b)

    found = [minimize(objective, start, method="Nelder-Mead") for start in STARTS]
    a, b = min(found, key=lambda result: float(result.fun)).x
    return Garch(mean, variance, float(a), float(b))


@compiled
def _path(shocks: Numbers, mean: float, variance: float, a: float, b: float) -> Numbers:
    w, v = variance * (1 - a - b), variance
    found = np.empty(len(shocks))
    for t in range(len(shocks)):
        e = shocks[t] * v**0.5
        found[t] = mean + e
        v = w + a * e * e + b * v
    return found


def path(model: Garch, shocks: Numbers) -> Numbers:
    """Log returns (session,) of the model from standard normal shocks (session,)."""
    return _path(shocks, *model)
