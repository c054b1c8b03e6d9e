"""The record of jevons itself: what a note forecast, and what came of it."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from statistics import mean
from typing import Any

from jevons.claims import brier_score, weighted_interval_score
from jevons.claims.forecasts import LEVELS, Forecast
from jevons.facts.snapshot import Snapshot
from jevons.quantiles import rounded
from jevons.study.history import Point, observed

OWN, HINDSIGHT = "jevons", "jevons, in hindsight"
YEARLY = ("us_electricity",)  # a figure of a year, at its last quarter
DECIDED = {"true": True, "false": False}


def forecasts(figures: Mapping[str, Any], filed_on: date) -> list[Forecast]:
    """Every forecast of a note that figures to come can decide.

    Quantities that are observed, in each quarter after the as-of day's last observation; and the
    probability of every open claim. A note of a scenario is a question, not a forecast.
    """
    given = figures["provenance"]
    if given.get("scenarios"):
        return []
    head = {
        "as_of": date.fromisoformat(given["as_of"]),
        "filed_on": filed_on,
        "calibration": given.get("calibration") or "",
        **{name: given[name] for name in ("version", "fact_hash", "seed", "draws")},
    }
    nothing = dict.fromkeys((*LEVELS, "probability"))
    made = [Forecast(**head, **{**nothing, **row}) for row in _quantities(figures)]
    for claim in figures["claims"]:
        if claim["status"] == "open" and claim["p_model"] is not None:
            row = {"name": claim["id"], "quarter": "", "unit": "1"}
            made.append(Forecast(**head, **{**nothing, **row, "probability": claim["p_model"]}))
    return made


def _quantities(figures: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for name, points in figures["observed"].items():
        path = figures["quantities"][name]
        last = max(point["quarter"] for point in points)
        for at, quarter in enumerate(path["quarter"]):
            if quarter > last and (name not in YEARLY or quarter.endswith("Q4")):
                levels = {level: path[level][at] for level in LEVELS}
                yield {"name": name, "quarter": quarter, "unit": path["unit"], **levels}


def outcomes(filed: Sequence[Forecast], later: Snapshot, claims: Sequence[Any]) -> list[Any]:
    """What became of filed forecasts by a later day: one row a forecast, in the order of filing.

    Args:
        filed: forecasts. later: the snapshot that decides. claims: claims as reports show them on
            that day.

    Returns:
        rows ``id, who, said_on, filed_on, name, quarter, unit, p05 .. p95, probability, status,
        outcome, wis, brier``. A range is "true" if the outcome lies inside 5-95 %.
    """
    points, said = observed(later), {claim["id"]: claim for claim in claims}
    rows = []
    for forecast in filed:
        if forecast.as_of > later.as_of:
            continue
        decide = _range if forecast.quarter else _claim
        found = decide(forecast, points, said)
        rows.append(_head(forecast) | found)
    return rows


def _head(forecast: Forecast) -> dict[str, Any]:
    return {
        "id": "-".join(
            filter(None, ("jevons", str(forecast.as_of), forecast.name, forecast.quarter))
        ),
        "who": OWN if forecast.prompt else HINDSIGHT,
        "said_on": forecast.as_of.isoformat(),
        "filed_on": forecast.filed_on.isoformat(),
        "name": forecast.name,
        "quarter": forecast.quarter,
        "unit": forecast.unit,
        **{level: getattr(forecast, level) for level in LEVELS},
        "probability": forecast.probability,
    }


def _range(
    forecast: Forecast, points: Mapping[str, Sequence[Point]], _: Mapping[str, Any]
) -> dict[str, Any]:
    """A quantity against the first figure published for its quarter after the as-of day."""
    day = forecast.as_of.isoformat()
    found = [
        point
        for point in points.get(forecast.name, ())
        if point["quarter"] == forecast.quarter and point["known_on"] > day and point["value"]
    ]
    if not found:
        return {"status": "open", "outcome": None, "wis": None, "brier": None}
    value = float(min(found, key=lambda point: point["known_on"])["value"])
    quantiles = forecast.quantiles
    inside = quantiles[0.05] <= value <= quantiles[0.95]
    return {
        "status": "true" if inside else "false",
        "outcome": rounded(value),
        "wis": rounded(weighted_interval_score(quantiles, value)),
        "brier": None,
    }


def _claim(
    forecast: Forecast, _: Mapping[str, Sequence[Point]], said: Mapping[str, Any]
) -> dict[str, Any]:
    """A probability against what became of the claim."""
    claim = said.get(forecast.name, {"status": "not resolvable", "outcome": None})
    happened = DECIDED.get(claim["status"])
    assert forecast.probability is not None
    return {
        "status": claim["status"],
        "outcome": claim["outcome"],
        "wis": None,
        "brier": None if happened is None else rounded(brier_score(forecast.probability, happened)),
    }


def board(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """One row a kind of filing (prompt, in hindsight), like the sources' scoreboard, with scores.

    ``independent`` counts a quarter of a quantity, or a claim, once, in however many notes.
    """
    found = []
    for who in dict.fromkeys(row["who"] for row in rows):
        mine = [row for row in rows if row["who"] == who]
        decided = [row for row in mine if row["status"] in DECIDED]
        ranges = [row for row in decided if row["wis"] is not None]
        briers = [row["brier"] for row in decided if row["brier"] is not None]
        inside = [row["status"] == "true" for row in ranges]
        found.append(
            {
                "who": who,
                "forecasts": len(mine),
                "open": sum(row["status"] == "open" for row in mine),
                "decided": len(decided),
                "independent": len({(row["name"], row["quarter"]) for row in decided}),
                "coverage_90": rounded(mean(inside)) if inside else None,
                "brier": rounded(mean(briers)) if briers else None,
            }
        )
    return found
