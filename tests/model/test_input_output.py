"""The input-output table: Leontief's inverse, closure, and nothing counted twice."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jevons.facts.variables import variable
from jevons.model.input_output import (
    FINAL,
    SECTORS,
    UPSTREAM,
    Coefficient,
    coefficients,
    final_demand,
    gross_output,
    payments,
    value_added,
)

CENTRE = {entry.name: entry.median for entry in coefficients()}
parts = st.lists(st.floats(0.0, 0.25), min_size=len(CENTRE), max_size=len(CENTRE))
amounts = st.lists(st.floats(0.0, 1e3), min_size=len(FINAL), max_size=len(FINAL))


@pytest.mark.parametrize("entry", coefficients(), ids=lambda entry: entry.name)
def test_every_coefficient_has_a_range_and_a_source(entry: Coefficient) -> None:
    assert 0 < entry.p10 < entry.median < entry.p90 < 1
    assert entry.source.strip()
    assert SECTORS.index(entry.buyer) < SECTORS.index(entry.seller), "the table must have no loop"
    assert variable(entry.name).kind == "input"


def test_every_sector_upstream_has_a_buyer_and_none_sells_to_buyers() -> None:
    assert {entry.seller for entry in coefficients()} == set(UPSTREAM)


@pytest.mark.parametrize("level", ["p10", "median", "p90"])
def test_no_sector_pays_away_more_than_it_takes(level: str) -> None:
    for sector in SECTORS:
        paid = sum(getattr(entry, level) for entry in coefficients() if entry.buyer == sector)
        assert paid < 1, sector


@given(parts, amounts)
def test_substitution_is_the_inverse_of_leontief(share: list[float], demand: list[float]) -> None:
    """g = (I - A)^-1 f, solved as a dense system."""
    x = dict(zip(CENTRE, share, strict=True))
    final = dict(zip(FINAL, demand, strict=True))
    matrix = np.zeros((len(SECTORS), len(SECTORS)))
    for entry in coefficients():
        matrix[SECTORS.index(entry.seller), SECTORS.index(entry.buyer)] = x[entry.name]
    bought = np.array([final.get(sector, 0.0) for sector in SECTORS])
    dense = np.linalg.solve(np.eye(len(SECTORS)) - matrix, bought)
    output = gross_output(x, final)
    np.testing.assert_allclose([output[sector] for sector in SECTORS], dense, rtol=1e-12, atol=1e-9)


@given(parts, amounts)
def test_value_added_sums_to_final_demand(share: list[float], demand: list[float]) -> None:
    """Every dollar stays with somebody, once, whatever the table says."""
    x = dict(zip(CENTRE, share, strict=True))
    final = dict(zip(FINAL, demand, strict=True))
    kept = value_added(x, gross_output(x, final))
    assert sum(kept.values()) == pytest.approx(sum(final.values()), rel=1e-12, abs=1e-9)


@given(parts, amounts)
def test_what_is_paid_upstream_is_what_upstream_sells(
    share: list[float], demand: list[float]
) -> None:
    x = dict(zip(CENTRE, share, strict=True))
    output = gross_output(x, dict(zip(FINAL, demand, strict=True)))
    paid = payments(x, output)
    for sector in UPSTREAM:
        sold = sum(each.get(sector, 0.0) for each in paid.values())
        assert sold == pytest.approx(output[sector], rel=1e-12, abs=1e-12)


def test_memory_inside_an_accelerator_is_counted_once() -> None:
    """A GPU of 100 holds 10 of memory: revenue of 110, value of 100, of which 2 are machines."""
    nothing = dict.fromkeys(CENTRE, 0.0)
    x = nothing | {"memory_in_gpu": 0.1, "wafer_equipment_in_memory": 0.2}
    final = dict.fromkeys(FINAL, 0.0) | {"gpu": 100.0}
    output = gross_output(x, final)
    kept = value_added(x, output)
    assert output["gpu"] + output["memory"] == pytest.approx(110)
    assert (kept["gpu"], kept["memory"], kept["wafer_equipment"]) == pytest.approx((90, 8, 2))


def test_accelerators_are_split_and_the_rest_is_as_it_is() -> None:
    spending = {
        "accelerators": 50.0,
        "servers": 5.0,
        "network": 6.0,
        "power_cooling": 7.0,
        "shell": 8.0,
    }
    found = final_demand(spending, 0.2)
    assert found == pytest.approx(
        {
            "gpu": 40,
            "custom_silicon": 10,
            "servers": 5,
            "network": 6,
            "power_cooling": 7,
            "shell": 8,
        }
    )
    assert tuple(found) == FINAL
