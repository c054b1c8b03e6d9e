"""Rolling origin: what is scored, against what, and that nothing later than the day is used."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from jevons.facts import Store
from jevons.model.anchors import BUYERS
from jevons.model.clock import QUARTERS
from jevons.model.observations import series
from jevons.model.priors import Z_90
from jevons.model.setting import ai_part
from jevons.study import Study
from jevons.study.forecast import TOTAL, reports_ahead
from jevons.study.rolling_origin import _run, reported, rolling_origin, scored, scores

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


def test_a_report_is_the_path_with_walks_that_widen() -> None:
    """On the report of 2024Q4 it grows as the path does; the spread grows as the walks do."""
    study = Study(store(), AS_OF, draws=DRAWS, prior=True)
    ahead = reports_ahead(study.experiment, None, DRAWS, 4)
    first = QUARTERS.index(study.experiment.anchor) + 1
    paths = study.dataset(["ai_revenue"])["ai_revenue"].sel(company="NVDA").values
    reported = 35.58  # USD_bn in 2024Q4, NVIDIA's fiscal fourth quarter of 2025
    grown = reported * paths[:, first : first + 4] / paths[:, first - 1, None]
    beyond = np.log(ahead["NVDA"] / grown)
    assert np.abs(np.median(beyond, axis=0)).max() < 0.02
    # Deviations of 0.32 and 0.12 a year at the median; lognormal, E d^2 = median^2 exp(2 w^2).
    mixed = np.exp(2 * (np.log(4.0) / (2 * Z_90)) ** 2)
    expected = [np.sqrt((0.32**2 + 0.12**2) * mixed * h / 4 + 2 * 0.02**2) for h in range(1, 5)]
    np.testing.assert_allclose(beyond.std(0), expected, rtol=0.1)
    assert series()["nvidia"].measurement == 0.02
    # The common walk moves a buyer by the part of its capex that is AI.
    part = ai_part(study.experiment.setting, 0.72)[BUYERS.index("GOOGL")]
    own = study.dataset(["capex_by_buyer"])["capex_by_buyer"].sel(buyer="GOOGL").values
    spread = np.log(ahead["GOOGL"] / own[:, first : first + 4]).std(0)
    expected = [
        np.sqrt(((part * 0.32) ** 2 + 0.16**2) * mixed * h / 4 + 2 * 0.06**2) for h in (1, 4)
    ]
    np.testing.assert_allclose(spread[[0, 3]], expected, rtol=0.1)
    np.testing.assert_allclose(ahead[TOTAL], sum(ahead[buyer] for buyer in BUYERS), rtol=1e-6)


def test_what_became_known_later_changes_no_forecast_but_its_score() -> None:
    """The forecasts of a day from a store that ends that day are those of the full store."""
    known = Store(fact for fact in store().facts if fact.known_on <= AS_OF)
    draws = {
        len(each): reports_ahead(Study(each, AS_OF, draws=50, prior=True).experiment, None, 50, 4)
        for each in (known, store())
    }
    first, second = draws.values()
    for entity, values in first.items():
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
