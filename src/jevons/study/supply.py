"""What gets built, in chips: fleet by vendor, generation and vintage, bottlenecks, idle compute.

Everything here follows from one block of draws by links downstream of the chain, so it costs no
second simulation; the block is the first of every run, whatever ``--draws`` asks for.
"""

from collections.abc import Mapping
from functools import cached_property
from typing import Any

import jax
import numpy as np
from numpy.typing import NDArray

from jevons.facts.snapshot import Snapshot
from jevons.model import bottlenecks, custom_chips, supply, unit_cost
from jevons.model import products as chips
from jevons.model.chain import EARLIER_QUARTERS, EARLY_AGE
from jevons.model.chip_counts import counted_compute
from jevons.model.clock import QUARTER_YEARS, QUARTERS, YEARS
from jevons.model.setting import Setting
from jevons.model.simulate import Block, Experiment
from jevons.model.timeline import Timeline
from jevons.quantiles import rounded, summarise
from jevons.study import capacities
from jevons.study.before_clock import before_clock
from jevons.study.vendor_history import vendor_history

Floats = NDArray[np.float64]
ENDS = [QUARTERS.index(f"{year}Q4") for year in YEARS]
HORIZON = QUARTERS.index("2028Q4")


def by_year(values: Floats, unit: str) -> dict[str, Any]:
    """Summary of (year, draw) with its years beside it."""
    return summarise(np.moveaxis(values, -1, 0), unit) | {"year": list(YEARS)}


def year_sums(values: Floats) -> Floats:
    """Sums of the four quarters of each year, (..., year, draw) from (..., quarter, draw)."""
    shape = (*values.shape[:-2], len(YEARS), 4, values.shape[-1])
    result: Floats = values.reshape(shape).sum(-2)
    return result


@jax.jit
def custom_choice(x: Mapping[str, jax.Array], setting: Setting) -> tuple[jax.Array, jax.Array]:
    """Share of custom chips by workload, (workload, quarter, draw), and their cost advantage.

    In one compiled step: run op by op it takes seconds to compile the first time.
    """
    time = Timeline.of(setting.anchor)
    weights = custom_chips.workload_weights(x, time.anchor_since_2025)
    advantage = custom_chips.advantage(
        x,
        unit_cost.price_per_unit(x, setting.generations),
        unit_cost.watts_per_unit(x, setting.generations),
    )
    return custom_chips.share_by_workload(x, advantage, time.since_2025, weights), advantage


class SupplyFigures:
    """Figures of the build-out behind the chain's totals, each computed when first asked for."""

    def __init__(self, snapshot: Snapshot, experiment: Experiment, draws: int) -> None:
        self.snapshot, self.experiment, self.draws = snapshot, experiment, draws
        self.products = chips.products(snapshot.as_of)

    @cached_property
    def block(self) -> Block:
        """Inputs and paths."""
        return Block.of(self.experiment, self.draws)

    @cached_property
    def built(self) -> Floats:
        """Compute built of each product, MH100e, (product, quarter, draw)."""
        custom = chips.custom_share_of_compute(
            self.block.paths["custom_silicon_share"], self.block.inputs["asic_price_ratio"]
        )
        return chips.compute_by_product(self.products, self.block.paths["compute_built"], custom)

    def needed(self, quantity: str) -> Floats:
        """Wafers, memory or watts of all products built, (quarter, draw).

        Millions of wafers, PB or GW / 1000 a quarter; see :func:`jevons.model.products.weights`.
        """
        weights = chips.weights(self.products, quantity)
        result: Floats = np.einsum("pq,pqd->qd", weights, self.built)
        return result

    @cached_property
    def wafers(self) -> Floats:
        """CoWoS wafers that builds need, thousand a month, (quarter, draw)."""
        return self.needed("wafers") * 1e3 / 3

    def document(self) -> dict[str, Any]:
        """All of it; see the methods."""
        own = (self.products, self.built, self.block, self.snapshot)
        return {
            "bottlenecks": self.bottlenecks(),
            "fleet": self.fleet(),
            "shipments": self.shipments(),
            "custom_chips": self.custom_share(),
            "packaging": capacities.packaging(self.block, self.wafers, self.snapshot),
            "memory": capacities.memory(self.block, self.needed("hbm_gb"), self.snapshot),
            "lead_times": capacities.lead_times(self.block, self.snapshot),
            "idle": self.idle(),
            "site_power": self.site_power(),
            "counted": self.counted(),
            "history": vendor_history(*own) | {"before_clock": before_clock(*own)},
            "catalogue_power": self.catalogue_power(),
        }

    def bottlenecks(self) -> list[dict[str, Any]]:
        """Each limit: how often it binds, and what one more unit of it adds and is worth.

        Means over the draws: soon (the first four quarters decided) and at the end of 2028.
        ``build`` is accelerator spend added (USD_bn/quarter), ``rent`` the yearly rent of its
        compute (USD_bn).
        """
        paths, inputs = self.block.paths, self.block.inputs
        spend = paths["accelerator_spend"]
        wafers, memory = self.wafers / spend, self.needed("hbm_gb") / spend
        per_unit = bottlenecks.spend_per_unit(inputs, paths, self._watts, wafers, memory)
        extra = bottlenecks.extra_build(paths, per_unit)
        first = min(self.block.anchor + 1, len(QUARTERS) - 1)
        times = {"soon": slice(first, first + 4), "2028": slice(HORIZON, HORIZON + 1)}
        rows = []
        for limit, unit in bottlenecks.UNITS.items():
            binds = paths["binding"] == supply.LIMITS.index(limit)
            row: dict[str, Any] = {"limit": limit, "unit": unit}
            for name, when in times.items():
                worth = bottlenecks.rent(paths, extra[limit])[when]
                row[name] = {
                    "share": rounded(binds[when].mean()),
                    "build": rounded(extra[limit][when].mean()),
                    "rent": rounded(worth.mean()),
                }
            rows.append(row)
        return rows

    def fleet(self) -> dict[str, Any]:
        """Compute in service at each year's end by vendor and by vintage (MH100e)."""
        total = self.block.paths["fleet"][ENDS]
        by_product, by_vintage = self._standing()
        vendors = dict.fromkeys(product.vendor for product in self.products)
        rows = {
            vendor: [i for i, p in enumerate(self.products) if p.vendor == vendor]
            for vendor in vendors
        }
        grouped = np.stack([by_product[each].sum(0) for each in rows.values()])
        shared = chips.pro_rata(total, grouped)
        vintages = chips.pro_rata(total, by_vintage)
        names = ["before", *map(str, YEARS)]
        return {
            "by_vendor": {v: by_year(part, "MH100e") for v, part in zip(rows, shared, strict=True)},
            "by_vintage": {
                n: by_year(part, "MH100e") for n, part in zip(names, vintages, strict=True)
            },
        }

    @cached_property
    def alive(self) -> Floats:
        """Share of a vintage in service by age in quarters, (age, draw)."""
        ages = np.arange(len(QUARTERS) + EARLY_AGE + 1)[:, None] * QUARTER_YEARS
        life = self.block.inputs["accelerator_life"]
        return np.asarray(jax.jit(supply.survival)(life, ages), np.float64)

    @cached_property
    def _watts(self) -> Floats:
        """All-in IT watts per H100-equivalent shipped, (quarter, draw)."""
        younger = np.asarray(self.experiment.setting.generations.younger, np.float64)
        return bottlenecks.watts_per_unit(self.block.inputs, younger)

    def _standing(self) -> tuple[Floats, Floats]:
        """Compute standing at year ends by product and by year built, (part, year, draw)."""
        built = self.block.paths["compute_built"]
        first = EARLIER_QUARTERS * built[0]
        mix = chips.product_shares(self.products, np.array([2022.5]))
        custom = chips.custom_share_of_compute(
            self.block.paths["custom_silicon_share"][0], self.block.inputs["asic_price_ratio"]
        )
        kind = np.array([product.kind == "custom" for product in self.products])[:, None]
        early = mix * np.where(kind, custom, 1 - custom) * first
        products, vintages = [], []
        for end in ENDS:
            left = self.alive[end + EARLY_AGE + 1]
            now = chips.standing(self.built, self.alive, end)
            products.append(now.sum(1) + early * left)
            quarters = chips.standing(built, self.alive, end)
            padded = np.zeros_like(built)
            padded[: end + 1] = quarters
            vintages.append(np.vstack([(first * left)[None], year_sums(padded)]))
        return np.stack(products, 1), np.stack(vintages, 1)

    def shipments(self) -> list[dict[str, Any]]:
        """Units (thousands) and IT power (GW) shipped a year, by product, oldest first."""
        rows = []
        for number, product in enumerate(self.products):
            compute = year_sums(self.built[number])
            units = compute / product.h100e * 1e3
            for at, year in enumerate(YEARS):
                if np.median(units[at]) >= 1:
                    rows.append(
                        {
                            "year": year,
                            "vendor": product.vendor,
                            "product": product.name,
                            "units": summarise(units[at], "thousand unit"),
                            "it_power": summarise(units[at] * product.watts / 1e6, "GW"),
                        }
                    )
        return sorted(rows, key=lambda row: row["year"])

    def custom_share(self) -> dict[str, Any]:
        """Share of custom chips in the spend on each workload and in all of it, by year's end."""
        chosen, advantage = custom_choice(self.block.inputs, self.experiment.setting)
        parts = zip(custom_chips.CHIP_WORKLOADS, np.asarray(chosen, np.float64), strict=True)
        return {
            "by_workload": {name: by_year(part[ENDS], "1") for name, part in parts},
            "all": by_year(self.block.paths["custom_silicon_share"][ENDS], "1"),
            "advantage": by_year(np.asarray(advantage, np.float64)[ENDS], "1"),
        }

    def idle(self) -> dict[str, Any]:
        """Stranded compute: standing without use, and power that builds wanted and lacked.

        ``unused``: share of the fleet beyond what is wanted at cost price. ``uneconomic``: share
        of the fleet whose electricity alone costs more than its compute sells for.
        ``without_power``: US GW that would have been built and was not, since 2025.
        """
        paths = self.block.paths
        fleet = paths["fleet"][ENDS]
        unused = np.maximum(1 - paths["compute_wanted"][ENDS] / fleet, 0.0)
        lacked = (paths["new_power_demand"] - paths["power_used"])[ENDS]
        return {
            "unused": by_year(unused, "1"),
            "p_tenth_unused": [rounded(np.mean(row > 0.1)) for row in unused],
            "uneconomic": by_year(self._uneconomic(), "1"),
            "without_power": by_year(lacked, "GW"),
        }

    def _uneconomic(self) -> Floats:
        x, paths = self.block.inputs, self.block.paths
        energy = self._watts * x["pue"] * x["coincidence"] * x["industrial_power_price"] / 1e6
        price = paths["hour_cost"] * paths["scarcity"]
        shares = []
        for end in ENDS:
            stands = chips.standing(paths["compute_built"], self.alive, end)
            dear = energy[: end + 1] > price[end]
            shares.append((stands * dear).sum(0) / np.maximum(stands.sum(0), 1e-9))
        return np.stack(shares)

    def site_power(self) -> dict[str, Any]:
        """Power of AI sites at each year's end, the world and the US apart.

        ``world`` and ``us``: rated IT power of the fleet x PUE, GW. ``us_average``: what the US
        part draws on average, GW; times 8.76 it is ``us_energy``, TWh a year.
        """
        x, paths = self.block.inputs, self.block.paths
        world, us = (paths[name][ENDS] * x["pue"] for name in ("fleet_power", "us_fleet_power"))
        average = us * x["coincidence"]
        return {
            "world": by_year(world, "GW"),
            "us": by_year(us, "GW"),
            "us_average": by_year(average, "GW"),
            "us_energy": by_year(average * 8.76, "TWh/year"),
        }

    def catalogue_power(self) -> dict[str, Any]:
        """IT power of a year's chips by their table of watts, over that of the chain's trend."""
        ours = self.block.paths["compute_built"] * self._watts / 1e3
        listed = self.needed("watts") / 1e3
        return by_year(year_sums(listed) / year_sums(ours), "1")

    def counted(self) -> list[dict[str, Any]]:
        """Compute built a quarter beside Epoch AI's counts of chips shipped, where all are known.

        MH100e. Counts are of NVIDIA, Google, Amazon and AMD; ``ratio`` is our median over theirs.
        """
        counts = counted_compute(self.snapshot)
        rows = []
        for quarter, (compute, facts) in sorted(counts.items()):
            if quarter in QUARTERS:
                ours = summarise(
                    self.block.paths["compute_built"][QUARTERS.index(quarter)], "MH100e"
                )
                rows.append(
                    {
                        "quarter": quarter,
                        "ours": ours,
                        "counted": rounded(compute),
                        "ratio": rounded(ours["p50"] / compute),
                        "facts": facts,
                    }
                )
        return rows
