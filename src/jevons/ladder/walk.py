"""Walk forward: the rule chosen on the years so far, followed for the year after."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from jevons.ladder.statistics import sharpe
from jevons.market.volatility import SESSIONS_A_YEAR
from jevons.quantiles import rounded

Numbers = NDArray[np.float64]
FIRST_YEARS = 3  # that the first choice is made on


def walk_forward(returns: Numbers, days: NDArray[np.datetime64]) -> dict[str, Any] | None:
    """How much of a choice's Sharpe ratio is left in the year after it was made.

    Args:
        returns: over those of cash, (rule, session). days: (session,).

    Returns:
        ``years`` followed, ``inside`` (mean yearly Sharpe ratio of the chosen rules on the years
        they were chosen on), ``outside`` (of what they returned in the years after, joined),
        ``decay`` (the difference), ``changes`` of the rule; None for too few years.
    """
    year = days.astype("datetime64[Y]").astype(int)
    years = np.unique(year)
    if len(years) <= FIRST_YEARS or len(returns) < 2:
        return None
    inside, chosen, after = [], [], []
    for last, following in zip(years[FIRST_YEARS - 1 :], years[FIRST_YEARS:], strict=False):
        ratios = [sharpe(path[year <= last]) for path in returns]
        best = int(np.argmax(ratios))
        inside.append(ratios[best])
        chosen.append(best)
        after.append(returns[best, year == following])
    yearly = SESSIONS_A_YEAR**0.5
    before, outside = float(np.mean(inside)) * yearly, sharpe(np.concatenate(after)) * yearly
    return {
        "years": len(chosen),
        "inside": rounded(before),
        "outside": rounded(outside),
        "decay": rounded(before - outside),
        "changes": int(np.count_nonzero(np.diff(chosen))),
    }
