"""Accelerators by vendor and generation: how the compute that is built splits into chips.

Within a vendor each generation displaces the one before along a logistic in time (Fisher & Pry
1971): with S_g the share of generation g and all later ones, half at the date ``half``,

    S_g(t) = logistic((t - half_g) / width),    share of g = S_g - S_(g+1),    S_first = 1

Vendors split GPUs and custom chips at declared shares. Shares are of compute, so the products add
up to what the chain builds exactly; units follow from compute per unit. The tables are
``products.csv`` and ``vendors.csv``; a row counts only from ``known_on``.
"""

import csv
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jevons.model.clock import FIRST_YEAR, QUARTER_YEARS, QUARTERS

Floats = NDArray[np.float64]
WIDTH = 0.2  # years: from a tenth to nine tenths of shipments in 0.9 years. Assumption.
MIDDLES: Floats = np.arange(0.5, len(QUARTERS)) * QUARTER_YEARS + FIRST_YEAR


@dataclass(frozen=True, slots=True)
class Product:
    """One generation of one vendor.

    ``h100e``: 8-bit rate over the H100's 1,979 TFLOP/s. ``watts``: all-in IT power of a package,
    before PUE. ``hbm_gb``: memory. ``per_wafer``: packages from a CoWoS wafer. ``half``: when it
    and its successors reach half of the vendor's compute shipped; none for the first generation.
    """

    vendor: str
    name: str
    kind: str
    h100e: float
    watts: float
    hbm_gb: float
    per_wafer: float
    half: float | None
    known_on: date
    source: str


@cache
def _rows() -> tuple[Product, ...]:
    return tuple(
        Product(
            row["vendor"],
            row["product"],
            row["kind"],
            float(row["h100e"]),
            float(row["watts"]),
            float(row["hbm_gb"]),
            float(row["per_wafer"]),
            float(row["half"]) if row["half"] else None,
            date.fromisoformat(row["known_on"]),
            row["source"],
        )
        for row in _table("products.csv")
    )


def _table(name: str) -> list[dict[str, Any]]:
    text = files("jevons.model").joinpath(name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


@cache
def vendor_shares() -> dict[str, tuple[str, float]]:
    """Kind of each vendor and its share of that kind's compute; shares add to 1 a kind."""
    return {row["vendor"]: (row["kind"], float(row["share"])) for row in _table("vendors.csv")}


def products(as_of: date) -> tuple[Product, ...]:
    """Generations announced by a day, each by its last row known then, in order of the table."""
    known = {(row.vendor, row.name): row for row in _rows() if row.known_on <= as_of}
    return tuple(known.values())


def generation_shares(halves: list[float | None], times: Floats) -> Floats:
    """Share of each generation of one vendor in its compute shipped, (generation, time).

    >>> shares = generation_shares([None, 2024.0], np.array([2024.0]))
    >>> shares[:, 0].tolist()
    [0.5, 0.5]
    """
    since = [
        np.ones_like(times) if half is None else 1 / (1 + np.exp(-(times - half) / WIDTH))
        for half in halves
    ]
    # A later generation cannot have displaced more than the one before it.
    least = np.minimum.accumulate(np.stack(since), axis=0)
    result: Floats = least - np.vstack([least[1:], np.zeros((1, len(times)))])
    return result


def generations(chosen: tuple[Product, ...], vendor: str) -> tuple[list[Product], list[float]]:
    """A vendor's generations, oldest first, and their dates: ``half``, of the first its
    announcement. A product without more compute a package than those before it is none.
    """
    rows: list[Product] = []
    for row in (product for product in chosen if product.vendor == vendor):
        if not rows or row.h100e > rows[-1].h100e:
            rows.append(row)
    first = rows[0].known_on
    dates = [first.year + first.timetuple().tm_yday / 365.25]
    return rows, [*dates, *(row.half for row in rows[1:] if row.half is not None)]


def design_dates(chosen: tuple[Product, ...], vendor: str, times: Floats = MIDDLES) -> Floats:
    """Mean date of the designs that a vendor ships, by compute, in years, (time,).

    After the last generation that is known designs go on ageing as at its coming: half a gap
    between the last two.

    >>> from datetime import date
    >>> dates = design_dates(products(date(2025, 3, 11)), "NVIDIA", np.array([2024.0, 2030.0]))
    >>> dates.round(2).tolist()
    [2022.95, 2029.0]
    """
    _, dates = generations(chosen, vendor)
    return _known_dates(dates, times) + _successors(dates, times)


def _known_dates(dates: list[float], times: Floats) -> Floats:
    """Mean date of the designs shipped among those that are known, (time,)."""
    result: Floats = np.array(dates) @ generation_shares([None, *dates[1:]], times)
    return result


def _successors(dates: list[float], times: Floats) -> Floats:
    """Years by which designs that nobody has announced yet make those shipped younger, (time,)."""
    if len(dates) == 1:
        return np.zeros_like(times)
    ageing = times - (dates[-1] - dates[-2]) / 2
    later = np.maximum(ageing - _known_dates(dates, times), 0.0)
    return np.where(times > dates[-1], later, 0.0)


def product_shares(chosen: tuple[Product, ...], times: Floats = MIDDLES) -> Floats:
    """Share of each product in the compute of its kind, (product, time); adds to 1 a kind."""
    shares = np.zeros((len(chosen), len(times)))
    for vendor, (_, weight) in vendor_shares().items():
        rows = [number for number, product in enumerate(chosen) if product.vendor == vendor]
        shares[rows] = weight * generation_shares([chosen[row].half for row in rows], times)
    return shares


def custom_share_of_compute(share_of_spend: Floats, price_ratio: Floats) -> Floats:
    """Custom chips in compute built: a dollar buys 1 / ratio as much of it.

    Args:
        share_of_spend: (quarter, draw). price_ratio: price per H100-equivalent over GPUs', (draw,).

    >>> float(custom_share_of_compute(np.array([0.2]), np.array([0.5]))[0])
    0.3333333333333333
    """
    custom = share_of_spend / price_ratio
    result: Floats = custom / (1 - share_of_spend + custom)
    return result


def compute_by_product(chosen: tuple[Product, ...], built: Floats, custom: Floats) -> Floats:
    """Compute built of each product, (product, quarter, draw), adding to ``built``.

    Args:
        built: MH100e, (quarter, draw). custom: share of custom chips in it, (quarter, draw).
    """
    shares = product_shares(chosen)
    by_kind = {"gpu": built * (1 - custom), "custom": built * custom}
    return np.stack([shares[i][:, None] * by_kind[p.kind] for i, p in enumerate(chosen)])


def weight(product: Product, quantity: str) -> float:
    """A property per H100-equivalent: one unit's worth over its compute.

    Args:
        quantity: ``watts``, ``hbm_gb`` or ``wafers``.
    """
    per_unit = {
        "watts": product.watts,
        "hbm_gb": product.hbm_gb,
        "wafers": 1 / product.per_wafer,
    }
    return per_unit[quantity] / product.h100e


def weights(chosen: tuple[Product, ...], quantity: str, times: Floats = MIDDLES) -> Floats:
    """:func:`weight` of each product as shipped, (product, time).

    A product's own, as long as its vendor has announced what comes next. Designs that nobody has
    announced need less of everything: on from the vendor's last at the pace from its first to it,
    and never more.
    """
    result = np.empty((len(chosen), len(times)))
    for vendor in vendor_shares():
        own = [number for number, product in enumerate(chosen) if product.vendor == vendor]
        if not own:
            continue
        rows, dates = generations(chosen, vendor)
        years = max(dates[-1] - dates[0], 1.0)
        pace = np.log(weight(rows[0], quantity) / weight(rows[-1], quantity)) / years
        fall = np.exp(-max(pace, 0.0) * _successors(dates, times))
        for number in own:
            result[number] = weight(chosen[number], quantity) * fall
    return result


def pro_rata(total: Floats, parts: Floats) -> Floats:
    """A total shared out in proportion to parts, so that it balances, (part, ...).

    Args:
        total: (...). parts: (part, ...), not all zero where total is not.
    """
    whole = parts.sum(0)
    result: Floats = total * parts / np.where(whole > 0, whole, 1.0)
    return result


def standing(built: Floats, alive: Floats, quarter: int) -> Floats:
    """What of each quarter's builds still stands at a quarter's end, (..., vintage, draw).

    Args:
        built: (..., quarter, draw). alive: share in service by age, (age, draw). quarter: number.
    """
    result: Floats = built[..., : quarter + 1, :] * alive[: quarter + 1][::-1]
    return result
