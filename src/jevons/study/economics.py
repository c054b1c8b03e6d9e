"""What a company earns on, in the units of its own trade: margins, gigawatts, gas, capital.

What a value rests on in 2028, from the very arrays it was computed with: margins, gigawatts under
contract and in the market with their prices, a rate base, gas and its netback, AI capital.
"""

from typing import Any

import jax
import numpy as np

from jevons.facts.snapshot import Snapshot
from jevons.facts.units import conversion_factor
from jevons.model.clock import FIRST_YEAR
from jevons.quantiles import rounded, summarise
from jevons.valuation import ChainInputs, CompanyValue, blocks
from jevons.valuation.chain_inputs import DRIVER_YEAR, GAS_PRICE, by_year
from jevons.valuation.segments import ai_margin, ai_segment, base_margin, base_revenue

AT = DRIVER_YEAR - FIRST_YEAR
DAYS = 365.0
CONTRACTED = {
    "generator": ("data_center_power_contract", "GW"),
    "utility": ("data_center_power_contract", "GW"),
    "gas": ("data_center_gas_supply_agreement", "MMBtu/day"),
}


def economics(value: CompanyValue, chain: ChainInputs, snapshot: Snapshot) -> dict[str, Any]:
    """A company's business in 2028 in the units of its block; nothing without a value.

    Returns:
        ``block`` and, of products and foundries, ``ai_revenue``, ``ai_margin``, ``base_margin``,
        ``return_on_new_capital``; of generators and utilities ``ai_gw`` (average), ``contracted``
        (starting by then), ``contract_price`` and ``capital_per_sales`` (of new plant), of
        generators also ``market_price`` (energy and capacity), ``above_market`` (of a contract),
        ``generating_gw``, ``merchant_gw``, ``cleared_gw``, ``capacity_price`` and
        ``capacity_gain`` (a year, against the reported one), of utilities ``rate_base`` and
        ``allowed_return``; of gas ``ai_volume``, ``contracted``, ``netback``, ``unit_cost``,
        ``well_price`` (of AI's gas); of buyers ``ai_capital``, ``ai_return``,
        ``p_return_above_cost``. With every one ``wacc``. What is not known is left out.
    """
    if value.case is None or value.wacc is None:
        return {}
    block = value.company.economics
    with jax.enable_x64(True):
        if block == "buyer":
            told = _buyer(value)
        elif block == "gas":
            told = _gas(value, chain)
        elif block in ("generator", "utility"):
            told = _power(value, chain, snapshot)
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
    margin = np.asarray(ai_margin(case))[:, AT]
    earned = margin * (1 - x["tax_rate"]) * x["ai_sales_to_capital"]
    return {
        "ai_revenue": summarise(np.asarray(case.ai)[:, AT], "USD_bn/year"),
        "ai_margin": summarise(margin, "1"),
        "base_margin": summarise(np.asarray(base_margin(case))[:, AT], "1"),
        "return_on_new_capital": summarise(earned, "1/year"),
    }


def _power(value: CompanyValue, chain: ChainInputs, snapshot: Snapshot) -> dict[str, Any]:
    assert value.case is not None
    plants = value.case.plants
    assert plants is not None  # a company that sells power
    revenue = by_year(chain.ai_revenue[value.company.ticker])[:, AT]
    contract = np.asarray(plants.contract)
    gigawatts = revenue / (contract * blocks.HOURS) * 1e3
    turnover = blocks.plant_turnover(value.case.x, plants)
    told = {
        "ai_gw": summarise(gigawatts, "GW"),
        "contract_price": summarise(contract, "USD/MWh"),
        "capital_per_sales": summarise(1 / np.asarray(turnover), "year"),
    }
    if plants.energy is not None:
        return told | _market(value, gigawatts, snapshot)
    return told | _regulated(value)


def _market(value: CompanyValue, gigawatts: np.ndarray, snapshot: Snapshot) -> dict[str, Any]:
    """Merchant power: what the market pays, what is left to it, what capacity brings."""
    case = value.case
    assert case is not None
    assert case.plants is not None
    market = blocks.market_price(case.x, case.plants)
    above = np.asarray(blocks.above_market(case.plants, market))[:, AT]
    told: dict[str, Any] = {
        "market_price": summarise(np.asarray(market)[:, AT], "USD/MWh"),
        "above_market": summarise(above, "1"),
    }
    owned = snapshot.latest(value.company.ticker, "generating_capacity", "company")
    if owned is not None:
        standing = (1 - np.asarray(case.x["new_build_share"])) * gigawatts
        told["generating_gw"] = rounded(owned.central)
        told["merchant_gw"] = summarise(owned.central - standing, "GW")
    if case.plants.capacity is not None and case.plants.cleared is not None:
        price = blocks.along(case.plants.capacity, case.x["capacity_price_2030"])
        revenue = base_revenue(case)
        gain = blocks.capacity_gain(case.x, case.plants, revenue) * revenue
        told["cleared_gw"] = rounded(float(case.plants.cleared))
        told["capacity_price"] = summarise(np.asarray(price)[:, AT], "USD/MW/day")
        told["capacity_gain"] = summarise(np.asarray(gain)[:, AT], "USD_bn/year")
    return told


def _regulated(value: CompanyValue) -> dict[str, Any]:
    case = value.case
    assert case is not None
    if case.rate_base is None:
        return {}
    grown = 1 + np.asarray(case.x["rate_base_growth"])
    capital = float(case.rate_base.amount) * grown ** float(case.rate_base.years[AT])
    return {
        "rate_base": summarise(capital, "USD_bn"),
        "allowed_return": summarise(np.asarray(case.x["allowed_return"]), "1/year"),
    }


def _gas(value: CompanyValue, chain: ChainInputs) -> dict[str, Any]:
    case = value.case
    assert case is not None
    price = chain.unit_prices[GAS_PRICE].astype(np.float64)
    revenue = by_year(chain.ai_revenue[value.company.ticker])[:, AT]
    told: dict[str, Any] = {
        "ai_volume": summarise(revenue * 1e9 / price / DAYS, "MMBtu/day"),
        "well_price": summarise(price, "USD/MMBtu"),
    }
    if case.gas is None:
        return told
    netback = blocks.along(case.gas.netback, case.x["netback_2030"])
    return told | {
        "netback": summarise(np.asarray(netback)[:, AT], "USD/Mcfe"),
        "netback_reported": rounded(case.gas.netback.reported),
        "unit_cost": rounded(float(case.gas.unit_cost)),
    }


def _buyer(value: CompanyValue) -> dict[str, Any]:
    assert value.case is not None
    x = _arrays(value)
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
