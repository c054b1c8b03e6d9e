"""Observed history: sums of what all reported, each with its facts, and nothing from later."""

import math
from datetime import date

import pytest

from jevons.facts.fact import Fact
from jevons.facts.variables import variable
from jevons.model.anchors import BUYERS, TOKEN_GROWTH
from jevons.model.clock import QUARTERS
from jevons.study.history import observed

from .invented import AS_OF, fact, known, quarters, revenue, store

DAYS = (date(2024, 3, 1), AS_OF, date(2025, 9, 15))


def tokens(entity: str, value: float, day: date) -> Fact:
    return fact(entity, "tokens_processed_per_day", value, day, day)


def test_five_buyers_are_summed_where_all_have_reported() -> None:
    spent = [
        each for buyer in BUYERS for each in quarters(buyer, "capex_cash_ppe", 2024, [15.0] * 4)
    ]
    early = quarters("MSFT", "capex_cash_ppe", 2023, [9.0] * 4)
    points = observed(known(*spent, *early, *revenue()))["buyers_capex"]
    assert [point["quarter"] for point in points] == ["2024Q1", "2024Q2", "2024Q3", "2024Q4"]
    for point in points:
        assert point["value"] == 75.0
        assert len(point["facts"]) == len(BUYERS)
        assert point["unit"] == variable("buyers_capex").unit


def test_revenue_is_shown_as_reported() -> None:
    points = observed(known(*revenue()))["data_center_revenue"]
    assert [point["quarter"] for point in points] == list(QUARTERS[:8])
    assert [point["value"] for point in points] == [4, 5, 6, 7, 8, 9, 10, 11]
    assert points[0]["entity"] == "NVDA"
    assert points[-1]["known_on"] == "2025-01-30"


def test_tokens_are_shown_in_the_quarters_that_bring_a_report() -> None:
    """Google reports in 2024Q2 and Q4, Alibaba in Q3: each quarter adds the other's last report."""
    reports = (
        tokens("Google", 1.0, date(2024, 6, 28)),
        tokens("Alibaba", 0.5, date(2024, 9, 28)),
        tokens("Google", 4.0, date(2024, 12, 28)),
    )
    points = observed(known(*revenue(), *reports))["tokens"]
    assert [point["quarter"] for point in points] == ["2024Q2", "2024Q3", "2024Q4"]
    grown = {days: math.exp(TOKEN_GROWTH * days / 365.25) for days in (91, 92)}
    expected = [1.0, 0.5 + 1.0 * grown[92], 4.0 + 0.5 * grown[91]]
    assert [point["value"] for point in points] == pytest.approx(expected)
    assert [len(point["facts"]) for point in points] == [1, 2, 2]


def test_electricity_keeps_publisher_and_range_and_leaves_outlooks_out() -> None:
    past = fact(
        "US data centres", "electricity_use", 176.0, date(2023, 1, 1), date(2023, 12, 31),
        stated_by="LBNL",
    )  # fmt: skip
    outlook = fact(
        "US data centres", "electricity_use", 400.0, date(2028, 1, 1), date(2028, 12, 31),
        stated_by="LBNL", known_on=date(2024, 12, 20),
    )  # fmt: skip
    points = observed(known(*revenue(), past, outlook))["us_electricity"]
    assert [(p["quarter"], p["value"], p["entity"]) for p in points] == [("2023Q4", 176.0, "LBNL")]


def test_what_nobody_reported_is_absent() -> None:
    assert set(observed(known(*revenue()))) == {"data_center_revenue"}


@pytest.mark.parametrize("day", DAYS, ids=str)
def test_every_point_was_known_and_cites_what_it_sums(day: date) -> None:
    snapshot = store().as_of(day)
    found = observed(snapshot)
    assert {"buyers_capex", "data_center_revenue"} <= set(found)
    for name, points in found.items():
        for point in points:
            facts = [snapshot.get(fact_id) for fact_id in point["facts"]]
            assert point["fact_id"] == point["facts"][0]
            assert point["known_on"] == max(each.known_on for each in facts).isoformat()
            assert point["known_on"] <= day.isoformat()
            assert point["quarter"] in QUARTERS
            assert point["value"] > 0
        places = [point["quarter"] for point in points]
        assert places == sorted(places)
        assert name == "us_electricity" or len(places) == len(set(places))


def test_a_later_day_only_adds_points_of_the_buyers() -> None:
    early, late = (observed(store().as_of(day))["buyers_capex"] for day in DAYS[1:])
    assert [point["quarter"] for point in late][: len(early)] == [p["quarter"] for p in early]
    assert len(late) > len(early)
