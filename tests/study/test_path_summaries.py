"""Paths summarised in one run: quantiles of the draws, counts over draws, in bounded memory."""

from functools import cache
from typing import Any

import numpy as np
import pytest

from jevons.facts.variables import variable
from jevons.model.anchors import BUYERS
from jevons.model.clock import QUARTERS
from jevons.model.power import OPTIONS
from jevons.model.priors import BLOCK
from jevons.model.simulate import LEADING_AXES, series, simulate
from jevons.model.supply import LIMITS
from jevons.quantiles import LEVELS
from jevons.study import path_summaries
from jevons.study.history import observed, reported
from jevons.study.path_summaries import (
    UNSUMMARISED,
    PathSummaries,
    outputs,
    series_names,
    summarise_paths,
)
from jevons.study.reports import SECOND_NAMES

from .invented import AS_OF, experiment, reports, store

DRAWS = 400
ANCHOR = QUARTERS.index("2024Q4")


@cache
def figures() -> PathSummaries:
    return summarise_paths(reports(), DRAWS)


@cache
def drawn() -> dict[str, np.ndarray]:
    return simulate(experiment(), DRAWS)


def test_the_table_of_variables_names_what_the_chain_returns() -> None:
    assert set(outputs()) == set(drawn()) - UNSUMMARISED


def test_every_path_is_a_quantity_and_every_member_of_an_axis() -> None:
    expected = set()
    for name in set(outputs()) - {"binding"}:
        axis = LEADING_AXES.get(name)
        expected |= {name} if axis is None else {f"{name}.{member}" for member in axis[1]}
    assert set(figures().quantities) == expected | {"data_center_revenue"}
    assert figures().quantities["data_center_revenue"] == figures().quantities["ai_revenue.NVDA"]


def test_quantiles_are_those_of_the_draws() -> None:
    for name, values in (
        ("fleet", drawn()["fleet"]),
        ("power_options.gas_turbines", drawn()["power_options"][:, OPTIONS.index("gas_turbines")]),
    ):
        path = figures().quantities[name]
        assert path["unit"] == variable(name.partition(".")[0]).unit
        assert path["quarter"] == list(QUARTERS)
        for level, share in (("p05", 0.05), ("p50", 0.5), ("p95", 0.95)):
            np.testing.assert_allclose(path[level], np.quantile(values, share, axis=0), rtol=1e-4)
        np.testing.assert_allclose(path["mean"], values.mean(0), rtol=1e-4)


def test_what_companies_report_has_the_quantiles_of_reports_and_the_chains_mean() -> None:
    """A walk of uncertain deviation has no mean; the chain's means add up."""
    drawn_reports = reports().of_simulated(drawn())
    for name, own, with_reports in (
        ("buyers_capex", drawn()["buyers_capex"], drawn_reports["buyers_capex"]),
        (
            "capex_by_buyer.ORCL",
            drawn()["capex_by_buyer"][:, BUYERS.index("ORCL")],
            drawn_reports["capex_by_buyer"][:, BUYERS.index("ORCL")],
        ),
    ):
        path = figures().quantities[name]
        for level, share in (("p05", 0.05), ("p50", 0.5), ("p95", 0.95)):
            expected = np.quantile(with_reports, share, axis=0)
            np.testing.assert_allclose(path[level], expected, rtol=1e-4)
        np.testing.assert_allclose(path["mean"], own.mean(0), rtol=1e-4)
    by_buyer = [figures().quantities[f"capex_by_buyer.{buyer}"]["mean"] for buyer in BUYERS]
    total = figures().quantities["buyers_capex"]["mean"]
    np.testing.assert_allclose(np.sum(by_buyer, axis=0), total, rtol=1e-4)


def test_one_limit_binds_in_every_draw_and_forecast_quarter() -> None:
    binding = figures().binding
    assert binding["quarter"] == list(QUARTERS[ANCHOR + 1 :])
    assert tuple(binding["share"]) == LIMITS
    np.testing.assert_allclose(np.sum(list(binding["share"].values()), axis=0), 1.0, atol=1e-5)
    desired = np.mean(drawn()["binding"][:, ANCHOR + 1 :] == 0, axis=0)
    np.testing.assert_allclose(binding["share"]["desired"], desired, atol=1e-6)


def test_more_is_spent_where_the_next_year_exceeds_the_last() -> None:
    """Of reports, past and to come: that is what decides."""
    capex = reports().of_simulated(drawn())["buyers_capex"]
    behind = [point for point in observed(store().as_of(AS_OF))["buyers_capex"]
              if point["quarter"].startswith("2024")]  # fmt: skip
    assert len(behind) == 4
    chance = np.mean(capex[:, ANCHOR + 1 : ANCHOR + 5].sum(1) > sum(p["value"] for p in behind))
    assert figures().p_more_is_spent == pytest.approx(chance, abs=1e-6)


def test_history_of_a_quantity_is_the_chains_own_and_of_a_report_what_was_reported() -> None:
    """The note holds the one against the other; claims are decided by the other."""
    at, google = ANCHOR - 1, BUYERS.index("GOOGL")
    own = np.median(drawn()["capex_by_buyer"][:, google, at])
    assert figures().quantities["capex_by_buyer.GOOGL"]["p50"][at] == pytest.approx(own, rel=1e-5)
    (known,) = (point["value"] for point in reported(store().as_of(AS_OF))["capex_by_buyer.GOOGL"]
                if point["quarter"] == QUARTERS[at])  # fmt: skip
    assert own != pytest.approx(known, rel=1e-3)
    np.testing.assert_allclose(figures().reported["capex_by_buyer"][:, google, at], known)


def test_the_thesis_is_counted_at_the_end_of_2028() -> None:
    short = drawn()["gross_shortfall"][:, QUARTERS.index("2028Q4")] > 40.0
    assert figures().p_thesis_shortfall == pytest.approx(np.mean(short))


def one(paths: dict[str, np.ndarray], name: str) -> np.ndarray:
    output, place = series(name)
    return paths[output] if place is None else paths[output][:, place]


MANY = 2 * BLOCK + 500  # three blocks, the last not full


def test_counted_paths_are_those_of_the_sorted_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    """Quantiles between two neighbouring draws, to one part in 1,024; the rest exactly."""
    kept = summarise_paths(reports(), MANY)
    monkeypatch.setattr(path_summaries, "KEPT", BLOCK)
    counted = summarise_paths(reports(), MANY)
    paths = reports().of_simulated(simulate(experiment(), MANY))
    draws = {name: one(paths, name) for name in series_names()}
    draws |= {second: draws[name] for second, name in SECOND_NAMES.items()}
    assert counted.binding == kept.binding
    assert counted.p_more_is_spent == kept.p_more_is_spent
    assert counted.p_thesis_shortfall == kept.p_thesis_shortfall
    assert list(counted.quantities) == list(kept.quantities)
    for name, path in counted.quantities.items():
        exact = kept.quantities[name]
        assert (path["unit"], path["quarter"]) == (exact["unit"], exact["quarter"])
        np.testing.assert_allclose(path["mean"], exact["mean"], rtol=1e-5)
        ordered = np.sort(draws[name], axis=0)
        for level, share in LEVELS.items():
            rank = int(share * (MANY - 1))
            low, high = ordered[rank], ordered[rank + 1]
            nought = 2e-4 * ordered[int(0.95 * MANY)]  # and below: counted as nought
            assert (np.array(path[level]) >= low * (1 - 2**-10) - nought).all(), f"{name} {level}"
            assert (np.array(path[level]) <= high * (1 + 1e-5)).all(), f"{name} {level}"


def test_every_path_is_asked_for_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[list[str]] = []

    def spy(*arguments: Any) -> dict[str, np.ndarray]:
        asked.append(list(arguments[2]))
        return simulate(*arguments)

    monkeypatch.setattr(path_summaries, "simulate", spy)
    summarise_paths(reports(), 10)
    assert asked == [list(outputs())]
    assert len(set(series_names())) == len(series_names())
