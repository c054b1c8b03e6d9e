"""The service: safe by default, one sentence for a mistake, nothing from elsewhere."""

from datetime import date
from typing import Any
from urllib.parse import urlencode

import pytest
from fastapi.testclient import TestClient

from jevons.app import Engine, Question, application
from jevons.app.engine import KEPT
from jevons.app.openbb import ORIGINS
from jevons.facts import load

from .asking import ASKED, get


@pytest.mark.parametrize(
    ("path", "query", "message"),
    [
        ("/api/summary", {"as_of": "2030-01-01"}, "is outside the facts"),
        ("/api/summary", {"as_of": "1999-01-01"}, "is outside the facts"),
        ("/api/summary", {"as_of": "soon"}, "valid date"),
        ("/api/summary", {"draws": 10**9}, "less than or equal to 20000"),
        ("/api/summary", {"seed": -1}, "greater than or equal to 0"),
        ("/api/summary", {"scenario": "../../etc/passwd"}, "unknown scenario"),
        ("/api/summary", {"move": "elastic:1"}, "unknown input 'elastic'"),
        ("/api/summary", {"move": "pue:0.5"}, "pue"),
        ("/api/summary", {"move": "elasticity:nan"}, "not finite"),
        ("/api/summary", {"shock": "power:-1"}, "must be a factor from 0.001 to 1000"),
        ("/api/summary", {"shock": "power:1e300"}, "must be a factor from 0.001 to 1000"),
        ("/api/summary", {"file": "name = 1"}, "your file:1: name is missing"),
        ("/api/summary", {"file": "x" * 9000}, "longer than 8000"),
        ("/api/summary", {"against": "scenario=nothing"}, "unknown scenario 'nothing'"),
        ("/api/summary", {"against": "draws=9"}, "'draws' is none of"),
        ("/api/power", {"as-of": "2025-03-11"}, "unknown parameter 'as-of'; did you mean as_of?"),
        ("/api/facts/NONE-1", {"foo": 1}, "unknown parameter 'foo'; known: against, as_of, draws"),
        ("/api/cost", {"models": "deepseek-v3"}, "did you mean model"),
        ("/", {"scenaro": "base"}, "did you mean scenario?"),
        ("/part/build", {"mov": "pue:1.2"}, "did you mean move?"),
        ("/api/why/nothing", {}, "nothing"),
        ("/api/simulate", {"name": "fleets"}, "did you mean fleet"),
        ("/api/value/XYZ", {}, "XYZ"),
        ("/api/cost", {"model": "gpt", "chip": "H100"}, "gpt"),
        ("/api/facts/NONE-1", {}, "NONE-1"),
        ("/api/figures/everything", {}, "'demand', 'build', 'value', 'market' or 'record'"),
        ("/part/demand", {"lang": "fr"}, "'en' or 'zh'"),
        ("/openbb/chart/nothing/0", {}, "no figure is called 'nothing'"),
        ("/openbb/chart/fleet/9", {}, "there is none at panel 9"),
        ("/openbb/table/fleet", {}, "has no table"),
    ],
)
def test_a_mistake_is_one_sentence(
    client: TestClient, path: str, query: dict[str, Any], message: str
) -> None:
    reply = client.get(f"{path}?{urlencode(ASKED | query)}")
    assert reply.status_code == 422
    assert message in reply.text


@pytest.mark.parametrize("wrong", [{"draws": 5}, {"as_of": "2025-02-30"}])
def test_a_mistake_is_said_once(client: TestClient, wrong: dict[str, Any]) -> None:
    (name,) = wrong
    for path in ("/api/power", "/api/summary"):
        reply = client.get(path, params=ASKED | wrong)
        assert reply.status_code == 422
        assert reply.json()["detail"].count(f"{name}: ") == 1


def test_every_route_takes_what_the_page_sends(client: TestClient) -> None:
    page: dict[str, str | int] = {
        "part": "build",
        "lang": "zh",
        "seed": 3,
        "against": "as_of=2025-01-15",
    }
    assert client.get("/", params=ASKED | page).status_code == 200
    assert client.get("/api/facts/NONE-1", params=ASKED | page).json()["detail"].startswith("no ")
    assert client.get("/openbb/metrics", params=ASKED | {"raw": "true"}).status_code == 200


def test_what_is_not_there(client: TestClient) -> None:
    assert client.get("/static/server.py").status_code == 422
    assert client.get("/static/page.html").status_code == 422
    assert client.get("/nothing").status_code == 404
    assert client.post("/api/summary").status_code == 405


def test_settings_beyond_what_can_be_computed_are_the_readers_mistake(client: TestClient) -> None:
    query = urlencode(ASKED | {"move": "token_level:1e300"})
    reply = client.get(f"/api/summary?{query}")
    assert reply.status_code == 422
    assert "move less" in reply.json()["detail"]


def test_requests_are_bounded(client: TestClient) -> None:
    assert client.get("/api/summary?file=" + "x" * 20_000).status_code == 414
    assert client.request("GET", "/api/summary", content=b"x").status_code == 413
    chunked = client.request("GET", "/api/summary", content=iter([b"x"]))
    assert chunked.status_code == 413


@pytest.mark.parametrize("path", ["/", "/docs", "/api/nothing", "/part/demand?draws=1"])
def test_every_answer_forbids_what_comes_from_elsewhere(client: TestClient, path: str) -> None:
    headers = client.get(path).headers
    policy = dict(
        each.strip().partition(" ")[::2] for each in headers["content-security-policy"].split(";")
    )
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == "'self'"
    assert headers["x-content-type-options"] == "nosniff"
    assert "access-control-allow-origin" not in headers


def test_the_page_names_nothing_elsewhere(client: TestClient) -> None:
    for path in ("/", "/docs"):
        page = client.get(path).text
        assert "//" not in page.replace("<!doctype html>", "")
        assert "<style" not in page
        assert not any(f" on{event}=" in page for event in ("click", "load", "input"))
    for name in ("app.js", "controls.js", "app.css", "note.css", "docs.css", "charts.js"):
        assert client.get(f"/static/{name}").status_code == 200


def test_another_sites_page_cannot_ask(client: TestClient) -> None:
    assert client.get("/api/summary", headers={"host": "evil.example"}).status_code == 400
    asked = client.get("/api/index", params=ASKED, headers={"origin": "https://evil.example"})
    assert "access-control-allow-origin" not in asked.headers


def test_only_openbb_may_read_and_only_if_it_was_let_in(engine: Engine) -> None:
    with TestClient(application(engine, for_openbb=True)) as opened:
        for origin, allowed in ((ORIGINS[0], ORIGINS[0]), ("https://evil.example", None)):
            found = opened.get("/api/index", params=ASKED, headers={"origin": origin})
            assert found.headers.get("access-control-allow-origin") == allowed
        preflight = opened.options(
            "/widgets.json",
            headers={
                "origin": ORIGINS[0],
                "access-control-request-method": "GET",
                "access-control-request-private-network": "true",
            },
        )
        assert preflight.headers["access-control-allow-private-network"] == "true"


def test_an_answer_that_the_client_has_is_not_computed_again(client: TestClient) -> None:
    first = client.get("/api/index", params=ASKED)
    tag = first.headers["etag"]
    again = client.get("/api/index", params=ASKED, headers={"if-none-match": tag})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == tag
    # Another order or a default written out is the same question; another draw is not.
    same = client.get(
        "/api/index", params={"draws": 100, "as_of": "2025-03-11", "shock": "power:1"}
    )
    assert same.headers["etag"] == tag
    assert client.get("/api/index", params=ASKED | {"seed": 1}).headers["etag"] != tag
    assert client.get("/api/power", params=ASKED).headers["etag"] != tag


def test_prices_and_series_are_those_of_the_questions_day() -> None:
    asked: list[date] = []

    def prices(day: date) -> None:
        asked.append(day)

    days = [date(2025, 1, 15), date(2025, 3, 11), date(2025, 1, 15)]
    store = load()
    alone = Engine(store, days[1], prices, prices)
    for n, day in enumerate(days):
        alone.ask(Question(day, n, 100), lambda study: study.as_of)
    assert asked == [days[0], days[0], days[1], days[1]]  # each once a day
    assert Engine(store, days[1]).run != alone.run  # whose tags are therefore others


def test_studies_are_kept_within_bounds(engine: Engine, client: TestClient) -> None:
    day = engine.latest
    for seed in range(KEPT + 3):
        engine.ask(Question(day, seed, 100), lambda study: study.inputs)
    assert len(engine._studies) == KEPT


def test_the_base_scenario_is_nothing_moved(client: TestClient) -> None:
    assert get(client, "/api/index", scenario="base") == get(client, "/api/index")
