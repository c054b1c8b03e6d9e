"""How the tests ask the application: few draws, the day of the article."""

from typing import Any
from urllib.parse import urlencode

from fastapi.testclient import TestClient

DRAWS = 100
ASKED: dict[str, str | int] = {"as_of": "2025-03-11", "draws": DRAWS}


def get(client: TestClient, path: str, **query: Any) -> Any:
    """The JSON answer of a path."""
    reply = client.get(f"{path}?{urlencode(ASKED | query, doseq=True)}")
    assert reply.status_code == 200, reply.text
    return reply.json()


def html(client: TestClient, path: str, **query: Any) -> str:
    """The HTML answer of a path."""
    reply = client.get(f"{path}?{urlencode(ASKED | query, doseq=True)}")
    assert reply.status_code == 200, reply.text
    assert reply.headers["content-type"].startswith("text/html")
    return reply.text
