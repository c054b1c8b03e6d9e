"""Figures of the chain: every path summarised under its name, shares and ratios that add up."""

from functools import cache

import numpy as np
import pytest

from jevons.errors import UserError
from jevons.facts.variables import variable
from jevons.model.clock import QUARTERS
from jevons.model.demand import WORKLOADS
from jevons.model.power import OPTIONS
from jevons.model.rebound import jevons_index
from jevons.model.simulate import LEADING_AXES, simulate
from jevons.model.supply import LIMITS
from jevons.study.chain import (
    POWER_YEARS,
    RESPONSES,
    ChainFigures,
    index_of_draws,
    members,
    outputs,
    power_rows,
    summaries,
    year_ends,
)

from .invented import experiment

DRAWS = 400
ANCHOR = QUARTERS.index("2024Q4")


@cache
def figures() -> ChainFigures:
    return ChainFigures(experiment(), DRAWS)


@cache
def drawn() -> dict[str, np.ndarray]:
    return simulate(experiment(), DRAWS)


def test_the_table_of_variables_names_what_the_chain_returns() -> None:
    assert set(outputs()) == set(drawn())


def test_every_path_is_a_quantity_and_every_member_of_an_axis() -> None:
    expected = set()
    for name in set(outputs()) - {"binding"}:
        axis = LEADING_AXES.get(name)
        expected |= {name} if axis is None else {f"{name}.{member}" for member in axis[1]}
    assert set(figures().quantities) == expected | {"data_center_revenue"}
    assert figures().quantities["data_center_revenue"] == figures().quantities["ai_revenue.NVDA"]


def test_quantiles_are_those_of_the_draws() -> None:
    for name, values in (
        ("fleet", drawn()["fleet"]),
        ("power_options.gas_turbines", drawn()["power_options"][:, OPTIONS.index("gas_turbines")]),
    ):
        path = figures().quantities[name]
        assert path["unit"] == variable(name.partition(".")[0]).unit
        assert path["quarter"] == list(QUARTERS)
        for level, share in (("p05", 0.05), ("p50", 0.5), ("p95", 0.95)):
            np.testing.assert_allclose(path[level], np.quantile(values, share, axis=0), rtol=1e-4)
        np.testing.assert_allclose(path["mean"], values.mean(0), rtol=1e-4)


def test_one_limit_binds_in_every_draw_and_forecast_quarter() -> None:
    binding = figures().binding
    assert binding["quarter"] == list(QUARTERS[ANCHOR + 1 :])
    assert tuple(binding["share"]) == LIMITS
    np.testing.assert_allclose(np.sum(list(binding["share"].values()), axis=0), 1.0, atol=1e-5)
    desired = np.mean(drawn()["binding"][:, ANCHOR + 1 :] == 0, axis=0)
    np.testing.assert_allclose(binding["share"]["desired"], desired, atol=1e-6)


def test_more_is_spent_where_the_next_year_exceeds_the_last() -> None:
    capex = drawn()["buyers_capex"]
    ahead, behind = capex[:, ANCHOR + 1 : ANCHOR + 5], capex[:, ANCHOR - 3 : ANCHOR + 1]
    chance = np.mean(ahead.sum(1) > behind.sum(1))
    assert figures().p_more_is_spent == pytest.approx(chance)


def test_the_thesis_is_counted_at_the_end_of_2028() -> None:
    short = drawn()["gross_shortfall"][:, QUARTERS.index("2028Q4")] > 40.0
    assert figures().p_thesis_shortfall == pytest.approx(np.mean(short))


def test_the_index_is_that_of_the_model() -> None:
    draws = jevons_index(experiment(), DRAWS)["long_run"]
    found = figures().horizons["long_run"]
    assert found["jevons_index"]["p50"] == pytest.approx(np.median(draws["total"]), rel=1e-4)
    assert found["p_positive"] == pytest.approx(np.mean(draws["total"] > 0))
    assert tuple(found["by_workload"]) == WORKLOADS
    direct = found["by_workload"]["direct"]["jevons_index"]["p50"]
    assert direct == pytest.approx(np.median(draws["by_workload"][0]), rel=1e-4)


def test_an_index_is_positive_in_its_share_of_draws() -> None:
    found = index_of_draws(np.array([-1.0, -0.5, 0.0, 0.5]))
    assert found["p_positive"] == 0.25  # zero is no rise
    assert found["jevons_index"]["mean"] == -0.25


def test_a_shock_is_a_ratio_of_the_same_draws() -> None:
    shock = figures().shock(efficiency=10.0)
    assert (shock["efficiency"], shock["at"]) == (10.0, "2025Q1")
    assert tuple(shock["responses"]) == RESPONSES
    for path in shock["responses"].values():
        assert path["quarter"] == list(QUARTERS[ANCHOR:])
        assert path["unit"] == "1"
        assert [path[level][0] for level in ("p05", "p50", "p95")] == [1.0, 1.0, 1.0]
    # At once, before use has answered, ten times the efficiency takes much less compute.
    assert shock["responses"]["compute_wanted"]["p50"][1] < 1


def test_no_gain_is_no_response() -> None:
    for path in figures().shock(efficiency=1.0, at="2026Q1")["responses"].values():
        assert set(path["p05"] + path["p95"]) == {1.0}
        assert path["quarter"][0] == "2025Q4"


def test_a_shock_in_history_is_refused() -> None:
    with pytest.raises(UserError, match="lies in what was already observed"):
        figures().shock(at="2024Q1")


def test_power_by_year_is_the_path_at_the_years_end() -> None:
    rows = power_rows(figures().power())
    assert [row["year"] for row in rows] == list(POWER_YEARS)
    row, end = rows[3], QUARTERS.index("2028Q4")
    assert row["year"] == 2028
    for name, quantity in (
        ("demand_gw", "new_power_demand"),
        ("under_construction_gw", "power_under_construction"),
        ("grid_gw", "power_grid_access"),
        ("gross_shortfall_gw", "gross_shortfall"),
        ("net_shortfall_gw", "net_shortfall"),
    ):
        assert row[name]["p50"] == figures().quantities[quantity]["p50"][end]
        assert row[name]["unit"] == "GW"
    assert set(row["options_gw"]) == set(OPTIONS)
    gas = figures().quantities["power_options.gas_turbines"]["mean"][end]
    assert row["options_gw"]["gas_turbines"]["mean"] == gas
    assert 0 < row["realisation_factor"]["p05"] < row["realisation_factor"]["p95"] < 1


def test_mean_power_terms_add_up() -> None:
    """Means add where quantiles do not: gross = options taken + net."""
    for row in power_rows(figures().power()):
        taken = sum(option["mean"] for option in row["options_gw"].values())
        total = taken + row["net_shortfall_gw"]["mean"]
        assert row["gross_shortfall_gw"]["mean"] == pytest.approx(total, abs=1e-3)


def test_a_year_ends_in_its_fourth_quarter() -> None:
    path = {"unit": "GW", "p50": list(range(len(QUARTERS))), "quarter": list(QUARTERS)}
    found = year_ends(path)
    assert found["year"] == list(POWER_YEARS)
    assert found["p50"] == [QUARTERS.index(f"{year}Q4") for year in POWER_YEARS]
    assert "quarter" not in found


def test_members_of_an_axis_come_back_under_their_names() -> None:
    values = np.arange(2.0 * len(OPTIONS) * len(QUARTERS)).reshape(2, len(OPTIONS), -1)
    found = members(summaries("power_options", values) | {"power_options_x": 1}, "power_options")
    assert tuple(found) == OPTIONS
    assert found[OPTIONS[1]]["mean"] == values[:, 1].mean(0).tolist()
