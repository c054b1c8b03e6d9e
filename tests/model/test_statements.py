"""What buyers said against what they did: definitions, days, and how far a record is trusted."""

import math
from datetime import date, timedelta

import pytest

from jevons.facts.fact import Fact
from jevons.model.statements import overrun, spent, statements

from .invented import doubling_revenue, fact, known, quarter_days, quarters, steady_buyers, store

YEAR = (date(2024, 1, 1), date(2024, 12, 31))
SAID, LATER = date(2024, 2, 1), date(2024, 8, 1)
AS_OF = date(2025, 3, 11)


def said(amount: float, known_on: date = SAID, period: tuple[date, date] = YEAR) -> Fact:
    return fact("ORCL", "capex_guidance", amount, *period, known_on=known_on)


def record(*facts: Fact, as_of: date = AS_OF) -> float:
    """The overrun of a buyer that spends 15 a quarter in 2024, known 30 days after each ends."""
    found = overrun(known(*steady_buyers(15.0), *doubling_revenue(), *facts, as_of=as_of), "ORCL")
    assert found.value is not None
    return found.value


def test_a_record_names_the_word_and_the_deeds() -> None:
    word = said(50.0)
    found = overrun(known(*steady_buyers(15.0), *doubling_revenue(), word, as_of=AS_OF), "ORCL")
    assert found.facts[0] == word.fact_id
    assert len(found.facts) == 1 + 4


def test_a_year_beyond_its_word_counts_for_the_time_it_took_and_a_year_without() -> None:
    """50 said in February 2024, 60 known in January 2025: ln 1.2 over that time and a year more."""
    took = (date(2024, 12, 31) + timedelta(30) - SAID).days / 365.25
    assert record(said(50.0)) == pytest.approx(math.log(60 / 50) / (1 + took))


def test_a_word_that_is_kept_or_not_yet_due_moves_nothing() -> None:
    assert record() == 0.0
    assert record(said(60.0)) == 0.0
    assert record(said(50.0), as_of=date(2024, 6, 1)) == 0.0


def test_the_word_is_measured_by_what_was_left_to_spend_when_it_was_said() -> None:
    """In August two quarters of 15 are known: of 50 there were 20 left, and 30 were spent."""
    took = (date(2024, 12, 31) + timedelta(30) - LATER).days / 365.25
    assert record(said(50.0, LATER)) == pytest.approx(math.log(30 / 20) / (1 + took))


def test_a_word_taken_back_counts_before_the_year_is_over() -> None:
    """50 becomes 55 half a year later, all of it still to be spent when it was said."""
    took = (LATER - SAID).days / 365.25
    moved = record(said(50.0), said(55.0, LATER), as_of=date(2024, 10, 1))
    assert moved == pytest.approx(math.log(55 / 50) / (1 + took))


def test_a_word_below_what_was_spent_already_says_nothing() -> None:
    assert record(said(10.0, LATER)) == 0.0


def test_quarters_and_years_are_read_and_longer_times_are_not() -> None:
    quarter, long = quarter_days(2024, 3), (date(2024, 1, 1), date(2025, 12, 31))
    snapshot = known(said(12.0, SAID, quarter), said(60.0), said(130.0, SAID, long), as_of=AS_OF)
    found = {each.quarters: each.amount for each in statements(snapshot, "ORCL")}
    assert found == {
        ("2024Q3",): 12.0,
        ("2024Q1", "2024Q2", "2024Q3", "2024Q4"): 60.0,
    }
    assert statements(snapshot, "MSFT") == ()


def test_cash_stands_in_for_a_definition_at_the_rate_of_the_nearest_quarter() -> None:
    """Amazon's net figure is known for one quarter, at 0.9 of cash."""
    net = quarters("AMZN", "capex_net_of_proceeds", 2024, [13.5])
    amounts = spent(known(*steady_buyers(15.0), *net), "AMZN")
    assert amounts["2024Q1"].amount == 13.5
    assert amounts["2024Q4"].amount == pytest.approx(0.9 * 15)
    assert spent(known(*steady_buyers(15.0)), "AMZN")["2024Q4"].amount == 15.0


def test_metas_first_three_guided_years_are_the_ones_that_the_credit_is_read_from() -> None:
    """A little more, a quarter less, a fifth more: all three known in March 2025."""
    snapshot = store().as_of(AS_OF)
    moves = {}
    for year in (2022, 2023, 2024):
        first = next(
            each for each in statements(snapshot, "META") if each.quarters[0] == f"{year}Q1"
        )
        outcome = sum(spent(snapshot, "META")[quarter].amount for quarter in first.quarters)
        moves[year] = math.log(outcome / first.amount)
    assert moves == {
        2022: pytest.approx(0.04, abs=0.01),
        2023: pytest.approx(-0.25, abs=0.01),
        2024: pytest.approx(0.19, abs=0.01),
    }
