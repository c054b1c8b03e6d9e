"""Which level of one driver of the chain a share price implies: tokens, elasticity, any input.

The chain is simulated anew with the driver's centre moved in all draws and everything else at its
draws, so demand that meets no chips, power or money shows up as price and not as spending. The
median value of each company is a curve over the driver; where it crosses the price is the implied
level. All companies are solved for the same driver on the same simulations.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jevons.errors import UserError, did_you_mean
from jevons.model.priors import Input
from jevons.model.simulate import Experiment
from jevons.quantiles import rounded
from jevons.valuation.driver_units import DriverUnits

REACH = 5.0  # standard deviations of the driver's prior on either side that are searched
POINTS = 11  # levels at which the chain is simulated
MOST_DRAWS = 2_000  # of the study's, the first ones: the chain is simulated once a level
TOKENS = "token_growth"  # another name for what tokens a user and year grow by
NAMES = {TOKENS: "intensity_growth"}
Floats = NDArray[np.float64]
# The median value of each company, by ticker, and what translates a build-out, of an experiment.
Valued = Callable[[Experiment], tuple[Mapping[str, float], DriverUnits]]


def implied_driver(
    name: str, prices: Mapping[str, float | None], experiment: Experiment, valued: Valued
) -> dict[str, Any]:
    """The level of a driver in each price.

    Args:
        name: an input of the chain, or :data:`TOKENS`. prices: by ticker, None where unknown.
        valued: median values under an experiment; a company without a value is absent.

    Returns:
        ``driver, unit, base`` (its median), ``range`` that was searched, ``draws``, ``points``
        (``level`` with ``token_growth`` a year, ``ai_capex`` and ``fleet_gw`` of 2028 as simulated)
        and ``companies``: ``ticker, price, implied`` (root nearest to the base), ``roots``,
        ``gap`` (of the value simulated at the root to the price, over the price), ``token_growth``,
        ``ai_capex`` and ``fleet_gw`` there, ``reason`` where there is none.

    Raises:
        UserError: no input has this name.
    """
    chosen = NAMES.get(name, name)
    if chosen not in experiment.inputs:
        known = (*NAMES, *experiment.inputs)
        raise UserError(f"no driver of the chain is called '{name}'{did_you_mean(name, known)}")
    entry = experiment.inputs[chosen]
    moves = np.linspace(-REACH, REACH, POINTS) * entry.prior.scale

    def simulated(move: float) -> tuple[Mapping[str, float], dict[str, float]]:
        moved = replace(entry, location=entry.location + move)
        values, units = valued(replace(experiment, inputs={**experiment.inputs, chosen: moved}))
        return values, units.at(1.0)

    found = [simulated(float(move)) for move in moves]
    rows = [
        _company(ticker, price, moves, [values.get(ticker) for values, _ in found])
        for ticker, price in prices.items()
    ]
    return {
        "driver": chosen,
        "unit": entry.prior.unit,
        "base": rounded(entry.quantile(0.0)),
        "range": [rounded(_level(entry, move)) for move in (moves[0], moves[-1])],
        "points": [
            {"level": rounded(_level(entry, move)), **_rounded(told)}
            for move, (_, told) in zip(moves, found, strict=True)
        ],
        "companies": [_told(row, entry, simulated) for row in rows],
    }


def _level(entry: Input, move: float) -> float:
    """Median of the driver when its centre is moved."""
    return replace(entry, location=entry.location + float(move)).quantile(0.0)


def _rounded(told: Mapping[str, float]) -> dict[str, float]:
    return {name: float(rounded(amount)) for name, amount in told.items()}


def _company(
    ticker: str, price: float | None, moves: Floats, values: Sequence[float | None]
) -> dict[str, Any]:
    """Where a company's curve crosses its price, as moves of the centre."""
    row: dict[str, Any] = {"ticker": ticker, "price": price, "moves": [], "reason": None}
    known = [value for value in values if value is not None]
    if price is None or len(known) < len(values):
        what = "price" if price is None else "value"
        return row | {"reason": f"no {what} of {ticker} is known"}
    gaps = np.array(known) / price - 1
    row["moves"] = crossings(moves, gaps)
    if not row["moves"]:
        nearest = int(np.abs(gaps).argmin())
        row["nearest"] = float(moves[nearest])
        row["reason"] = (
            f"no level gives the price: the median value stays between {min(known):,.2f} and "
            f"{max(known):,.2f} over the whole range"
        )
    return row


def crossings(points: Floats, gaps: Floats) -> list[float]:
    """Roots of the monotone cubic (PCHIP, Fritsch and Carlson 1980) through points and gaps.

    >>> [round(x, 6) for x in crossings(np.array([0.0, 1.0, 2.0]), np.array([-1.0, 0.0, 1.0]))]
    [1.0]
    >>> crossings(np.array([0.0, 1.0]), np.array([1.0, 2.0]))
    []
    """
    from scipy.interpolate import PchipInterpolator

    found = PchipInterpolator(points, gaps).roots(discontinuity=False, extrapolate=False)
    return sorted({float(each) for each in np.atleast_1d(found) if np.isfinite(each)})


def _told(
    row: dict[str, Any],
    entry: Input,
    simulated: Callable[[float], tuple[Mapping[str, float], dict[str, float]]],
) -> dict[str, Any]:
    """A row with its levels, and what the chain says at the root nearest to the base."""
    moves = row.pop("moves")
    nearest = row.pop("nearest", None)
    told: dict[str, Any] = row | {
        "implied": None,
        "roots": [rounded(_level(entry, move)) for move in moves],
        "nearest": None if nearest is None else rounded(_level(entry, nearest)),
        "gap": None,
        "token_growth": None,
        "ai_capex": None,
        "fleet_gw": None,
    }
    if not moves:
        return told
    chosen = min(moves, key=abs)
    values, units = simulated(chosen)
    gap = values[row["ticker"]] / row["price"] - 1
    return told | {"implied": rounded(_level(entry, chosen)), "gap": rounded(gap)} | _rounded(units)
