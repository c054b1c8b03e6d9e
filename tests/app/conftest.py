"""One engine and one client for all tests of the application: a cold engine costs seconds."""

from collections.abc import Iterator
from datetime import date

import pytest
from fastapi.testclient import TestClient

from jevons.app import Engine, application
from jevons.facts import load


@pytest.fixture(scope="session")
def engine() -> Engine:
    store = load()
    return Engine(store, date(2025, 3, 11))


@pytest.fixture(scope="session")
def client(engine: Engine) -> Iterator[TestClient]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("jevons.app.page.javascript", lambda: "/* charts */")
        with TestClient(application(engine)) as found:
            yield found
