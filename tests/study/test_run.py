"""A study simulates its futures once; whoever asks for paths reads the same draws."""

from typing import Any

import numpy as np
import pytest

from jevons.model.priors import BLOCK
from jevons.model.simulate import simulate
from jevons.study import path_summaries
from jevons.study import run as runs
from jevons.study.run import Run

from .invented import experiment

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
    run = Run(experiment(), DRAWS, shared=("fleet", "ai_revenue"))
    run.summaries  # noqa: B018
    found = run.paths(["ai_revenue", "fleet"], 100)
    assert len(asked) == 1
    alone = simulate(experiment(), 100, ["ai_revenue", "fleet"])
    for name, values in found.items():
        np.testing.assert_array_equal(values, alone[name])


def test_what_was_simulated_is_not_simulated_again(asked: list[tuple[str, ...]]) -> None:
    run = Run(experiment(), DRAWS)
    run.paths(["fleet"])
    run.paths(["fleet", "tokens"])
    assert asked == [("fleet",), ("tokens",)]


def test_too_many_draws_are_not_held(
    asked: list[tuple[str, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runs, "KEPT", BLOCK - 1)
    run = Run(experiment(), BLOCK)
    assert run.paths(["fleet"], 50)["fleet"].shape[0] == 50
    run.paths(["fleet"], 50)
    assert asked == [("fleet",), ("fleet",)]
