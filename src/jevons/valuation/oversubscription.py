"""Whether the build-outs that the prices imply can all come true at once.

The suppliers' implied revenue is part of what the buyers spend. Each supplier's AI revenue and each
buyer's AI spending in 2028 is taken at the build-out that its own price implies. The ratio of the
two sums, over the same ratio in the chain itself, is above one where the prices of the suppliers
need more spending than the prices of the buyers provide.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

import numpy as np

from jevons.model.clock import FIRST_YEAR
from jevons.model.input_output import FINAL
from jevons.model.revenue import exposures
from jevons.quantiles import rounded
from jevons.valuation.chain_inputs import (
    DRIVER_YEAR,
    ChainInputs,
    Path,
    build_out_ramp,
    by_year,
)

# Capital spending, each dollar once. A foundry or a maker of memory sells to those who sell
# accelerators, so its revenue is inside theirs and is left out; processors and optics are inside
# servers and networks that no company here sells. Power and gas are running costs, not capital.
CAPITAL_POOLS = frozenset({*FINAL, "processors", "optics"})


def suppliers() -> tuple[str, ...]:
    """Companies that sell to buyers' capital spending and to nothing else of the chain."""
    pools: dict[str, set[str]] = {}
    for exposure in exposures():
        pools.setdefault(exposure.ticker, set()).add(exposure.pool)
    return tuple(ticker for ticker, sold in pools.items() if sold <= CAPITAL_POOLS)


def oversubscription(
    scales: Mapping[str, float | None], chain: ChainInputs, as_of: date
) -> dict[str, Any]:
    """Suppliers' implied revenue over buyers' implied spending, against the chain's own ratio.

    Args:
        scales: on the build-out, implied by each price, by ticker; None where none is. See
            :func:`~jevons.valuation.implied.implied_capex`.

    Returns:
        ``supplier_revenue`` and ``buyer_spending`` (medians of 2028, USD_bn), their ``ratio``, the
        chain's ``base_ratio``, ``oversubscription`` = ratio / base_ratio, and ``suppliers`` and
        ``buyers`` that entered. A company whose price implies no build-out is left out of both
        ratios and named in ``without_root``. With nobody left on one side the ratios are None and
        ``reason`` says so.
    """
    implied = {ticker: scale for ticker, scale in scales.items() if scale is not None}
    sellers = [t for t in suppliers() if t in implied]
    buyers = [t for t in chain.buyer_ai_capex if t in implied]
    absent = [t for t in (*suppliers(), *chain.buyer_ai_capex) if t not in implied]

    def total(paths: Mapping[str, Path], tickers: list[str], *, at_price: bool) -> float:
        return sum(
            _in_driver_year(paths[t], implied[t] if at_price else 1.0, as_of) for t in tickers
        )

    revenue, spending = (
        total(chain.ai_revenue, sellers, at_price=True),
        total(chain.buyer_ai_capex, buyers, at_price=True),
    )
    answer: dict[str, Any] = {
        "supplier_revenue": rounded(revenue),
        "buyer_spending": rounded(spending),
        "unit": "USD_bn",
        "year": DRIVER_YEAR,
        "ratio": None,
        "base_ratio": None,
        "oversubscription": None,
        "suppliers": sellers,
        "buyers": buyers,
        "without_root": absent,
        "reason": None,
    }
    if not sellers or not buyers:
        side = "supplier" if not sellers else "buyer"
        return answer | {"reason": f"no price of a {side} implies a build-out"}
    base = total(chain.ai_revenue, sellers, at_price=False) / total(
        chain.buyer_ai_capex, buyers, at_price=False
    )
    ratio = revenue / spending
    return answer | {
        "ratio": rounded(ratio),
        "base_ratio": rounded(base),
        "oversubscription": rounded(ratio / base),
    }


def _in_driver_year(path: Path, scale: float, as_of: date) -> float:
    scaled = by_year(path * (1 + (scale - 1) * build_out_ramp(as_of)))
    return float(np.median(scaled[:, DRIVER_YEAR - FIRST_YEAR]))
