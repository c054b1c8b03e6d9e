"""What came after: only later outcomes, the random walk's closed form, and scores that add up."""

import json
import math
from datetime import date
from typing import Any

import numpy as np
import pytest

from jevons.claims import lognormal_crps
from jevons.model.clock import QUARTERS
from jevons.model.measurements import measurements
from jevons.quantiles import rounded
from jevons.study import Study
from jevons.study.lessons import served, valued
from jevons.study.replay import random_walk, replay

from .invented import AS_OF, store

LATER = date(2026, 2, 27)


@pytest.fixture(scope="module")
def then() -> Study:
    return Study(store(), AS_OF, draws=300)


@pytest.fixture(scope="module")
def after(then: Study) -> dict[str, Any]:
    return replay(then, store().as_of(LATER))


def test_it_is_one_json_document(after: dict[str, Any]) -> None:
    assert json.loads(json.dumps(after, allow_nan=False)) == after
    assert after["until"] == LATER.isoformat()


def test_outcomes_became_known_in_between(after: dict[str, Any]) -> None:
    assert len(after["outcomes"]) > 8
    for row in after["outcomes"]:
        assert AS_OF.isoformat() < row["known_on"] <= LATER.isoformat()
        assert set(row["facts"]) <= set(after["facts"])
        assert row["inside_90"] == (row["p05"] <= row["outcome"] <= row["p95"])
        assert row["ratio"] == pytest.approx(row["outcome"] / row["p50"], rel=1e-5)
        assert row["crps"] >= 0


def test_forecasts_are_those_of_the_day(then: Study, after: dict[str, Any]) -> None:
    """A quantity's row is the path that the study of that day shows, quarter by quarter."""
    rows = [row for row in after["outcomes"] if row["quantity"] == "buyers_capex"]
    path = then.chain.quantities["buyers_capex"]
    assert rows
    for row in rows:
        assert row["p50"] == path["p50"][path["quarter"].index(row["quarter"])]


def test_a_report_is_scored_in_the_range_of_reports(then: Study, after: dict[str, Any]) -> None:
    """Wider than the chain's own paths, which leave out by how much reports wander from them."""
    paths = then.run.paths(["buyers_capex"])["buyers_capex"]
    rows = [row for row in after["outcomes"] if row["quantity"] == "buyers_capex"]
    assert rows
    for row in rows:
        low, high = np.quantile(paths[:, QUARTERS.index(row["quarter"])], (0.05, 0.95))
        assert row["p95"] - row["p05"] > high - low


def test_facts_after_the_later_day_change_nothing(then: Study, after: dict[str, Any]) -> None:
    early = replay(then, store().as_of(date(2025, 9, 1)))
    known = {(row["quantity"], row["quarter"], row["entity"]) for row in early["outcomes"]}
    assert known < {(row["quantity"], row["quarter"], row["entity"]) for row in after["outcomes"]}


def test_scores_are_those_of_their_rows(after: dict[str, Any]) -> None:
    rows, scores = after["outcomes"], after["scores"]
    assert scores["coverage_90"] == rounded(sum(row["inside_90"] for row in rows) / len(rows))
    both = [row for row in rows if row["crps_random_walk"] is not None]
    skill = 1 - sum(r["crps"] for r in both) / sum(r["crps_random_walk"] for r in both)
    assert scores["skill"] == pytest.approx(skill, rel=1e-4)
    paths = [link for link in after["links"] if link["quantity"] in {r["quantity"] for r in rows}]
    assert sum(link["outcomes"] for link in paths) == scores["outcomes"] == len(rows)
    calm = [row for row in rows if row["crps_no_change"] is not None]
    skill = 1 - sum(r["crps"] for r in calm) / sum(r["crps_no_change"] for r in calm)
    assert scores["skill_no_change"] == pytest.approx(skill, rel=1e-4)


def test_no_change_is_the_last_figure_known(then: Study, after: dict[str, Any]) -> None:
    row = next(row for row in after["outcomes"] if row["quantity"] == "buyers_capex")
    last = max(then.observed["buyers_capex"], key=lambda point: point["quarter"])
    assert row["crps_no_change"] == pytest.approx(abs(last["value"] - row["outcome"]), rel=1e-4)


def test_probabilities_are_held_against_a_coin(after: dict[str, Any]) -> None:
    """One half scores 1/4 whatever happens, so the skill is 1 less four times the mean."""
    assert after["scores"]["brier_skill"] == pytest.approx(
        1 - 4 * after["scores"]["brier"], abs=1e-5
    )


def test_sources_are_counted_on_the_later_day(after: dict[str, Any]) -> None:
    every = next(row for row in after["sources"] if row["who"] == "all")
    assert every["claims"] == len(after["claims"])
    statuses = [claim["status"] for claim in after["claims"]]
    assert every["decided"] == sum(status in ("true", "false", "partly") for status in statuses)


def test_a_status_of_the_later_day_comes_with_its_own_reason(after: dict[str, Any]) -> None:
    decided = [claim for claim in after["claims"] if claim["status"] in ("true", "false")]
    assert decided
    assert all("range" in claim["why"] for claim in decided)


def test_serving_speed_is_held_against_the_roofline_of_the_day() -> None:
    """Only what was measured in between, predicted by the factors of the earlier day."""
    then, until = date(2025, 3, 11), date(2026, 8, 31)
    (link,) = served(then, until)
    new = [row for row in measurements() if then.isoformat() < row.known_on <= until.isoformat()]
    assert 0 < link["outcomes"] <= len(new)
    assert link["quantity"] == "service_rate"
    assert 0.5 < link["ratio"] < 2
    assert served(until, until) == []


def test_a_value_is_held_against_the_later_price() -> None:
    share = {"price_after": 120.0, "price_after_date": "2026-02-27"}
    rows = [
        share | {"fair_value": 100.0, "fair_value_range": [50.0, 150.0]},
        share | {"fair_value": 40.0, "fair_value_range": [20.0, 80.0]},
        share | {"fair_value": None, "fair_value_range": None},
    ]
    (link,) = valued(rows)
    assert (link["outcomes"], link["ratio"], link["coverage_90"]) == (2, (1.2 + 3.0) / 2, 0.5)
    assert (link["lesson"], link["last_quarter"]) == ("too_low", "2026Q1")
    assert valued([]) == []


def test_a_claim_is_scored_with_the_probability_of_the_day(
    then: Study, after: dict[str, Any]
) -> None:
    said = {claim["id"]: claim for claim in then.claims()}
    scored = [claim for claim in after["claims"] if claim["brier"] is not None]
    assert {claim["id"] for claim in after["claims"]} == set(said)
    assert len(scored) >= 3
    for claim in scored:
        assert said[claim["id"]]["status"] == "open"
        happened = claim["status"] == "true"
        assert claim["brier"] == pytest.approx(
            (said[claim["id"]]["p_model"] - happened) ** 2, abs=1e-6
        )


def test_prices_then_and_after(after: dict[str, Any]) -> None:
    for row in after["shares"]:
        assert row["price_date"] <= AS_OF.isoformat() < row["price_after_date"]
        assert row["change"] == pytest.approx(row["price_after"] / row["price"] - 1, rel=1e-4)


def points(*values: float, first: str = "2024Q1") -> list[dict[str, Any]]:
    start = QUARTERS.index(first)
    return [{"quarter": QUARTERS[start + i], "value": value} for i, value in enumerate(values)]


def test_a_steady_growth_has_a_walk_without_spread() -> None:
    mean, deviation = random_walk(points(1.0, 2.0, 4.0, 8.0), "2025Q2") or (0.0, 1.0)
    assert mean == pytest.approx(math.log(32.0))  # 8 doubled twice
    assert deviation == pytest.approx(0.0, abs=1e-9)
    assert lognormal_crps(mean, 0.0, 40.0) == pytest.approx(8.0)


def test_the_spread_of_a_walk_grows_with_the_root_of_time() -> None:
    """Changes of ln 2, ln 4, ln 2: mean ln 2 x 4/3, squared deviations ln^2 2 x (1 + 4 + 1) / 9."""
    history = points(1.0, 2.0, 8.0, 16.0)
    _, one = random_walk(history, "2025Q1") or (0.0, 0.0)
    _, four = random_walk(history, "2025Q4") or (0.0, 0.0)
    assert one == pytest.approx(math.log(2) * math.sqrt(6 / 9 / 2))
    assert four == pytest.approx(2 * one)


def test_a_walk_needs_history_and_a_quarter_ahead() -> None:
    assert random_walk(points(1.0, 2.0, 4.0), "2025Q1") is None
    assert random_walk(points(1.0, 2.0, 4.0, 8.0), "2024Q4") is None
