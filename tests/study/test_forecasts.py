"""What a note forecast, what is filed of it, and what came of it."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from jevons.claims.forecasts import Forecast
from jevons.model.clock import QUARTERS
from jevons.study import Study
from jevons.study.forecasts import board, forecasts, outcomes

from .invented import AS_OF, store

LATER = date(2026, 2, 27)


@pytest.fixture(scope="module")
def figures() -> dict[str, Any]:
    study = Study(store(), AS_OF, draws=300)
    names = ("provenance", "quantities", "observed", "claims")
    return {name: study.on_demand[name] for name in names}


@pytest.fixture(scope="module")
def made(figures: dict[str, Any]) -> list[Forecast]:
    return forecasts(figures, AS_OF)


def test_every_observed_quantity_is_forecast_in_every_quarter_to_come(
    figures: dict[str, Any], made: list[Forecast]
) -> None:
    for name, points in figures["observed"].items():
        last = max(point["quarter"] for point in points)
        wanted = [q for q in QUARTERS if q > last and (name != "us_electricity" or q[-1] == "4")]
        rows = [forecast for forecast in made if forecast.name == name]
        assert [forecast.quarter for forecast in rows] == wanted
        path = figures["quantities"][name]
        at = path["quarter"].index(rows[0].quarter)
        assert rows[0].quantiles[0.5] == path["p50"][at]


def test_every_open_claim_with_a_probability_is_forecast(
    figures: dict[str, Any], made: list[Forecast]
) -> None:
    wanted = {
        claim["id"]: claim["p_model"]
        for claim in figures["claims"]
        if claim["status"] == "open" and claim["p_model"] is not None
    }
    assert wanted
    assert {f.name: f.probability for f in made if not f.quarter} == wanted


def test_a_scenario_is_no_forecast(figures: dict[str, Any]) -> None:
    asked = figures | {"provenance": figures["provenance"] | {"scenarios": ["capex-bust"]}}
    assert forecasts(asked, AS_OF) == []


def test_outcomes_of_a_later_day_decide(made: list[Forecast]) -> None:
    later = store().as_of(LATER)
    claims = Study(store(), LATER, draws=300).record.decided()
    rows = outcomes(made, later, claims)
    assert len(rows) == len(made)
    decided = [row for row in rows if row["status"] in ("true", "false")]
    ranges = [row for row in decided if row["wis"] is not None]
    assert len(ranges) >= 4
    for row in ranges:
        assert (row["status"] == "true") == (row["p05"] <= row["outcome"] <= row["p95"])
        # No single number of the forecast can be nearer than its nearest quantile.
        nearest = min(abs(row[level] - row["outcome"]) for level in ("p05", "p50", "p95"))
        assert 0 <= row["wis"] < 2 * max(abs(row["p50"] - row["outcome"]), nearest, row["p95"])
    early = outcomes(made, store().as_of(AS_OF), [])
    assert {row["status"] for row in early if row["quarter"]} == {"open"}


def test_a_forecast_of_a_later_note_is_not_known(made: list[Forecast]) -> None:
    late = [replace(made[0], as_of=date(2027, 1, 1))]
    assert outcomes(late, store().as_of(LATER), []) == []


def test_the_board_counts_a_figure_once_in_however_many_notes(made: list[Forecast]) -> None:
    later = store().as_of(LATER)
    hindsight = [replace(f, filed_on=date(2026, 11, 25)) for f in made]
    claims = Study(store(), LATER, draws=300).record.decided()
    twice = [*made, *(replace(f, version="next") for f in made), *hindsight]
    own, late = board(outcomes(twice, later, claims))
    assert (own["who"], late["who"]) == ("jevons", "jevons, in hindsight")
    assert own["forecasts"] == 2 * late["forecasts"] == 2 * len(made)
    assert own["decided"] == 2 * own["independent"] == 2 * late["decided"]
    assert 0 <= own["coverage_90"] <= 1
    assert board([]) == []
