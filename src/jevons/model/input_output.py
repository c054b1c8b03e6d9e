"""Who is paid out of whom: an input-output table of AI capital spending.

A sector sells to final demand (buyers' capital spending) or to other sectors. ``a[i, j]`` is what
sector j pays to sector i for each dollar of its own output; then gross output g and value added v
follow from final demand f:

    g = (I - A)^-1 f        v[j] = g[j] (1 - sum over i of a[i, j])        sum(v) = sum(f)

(Leontief 1936; Miller and Blair, "Input-Output Analysis"). Revenue counts a memory stack twice,
once in the accelerator that holds it; value added counts every dollar once. What a sector buys
outside the table stays in its value added. Machines that chip makers buy are booked as an input of
the same year; national accounts would call them investment.
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

# Sectors that buyers' capital spending pays, and those that only other sectors pay. Whoever sells
# stands behind all those it sells to, so gross outputs follow from first to last.
FINAL: tuple[str, ...] = ("gpu", "custom_silicon", "servers", "network", "power_cooling", "shell")
UPSTREAM: tuple[str, ...] = ("optics", "processors", "memory", "foundry", "wafer_equipment")
SECTORS = FINAL + UPSTREAM
Amounts = Mapping[str, Any]  # by name: arrays of NumPy or JAX that broadcast, or plain numbers


@dataclass(frozen=True, slots=True)
class Coefficient:
    """What one sector pays another for each dollar of its output: 80 % range and source."""

    seller: str
    buyer: str
    p10: float
    median: float
    p90: float
    source: str

    @property
    def name(self) -> str:
        """Name of the input that draws this coefficient."""
        return f"{self.seller}_in_{self.buyer}"


@cache
def coefficients() -> tuple[Coefficient, ...]:
    """The table of coefficients, in file order."""
    text = files("jevons.model").joinpath("input_output.csv").read_text(encoding="utf-8")
    return tuple(
        Coefficient(
            row["seller"],
            row["buyer"],
            float(row["p10"]),
            float(row["median"]),
            float(row["p90"]),
            row["source"],
        )
        for row in csv.DictReader(text.splitlines())
    )


def final_demand(by_category: Amounts, custom_share: Any) -> dict[str, Any]:
    """Final demand by sector, in the order of :data:`FINAL`.

    Args:
        by_category: capital spending by name of :data:`jevons.model.capex.CATEGORIES`.
        custom_share: part of accelerators that is custom silicon, 0 to 1.
    """
    accelerators = by_category["accelerators"]
    custom = accelerators * custom_share
    split = {"gpu": accelerators - custom, "custom_silicon": custom}
    return {name: split[name] if name in split else by_category[name] for name in FINAL}


def payments(x: Amounts, output: Amounts) -> dict[str, dict[str, Any]]:
    """What each sector pays to each seller, by buyer and seller, in the unit of ``output``."""
    paid: dict[str, dict[str, Any]] = {name: {} for name in SECTORS}
    for entry in coefficients():
        paid[entry.buyer][entry.seller] = x[entry.name] * output[entry.buyer]
    return paid


def gross_output(x: Amounts, final: Amounts) -> dict[str, Any]:
    """Gross output by sector: final demand and all that other sectors buy.

    The table has no loops, so substitution from first to last is the Leontief inverse, exactly.

    Args:
        x: coefficients by name, arrays that broadcast against final demand.
        final: final demand of the sectors of :data:`FINAL`.
    """
    output: dict[str, Any] = dict(final)
    for sector in UPSTREAM:
        bought = [
            x[entry.name] * output[entry.buyer]
            for entry in coefficients()
            if entry.seller == sector
        ]
        output[sector] = sum(bought[1:], bought[0])
    return output


def value_added(x: Amounts, output: Amounts) -> dict[str, Any]:
    """What each sector keeps of its output after paying the sectors that it buys from."""
    paid = payments(x, output)
    return {name: output[name] - sum(paid[name].values()) for name in SECTORS}
