"""From enterprise value to a share: splits, depositary receipts, currency, limited liability."""

import jax.numpy as jnp
import numpy as np
import pytest

from jevons.errors import UserError
from jevons.valuation.fair_value import (
    Claims,
    chance_above,
    multiples,
    refuse_endless_growth,
    value_per_share,
)

VALUES = jnp.asarray([100.0, 200.0])


def test_bridge_by_hand() -> None:
    """(100 + 20 net cash - 5 minorities) / 2 bn shares = 57.5."""
    np.testing.assert_allclose(value_per_share(VALUES, Claims(-20, 5, 2)), [57.5, 107.5])


def test_split_leaves_market_value_unchanged() -> None:
    before, after = (value_per_share(VALUES, Claims(10, 0, shares)) for shares in (2.0, 20.0))
    np.testing.assert_allclose(before, 10 * after, rtol=1e-6)


def test_depositary_receipt_is_its_ordinary_shares() -> None:
    ordinary = value_per_share(VALUES, Claims(0, 0, 25.9))
    np.testing.assert_allclose(
        value_per_share(VALUES, Claims(0, 0, 25.9, shares_per_listed=5)), 5 * ordinary, rtol=1e-6
    )


def test_reporting_currency_leaves_value_unchanged() -> None:
    """The same company in a currency of 32 to the dollar: money converts, the count does not."""
    dollars = value_per_share(VALUES, Claims(10, 2, 3))
    other = value_per_share(VALUES * 32, Claims(320, 64, 3, exchange_rate=1 / 32))
    np.testing.assert_allclose(other, dollars, rtol=1e-6)


def test_shareholders_owe_nothing() -> None:
    assert float(value_per_share(VALUES, Claims(150, 0, 1))[0]) == 0.0


def test_growth_at_the_discount_rate_is_refused_with_the_numbers() -> None:
    with pytest.raises(UserError, match=r"NVDA: terminal growth 7\.00% .* 6\.00% in 1 of 2 draws"):
        refuse_endless_growth([0.02, 0.07], [0.06, 0.06], "NVDA")
    with pytest.raises(UserError, match="not below the cost of capital"):
        refuse_endless_growth([0.06], [0.06], "NVDA")
    refuse_endless_growth([0.02], [0.06], "NVDA")


def test_a_broken_rate_is_refused_too() -> None:
    with pytest.raises(UserError):
        refuse_endless_growth([np.nan], [0.06], "NVDA")


def test_chance_above_counts_ties_half() -> None:
    assert chance_above(np.full(10, 5.0), 5.0) == 0.5
    assert chance_above(np.arange(10.0), -1.0) == 1.0


def test_multiple_of_a_loss_is_left_out() -> None:
    assert multiples(50.0, 25.0, 10.0) == {"ev_to_revenue": 2.0, "ev_to_operating_income": 5.0}
    assert "ev_to_operating_income" not in multiples(50.0, 25.0, -1.0)


def test_options_dilute_by_the_treasury_stock_method() -> None:
    """Equity 100 and 200 over 2 bn shares, 0.5 bn options at 60.

    At 50 a share nobody exercises. At 100: V = (200 + 0.5 x 60) / 2.5 = 92, and the 30 paid in
    buys 30 / 92 bn back, so that 2.5 - 30 / 92 bn shares hold 200.
    """
    claims = Claims(0, 0, 2, options=0.5, exercise_price=60)
    found = np.asarray(value_per_share(VALUES, claims))
    np.testing.assert_allclose(found, [50, 92])
    assert found[1] * (2.5 - 30 / found[1]) == pytest.approx(200)


def test_options_never_add_value() -> None:
    many = jnp.linspace(0.0, 400.0, 50)
    plain = value_per_share(many, Claims(0, 0, 2))
    diluted = value_per_share(many, Claims(0, 0, 2, options=0.5, exercise_price=60))
    assert (np.asarray(diluted) <= np.asarray(plain) + 1e-5).all()
