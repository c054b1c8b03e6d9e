"""Rolling origin: what is scored, against what, and that nothing later than the day is used."""

import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from jevons.facts import Store
from jevons.model.anchors import BUYERS
from jevons.study import Study
from jevons.study.rolling_origin import (
    AHEAD,
    FIVE,
    _run,
    reported,
    reports_ahead,
    rolling_origin,
    scored,
    scores,
)

from .invented import AS_OF, store

DRAWS = 2000
RESULT = Path(__file__).parents[2] / "docs" / "rolling_origin_prior.json"


def test_scores_of_a_known_distribution() -> None:
    """Uniform on 0 to 100: quantiles, place, intervals; CRPS of y is (y^2 + (1-y)^2)/2 - 1/6."""
    draws = np.linspace(0.0, 100.0, 10_001)
    row = scored(draws, 80.0)
    assert (row["p05"], row["p50"], row["p95"]) == pytest.approx((5.0, 50.0, 95.0))
    assert row["pit"] == pytest.approx(0.8, abs=1e-3)
    assert (row["inside_50"], row["inside_80"], row["inside_90"]) == (False, True, True)
    assert row["crps"] == pytest.approx(100 * ((0.8**2 + 0.2**2) / 2 - 1 / 6), rel=1e-3)


def test_skill_is_one_less_the_ratio_of_scores() -> None:
    base: dict[str, Any] = {"outcome": 10.0, "pit": 0.5, "crps_random_walk": 2.0}
    inside = {"inside_50": True, "inside_80": True, "inside_90": True}
    rows = [base | inside | {"crps": crps} for crps in (1.0, 2.0)]
    found = scores(rows)
    assert found["relative_crps"] == pytest.approx(0.15)
    assert found["skill_random_walk"] == pytest.approx(1 - 1.5 / 2)
    assert "skill_damped_trend" not in found


def test_a_baseline_reads_the_last_quarters_in_a_row() -> None:
    known = {"2023Q3": 1.0, "2024Q1": 2.0, "2024Q2": 3.0, "2024Q3": 4.0}
    assert _run(known, "2024Q4") == [2.0, 3.0, 4.0]  # 2023Q4 is missing
    assert _run(known, "2025Q1") == []


def test_what_became_known_later_changes_no_forecast_but_its_score() -> None:
    """The forecasts of a day from a store that ends that day are those of the full store."""
    known = Store(fact for fact in store().facts if fact.known_on <= AS_OF)
    first, second = (
        reports_ahead(Study(each, AS_OF, draws=50, prior=True)) for each in (known, store())
    )
    assert set(first) == {*BUYERS, "NVDA", "AVGO", FIVE}
    for entity, values in first.items():
        assert values.shape == (50, AHEAD)
        np.testing.assert_array_equal(values, second[entity])


def test_the_committed_result_is_that_of_the_script() -> None:
    """One day again, fewer draws: medians within their sampling error, outcomes to the digit."""
    kept = json.loads(RESULT.read_text(encoding="utf-8"))
    day = date(2024, 6, 30)
    again = rolling_origin(store(), [day], draws=DRAWS, prior=True)
    rows = {(r["entity"], r["quarter"]): r for r in kept["forecasts"] if r["day"] == str(day)}
    assert len(rows) == len(again["forecasts"])
    for row in again["forecasts"]:
        other = rows[row["entity"], row["quarter"]]
        assert row["outcome"] == other["outcome"]
        assert row["crps_random_walk"] == pytest.approx(other["crps_random_walk"], rel=1e-6)
        assert row["p50"] == pytest.approx(other["p50"], rel=0.06)


def test_a_companys_word_is_held_against_what_it_counts() -> None:
    """Of 2025: Amazon's is net of proceeds, Meta's counts leases, Alphabet's is cash.

    Meta's four quarters are 13.692, 17.012, 19.374 and 22.137. Amazon's are 31.4 and 34.2 in the
    middle; at both ends only cash is known, 25.019 and 39.522, times what net was over cash in the
    nearest quarter with both: 26.3 / 27.834 and 34.2 / 35.095.
    """
    found = rolling_origin(store(), [AS_OF], draws=50, prior=True)["years"]
    amazon = 31.4 + 34.2 + 25.019 * 26.3 / 27.834 + 39.522 * 34.2 / 35.095
    as_said = {"AMZN": amazon, "META": 72.215, "GOOGL": 91.447}
    cash = {"AMZN": 131.819, "META": 69.691, "GOOGL": 91.447}
    own = [row for row in found if row["who"] == "company"]
    assert {row["universe"] for row in own} == set(cash)
    for row in own:
        buyer = row["universe"]
        assert row["outcome"] == pytest.approx(cash[buyer], rel=1e-5)
        assert row["outcome_as_said"] == pytest.approx(as_said[buyer], rel=1e-4)
        assert row["said_error"] == pytest.approx(abs(row["said"] - as_said[buyer]), rel=1e-3)
    others = [row for row in found if row["who"] != "company"]
    assert others
    for row in others:
        assert row["outcome_as_said"] == row["outcome"]
        assert row["said_error"] == pytest.approx(abs(row["said"] - row["outcome"]), rel=1e-4)


def test_a_companys_word_about_something_else_is_no_guidance() -> None:
    """The same sum said by the company of another metric makes no row."""
    said = next(
        fact
        for fact in store().as_of(AS_OF).facts
        if (fact.entity, fact.metric, fact.stated_by) == ("META", "capex_guidance", "company")
    )
    other = [
        replace(fact, metric="sell_side_capex_forecast") if fact.fact_id == said.fact_id else fact
        for fact in store().facts
    ]
    rows = rolling_origin(Store(other), [AS_OF], draws=50, prior=True)["years"]
    assert said.fact_id not in {row["fact"] for row in rows}


def test_bofas_outcome_is_the_published_one() -> None:
    """AMZN + GOOGL + MSFT spent 306.4 USD bn in 2025, against 257 said in March 2025."""
    later = store().as_of(store().last_known_on)
    year = [f"2025Q{number}" for number in range(1, 5)]
    spent = sum(reported(later, name)[q] for name in ("AMZN", "GOOGL", "MSFT") for q in year)
    assert spent == pytest.approx(306.4, abs=0.05)
