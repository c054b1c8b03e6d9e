"""The service: the study's own numbers, one sentence for a mistake, nothing from elsewhere."""

from collections.abc import Iterator
from datetime import date
from typing import Any
from urllib.parse import urlencode

import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jevons.app import Engine, Question, application
from jevons.app.engine import KEPT, PARTS, key_numbers
from jevons.app.server import SLIDERS, words
from jevons.facts import load
from jevons.model.shocks import Shocks
from jevons.study import Study
from jevons.study.scenario import bundled, find

DAY = date(2025, 3, 11)
ASKED = {"as_of": DAY.isoformat(), "draws": 100}


@pytest.fixture(scope="module")
def engine() -> Engine:
    store = load()
    return Engine(store, store.last_known_on)


@pytest.fixture(scope="module")
def client(engine: Engine) -> Iterator[TestClient]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("jevons.app.server.javascript", lambda: "/* charts */")
        with TestClient(application(engine)) as found:
            yield found


def get(client: TestClient, path: str, **query: Any) -> Any:
    reply = client.get(f"{path}?{urlencode(ASKED | query, doseq=True)}")
    assert reply.status_code == 200, reply.text
    return reply.json()


def test_numbers_are_those_of_the_study(client: TestClient) -> None:
    study = Study(load(), DAY, draws=100, scenarios=[find("power-starved")])
    found = get(client, "/api/summary", scenario="power-starved")
    assert found["provenance"] == study.provenance
    values = {row["name"]: row["value"] for row in found["numbers"]}
    assert values == {name: value for name, (value, _) in key_numbers(study).items()}


def test_each_number_stands_beside_the_base(client: TestClient) -> None:
    base = {row["name"]: row for row in get(client, "/api/summary")["numbers"]}
    moved = get(client, "/api/summary", move="elasticity:2", shock="power:0.5")["numbers"]
    assert {row["name"]: row["base"] for row in moved} == {n: r["value"] for n, r in base.items()}
    assert all(row["value"] == row["base"] for row in base.values())
    changed = {row["name"] for row in moved if row["value"] != row["base"]}
    assert {"p_positive", "gross_shortfall"} <= changed


def test_numbers_are_written_in_the_language(client: TestClient) -> None:
    english, chinese = (
        {row["name"]: row for row in get(client, "/api/summary", lang=lang)["numbers"]}
        for lang in ("en", "zh")
    )
    assert english["gross_shortfall"]["value_text"].endswith("GW")
    assert chinese["gross_shortfall"]["value_text"].endswith("吉瓦")
    assert english["p_positive"]["value_text"].endswith("%")


@pytest.mark.parametrize("part", sorted(PARTS))
def test_figures_of_a_part_are_those_of_the_note(client: TestClient, part: str) -> None:
    figures = get(client, f"/api/figures/{part}")
    assert set(PARTS[part][1]) <= set(figures)
    assert figures["why"]
    assert figures["facts"]


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("part", sorted(PARTS))
def test_parts_of_the_page_are_the_notes_sections(client: TestClient, part: str, lang: str) -> None:
    html = client.get(f"/part/{part}?{urlencode(ASKED | {'lang': lang})}").text
    assert html.count("<section id=") == len(PARTS[part][0])
    assert '<div class="chart"' in html
    assert "<script>" not in html


def test_controls_name_what_may_be_changed(client: TestClient) -> None:
    found = get(client, "/api/controls")
    assert [row["name"] for row in found["inputs"]] == list(SLIDERS)
    assert all(row["p05"] < row["p50"] < row["p95"] for row in found["inputs"])
    assert [row["name"] for row in found["shocks"]] == list(Shocks._fields)
    assert [row["name"] for row in found["scenarios"]] == list(bundled())


def test_both_languages_have_the_same_words() -> None:
    english, chinese = words("en"), words("zh")
    assert english.keys() == chinese.keys()
    assert all(english.values()) and all(chinese.values())  # noqa: PT018


def test_why_answers_as_the_command_does(client: TestClient) -> None:
    assert get(client, "/api/why/ai_capex") == Study(load(), DAY, draws=100).why("ai_capex")


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
        ("/api/summary", {"move": "elasticity:nan"}, "impossible"),
        ("/api/summary", {"shock": "power:-1"}, "must be a factor above 0"),
        ("/api/summary", {"shock": "power:2", "scenario": "power-starved"}, "contradict"),
        ("/api/why/nothing", {}, "nothing"),
        ("/api/figures/everything", {}, "'demand', 'build', 'value' or 'record'"),
        ("/part/demand", {"lang": "fr"}, "'en' or 'zh'"),
    ],
)
def test_a_mistake_is_one_sentence(
    client: TestClient, path: str, query: dict[str, Any], message: str
) -> None:
    reply = client.get(f"{path}?{urlencode(ASKED | query)}")
    assert reply.status_code == 422
    assert message in reply.text


def test_what_is_not_there(client: TestClient) -> None:
    assert client.get("/static/server.py").status_code == 422
    assert client.get("/nothing").status_code == 404
    assert client.post("/api/summary").status_code == 405


def test_the_page_loads_nothing_from_elsewhere(client: TestClient) -> None:
    page = client.get("/")
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "'unsafe-inline'" not in policy.partition("script-src")[2].partition(";")[0]
    assert "http" not in page.text.replace("http-equiv", "")
    for name in ("app.js", "app.css", "note.css", "charts.js"):
        assert client.get(f"/static/{name}").status_code == 200


def test_another_sites_page_cannot_ask(client: TestClient) -> None:
    assert client.get("/api/summary", headers={"host": "evil.example"}).status_code == 400


def test_the_interface_is_described(client: TestClient) -> None:
    paths = client.get("/openapi.json").json()["paths"]
    assert set(paths) == {
        "/api/controls", "/api/summary", "/api/figures/{part}", "/api/why/{name}",
    }  # fmt: skip


def test_studies_are_kept_within_bounds(engine: Engine) -> None:
    for seed in range(KEPT + 3):
        engine.inputs(Question(DAY, seed, 100))
    assert len(engine._studies) == KEPT


@given(
    query=st.dictionaries(
        st.sampled_from(["as_of", "seed", "draws", "scenario", "move", "shock", "lang"]),
        st.text(max_size=20) | st.integers().map(str),
        max_size=4,
    )
)
@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
def test_no_request_is_a_fault_of_ours(client: TestClient, query: dict[str, str]) -> None:
    reply = client.get(f"/api/controls?{urlencode(query)}")
    assert reply.status_code in (200, 422)
