"""What came after: the forecasts of one day, held against what was known on a later one."""

import math
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from jevons.claims import brier_score, claims, crps, lognormal_crps, resolve, scoreboard
from jevons.facts.questions import document
from jevons.facts.snapshot import Snapshot
from jevons.market import drawdown_state
from jevons.model.clock import QUARTERS
from jevons.quantiles import rounded, summarise
from jevons.study.history import Point, observed
from jevons.study.lessons import link, mean, scores, served, valued
from jevons.study.study import Study
from jevons.valuation import companies

MOST_DRAWS = 20_000  # of the study's draws that scores are counted from
FEWEST_STEPS = 3  # observed changes that a random walk with drift needs
YEARLY = ("us_electricity",)  # observed over a year: held against the mean of its quarters
COIN = 0.25  # Brier score of one half, whatever happens


def replay(then: Study, later: Snapshot) -> dict[str, Any]:
    """Hold the study of an earlier day against a later snapshot.

    Args:
        then: the study; nothing known after its day enters its forecasts. later: the snapshot.

    Returns:
        ``until``; ``outcomes``, one a figure that became known in between (``quantity, quarter,
        unit, p05 .. mean, outcome, ratio, inside_50, inside_90, crps, crps_random_walk,
        crps_no_change, known_on, facts``; ratio is outcome over median); ``links``, their scores
        by quantity with a ``lesson``, and those of serving speed and of values; ``claims`` with
        the probability of that day, status and ``brier``; ``sources``, who was right how often;
        ``shares`` with both prices; ``scores`` over all; ``facts``, those that decided, by id.
    """
    outcomes = _outcomes(then, observed(later))
    said = _claims(then, later)
    shares = _shares(then, later)
    briers = [claim["brier"] for claim in said if claim["brier"] is not None]
    return {
        "until": later.as_of.isoformat(),
        "outcomes": outcomes,
        "links": [
            *served(then.as_of, later.as_of),
            *(
                link(name, [row for row in outcomes if row["quantity"] == name])
                for name in dict.fromkeys(row["quantity"] for row in outcomes)
            ),
            *valued(shares),
        ],
        "claims": said,
        "sources": scoreboard([(c, resolve(c, later)) for c in claims(then.snapshot)]),
        "shares": shares,
        "scores": scores(outcomes)
        | {
            "brier": mean(briers),
            "brier_skill": rounded(1 - float(np.mean(briers)) / COIN) if briers else None,
            "claims_decided": len(briers),
            "rank_correlation": _rank_correlation(shares),
            "shares": len(shares),
        },
        "facts": {
            fact_id: document(later.get(fact_id))
            for row in (*outcomes, *said, *shares)
            for fact_id in row["facts"]
        },
    }


def _outcomes(then: Study, points: Mapping[str, Sequence[Point]]) -> list[dict[str, Any]]:
    day, before = then.as_of.isoformat(), then.observed
    new = {
        name: [point for point in rows if point["known_on"] > day and point["value"] is not None]
        for name, rows in points.items()
    }
    names = [name for name, rows in new.items() if rows]
    paths = then.run.reported(names, min(then.draws, MOST_DRAWS))
    found = []
    for name, rows in new.items():
        for point in rows:
            at, path = QUARTERS.index(point["quarter"]), paths[name]
            draws = path[:, at - 3 : at + 1].mean(1) if name in YEARLY else path[:, at]
            found.append(_outcome(name, point, draws, before.get(name, ())))
    return found


def _outcome(name: str, point: Point, draws: np.ndarray, before: Sequence[Point]) -> dict[str, Any]:
    quantity, value = summarise(draws, point["unit"]), float(point["value"])
    walk = random_walk(before, point["quarter"])
    baseline = None if walk is None else lognormal_crps(*walk, value)
    last = last_before(before, point["quarter"])
    return {
        "quantity": name,
        "quarter": point["quarter"],
        "entity": point["entity"],
        **quantity,
        "outcome": rounded(value),
        "ratio": rounded(value / quantity["p50"]) if quantity["p50"] else None,
        "inside_50": quantity["p25"] <= value <= quantity["p75"],
        "inside_90": quantity["p05"] <= value <= quantity["p95"],
        "crps": rounded(crps(draws, value)),
        "crps_random_walk": None if baseline is None else rounded(baseline),
        "crps_no_change": None if last is None else rounded(abs(last - value)),
        "known_on": point["known_on"],
        "facts": point["facts"],
    }


def last_before(points: Sequence[Point], quarter: str) -> float | None:
    """The last value known before a quarter: the forecast of who expects no change.

    Its CRPS is the absolute error, as that of every forecast of a single number.
    """
    earlier = [p for p in points if p["value"] and p["quarter"] < quarter]
    last = max(earlier, key=lambda p: (p["quarter"], p["known_on"]), default=None)
    return None if last is None else float(last["value"])


def random_walk(points: Sequence[Point], quarter: str) -> tuple[float, float] | None:
    """Mean and deviation of the log of a random walk with drift, fitted to observed points.

    Changes a quarter have mean ``d`` and variance ``v``; ``h`` quarters on the log is normal with
    mean ``last + h d`` and variance ``h v``. Nothing with fewer than :data:`FEWEST_STEPS` changes,
    or for a quarter that is not after the last point.
    """
    known = {QUARTERS.index(p["quarter"]): float(p["value"]) for p in points if p["value"]}
    steps = list(pairwise(sorted(known)))
    if len(steps) < FEWEST_STEPS:
        return None
    first, last = min(known), max(known)
    ahead = QUARTERS.index(quarter) - last
    if ahead < 1:
        return None
    drift = math.log(known[last] / known[first]) / (last - first)
    changes = [
        (math.log(known[b] / known[a]) - (b - a) * drift) / math.sqrt(b - a) for a, b in steps
    ]
    variance = sum(change**2 for change in changes) / (len(changes) - 1)
    return math.log(known[last]) + ahead * drift, math.sqrt(ahead * variance)


def _claims(then: Study, later: Snapshot) -> list[dict[str, Any]]:
    said = {claim["id"]: claim for claim in then.claims()}
    rows = []
    for claim in claims(then.snapshot):
        before, found = said[claim.id], resolve(claim, later)
        decided = found.status in ("true", "false") and before["status"] == "open"
        chance = before["p_model"]
        rows.append(
            before
            | {
                "status": found.status,
                "why": found.why,
                "why_zh": found.why_zh,
                "outcome": found.outcome,
                "facts": list(found.facts),
                "brier": rounded(brier_score(chance, found.status == "true"))
                if decided and chance is not None
                else None,
            }
        )
    return rows


def _shares(then: Study, later: Snapshot) -> list[dict[str, Any]]:
    now = {row["ticker"]: row for row in drawdown_state(later, list(companies()), None)}
    rows = []
    for value in then.values():
        after = now[value["ticker"]]
        if value["price"] is None or after["price"] is None:
            continue
        fair = value["fair_value"]
        rows.append(
            {
                "ticker": value["ticker"],
                "price": value["price"],
                "price_date": value["price_date"],
                "fair_value": None if fair is None else fair["p50"],
                "fair_value_range": None if fair is None else [fair["p05"], fair["p95"]],
                "p_above_price": value["p_above_price"],
                "price_after": after["price"],
                "price_after_date": after["price_date"],
                "change": rounded(after["price"] / value["price"] - 1),
                "facts": after["facts"],
            }
        )
    return rows


def _rank_correlation(shares: Sequence[Mapping[str, Any]]) -> float | None:
    """Spearman's correlation of P(value above price) then with the change of the price since."""
    rows = [row for row in shares if row["p_above_price"] is not None]
    if len(rows) < FEWEST_STEPS:
        return None
    from scipy.stats import spearmanr  # slow to import, and only this needs it

    found = spearmanr([row["p_above_price"] for row in rows], [row["change"] for row in rows])
    return None if math.isnan(found.statistic) else float(rounded(found.statistic))
