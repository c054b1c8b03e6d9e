"""Forecasts that know only a series' own past: what a model has to beat.

Both are normal in logs, h quarters ahead of the last figure.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy.optimize import Bounds, minimize

FEWEST = 4  # figures that a forecast needs


class LogNormal(NamedTuple):
    """A forecast whose log has this mean and deviation."""

    mean: float
    deviation: float


def random_walk(values: Sequence[float], ahead: int) -> list[LogNormal]:
    """Random walk with drift in logs, for 1 to ``ahead`` quarters.

    Mean ``last + h d``, variance ``v (h + h^2 / n)``: n changes of mean d and variance v; the
    second term is the drift's own error.

    Args:
        values: of successive quarters, positive, at least :data:`FEWEST`.

    >>> [round(each.mean, 4) for each in random_walk([1.0, 2.0, 4.0, 8.0], 2)]  # ln 16, ln 32
    [2.7726, 3.4657]
    """
    logs = np.log(_enough(values))
    changes = np.diff(logs)
    drift, variance, count = changes.mean(), changes.var(ddof=1), len(changes)
    return [
        LogNormal(float(logs[-1] + h * drift), math.sqrt(variance * (h + h * h / count)))
        for h in range(1, ahead + 1)
    ]


def damped_trend(values: Sequence[float], ahead: int) -> list[LogNormal]:
    """Exponential smoothing with additive errors and a damped trend, ETS(A,Ad,N), in logs.

    y = l + phi b + e,  l' = l + phi b + alpha e,  b' = phi b + beta e; parameters by least
    squares. h quarters ahead: mean ``l + phi_h b`` with ``phi_h = phi + .. + phi^h``, variance
    ``s^2 (1 + sum_(j<h) (alpha + beta phi_j)^2)`` (Hyndman and others 2008, ch. 6).

    Args:
        values: of successive quarters, positive, at least :data:`FEWEST`.
    """
    logs = np.log(_enough(values))
    start = np.array([0.5, 0.1, 0.9, logs[0], logs[1] - logs[0]], np.float64)
    slope = float(2 * np.abs(np.diff(logs)).max() + 1e-3)
    first = float(logs[0])
    low = np.array([1e-3, 1e-4, 0.8, first - slope, -slope])
    bounds = Bounds(low, np.array([0.999, 0.9, 0.98, first + slope, slope]))

    def squares(x: np.ndarray) -> float:
        return float((_smoothed(x, logs)[0] ** 2).sum())

    fitted = minimize(squares, start, method="L-BFGS-B", bounds=bounds)
    alpha, beta, phi = fitted.x[:3]
    errors, level, trend = _smoothed(fitted.x, logs)
    free = max(len(logs) - len(start), 1)
    variance = (errors**2).sum() / free
    sums = np.cumsum(phi ** np.arange(1, ahead + 1))
    weights = (alpha + beta * sums) ** 2
    return [
        LogNormal(
            float(level + sums[h] * trend), float(math.sqrt(variance * (1 + weights[:h].sum())))
        )
        for h in range(ahead)
    ]


def _smoothed(x: np.ndarray, logs: np.ndarray) -> tuple[np.ndarray, float, float]:
    """One-step errors, and level and trend after the last value."""
    alpha, beta, phi, level, trend = x
    errors = np.empty_like(logs)
    for position, value in enumerate(logs):
        expected = level + phi * trend
        errors[position] = value - expected
        level, trend = expected + alpha * errors[position], phi * trend + beta * errors[position]
    return errors, float(level), float(trend)


def _enough(values: Sequence[float]) -> np.ndarray:
    assert len(values) >= FEWEST, f"{len(values)} figures are too few for a baseline"
    found: np.ndarray = np.asarray(values, np.float64)
    return found
