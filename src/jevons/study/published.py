"""The power shortfall as others published it, term by term, by the day of publication."""

from typing import Any

from jevons.facts.fact import Fact
from jevons.facts.snapshot import Snapshot

TERMS = {
    "demand": "incremental_power_demand",
    "under_construction": "self_supplied_under_construction",
    "grid": "near_term_grid_access",
    "gross": "gross_power_shortfall",
    "net": "net_power_shortfall",
}


def power(snapshot: Snapshot) -> list[dict[str, Any]]:
    """Terms of the US shortfall of 2025 to 2028 by publisher and day, oldest first (GW).

    Every vintage known by the snapshot's day is a row of its own: publications moved.
    """
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    for fact in (*snapshot.earlier, *snapshot.facts):
        term = next((name for name, metric in TERMS.items() if metric == fact.metric), None)
        if term is None or fact.entity != "US data centres" or fact.period_end.year != 2028:
            continue
        key = (fact.known_on.isoformat(), fact.stated_by)
        empty = {"stated_by": fact.stated_by, "known_on": key[0], **dict.fromkeys(TERMS)}
        row = rows.setdefault(key, empty | {"facts": []})
        row[term] = stated(fact)
        row["facts"].append(fact.fact_id)
    return [rows[key] for key in sorted(rows)]


def stated(fact: Fact) -> dict[str, float | None]:
    """Value and range as stated."""
    return {"value": fact.value, "low": fact.low, "high": fact.high}
