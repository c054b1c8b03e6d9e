"""What the tests of the note share."""

from copy import deepcopy
from functools import cache
from typing import Any

import pytest

from .sample import figures as sample

BUNDLE = "/* the charts' code */"


@pytest.fixture
def figures() -> dict[str, Any]:
    """Sample figures of the test's own, to be changed at will."""
    return deepcopy(prepared())


@cache
def prepared() -> dict[str, Any]:
    """The sample figures, made once."""
    return sample()


@pytest.fixture
def small_bundle(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages without the megabyte that draws the charts, which takes a second to build."""
    monkeypatch.setattr("jevons.note.render.javascript", lambda: BUNDLE)
