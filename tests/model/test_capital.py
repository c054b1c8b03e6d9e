"""What can be paid for: cash flow, borrowing, other capital spending, outside finance."""

import math

import jax.numpy as jnp
import numpy as np
import pytest

from jevons.model.capital import funding

from .invented import numbers, years

X = numbers(
    buyers_cash_flow=120.0,
    buyers_cash_flow_growth=0.1,
    capex_intensity_limit=0.75,
    outside_finance_ratio=0.5,
)


def test_ai_gets_what_other_spending_leaves_and_outside_money_on_top() -> None:
    """(120 x 75 % - 30) x 1.5 = 90; a year on (120 e^0.1 x 75 % - 30) x 1.5; no room to borrow."""
    money = funding(X, years(0.0, 1.0), jnp.float32(30.0), jnp.float32(1e4))[:, 0]
    np.testing.assert_allclose(money, [90.0, 1.5 * (90 * math.exp(0.1) - 30)], rtol=1e-6)


def test_buyers_whose_other_spending_takes_all_still_finance_a_token_sum() -> None:
    money = funding(X, years(0.0), jnp.float32(500.0), jnp.float32(1e4))
    assert float(money[0, 0]) == pytest.approx(1.5)


def test_room_to_borrow_is_drawn_over_four_years() -> None:
    """1.5 x 480 less 400 of net debt: 320, a sixteenth of it a quarter, x 1.5 with others'."""
    rich, indebted = (
        float(funding(X, years(0.0), jnp.float32(30.0), jnp.float32(debt))[0, 0])
        for debt in (400.0, 1e4)
    )
    assert rich - indebted == pytest.approx(320 / 16 * 1.5)
