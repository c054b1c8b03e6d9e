"""Trailing years and what is missing, from invented reports."""

from datetime import date

import pytest

from jevons.valuation.company import company_of
from jevons.valuation.fundamentals import NotKnownError, fundamentals, trailing_years

from .reports import Report, annual_report, at_year_end, snapshot, year

NVDA = company_of("NVDA")
QUARTER_ENDS = [date(2024, 3, 31), date(2024, 6, 30), date(2024, 9, 30), date(2024, 12, 31)]
QUARTER_STARTS = [date(2024, 1, 1), date(2024, 4, 1), date(2024, 7, 1), date(2024, 10, 1)]


def quarters(amounts: list[float], metric: str = "total_revenue") -> list[Report]:
    return [
        Report("NVDA", metric, start, end, amount, "USD_bn")
        for start, end, amount in zip(QUARTER_STARTS, QUARTER_ENDS, amounts, strict=False)
    ]


def test_annual_report_by_hand() -> None:
    known = fundamentals(NVDA, snapshot(annual_report("NVDA")))
    assert (known.revenue, known.margin, known.net_debt, known.shares) == (100, 0.4, -20, 2)
    assert known.end == date(2024, 12, 31)
    assert len(known.facts) == 5


def test_four_quarters_make_a_year() -> None:
    years = trailing_years(snapshot(quarters([1, 2, 3, 4])), "NVDA", "total_revenue")
    assert years[date(2024, 1, 1), date(2024, 12, 31)].amount == 10


def test_three_quarters_do_not() -> None:
    assert not trailing_years(snapshot(quarters([1, 2, 3])), "NVDA", "total_revenue")


def test_fourth_quarter_comes_from_the_year() -> None:
    """Year 2024 of 10 with 1, 2, 3 reported: the fourth was 4; with 2025Q1 of 5 the year is 14."""
    reports = quarters([1, 2, 3])
    reports.append(year("NVDA", "total_revenue", 10))
    spring = Report("NVDA", "total_revenue", date(2025, 1, 1), date(2025, 3, 31), 5, "USD_bn")
    years = trailing_years(snapshot([*reports, spring], date(2025, 5, 1)), "NVDA", "total_revenue")
    assert years[date(2024, 4, 1), date(2025, 3, 31)].amount == 14


def test_money_in_millions_is_read_as_such() -> None:
    reports = [*annual_report("NVDA")[1:], year("NVDA", "total_revenue", 100_000, "USD_mn")]
    assert fundamentals(NVDA, snapshot(reports)).revenue == pytest.approx(100)


@pytest.mark.parametrize(
    "metric",
    [
        "total_revenue",
        "operating_income",
        "total_debt",
        "cash_and_investments",
        "shares_outstanding",
    ],
)
def test_what_is_not_known_is_named(metric: str) -> None:
    reports = [report for report in annual_report("NVDA") if report.metric != metric]
    with pytest.raises(NotKnownError, match=rf"no {metric}.* for NVDA known by 2025-03-11"):
        fundamentals(NVDA, snapshot(reports))


def test_foreign_money_is_not_read_as_dollars() -> None:
    reports = [*annual_report("NVDA")[1:], year("NVDA", "total_revenue", 100, "TWD_bn")]
    with pytest.raises(NotKnownError, match="in 'TWD_bn', not in"):
        fundamentals(NVDA, snapshot(reports))


def test_zero_shares_are_refused() -> None:
    reports = [*annual_report("NVDA")[:-1], at_year_end("NVDA", "shares_outstanding", 0, "share")]
    with pytest.raises(NotKnownError, match="share count of 0"):
        fundamentals(NVDA, snapshot(reports))
