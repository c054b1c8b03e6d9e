"""A study simulates its futures once; whoever asks for paths reads the same draws."""

from typing import Any

import numpy as np
import pytest

from jevons.model.clock import QUARTERS
from jevons.model.priors import BLOCK
from jevons.model.simulate import simulate
from jevons.study import path_summaries
from jevons.study import run as runs
from jevons.study.path_summaries import outputs
from jevons.study.run import Run

from .invented import experiment, reports

DRAWS = 300


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, ...]]:
    """The names of each simulation that is run."""
    seen: list[tuple[str, ...]] = []

    def spy(*arguments: Any) -> dict[str, np.ndarray]:
        seen.append(tuple(arguments[2]))
        return simulate(*arguments)

    monkeypatch.setattr(runs, "simulate", spy)
    monkeypatch.setattr(path_summaries, "simulate", spy)
    return seen


def test_the_summaries_leave_the_shared_paths_to_others(asked: list[tuple[str, ...]]) -> None:
    run = Run(reports(), DRAWS, shared=("fleet", "ai_revenue"))
    assert run.summaries.quantities
    found = run.paths(["ai_revenue", "fleet"], 100)
    assert len(asked) == 1
    alone = simulate(experiment(), 100, ["ai_revenue", "fleet"])
    for name, values in found.items():
        np.testing.assert_array_equal(values, alone[name])


def test_what_was_simulated_is_not_simulated_again(asked: list[tuple[str, ...]]) -> None:
    run = Run(reports(), DRAWS)
    run.paths(["fleet"])
    run.paths(["fleet", "tokens"])
    assert asked == [("fleet",), ("tokens",)]


def test_reports_are_drawn_once_and_the_chains_own_paths_stay(asked: list[tuple[str, ...]]) -> None:
    run = Run(reports(), DRAWS)
    assert run.summaries.quantities
    names = ["buyers_capex", "data_center_revenue", "fleet"]
    few, every = run.reported(names, 100), run.reported(names)
    own = run.paths(["buyers_capex", "fleet"])
    assert asked == [outputs(), ("fleet",), ("buyers_capex",)]
    for name in names:
        np.testing.assert_array_equal(few[name], every[name][:100])
    np.testing.assert_array_equal(every["fleet"], own["fleet"])
    ahead = QUARTERS.index("2024Q4") + 1
    assert (every["buyers_capex"][:, ahead:] != own["buyers_capex"][:, ahead:]).all()
    known = every["buyers_capex"][:, :ahead]  # what was reported, in every draw the same
    np.testing.assert_array_equal(known, np.tile(known[0], (DRAWS, 1)))
    np.testing.assert_allclose(known[:, -1], own["buyers_capex"][:, ahead - 1], rtol=1e-5)


def test_what_is_reported_and_what_is_not_come_of_one_run(asked: list[tuple[str, ...]]) -> None:
    Run(reports(), DRAWS).reported(["data_center_revenue", "fleet"])
    assert len(asked) == 1


def test_too_many_draws_are_not_held(
    asked: list[tuple[str, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runs, "KEPT", BLOCK - 1)
    run = Run(reports(), BLOCK)
    assert run.paths(["fleet"], 50)["fleet"].shape[0] == 50
    run.paths(["fleet"], 50)
    assert asked == [("fleet",), ("fleet",)]
    few = run.reported(["buyers_capex"], 50)["buyers_capex"]
    alone = Run(reports(), 50).reported(["buyers_capex"])["buyers_capex"]
    np.testing.assert_array_equal(few, alone)
