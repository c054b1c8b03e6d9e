"""Outcomes of purchases by rung, by depth, by volatility, by regime and by layer of the chain."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from jevons.ladder import layout
from jevons.ladder.outcome import drawdowns
from jevons.ladder.run import Run
from jevons.ladder.scenario import Scenario
from jevons.ladder.series import ewma_volatility
from jevons.market.volatility import SESSIONS_A_YEAR
from jevons.quantiles import rounded, summarise

Numbers = NDArray[np.float64]
DEPTHS = (0.0, -0.1, -0.2, -0.35, -1.0)  # bounds of the bins of depth below the highest close
QUARTER = 63  # sessions over which the price is followed from a depth
CALM, STRESSED = "calm", "stressed"


def after_fills(runs: Sequence[Run], sessions: int = SESSIONS_A_YEAR) -> list[dict[str, Any]]:
    """What the price did after the purchases of each rung, over all shares.

    A delisting within the time counts with its value; a purchase too near the end of the prices is
    counted in ``fills`` and not in ``followed``. Dividends are left out. ``worst`` and ``best`` are
    the largest fall and rise from the price paid within the time (maximum adverse and favourable
    excursion), on closes.

    Args:
        runs: of one rule. sessions: over which the price is followed.
    """
    rungs = runs[0].rungs
    fills = [(int(fill[layout.BY]), fill, result) for result in runs for fill in result.purchases]
    found = []
    for rung in sorted({rung for rung, _, _ in fills}):
        own = [(fill, result) for by, fill, result in fills if by == rung]
        name = rungs[rung].text() if rung < len(rungs) else "hold"
        found.append({"rung": name, **_followed(own, sessions)})
    return found


def by_regime(
    runs: Sequence[Run],
    scenario: Scenario,
    layers: Mapping[str, str],
    sessions: int = SESSIONS_A_YEAR,
) -> list[dict[str, Any]]:
    """What the price did after purchases: by the share's volatility, by regime, by layer.

    A share is stressed where the volatility known at the decision is above its median until then,
    and calm otherwise; the regime is that of the signals, if they have one.

    Args:
        runs: of one rule. layers: of the chain, by ticker.
    """
    found: dict[tuple[str, str], list[tuple[Numbers, Run]]] = {}
    for result in runs:
        ticker = result.bars.ticker
        volatility = ewma_volatility(result.bars.close * result.bars.factor)
        regime = scenario.of(ticker).get("regime")
        for fill in result.purchases:
            decided = int(fill[layout.DECIDED])
            keys = [("volatility", STRESSED if _stressed(volatility, decided) else CALM)]
            keys += [("layer", layers[ticker])] if ticker in layers else []
            keys += [] if regime is None else [("regime", str(regime[decided]))]
            for key in keys:
                found.setdefault(key, []).append((fill, result))
    return [
        {"by": by, "group": group, **_followed(fills, sessions)}
        for (by, group), fills in sorted(found.items())
    ]


def by_depth(runs: Sequence[Run], sessions: int = QUARTER) -> list[dict[str, Any]]:
    """What the price did after each depth below its highest close, whatever the rule did.

    Log changes over ``sessions`` from every session in the bin. Changes that overlap are one
    cluster, in whatever share, so that clusters have no session in common; a deep bin has few of
    them. The error is that of the mean with one cluster left out at a time, and the interval that
    of Student's t with one less degrees of freedom than clusters, which stays honest with few
    (MacKinnon, Nielsen and Webb 2023). One cluster has neither. ``apart`` is the mean over every
    ``sessions``-th session alone.
    """
    days = np.unique(np.concatenate([result.bars.days for result in runs]))
    found = []
    for high, low in pairwise(DEPTHS):
        total, count = np.zeros(len(days)), np.zeros(len(days))
        for result in runs:
            price = result.bars.close * result.bars.factor
            depth = drawdowns(price)[:-sessions]
            inside = (depth <= high) & (depth > low)
            at = np.searchsorted(days, result.bars.days[:-sessions][inside])
            total[at] += np.log(price[sessions:] / price[:-sessions])[inside]
            count[at] += 1
        if not count.any():
            continue
        apart = total[::sessions].sum() / max(count[::sessions].sum(), 1)
        clusters, error, interval = _clustered(total, count, sessions)
        found.append(
            {
                "depth": f"{high:.0%} to {low:.0%}",
                "share_sessions": int(count.sum()),
                "clusters": clusters,
                "change": rounded(total.sum() / count.sum()),
                "error": error,
                "low": interval[0],
                "high": interval[1],
                "apart": rounded(apart) if count[::sessions].any() else None,
                "sessions": sessions,
            }
        )
    return found


def _clustered(
    total: Numbers, count: Numbers, sessions: int
) -> tuple[int, float | None, tuple[float | None, float | None]]:
    """Clusters of a bin, and the error and 90 % interval of its mean; None with one cluster.

    With m[g] the mean without cluster g of G, the variance is (G - 1) / G sum (m[g] - m)^2, m the
    mean of all (the jackknife, CV3).

    Args:
        total, count: of the changes that begin on each day, (session,).
    """
    at = np.flatnonzero(count)
    cluster = np.concatenate(([0], np.cumsum(np.diff(at) > sessions)))
    clusters = int(cluster[-1]) + 1
    if clusters < 2:
        return clusters, None, (None, None)
    sums, counts = (np.bincount(cluster, x[at]) for x in (total, count))
    mean = total.sum() / count.sum()
    without = (total.sum() - sums) / (count.sum() - counts)
    error = ((clusters - 1) / clusters * ((without - mean) ** 2).sum()) ** 0.5
    wide = float(stdtrit(clusters - 1, 0.95)) * error
    return clusters, float(rounded(error)), (rounded(mean - wide), rounded(mean + wide))


def _followed(fills: Sequence[tuple[Numbers, Run]], sessions: int) -> dict[str, Any]:
    paths = list(_paths(fills, sessions))
    whole = [path[-1] for path, is_whole in paths if is_whole]
    return {
        "fills": len(fills),
        "followed": len(whole),
        "sessions": sessions,
        "change": summarise(whole, "1") if whole else None,
        "worst": rounded(np.median([path.min() for path, _ in paths])),
        "best": rounded(np.median([path.max() for path, _ in paths])),
    }


def _paths(fills: Sequence[tuple[Numbers, Run]], sessions: int) -> Iterator[tuple[Numbers, bool]]:
    """Changes of the price from that paid, from the fill on, and whether the time was over."""
    for fill, result in fills:
        bars, at = result.bars, int(fill[layout.FILLED])
        last = at + sessions
        price = (bars.usd * bars.factor)[at : last + 1]
        ended = 0 <= bars.end <= last
        if ended:
            price = price.copy()
            price[bars.end - at :] = bars.end_value * bars.fx[bars.end] * bars.factor[bars.end]
        yield price / (fill[layout.PRICE] * bars.factor[at]) - 1, ended or last < len(bars)


def _stressed(volatility: Numbers, decided: int) -> bool:
    """Whether the volatility is above its median of the sessions up to the decision."""
    known = volatility[: decided + 1]
    known = known[np.isfinite(known)]
    return bool(len(known)) and bool(known[-1] > np.median(known))
