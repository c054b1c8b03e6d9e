"""What each vendor shipped and was paid, quarter by quarter: ours beside what was counted.

Units, compute and power against Epoch AI's counts of chips, revenue against what companies
reported. A vendor's compute is money over price, so its error is that of the two:

    ln(ours / counted) = ln(our money / reported) - ln(our price / price implied)

with the implied price reported revenue over counted compute. All as of the day: a count that is
not yet public is not there.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jevons.facts.snapshot import Snapshot
from jevons.model.chip_counts import H100E, Shipment, shipments
from jevons.model.clock import QUARTERS
from jevons.model.products import Product, vendor_shares
from jevons.model.reported import quarterly
from jevons.model.revenue import POOLS
from jevons.model.simulate import Block
from jevons.quantiles import rounded, summarise

Floats = NDArray[np.float64]
# The chips that Epoch AI counts, by the product of products.csv that stands for them.
COUNTED: Mapping[str, tuple[str, ...]] = {
    "NVIDIA A100": ("NVIDIA A100", "NVIDIA A800"),
    "NVIDIA Hopper": ("NVIDIA H100", "NVIDIA H800", "NVIDIA H20"),
    "NVIDIA Blackwell": ("NVIDIA B200",),
    "NVIDIA Blackwell Ultra": ("NVIDIA B300",),
    "AMD MI250X": ("AMD MI250X",),
    "AMD MI300": ("AMD MI300A", "AMD MI300X", "AMD MI308X", "AMD MI325X"),
    "AMD MI350": ("AMD MI350X", "AMD MI355X"),
    "Google TPU v4": ("Google TPU v4", "Google TPU v4i"),
    "Google TPU v5": ("Google TPU v5e", "Google TPU v5p"),
    "Google TPU v6e": ("Google TPU v6e",),
    "Google TPU v7": ("Google TPU v7",),
    "Amazon Trainium1": ("Amazon Trainium1",),
    "Amazon Trainium2": ("Amazon Trainium2",),
}
# Lines of revenue: company, pools that pay it, whose reports they are held against.
LINES: Mapping[str, tuple[str, tuple[str, ...], str]] = {
    "NVIDIA compute": ("NVDA", ("gpu",), "NVDA"),
    "NVIDIA networking": ("NVDA", ("network",), "NVDA"),
    "AMD Instinct": ("AMD", ("gpu",), "AMD Instinct"),
    "Broadcom AI": ("AVGO", ("custom_silicon", "network"), "AVGO"),
}
CHINA = ("NVIDIA H20", "NVIDIA H800", "NVIDIA A800")  # made for export limits of 2022 and 2023


def vendor_history(
    products: Sequence[Product], built: Floats, block: Block, snapshot: Snapshot
) -> dict[str, Any]:
    """All of it; see the functions.

    Args:
        products: of the day. built: compute of each, MH100e, (product, quarter, draw).
        block: inputs and paths.
    """
    counts = shipped(products, built, shipments(snapshot))
    paid = revenue(block, snapshot)
    return {
        **counts,
        "revenue": paid,
        "gap": gap(products, built, block, snapshot),
        "errors": errors(counts, paid),
    }


def shipped(
    products: Sequence[Product], built: Floats, counted: Sequence[Shipment]
) -> dict[str, list[dict[str, Any]]]:
    """``units`` (thousands), ``compute`` (MH100e) and ``it_power`` (GW) by quarter and vendor.

    Each a list of rows: ours, what was counted, the ratio of our median to it. Power is units
    times the all-in watts of the table of products on both sides, so that its error is that of
    units and generations. ``china`` of units: thousands counted that are versions for China, which
    the products here do not tell apart: an H20 has a seventh of an H100's compute.
    """
    per_chip = worth(products)
    found: dict[str, list[dict[str, Any]]] = {name: [] for name in per_chip}
    for quarter, vendor in sorted({(each.quarter, each.vendor) for each in counted}):
        if quarter not in QUARTERS:
            continue
        own = [each for each in counted if (each.quarter, each.vendor) == (quarter, vendor)]
        ours = of_vendor(products, built, vendor, QUARTERS.index(quarter))
        for name, (unit, each_chip) in per_chip.items():
            total = sum(each.units * each_chip[each.chip] for each in own)
            summary = summarise(ours[name], unit)
            row = {
                "quarter": quarter,
                "vendor": vendor,
                "ours": summary,
                "counted": rounded(total),
                "ratio": rounded(summary["p50"] / total),
            }
            if name == "units":
                row["china"] = rounded(sum(each.units for each in own if each.chip in CHINA) * 1e3)
            found[name].append(row | {"facts": [each.fact for each in own]})
    return found


def worth(products: Sequence[Product]) -> dict[str, tuple[str, dict[str, float]]]:
    """Unit of each quantity, and what a million chips counted are of it, by chip."""
    watts = {
        chip: product.watts
        for product in products
        for chip in COUNTED.get(f"{product.vendor} {product.name}", ())
    }
    return {
        "units": ("thousand unit", dict.fromkeys(H100E, 1e3)),
        "compute": ("MH100e", dict(H100E)),
        "it_power": ("GW", {chip: value / 1e3 for chip, value in watts.items()}),
    }


def of_vendor(
    products: Sequence[Product], built: Floats, vendor: str, quarter: int
) -> dict[str, Floats]:
    """Our units, compute and power of a vendor in a quarter, each (draw,)."""
    places = [i for i, product in enumerate(products) if product.vendor == vendor]
    compute = built[places, quarter]
    units = compute / np.array([products[i].h100e for i in places])[:, None]
    watts = np.array([products[i].watts for i in places])[:, None]
    return {
        "units": units.sum(0) * 1e3,
        "compute": compute.sum(0),
        "it_power": (units * watts).sum(0) / 1e3,
    }


def revenue(block: Block, snapshot: Snapshot) -> list[dict[str, Any]]:
    """Revenue of each line by quarter, and by year where only that is told, USD_bn.

    Ours: spending of the pools that pay it times the company's share. A fiscal quarter stands
    beside the calendar quarter of its middle.
    """
    rows = []
    for line, (ticker, pools, _) in LINES.items():
        ours = sum(
            block.paths["spending_pools"][POOLS.index(pool)]
            * block.inputs[f"{ticker}_exposure_{pool}"]
            for pool in pools
        )
        for period, (reported, facts) in sorted(reported_revenue(snapshot, line).items()):
            quarters = [i for i, quarter in enumerate(QUARTERS) if quarter.startswith(period)]
            if quarters and max(quarters) <= block.anchor:
                summary = summarise(np.asarray(ours)[quarters].sum(0), "USD_bn")
                rows.append(
                    {
                        "period": period,
                        "line": line,
                        "ours": summary,
                        "reported": rounded(reported),
                        "ratio": rounded(summary["p50"] / reported),
                        "facts": facts,
                    }
                )
    return rows


def reported_revenue(snapshot: Snapshot, line: str) -> dict[str, tuple[float, list[str]]]:
    """What was reported of a line by the day, by calendar quarter or year: USD_bn and facts."""
    entity = LINES[line][2]
    if line == "NVIDIA compute":
        return _compute_revenue(snapshot)
    metric = {
        "NVIDIA networking": "data_center_networking_revenue",
        "AMD Instinct": "accelerator_revenue",
        "Broadcom AI": "ai_semiconductor_revenue",
    }[line]
    facts = snapshot.select(entity, metric)
    found = {quarter: (f.central, [f.fact_id]) for quarter, f in quarterly(facts).items()}
    for fact in facts:
        if fact.period_start is not None and (fact.period_end - fact.period_start).days > 350:
            found[str(fact.period_end.year)] = (fact.central, [fact.fact_id])
    return found


def _compute_revenue(snapshot: Snapshot) -> dict[str, tuple[float, list[str]]]:
    """NVIDIA's compute revenue: data centre less networking where both are told."""
    whole = quarterly(snapshot.select("NVDA", "data_center_revenue", "company"))
    network = quarterly(snapshot.select("NVDA", "data_center_networking_revenue", "company"))
    return {
        quarter: (
            whole[quarter].central - network[quarter].central,
            [whole[quarter].fact_id, network[quarter].fact_id],
        )
        for quarter in whole
        if quarter in network
    }


def gap(
    products: Sequence[Product], built: Floats, block: Block, snapshot: Snapshot
) -> list[dict[str, Any]]:
    """NVIDIA's compute by quarter: how much of the error is money, how much price.

    Means over the draws of logarithms, which add: ``total`` = ``from_money`` + ``from_price``.
    Prices in USD per H100-equivalent of compute sold, whole systems included.
    """
    reported, counted = reported_revenue(snapshot, "NVIDIA compute"), shipments(snapshot)
    rows = []
    for quarter, (money, facts) in sorted(reported.items()):
        own = [each for each in counted if (each.quarter, each.vendor) == (quarter, "NVIDIA")]
        if not own or quarter not in QUARTERS or QUARTERS.index(quarter) > block.anchor:
            continue
        at = QUARTERS.index(quarter)
        theirs = sum(each.units * H100E[each.chip] for each in own)
        ours, compute = nvidia_sales(products, built, block, at)
        price, implied = ours / compute * 1e3, money / theirs * 1e3
        from_money = float(np.log(ours / money).mean())
        from_price = -float(np.log(price / implied).mean())
        rows.append(
            {
                "quarter": quarter,
                "price": rounded(np.median(price)),
                "price_implied": rounded(implied),
                "from_money": rounded(from_money),
                "from_price": rounded(from_price),
                "total": rounded(float(np.log(compute / theirs).mean())),
                "facts": [*facts, *(each.fact for each in own)],
            }
        )
    return rows


def nvidia_sales(
    products: Sequence[Product], built: Floats, block: Block, quarter: int
) -> tuple[Floats, Floats]:
    """NVIDIA's compute revenue (USD_bn) and compute sold (MH100e) in a quarter, each (draw,)."""
    places = [i for i, product in enumerate(products) if product.vendor == "NVIDIA"]
    gpus = block.paths["accelerator_spend"][quarter] * (
        1 - block.paths["custom_silicon_share"][quarter]
    )
    return gpus * vendor_shares()["NVIDIA"][1], built[places, quarter].sum(0)


def errors(
    counts: Mapping[str, Sequence[Mapping[str, Any]]], paid: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """Error by vendor or line and quantity over all quarters, in logarithms.

    ``bias``: mean of ln(ours / theirs); ``error``: mean of its absolute value.
    """
    series: dict[tuple[str, str], list[float]] = {}
    for quantity, rows in counts.items():
        for row in rows:
            series.setdefault((row["vendor"], quantity), []).append(row["ratio"])
    for row in paid:
        if "Q" in row["period"]:
            series.setdefault((row["line"], "revenue"), []).append(row["ratio"])
    return [
        {
            "of": of,
            "quantity": quantity,
            "quarters": len(ratios),
            "bias": rounded(float(np.log(ratios).mean())),
            "error": rounded(float(np.abs(np.log(ratios)).mean())),
        }
        for (of, quantity), ratios in series.items()
    ]
