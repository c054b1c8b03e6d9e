"""The probability that a price falls to a level, by the reflection principle."""

import math

# Depths are searched up to this many standard deviations of the horizon; beyond, nothing fills.
DEEPEST = 40.0


def fill_probability(depth: float, volatility: float, years: float, drift: float = 0.0) -> float:
    """Probability that a geometric Brownian motion falls by ``depth`` within ``years``.

        Phi((-b - nu T) / (s sqrt T)) + exp(-2 nu b / s**2) Phi((-b + nu T) / (s sqrt T)),
        nu = mu - s**2 / 2

    (Shreve, *Stochastic Calculus for Finance II*, chapter 7). The path is watched without a break;
    one that is looked at only at the close fills a little less often.

    Args:
        depth: b, log distance ln(price / level); at or below zero the level is reached already.
        volatility: s, 1/year**0.5, above zero. years: T, from zero.
        drift: mu, 1/year, of the price itself: with 0 the price is a martingale.

    Returns:
        In [0, 1].

    Raises:
        ValueError: the volatility is not above zero or the horizon is negative.

    >>> round(fill_probability(0.2, 0.4, 1.0, drift=0.08), 4)  # nu = 0: twice the chance at the end
    0.6171
    """
    if not volatility > 0 or not years >= 0:
        raise ValueError(f"volatility {volatility} must be above 0 and years {years} at least 0")
    if depth <= 0:
        return 1.0
    spread = volatility * math.sqrt(years)
    if spread == 0:
        return 0.0
    nu = drift - volatility**2 / 2
    from scipy.special import log_ndtr  # slow to import, and few commands need it

    ends_below = math.exp(log_ndtr((-depth - nu * years) / spread))
    # In logarithms, because the first factor alone can be too large for a number.
    reflected = -2 * nu * depth / volatility**2 + log_ndtr((-depth + nu * years) / spread)
    return min(1.0, ends_below + math.exp(min(0.0, reflected)))


def depth_for(probability: float, volatility: float, years: float, drift: float = 0.0) -> float:
    """The log depth that is reached with a probability: the inverse of :func:`fill_probability`.

    Args:
        probability: in (0, 1).

    Raises:
        ValueError: the probability is not in (0, 1), or volatility or years are not above zero.
    """
    if not 0 < probability < 1 or not years > 0:
        raise ValueError(f"probability {probability} must be in (0, 1) and years {years} above 0")
    from scipy.optimize import brentq  # slow to import, and rarely needed

    spread = volatility * math.sqrt(years)
    most = DEEPEST * spread + abs(drift - volatility**2 / 2) * years
    return float(
        brentq(
            lambda depth: fill_probability(depth, volatility, years, drift) - probability,
            0.0,
            most,
            xtol=1e-12,
        )
    )
