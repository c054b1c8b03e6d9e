"""The bundled facts: all pass, none leaks, and the published figures are there as published."""

import csv
from datetime import date
from importlib.resources import files

import pytest

from jevons.facts.snapshot import Snapshot
from jevons.facts.store import Store, bundled_rows
from jevons.facts.table import check_together
from jevons.facts.variables import variables


@pytest.fixture(scope="module")
def store() -> Store:
    rows = bundled_rows()
    check_together(rows)
    return Store(row.fact for row in rows)


@pytest.fixture(scope="module")
def today(store: Store) -> Snapshot:
    return store.as_of(date(2026, 11, 23))


def test_every_bundled_row_passes(store: Store) -> None:
    assert len(store) > 1500


def test_every_fact_has_a_source_and_none_is_from_memory(store: Store) -> None:
    for fact in store.facts:
        assert fact.source_url.startswith(("http://", "https://")), fact
        assert fact.source_title, fact
        assert "unverified" not in fact.note, fact
        assert "lower bound" not in fact.note.lower(), fact


def test_every_bundled_row_stands_in_its_metrics_unit() -> None:
    """So that no command waits for the units library before it has read a fact of the user's."""
    for file in files("jevons.facts").joinpath("bundled").iterdir():
        for row in csv.DictReader(file.read_text(encoding="utf-8").splitlines()):
            assert row["unit"] == variables()[row["metric"]].unit, (file.name, row["fact_id"])


def figure(snapshot: Snapshot, *key: str | date) -> float:
    entity, metric, end, *stated_by = key
    fact = snapshot.at(str(entity), str(metric), end, *map(str, stated_by))  # type: ignore[arg-type]
    assert fact is not None, key
    return fact.central


PUBLISHED = [
    # LBNL's report of December 2024 and the IEA's of April 2025.
    ("US data centres", "electricity_use", date(2023, 12, 31), "LBNL", 176.0),
    ("US data centres", "electricity_use", date(2028, 12, 31), "LBNL", (325 + 580) / 2),
    ("US data centres", "electricity_use", date(2024, 12, 31), "IEA", 183.0),
    ("World data centres", "electricity_use", date(2030, 12, 31), "IEA", 945.0),
    # Reports of the quarter to January 2025.
    ("NVDA", "data_center_revenue", date(2025, 1, 26), "company", 35.6),
    ("AVGO", "ai_semiconductor_revenue", date(2025, 2, 2), "company", 4.1),
    ("Google", "tokens_processed_per_month", date(2025, 4, 30), "company", 480.0),
]


@pytest.mark.parametrize(("entity", "metric", "end", "stated_by", "value"), PUBLISHED)
def test_published_figures(
    today: Snapshot, entity: str, metric: str, end: date, stated_by: str, value: float
) -> None:
    assert figure(today, entity, metric, end, stated_by) == pytest.approx(value)


def test_four_buyers_spent_228_bn_in_2024(today: Snapshot) -> None:
    """Cash purchases of property and equipment of AMZN, GOOGL, META and MSFT, calendar 2024."""
    total = sum(
        fact.central
        for buyer in ("AMZN", "GOOGL", "META", "MSFT")
        for fact in today.select(buyer, "capex_cash_ppe", "company")
        if fact.period_end.year == 2024 and 80 <= fact.days <= 100
    )
    assert total == pytest.approx(228, abs=1)


@pytest.mark.parametrize(
    ("day", "shortfall"),
    [
        (date(2025, 3, 11), 36.0),
        (date(2025, 9, 30), 45.0),
        (date(2025, 11, 30), 44.0),
        (date(2025, 12, 31), 47.0),
        (date(2026, 3, 31), 49.0),
    ],
)
def test_vintages_of_the_published_shortfall(store: Store, day: date, shortfall: float) -> None:
    """Morgan Stanley's US shortfall 2025 to 2028 by the day of the note."""
    known = store.as_of(day)
    end = date(2028, 12, 31)
    assert figure(known, "US data centres", "gross_power_shortfall", end) == shortfall


def test_shortfall_is_demand_less_supply(store: Store) -> None:
    """November 2025: 69 - 10 - 15 = 44 GW."""
    known = store.as_of(date(2025, 11, 30))
    demand, building, grid, gross = (
        figure(known, "US data centres", metric, date(2028, 12, 31), "Morgan Stanley")
        for metric in (
            "incremental_power_demand",
            "self_supplied_under_construction",
            "near_term_grid_access",
            "gross_power_shortfall",
        )
    )
    assert demand - building - grid == gross == 44


def test_nothing_of_2025_03_12_is_known_the_day_before(store: Store) -> None:
    """Epoch AI's price trends appeared one day after 2025-03-11."""
    metric = "price_decline_factor_per_year"
    before, after = store.as_of(date(2025, 3, 11)), store.as_of(date(2025, 3, 12))
    assert not before.select(metric=metric, stated_by="Epoch AI")
    assert after.select(metric=metric, stated_by="Epoch AI")
