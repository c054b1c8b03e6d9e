"""Intervals and tests on the joint bootstrap of daily returns, and errors that allow for overlap.

A panel is (session, column); its samples are means (draw, column) that share their days, so that
the difference of two columns has the samples of its difference.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

Numbers = NDArray[np.float64]


def bca_interval(
    x: Numbers, samples: Numbers, levels: tuple[float, float] = (0.05, 0.95)
) -> tuple[float, float]:
    """Interval of a mean, corrected for bias and for skewness (Efron 1987).

    The quantiles taken are Phi(z0 + (z0 + z) / (1 - a (z0 + z))), with z0 the bias of the samples
    and a the acceleration, which for a mean is sum d^3 / (6 (sum d^2)^1.5), d = x - mean(x).

    Args:
        x: (session,). samples: means of its bootstrap samples, (draw,).
    """
    centred = x - x.mean()
    square = float((centred**2).sum())
    if square == 0:
        return float(x.mean()), float(x.mean())
    acceleration = float((centred**3).sum()) / (6 * square**1.5)
    below = float((samples < x.mean()).mean())
    bias = float(ndtri(np.clip(below, 0.5 / len(samples), 1 - 0.5 / len(samples))))
    z = bias + np.asarray(ndtri(levels))
    low, high = np.quantile(samples, ndtr(bias + z / (1 - acceleration * z)))
    return float(low), float(high)


def superior_ability(means: Numbers, samples: Numbers, sessions: int) -> float:
    """p-value of "no rule beats the benchmark" (Hansen 2005, the consistent one).

    Args:
        means: edge of each rule, (rule,). samples: of the edges, (draw, rule).
    """
    root = sessions**0.5
    deviation = np.maximum(samples.std(axis=0) * root, 1e-300)
    best = max(0.0, float((root * means / deviation).max()))
    # A rule that is clearly worse is left where it is, and so cannot win by luck.
    poor = root * means / deviation <= -((2 * np.log(np.log(sessions))) ** 0.5)
    centre = np.where(poor, 0.0, means)
    luck = np.maximum((root * (samples - centre) / deviation).max(axis=1), 0.0)
    return float((luck >= best).mean()) if best > 0 else 1.0


def step_down(means: Numbers, samples: Numbers, size: float = 0.05) -> NDArray[np.bool_]:
    """Rules that beat the benchmark, all together wrong at most once in 1 / size (StepM).

    Romano & Wolf 2005, studentised: the largest statistic of the rules not yet found sets the
    bound; those above it are found, and the rest are looked at again.

    Args:
        means: edge of each rule, (rule,). samples: (draw, rule).
    """
    deviation = np.maximum(samples.std(axis=0), 1e-300)
    statistic = means / deviation
    luck = (samples - means) / deviation
    found = np.zeros(len(means), bool)
    while not found.all():
        bound = np.quantile(luck[:, ~found].max(axis=1), 1 - size)
        new = ~found & (statistic > bound)
        if not new.any():
            break
        found |= new
    return found


def long_run_variance(x: Numbers, lags: int) -> float:
    """gamma_0 + 2 sum (1 - k / (L + 1)) gamma_k of x about zero (Newey & West 1987)."""
    n = len(x)
    gamma = [float(x[k:] @ x[: n - k]) / n for k in range(min(lags, n - 1) + 1)]
    weights = 1 - np.arange(1, len(gamma)) / (lags + 1)
    return gamma[0] + 2 * float(np.sum(weights * gamma[1:]))


def mean_error(x: Numbers, lags: int) -> float:
    """Standard error of a mean over sessions that depend on one another."""
    return float(np.sqrt(max(long_run_variance(x - x.mean(), lags), 0.0) / len(x)))


def alpha(y: Numbers, x: Numbers, lags: int) -> tuple[float, float, float]:
    """Intercept, its Newey-West standard error, and slope of y on x, (session,) each."""
    if x.std() == 0:
        return float(y.mean()), mean_error(y, lags), 0.0
    design = np.column_stack((np.ones_like(x), x))
    inverse = np.linalg.inv(design.T @ design)
    intercept, slope = inverse @ (design.T @ y)
    rest = y - intercept - slope * x
    # The influence of each session on the intercept.
    influence = (design * rest[:, None]) @ inverse[0] * len(x)
    error = np.sqrt(max(long_run_variance(influence, lags), 0.0) / len(x))
    return float(intercept), float(error), float(slope)


def effective_names(returns: Numbers) -> float:
    """Shares that would say as much if they moved on their own: N / (1 + (N - 1) rho).

    rho is the mean correlation of the shares, from 0.

    Args:
        returns: (session, share), NaN where a share has no session.
    """
    names = int(returns.shape[1])
    return names / (1 + (names - 1) * mean_correlation(returns))


def effective_trials(returns: Numbers) -> float:
    """rho + (1 - rho) N of rules whose returns correlate by rho (Bailey & Lopez de Prado 2014)."""
    rho = mean_correlation(returns)
    return rho + (1 - rho) * int(returns.shape[1])


def mean_correlation(returns: Numbers) -> float:
    """Mean correlation of the columns over the sessions that both have, at least 0; 0 for one.

    The variance of the mean of standardised columns is (1 + (N - 1) rho) / N, so no matrix of
    pairs is made; on sessions with fewer columns N is smaller.
    """
    if returns.shape[1] < 2:
        return 0.0
    deviation = np.nanstd(returns, axis=0)
    kept = returns[:, deviation > 0] / deviation[deviation > 0]
    kept = kept - np.nanmean(kept, axis=0)
    count = np.isfinite(kept).sum(axis=1)
    sums = np.nansum(kept, axis=1)
    squares = np.nansum(kept**2, axis=1)
    pairs = float((count * (count - 1.0)).sum())
    return max(0.0, float((sums**2 - squares).sum()) / pairs) if pairs > 0 else 0.0
