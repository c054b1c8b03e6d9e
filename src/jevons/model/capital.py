"""Money: what the five buyers' cash flow and outside finance can pay for."""

import jax
import jax.numpy as jnp

from jevons.model.demand import Inputs


def funding(x: Inputs, years_ahead: jax.Array, other_capex: jax.Array) -> jax.Array:
    """AI capital spending that can be paid for, USD_bn a quarter, (quarter, draw).

    (operating cash flow x largest intensity - capex outside AI) x (1 + outside finance ratio).

    Args:
        years_ahead: years (quarter, 1) since the anchor. other_capex: USD_bn a quarter, scalar.
    """
    cash = x["buyers_cash_flow"] * jnp.exp(x["buyers_cash_flow_growth"] * years_ahead)
    own = jnp.maximum(cash * x["capex_intensity_limit"] - other_capex, 1.0)
    return own * (1 + x["outside_finance_ratio"])
