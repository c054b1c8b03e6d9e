"""The record of jevons itself: what became of the forecasts that its notes filed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import mean
from typing import Any

from jevons.claims import brier_score, weighted_interval_score
from jevons.claims.forecasts import LEVELS, Forecast
from jevons.claims.resolution import GRACE
from jevons.facts.snapshot import Snapshot
from jevons.market import PriceTable
from jevons.model.clock import QUARTERS
from jevons.quantiles import rounded
from jevons.study.answers import HORIZON_QUARTERS
from jevons.study.forecast_rules import MARKET, US, Rule, year_after
from jevons.study.forecasts import rule_filed
from jevons.study.history import Point, reported
from jevons.study.reports import TOTAL

OWN, HINDSIGHT = "jevons", "jevons, in hindsight"
DECIDED = {"true": True, "false": False}
STALE = timedelta(days=7)  # the last close before a day that is older than this is not of the day


@dataclass(frozen=True, slots=True)
class Known:
    """What is known on the day that decides.

    Attributes:
        snapshot: facts. points: see :func:`jevons.study.history.reported`. prices: closes up to
            the day, comparable over time. claims: by id, as reports show them.
    """

    snapshot: Snapshot
    points: Mapping[str, Sequence[Point]]
    prices: PriceTable
    claims: Mapping[str, Mapping[str, Any]]


def outcomes(
    filed: Sequence[Forecast], later: Snapshot, claims: Sequence[Any], prices: PriceTable
) -> list[Any]:
    """What became of filed forecasts by a later day: one row a forecast, in the order of filing.

    Args:
        filed: forecasts. later: the snapshot that decides. claims: claims as reports show them on
            that day. prices: closes up to that day.

    Returns:
        rows ``id, who, said_on, filed_on, name, quarter, unit, p05 .. p95, probability,
        resolves_on, how, status, outcome, wis, brier``. A range is "true" if the outcome lies
        inside 5-95 %. What is still undecided :data:`GRACE` after its day is given up.
    """
    known = Known(later, reported(later), prices, {claim["id"]: claim for claim in claims})
    return [
        _head(forecast, rule) | _verdict(forecast, rule, known)
        for forecast in filed
        if forecast.as_of <= later.as_of
        for rule in (rule_filed(forecast),)
    ]


def _head(forecast: Forecast, rule: Rule) -> dict[str, Any]:
    day = forecast.resolves_on
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
        "resolves_on": None if day is None else day.isoformat(),
        "how": rule.how,
    }


def _verdict(forecast: Forecast, rule: Rule, known: Known) -> dict[str, Any]:
    undecided = {"outcome": None, "wis": None, "brier": None}
    if rule.by == "nothing":
        return {"status": "not resolvable"} | undecided
    if rule.by == "claim":
        return _claim(forecast, known)
    figure = _figure(forecast, rule, known)
    if figure is None:
        day = forecast.resolves_on
        over = day is not None and known.snapshot.as_of > day + GRACE
        return {"status": "not resolvable" if over else "open"} | undecided
    return _against(forecast, figure)


def _against(forecast: Forecast, figure: float) -> dict[str, Any]:
    """A range, or the probability that a figure is above zero, against the figure."""
    if forecast.probability is not None:
        happened = figure > 0
        brier = rounded(brier_score(forecast.probability, happened))
        status = "true" if happened else "false"
        return {"status": status, "outcome": rounded(figure), "wis": None, "brier": brier}
    quantiles = forecast.quantiles
    inside = quantiles[0.05] <= figure <= quantiles[0.95]
    return {
        "status": "true" if inside else "false",
        "outcome": rounded(figure),
        "wis": rounded(weighted_interval_score(quantiles, figure)),
        "brier": None,
    }


def _claim(forecast: Forecast, known: Known) -> dict[str, Any]:
    """A probability against what became of the claim."""
    claim = known.claims.get(forecast.name, {"status": "not resolvable", "outcome": None})
    happened = DECIDED.get(claim["status"])
    assert forecast.probability is not None
    return {
        "status": claim["status"],
        "outcome": claim["outcome"],
        "wis": None,
        "brier": None if happened is None else rounded(brier_score(forecast.probability, happened)),
    }


def _figure(forecast: Forecast, rule: Rule, known: Known) -> float | None:
    """The figure that decides, None where it is not public yet."""
    match rule.by:
        case "report":
            return _first(rule.of, forecast.quarter, known, forecast.as_of)
        case "year":
            return _sum(rule.of, forecast.quarter, known)
        case "spending":
            before = QUARTERS[QUARTERS.index(forecast.quarter) - HORIZON_QUARTERS]
            after, earlier = (_sum(TOTAL, last, known) for last in (forecast.quarter, before))
            return None if after is None or earlier is None else after - earlier
        case "publication":
            return _published(forecast, rule.metric, known.snapshot)
    ticker = forecast.name.rpartition(".")[2]
    own = _return(ticker, forecast.as_of, known)
    if rule.by == "price":
        return own
    market = _return(MARKET, forecast.as_of, known)
    return None if own is None or market is None else own - market


def _first(name: str, quarter: str, known: Known, after: date | None = None) -> float | None:
    """The first figure of a quarter, of those published after a day if one is given."""
    found = [
        point
        for point in known.points.get(name, ())
        if point["quarter"] == quarter
        and point["value"] is not None
        and (after is None or point["known_on"] > after.isoformat())
    ]
    return float(min(found, key=lambda point: point["known_on"])["value"]) if found else None


def _sum(name: str, last: str, known: Known) -> float | None:
    """Four quarters up to the last one."""
    end = QUARTERS.index(last) + 1
    figures = [_first(name, quarter, known) for quarter in QUARTERS[end - 4 : end]]
    return None if None in figures else sum(figure for figure in figures if figure is not None)


def _published(forecast: Forecast, metric: str, later: Snapshot) -> float | None:
    """The first figure of a year's end that was published when the year was over."""
    year = int(forecast.quarter[:4])
    facts = [
        fact
        for fact in (*later.earlier, *later.facts)
        if fact.entity == US
        and fact.metric == metric
        and fact.period_end == date(year, 12, 31)
        and fact.known_on > max(fact.period_end, forecast.as_of)
    ]
    return min(facts, key=lambda fact: fact.known_on).central if facts else None


def _return(ticker: str, start: date, known: Known) -> float | None:
    """The close a year after a day over the day's own, None before or without prices."""
    end = year_after(start)
    history = known.prices.of(ticker)
    if history is None or known.snapshot.as_of < end:
        return None
    closes = []
    for day in (start, end):
        recent = history.between(day - STALE, day)
        if not len(recent):
            return None
        closes.append(float(recent.close[-1]))
    return closes[1] / closes[0]


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
        subjects = {(row["name"], row["quarter"] or row["resolves_on"]) for row in decided}
        found.append(
            {
                "who": who,
                "forecasts": len(mine),
                "open": sum(row["status"] == "open" for row in mine),
                "decided": len(decided),
                "not_resolvable": sum(row["status"] == "not resolvable" for row in mine),
                "independent": len(subjects),
                "coverage_90": rounded(mean(inside)) if inside else None,
                "brier": rounded(mean(briers)) if briers else None,
            }
        )
    return found
