"""The technology and telecom fall of 2000-02, which every rule is held against."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from jevons.ladder.groups import STRESS, stressed_members
from jevons.ladder.pooled import pooled
from jevons.ladder.run import Run
from jevons.market.volatility import SESSIONS_A_YEAR
from jevons.quantiles import rounded

FEWEST_SESSIONS = 2 * SESSIONS_A_YEAR  # of its three years, that a rule was tried on


@dataclass(frozen=True, slots=True, eq=False)
class Stressed:
    """A rule on the shares of the stress, and its controls by name on the same shares."""

    own: Sequence[Run]
    controls: Mapping[str, Sequence[Run]]


def stress_edge(stressed: Stressed | None) -> dict[str, Any] | None:
    """The edge over the hardest control within the stress; None if the prices do not cover it.

    Returns:
        ``edge`` (1/year, log), ``control``, ``names`` (shares with prices), ``ended`` (those whose
        listing ended on the way), ``members`` (of the universe, with prices or without),
        ``sessions``.
    """
    if stressed is None:
        return None
    own = pooled(stressed.own)
    first, last = (np.datetime64(day, "D") for day in STRESS)
    inside = (own.days >= first) & (own.days <= last)
    if inside.sum() < FEWEST_SESSIONS:
        return None
    edges = {
        name: float((own.log_returns - pooled(runs).log_returns)[inside].mean()) * SESSIONS_A_YEAR
        for name, runs in stressed.controls.items()
    }
    hardest = min(edges, key=lambda name: edges[name])
    return {
        "edge": rounded(edges[hardest]),
        "control": hardest,
        "names": len(stressed.own),
        "ended": sum(result.bars.end >= 0 for result in stressed.own),
        "members": len(stressed_members()),
        "sessions": int(inside.sum()),
    }
