"""Chips, power, money and sites behind the chain's totals: balances, definitions, no look-ahead."""

from datetime import date
from functools import cache
from typing import Any

import numpy as np
import pytest

from jevons.facts import Store, load
from jevons.model.anchors import BUYERS
from jevons.model.buyers import balances, funding
from jevons.model.clock import QUARTERS, YEARS
from jevons.study import Study
from jevons.study.capital import reported_capex

DAY, LATER = date(2025, 3, 11), date(2026, 3, 11)
DRAWS = 400


@cache
def store() -> Store:
    return load()


@cache
def study(day: date) -> Study:
    return Study(store(), day, draws=DRAWS)


@cache
def supply(day: date) -> dict[str, Any]:
    return study(day).supply()


@cache
def context(day: date) -> dict[str, Any]:
    return study(day).power_context()


def test_vendors_and_vintages_add_up_to_the_fleet() -> None:
    """Means add; each draw balances by construction (see the products' own tests)."""
    ends = [QUARTERS.index(f"{year}Q4") for year in YEARS]
    fleet = study(DAY).build_out.block.paths["fleet"][ends].mean(-1)
    for parts in supply(DAY)["fleet"].values():
        total = np.sum([part["mean"] for part in parts.values()], axis=0)
        np.testing.assert_allclose(total, fleet, rtol=1e-4)


def test_a_vintage_only_retires() -> None:
    for name, path in supply(DAY)["fleet"]["by_vintage"].items():
        built = YEARS.index(int(name)) if name != "before" else 0
        assert not any(path["p50"][:built])
        assert (np.diff(path["p50"][built:]) <= 1e-9).all()


def test_the_vintages_before_rebuild_the_fleet_without_scaling() -> None:
    """What stands by age is the chain's own fleet, before it is shared out."""
    figures = study(DAY).build_out
    ends = [QUARTERS.index(f"{year}Q4") for year in YEARS]
    _, by_vintage = figures._standing()
    np.testing.assert_allclose(by_vintage.sum(0), figures.block.paths["fleet"][ends], rtol=2e-5)


def test_a_limit_is_worth_something_only_as_often_as_it_binds() -> None:
    rows = {row["limit"]: row for row in supply(DAY)["bottlenecks"]}
    assert set(rows) == {"accelerators", "packaging", "memory", "network", "power", "capital"}
    for row in rows.values():
        for when in ("soon", "2028"):
            assert 0 <= row[when]["share"] <= 1
            assert (row[when]["build"] > 0) == (row[when]["share"] > 0)
    # A USD_bn of chips a quarter adds at most one where they bind.
    assert rows["accelerators"]["soon"]["build"] <= rows["accelerators"]["soon"]["share"]
    assert rows["power"]["2028"]["rent"] > rows["accelerators"]["2028"]["rent"]


def test_custom_chips_serve_inference_before_training() -> None:
    shares = supply(DAY)["custom_chips"]["by_workload"]
    for at in range(len(YEARS)):
        assert shares["training"]["p50"][at] < shares["direct"]["p50"][at]


def test_the_world_holds_the_us() -> None:
    power = supply(DAY)["site_power"]
    assert (np.array(power["us"]["p50"]) < np.array(power["world"]["p50"])).all()
    energy, average = (power[n]["mean"] for n in ("us_energy", "us_average"))
    np.testing.assert_allclose(energy, np.array(average) * 8.76, rtol=1e-4)


def test_counts_are_shown_only_once_they_are_known() -> None:
    assert supply(DAY)["counted"] == []
    late = Study(store(), date(2026, 11, 20), draws=DRAWS).build_out.counted()
    assert len(late) >= 12
    assert all(0.5 < row["ratio"] < 2.0 for row in late)
    # Of 2026 only NVIDIA, then Google, are counted: less than what is built.
    assert late[-1]["quarter"] == "2025Q4"


def test_published_packaging_capacity_is_that_of_the_day() -> None:
    rows = {row["year"]: row for row in supply(DAY)["packaging"]}
    assert rows[2025]["stated"] == 75.0
    later = {row["year"]: row for row in supply(LATER)["packaging"]}
    # JPMorgan's 115, TokenRing's 150 and the 100 of a year before, in thousands a month.
    assert later[2026]["stated"] == 115.0
    assert (later[2026]["stated_low"], later[2026]["stated_high"]) == (100.0, 150.0)
    assert rows[2026]["stated"] == 100.0


def test_idle_compute_is_a_share_and_power_lacked_never_negative() -> None:
    idle = supply(DAY)["idle"]
    assert all(0 <= p <= 1 for p in idle["p_tenth_unused"])
    assert min(idle["without_power"]["p05"]) >= 0
    assert max(idle["unused"]["p95"]) <= 1


def test_power_keeps_the_agreed_fields_and_names_its_definitions() -> None:
    answer = study(DAY).power()
    agreed = {
        "demand_gw", "under_construction_gw", "grid_gw", "gross_shortfall_gw", "options_gw",
        "net_shortfall_gw",
    }  # fmt: skip
    assert agreed <= answer.keys()
    assert set(answer["options_gw"]) == {row["option"] for row in answer["options"]}
    assert set(answer["definitions"]) == {"morgan_stanley", "total_capacity"}


def test_the_factor_decides_the_net_shortfall_and_is_named_so() -> None:
    found = context(LATER)["realisation"]
    assert found["driving_assumption"] == "realisation_factor"
    levels = list(found["mean_net_gw_2028"].values())
    assert levels == sorted(levels, reverse=True)
    assert found["published"]["gross_gw"] == 44
    assert found["published"]["net_gw"] == 13
    # (44 - 13) over 47 GW of options; their medians over 400 draws scatter by a few percent.
    assert found["published"]["implied_factor"] == pytest.approx(0.66, abs=0.04)
    assert "published" not in context(DAY)["realisation"]


def test_every_option_has_range_date_cost_and_what_was_published() -> None:
    rows = {row["option"]: row for row in context(LATER)["options"]}
    # A quarter after the window's start, which is the edge of two months.
    assert rows["fuel_cells"]["lead_time"]["p50"] == pytest.approx(0.25, rel=0.05)
    assert rows["fuel_cells"]["first_power"]["median"] in ("2025-03", "2025-04")
    assert rows["gas_turbines"]["usd_per_kw"]["p50"] == pytest.approx(1800, rel=0.05)
    assert sum(row["first"] for row in rows.values()) == pytest.approx(1.0)
    turbines = {each["metric"] for each in rows["gas_turbines"]["published"]}
    assert {"gas_turbine_backlog", "lead_time", "capital_cost"} <= turbines
    for row in rows.values():
        assert all(each["known_on"] <= LATER.isoformat() for each in row["published"])


def test_a_years_capacity_price_is_that_of_its_auction() -> None:
    prices = {
        row["delivery_from"]: row["value"]
        for row in context(LATER)["capacity_prices"]
        if (row["entity"], row["metric"]) == ("PJM", "capacity_price")
    }
    assert list(prices.values()) == [28.92, 269.92, 329.17, 333.44]


def test_a_day_without_power_costs_the_owners_hours() -> None:
    """An H100-hour of two to three dollars, idle for a day."""
    delay = context(DAY)["cost_of_delay"]
    assert 40 < delay["usd_per_h100e_day"]["p50"] < 75
    ratio = delay["usd_per_gb200_day"]["p50"] / delay["usd_per_h100e_day"]["p50"]
    assert ratio == pytest.approx(2.53, rel=1e-4)


def test_the_total_capacity_shortfall_counts_nameplate() -> None:
    """At a load factor of a half the same energy is twice the average draw."""
    rows = {row["year"]: row for row in context(DAY)["total_capacity"]}
    electricity = {(row["year"], row["stated_by"]): row for row in context(DAY)["electricity"]}
    assert electricity[2028, "LBNL"]["load_factor"] == pytest.approx(0.5, abs=0.005)
    assert rows[2028]["added_gw"]["p50"] > rows[2025]["added_gw"]["p50"] > 0


def test_sources_keep_their_own_load_factor() -> None:
    found = {
        (row["year"], row["stated_by"]): row["load_factor"] for row in context(LATER)["electricity"]
    }
    assert found[2025, "451 Research"] == pytest.approx(0.676, abs=0.001)
    assert found[2028, "LBNL"] == pytest.approx(0.50, abs=0.005)


def test_an_indebted_buyer_is_flagged_once_its_capex_has_outrun_its_money() -> None:
    early, late = (
        {row["buyer"]: row["flag"] for row in study(day).capital()["funding"]}
        for day in (DAY, LATER)
    )
    assert early["MSFT"] == []
    assert 2026 in late["ORCL"]


def test_a_buyers_build_is_held_against_its_money_by_the_chains_own_draws() -> None:
    """How far reports wander is in the range shown alone; what was reported is in both."""
    answer, block = study(DAY).capital()["funding"], study(DAY).build_out.block
    row = next(row for row in answer if row["buyer"] == "ORCL")
    balance = next(each for each in balances(study(DAY).snapshot) if each.buyer == "ORCL")
    years = np.array(YEARS) + 0.5 - 2025.0 + 0.5
    inputs = block.inputs
    money = funding(
        balance, inputs["buyers_cash_flow_growth"], inputs["capex_intensity_limit"], years
    )
    own = block.paths["capex_by_buyer"][BUYERS.index("ORCL")].reshape(len(YEARS), 4, -1).sum(1)
    for at, year in enumerate(YEARS):
        if year > 2024:
            chance = np.mean(own[at] > money[at])
            assert row["p_exceeds"][at] == pytest.approx(chance, abs=1e-5)
            low, high = np.quantile(own[at], (0.05, 0.95))
            assert row["capex"]["p95"][at] - row["capex"]["p05"][at] > high - low
    spent = reported_capex(study(DAY).snapshot, "ORCL", 2024)["cash"]
    levels = [row["capex"][level][YEARS.index(2024)] for level in ("p05", "p95", "mean")]
    assert levels == pytest.approx([spent] * 3, rel=1e-5)


def test_definitions_of_capex_stand_apart() -> None:
    rows = {(row["buyer"], row["year"]): row for row in study(LATER).capital()["reconciliation"]}
    meta = rows["META", 2025]
    assert meta["reported"]["cash"] == pytest.approx(69.69, abs=0.01)
    assert meta["reported"]["with_leases"] == pytest.approx(72.2, abs=0.1)
    assert meta["ratio"] == pytest.approx(meta["modelled"]["p50"] / 69.691, rel=1e-4)
    bottom_up = meta["non_ai"] + sum(meta["ai"].values())
    assert bottom_up == pytest.approx(meta["modelled"]["mean"], rel=1e-3)


def test_campuses_are_those_known_by_the_day() -> None:
    assert study(DAY).campuses()["sites"] == []
    answer = study(LATER).campuses()
    sites = {row["site"]: row for row in answer["sites"]}
    abilene = sites["OpenAI-Oracle Stargate Abilene Texas"]
    assert abilene["operating_gw"] == pytest.approx(0.295)
    assert list(abilene["by_year"].values()) == sorted(abilene["by_year"].values())
    assert not sites["OpenAI-Oracle Stargate Abu Dhabi"]["us"]
    against = {row["year"]: row for row in answer["against"]}
    named = sum(row["by_year"]["2027"] for row in sites.values() if row["us"])
    assert against[2027]["sites_gw"] == pytest.approx(named)
    assert 0 < against[2027]["share"] < 1
