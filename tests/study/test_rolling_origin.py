"""Rolling origin: what is scored, against what, and that nothing later than the day is used."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from jevons.facts import Store
from jevons.study import Study
from jevons.study.rolling_origin import (
    AHEAD,
    FIVE,
    METRICS,
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
    assert set(first) == {*METRICS, FIVE}
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


def test_bofas_outcome_is_the_published_one() -> None:
    """AMZN + GOOGL + MSFT spent 306.4 USD bn in 2025, against 257 said in March 2025."""
    later = store().as_of(store().last_known_on)
    year = [f"2025Q{number}" for number in range(1, 5)]
    spent = sum(reported(later, name)[q] for name in ("AMZN", "GOOGL", "MSFT") for q in year)
    assert spent == pytest.approx(306.4, abs=0.05)
