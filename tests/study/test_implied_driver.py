"""The level of a chain's driver in a price, on curves that can be worked by hand."""

from collections.abc import Mapping
from functools import cache
from typing import cast

import numpy as np
import pytest

from jevons.errors import UserError
from jevons.model.simulate import Experiment
from jevons.study import Study
from jevons.study.implied_driver import crossings, implied_driver
from jevons.valuation.driver_units import DriverUnits

from .invented import AS_OF, store


@cache
def study() -> Study:
    return Study(store(), AS_OF, draws=200)


class Told:
    """What a build-out would be in other units; here nothing that depends on it."""

    def at(self, scale: float) -> dict[str, float]:
        return {"ai_capex": 700.0 * scale, "fleet_gw": 90.0, "token_growth": 3.0}


def fifty_a_unit(experiment: Experiment) -> tuple[Mapping[str, float], DriverUnits]:
    """A share worth fifty times the driver's median, and one that is always worth ten."""
    level = experiment.inputs["intensity_growth"].quantile(0.0)
    return {"AAA": 50 * level, "BBB": 10.0}, cast(DriverUnits, Told())


def solved(
    prices: Mapping[str, float | None], name: str = "token_growth"
) -> list[dict[str, object]]:
    found = implied_driver(name, prices, study().experiment, fifty_a_unit)
    rows: list[dict[str, object]] = found["companies"]
    return rows


@pytest.mark.parametrize("level", [0.8, 1.1, 1.7])
def test_a_price_is_turned_into_the_level_that_gives_it(level: float) -> None:
    """A price of 50 x level implies the level, to the error of a cubic between eleven points, and
    the value simulated there stands off the price by the gap that is told."""
    (row,) = solved({"AAA": 50 * level})
    assert row["implied"] == pytest.approx(level, rel=2e-3)
    assert row["gap"] == pytest.approx(cast(float, row["implied"]) / level - 1, abs=1e-5)
    assert row["reason"] is None
    assert row["ai_capex"] == 700.0


def test_no_level_is_an_answer() -> None:
    (row,) = solved({"BBB": 20.0})
    assert row["implied"] is None
    assert row["roots"] == []
    assert row["reason"] == (
        "no level gives the price: the median value stays between 10.00 and 10.00 over the whole "
        "range"
    )


def test_an_unknown_price_or_value_is_a_reason() -> None:
    rows = solved({"AAA": None, "CCC": 5.0})
    assert [row["reason"] for row in rows] == [
        "no price of AAA is known",
        "no value of CCC is known",
    ]


def test_every_crossing_is_told() -> None:
    """x squared less one crosses nought at -1 and 1."""
    points = np.linspace(-2, 2, 41)
    assert crossings(points, points**2 - 1) == pytest.approx([-1.0, 1.0], abs=1e-6)


def test_an_unknown_driver_is_refused() -> None:
    with pytest.raises(
        UserError, match="no driver of the chain is called 'elastcity'; did you mean"
    ):
        solved({"AAA": 1.0}, "elastcity")


def test_the_chain_itself_at_the_base() -> None:
    """In the middle of the range the driver stands at its base and the chain as the study has it;
    with more wanted per user no less is built."""
    found = study().implied_driver("token_growth", ["NVDA"])
    levels = [point["level"] for point in found["points"]]
    assert levels == sorted(levels)
    middle = found["points"][len(levels) // 2]
    assert middle["level"] == pytest.approx(found["base"])
    base = study().companies.implied.units.at(1.0)
    assert middle["ai_capex"] == pytest.approx(base["ai_capex"], rel=1e-4)
    spending = [point["ai_capex"] for point in found["points"]]
    assert spending[-1] >= spending[0]
    assert found["companies"][0]["ticker"] == "NVDA"
