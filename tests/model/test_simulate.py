"""Runs are replayed to the bit, whatever the threads, the draws or the names asked for."""

import os
from dataclasses import replace
from datetime import date

import jax.numpy as jnp
import numpy as np
import pytest

from jevons.errors import UserError
from jevons.facts.variables import variable
from jevons.model.anchors import BUYERS
from jevons.model.clock import QUARTERS
from jevons.model.priors import BLOCK
from jevons.model.revenue import companies
from jevons.model.simulate import (
    LEADING_AXES,
    Experiment,
    arguments,
    compiled,
    dataset,
    input_draws,
    simulate,
)

from .invented import AS_OF, experiment, inputs, known, paths, store

NAMES = ("fleet", "ai_revenue", "binding")


def test_the_same_seed_gives_the_same_bits() -> None:
    again = Experiment.of(store().as_of(AS_OF), 2025)
    first, second = simulate(experiment(), 300), simulate(again, 300)
    assert first.keys() == second.keys()
    for name, values in first.items():
        np.testing.assert_array_equal(values, second[name])


def test_threads_change_no_bit(monkeypatch: pytest.MonkeyPatch) -> None:
    draws, results = 2 * BLOCK + 100, []
    for cores in (1, 7, None):
        monkeypatch.setattr(os, "cpu_count", lambda cores=cores: cores)
        results.append(simulate(experiment(), draws, NAMES))
    for name in NAMES:
        assert results[0][name].shape[0] == draws
        np.testing.assert_array_equal(results[0][name], results[1][name])
        np.testing.assert_array_equal(results[0][name], results[2][name])


def test_more_draws_begin_with_the_fewer() -> None:
    many = simulate(experiment(), BLOCK + 50, NAMES)
    for draws in (10, BLOCK, BLOCK + 1):
        few = simulate(experiment(), draws, NAMES)
        for name in NAMES:
            np.testing.assert_array_equal(few[name], many[name][:draws])


def test_blocks_and_seeds_are_other_draws() -> None:
    fleet = simulate(experiment(), 2 * BLOCK, ["fleet"])["fleet"][:, -1]
    other = simulate(replace(experiment(), seed=2026), BLOCK, ["fleet"])["fleet"][:, -1]
    assert np.unique(fleet).size > 0.99 * fleet.size
    assert not np.array_equal(fleet[:BLOCK], other)
    # Different draws of the same futures: the medians agree within their sampling errors.
    assert np.median(fleet[:BLOCK]) == pytest.approx(np.median(other), rel=0.1)


def test_only_what_is_asked_for_is_kept() -> None:
    some = simulate(experiment(), 10, NAMES)
    assert set(some) == set(NAMES)
    for name in NAMES:
        np.testing.assert_array_equal(some[name], paths()[name][:10].astype(some[name].dtype))


def test_progress_counts_every_block_once() -> None:
    seen: list[tuple[int, int]] = []
    simulate(experiment(), 3 * BLOCK, ["fleet"], lambda done, of: seen.append((done, of)))
    assert seen == [(1, 3), (2, 3), (3, 3)]


def test_an_interrupt_reaches_the_caller() -> None:
    def stop(done: int, of: int) -> None:
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        simulate(experiment(), 3 * BLOCK, ["fleet"], stop)


def test_reports_see_the_draws_that_the_chain_sees() -> None:
    """The chain's own draws show in what it makes of them: announced x realised, at the end."""
    np.testing.assert_array_equal(
        input_draws(experiment(), "asic_share", 100), inputs()["asic_share"][:100]
    )
    origin = QUARTERS.index("2025Q1")
    np.testing.assert_allclose(
        paths()["custom_silicon_share"][:, origin], inputs()["asic_share"], rtol=1e-5
    )


def test_one_compiled_chain_serves_every_date() -> None:
    other = Experiment.of(store().as_of(date(2024, 6, 1)), 1)
    first, second = (arguments(run) for run in (experiment(), other))
    assert compiled(first[0]) is compiled(second[0])
    assert not jnp.array_equal(first[1].location, second[1].location)
    assert other.anchor < experiment().anchor


def test_paths_are_labelled() -> None:
    run = simulate(experiment(), 5, ["fleet", *LEADING_AXES])
    labelled = dataset(run)
    assert dict(labelled["fleet"].sizes) == {"draw": 5, "quarter": len(QUARTERS)}
    assert list(labelled["quarter"].values) == list(QUARTERS)
    assert list(labelled["capex_by_buyer"]["buyer"].values) == list(BUYERS)
    revenue = labelled["ai_revenue"].sel(company="NVDA", quarter="2026Q3")
    place = companies().index("NVDA"), QUARTERS.index("2026Q3")
    np.testing.assert_array_equal(revenue, run["ai_revenue"][:, *place])
    for name in run:
        assert labelled[name].attrs == {
            "unit": variable(name).unit,
            "meaning": variable(name).meaning,
        }


def test_every_leading_axis_has_as_many_members_as_labels() -> None:
    for name, values in paths().items():
        if name in LEADING_AXES:
            axis, members = LEADING_AXES[name]
            assert values.shape == (BLOCK, len(members), len(QUARTERS))
            assert variable(name).dimensions == (axis, "quarter")
        else:
            assert values.shape == (BLOCK, len(QUARTERS))
            assert variable(name).dimensions == ("quarter",)


def test_too_few_facts_are_a_users_mistake() -> None:
    with pytest.raises(UserError, match="data_center_revenue"):
        Experiment.of(known(*store().facts[:5], as_of=date(2027, 1, 1)), 1)
