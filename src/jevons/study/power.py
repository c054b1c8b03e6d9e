"""Around the shortfall: definitions, options with cost and date, chip counts, prices, delay.

The years of the shortfall itself are :meth:`jevons.study.chain.ChainFigures.power`. Gigawatts,
terawatt-hours and the load factor between them stand apart, each with its source's own.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import jax
import numpy as np
from numpy.typing import NDArray

from jevons.facts.fact import Fact
from jevons.facts.snapshot import Snapshot
from jevons.model import chip_power, power
from jevons.model.clock import QUARTERS, YEARS
from jevons.model.simulate import Block
from jevons.quantiles import rounded, summarise
from jevons.study.regions import electricity_by_region
from jevons.study.supply import ENDS

Floats = NDArray[np.float64]
HOURS = 8.76  # thousand hours a year: GW x HOURS = TWh a year
LOAD_FACTOR = 0.5  # LBNL's own: 325 and 580 TWh are 74 and 132 GW (DCP-0007, DCP-0012)
FACTORS = (0.0, 0.5, 0.67, 0.8, 1.0)  # values of the realisation factor that are shown
GB200_H100E = 2.53  # FP8 rate over the H100's
# Facts of each option's queue, lead time and cost: shown as published, beside what the model takes.
OPTION_FACTS: Mapping[str, tuple[str, ...]] = {
    "gas_turbines": ("GEV", "Gas turbine (large frame)", "Gas combined cycle plant"),
    "fuel_cells": ("BE", "Bloom fuel cells"),
    "bitcoin_sites": ("Bitcoin miners",),
    "nuclear_colocation": ("Palisades", "Crane (TMI-1) to Microsoft", "Duane Arnold to Google"),
}
OPTION_METRICS = (
    "gas_turbine_backlog", "gas_turbine_slot_reservations", "gas_backlog_plus_slot_reservations",
    "gas_turbine_shipments", "lead_time", "capital_cost", "nuclear_agreement", "sites_operating",
    "sites_under_construction", "sites_in_development", "sites_with_firm_interconnection",
)  # fmt: skip
DEFINITIONS: Mapping[str, str] = {
    "morgan_stanley": "new US capacity of 2025-28 at average draw, gross of retirement, less "
    "self-supplied capacity under construction and near-term grid access (gross), less the four "
    "options times the realisation factor (net)",
    "total_capacity": "all US data centres, other use included and retired chips left out, as "
    "nameplate at LBNL's 50 % utilisation, with what builds wanted and lacked power for; "
    "its rise since the end of 2024 less the same supply",
}


def context(snapshot: Snapshot, block: Block) -> dict[str, Any]:
    """Everything around the shortfall, from one block of draws and the facts of the day."""
    return {
        "definitions": dict(DEFINITIONS),
        "total_capacity": total_capacity(block),
        "options": options(snapshot, block),
        "realisation": realisation(snapshot, block),
        "chip_count": chip_count(snapshot, block),
        "electricity": electricity(snapshot, block),
        "by_region": electricity_by_region(snapshot, block),
        "capacity_prices": capacity_prices(snapshot),
        "cost_of_delay": cost_of_delay(block),
    }


def total_capacity(block: Block) -> list[dict[str, Any]]:
    """The shortfall by the total-capacity definition, GW of nameplate at each year's end.

    ``capacity_gw`` = (electricity of all US data centres + what builds wanted and lacked) /
    (8.76 x 0.5); ``added_gw`` is its rise since the end of 2024; ``shortfall_gw`` what firm supply
    and the options as realised, all of them, leave of it, never negative.
    """
    paths = block.paths
    lacked = (paths["new_power_demand"] - paths["power_used"]) * HOURS
    capacity = (paths["us_electricity"] + lacked) / (HOURS * LOAD_FACTOR)
    base = capacity[QUARTERS.index("2024Q4")]
    supply = paths["power_under_construction"] + paths["power_grid_access"]
    time = np.arange(len(QUARTERS))[:, None] / 4 + YEARS[0] + 0.25
    available = np.asarray(jax.jit(power.option_supply)(block.inputs, time), np.float64).sum(0)
    rows = []
    for year, end in zip(YEARS, ENDS, strict=True):
        if year < power.WINDOW_START:
            continue
        added = capacity[end] - base
        rows.append(
            {
                "year": year,
                "capacity_gw": summarise(capacity[end], "GW"),
                "added_gw": summarise(added, "GW"),
                "shortfall_gw": summarise(
                    np.maximum(added - supply[end] - available[end], 0.0), "GW"
                ),
            }
        )
    return rows


@jax.jit
def option_costs(
    x: Mapping[str, jax.Array], idle: jax.Array
) -> tuple[jax.Array, jax.Array, jax.Array]:
    """Capital, energy and merit cost of each option, each (option, draw), in one compiled step."""
    return power.option_capital(x), power.option_energy_cost(x), power.merit_cost(x, idle)


def options(snapshot: Snapshot, block: Block) -> list[dict[str, Any]]:
    """The time-to-power options: GW announced and realised, first power, costs, published queues.

    ``first`` is the share of draws in which the option is the cheapest by merit cost.
    """
    x = block.inputs
    watts = x["compute_power"] * x["energy_efficiency_growth"] ** ((8 - block.anchor) / 4)
    idle = block.paths["hour_cost"][block.anchor] / watts * 1e6 / x["pue"]
    capital, energy, merit = (np.asarray(each) for each in option_costs(x, idle))
    first = merit.argmin(0)
    rows = []
    for i, name in enumerate(power.OPTIONS):
        lead = block.inputs[f"{name}_lead_time"]
        announced = block.inputs[name]
        rows.append(
            {
                "option": name,
                "announced_gw": summarise(announced, "GW"),
                "realised_gw": summarise(announced * block.inputs["realisation_factor"], "GW"),
                "first_power": {
                    name: month(power.WINDOW_START + float(np.quantile(lead, level)))
                    for name, level in (("early", 0.05), ("median", 0.5), ("late", 0.95))
                },
                "lead_time": summarise(lead, "year"),
                "usd_per_kw": summarise(capital[i], "USD/kW"),
                "usd_per_mwh": summarise(energy[i], "USD/MWh"),
                "merit_usd_per_mwh": summarise(merit[i], "USD/MWh"),
                "first": rounded(np.mean(first == i)),
                "published": [stated(fact) for fact in option_facts(snapshot, name)],
            }
        )
    return rows


def month(year: float) -> str:
    """Calendar month of a year with decimals.

    >>> month(2025.5), month(2026.0)
    ('2025-07', '2026-01')
    """
    return f"{int(year)}-{int(year % 1 * 12) + 1:02d}"


def option_facts(snapshot: Snapshot, name: str) -> list[Fact]:
    """What was published about an option's queue, lead time and cost, last vintages by the day."""
    return [
        fact
        for entity in OPTION_FACTS[name]
        for metric in OPTION_METRICS
        for fact in snapshot.select(entity=entity, metric=metric)
    ]


def stated(fact: Fact) -> dict[str, Any]:
    """A fact in a row: who said what about when, with its id."""
    return {
        "entity": fact.entity,
        "metric": fact.metric,
        "value": fact.value,
        "low": fact.low,
        "high": fact.high,
        "unit": fact.unit,
        "as_at": fact.period_end.isoformat(),
        "stated_by": fact.stated_by,
        "known_on": fact.known_on.isoformat(),
        "fact": fact.fact_id,
    }


def realisation(snapshot: Snapshot, block: Block) -> dict[str, Any]:
    """The factor that drives the net shortfall: ours, the one a published net implies, and others.

    ``mean_net_gw_2028`` is the model's mean net shortfall at the end of 2028 where the factor is
    each of the values for certain; ``published.net_gw_at`` is the published gross less the factor
    times the same options, negative where they would more than close it.
    """
    end = ENDS[YEARS.index(2028)]
    gross = block.paths["gross_shortfall"][end]
    announced = sum(block.inputs[name] for name in power.OPTIONS)
    answer: dict[str, Any] = {
        "driving_assumption": "realisation_factor",
        "ours": summarise(block.inputs["realisation_factor"], "1"),
        "mean_net_gw_2028": {
            f"{factor:g}": rounded(np.mean(np.maximum(gross - factor * announced, 0.0)))
            for factor in FACTORS
        },
    }
    published = {
        metric: snapshot.select("US data centres", metric, "Morgan Stanley")
        for metric in ("gross_power_shortfall", "net_power_shortfall")
    }
    net = max(published["net_power_shortfall"], key=lambda f: f.known_on, default=None)
    same = [
        fact
        for fact in snapshot.vintages(published["gross_power_shortfall"][0].fact_id)
        if net is not None and fact.known_on == net.known_on
    ] if published["gross_power_shortfall"] else []  # fmt: skip
    if net is not None and same:
        middles = sum(float(np.median(block.inputs[name])) for name in power.OPTIONS)
        case = chip_power.Shortfall(same[0].central, 0.0, 0.0, middles)
        answer["published"] = {
            "gross_gw": same[0].central,
            "net_gw": net.central,
            "implied_factor": rounded(case.realisation_for(net.central)),
            "net_gw_at": {f"{factor:g}": rounded(case.net(factor)) for factor in FACTORS},
            "facts": [same[0].fact_id, net.fact_id],
        }
    return answer


def chip_count(snapshot: Snapshot, block: Block) -> dict[str, Any]:
    """US demand of 2025 to 2028 from chip counts, Morgan Stanley's way, with what was known.

    ``it_gw`` by year and line; ``facility_us_gw`` their sum x PUE x US share x coincidence; the
    ranges are those of the three factors, as chip volumes are single numbers.
    """
    volumes = chip_power.known_volumes(snapshot)
    x = block.inputs
    site = x["pue"] * x["us_share"] * x["coincidence"]
    total = chip_power.it_gigawatts(volumes)
    return {
        "volumes": [
            {
                "year": volume.year,
                "line": volume.line,
                "million_units": rounded(volume.million_units),
                "watts": volume.watts,
                "it_gw": rounded(volume.gigawatts),
                "fact": volume.fact,
                "source": volume.source,
            }
            for volume in sorted(volumes, key=lambda v: v.year)
        ],
        "it_gw": rounded(total),
        "us_demand_gw": summarise(total * site, "GW"),
        "per_million_rubin_gw": rounded(3.325 * np.median(site)),
    }


def electricity(snapshot: Snapshot, block: Block) -> list[dict[str, Any]]:
    """US data-centre electricity by source and year with the source's own GW and load factor.

    ``load_factor`` is what ties a source's TWh to its own GW of the same year; none is given where
    it publishes only one of them. Ours is the model's, and ``inside`` says whether its median lies
    in the source's range where there is one.
    """
    energy = block.paths["us_electricity"].reshape(len(YEARS), 4, -1).mean(1)
    rows: list[dict[str, Any]] = []
    for fact in snapshot.select("US data centres", "electricity_use"):
        year = fact.period_end.year
        ours = summarise(energy[YEARS.index(year)], "TWh/year") if year in YEARS else None
        gigawatts = _capacity(snapshot, fact.stated_by, year)
        middle = None if gigawatts is None else gigawatts.central
        inside = None
        if ours is not None and fact.low is not None and fact.high is not None:
            inside = fact.low <= ours["p50"] <= fact.high
        rows.append(
            {
                "year": year,
                "stated_by": fact.stated_by,
                "twh": fact.central,
                "low": fact.low,
                "high": fact.high,
                "gw": middle,
                "load_factor": None if middle is None else rounded(fact.central / middle / HOURS),
                "ours": ours,
                "inside": inside,
                "fact": fact.fact_id,
            }
        )
    return sorted(rows, key=lambda row: (row["year"], row["stated_by"]))


def _capacity(snapshot: Snapshot, stated_by: str, year: int) -> Fact | None:
    for metric in ("power_capacity", "power_demand", "utility_power_demand"):
        for fact in snapshot.select("US data centres", metric, stated_by):
            if fact.period_end.year == year:
                return fact
    return None


def capacity_prices(snapshot: Snapshot) -> list[dict[str, Any]]:
    """Auctions of PJM: price by delivery year (USD/MW-day), and the shortfall they showed."""
    metrics = ("capacity_price", "capacity_shortfall", "load_growth_forecast")
    entities = ("PJM", "PJM without cap")
    facts: Sequence[Fact] = [
        f for entity in entities for metric in metrics for f in snapshot.select(entity, metric)
    ]
    rows = [
        {
            "delivery_from": (fact.period_start or date.min).isoformat(),
            "entity": fact.entity,
            "metric": fact.metric,
            "value": fact.central,
            "unit": fact.unit,
            "known_on": fact.known_on.isoformat(),
            "fact": fact.fact_id,
        }
        for fact in facts
    ]
    return sorted(rows, key=lambda row: (row["delivery_from"], row["entity"], row["metric"]))


def cost_of_delay(block: Block) -> dict[str, Any]:
    """What a day without power costs the owner of accelerators that stand ready.

    The owner's hour less the electricity that is not used, at the anchor: per H100-equivalent, per
    GB200 (2.53 of them), and per MW of the site.
    """
    x = block.inputs
    watts = x["compute_power"] * x["energy_efficiency_growth"] ** ((8 - block.anchor) / 4)
    energy = watts * x["coincidence"] * x["pue"] * x["industrial_power_price"] / 1e6
    day = 24 * (block.paths["hour_cost"][block.anchor] - energy)
    return {
        "usd_per_h100e_day": summarise(day, "USD/day"),
        "usd_per_gb200_day": summarise(day * GB200_H100E, "USD/day"),
        "usd_mn_per_mw_year": summarise(day * 365 / (watts * x["pue"]), "USD_mn/MW/year"),
        "quarter": QUARTERS[block.anchor],
    }
