"""How far apart the steps of a ladder are: depths below the peak, in (-1, 0), shallow first.

Under a price that is a martingale no spacing earns anything on average; it only decides when and
how often money is spent.
"""

import math
from collections.abc import Sequence

import numpy as np

from jevons.entry.fill import depth_for


def linear(first: float, last: float, count: int) -> tuple[float, ...]:
    """Equal steps of drawdown.

    >>> linear(-0.2, -0.5, 4)
    (-0.2, -0.3, -0.4, -0.5)
    """
    _check(first, last, count)
    return tuple(round(float(step), 12) for step in np.linspace(first, last, count))


def logarithmic(first: float, last: float, count: int) -> tuple[float, ...]:
    """Equal steps of the log price, so each fall is the same share of the price before it.

    >>> logarithmic(-0.1, -0.271, 3)
    (-0.1, -0.19, -0.271)
    """
    _check(first, last, count)
    steps = np.linspace(math.log1p(first), math.log1p(last), count)
    return tuple(round(math.expm1(step), 12) for step in steps)


def equal_fill(
    probabilities: Sequence[float], volatility: float, years: float
) -> tuple[float, ...]:
    """Depths below the price that a martingale reaches with the probabilities, e.g. 0.6, 0.4, 0.2.

    Raises:
        ValueError: see :func:`jevons.entry.fill.depth_for`.
    """
    return tuple(math.expm1(-depth_for(p, volatility, years)) for p in probabilities)


def volatility_scaled(
    multiples: Sequence[float], volatility: float, years: float
) -> tuple[float, ...]:
    """Depths of so many standard deviations: ln(level / peak) = -k s sqrt(T).

    >>> [round(depth, 3) for depth in volatility_scaled((0.5, 1.0), 0.4, 1.0)]
    [-0.181, -0.33]
    """
    return tuple(math.expm1(-k * volatility * math.sqrt(years)) for k in multiples)


def _check(first: float, last: float, count: int) -> None:
    if not -1 < last < first < 0 or count < 2:
        raise ValueError(
            f"{count} steps from {first} to {last}: two or more, -1 < last < first < 0"
        )
