"""Proper scores: what a forecaster can only improve by saying what it believes."""

import math
from collections.abc import Mapping
from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike


def brier_score(probability: float, happened: bool) -> float:
    """Squared distance of a probability from what happened, 0 (best) to 1 (Brier 1950).

    >>> brier_score(0.5, True), brier_score(1.0, False)
    (0.25, 1.0)
    """
    return (probability - happened) ** 2


def log_score(probability: float, happened: bool) -> float:
    """Minus the log of the probability given to what happened, 0 (best) to infinity (Good 1952).

    >>> round(log_score(0.5, False), 6)
    0.693147
    """
    given = probability if happened else 1 - probability
    return -math.log(given) if given > 0 else math.inf


def lognormal_crps(mean: float, deviation: float, outcome: float) -> float:
    """CRPS of a lognormal forecast whose log has this mean and deviation (Baran & Lerch 2015).

    y (2 F(y) - 1) - 2 exp(m + s^2/2) (Phi(ln y - m - s^2 over s) + Phi(s / sqrt 2) - 1).

    >>> lognormal_crps(0.0, 0.0, 3.0), round(lognormal_crps(0.0, 0.5, 1.0), 4)
    (2.0, 0.1208)
    """
    if deviation == 0:
        return abs(outcome - math.exp(mean))
    normal = NormalDist().cdf
    score = (math.log(outcome) - mean) / deviation
    spread = 2 * math.exp(mean + deviation**2 / 2)
    tail = normal(score - deviation) + normal(deviation / math.sqrt(2)) - 1
    return outcome * (2 * normal(score) - 1) - spread * tail


def crps(draws: ArrayLike, outcome: float) -> float:
    """Continuous ranked probability score of draws (draw,), in their unit; 0 is best.

    E|X - y| - E|X - X'|/2 over the draws' own distribution (Gneiting & Raftery 2007, eq. 20),
    with the second term from the sorted draws: sum (2i - n - 1) x_i / n^2.

    >>> crps([2.0], 5.0)
    3.0
    """
    values = np.sort(np.asarray(draws, dtype=np.float64))
    count = len(values)
    order = 2 * np.arange(1, count + 1) - count - 1
    return float(np.abs(values - outcome).mean() - (order * values).sum() / count**2)


def weighted_interval_score(quantiles: Mapping[float, float], outcome: float) -> float:
    """Score of a forecast told by its quantiles, in their unit; 0 is best.

    The mean over the levels q of twice the quantile (pinball) loss, (q - 1{y < x_q}) (y - x_q):
    with a median and pairs of levels it is the weighted interval score of Bracher et al. (2021),
    which tends to the CRPS as levels are added.

    >>> weighted_interval_score({0.5: 2.0}, 5.0)
    3.0
    """
    losses = [(q - (outcome < x)) * (outcome - x) for q, x in quantiles.items()]
    return 2 * sum(losses) / len(losses)
