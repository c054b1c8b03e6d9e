"""What buyers said against what they did: definitions, days, and how far a record is trusted."""

import math
from datetime import date

import pytest

from jevons.facts.fact import Fact
from jevons.model.statements import overrun, spent, statements

from .invented import doubling_revenue, fact, known, quarter_days, quarters, steady_buyers, store

YEAR = (date(2024, 1, 1), date(2024, 12, 31))
SAID, LATER = date(2024, 2, 1), date(2024, 8, 1)
AS_OF = date(2025, 3, 11)


DEEDS = [
    *steady_buyers(15.0),
    *doubling_revenue(),
    *quarters("ORCL", "capex_cash_ppe", 2023, [10.0] * 4),
]


def said(amount: float, known_on: date = SAID, period: tuple[date, date] = YEAR) -> Fact:
    return fact("ORCL", "capex_guidance", amount, *period, known_on=known_on)


def record(*facts: Fact, as_of: date = AS_OF) -> float:
    """The overrun of a buyer that spends 10 a quarter in 2023 and 15 in 2024, known 30 days on."""
    found = overrun(known(*DEEDS, *facts, as_of=as_of), "ORCL")
    assert found.value is not None
    return found.value


def test_a_record_names_the_word_and_the_deeds() -> None:
    word = said(50.0)
    found = overrun(known(*DEEDS, word, as_of=AS_OF), "ORCL")
    assert found.facts[0] == word.fact_id
    assert len(found.facts) == 1 + 4


def test_a_year_beyond_its_word_counts_for_how_far_it_lay_ahead_and_a_year_without() -> None:
    """50 said in February of the year, 60 spent: its quarters lie 1 to 4 ahead, 5/8 of a year."""
    assert record(said(50.0)) == pytest.approx(math.log(60 / 50) / (1 + 0.625))


def test_who_always_goes_beyond_by_as_much_is_moved_by_nearly_that() -> None:
    """A fifth beyond in ten years: what the record moves the next such word by, over that."""
    deeds, words = [*quarters("ORCL", "capex_cash_ppe", 2009, [15.0] * 4)], []
    for year in range(2010, 2020):
        deeds += quarters("ORCL", "capex_cash_ppe", year, [15.0] * 4)
        period = date(year, 1, 1), date(year, 12, 31)
        words.append(said(50.0, date(year, 2, 1), period))
    found = overrun(known(*deeds, *words, as_of=AS_OF), "ORCL").value
    assert found is not None
    assert found * 0.625 == pytest.approx(math.log(1.2) * 6.25 / 7.25)


def test_a_word_that_is_kept_or_not_yet_due_moves_nothing() -> None:
    assert record() == 0.0
    assert record(said(60.0)) == 0.0
    assert record(said(50.0), as_of=date(2024, 6, 1)) == 0.0


def test_the_word_is_measured_by_what_was_left_to_spend_when_it_was_said() -> None:
    """In August two quarters of 15 are known: of 50 there were 20 left, and 30 were spent."""
    assert record(said(50.0, LATER)) == pytest.approx(math.log(30 / 20) / (1 + 0.375))


def test_a_word_taken_back_counts_as_far_as_reports_have_come() -> None:
    """50 becomes 55 after two quarters: they lay 1 and 2 ahead, of the others 2 have passed."""
    moved = record(said(50.0), said(55.0, LATER), as_of=date(2024, 10, 1))
    assert moved == pytest.approx(math.log(55 / 50) / (1 + 0.25 * 1.75))


def test_no_quarter_counts_twice() -> None:
    """12 for each of three quarters is one path to 45; later words on them are no other."""
    may = date(2024, 5, 5)
    first = [said(12.0, may, quarter_days(2024, quarter)) for quarter in (2, 3, 4)]
    half = said(26.0, LATER, (date(2024, 7, 1), date(2024, 12, 31)))
    expected = math.log(45 / 36) / (1 + 0.25 * 2)
    assert record(*first) == pytest.approx(expected)
    assert record(*first, half, said(50.0, date(2024, 11, 5))) == pytest.approx(expected)


def test_a_quarter_within_a_year_of_the_same_day_is_no_word_of_its_own() -> None:
    quarter = said(5.0, SAID, quarter_days(2024, 1))
    assert record(said(50.0), quarter) == pytest.approx(record(said(50.0)))


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


def test_metas_first_two_guided_years_are_the_ones_that_the_credit_is_read_from() -> None:
    """A little more and a quarter less, known in November 2023."""
    snapshot = store().as_of(date(2023, 11, 21))
    moves = {}
    for year in (2022, 2023):
        first, *later = (
            each for each in statements(snapshot, "META") if each.quarters[0] == f"{year}Q1"
        )
        reported = spent(snapshot, "META")
        whole = all(quarter in reported for quarter in first.quarters)
        outcome = sum(reported[quarter].amount for quarter in first.quarters) if whole else None
        moves[year] = math.log((outcome or later[-1].amount) / first.amount)
    assert moves == {2022: pytest.approx(0.04, abs=0.01), 2023: pytest.approx(-0.25, abs=0.01)}
