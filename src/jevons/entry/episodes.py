"""Falls in a price history: how many separate ones there are to learn from."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import ArrayLike

from jevons.market import PriceHistory

# Falls that begin within a month of sessions are one event seen several times.
CLUSTER_SESSIONS = 21


@dataclass(frozen=True, slots=True)
class Episode:
    """A fall from a peak to the next higher one.

    Attributes:
        peak: last session at the peak. first: when the fall first reached the depth. deepest: its
            lowest session. recovered: session of the next peak, None while it lasts.
        start: position of ``first`` in the history. drawdown: of the lowest session, in (-1, 0).
    """

    peak: date
    first: date
    deepest: date
    recovered: date | None
    start: int
    drawdown: float


def episodes(history: PriceHistory, depth: ArrayLike) -> tuple[Episode, ...]:
    """Every fall of at least ``depth`` from the highest close so far, oldest first.

    Drawdown D[t] = P[t] / max(P[s], s <= t) - 1 on closes; an episode runs from a peak to the next
    close at or above it, and counts once however often it crosses the depth.

    Args:
        depth: in (-1, 0), e.g. -0.2; or one for each session (session,), NaN where unknown.

    Raises:
        ValueError: the depth is not in (-1, 0).
    """
    depths = np.broadcast_to(np.asarray(depth, np.float64), len(history))
    if np.any((depths <= -1) | (depths >= 0)):
        raise ValueError(f"depth {depth!r} must be in (-1, 0)")
    if not len(history):
        return ()
    highest = np.maximum.accumulate(history.close)
    drawdown = history.close / highest - 1
    at_peak = np.flatnonzero(history.close == highest)
    found = []
    for peak, following in zip(at_peak, [*at_peak[1:], len(history)], strict=True):
        fall = drawdown[peak:following]
        reached = np.flatnonzero(fall <= depths[peak:following])
        if not len(reached):
            continue
        deepest = int(fall.argmin())
        found.append(
            Episode(
                peak=history.day(int(peak)),
                first=history.day(int(peak + reached[0])),
                deepest=history.day(int(peak) + deepest),
                recovered=history.day(int(following)) if following < len(history) else None,
                start=int(peak + reached[0]),
                drawdown=float(fall[deepest]),
            )
        )
    return tuple(found)


def clusters(found: Sequence[Episode], sessions: int = CLUSTER_SESSIONS) -> int:
    """Number of separate falls: those that begin within ``sessions`` of the one before are one."""
    starts = sorted(episode.start for episode in found)
    return sum(not i or start - starts[i - 1] > sessions for i, start in enumerate(starts))
