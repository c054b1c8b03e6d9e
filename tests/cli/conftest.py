"""The command line run in this process over stand-ins."""

import sys
from collections.abc import Callable

import pytest

from jevons.cli import main

from .stand_ins import OWN, Store, Study, module, write


@pytest.fixture(autouse=True)
def stand_ins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jevons.facts.load", lambda files, recorded_on: Store())
    monkeypatch.setattr("jevons.market.read_prices", list, raising=False)
    monkeypatch.setitem(sys.modules, "jevons.study", module("jevons.study", Study=Study))
    forecasts = module("jevons.study.forecasts", forecasts=lambda figures, snapshot, day: [])
    monkeypatch.setitem(sys.modules, "jevons.study.forecasts", forecasts)
    outcomes = module(
        "jevons.study.forecast_outcomes",
        outcomes=lambda filed, later, claims, prices: [OWN],
        board=lambda rows: [],
    )
    monkeypatch.setitem(sys.modules, "jevons.study.forecast_outcomes", outcomes)
    render = module("jevons.note.render", write=write)
    monkeypatch.setitem(sys.modules, "jevons.note.render", render)


Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Run the command line in this process: exit code, standard output, standard error."""

    def call(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as leaving:
            main(arguments)
        captured = capsys.readouterr()
        assert isinstance(leaving.value.code, int)
        return leaving.value.code, captured.out, captured.err

    return call
