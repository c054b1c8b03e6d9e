"""Rolling origin: as of several past days, four quarters of reports forecast, then scored.

Beside the chain stand forecasts that know only the series' own past, and what analysts and the
companies themselves said at the time.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np

from jevons.claims.baselines import FEWEST, LogNormal, damped_trend, random_walk
from jevons.claims.scores import crps, lognormal_crps
from jevons.errors import UserError
from jevons.facts import Store
from jevons.facts.snapshot import Snapshot
from jevons.model.anchors import BUYERS
from jevons.model.clock import QUARTERS
from jevons.model.statements import spent
from jevons.quantiles import rounded
from jevons.study.reports import REPORTED, TOTAL, reported_facts
from jevons.study.study import Study

DAYS: tuple[date, ...] = (
    date(2023, 12, 31),
    date(2024, 6, 30),
    date(2024, 12, 31),
    date(2025, 3, 11),
    date(2025, 6, 30),
    date(2025, 12, 31),
)
AHEAD = 4
LEVELS = (0.5, 0.8, 0.9)
FIVE = "five buyers"  # the entity that reports the total
# The path that an entity reports.
NAMES: Mapping[str, str] = {each.entity: name for name, each in REPORTED.items()} | {FIVE: TOTAL}
BASELINES: Mapping[str, Callable[[Sequence[float], int], list[LogNormal]]] = {
    "random_walk": random_walk,
    "damped_trend": damped_trend,
}
# Universes of analysts that are sums of the five buyers, by the name in the facts.
UNIVERSES: Mapping[str, tuple[str, ...]] = {"hyperscalers (BofA, Post)": ("AMZN", "GOOGL", "MSFT")}


def rolling_origin(
    store: Store,
    days: Iterable[date] = DAYS,
    draws: int = 20_000,
    seed: int = 2025,
    prior: bool = False,
) -> dict[str, Any]:
    """Forecasts of every day, scored with what the store knows.

    A day with too few facts to calibrate, or a refused fit, uses the priors and says so; all days
    with ``prior``.

    Returns:
        ``forecasts``, one row a day, entity and quarter; ``years``, what was said of calendar
        years beside the chain; ``scores`` over all, by entity and by day.
    """
    later = store.as_of(store.last_known_on)
    rows: list[dict[str, Any]] = []
    years: list[dict[str, Any]] = []
    for day in days:
        study = (
            Study(store, day, draws=draws, seed=seed, prior=True)
            if prior
            else calibrated(store, day, draws, seed)
        )
        ahead = reports_ahead(study)
        found = _quarters(study, later, ahead)
        rows += found
        years += _years(study, later, ahead)
    return {
        "days": sorted({row["day"] for row in rows}),
        "until": later.as_of.isoformat(),
        "scores": {
            "all": scores(rows),
            "by_entity": _by(rows, "entity"),
            "by_day": _by(rows, "day"),
        },
        "forecasts": rows,
        "years": years,
    }


def calibrated(store: Store, day: date, draws: int, seed: int) -> Study:
    """The study of a day, at the priors where too little was known or the fit is refused."""
    study = Study(store, day, draws=draws, seed=seed, sample=True)
    try:
        _ = study.posterior
    except UserError:
        return Study(store, day, draws=draws, seed=seed, prior=True)
    return study


def reported(snapshot: Snapshot, entity: str) -> dict[str, float]:
    """What an entity, or the five buyers together, reported by quarter of the clock and before."""
    found = reported_facts(snapshot, NAMES[entity]).items()
    return {quarter: sum(fact.central for fact in facts) for quarter, facts in found}


def reports_ahead(study: Study) -> dict[str, np.ndarray]:
    """Draws of the reports of the :data:`AHEAD` quarters after the anchor, by entity.

    Returns:
        (draw, quarter), USD_bn a quarter: each buyer's cash capex, their sum under :data:`FIVE`,
        NVIDIA's data-centre and Broadcom's AI revenue.
    """
    drawn = study.run.reported(list(NAMES.values()))
    first = QUARTERS.index(study.experiment.anchor) + 1
    return {entity: drawn[name][:, first : first + AHEAD] for entity, name in NAMES.items()}


def _quarters(
    study: Study, later: Snapshot, ahead: Mapping[str, np.ndarray]
) -> list[dict[str, Any]]:
    first = QUARTERS.index(study.experiment.anchor) + 1
    names = QUARTERS[first : first + AHEAD]
    rows = []
    for entity, draws in ahead.items():
        past, outcomes = _run(reported(study.snapshot, entity), names[0]), reported(later, entity)
        baselines = {
            name: forecast(past, AHEAD) if len(past) >= FEWEST else []
            for name, forecast in BASELINES.items()
        }
        for step, quarter in enumerate(names):
            if quarter not in outcomes:
                continue
            others = {name: each[step] for name, each in baselines.items() if each}
            rows.append(
                {
                    "day": study.as_of.isoformat(),
                    "entity": entity,
                    "quarter": quarter,
                    "step": step + 1,
                    "calibrated": study.posterior is not None,
                    **scored(draws[:, step], outcomes[quarter]),
                    **{
                        f"crps_{name}": rounded(lognormal_crps(*each, outcomes[quarter]))
                        for name, each in others.items()
                    },
                }
            )
    return rows


def _run(values: Mapping[str, float], before: str) -> list[float]:
    """The last run of successive quarters before a quarter."""
    run: list[float] = []
    year, number = int(before[:4]), int(before[5])
    while True:
        year, number = (year, number - 1) if number > 1 else (year - 1, 4)
        value = values.get(f"{year}Q{number}")
        if value is None:
            return run[::-1]
        run.append(value)


def scored(draws: np.ndarray, outcome: float) -> dict[str, Any]:
    """Quantiles of draws, the outcome, CRPS, which intervals hold it, and its place among them."""
    points = {f"p{int(level * 100):02d}": np.quantile(draws, level) for level in _LEVELS}
    inside = {
        f"inside_{round(level * 100)}": bool(
            np.quantile(draws, 0.5 - level / 2) <= outcome <= np.quantile(draws, 0.5 + level / 2)
        )
        for level in LEVELS
    }
    return {
        **{name: rounded(value) for name, value in points.items()},
        "outcome": rounded(outcome),
        "crps": rounded(crps(draws, outcome)),
        "pit": rounded(np.mean(draws <= outcome)),
        **inside,
    }


_LEVELS = (0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95)


def scores(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Coverage, mean CRPS over mean outcome, and skill against each baseline.

    Skill is 1 less the ratio of CRPS sums, each row divided by its outcome so that a large company
    does not outweigh all others.
    """

    def mean(name: str, of: Sequence[Mapping[str, Any]]) -> float:
        return float(np.mean([row[name] / row["outcome"] for row in of]))

    result: dict[str, Any] = {"forecasts": len(rows), "relative_crps": rounded(mean("crps", rows))}
    for level in LEVELS:
        name = f"inside_{round(level * 100)}"
        result[name] = rounded(np.mean([row[name] for row in rows]))
    result["mean_pit"] = rounded(np.mean([row["pit"] for row in rows]))
    for baseline in BASELINES:
        both = [row for row in rows if f"crps_{baseline}" in row]
        if both:
            other = mean(f"crps_{baseline}", both)
            result[f"relative_crps_{baseline}"] = rounded(other)
            result[f"skill_{baseline}"] = rounded(1 - mean("crps", both) / other)
    return result


def _by(rows: Sequence[Mapping[str, Any]], key: str) -> dict[str, Any]:
    names = dict.fromkeys(row[key] for row in rows)
    return {name: scores([row for row in rows if row[key] == name]) for name in names}


def _years(study: Study, later: Snapshot, ahead: Mapping[str, np.ndarray]) -> list[dict[str, Any]]:
    """What analysts and companies had said of a calendar year that the forecast completes.

    ``outcome`` is cash capex, which the chain forecasts and analysts are held against;
    ``outcome_as_said`` what the words are: a company's own guidance counts capex in its own way.
    """
    first = QUARTERS.index(study.experiment.anchor) + 1
    names = QUARTERS[first : first + AHEAD]
    rows = []
    for fact in study.snapshot.facts:
        if fact.metric not in ("capex_guidance", "sell_side_capex_forecast"):
            continue
        members = UNIVERSES.get(fact.entity, tuple(fact.entity.split("+")))
        year = fact.period_end.year
        quarters = [f"{year}Q{number}" for number in range(1, 5)]
        calendar = fact.period_start == date(year, 1, 1) and fact.period_end == date(year, 12, 31)
        if not calendar or not set(members) <= set(BUYERS):
            continue
        draws: float | np.ndarray = 0.0
        known = [reported(study.snapshot, member) for member in members]
        for quarter in quarters:
            if quarter in names:
                draws = draws + sum(ahead[m][:, names.index(quarter)] for m in members)
            elif quarter < names[0] and all(quarter in each for each in known):
                draws = draws + sum(each[quarter] for each in known)
            else:
                break
        else:
            outcomes = [reported(later, member) for member in members]
            if isinstance(draws, float) or not all(
                q in each for each in outcomes for q in quarters
            ):
                continue
            outcome = sum(each[quarter] for each in outcomes for quarter in quarters)
            of_its_own = (fact.stated_by, fact.metric) == ("company", "capex_guidance")
            as_said = outcome
            if of_its_own:
                counted = [spent(later, member) for member in members]
                as_said = sum(each[quarter].amount for each in counted for quarter in quarters)
            said = fact.central
            rows.append(
                {
                    "day": study.as_of.isoformat(),
                    "who": fact.stated_by,
                    "universe": "+".join(members),
                    "year": year,
                    "said": rounded(said),
                    "said_error": rounded(abs(said - as_said)),
                    "outcome_as_said": rounded(as_said),
                    "fact": fact.fact_id,
                    **scored(draws, outcome),
                }
            )
    return rows
