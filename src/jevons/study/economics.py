"""What a company earns on, in the units of its own trade: margins, gigawatts, gas, capital.

The value knows two kinds of segment, a margin on revenue and a return on capital. Here the AI
segment of each block is told as its people would tell it, beside what has been contracted.
"""

from typing import Any

import jax
import numpy as np

from jevons.facts.snapshot import Snapshot
from jevons.facts.units import conversion_factor
from jevons.model.clock import FIRST_YEAR
from jevons.model.simulate import Experiment, inputs_drawn
from jevons.quantiles import rounded, summarise
from jevons.valuation import ChainInputs, CompanyValue
from jevons.valuation.chain_inputs import DRIVER_YEAR, by_year
from jevons.valuation.value import ai_segment

AT = DRIVER_YEAR - FIRST_YEAR
HOURS = 8760.0
DAYS = 365.0
CONTRACTED = {
    "generator": ("data_center_power_contract", "GW"),
    "utility": ("data_center_power_contract", "GW"),
    "gas": ("data_center_gas_supply_agreement", "MMBtu/day"),
}


def economics(
    value: CompanyValue, chain: ChainInputs, experiment: Experiment, snapshot: Snapshot
) -> dict[str, Any]:
    """The AI segment of a company in 2028 in the units of its block; nothing without a value.

    Returns:
        ``block`` and, of products and foundries, ``ai_revenue``, ``ai_margin``, ``base_margin``,
        ``return_on_new_capital``; of generators and utilities ``ai_gw`` (average), ``contracted``
        (starting by then), ``contract_price``, ``merchant_revenue`` (all else, a year, now) and
        ``capital_per_sales`` (of new plant); of gas ``ai_volume``, ``contracted``, ``netback``; of
        buyers ``ai_capital``, ``ai_return``, ``p_return_above_cost``. With every one ``wacc``.
    """
    if value.case is None or value.wacc is None:
        return {}
    block = value.company.economics
    if block == "buyer":
        told = _buyer(value)
    elif block == "gas":
        told = _gas(value, chain, experiment)
    elif block in ("generator", "utility"):
        told = _generator(value, chain, experiment, snapshot.as_of.year - FIRST_YEAR)
    else:
        told = _product(value)
    if block in CONTRACTED:
        told["contracted"] = _contracted(value.company.ticker, *CONTRACTED[block], snapshot)
    return {"block": block, **told, "wacc": summarise(value.wacc, "1/year")}


def _arrays(value: CompanyValue) -> dict[str, np.ndarray]:
    assert value.case is not None
    return {name: np.asarray(draws) for name, draws in value.case.x.items()}


def _product(value: CompanyValue) -> dict[str, Any]:
    assert value.case is not None
    x, case = _arrays(value), value.case
    margin = np.asarray(case.ai_margin)[:, AT]
    earned = margin * (1 - x["tax_rate"]) * x["ai_sales_to_capital"]
    return {
        "ai_revenue": summarise(np.asarray(case.ai)[:, AT], "USD_bn/year"),
        "ai_margin": summarise(margin, "1"),
        "base_margin": summarise(np.asarray(case.base_margin)[:, AT], "1"),
        "return_on_new_capital": summarise(earned, "1/year"),
    }


def _generator(
    value: CompanyValue, chain: ChainInputs, experiment: Experiment, now: int
) -> dict[str, Any]:
    assert value.case is not None
    x, case = _arrays(value), value.case
    price = inputs_drawn(experiment, ["electricity_contract_price"], chain.draws)
    dollars = price["electricity_contract_price"].astype(np.float64)
    revenue = by_year(chain.ai_revenue[value.company.ticker])[:, AT]
    return {
        "ai_gw": summarise(revenue * 1e9 / (dollars * HOURS) / 1e3, "GW"),
        "contract_price": summarise(dollars, "USD/MWh"),
        "merchant_revenue": summarise(np.asarray(case.base_revenue)[:, now], "USD_bn/year"),
        "capital_per_sales": summarise(1 / x["ai_sales_to_capital"], "year"),
    }


def _gas(value: CompanyValue, chain: ChainInputs, experiment: Experiment) -> dict[str, Any]:
    drawn = inputs_drawn(experiment, ["gas_netback"], chain.draws)
    netback = drawn["gas_netback"].astype(np.float64)
    revenue = by_year(chain.ai_revenue[value.company.ticker])[:, AT]
    return {
        "ai_volume": summarise(revenue * 1e9 / netback / DAYS, "MMBtu/day"),
        "netback": summarise(netback, "USD/MMBtu"),
    }


def _buyer(value: CompanyValue) -> dict[str, Any]:
    assert value.case is not None
    x = _arrays(value)
    with jax.enable_x64(True):
        spent = np.cumsum(np.asarray(ai_segment(value.case, 1.0, buyer=True).investment), axis=1)
    return {
        "ai_capital": summarise(spent[:, AT], "USD_bn"),
        "ai_return": summarise(x["ai_return"], "1/year"),
        "p_return_above_cost": rounded(np.mean(x["ai_return"] > x["wacc"])),
    }


def _contracted(ticker: str, metric: str, unit: str, snapshot: Snapshot) -> dict[str, Any]:
    """What contracts known by the day deliver by the end of the driver's year, and which."""
    facts = [
        fact
        for fact in snapshot.select(entity=ticker, metric=metric)
        if (fact.period_start or fact.period_end).year <= DRIVER_YEAR
    ]
    total = sum(fact.central * conversion_factor(fact.unit, unit) for fact in facts)
    return {"amount": rounded(total), "of": unit, "facts": [fact.fact_id for fact in facts]}
