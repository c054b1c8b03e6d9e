"""Small tables of invented facts, so that every case of a test can be read off."""

from datetime import date

from jevons.facts.fact import Fact

HEADER = (
    "fact_id,entity,metric,period_start,period_end,value,low,high,unit,stated_by,known_on,"
    "recorded_on,source_title,source_url,note"
)
GOOD = {
    "fact_id": "F-1",
    "entity": "NVDA",
    "metric": "data_center_revenue",
    "period_start": "2024-10-28",
    "period_end": "2025-01-26",
    "value": "35.6",
    "low": "",
    "high": "",
    "unit": "USD_bn",
    "stated_by": "company",
    "known_on": "2025-02-26",
    "recorded_on": "2025-03-01",
    "source_title": "Report",
    "source_url": "https://example.org/report",
    "note": "",
}


def line(**cells: str) -> str:
    """One line of a table: a good fact with some cells changed."""
    return ",".join((GOOD | cells).values())


def table(*lines: str) -> str:
    """A table with the full header."""
    return "\n".join((HEADER, *lines)) + "\n"


def fact(
    fact_id: str,
    known_on: date,
    value: float = 1.0,
    *,
    entity: str = "US data centres",
    stated_by: str = "LBNL",
    period_start: date | None = date(2028, 1, 1),
    period_end: date = date(2028, 12, 31),
) -> Fact:
    """A vintage of an outlook of electricity use (TWh/year)."""
    return Fact(
        fact_id=fact_id,
        entity=entity,
        metric="electricity_use",
        period_start=period_start,
        period_end=period_end,
        value=value,
        low=None,
        high=None,
        unit="TWh/year",
        stated_by=stated_by,
        known_on=known_on,
        recorded_on=date(2026, 1, 1),
        source_title="Report",
        source_url="https://example.org/report",
        note="",
    )
