"""Reports to come: the chain's path put on the last report, and how far reports wander from it."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from jevons.facts import Store
from jevons.model.anchors import BUYERS
from jevons.model.clock import QUARTERS
from jevons.model.priors import Z_90
from jevons.model.revenue import companies
from jevons.model.setting import ai_part
from jevons.model.simulate import PART, Block, series, simulate
from jevons.study import Study
from jevons.study.history import reported
from jevons.study.reports import OUTPUTS, REPORTED, SECOND_NAMES, TOTAL, Reports, Wander

from .invented import AS_OF, experiment, reports, store

DRAWS = 2 * PART + 300  # three parts, the last not full
NOW = QUARTERS.index("2024Q4")
NVIDIA_REPORTED = 35.6  # USD_bn in 2024Q4, NVIDIA's fiscal fourth quarter of 2025


@cache
def own() -> dict[str, np.ndarray]:
    return simulate(experiment(), DRAWS, OUTPUTS)


@cache
def drawn() -> dict[str, np.ndarray]:
    return reports().of_simulated(own())


def of_nvidia(paths: dict[str, np.ndarray]) -> np.ndarray:
    return paths["ai_revenue"][:, companies().index("NVDA")]


def test_reports_that_do_not_wander_are_the_chain_on_the_last_report() -> None:
    still = replace(reports(), wander=dict.fromkeys(reports().wander, Wander(0.0, 0.0, 0.0)))
    found = still.of_simulated(own())
    np.testing.assert_array_equal(found["capex_by_buyer"], own()["capex_by_buyer"])
    np.testing.assert_allclose(found[TOTAL], own()[TOTAL], rtol=1e-5)
    path = of_nvidia(own())
    grown = NVIDIA_REPORTED * path[:, NOW + 1 :] / path[:, NOW, None]
    np.testing.assert_allclose(of_nvidia(found)[:, NOW + 1 :], grown, rtol=1e-3)


def test_history_and_what_nobody_reports_are_the_chains_own() -> None:
    for name in OUTPUTS:
        np.testing.assert_array_equal(
            drawn()[name][..., : NOW + 1], own()[name][..., : NOW + 1], err_msg=name
        )
    amd = companies().index("AMD")
    np.testing.assert_array_equal(drawn()["ai_revenue"][:, amd], own()["ai_revenue"][:, amd])


def test_what_was_reported_up_to_the_anchor_decides() -> None:
    """Put into every draw; of the sum where all five did; nothing later, nothing of others."""
    found = {name: np.moveaxis(path, 0, -1).copy() for name, path in drawn().items()}
    reports().put_past(found)
    points = reported(store().as_of(AS_OF))
    second = {name: other for other, name in SECOND_NAMES.items()}
    for name in (*REPORTED, TOTAL):
        output, place = series(name)
        row = found[output] if place is None else found[output][place]
        known = {p["quarter"]: p["value"] for p in points[second.get(name, name)]}
        assert known[QUARTERS[NOW - 1]] == row[NOW - 1, 0]
        for at, quarter in enumerate(QUARTERS[: NOW + 1]):
            if quarter in known:
                np.testing.assert_allclose(row[at], known[quarter], rtol=1e-6, err_msg=name)
    for name, path in found.items():
        np.testing.assert_array_equal(
            path[..., NOW + 1 :, :], np.moveaxis(drawn()[name], 0, -1)[..., NOW + 1 :, :]
        )
    amd = companies().index("AMD")
    np.testing.assert_array_equal(found["ai_revenue"][amd].T, own()["ai_revenue"][:, amd])


def test_a_sum_of_which_one_part_is_unknown_stays_the_chains() -> None:
    facts = (f for f in store().facts if f.entity != "ORCL" or f.period_end.year != 2024)
    fewer = Reports.of(Store(facts).as_of(AS_OF), experiment(), None)
    assert NOW not in fewer.known[TOTAL]
    assert NOW in fewer.known["capex_by_buyer.MSFT"]
    assert set(fewer.known[TOTAL]) < set(reports().known[TOTAL])


def test_a_part_is_drawn_where_it_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those who ask for parts have threads of their own."""

    def none(*_: object) -> None:
        raise AssertionError("a pool within a thread")

    expected = drawn()[TOTAL][:PART]
    monkeypatch.setattr("jevons.study.reports.ThreadPoolExecutor", none)
    few = {name: np.moveaxis(path[:PART], 0, -1) for name, path in own().items()}
    np.testing.assert_array_equal(reports().around(few)[TOTAL].T, expected)


def test_the_total_is_the_sum_of_the_buyers_draw_by_draw() -> None:
    total = drawn()["capex_by_buyer"].sum(1)
    np.testing.assert_allclose(drawn()[TOTAL][:, NOW + 1 :], total[:, NOW + 1 :], rtol=1e-6)


def test_a_report_is_the_path_with_walks_that_widen() -> None:
    """On the report of 2024Q4 it grows as the path does; the spread grows as the walks do."""
    path = of_nvidia(own())
    grown = NVIDIA_REPORTED * path[:, NOW + 1 :] / path[:, NOW, None]
    beyond = np.log(of_nvidia(drawn())[:, NOW + 1 :] / grown)
    steps = np.arange(1, beyond.shape[1] + 1)
    # Deviations of 0.32 and 0.12 a year at the median; lognormal, E d^2 = median^2 exp(2 w^2).
    mixed = np.exp(2 * (np.log(4.0) / (2 * Z_90)) ** 2)
    expected = np.sqrt((0.32**2 + 0.12**2) * mixed * steps / 4 + 2 * 0.02**2)
    np.testing.assert_allclose(beyond.std(0), expected, rtol=0.1)
    assert (np.abs(np.median(beyond, axis=0)) < 0.05 * expected / expected[0]).all()
    # The common walk moves a buyer by the part of its capex that is AI.
    google = BUYERS.index("GOOGL")
    part = ai_part(experiment().setting, 0.72)[google]
    both = (each["capex_by_buyer"][:, google, NOW + 1 :] for each in (drawn(), own()))
    spread = np.subtract(*map(np.log, both)).std(0)
    expected = np.sqrt(((part * 0.32) ** 2 + 0.16**2) * mixed * steps / 4 + 2 * 0.06**2)
    np.testing.assert_allclose(spread, expected, rtol=0.1)


def test_errors_of_one_boom_are_shared() -> None:
    """A quarter's reports of two sellers err alike by the common walk, own walks apart."""
    rows = [companies().index(seller) for seller in ("NVDA", "AVGO")]
    at = NOW + 8
    path = own()["ai_revenue"][:, rows]
    errors = np.log(drawn()["ai_revenue"][:, rows, at] / path[..., at] * path[..., NOW])
    # Rank correlation, which fat tails leave alone; variances 0.32^2, 0.12^2 and 0.24^2 a year.
    ranks = errors.argsort(0).argsort(0)
    assert np.corrcoef(ranks.T)[0, 1] == pytest.approx(
        0.32**2 / np.sqrt((0.32**2 + 0.12**2) * (0.32**2 + 0.24**2)), abs=0.1
    )


def test_a_draw_has_the_same_reports_however_many_there_are() -> None:
    few = simulate(experiment(), 100, OUTPUTS)
    for name, values in reports().of_simulated(few).items():
        np.testing.assert_array_equal(values, drawn()[name][:100])
    later = {name: np.moveaxis(path[PART:], 0, -1) for name, path in own().items()}
    for name, values in reports().around(later, PART).items():
        np.testing.assert_array_equal(np.moveaxis(values, -1, 0), drawn()[name][PART:])


def test_a_block_in_double_precision_has_the_same_reports() -> None:
    block = reports().around(Block.of(experiment(), 50).paths)
    np.testing.assert_allclose(block[TOTAL].T, drawn()[TOTAL][:50], rtol=1e-5)


def test_another_seed_draws_others_and_the_longest_look_ahead_is_finite() -> None:
    other = replace(reports(), experiment=replace(experiment(), seed=1)).of_simulated(own())
    assert (other[TOTAL][:, NOW + 1 :] != drawn()[TOTAL][:, NOW + 1 :]).all()
    for name in OUTPUTS:
        assert np.isfinite(drawn()[name]).all()
        assert (drawn()[name] >= 0).all()


def test_a_calibrations_deviations_are_used() -> None:
    study = Study(store(), AS_OF, draws=10)
    assert study.posterior is not None
    found = study.reports.wander
    for name, wander in found.items():
        low, middle, high = study.posterior.discrepancy[name]
        assert wander.deviation == middle
        assert np.exp(2 * Z_90 * wander.width) == pytest.approx(high / low)
    assert found != Reports.of(study.snapshot, study.experiment, None).wander
    assert found["nvidia"].error == 0.02  # a report's error is declared, not learnt


def test_every_name_under_which_a_report_decides_is_in_one_table() -> None:
    """What companies report of the day's quantities is drawn; the rest is counted by others."""
    names = set(reported(store().as_of(store().last_known_on)))
    drawn_names = {*REPORTED, TOTAL, *SECOND_NAMES} - set(SECOND_NAMES.values())
    assert drawn_names <= names
    assert names - drawn_names == {"us_electricity", "tokens", "compute_built"}
