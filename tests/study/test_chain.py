"""Figures of the chain: every path summarised under its name, shares and ratios that add up."""

from functools import cache

import numpy as np
import pytest

from jevons.errors import UserError
from jevons.model.clock import QUARTERS
from jevons.model.demand import WORKLOADS
from jevons.model.power import OPTIONS
from jevons.model.rebound import jevons_index
from jevons.model.simulate import simulate
from jevons.study.chain import (
    POWER_YEARS,
    RESPONSES,
    ChainFigures,
    index_of_draws,
    members,
    power_rows,
    year_ends,
)
from jevons.study.run import Run

from .invented import experiment, reports

DRAWS = 400
ANCHOR = QUARTERS.index("2024Q4")


@cache
def figures() -> ChainFigures:
    return ChainFigures(Run(reports(), DRAWS))


@cache
def drawn() -> dict[str, np.ndarray]:
    return simulate(experiment(), DRAWS)


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
    # Less than builds choose, where power turns some away.
    assert row["us_share_of_builds"]["p05"] < 0.5 < row["us_share_of_builds"]["p95"] < 0.75


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
    quantities = {"power_options.gas_turbines": 1, "power_options_x.gas_turbines": 2, "fleet": 3}
    assert members(quantities, "power_options") == {"gas_turbines": 1}
