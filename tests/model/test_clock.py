"""Quarters of the clock: calendar, fiscal, and a user's mistakes."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jevons.errors import UserError
from jevons.model.clock import (
    QUARTER_YEARS,
    QUARTERS,
    YEARS,
    fiscal_quarter_of,
    index_of,
    quarter_of,
)

from .invented import quarter_days

CLOCK_DAYS = st.dates(date(2023, 1, 1), date(2030, 12, 31))


def test_the_clock_holds_every_quarter_of_its_years_once() -> None:
    assert (QUARTERS[0], QUARTERS[-1]) == ("2023Q1", "2030Q4")
    assert len(set(QUARTERS)) == len(QUARTERS) == 4 * len(YEARS) == 32
    assert list(QUARTERS) == sorted(QUARTERS)
    assert len(QUARTERS) * QUARTER_YEARS == len(YEARS)


@given(CLOCK_DAYS)
def test_a_day_lies_in_its_quarter(day: date) -> None:
    quarter = quarter_of(day)
    first, last = quarter_days(int(quarter[:4]), int(quarter[5]))
    assert first <= day <= last


@pytest.mark.parametrize("quarter", QUARTERS)
def test_a_calendar_quarter_is_its_own_fiscal_quarter(quarter: str) -> None:
    assert fiscal_quarter_of(*quarter_days(int(quarter[:4]), int(quarter[5]))) == quarter


@given(CLOCK_DAYS)
def test_a_shift_of_up_to_six_weeks_keeps_the_fiscal_quarter(day: date) -> None:
    quarter = quarter_of(day)
    first, last = quarter_days(int(quarter[:4]), int(quarter[5]))
    for shift in (timedelta(days=-42), timedelta(days=42)):
        assert fiscal_quarter_of(first + shift, last + shift) == quarter


def test_oracles_november_quarter_is_the_calendars_fourth() -> None:
    assert fiscal_quarter_of(date(2024, 9, 1), date(2024, 11, 30)) == "2024Q4"


def test_index_is_the_position_on_the_clock() -> None:
    assert [index_of(quarter) for quarter in QUARTERS] == list(range(32))


@pytest.mark.parametrize("text", ["2025Q5", "2022Q4", "2031Q1", "2025", "", "2025q1"])
def test_an_unknown_quarter_is_named_with_what_was_expected(text: str) -> None:
    with pytest.raises(UserError, match=f"'{text}' is not a quarter.*2023Q1 to 2030Q4"):
        index_of(text)
