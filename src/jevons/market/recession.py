"""The odds of a US recession in twelve months, from the slope of the yield curve known on a day.

P(recession in month t + 12) = Phi(a + b (10-year - 3-month yield in month t)), fitted by maximum
likelihood to the months whose state was known (Estrella and Mishkin 1998).
"""

from dataclasses import dataclass

import numpy as np

from jevons.market.price_table import Numbers

HORIZON = 12  # months
UNDATED = 12  # last months of the dating that are not used: turning points are told 4 to 21 late
FEWEST_MONTHS = 120
STEPS = 50


@dataclass(frozen=True, slots=True)
class Probit:
    """P = Phi(a + b x). ``observations`` of the fit, and spells of ones among them."""

    a: float
    b: float
    observations: int
    spells: int

    def probability(self, x: float) -> float:
        """P at x."""
        from scipy.special import ndtr  # slow to import, and few commands need it

        return float(ndtr(self.a + self.b * x))


def fit_probit(x: Numbers, happened: Numbers) -> Probit | None:
    """Maximum likelihood by Newton's steps with the expected curvature.

    Args:
        x: (observation,). happened: (observation,) 1 or 0, in order of time.

    Returns:
        None where a fit does not exist: too few observations, one outcome only, or outcomes that a
        value of x parts completely.

    >>> x = np.array([0.0, 1.0] * 200)
    >>> happened = np.array([1.0, 0.0, 0.0, 0.0] * 100)  # half of those at 0, none at 1
    >>> fit_probit(x, happened) is None
    True
    """
    from scipy.special import ndtr, ndtri  # slow to import, and few commands need it

    if len(x) < FEWEST_MONTHS or not 0 < happened.sum() < len(happened):
        return None
    design = np.column_stack((np.ones(len(x)), x))
    beta = np.array([ndtri(happened.mean()), 0.0])
    for _ in range(STEPS):
        index = design @ beta
        chance = np.clip(ndtr(index), 1e-12, 1 - 1e-12)
        density = np.exp(-(index**2) / 2) / np.sqrt(2 * np.pi)
        weight = density**2 / (chance * (1 - chance))
        score = design.T @ (density * (happened - chance) / (chance * (1 - chance)))
        curvature = design.T @ (design * weight[:, None])
        if np.linalg.cond(curvature) > 1e10:
            return None
        step = np.linalg.solve(curvature, score)
        beta = beta + step
        if np.abs(step).max() < 1e-10:
            starts = int((np.diff(happened, prepend=0.0) > 0).sum())
            return Probit(float(beta[0]), float(beta[1]), len(x), starts)
    return None
