"""The technology and telecom fall of 2000-02, which every rule is held against."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import numpy as np

from jevons.ladder.pooled import Pooled
from jevons.market.volatility import SESSIONS_A_YEAR
from jevons.quantiles import rounded

# From the start of the year in which the Nasdaq Composite peaked to the end of that of its low.
STRESS = (date(2000, 1, 1), date(2002, 12, 31))
FEWEST_SESSIONS = 2 * SESSIONS_A_YEAR  # of its three years, that a rule was tried on


def stress_edge(own: Pooled, controls: Mapping[str, Pooled]) -> dict[str, Any] | None:
    """The edge over the hardest control within the stress; None if the prices do not cover it.

    Returns:
        ``edge`` (1/year, log), ``control``, ``names`` (most shares on a day), ``sessions``.
    """
    first, last = (np.datetime64(day, "D") for day in STRESS)
    inside = (own.days >= first) & (own.days <= last)
    if inside.sum() < FEWEST_SESSIONS:
        return None
    edges = {
        name: float((own.log_returns - other.log_returns)[inside].mean()) * SESSIONS_A_YEAR
        for name, other in controls.items()
    }
    hardest = min(edges, key=lambda name: edges[name])
    return {
        "edge": rounded(edges[hardest]),
        "control": hardest,
        "names": int(np.isfinite(own.panel[inside]).sum(axis=1).max()),
        "sessions": int(inside.sum()),
    }
