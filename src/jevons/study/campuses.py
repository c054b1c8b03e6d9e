"""Campuses: sites announced and observed, with gigawatts by date, against the model's build-out."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import numpy as np

from jevons.facts.fact import Fact
from jevons.facts.snapshot import Snapshot
from jevons.model.clock import YEARS
from jevons.quantiles import rounded

SITE_METRICS = ("site_power_operational", "site_power_planned")
# Plans of generators, and sums over sites that are counted one by one.
NOT_CAMPUSES = ("NEE", "IREN", "Epoch 16 frontier sites")
PROGRAMME_METRICS = ("planned_capacity", "announced_capacity_target", "planned_onsite_generation")
# Regions by the place in a site's name: states of the US, and countries elsewhere.
STATES = (
    "Georgia", "Indiana", "Louisiana", "Mississippi", "Nebraska", "Ohio", "Tennessee", "Texas",
    "Wisconsin",
)  # fmt: skip
ABROAD = {"Hebei": "China", "Abu Dhabi": "UAE", "UAE": "UAE"}
ELSEWHERE = "US, state not named"


def region(entity: str) -> str:
    """The US state or the country of a site, by the place in its name.

    >>> region("xAI Colossus 1 Memphis Tennessee"), region("OpenAI-Oracle Stargate Abu Dhabi")
    ('Tennessee', 'UAE')
    """
    places = {**{state: state for state in STATES}, **ABROAD}
    return next((name for place, name in places.items() if place in entity), ELSEWHERE)


def is_us(entity: str) -> bool:
    """Whether a site lies in the United States."""
    return region(entity) not in ABROAD.values()


def at_date(facts: Sequence[Fact], day: date) -> float:
    """Power of a site at a date, GW: its last stage by then, 0 before the first."""
    reached = [fact for fact in facts if fact.period_end <= day]
    return (
        max(reached, key=lambda fact: (fact.period_end, fact.central)).central if reached else 0.0
    )


def sites(snapshot: Snapshot) -> list[dict[str, Any]]:
    """Each site: GW operating by the day, planned, and at each year's end by its own dates."""
    facts = [f for metric in SITE_METRICS for f in snapshot.select(metric=metric)]
    rows = []
    for entity in sorted({fact.entity for fact in facts}):
        own = sorted((f for f in facts if f.entity == entity), key=lambda fact: fact.period_end)
        running = [f for f in own if f.metric == "site_power_operational"]
        last = max(own, key=lambda fact: fact.period_end)
        costs = snapshot.select(entity, "total_capital_cost_estimate")
        cost = max(costs, key=lambda fact: fact.period_end, default=None)
        rows.append(
            {
                "site": entity,
                "us": is_us(entity),
                "region": region(entity),
                "operating_gw": at_date(running, snapshot.as_of),
                "planned_gw": max(fact.central for fact in own),
                "planned_for": last.period_end.isoformat(),
                "by_year": {str(y): at_date(own, date(y, 12, 31)) for y in YEARS},
                "stages": [
                    {
                        "on": fact.period_end.isoformat(),
                        "gw": fact.central,
                        "status": "planned" if fact.metric.endswith("planned") else "operating",
                    }
                    for fact in own
                ],
                "cost_usd_bn": None if cost is None else cost.central,
                "facts": [fact.fact_id for fact in own],
            }
        )
    return sorted(rows, key=lambda row: -row["planned_gw"])


def by_region(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Sites of each US state and country: how many, GW operating, and at each year's end."""
    found = []
    for name in dict.fromkeys(row["region"] for row in rows):
        own = [row for row in rows if row["region"] == name]
        found.append(
            {
                "region": name,
                "us": own[0]["us"],
                "sites": len(own),
                "operating_gw": rounded(sum(row["operating_gw"] for row in own)),
                "by_year": {
                    str(year): rounded(sum(row["by_year"][str(year)] for row in own))
                    for year in YEARS
                },
            }
        )
    return found


def programmes(snapshot: Snapshot) -> list[dict[str, Any]]:
    """Announcements in GW without a path by date: targets, not sites."""
    facts = [f for metric in PROGRAMME_METRICS for f in snapshot.select(metric=metric)]
    return [
        {
            "programme": fact.entity,
            "metric": fact.metric,
            "gw": fact.central,
            "until": fact.period_end.isoformat(),
            "stated_by": fact.stated_by,
            "known_on": fact.known_on.isoformat(),
            "fact": fact.fact_id,
        }
        for fact in sorted(facts, key=lambda f: (f.known_on, f.entity, f.fact_id))
        if fact.unit == "GW" and fact.entity not in NOT_CAMPUSES
        and not fact.entity.startswith("US data centres")
    ]  # fmt: skip


def against_build_out(
    rows: Sequence[dict[str, Any]], site_power: dict[str, Any]
) -> list[dict[str, Any]]:
    """Sites at each year's end beside the model's US AI sites (rated GW with PUE).

    ``share`` is the sites over the model's median: what of the build-out has a name and a place.
    """
    us = site_power["us"]
    levels = [name for name in us if name not in ("unit", "year")]
    found = []
    for at, year in enumerate(YEARS):
        named = sum(row["by_year"][str(year)] for row in rows if row["us"])
        model = {name: us[name][at] for name in levels} | {"unit": us["unit"]}
        found.append(
            {
                "year": year,
                "sites_gw": rounded(named),
                "sites": int(np.sum([row["us"] and row["by_year"][str(year)] > 0 for row in rows])),
                "model_us_gw": model,
                "share": rounded(named / model["p50"]) if model["p50"] else None,
            }
        )
    return found
