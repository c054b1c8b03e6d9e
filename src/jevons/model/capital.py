"""Money: what the five buyers' cash flow, borrowing and outside finance can pay for."""

import jax
import jax.numpy as jnp

from jevons.model.demand import Inputs
from jevons.model.priors import Draws

DEBT_CEILING = 1.5  # net debt over yearly operating cash flow: assumption, investment grade
BORROWING_YEARS = 4.0  # years over which unused room to borrow is drawn: assumption


def borrowing(cash_flow: Draws, net_debt: jax.Array | float) -> Draws:
    """What may be borrowed in a year, USD_bn, shape of ``cash_flow`` (USD_bn a year).

    (debt ceiling x cash flow - net debt)+, spread over :data:`BORROWING_YEARS`.

    >>> float(borrowing(jnp.float32(20.0), 10.0))
    5.0
    """
    return (DEBT_CEILING * cash_flow - net_debt).clip(0.0) / BORROWING_YEARS


def funding(
    x: Inputs, years_ahead: jax.Array, other_capex: jax.Array, net_debt: jax.Array
) -> jax.Array:
    """AI capital spending that can be paid for, USD_bn a quarter, (quarter, draw).

    (operating cash flow x largest intensity + borrowing - capex outside AI)
    x (1 + outside finance ratio).

    Args:
        years_ahead: years (quarter, 1) since the anchor. other_capex: USD_bn a quarter,
            (quarter, draw). net_debt: of the five buyers at the anchor, USD_bn, scalar.
    """
    cash = x["buyers_cash_flow"] * jnp.exp(x["buyers_cash_flow_growth"] * years_ahead)
    borrowed = borrowing(4 * cash, net_debt) / 4
    own = jnp.maximum(cash * x["capex_intensity_limit"] + borrowed - other_capex, 1.0)
    return own * (1 + x["outside_finance_ratio"])
