"""NVIDIA in the year before the clock, quarter by quarter: ours beside what was counted.

The chain begins in 2023 and holds all that stood before in one number. What NVIDIA was paid in the
quarters of 2022 is known, so what it built follows by the rule of later quarters, going back:

    compute(t) = compute revenue(t) / price(t)
    price(t)   = price(0) x price_performance_growth ^ (D(0) - D(t))

with 0 the clock's first quarter and D the mean date of the designs shipped. Revenue is as reported,
less networking by the share of the first quarter since; neither is drawn. Units and power are those
of the products' shares then. The counts of these quarters are not used for ours, not even once they
are public, so every row is a forecast backwards. Only NVIDIA: of the others no company's revenue of
2022 is among the facts.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jevons.facts.snapshot import Snapshot
from jevons.model import nvidia
from jevons.model.chip_counts import H100E, Shipment, shipments
from jevons.model.clock import FIRST_YEAR, QUARTER_YEARS
from jevons.model.products import MIDDLES, Product, design_dates, generation_shares
from jevons.model.reported import quarterly
from jevons.model.simulate import Block
from jevons.quantiles import rounded, summarise
from jevons.study.vendor_history import nvidia_sales, of_vendor, worth

Floats = NDArray[np.float64]
YEAR_BEFORE = tuple(f"{FIRST_YEAR - 1}Q{number}" for number in range(1, 5))
MIDDLES_BEFORE: Floats = MIDDLES[:4] - 4 * QUARTER_YEARS


def before_clock(
    products: Sequence[Product], built: Floats, block: Block, snapshot: Snapshot
) -> list[dict[str, Any]]:
    """A row by quarter of :data:`YEAR_BEFORE` and quantity: ours, what was counted, the ratio.

    Quantities: ``units`` (thousands), ``compute`` (MH100e), ``it_power`` (GW) and ``price`` (USD
    per H100-equivalent; counted: revenue over compute counted). ``counted`` and ``ratio`` are None
    while no count is public. A quarter whose revenue is not known has no rows.

    Args:
        products: of the day. built: compute of each, MH100e, (product, quarter, draw).
        block: inputs and paths.
    """
    own = tuple(product for product in products if product.vendor == "NVIDIA")
    paid, sold = nvidia_sales(products, built, block, 0)
    prices = price_before(
        1e3 * paid / sold,
        block.inputs["price_performance_growth"],
        years_older(own),
    )
    shares = generation_shares([product.half for product in own], MIDDLES_BEFORE)
    counts = [each for each in shipments(snapshot) if each.vendor == "NVIDIA"]
    rows = []
    for quarter, (revenue, facts) in revenue_before(snapshot).items():
        at = YEAR_BEFORE.index(quarter)
        compute = shares[:, at, None, None] * (1e3 * revenue / prices[at])
        ours = of_vendor(own, compute, "NVIDIA", 0) | {"price": prices[at]}
        counted = [each for each in counts if each.quarter == quarter]
        known = [*facts, *(each.fact for each in counted)]
        for name, unit, total in _counted(own, counted, revenue):
            summary = summarise(ours[name], unit)
            rows.append(
                {
                    "quarter": quarter,
                    "vendor": "NVIDIA",
                    "quantity": name,
                    "ours": summary,
                    "counted": None if total is None else rounded(total),
                    "ratio": None if total is None else rounded(summary["p50"] / total),
                    "facts": known,
                }
            )
    return rows


def revenue_before(snapshot: Snapshot) -> dict[str, tuple[float, tuple[str, ...]]]:
    """NVIDIA's compute revenue (USD_bn) and facts in the quarters of :data:`YEAR_BEFORE` known.

    Data-centre revenue less networking, whose share is that of the first quarter known since.
    """
    since = nvidia.data_center_revenue(snapshot)
    first = min(since)
    network = nvidia.networking(snapshot)[first]
    assert network.value is not None
    share = network.value / since[first].central
    whole = quarterly(snapshot.select("NVDA", "data_center_revenue", "company"))
    return {
        quarter: (
            whole[quarter].central * (1 - share),
            tuple(dict.fromkeys((whole[quarter].fact_id, *network.facts))),
        )
        for quarter in YEAR_BEFORE
        if quarter in whole
    }


def price_before(first: Floats, growth: Floats, older: Floats) -> Floats:
    """USD per H100-equivalent going back from the clock's first quarter, (quarter, draw).

    Args:
        first: price in the clock's first quarter, (draw,). growth: factor of improvement a year,
            (draw,). older: years by which the designs shipped are older than then, (quarter,).

    >>> price_before(np.array([40_000.0]), np.array([1.25]), np.array([2.0, 0.0])).tolist()
    [[62500.0], [40000.0]]
    """
    result: Floats = np.asarray(first) * np.asarray(growth) ** older[:, None]
    return result


def years_older(products: tuple[Product, ...]) -> Floats:
    """Years by which NVIDIA's designs shipped are older than in the clock's first quarter."""
    times = np.append(MIDDLES_BEFORE, MIDDLES[0])
    dates = design_dates(products, "NVIDIA", times)
    result: Floats = dates[-1] - dates[:-1]
    return result


def _counted(
    products: Sequence[Product], counted: Sequence[Shipment], revenue: float
) -> Iterator[tuple[str, str, float | None]]:
    """Each quantity with its unit, and what the counts make it: None where there are none."""
    for name, (unit, each_chip) in worth(products).items():
        total = sum(each.units * each_chip[each.chip] for each in counted)
        yield name, unit, total if counted else None
    compute = sum(each.units * H100E[each.chip] for each in counted)
    yield "price", "USD/H100e", 1e3 * revenue / compute if counted else None
