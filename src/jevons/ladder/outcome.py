"""What came of a run, in numbers."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq

from jevons.ladder import layout
from jevons.ladder.lots import tax_lots
from jevons.ladder.run import Run
from jevons.market.volatility import SESSIONS_A_YEAR
from jevons.quantiles import rounded

Numbers = NDArray[np.float64]
QUIET_RETURN = 1e-6  # the least that a price is taken to keep of itself in a logarithm


def outcome(result: Run) -> dict[str, Any]:
    """Outcomes of one run, each 1 unless its name says otherwise.

    ``terminal_wealth`` over the budget; ``return_on_deployed`` over what was spent on shares;
    ``realised_gain_usd`` of lots sold first in first out, after fees; ``average_cost_usd`` a share
    of the lots that are left, with fees, and gross without them; ``money_weighted`` the yearly
    internal rate of the money while it was in the share; ``cash_drag`` the mean share of the wealth
    left in cash; ``exhausted`` whether the ladder had nothing left to buy with at its deepest day;
    ``worst_from_cost`` the largest loss on the average cost while shares were held.
    """
    account, wealth = result.account, result.wealth
    bought = result.purchases
    spent = float(
        (bought[:, layout.COUNT] * bought[:, layout.PRICE] + bought[:, layout.COST]).sum()
    )
    costs = float(account[:, layout.COSTS].sum())
    gains = result.seen[layout.GAIN]
    held = gains[np.isfinite(gains)]
    shares = account[:, layout.SHARES] > 0
    fall = drawdowns(wealth)
    price = result.bars.close * result.bars.factor
    deepest = int(drawdowns(price).argmin())
    full = bool(account[deepest, layout.STATE] == layout.FULL)
    profit = float(wealth[-1] - result.budget)
    lots = tax_lots(result)
    kept = [lot for lot in lots if lot.proceeds is None]
    number = sum(lot.shares for lot in kept)
    interest = float(account[:, layout.INTEREST].sum())
    return {
        "terminal_wealth": rounded(wealth[-1] / result.budget),
        "fills": len(bought),
        "sales": len(result.fills) - len(bought),
        "first_fill": str(result.bars.days[int(bought[0, layout.FILLED])]) if len(bought) else None,
        "spent_usd": rounded(spent),
        "costs_usd": rounded(costs),
        "dividends_usd": rounded(account[:, layout.DIVIDENDS].sum()),
        "interest_usd": rounded(interest),
        "currency_gain_usd": rounded(account[:, layout.FX_GAIN].sum()),
        "realised_gain_usd": rounded(sum(lot.gain for lot in lots)),
        "average_cost_usd": rounded(sum(lot.cost for lot in kept) / number) if kept else None,
        "average_cost_gross_usd": rounded(sum(lot.gross for lot in kept) / number)
        if kept
        else None,
        "return_on_deployed": rounded((profit - interest) / spent) if spent else None,
        "money_weighted": _money_weighted(result),
        "exposure": rounded(result.exposure.mean()),
        "cash_drag": rounded(1 - result.exposure.mean()),
        "exhausted": full,
        "sharpe": sharpe_or_none(result.excess),
        "worst_drawdown": rounded(fall.min()),
        "ulcer": rounded(np.sqrt((fall**2).mean())),
        "days_under_water": int((fall < 0).sum()),
        "worst_from_cost": rounded(held.min()) if len(held) else None,
        "best_from_cost": rounded(held.max()) if len(held) else None,
        "sessions_held": int(shares.sum()),
        "final_state": layout.STATES[int(account[-1, layout.STATE])],
    }


def drawdowns(values: Numbers) -> Numbers:
    """Value over its highest so far, less 1.

    >>> drawdowns(np.array([2.0, 1.0, 4.0])).tolist()
    [0.0, -0.5, 0.0]
    """
    highest = np.maximum.accumulate(values)
    return np.where(highest > 0, values / highest - 1, 0.0)


def sharpe_or_none(returns: Numbers) -> float | None:
    """Yearly Sharpe ratio of returns over cash; None where nothing moved."""
    deviation = float(returns.std(ddof=1)) if len(returns) > 1 else 0.0
    if deviation <= 0:
        return None
    return float(rounded(returns.mean() / deviation * SESSIONS_A_YEAR**0.5))


def _money_weighted(result: Run) -> float | None:
    """Rate r with sum of flow / (1 + r)^years = 0, shares at the end sold at the last close.

    None where it is not the only one: where the running sum of the flows changes sign more than
    once (Norstrom 1972).
    """
    fills = result.fills
    flows = -fills[:, layout.COUNT] * fills[:, layout.PRICE] - fills[:, layout.COST]
    at = fills[:, layout.FILLED].astype(int)
    last = result.account[-1]
    values = np.concatenate(
        (
            flows,
            result.account[:, layout.DIVIDENDS],
            [last[layout.SHARES] * result.bars.usd[-1]],
        )
    )
    places = np.concatenate((at, np.arange(len(result.bars)), [len(result.bars) - 1]))
    days = (result.bars.days - result.bars.days[0]).astype(np.float64)
    years = days[places] / 365.25

    def present(rate: float) -> float:
        return float((values / (1 + rate) ** years).sum())

    low, high = -0.999, 100.0
    signs = np.sign(np.cumsum(values[np.argsort(places, kind="stable")]))
    changes = np.count_nonzero(np.diff(signs[signs != 0]))
    if not len(flows) or changes > 1 or present(low) * present(high) >= 0:
        return None
    return float(rounded(brentq(present, low, high)))
