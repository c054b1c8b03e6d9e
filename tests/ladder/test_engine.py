"""A sweep gives the same bits on threads and on two Dask workers, and goes on where it stopped."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import jevons
from jevons.cli.program import run as program
from jevons.errors import UserError
from jevons.ladder import Engine, LadderRule, Scenario, Setting, engine, parse, variants
from jevons.ladder.sweep import FIELDS, Tried, memory_needed, try_rules

from .test_compiled import invented

TEXT = (
    "ladder each on peak(lookback=60, field=close) { buy 50% of budget when dd <= -[5|8|11]% "
    "buy 50% of remaining when dd <= -20% rearm on_new_peak sell 100% of remaining when "
    "gain >= [0.1|0.2] }"
)
RULES = [parse(text) for text in variants(TEXT)]
SCENARIO = Scenario((invented(1), replace(invented(2), ticker="B")), Setting(cash_rate=0.03))
CLUSTER = """
import sys
from distributed import LocalCluster
if __name__ == "__main__":
    with LocalCluster(
        n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address=None
    ) as cluster:
        print(cluster.scheduler_address, flush=True)
        sys.stdin.read()
"""


@pytest.fixture(scope="module")
def scheduler(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a cluster of two processes on this machine."""
    folder = tmp_path_factory.mktemp("cluster")
    (folder / "cluster.py").write_text(CLUSTER, encoding="utf-8")
    source = str(Path(jevons.__file__).parents[1])
    with subprocess.Popen(
        [sys.executable, "cluster.py"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": source, "PYTHONWARNINGS": "ignore"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        yield process.stdout.readline().strip()
        process.stdin.close()


def bits(tried: Tried) -> list[bytes]:
    return [getattr(tried, name).tobytes() for name in FIELDS]


@pytest.fixture
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "PART", 2)


@pytest.mark.usefixtures("small_parts")
def test_two_workers_give_the_bits_of_one_process(scheduler: str, tmp_path: Path) -> None:
    alone = try_rules(RULES, SCENARIO)
    assert bits(engine.sweep(RULES, SCENARIO)) == bits(alone)
    seen: list[tuple[int, int]] = []
    on_dask = engine.sweep(
        RULES,
        SCENARIO,
        Engine("dask", scheduler, tmp_path / "parts"),
        lambda done, parts: seen.append((done, parts)),
    )
    assert bits(on_dask) == bits(alone)
    assert seen == [(1, 3), (2, 3), (3, 3)]
    assert not list((tmp_path / "parts").iterdir())


@pytest.mark.usefixtures("small_parts")
def test_a_stopped_sweep_goes_on_where_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[int] = []

    def failing(rules: list[LadderRule], scenario: Scenario) -> Tried:
        if RULES[4] in rules:
            raise KeyboardInterrupt
        tried.append(len(rules))
        return try_rules(rules, scenario)

    where = Engine(folder=tmp_path)
    monkeypatch.setattr(engine, "try_rules", failing)
    monkeypatch.setattr("os.cpu_count", lambda: 1)
    with pytest.raises(KeyboardInterrupt):
        engine.sweep(RULES, SCENARIO, where)
    assert len(list(tmp_path.glob("*.npz"))) == 2
    # One of the parts is not whole: it is computed again.
    broken = min(tmp_path.glob("*.npz"))
    broken.write_bytes(broken.read_bytes()[:100])

    def counting(rules: list[LadderRule], scenario: Scenario) -> Tried:
        tried.append(len(rules))
        return try_rules(rules, scenario)

    monkeypatch.setattr(engine, "try_rules", counting)
    tried.clear()
    assert bits(engine.sweep(RULES, SCENARIO, where)) == bits(try_rules(RULES, SCENARIO))
    assert len(tried) == 2
    assert not list(tmp_path.iterdir())


def test_other_prices_costs_and_signals_are_another_scenario() -> None:
    other = replace(SCENARIO, setting=Setting())
    signal = replace(SCENARIO, signals={"A": {"fv": np.ones(91)}})
    moved = replace(SCENARIO, bars=(invented(3), SCENARIO.bars[1]))
    hashes = {one.scenario_hash for one in (SCENARIO, other, signal, moved)}
    assert len(hashes) == 4
    assert replace(SCENARIO).scenario_hash == SCENARIO.scenario_hash


def test_the_memory_said_is_what_the_results_take() -> None:
    tried = try_rules(RULES, SCENARIO)
    kept = sum(getattr(tried, name).nbytes for name in FIELDS)
    assert kept <= memory_needed(len(RULES), SCENARIO.bars) <= 2 * kept + 8 * 6 * 16 * 91


def test_what_an_engine_needs_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "PATIENCE", 0.3)
    with pytest.raises(UserError, match="engine 'dusk' is not known"):
        Engine("dusk")
    with pytest.raises(UserError, match="needs --scheduler ADDRESS"):
        Engine("dask")
    nobody = Engine("dask", "tcp://127.0.0.1:9")
    with pytest.raises(UserError, match=r"no Dask scheduler answers at tcp://127\.0\.0\.1:9"):
        engine.sweep(RULES, SCENARIO, nobody)


def test_the_command_says_the_same_on_a_cluster(
    scheduler: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("JEVONS_HOME", str(tmp_path / "home"))
    rows = ["date,ticker,open,close"]
    share = SCENARIO.bars[0]
    rows += [f"{d},A,{c},{c}" for d, c in zip(share.days, share.close, strict=True)]
    (tmp_path / "p.csv").write_text("\n".join(rows), encoding="utf-8")
    (tmp_path / "r.ladder").write_text(TEXT, encoding="utf-8")
    words = ["ladder", "sweep", str(tmp_path / "r.ladder"), "--prices", str(tmp_path / "p.csv")]
    assert program([*words, "--json"]) == 0
    alone = json.loads(capsys.readouterr().out)
    assert program([*words, "--json", "--engine", "dask", "--scheduler", scheduler]) == 0
    assert json.loads(capsys.readouterr().out) == alone
