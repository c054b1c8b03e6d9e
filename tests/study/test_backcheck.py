"""Modelled against reported revenue, on invented quarters worked by hand."""

from dataclasses import dataclass, replace
from datetime import date
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from jevons.facts import Store, load
from jevons.facts.fact import Fact
from jevons.facts.snapshot import Snapshot
from jevons.model.clock import QUARTERS
from jevons.study import Study
from jevons.study.backcheck import backcheck
from jevons.valuation import ChainInputs, CompanyValue
from jevons.valuation.company import company_of


@dataclass(frozen=True)
class Quarter:
    """The part of a fact that a check reads."""

    period_start: date | None
    period_end: date
    central: float
    unit: str = "USD_bn"
    known_on: date = date(2025, 2, 26)
    fact_id: str = "TEST-1"


@dataclass(frozen=True)
class Known:
    """A snapshot in which NVIDIA alone has reported."""

    quarters: tuple[Quarter, ...]
    as_of: date = date(2025, 3, 11)

    def select(self, entity: str, metric: str, stated_by: str) -> tuple[Quarter, ...]:
        return self.quarters if entity == "NVDA" else ()


FLAT = np.array([[9.0], [10.0], [11.0]]) * np.ones(len(QUARTERS))  # USD_bn a quarter
CHAIN = ChainInputs({"NVDA": FLAT, "AVGO": FLAT}, {}, FLAT)
REPORTED = Quarter(date(2024, 10, 1), date(2024, 12, 31), 8.0)


def checked(*quarters: Quarter) -> dict[str, object]:
    return backcheck(cast(Snapshot, Known(quarters)), CHAIN, {})


def test_a_quarter_by_hand() -> None:
    """10 modelled against 8 reported: a quarter too high, and outside 9 to 11."""
    answer = backcheck(cast(Snapshot, Known((REPORTED,))), CHAIN, {})
    (row,) = answer["quarters"]
    # The clock counts quarters of 91.3 days, the calendar has 92 in this one.
    assert row["error"] == pytest.approx(0.25, abs=1.25 * (92 / 91.25 - 1))
    assert not row["inside"]
    summary = {line["ticker"]: line for line in answer["companies"]}
    assert summary["NVDA"]["quarters"] == 1
    assert summary["NVDA"]["mean_absolute_error"] == summary["NVDA"]["bias"] == row["error"]
    assert summary["NVDA"]["inside"] == 0


def test_money_in_millions_is_the_same_money() -> None:
    in_millions = Quarter(REPORTED.period_start, REPORTED.period_end, 8000.0, "USD_mn")
    assert checked(in_millions) == checked(REPORTED)


def test_only_whole_quarters_that_have_ended_are_compared() -> None:
    year = Quarter(date(2024, 1, 1), date(2024, 12, 31), 30.0)
    guided = Quarter(date(2025, 1, 1), date(2025, 3, 31), 12.0)
    before = Quarter(date(2022, 10, 1), date(2022, 12, 31), 3.0)
    assert checked(year, guided, before)["quarters"] == []


def test_who_reports_nothing_is_named_with_the_reason() -> None:
    answer = backcheck(cast(Snapshot, Known((REPORTED,))), CHAIN, {})
    missing = {row["ticker"]: row["missing"] for row in answer["companies"]}
    assert missing["NVDA"] is None
    assert missing["AVGO"] == (
        "no quarter of ai_semiconductor_revenue for AVGO known by 2025-03-11"
    )
    assert missing["ETN"] == "ETN reports no revenue from AI alone and has no value"


def revenue(
    start: date, end: date, amount: float, known_on: date, metric: str = "total_revenue"
) -> Fact:
    name = f"VRT-{metric}-{start}-{end}"
    days = start, end, amount, None, None
    return Fact(name, "VRT", metric, *days, "USD_bn", "company", known_on, known_on, "", "", "")


NO_AI = ChainInputs({"VRT": np.zeros((3, len(QUARTERS)))}, {}, FLAT)
YEAR = revenue(date(2023, 1, 1), date(2023, 12, 31), 40.0, date(2024, 2, 20))
LATER = revenue(date(2024, 1, 1), date(2024, 12, 31), 80.0, date(2025, 2, 20))
QUARTER = revenue(date(2024, 4, 1), date(2024, 6, 30), 11.0, date(2024, 7, 30))


def held(*facts: Fact, growth: float = 0.1, cyclical: bool = False) -> list[dict[str, Any]]:
    """Vertiv without AI, whose base grows at one rate in every draw."""
    snapshot = Store(facts).as_of(date(2025, 3, 11))
    case = SimpleNamespace(x={"base_growth": np.full(3, growth)})
    company = replace(company_of("VRT"), cyclical=cyclical)
    value = cast(CompanyValue, SimpleNamespace(company=company, case=case, missing=None))
    rows: list[dict[str, Any]] = backcheck(snapshot, NO_AI, {"VRT": value})["quarters"]
    return rows


def test_a_quarter_starts_from_the_whole_year_before_it() -> None:
    """40 a year grown at 10 % for the ten and a half months between the middles: 10.9 a quarter.
    The year that the quarter lies in is known by now, and is not used."""
    (row,) = held(YEAR, LATER, QUARTER)
    expected = 40.0 * 1.1 ** (10.5 / 12) * 91 / 366
    assert row["modelled"]["p50"] == pytest.approx(expected, rel=2e-3)


def test_a_quarter_of_a_cycle_is_told_at_its_own_price_too() -> None:
    """A margin of 20 % in the year and of 50 % in the quarter, at one unit cost: 0.8 / 0.5, so
    prices are 1.6 times as high. Who sells at no such price has no second error."""
    income = (
        revenue(date(2023, 1, 1), date(2023, 12, 31), 8.0, date(2024, 2, 20), "operating_income"),
        revenue(date(2024, 4, 1), date(2024, 6, 30), 5.5, date(2024, 7, 30), "operating_income"),
    )
    (row,) = held(YEAR, QUARTER, *income, cyclical=True)
    assert row["error_at_its_price"] + 1 == pytest.approx(1.6 * (row["error"] + 1), rel=1e-5)
    (row,) = held(YEAR, QUARTER, *income)
    assert row["error_at_its_price"] is None
    (row,) = held(YEAR, QUARTER, cyclical=True)
    assert row["error_at_its_price"] is None  # no income is known


def test_what_micron_misses_is_the_price_of_memory() -> None:
    """Prices rose fourfold in a year, which no base of the year before knows: a third too low. At
    each quarter's own price the volumes and the AI part are within a tenth."""
    store = load()
    answer = Study(store, store.last_known_on, draws=300).backcheck()
    (micron,) = (row for row in answer["companies"] if row["ticker"] == "MU")
    assert micron["bias"] == pytest.approx(-0.33, abs=0.05)
    assert micron["error_at_its_price"] < 0.10


def test_a_year_published_after_the_quarter_is_not_known_to_it() -> None:
    late = revenue(date(2023, 1, 1), date(2023, 12, 31), 40.0, date(2024, 8, 1))
    assert held(late, QUARTER) == []


def test_who_reports_no_ai_revenue_is_held_to_all_of_it() -> None:
    """Vertiv, Arista and GE Vernova, quarter by quarter from the year before: within 15 %."""
    store = load()
    answer = Study(store, store.last_known_on, draws=300).backcheck()
    rows = {row["ticker"]: row for row in answer["companies"]}
    for ticker in ("ANET", "VRT", "GEV"):
        assert rows[ticker]["metric"] == "total_revenue"
        assert rows[ticker]["quarters"] >= 4
        assert rows[ticker]["mean_absolute_error"] < 0.15
    for ticker in ("NVDA", "AVGO"):
        assert rows[ticker]["metric"] != "total_revenue"
    # NVIDIA's data centre as docs/valuation.md states it. Broadcom's AI revenue is not within a
    # useful error: the page says so and why.
    assert rows["NVDA"]["mean_absolute_error"] < 0.20
