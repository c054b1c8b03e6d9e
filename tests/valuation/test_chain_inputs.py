"""What valuation takes from a simulation is what the chain put in."""

import jax.numpy as jnp
import numpy as np

from jevons.model import capex
from jevons.model.anchors import BUYERS
from jevons.model.clock import QUARTERS
from jevons.model.revenue import companies
from jevons.model.setting import setting_of
from jevons.valuation.chain_inputs import QUARTER_STARTS, ChainInputs


def test_a_buyers_ai_capex_is_its_capex_less_what_it_spent_before() -> None:
    """The chain adds AI capex to each buyer's spending of 2022; this takes it out again."""
    draws, share = 3, np.linspace(0.1, 0.3, len(BUYERS))
    setting = setting_of("2024Q4", dict.fromkeys(BUYERS, (6.0, 15.0)))
    ai = np.linspace(10.0, 40.0, len(QUARTERS))[:, None] * np.array([0.9, 1.0, 1.2])
    since_2022 = jnp.asarray(QUARTER_STARTS + 0.25 - 2022.5)[:, None]
    shares = jnp.asarray(share)[:, None, None]  # the same in every quarter and draw
    buyers = capex.by_buyer(shares * jnp.asarray(ai), setting.buyer_before, since_2022)
    paths = {
        "ai_revenue": np.ones((draws, len(companies()), len(QUARTERS))),
        "capex_by_buyer": np.moveaxis(np.asarray(buyers), -1, 0),
        "ai_capex": ai.T,
    }
    inputs = ChainInputs.of(paths, setting)
    assert inputs.draws == draws
    assert set(inputs.ai_revenue) == set(companies())
    for weight, name in zip(share, BUYERS, strict=True):
        np.testing.assert_allclose(inputs.buyer_ai_capex[name], weight * ai.T, rtol=1e-4)
