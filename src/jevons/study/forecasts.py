"""What a note forecasts, as it is filed: every figure of a time to come, and what decides it."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from jevons.claims.forecasts import LEVELS, Forecast
from jevons.facts.snapshot import Snapshot
from jevons.model.clock import QUARTERS
from jevons.study.answers import HORIZON_QUARTERS
from jevons.study.forecast_rules import CLAIM, YEARLY, Rule, public_by, rule_of
from jevons.study.history import reported
from jevons.study.reports import SECOND_NAMES

Row = dict[str, Any]
# Sections of figures that are searched for ranges of a year, and what names a row there.
SECTIONS = ("supply", "power_context", "campuses", "capital", "value_chain")
LABELS = ("buyer", "ticker", "product", "sector")
PAST = ("counted", "history", "by_region", "reconciliation")  # comparisons with what is known


def forecasts(figures: Mapping[str, Any], snapshot: Snapshot, filed_on: date) -> list[Forecast]:
    """Every forecast of a note, each with the day and the rule that decide it.

    Quantities in each quarter to come where reports decide, at each year's end where not; ranges of
    years in the sections; odds of the binding limit and of buyers' spending; the Jevons index;
    value over price by company; and the probability of every open claim. A note of a scenario is
    a question, not a forecast.

    Args:
        figures: of the note. snapshot: the facts that it was made from.
    """
    given = figures["provenance"]
    if given.get("scenarios"):
        return []
    as_of = date.fromisoformat(given["as_of"])
    head = {
        "as_of": as_of,
        "filed_on": filed_on,
        "calibration": given.get("calibration") or "",
        **{name: given[name] for name in ("version", "fact_hash", "seed", "draws")},
    }
    nothing = dict.fromkeys((*LEVELS, "probability"))
    rows = (
        *_quantities(figures, snapshot),
        *_of_years(figures),
        *_chances(figures),
        *_index(figures),
        *_values(figures),
    )
    made = []
    for row in rows:
        rule = rule_of(row["name"])
        day = public_by(rule, as_of, row["quarter"])
        decided: Row = {"resolves_on": day, "resolves_by": rule.by}
        made.append(Forecast(**head, **{**nothing, **row, **decided}))
    return [*made, *(Forecast(**head, **{**nothing, **row}) for row in _claims(figures))]


def _ahead(figures: Mapping[str, Any]) -> str:
    """The last quarter of history; what is later is forecast."""
    anchor: str = figures["provenance"]["anchor"]
    return anchor


def _quantities(figures: Mapping[str, Any], snapshot: Snapshot) -> Iterator[Row]:
    known = {
        name: {point["quarter"] for point in points} for name, points in reported(snapshot).items()
    }
    anchor = _ahead(figures)
    for name, path in figures["quantities"].items():
        if name in SECOND_NAMES.values():
            continue
        by_quarter = rule_of(name).by == "report" and name not in YEARLY
        seen = known.get(name, set())
        for at, quarter in enumerate(path["quarter"]):
            if quarter > max(seen, default=anchor) and (by_quarter or quarter.endswith("Q4")):
                yield _range(name, quarter, path, at)


def _range(name: str, quarter: str, figure: Mapping[str, Any], at: int | None = None) -> Row:
    levels = {level: figure[level] if at is None else figure[level][at] for level in LEVELS}
    return {"name": name, "quarter": quarter, "unit": figure["unit"], **levels}


def _of_years(figures: Mapping[str, Any]) -> Iterator[Row]:
    """Ranges of years to come in the sections, found wherever they stand, each once."""
    anchor, seen = _ahead(figures), set()
    for section in SECTIONS:
        for row in _found(figures[section], section, "", ""):
            key = row["name"], row["quarter"]
            if row["quarter"] > anchor and key not in seen:
                seen.add(key)
                yield row


def _found(figure: Any, name: str, label: str, quarter: str) -> Iterator[Row]:
    if isinstance(figure, list):
        for row in figure:
            named = next((f".{row[each]}" for each in LABELS if each in row), "")
            yield from _found(row, name, label + named, quarter)
        return
    year = figure.get("year")
    quarter = f"{year}Q4" if isinstance(year, int) else quarter
    if set(LEVELS) <= set(figure):
        yield from _of_range(figure, name + label, quarter)
        return
    for key, part in figure.items():
        if key not in PAST and _holds_rows(part):
            yield from _found(part, f"{name}.{key}", label, quarter)


def _holds_rows(part: Any) -> bool:
    return isinstance(part, dict) or (
        isinstance(part, list) and bool(part) and isinstance(part[0], dict)
    )


def _of_range(figure: Mapping[str, Any], name: str, quarter: str) -> Iterator[Row]:
    """A range of the row's year, or one of every year on its own axis."""
    if isinstance(figure["p50"], list):
        for at, year in enumerate(figure.get("year", ())):
            yield _range(name, f"{year}Q4", figure, at)
    elif quarter:
        yield _range(name, quarter, figure)


def _chances(figures: Mapping[str, Any]) -> Iterator[Row]:
    binding, anchor = figures["binding"], _ahead(figures)
    for limit, shares in binding["share"].items():
        for quarter, share in zip(binding["quarter"], shares, strict=True):
            if quarter.endswith("Q4"):
                yield _chance(f"binding.{limit}", quarter, share)
    for row in figures["capital"]["funding"]:
        for year, chance in zip(row["capex"]["year"], row["p_exceeds"], strict=True):
            if f"{year}Q4" > anchor:
                yield _chance(f"capital.funding.p_exceeds.{row['buyer']}", f"{year}Q4", chance)
    build = next(answer for answer in figures["answers"] if answer["id"] == "build")
    if build["probability"] is not None:
        last = QUARTERS[QUARTERS.index(anchor) + HORIZON_QUARTERS]
        yield _chance("answers.build", last, build["probability"])


def _chance(name: str, quarter: str, probability: float) -> Row:
    return {"name": name, "quarter": quarter, "unit": "1", "probability": probability}


def _index(figures: Mapping[str, Any]) -> Iterator[Row]:
    for horizon, found in figures["jevons_index"].items():
        name = f"jevons_index.{horizon}"
        yield _range(name, "", found["jevons_index"])
        yield _chance(f"{name}.p_positive", "", found["p_positive"])
        for workload, part in found["by_workload"].items():
            yield _range(f"{name}.{workload}", "", part["jevons_index"])
            yield _chance(f"{name}.{workload}.p_positive", "", part["p_positive"])


def _values(figures: Mapping[str, Any]) -> Iterator[Row]:
    """Value over price, which splits and currencies leave as it is, by company."""
    for row in figures["companies"]:
        value, price = row["fair_value"], row["price"]
        if value is None or price is None:
            continue
        over = {level: float(f"{value[level] / price:.6g}") for level in LEVELS}
        name = f"value_over_price.{row['ticker']}"
        yield {"name": name, "quarter": "", "unit": "1", **over}
        yield _chance(f"value_above_price.{row['ticker']}", "", row["p_above_price"])


def _claims(figures: Mapping[str, Any]) -> Iterator[Row]:
    for claim in figures["claims"]:
        if claim["status"] == "open" and claim["p_model"] is not None:
            yield {
                **_chance(claim["id"], "", claim["p_model"]),
                "resolves_on": date.fromisoformat(claim["resolves_on"]),
                "resolves_by": CLAIM.by,
            }


def rule_filed(forecast: Forecast) -> Rule:
    """The rule that a filed forecast names; of old files, which name none, the one that it had."""
    if forecast.resolves_by == "claim" or not (forecast.resolves_by or forecast.quarter):
        return CLAIM
    return rule_of(forecast.name)
