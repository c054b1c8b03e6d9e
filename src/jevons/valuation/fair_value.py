"""From enterprise value to the value of one listed share, and what a price says about it."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from jevons.errors import UserError

Draws = NDArray[np.float64]


class Claims(NamedTuple):
    """What stands between enterprise value and one listed share.

    ``net_debt``: debt less cash and investments, reporting currency bn (negative: net cash).
    ``other_claims``: minorities, preferred, pensions, reporting currency bn. ``shares``: diluted
    ordinary shares, bn. ``shares_per_listed``: ordinary shares in one listed share (an ADR of
    Taiwan Semiconductor is five). ``exchange_rate``: listing currency per reporting currency.
    ``options``: on listed shares, bn, at ``exercise_price``, listing currency.
    """

    net_debt: float
    other_claims: float
    shares: float
    shares_per_listed: float = 1.0
    exchange_rate: float = 1.0
    options: float = 0.0
    exercise_price: float = 0.0


def value_per_share(enterprise: ArrayLike, claims: Claims) -> Draws:
    """Value of one listed share, (draw,), listing currency a share.

    (EV - net debt - other claims) x ordinary shares per listed share x exchange rate / shares;
    never below zero, since shareholders are not liable for a company's debt. The exchange rate
    touches money only, never the count of shares.

    Options dilute by the treasury-stock method: what their holders pay buys shares back at the
    value itself, V = E / (N + n (1 - K/V)), which is V = (E + n K) / (N + n) where V is above the
    exercise price K, and E / N else.

    Args:
        enterprise: (draw,), reporting currency bn.
    """
    equity = np.maximum(np.asarray(enterprise) - claims.net_debt - claims.other_claims, 0.0)
    listed = claims.shares / claims.shares_per_listed
    plain = equity * claims.exchange_rate / listed
    paid_in = claims.options * claims.exercise_price
    diluted = (equity * claims.exchange_rate + paid_in) / (listed + claims.options)
    return np.where(plain > claims.exercise_price, diluted, plain)


def refuse_endless_growth(growth: ArrayLike, wacc: ArrayLike, who: str) -> None:
    """Refuse terminal growth at or above the discount rate, where a perpetuity has no value.

    Args:
        growth, wacc: per year, (draw,). who: the company, for the message.

    Raises:
        UserError: in some draw g >= WACC; the message names the worst pair of numbers.
    """
    growths, rates = np.broadcast_arrays(np.asarray(growth), np.asarray(wacc))
    gap = rates - growths
    if gap.size and not gap.min() > 0:
        worst = int(gap.argmin())
        raise UserError(
            f"{who}: terminal growth {growths.flat[worst]:.2%} is not below the cost of capital "
            f"{rates.flat[worst]:.2%} in {int((gap <= 0).sum())} of {gap.size} draws, so no finite "
            "value exists; lower terminal_growth_share or raise asset_beta in the valuation priors"
        )


def chance_above(values: Draws, price: float) -> float:
    """P(V > price) over the draws; ties count half, so a certain value at the price gives 0.5.

    >>> chance_above(np.array([1.0, 2.0, 3.0, 4.0]), 2.0)
    0.625
    """
    return float(np.mean(values > price) + np.mean(values == price) / 2)


def multiples(enterprise: float, revenue: float, operating_income: float) -> dict[str, float]:
    """EV over trailing revenue and trailing operating income.

    A multiple of a loss says nothing and is left out.

    >>> multiples(100.0, 50.0, -1.0)
    {'ev_to_revenue': 2.0}
    """
    of = {"ev_to_revenue": revenue, "ev_to_operating_income": operating_income}
    return {name: enterprise / amount for name, amount in of.items() if amount > 0}
