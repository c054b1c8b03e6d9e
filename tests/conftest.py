"""What every test shares: the same machine-independent surroundings."""

import os
from pathlib import Path

import pytest
from hypothesis import settings

# Numbers are compared with closed forms on the CPU, wherever the tests run.
os.environ.setdefault("JAX_PLATFORMS", "cpu")

# Compiling a kernel in the first example is no slow test, and a failure must repeat.
settings.register_profile("jevons", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("jevons")


@pytest.fixture(autouse=True)
def plain_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tables and messages are compared as text: no colours, no debugging, the width of a pipe."""
    for name in ("COLUMNS", "FORCE_COLOR", "JEVONS_DEBUG", "TTY_COMPATIBLE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("NO_COLOR", "1")


@pytest.fixture(autouse=True)
def empty_store(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No test reads or writes the facts of whoever runs it."""
    monkeypatch.setenv("JEVONS_HOME", str(tmp_path / "jevons_home"))
