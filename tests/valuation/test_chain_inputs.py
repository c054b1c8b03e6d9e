"""What valuation takes from a simulation is what the chain put in."""

import numpy as np

from jevons.model.anchors import BUYERS
from jevons.model.clock import QUARTERS
from jevons.model.revenue import companies
from jevons.valuation.chain_inputs import ChainInputs


def test_every_buyer_and_company_finds_its_own_path() -> None:
    draws, share = 3, np.linspace(0.1, 0.3, len(BUYERS))
    ai = np.linspace(10.0, 40.0, len(QUARTERS))[:, None] * np.array([0.9, 1.0, 1.2])
    buyers = share[:, None, None] * ai  # the same in every quarter and draw
    paths = {
        "ai_revenue": np.ones((draws, len(companies()), len(QUARTERS))),
        "ai_capex_by_buyer": np.moveaxis(buyers, -1, 0),
        "ai_capex": ai.T,
    }
    inputs = ChainInputs.of(paths)
    assert inputs.draws == draws
    assert set(inputs.ai_revenue) == set(companies())
    for weight, name in zip(share, BUYERS, strict=True):
        np.testing.assert_allclose(inputs.buyer_ai_capex[name], weight * ai.T, rtol=1e-12)
