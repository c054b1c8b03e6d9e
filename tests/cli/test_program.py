"""The program as a whole: faults, interruption, help and its speed."""

import os
import subprocess
import sys
import time

import pytest

from .conftest import Run
from .stand_ins import Study


def test_a_fault_of_ours_is_code_1_and_short(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(self: Study) -> None:
        raise ZeroDivisionError("by zero\nand more")

    monkeypatch.setattr(Study, "index", broken)
    code, out, err = run("index", "--json")
    assert (code, out) == (1, "")
    assert "ZeroDivisionError: by zero" in err
    assert "set JEVONS_DEBUG=1 for the traceback" in err
    assert "Traceback" not in err
    monkeypatch.setenv("JEVONS_DEBUG", "1")
    assert "Traceback" in run("index", "--json")[2]


def test_a_number_without_a_json_form_is_our_fault(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Study, "index", lambda self: {"p_positive": float("nan")})
    code, out, _ = run("index", "--json")
    assert (code, out) == (1, "")


def test_an_interruption_is_one_line_and_code_130(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(self: Study) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Study, "index", interrupted)
    code, out, err = run("index")
    assert (code, out) == (130, "")
    assert err.splitlines()[-1] == "Error: interrupted"


COMMANDS = [
    "note", "simulate", "cost", "index", "shock", "sensitivity", "supply", "power", "capital",
    "campuses", "chain", "value", "implied", "backcheck", "drawdown", "universe", "facts",
    "claims", "pull", "ladder", "serve", "mcp",
]  # fmt: skip


def test_help_is_quick_and_names_every_command() -> None:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-m", "jevons", "--help"]
    seconds = []
    for _ in range(3):  # the quickest of three: another process may be busy meanwhile
        started = time.perf_counter()
        shown = subprocess.run(command, capture_output=True, text=True, env=environment, check=True)
        seconds.append(time.perf_counter() - started)
    for name in COMMANDS:
        assert f"\n  {name} " in shown.stdout
    assert min(seconds) < 0.5


def test_heavy_libraries_wait_until_a_command_needs_them() -> None:
    heavy = {
        "jax", "numpy", "scipy", "xarray", "duckdb", "pint", "vl_convert", "pandas", "rich", "mcp",
        "fastapi", "pydantic",
    }  # fmt: skip
    program = f"import sys, jevons.cli.program; print(sorted({heavy} & sys.modules.keys()))"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    shown = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, env=environment, check=True
    )
    assert shown.stdout.strip() == "[]"
