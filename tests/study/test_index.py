"""What stands behind the index: the turning value, what moved it, and goods to compare with."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jevons.model.posterior import Posterior
from jevons.model.simulate import Experiment, input_normals
from jevons.study.index import crossing, goods, moved_by, turning

from .invented import experiment

DRAWS = 4000


@given(st.floats(0.5, 2.0), st.booleans())
def test_the_turning_value_is_where_the_sign_turns(at: float, rises: bool) -> None:
    """Index = +-(value - at) + noise of 0.1: the sign is a coin's at ``at`` exactly."""
    generator = np.random.default_rng(5)
    values = generator.uniform(0.0, 2.5, 20_000)
    index = (values - at) * (1 if rises else -1) + generator.normal(0.0, 0.1, len(values))
    found, direction = crossing(values, index)
    assert found == pytest.approx(at, abs=0.05)
    assert direction is rises


def test_an_index_of_one_sign_turns_nowhere() -> None:
    values = np.linspace(0.0, 1.0, 1000)
    assert crossing(values, np.full(1000, -0.2))[0] is None
    row = turning(experiment(), "elasticity", np.full(DRAWS, -0.2), DRAWS)
    assert row["zero_at"] is row["probability"] is None


def posterior(**influence: tuple[float, float]) -> Posterior:
    return Posterior(
        key="invented",
        as_of="2025-03-11",
        names=("elasticity", "orders_over_deliveries"),
        mean=(-0.4, 0.5),
        deviation=(0.8, 0.5),
        correlation=((), (0.3,)),
        discrepancy={},
        diagnostics={},
        facts=(),
        influence=influence,
        fit=(),
    )


def test_a_series_moves_the_index_by_its_shifts_times_the_slopes() -> None:
    """Index = 0.2 u1 - 0.1 u2 exactly; shifts in prior deviations become posterior ones."""
    known = posterior(capex=(-0.4, 0.25), nvidia=(0.04, 0.0))
    run = known.applied(experiment())
    normals = input_normals(run, DRAWS)
    index = 0.2 * normals["elasticity"] - 0.1 * normals["orders_over_deliveries"]
    rows = moved_by(run, known, index, DRAWS)
    assert [row["series"] for row in rows] == ["capex", "nvidia"]
    assert rows[0]["move"] == pytest.approx(0.2 * -0.5 - 0.1 * 0.5, abs=1e-4)
    assert rows[0]["through"] == "elasticity"
    assert rows[1]["move"] == pytest.approx(0.2 * 0.05, abs=1e-4)


def test_the_elasticity_across_sellers_is_kept_apart_from_the_markets() -> None:
    sellers = [good for good in goods() if not good["market"]]
    assert [good["short_run"] for good in sellers] == [1.11]
    assert {good["checked"] for good in goods() if good["market"]} == {True, False}


def test_bandwidth_is_what_the_published_changes_give() -> None:
    """Price -89 % and demand +1,700 % in five years; traffic x 4 on price / 12 in two."""
    bandwidth = next(good for good in goods() if "bandwidth" in good["name"])
    assert bandwidth["long_run"] == pytest.approx(np.log(18) / -np.log(0.11), abs=0.005)
    assert bandwidth["short_run"] == pytest.approx(np.log(4) / np.log(12), abs=0.005)


def test_a_run_without_correlation_has_independent_normals() -> None:
    plain: Experiment = replace(experiment(), correlation=None)
    normals = input_normals(plain, 20_000)
    pair = np.corrcoef(normals["elasticity"], normals["orders_over_deliveries"])[0, 1]
    assert abs(pair) < 4 / np.sqrt(20_000)
