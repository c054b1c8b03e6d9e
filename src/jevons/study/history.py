"""What was observed, quarter by quarter, beside the chain's quantities of the same name."""

from itertools import pairwise
from typing import Any

from jevons.facts.fact import Fact
from jevons.facts.snapshot import Snapshot
from jevons.facts.variables import variable
from jevons.model.anchors import quarter_end, tokens_reported
from jevons.model.chip_counts import counted_compute
from jevons.model.clock import QUARTERS
from jevons.model.nvidia import data_center_revenue
from jevons.study.reports import REPORTED, SECOND_NAMES, TOTAL, reported_facts

Point = dict[str, Any]


def observed(snapshot: Snapshot) -> dict[str, list[Point]]:
    """Observed points by quantity: five buyers' capex, NVIDIA, US electricity, tokens.

    Each point has quarter, value or low and high, unit, entity, fact ids and the day on which the
    last of its facts became known. Nothing later than the snapshot's day is in it.
    """
    revenue = [
        _point(quarter, fact.central, "USD_bn/quarter", [fact])
        for quarter, fact in data_center_revenue(snapshot).items()
    ]
    found = {
        TOTAL: _reported(snapshot, TOTAL),
        "data_center_revenue": revenue,
        "us_electricity": _us_electricity(snapshot),
        "tokens": _tokens(snapshot),
    }
    return {name: points for name, points in found.items() if points}


def reported(snapshot: Snapshot) -> dict[str, list[Point]]:
    """:func:`observed`, and with it what each buyer, Broadcom and the counters of chips report."""
    found = observed(snapshot)
    for name in REPORTED:
        if name not in SECOND_NAMES.values():  # which are there under the other name
            found[name] = _reported(snapshot, name)
    found["compute_built"] = [
        _point(quarter, compute, "MH100e", [snapshot.get(name) for name in facts], "chips counted")
        for quarter, (compute, facts) in sorted(counted_compute(snapshot).items())
        if quarter in QUARTERS
    ]
    return {name: points for name, points in found.items() if points}


def _point(quarter: str, value: float, unit: str, facts: list[Fact], entity: str = "") -> Point:
    return {
        "quarter": quarter,
        "value": value,
        "low": None,
        "high": None,
        "unit": unit,
        "entity": entity or facts[0].entity,
        "fact_id": facts[0].fact_id,
        "facts": [fact.fact_id for fact in facts],
        "known_on": max(fact.known_on for fact in facts).isoformat(),
    }


def _reported(snapshot: Snapshot, name: str) -> list[Point]:
    """What was reported of a path, of the buyers' total in the quarters that all have reported."""
    unit = variable(name.partition(".")[0]).unit
    return [
        _point(
            quarter,
            sum(fact.central for fact in facts),
            unit,
            list(facts),
            ", ".join(fact.entity for fact in facts),
        )
        for quarter, facts in reported_facts(snapshot, name).items()
        if quarter in QUARTERS
    ]


def _us_electricity(snapshot: Snapshot) -> list[Point]:
    """Each publisher's use of US data centres in a past year, at the year's last quarter.

    The model's path is a yearly rate at the quarter's end, half a year after the middle of the
    year that the figure covers: about 4 % above it at present growth.
    """
    points = []
    for fact in snapshot.select(entity="US data centres", metric="electricity_use"):
        quarter = f"{fact.period_end.year}Q4"
        if quarter in QUARTERS and fact.period_end <= snapshot.as_of:
            point = _point(quarter, fact.central, fact.unit, [fact], fact.stated_by)
            points.append(point | {"low": fact.low, "high": fact.high})
    return points


def _tokens(snapshot: Snapshot) -> list[Point]:
    """Tokens of all reporting platforms in the quarters that bring a new report."""
    unit = variable("tokens").unit
    ends = {
        fact.fact_id: fact.period_end for fact in snapshot.select(metric="tokens_processed_per_day")
    }
    points = []
    for before, quarter in pairwise(QUARTERS):
        start, end = quarter_end(before), quarter_end(quarter)
        total = tokens_reported(snapshot, end)
        new = [name for name in total.facts if start < ends[name] <= end]
        if total.value is not None and new and end <= snapshot.as_of:
            facts = [snapshot.get(name) for name in total.facts]
            points.append(_point(quarter, total.value, unit, facts, "reporting platforms"))
    return points
