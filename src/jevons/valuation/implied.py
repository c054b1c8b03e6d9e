"""Which AI build-out a share price implies: the same driver for every company.

The unknown is world AI capital spending in 2028. A scale s multiplies the chain's AI path after the
valuation date, rising in a straight line from 1 to s at the end of 2028; all else stays at its
draws. The implied build-out makes the median value equal the price.
"""

from collections.abc import Callable
from datetime import date
from typing import Any

import jax
import numpy as np

from jevons.quantiles import rounded, summarise
from jevons.valuation.chain_inputs import DRIVER_YEAR, ChainInputs, driver
from jevons.valuation.fair_value import value_per_share
from jevons.valuation.segments import ai_worth, base_worth
from jevons.valuation.value import CompanyValue

DRIVER = f"AI capital spending in {DRIVER_YEAR}"
UNIT = "USD_bn"
SCALES = (0.05, 20.0)  # the bracket that is searched, as multiples of the base build-out
GRID = 17
MedianValue = Callable[[float], float]


def median_value(value: CompanyValue) -> MedianValue:
    """Median value per share as a function of the scale on the build-out, in float64.

    Args:
        value: a company with a value (``missing`` is None).
    """
    case, claims, buyer = value.case, value.claims, value.company.economics == "buyer"
    if case is None or claims is None:
        raise ValueError(f"{value.company.ticker} has no value: {value.missing}")
    with jax.enable_x64(True):
        base = np.asarray(base_worth(case).enterprise)

    def at(scale: float) -> float:
        with jax.enable_x64(True):
            ai = np.asarray(ai_worth(case, scale, buyer=buyer).enterprise)
        return float(np.median(value_per_share(base + ai, claims)))  # far faster than jnp's

    return at


def roots(function: Callable[[float], float], low: float, high: float) -> tuple[list[float], float]:
    """Every root that a logarithmic grid of ``function`` reveals, and the grid's nearest point.

    Where the grid comes near zero and turns away, the turning point is sought between its
    neighbours, so two roots inside one cell are found as well. Each change of sign is refined with
    Brent's method in the logarithm, to full precision.

    >>> [round(root, 9) for root in roots(lambda s: (s - 1) * (s - 4), 0.1, 10.0)[0]]
    [1.0, 4.0]
    >>> [round(root, 9) for root in roots(lambda s: (s - 1) * (s - 1.1), 0.1, 10.0)[0]]
    [1.0, 1.1]
    """
    from scipy.optimize import brentq, minimize_scalar  # slow to import, and rarely needed

    def gap(point: float) -> float:
        return function(float(np.exp(point)))

    points = list(np.linspace(np.log(low), np.log(high), GRID))
    gaps = [gap(point) for point in points]
    nearest = float(np.exp(points[int(np.abs(gaps).argmin())]))
    for i in reversed(range(1, GRID - 1)):
        before, here, after = gaps[i - 1 : i + 2]
        side = float(np.sign(here))
        if side and min(side * before, side * after) >= side * here:
            turn = minimize_scalar(
                lambda point, side=side: side * gap(point),
                bounds=(points[i - 1], points[i + 1]),
                method="bounded",
                options={"xatol": 1e-9},
            ).x
            at = i + int(turn > points[i])
            points.insert(at, float(turn))
            gaps.insert(at, gap(float(turn)))
    found = [float(np.exp(point)) for point, value in zip(points, gaps, strict=True) if value == 0]
    for i in range(len(points) - 1):
        if gaps[i] * gaps[i + 1] < 0:
            root = brentq(gap, points[i], points[i + 1], xtol=1e-14, rtol=1e-14)
            found.append(float(np.exp(root)))
    return sorted(found), nearest


def implied_capex(value: CompanyValue, chain: ChainInputs, as_of: date) -> dict[str, Any]:
    """World AI capital spending in 2028 that makes the median value equal the price.

    Returns:
        ``ticker, driver, unit, implied, base, reason`` and ``roots, scale, nearest``. ``implied``
        is the root nearest to the base, None when there is none and ``reason`` says why;
        ``scale`` is implied over base; ``nearest`` is the driver where the value comes closest.

    Raises:
        UserError: the driver's year is past as of ``as_of``.
    """
    base = driver(chain, as_of)
    answer: dict[str, Any] = {
        "ticker": value.company.ticker,
        "driver": DRIVER,
        "unit": UNIT,
        "implied": None,
        "base": summarise(base, UNIT),
        "reason": value.missing,
        "roots": [],
        "scale": None,
        "nearest": None,
    }
    if value.missing is not None:
        return answer
    if value.price is None:
        answer["reason"] = f"no price for {value.company.ticker} known by {as_of}"
        return answer
    price, at = value.price, median_value(value)
    found, nearest = roots(lambda scale: at(scale) / price - 1, *SCALES)
    dollars = {scale: float(np.median(driver(chain, as_of, scale))) for scale in [*found, nearest]}
    if found:
        chosen = min(found, key=lambda scale: abs(np.log(scale)))
        answer["implied"] = rounded(dollars[chosen])
        answer["scale"] = chosen
        answer["roots"] = [rounded(dollars[scale]) for scale in found]
        if len(found) > 1:
            answer["reason"] = f"{len(found)} build-outs give the price; the nearest to base shown"
        return answer
    low, high = (np.median(driver(chain, as_of, scale)) for scale in SCALES)
    answer["nearest"] = rounded(dollars[nearest])
    answer["reason"] = (
        f"no root in [{low:,.0f}, {high:,.0f}] {UNIT}: the median value comes nearest to the price "
        f"of {price:,.2f} at {dollars[nearest]:,.0f} {UNIT}, where it is {at(nearest):,.2f}"
    )
    return answer
