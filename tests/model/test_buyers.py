"""A buyer's money: closed forms, order, and what is not known is left out."""

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jevons.model.buyers import Balance, balances, funding, outside_vehicles
from jevons.model.capital import borrowing

from .invented import fact, known, store

RICH, INDEBTED = Balance("RICH", 100.0, -40.0, ()), Balance("POOR", 20.0, 76.0, ())


def test_money_is_cash_flow_times_intensity_and_a_quarter_of_the_room_to_borrow() -> None:
    """100 x 0.9 + (150 + 40) / 4 = 137.5; a year on cash flow has grown by a factor e^0.1."""
    money = funding(RICH, np.array([0.1]), np.array([0.9]), np.array([0.0, 1.0]))
    assert money[0, 0] == pytest.approx(137.5)
    flow = 100 * np.exp(0.1)
    assert money[1, 0] == pytest.approx(flow * 0.9 + (1.5 * flow + 40) / 4)


def test_who_owes_more_than_the_ceiling_borrows_nothing() -> None:
    assert borrowing(np.array([20.0]), INDEBTED.net_debt)[0] == 0.0


@given(st.floats(0.01, 0.3), st.floats(0.5, 1.2), st.floats(0.0, 0.2), st.floats(0.0, 0.3))
def test_more_cash_flow_or_intensity_never_pays_for_less(
    growth: float, intensity: float, more_growth: float, more_intensity: float
) -> None:
    years = np.array([0.5, 2.5])
    for balance in (RICH, INDEBTED):
        less = funding(balance, np.array([growth]), np.array([intensity]), years)
        more = funding(
            balance,
            np.array([growth + more_growth]),
            np.array([intensity + more_intensity]),
            years,
        )
        assert (more >= less - 1e-9).all()


def test_the_five_buyers_are_known_in_march_2025_with_their_last_fiscal_year() -> None:
    found = {balance.buyer: balance for balance in balances(store().as_of(date(2025, 3, 11)))}
    assert list(found) == ["MSFT", "AMZN", "GOOGL", "META", "ORCL"]
    assert found["ORCL"].cash_flow == pytest.approx(18.673)  # fiscal year to May 2024
    assert found["ORCL"].net_debt == pytest.approx(86.869 - 10.661)


def test_a_buyer_without_a_balance_is_left_out() -> None:
    flow = fact("MSFT", "operating_cash_flow", 118.0, date(2024, 1, 1), date(2024, 12, 31))
    assert balances(known(flow)) == ()


def test_vehicles_are_those_known_by_the_day() -> None:
    names = {f.entity for f in outside_vehicles(store().as_of(date(2025, 3, 11)))}
    assert "Stargate programme" in names
    assert "OpenAI commitments" not in names
