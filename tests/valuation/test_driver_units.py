"""One build-out in several units: each worked by hand on paths that grow in straight lines."""

from datetime import date

import numpy as np
import pytest

from jevons.model.clock import QUARTERS
from jevons.valuation.chain_inputs import ChainInputs, build_out_ramp
from jevons.valuation.driver_units import END, DriverUnits, in_units

DAY = date(2026, 1, 1)
ONES = np.ones((3, len(QUARTERS)))
LINE = ONES * (10 + np.arange(len(QUARTERS)))  # one unit more every quarter
CHAIN = ChainInputs({}, {}, 10 * ONES)
UNITS = DriverUnits(CHAIN, {"fleet": LINE, "fleet_power": 2 * LINE, "tokens": LINE**2}, DAY)


def test_a_scale_of_one_is_the_base() -> None:
    base = UNITS.at(1.0)
    assert base["fleet_gw"] == pytest.approx(2 * (10 + END))
    assert base["ai_capex"] == pytest.approx(40)
    years, now = (END - 12) / 4, 10 + 12  # 2026Q1 is the thirteenth quarter
    assert base["token_growth"] == pytest.approx(((10 + END) ** 2 / now**2) ** (1 / years) - 1)


def test_a_larger_build_out_scales_what_is_still_to_be_built() -> None:
    """Each quarter adds 2 GW; three times the build-out adds twice the ramp's sum of them."""
    more = 2 * 2 * build_out_ramp(DAY)[: END + 1].sum()
    assert UNITS.at(3.0)["fleet_gw"] == pytest.approx(2 * (10 + END) + more)
    assert (
        UNITS.at(3.0)["token_growth"]
        > UNITS.at(1.0)["token_growth"]
        > UNITS.at(0.5)["token_growth"]
    )


def test_a_share_above_one_cannot_be() -> None:
    fits = in_units(UNITS, 1.5, ("memory", 0.2))["share"]
    assert (fits["implied"], fits["base"], fits["pool"]) == (pytest.approx(0.3), 0.2, "memory")
    bursts = in_units(UNITS, 6.0, ("memory", 0.2))["share"]
    assert bursts["implied"] is None
    assert bursts["reason"] == "1.20 of the pool would be needed: more than all"


def test_no_root_leaves_the_base() -> None:
    found = in_units(UNITS, None, None)
    assert {row["implied"] for row in found.values()} == {None}
    assert "share" not in found
    assert found["fleet_gw"]["unit"] == "GW"
