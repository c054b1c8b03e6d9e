"""What the tests of the note share."""

from copy import deepcopy
from functools import cache
from typing import Any

import pytest

from jevons.note.render import page
from jevons.note.words import LANGUAGES

from .reading import Page
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


@pytest.fixture(scope="session")
def pages() -> dict[str, Page]:
    """The pages of the sample figures by language, made and read once."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("jevons.note.render.javascript", lambda: BUNDLE)
        return {which: Page(page(prepared(), which, LANGUAGES)) for which in LANGUAGES}


@pytest.fixture
def small_bundle(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages without the megabyte that draws the charts, which takes a second to build."""
    monkeypatch.setattr("jevons.note.render.javascript", lambda: BUNDLE)
