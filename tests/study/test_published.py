"""The shortfall as published: every vintage its own row, nothing from later."""

from dataclasses import replace
from datetime import date

from jevons.facts import Store
from jevons.facts.fact import Fact
from jevons.study.published import TERMS, power, stated

from .invented import fact, store

FIRST, SECOND = date(2025, 8, 20), date(2025, 11, 5)


def term(
    name: str,
    value: float,
    day: date,
    *,
    entity: str = "US data centres",
    stated_by: str = "Morgan Stanley",
    year: int = 2028,
) -> Fact:
    return fact(
        entity,
        TERMS[name],
        value,
        date(2025, 1, 1),
        date(year, 12, 31),
        stated_by=stated_by,
        known_on=day,
        fact_id=f"{name}-{value}",
    )


FACTS = (
    term("demand", 65.0, FIRST),
    term("gross", 36.0, FIRST),
    term("demand", 74.0, SECOND),
    term("gross", 47.0, SECOND),
    term("net", 13.0, SECOND),
    term("demand", 99.0, SECOND, stated_by="Another"),
    term("demand", 5.0, SECOND, year=2030),
    term("demand", 6.0, SECOND, entity="Texas"),
)


def test_each_publication_is_a_row_oldest_first() -> None:
    rows = power(Store(FACTS).as_of(date(2026, 1, 1)))
    assert [(row["known_on"], row["stated_by"]) for row in rows] == [
        ("2025-08-20", "Morgan Stanley"),
        ("2025-11-05", "Another"),
        ("2025-11-05", "Morgan Stanley"),
    ]
    assert rows[0]["demand"] == {"value": 65.0, "low": None, "high": None}
    assert rows[2]["demand"]["value"] == 74.0
    assert rows[2]["net"]["value"] == 13.0
    assert rows[0]["net"] is None
    assert sorted(rows[2]["facts"]) == ["demand-74.0", "gross-47.0", "net-13.0"]


def test_other_places_and_windows_are_left_out() -> None:
    cited = [name for row in power(Store(FACTS).as_of(date(2026, 1, 1))) for name in row["facts"]]
    assert "demand-5.0" not in cited
    assert "demand-6.0" not in cited


def test_what_was_not_out_yet_is_not_shown() -> None:
    rows = power(Store(FACTS).as_of(date(2025, 10, 1)))
    assert [row["known_on"] for row in rows] == ["2025-08-20"]


def test_a_range_is_shown_as_stated() -> None:
    ranged = replace(term("net", 0.0, FIRST), value=None, low=5.0, high=15.0)
    assert stated(ranged) == {"value": None, "low": 5.0, "high": 15.0}


def test_published_terms_add_up_where_all_are_given() -> None:
    """Gross = demand - under construction - grid, the definition that the chain uses, to 1 GW."""
    rows = power(store().as_of(store().last_known_on))
    names = ("demand", "under_construction", "grid", "gross")
    whole = [row for row in rows if all(row[name] and row[name]["value"] for name in names)]
    assert whole
    for row in whole:
        demand, building, grid, gross = (row[name]["value"] for name in names)
        assert abs(demand - building - grid - gross) <= 1.0
