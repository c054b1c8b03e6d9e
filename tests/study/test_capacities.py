"""Packaging and memory in their own units, against what is published of them."""

from datetime import date
from functools import cache
from typing import Any

import numpy as np
import pytest

from jevons.facts import load
from jevons.model.clock import QUARTERS, YEARS
from jevons.model.supply import LIMITS
from jevons.study import Study
from jevons.study.capacities import AHEAD, capacity, made
from jevons.study.supply import SupplyFigures

DAY, LATER = date(2026, 3, 11), date(2026, 9, 29)


@cache
def figures(day: date) -> SupplyFigures:
    """At the priors: what is tested follows from dated facts and declared inputs alone."""
    return Study(load(), day, draws=1000, prior=True).build_out


@cache
def rows(day: date, name: str) -> dict[int, Any]:
    return {row["year"]: row for row in figures(day).document()[name]}


def test_what_is_made_goes_into_the_builds_of_half_a_year_later() -> None:
    block, wafers = figures(DAY).block, figures(DAY).wafers
    at = QUARTERS.index("2025Q4")
    assert AHEAD == 2
    np.testing.assert_array_equal(made(wafers)[at], wafers[at + 2])
    allowed = block.paths["limits"][LIMITS.index("packaging"), at + 2]
    spend = block.paths["accelerator_spend"][at + 2]
    expected = wafers[at + 2] * allowed / spend
    np.testing.assert_allclose(made(capacity(block, wafers, "packaging"))[at], expected)


def test_packaging_at_the_end_of_2024_to_2026_is_near_what_is_published() -> None:
    """Within a fifth once chips are counted, and no more than a quarter below before.

    No wafer is an input: builds are revenue over price, wafers follow from the chips, and what is
    possible over what is needed from the declared slack. The end of 2023 is too high by half,
    against a plan of mid-2023 and a report of November.
    """
    for year in (2024, 2025, 2026):
        assert 0.8 < rows(LATER, "packaging")[year]["ratio"] < 1.25, year
        assert 0.75 < rows(DAY, "packaging")[year]["ratio"] < 1.1, year
    assert 1.2 < rows(LATER, "packaging")[2023]["ratio"] < 1.6


def test_packaging_of_2027_is_above_what_is_published() -> None:
    """The miss that is left: capacity keeps the growth of spend, which the plans do not have."""
    assert 1.1 < rows(DAY, "packaging")[2027]["ratio"] < 1.6
    assert rows(LATER, "packaging")[2027]["ratio"] > 1.5


def test_memory_of_2026_is_near_what_is_published() -> None:
    """TrendForce's more than 30 billion gigabits, 3,750 PB, said in May 2025."""
    assert rows(DAY, "memory")[2026]["ratio"] == pytest.approx(1.0, abs=0.2)


def test_what_is_possible_grows_at_most_twofold_a_year_once_it_fades() -> None:
    """Suppliers extend for what can be paid, and younger designs need fewer wafers."""
    ours = [rows(DAY, "packaging")[year]["capacity"]["p50"] for year in YEARS if year >= 2026]
    growth = np.diff(np.log(ours))
    assert growth.max() < np.log(2)
    assert growth[-1] < growth[0]
