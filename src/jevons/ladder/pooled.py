"""Runs on several shares as one series a day: the unit of inference is the date, not the share."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from jevons.ladder.run import Run
from jevons.ladder.scenario import sessions
from jevons.ladder.sweep import log_wealth

Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Pooled:
    """Runs of one rule.

    Attributes:
        days: (session,) on which some share has a return. returns, excess, log_returns: mean over
            the shares open that day, (session,); the second over those of cash. panel: returns by
            share, (session, share), NaN where it has no session.
    """

    days: NDArray[np.datetime64]
    returns: Numbers
    excess: Numbers
    log_returns: Numbers
    panel: Numbers


def pooled(runs: Sequence[Run]) -> Pooled:
    """Runs of one rule on several shares, by the day."""
    days = sessions([result.bars for result in runs])
    panel = np.full((len(days), len(runs)), np.nan)
    logs, count = np.zeros(len(days)), np.zeros(len(days))
    returns, excess = np.zeros(len(days)), np.zeros(len(days))
    for share, result in enumerate(runs):
        at = np.searchsorted(days, result.bars.days[1:])
        panel[at, share] = result.returns
        returns[at] += result.returns
        excess[at] += result.excess
        logs[at] += np.diff(log_wealth(result.wealth))
        count[at] += 1
    return Pooled(days, returns / count, excess / count, logs / count, panel)
