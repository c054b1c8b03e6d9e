"""LBNL's 2024 report: what the model reproduces, what it takes as given, and its 50 % rule.

The model is taken at its priors: calibration moves 2023 away from LBNL, towards what else is known.

The model has no stock of conventional servers, so 2014 and 2018 are not simulated: they lie before
its clock. What can be checked is LBNL's own arithmetic, the year 2023 (which sets the level of the
base), and whether 2028 lies in its range, and why.
"""

from datetime import date
from functools import cache
from typing import Any

import pytest

from jevons.facts import load
from jevons.facts.fact import Fact
from jevons.study import Study
from jevons.study.power import HOURS, LOAD_FACTOR

DAY = date(2025, 3, 11)


@cache
def use() -> dict[int, Fact]:
    facts = load().as_of(DAY).select("US data centres", "electricity_use", "LBNL")
    return {fact.period_end.year: fact for fact in facts}


@cache
def rows(seed: int = 2025) -> dict[tuple[int, str], dict[str, Any]]:
    study = Study(load(), DAY, seed=seed, draws=4000, prior=True)
    found = study.power_context()["electricity"]
    return {(row["year"], row["stated_by"]): row for row in found}


def test_the_published_years_are_joined_by_the_published_growth() -> None:
    """58 to 76 TWh is 7 % a year, 76 to 176 is 18; 2028's ends are 13 and 27 % a year from it."""
    assert [use()[year].central for year in (2014, 2018, 2023)] == [58, 76, 176]
    assert pytest.approx(76, rel=0.005) == 58 * 1.07**4
    assert pytest.approx(176, rel=0.02) == 76 * 1.18**5
    ends = use()[2028]
    assert ends.low is not None
    assert ends.high is not None
    assert (ends.low / 176) ** 0.2 - 1 == pytest.approx(0.13, abs=0.005)
    assert (ends.high / 176) ** 0.2 - 1 == pytest.approx(0.27, abs=0.005)


def test_the_rule_of_a_half_turns_325_to_580_twh_into_74_to_132_gw() -> None:
    ends = use()[2028]
    capacity = load().as_of(DAY).select("US data centres", "power_capacity", "LBNL")[0]
    assert ends.low is not None
    assert ends.high is not None
    assert ends.low / (HOURS * LOAD_FACTOR) == pytest.approx(74.2, abs=0.05)
    assert ends.high / (HOURS * LOAD_FACTOR) == pytest.approx(132.4, abs=0.05)
    assert (capacity.low, capacity.high) == (74, 132)


def test_2023_is_reproduced() -> None:
    """By construction of the base: 176 less the accelerators' 11, plus the model's own fleet.

    The median is 177.1; one seed's has an error of 0.2 by chance, too near to 1 % of 176.
    """
    medians = [rows(seed)[2023, "LBNL"]["ours"]["p50"] for seed in (1, 2, 3, 2025)]
    assert sum(medians) / len(medians) == pytest.approx(176, rel=0.01)


def test_the_growth_of_2018_to_2023_is_not_the_models_accelerators() -> None:
    """LBNL's rise of 100 TWh is mostly servers that the model takes as given.

    The model's accelerators draw 10 to 25 TWh in 2023; the rest lies in the base, which the model
    lets grow 3 % a year from 2023 on. LBNL's own split for accelerated servers is higher (recalled
    above 40 TWh), which published chip counts do not support: docs/power.md.
    """
    energy = Study(load(), DAY, draws=2000).build_out.site_power()["us_energy"]
    fleet_of_2023 = energy["p50"][0] * 0.8  # the year's mean lies below its end
    assert 10 < fleet_of_2023 < 25
    assert 4 * fleet_of_2023 < 176 - 76


def test_2028_lies_inside_the_range_and_above_its_middle() -> None:
    """552 TWh: 191 for the base at 3 % a year and some 360 for accelerators, the fleet's growth."""
    row = rows()[2028, "LBNL"]
    assert row["inside"] is True
    assert row["ours"]["p50"] > row["twh"]
    assert row["ours"]["p05"] > row["low"]  # less than a twentieth of the draws lies below it
    assert row["ours"]["p75"] > row["high"]  # and more than a quarter above it
    assert row["load_factor"] == pytest.approx(0.5, abs=0.005)
