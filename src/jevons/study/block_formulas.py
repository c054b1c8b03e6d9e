"""Economics by block as formulas of a workbook: those of :mod:`jevons.valuation.blocks`, live.

A formula names assumptions by their cells' names and lines of the same year as ``{line}``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from jevons.valuation.blocks import (
    CAPACITY_YEAR,
    DAY_HOURS,
    HEAT_CONTENT,
    HOURS,
    LOWEST_MARGIN,
    reported_market_price,
)
from jevons.valuation.case import Case
from jevons.valuation.priors import CYCLE
from jevons.valuation.trade import Line, Trade

CYCLE_CHANGES = (
    f"((1-reported_margin)*{CYCLE}/(1-{CYCLE})-reported_margin)",
    f"({CYCLE}-reported_margin)",
)
Assumption = tuple[object, ...]  # value or formula, unit, and what stands beside it


@dataclass(frozen=True)
class BlockFormulas:
    """What a block changes in the sheet of cash flows.

    ``assumptions`` by name; ``prices``: lines of prices by name, with unit and the name of their
    level in 2030; ``revenue`` and ``margin``: names of the reported ones outside regulation;
    ``inside``: what of the chain's AI revenue is in them; ``margin_changes``: of the base business
    and of AI until 2030; ``gain``: added to the base margin.
    """

    assumptions: Mapping[str, Assumption] = field(default_factory=dict)
    prices: Mapping[str, tuple[Line, str, str]] = field(default_factory=dict)
    revenue: str = "reported_revenue"
    margin: str = "reported_margin"
    inside: str = "ai_in_reported_year"
    margin_changes: tuple[str, str] = ("margin_change", "margin_change")
    gain: str = ""
    ai_margin: str | None = None  # None: the company's margin and its premium
    ai_turnover: str = "ai_sales_to_capital"
    ai_entry_return: str | None = None  # None: that of the last year
    market_price: str | None = None  # of power, a line
    regulated: bool = False


def block_formulas(case: Case, trade: Trade | None) -> BlockFormulas:
    """The formulas of a company's block, with the figures of its central case."""
    if case.gas is not None:
        return _gas(case)
    if case.plants is None:
        return BlockFormulas(margin_changes=CYCLE_CHANGES) if CYCLE in case.x else BlockFormulas()
    assert trade is not None  # every value has one
    return _utility(case, trade) if case.plants.energy is None else _generator(case)


def _gas(case: Case) -> BlockFormulas:
    assert case.gas is not None
    netback = case.gas.netback
    return BlockFormulas(
        assumptions={
            "netback_reported": (netback.reported, "USD/Mcfe", "revenue over gas sold"),
            "unit_cost": (float(case.gas.unit_cost), "USD/Mcfe"),
            "gas_price": (float(case.gas.price[0]), "USD/MMBtu", "of AI's gas, of the chain"),
        },
        prices={"netback": (netback, "USD/Mcfe", "netback_2030")},
        gain="+{netback}/netback_reported-1",
        ai_margin=f"=MAX({LOWEST_MARGIN},1-unit_cost/(gas_price*{HEAT_CONTENT}))",
    )


def _contracts(case: Case) -> dict[str, Assumption]:
    assert case.plants is not None
    return {
        "contract_price": (float(case.plants.contract[0]), "USD/MWh", "of the chain"),
        "plant_turnover": (f"=contract_price*{HOURS}/plant_cost", "1/year"),
    }


NEW_RETURN = "MAX(new_plant_margin*(1-tax_rate)*plant_turnover,ronic)"


def _utility(case: Case, trade: Trade) -> BlockFormulas:
    known = _contracts(case)
    plain = BlockFormulas(
        known,
        ai_margin="=new_plant_margin",
        ai_turnover="plant_turnover",
        ai_entry_return=NEW_RETURN,
    )
    if case.rate_base is None or trade.rate_base is None:
        return plain
    base = trade.rate_base
    outside = "(reported_revenue-regulated_revenue)"
    return replace(
        plain,
        assumptions={
            **known,
            "rate_base": (base.amount, "USD_bn", f"{base.at}"),
            "rate_base_years": (-float(case.rate_base.years[0]), "year", "to the first year"),
            "regulated_revenue": (base.revenue, "USD_bn"),
            "regulated_income": (base.income, "USD_bn"),
            "free_revenue": (f"=MAX({outside},0)", "USD_bn"),
            "free_margin": (f"=(reported_margin*reported_revenue-regulated_income)/{outside}", "1"),
        },
        revenue="free_revenue",
        margin="free_margin",
        regulated=True,
    )


def _generator(case: Case) -> BlockFormulas:
    plants = case.plants
    assert plants is not None
    assert plants.energy is not None
    market, prices = (
        "{energy_price}",
        {"energy_price": (plants.energy, "USD/MWh", "energy_price_2030")},
    )
    known = _contracts(case) | {
        "market_price_reported": (float(reported_market_price(plants)[0]), "USD/MWh"),
        "part_beyond_market": (
            "=new_build_share+(1-new_build_share)*MAX(0,1-market_price_reported/contract_price)",
            "1",
        ),
    }
    gain = ""
    if plants.capacity is not None and plants.cleared is not None:
        prices["capacity_price"] = (plants.capacity, "USD/MW/day", "capacity_price_2030")
        market += f"+{{capacity_price}}/{DAY_HOURS}"
        known["cleared_capacity"] = (float(plants.cleared), "GW")
        known["capacity_price_reported"] = (plants.capacity.reported, "USD/MW/day")
        income = (
            "capacity_kept*cleared_capacity*({capacity_price}-capacity_price_reported)"
            f"*{CAPACITY_YEAR:.6f}"
        )
        gain = f"+IF({{base_revenue}}>0,{income}/{{base_revenue}},0)"
    return BlockFormulas(
        assumptions=known,
        prices=prices,
        inside="ai_in_reported_year*part_beyond_market",
        gain=gain,
        ai_margin="=new_build_share*new_plant_margin"
        "+(1-new_build_share)*MAX(0,1-{market_price}/contract_price)",
        ai_turnover="(plant_turnover/new_build_share)",
        ai_entry_return=NEW_RETURN,
        market_price=f"={market}",
    )
