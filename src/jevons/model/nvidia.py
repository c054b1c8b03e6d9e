"""What NVIDIA reported, quarter by quarter: the history of what the world spends on accelerators.

Data-centre revenue less networking is compute revenue; over NVIDIA's share it is the world's
spend, and over the chips counted it is the price of compute. The anchor quarter is the last one
whose revenue is known: there the chain turns from history into forecast.
"""

import math

import numpy as np

from jevons.errors import UserError
from jevons.facts.fact import Fact
from jevons.facts.snapshot import Snapshot
from jevons.model.chip_counts import compute_by_quarter, shipments
from jevons.model.clock import QUARTER_YEARS, QUARTERS
from jevons.model.reported import Anchor, quarterly

# NVIDIA's share of world spend on accelerators. Assumption: Broadcom, AMD and the in-house designs
# of Google and Amazon took the rest in 2023-25; no dated market total is among the facts.
NVIDIA_SHARE = 0.78
# NVIDIA's networking in its data-centre revenue before a split is published.
NETWORKING_SHARE = 0.13
FORECAST_MINIMUM_QUARTERS = 3
QUARTERS_A_YEAR = 4


def data_center_revenue(snapshot: Snapshot) -> dict[str, Fact]:
    """NVIDIA data-centre revenue by calendar quarter.

    Raises:
        UserError: fewer than three quarters since 2023 are known.
    """
    facts = quarterly(
        snapshot.select(entity="NVDA", metric="data_center_revenue", stated_by="company")
    )
    recent = {quarter: fact for quarter, fact in facts.items() if quarter in QUARTERS}
    if len(recent) < FORECAST_MINIMUM_QUARTERS:
        raise UserError(
            f"too few facts to run the chain as of {snapshot.as_of}: it needs "
            f"{FORECAST_MINIMUM_QUARTERS} quarters of NVDA data_center_revenue since "
            f"{QUARTERS[0]} and knows {len(recent)}; choose a date from 2023-11-21 on"
        )
    return recent


def anchor_quarter(snapshot: Snapshot) -> str:
    """The last quarter whose NVIDIA data-centre revenue is known."""
    return max(data_center_revenue(snapshot))


def networking(snapshot: Snapshot) -> dict[str, Anchor]:
    """Networking in NVIDIA's data-centre revenue, USD_bn/quarter, by quarter of that revenue.

    As published. A quarter without has the share of the nearest one with, of two the earlier;
    before any is published :data:`NETWORKING_SHARE`, with no facts.
    """
    revenue = data_center_revenue(snapshot)
    published = {
        quarter: fact
        for quarter, fact in quarterly(
            snapshot.select("NVDA", "data_center_networking_revenue", "company")
        ).items()
        if quarter in revenue
    }
    found = {}
    for quarter, whole in revenue.items():
        nearest = min(published, key=lambda other: abs(_years(quarter, other)), default=None)
        if nearest is None:
            found[quarter] = Anchor(NETWORKING_SHARE * whole.central, ())
        else:
            part, of = published[nearest], revenue[nearest]
            amount = part.central * whole.central / of.central
            found[quarter] = Anchor(amount, (part.fact_id, of.fact_id))
    return found


def networking_at_anchor(snapshot: Snapshot) -> Anchor:
    """NVIDIA's networking revenue (USD_bn/quarter) in the anchor quarter, if ever published."""
    part = networking(snapshot)[anchor_quarter(snapshot)]
    return part if part.facts else Anchor(None, ())


def compute_revenue(snapshot: Snapshot) -> dict[str, tuple[float, tuple[str, ...]]]:
    """NVIDIA's data-centre revenue without networking, USD_bn/quarter, and facts, by quarter."""
    network = networking(snapshot)
    found = {}
    for quarter, whole in data_center_revenue(snapshot).items():
        part = network[quarter]
        assert part.value is not None
        facts = tuple(dict.fromkeys((whole.fact_id, *part.facts)))
        found[quarter] = (whole.central - part.value, facts)
    return found


def accelerator_spend(snapshot: Snapshot) -> Anchor:
    """World accelerator spend (USD_bn/quarter) in the anchor quarter."""
    money, facts = compute_revenue(snapshot)[anchor_quarter(snapshot)]
    return Anchor(money / NVIDIA_SHARE, facts)


def accelerator_spend_growth_past(snapshot: Snapshot) -> Anchor:
    """Log growth a year of NVIDIA's compute revenue over the clock's history, least squares."""
    revenue = compute_revenue(snapshot)
    position = [_years(QUARTERS[0], quarter) for quarter in revenue]
    slope = np.polyfit(position, [math.log(money) for money, _ in revenue.values()], 1)[0]
    facts = (fact for _, facts in revenue.values() for fact in facts)
    return Anchor(float(slope), tuple(dict.fromkeys(facts)))


def accelerator_spend_growth(snapshot: Snapshot) -> Anchor:
    """Log growth of NVIDIA's compute revenue over the last four quarters known.

    Where one year earlier is not known the growth over the quarters that are is put on a year.
    """
    revenue = compute_revenue(snapshot)
    quarters = list(revenue)[-QUARTERS_A_YEAR - 1 :]
    first, last = quarters[0], quarters[-1]
    (before, used), (after, more) = revenue[first], revenue[last]
    facts = tuple(dict.fromkeys((*used, *more)))
    return Anchor(math.log(after / before) / _years(first, last), facts)


def surge(snapshot: Snapshot) -> dict[str, float]:
    """Log of NVIDIA's compute revenue over its trend through the anchor, by quarter known.

    0 at the anchor. Sales rose fivefold within 2023, which no trend through all quarters shows.
    """
    revenue = compute_revenue(snapshot)
    slope = accelerator_spend_growth_past(snapshot).value
    last = max(revenue)
    assert slope is not None
    return {
        quarter: math.log(money / revenue[last][0]) - slope * _years(last, quarter)
        for quarter, (money, _) in revenue.items()
    }


def counted_price(snapshot: Snapshot) -> dict[str, tuple[float, tuple[str, ...]]]:
    """USD per H100-equivalent that NVIDIA shipped, and facts, by quarter: revenue over chips.

    Where both its compute revenue and Epoch AI's count of its chips are known. The count is by
    calendar, the revenue by fiscal quarter, a month later.
    """
    counts = compute_by_quarter(each for each in shipments(snapshot) if each.vendor == "NVIDIA")
    return {
        quarter: (1e3 * money / counts[quarter][0], (*facts, *counts[quarter][1]))
        for quarter, (money, facts) in compute_revenue(snapshot).items()
        if quarter in counts
    }


def accelerator_price(snapshot: Snapshot) -> Anchor:
    """USD per H100-equivalent in the last quarter for which NVIDIA's chips are counted."""
    prices = counted_price(snapshot)
    return Anchor(*prices[max(prices)]) if prices else Anchor(None, ())


def _years(first: str, last: str) -> float:
    """Years from one quarter of the clock to another."""
    return (QUARTERS.index(last) - QUARTERS.index(first)) * QUARTER_YEARS
