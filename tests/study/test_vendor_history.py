"""History by vendor and capacities in their own units: identities, hand-worked sums, as-of."""

from datetime import date
from functools import cache
from typing import Any

import numpy as np
import pytest

from jevons.facts import Store, load
from jevons.model.clock import QUARTERS, YEARS
from jevons.model.supply import LIMITS
from jevons.study import Study
from jevons.study.capacities import capacity, made
from jevons.study.supply import SupplyFigures

BEFORE, AFTER = date(2026, 3, 11), date(2026, 4, 30)  # Epoch AI's counts came out in between
DRAWS = 400


@cache
def store() -> Store:
    return load()


@cache
def build_out(day: date) -> SupplyFigures:
    return Study(store(), day, draws=DRAWS, prior=True).build_out


@cache
def history(day: date) -> dict[str, Any]:
    found: dict[str, Any] = build_out(day).document()["history"]
    return found


def row_of(quantity: str, vendor: str, quarter: str) -> dict[str, Any]:
    return next(
        row
        for row in history(AFTER)[quantity]
        if (row["vendor"], row["quarter"]) == (vendor, quarter)
    )


def test_counts_and_their_gap_are_shown_only_once_they_are_public() -> None:
    assert history(BEFORE)["units"] == history(BEFORE)["gap"] == []
    assert history(BEFORE)["revenue"]  # companies report at once
    assert {row["vendor"] for row in history(AFTER)["units"]} == {
        "NVIDIA", "AMD", "Google", "Amazon",
    }  # fmt: skip


def test_counts_of_a_quarter_by_hand() -> None:
    """ACC-0336 to 0338: 681,105 H100, 324,380 H20 and 200,737 B200 in 2024Q4.

    Compute: 0.681 + 0.15 x 0.324 + 2.527 x 0.2007 = 1.237 M. Power: Hopper packages at 1,453 W,
    Blackwell's at 2,090 W: 1.461 + 0.420 = 1.881 GW.
    """
    units = row_of("units", "NVIDIA", "2024Q4")
    assert units["counted"] == pytest.approx(1206.222, rel=1e-5)
    assert units["china"] == pytest.approx(324.38)
    assert row_of("compute", "NVIDIA", "2024Q4")["counted"] == pytest.approx(1.2370, abs=1e-4)
    assert row_of("it_power", "NVIDIA", "2024Q4")["counted"] == pytest.approx(1.8805, abs=1e-4)
    for quantity in ("units", "compute", "it_power"):
        row = row_of(quantity, "NVIDIA", "2024Q4")
        assert row["ratio"] == pytest.approx(row["ours"]["p50"] / row["counted"], rel=1e-4)


def test_revenue_is_held_against_what_was_reported() -> None:
    """NVIDIA's 35.6 USD bn of the quarter to January 2025 less 3.02 of networking."""
    rows = {(row["line"], row["period"]): row for row in history(AFTER)["revenue"]}
    assert rows["NVIDIA compute", "2024Q4"]["reported"] == pytest.approx(32.58)
    assert rows["NVIDIA networking", "2024Q4"]["reported"] == 3.02
    assert rows["Broadcom AI", "2025Q3"]["reported"] == 6.43
    assert rows["AMD Instinct", "2024"]["reported"] == 5.0
    year = rows["AMD Instinct", "2024"]["ours"]["mean"]
    block = build_out(AFTER).block
    quarters = [QUARTERS.index(f"2024Q{number}") for number in range(1, 5)]
    spent = block.paths["accelerator_spend"] * (1 - block.paths["custom_silicon_share"])
    own = (spent * block.inputs["AMD_exposure_gpu"])[quarters].sum(0).mean()
    assert year == pytest.approx(own, rel=1e-4)


def test_money_and_price_add_up_to_the_error_of_compute() -> None:
    """ln(compute ours / counted) = ln(money / reported) - ln(price / implied), in every draw."""
    rows = history(AFTER)["gap"]
    assert len(rows) >= 9
    for row in rows:
        assert row["from_money"] + row["from_price"] == pytest.approx(row["total"], abs=2e-5)
    # 32.58 USD bn over 1.237 M H100-equivalents.
    quarter = next(row for row in rows if row["quarter"] == "2024Q4")
    assert quarter["price_implied"] == pytest.approx(32.58e3 / 1.2370, rel=1e-4)


def test_errors_are_those_of_the_rows() -> None:
    ratios = [row["ratio"] for row in history(AFTER)["compute"] if row["vendor"] == "Google"]
    found = next(
        row
        for row in history(AFTER)["errors"]
        if (row["of"], row["quantity"]) == ("Google", "compute")
    )
    assert found["quarters"] == len(ratios)
    assert found["error"] == pytest.approx(np.abs(np.log(ratios)).mean(), rel=1e-4)
    assert abs(found["bias"]) <= found["error"]


def test_a_limit_in_its_own_unit_is_what_builds_need_where_it_binds() -> None:
    """Where packaging binds, wafers needed are wafers possible; elsewhere there is room."""
    figures = build_out(AFTER)
    block, wafers = figures.block, figures.wafers
    possible = capacity(block, wafers, "packaging")
    binds = block.paths["binding"] == LIMITS.index("packaging")
    assert binds.any()
    np.testing.assert_allclose(possible[binds], wafers[binds], rtol=1e-5)
    ahead = block.paths["binding"] >= 0
    assert (possible[ahead] >= wafers[ahead] * (1 - 1e-5)).all()


def test_memory_made_in_a_year_is_in_the_builds_of_four_quarters_half_a_year_on() -> None:
    figures = build_out(AFTER)
    rows = figures.document()["memory"]
    whole = made(figures.needed("hbm_gb")).reshape(len(YEARS), 4, -1).sum(1)
    for row, year in zip(rows, whole, strict=True):
        assert row["needed"]["mean"] == pytest.approx(year.mean(), rel=1e-4)
    # 30 billion gigabits are 3.75 billion gigabytes (CHP-0092).
    assert {row["year"]: row["stated"] for row in rows}[2026] == 3750.0


def test_lead_times_stand_beside_those_published() -> None:
    rows = {row["limit"]: row for row in build_out(AFTER).document()["lead_times"]}
    assert rows["memory"]["stated"] == [0.5]  # six months from wafer to package (CHP-0071)
    assert 0.3 < rows["packaging"]["ours"]["p50"] < rows["memory"]["ours"]["p50"] < 2.0


def test_published_electricity_by_region_adds_up_to_the_world() -> None:
    """IEA's five regions of 2024: 183 + 102 + 68 + 48 + 15 = 416 of 415 TWh, rounded."""
    rows = [r for r in Study(store(), AFTER, draws=DRAWS).power_context()["by_region"] if r]
    of_2024 = [row for row in rows if (row["stated_by"], row["year"]) == ("IEA", 2024)]
    assert {row["region"]: row["twh"] for row in of_2024}["China"] == 102
    assert sum(row["share"] for row in of_2024) == pytest.approx(1.0, abs=0.01)
    assert [row["region"] for row in of_2024 if row["ours"] is not None] == ["US"]


def test_sites_of_the_regions_are_all_sites() -> None:
    campuses = Study(store(), AFTER, draws=DRAWS).campuses()
    regions = campuses["by_region"]
    assert sum(row["sites"] for row in regions) == len(campuses["sites"])
    assert {row["region"] for row in regions if not row["us"]} == {"China", "UAE"}
    for year in ("2026", "2028"):
        parts = sum(row["by_year"][year] for row in regions)
        assert parts == pytest.approx(sum(row["by_year"][year] for row in campuses["sites"]))
